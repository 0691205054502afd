/** Reads the parameters of a new order into what the engine takes, refusing as Bybit does. */
import type {
  EngineTimeInForce,
  NewOrder,
  SelfTradePrevention,
} from "../../exchanges/paper/messages.ts";
import type { Decimal } from "../../model/decimal.ts";
import type { BybitListing } from "./listing.ts";
import { flag, integer, oneOf, optional, type Params, positive, required } from "./params.ts";
import { paramsError, Refusal } from "./refusal.ts";

/** "A max of 36 characters. Numbers, letters, dashes and underscores are supported." */
const LINK_ID = /^[A-Za-z0-9_-]{1,36}$/;

const PREVENTIONS: Readonly<Record<string, SelfTradePrevention>> = {
  None: "NONE",
  CancelTaker: "EXPIRE_TAKER",
  CancelMaker: "EXPIRE_MAKER",
  CancelBoth: "EXPIRE_BOTH",
};

/** @throws {Refusal} 10001, 110017 or a code of spot. */
export function readNewOrder(params: Params, listing: BybitListing): NewOrder {
  const side = required(params, "side");
  if (side !== "Buy" && side !== "Sell") throw paramsError("Side invalid");
  if (optional(params, "triggerPrice") !== null) {
    throw new Refusal(170227, "This feature is not supported.");
  }
  const position = integer(params, "positionIdx") ?? 0;
  if (position !== 0) throw new Refusal(10001, "position idx not match position mode");
  const linkId = linkIdOf(params);
  const prevention = oneOf(params, "smpType", Object.keys(PREVENTIONS));
  const isReduceOnly = flag(params, "reduceOnly");
  const base = {
    symbolId: listing.symbolId,
    side: side === "Buy" ? "BUY" : "SELL",
    ...(linkId === null ? {} : { clientOrderId: linkId }),
    ...(prevention === null ? {} : { selfTradePrevention: PREVENTIONS[prevention]! }),
    // Spot takes no notice of it.
    ...(isReduceOnly && listing.category === "linear" ? { reduceOnly: true } : {}),
  } as const;
  switch (required(params, "orderType")) {
    case "Limit":
      return { ...base, type: "LIMIT", ...limitTerms(params) };
    case "Market":
      return { ...base, type: "MARKET", ...marketTerms(params, listing, side) };
    default:
      throw paramsError("OrderType invalid");
  }
}

/** @throws {Refusal} 10001. */
export function linkIdOf(params: Params): string | null {
  const linkId = optional(params, "orderLinkId");
  if (linkId === null || LINK_ID.test(linkId)) return linkId;
  throw paramsError("OrderLinkId invalid");
}

function limitTerms(params: Params) {
  const price = positive(params, "price");
  if (price === null) throw paramsError("Price invalid");
  const rule = oneOf(params, "timeInForce", ["GTC", "IOC", "FOK", "PostOnly"]) ?? "GTC";
  const terms = { price, quantity: quantityOf(params) };
  return rule === "PostOnly"
    ? { ...terms, postOnly: true }
    : { ...terms, timeInForce: rule as EngineTimeInForce };
}

/** "Spot: Market Buy order by value by default, you can set marketUnit." */
function marketTerms(params: Params, listing: BybitListing, side: "Buy" | "Sell") {
  const quantity = quantityOf(params);
  const unit = oneOf(params, "marketUnit", ["baseCoin", "quoteCoin"]);
  const byValue = listing.category === "spot" &&
    (unit ?? (side === "Buy" ? "quoteCoin" : "")) === "quoteCoin";
  return byValue ? { quoteQuantity: quantity } : { quantity };
}

function quantityOf(params: Params): Decimal {
  const quantity = positive(params, "qty");
  if (quantity === null) throw paramsError("Qty invalid");
  return quantity;
}
