/** Reads the parameters of a new order into what the engine takes, refusing as Binance does. */
import type {
  EngineTimeInForce,
  NewOrder,
  SelfTradePrevention,
} from "../../exchanges/paper/messages.ts";
import {
  compare,
  type Decimal,
  decimal,
  isMultipleOf,
  multiply,
  subtract,
} from "../../model/decimal.ts";
import type { EpochMs } from "../../model/scalars.ts";
import { checkAllRead, clientOrderIdParam } from "../binance/new_order.ts";
import { decimalParam, integerParam, optional, type Params, required } from "../binance/params.ts";
import { missing, Refusal } from "../binance/refusal.ts";
import type { UsdmListing } from "./listing.ts";
import { belowNotional, offTick, positionSideDiffers, tooPrecise } from "./refusals.ts";

export interface UsdmOrder {
  readonly order: NewOrder;
  /** Of a GTD order. */
  readonly goodTillDate: EpochMs | null;
  /** `RESULT` shows what became of it at once; `ACK` says NEW whatever did. */
  readonly responseType: "ACK" | "RESULT";
}

const TIMES_IN_FORCE: readonly string[] = ["GTC", "IOC", "FOK", "GTX", "GTD"];
const PREVENTIONS: readonly string[] = ["NONE", "EXPIRE_TAKER", "EXPIRE_MAKER", "EXPIRE_BOTH"];
/** Moved to an API of their own, `algoOrder`, in December 2025. */
const CONDITIONAL_TYPES: readonly string[] = [
  "STOP",
  "STOP_MARKET",
  "TAKE_PROFIT",
  "TAKE_PROFIT_MARKET",
  "TRAILING_STOP_MARKET",
];
/** The least life of a GTD order, and the latest date. */
const GTD_MS_MIN = 600_000;
const GTD_MAX = 253_402_300_799_000;
/**
 * PERCENT_PRICE, of the mark price, which here is the last one. The exchange publishes 5 % for
 * BTCUSDT; a wider band lets an order rest far from a market that a test moves.
 */
export const MULTIPLIER_UP = decimal("2");
export const MULTIPLIER_DOWN = decimal("0.5");

const PARAMS: ReadonlySet<string> = new Set([
  "symbol",
  "side",
  "positionSide",
  "type",
  "timeInForce",
  "quantity",
  "reduceOnly",
  "price",
  "newClientOrderId",
  "newOrderRespType",
  "priceMatch",
  "selfTradePreventionMode",
  "goodTillDate",
  "recvWindow",
  "timestamp",
  "signature",
  "apiKey",
  "returnRateLimits",
]);

/** @throws {Refusal} */
export function readNewOrder(
  params: Params,
  { listing, now, isHedged }: {
    readonly listing: UsdmListing;
    readonly now: EpochMs;
    readonly isHedged: boolean;
  },
): UsdmOrder {
  checkAllRead(params, PARAMS);
  const side = sideOf(required(params, "side"));
  const type = required(params, "type");
  if (CONDITIONAL_TYPES.includes(type)) {
    throw new Refusal(
      -4120,
      "Order type not supported for this endpoint. " +
        "Please use the Algo Order API endpoints instead.",
    );
  }
  if (type !== "LIMIT" && type !== "MARKET") throw new Refusal(-1116, "Invalid orderType.");
  const positionSide = optional(params, "positionSide") ?? "BOTH";
  if ((positionSide === "BOTH") === isHedged) throw positionSideDiffers();
  const quantity = decimalParam(params, "quantity");
  if (quantity === null) throw missing("quantity");
  const clientOrderId = clientOrderIdParam(params, "newClientOrderId");
  const prevention = oneOf(params, "selfTradePreventionMode", PREVENTIONS) ?? "NONE";
  const base = {
    symbolId: listing.symbolId,
    side,
    quantity,
    ...(clientOrderId === null ? {} : { clientOrderId }),
    ...(optional(params, "reduceOnly") === "true" ? { reduceOnly: true } : {}),
    selfTradePrevention: prevention as SelfTradePrevention,
  };
  const responseType = oneOf(params, "newOrderRespType", ["ACK", "RESULT"]) === "RESULT"
    ? "RESULT"
    : "ACK";
  if (type === "MARKET") {
    for (const name of ["price", "timeInForce"]) {
      if (params.has(name)) {
        throw new Refusal(-1106, `Parameter '${name}' sent when not required.`);
      }
    }
    return { order: { ...base, type }, goodTillDate: null, responseType };
  }
  const price = decimalParam(params, "price");
  if (price === null) throw missing("price");
  const timeInForce = required(params, "timeInForce");
  if (!TIMES_IN_FORCE.includes(timeInForce)) throw new Refusal(-1115, "Invalid timeInForce.");
  const order = { ...base, type, price, ...rest(timeInForce) } as const;
  return { order, goodTillDate: goodTillDate(params, { timeInForce, now }), responseType };
}

function rest(timeInForce: string): Pick<NewOrder, "timeInForce" | "postOnly"> {
  if (timeInForce === "GTX") return { postOnly: true };
  return { timeInForce: timeInForce === "GTD" ? "GTC" : timeInForce as EngineTimeInForce };
}

function goodTillDate(
  params: Params,
  { timeInForce, now }: { readonly timeInForce: string; readonly now: EpochMs },
): EpochMs | null {
  const date = integerParam(params, "goodTillDate");
  if (timeInForce !== "GTD") return null;
  if (date === null) throw missing("goodTillDate");
  if (date > now + GTD_MS_MIN && date < GTD_MAX) return Math.floor(date / 1_000) * 1_000;
  throw new Refusal(
    -5040,
    "The goodTillDate timestamp must be greater than the current time plus 600 seconds and " +
      "smaller than 253402300799000",
  );
}

/** @throws {Refusal} naming the first filter that fails. */
export function checkFilters(
  listing: UsdmListing,
  order: Pick<NewOrder, "price" | "quantity" | "reduceOnly">,
  lastPrice: Decimal | null,
): void {
  const { quantity = null, price = null } = order;
  if (price !== null) checkPrice(listing, price, lastPrice);
  if (quantity === null) return;
  if (compare(quantity, listing.minQty) < 0) {
    throw quantity === "0"
      ? new Refusal(-4003, "Quantity less than or equal to zero.")
      : new Refusal(-4004, "Quantity less than min quantity.");
  }
  const most = price === null ? listing.marketMaxQty : listing.maxQty;
  if (compare(quantity, most) > 0) throw new Refusal(-4005, "Quantity greater than max quantity.");
  if (!isMultipleOf(quantity, listing.stepSize)) throw tooPrecise();
  const at = price ?? lastPrice;
  if (order.reduceOnly === true || at === null) return;
  if (compare(multiply(at, quantity), listing.minNotional) < 0) throw belowNotional(listing);
}

function checkPrice(listing: UsdmListing, price: Decimal, last: Decimal | null): void {
  if (compare(price, listing.maxPrice) > 0) {
    throw new Refusal(-4002, "Price greater than max price.");
  }
  if (compare(price, listing.minPrice) < 0) throw new Refusal(-4013, "Price less than min price.");
  if (!isMultipleOf(subtract(price, listing.minPrice), listing.tickSize)) throw offTick();
  if (last === null) return;
  const [cap, floor] = [multiply(last, MULTIPLIER_UP), multiply(last, MULTIPLIER_DOWN)];
  if (compare(price, cap) > 0) {
    throw new Refusal(-4016, `Limit price can't be higher than ${cap}.`);
  }
  if (compare(price, floor) < 0) {
    throw new Refusal(-4024, `Limit price can't be lower than ${floor}.`);
  }
}

function sideOf(text: string): "BUY" | "SELL" {
  if (text === "BUY" || text === "SELL") return text;
  throw new Refusal(-1117, "Invalid side.");
}

function oneOf(params: Params, name: string, allowed: readonly string[]): string | null {
  const value = optional(params, name);
  if (value === null || allowed.includes(value)) return value;
  throw new Refusal(-1130, `Data sent for parameter '${name}' is not valid.`);
}
