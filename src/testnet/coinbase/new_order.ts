/** Reads the body of a new order into what the engine takes, declining as Coinbase does. */
import type { NewOrder } from "../../exchanges/paper/messages.ts";
import type { Listings } from "../kit/listing.ts";
import type { CoinbaseListing } from "./listing.ts";
import { objectOf, optional, type Params, positiveOf, required } from "./params.ts";
import { Declined } from "./refusal.ts";

/** Longer than any id that was seen to be taken. */
const CLIENT_ID_LENGTH_MAX = 128;

export interface ReadOrder {
  readonly order: NewOrder;
  readonly listing: CoinbaseListing;
}

/** @throws {Refusal | Declined} */
export function readNewOrder(params: Params, listings: Listings<CoinbaseListing>): ReadOrder {
  const clientOrderId = required(params, "client_order_id").slice(0, CLIENT_ID_LENGTH_MAX);
  const listing = listings.get(optional(params, "product_id") ?? "");
  if (listing === undefined) throw new Declined("INVALID_PRODUCT_ID", "product is not listed");
  const side = optional(params, "side");
  if (side !== "BUY" && side !== "SELL") throw new Declined("INVALID_SIDE");
  const configurations = Object.entries(objectOf(params["order_configuration"]));
  const [configuration] = configurations;
  if (configuration === undefined || configurations.length > 1) throw unsupported();
  const [name, given] = configuration;
  const terms = termsOf(name, objectOf(given));
  return { listing, order: { symbolId: listing.symbolId, side, clientOrderId, ...terms } };
}

function termsOf(name: string, given: Params): Omit<NewOrder, "symbolId" | "side"> {
  const [quantity, price] = [positiveOf(given, "base_size"), positiveOf(given, "limit_price")];
  if (name === "market_market_ioc") {
    const quoteQuantity = positiveOf(given, "quote_size");
    if ((quantity === null) === (quoteQuantity === null)) throw unsupported();
    return { type: "MARKET", ...(quantity === null ? { quoteQuantity } : { quantity }) };
  }
  const rule = LIMITS[name];
  if (rule === undefined) throw unsupported();
  if (quantity === null) throw new Declined("PREVIEW_NON_NUMERIC_ORDER_SIZE");
  if (price === null) throw new Declined("INVALID_LIMIT_PRICE");
  const isPostOnly = name === "limit_limit_gtc" && given["post_only"] === true;
  return {
    type: "LIMIT",
    quantity,
    price,
    timeInForce: rule,
    ...(isPostOnly ? { postOnly: true } : {}),
  };
}

/** Stops, brackets and orders that end on a date are not served here. */
const LIMITS: Readonly<Record<string, NewOrder["timeInForce"] & string>> = {
  limit_limit_gtc: "GTC",
  sor_limit_ioc: "IOC",
  limit_limit_fok: "FOK",
};

function unsupported(): Declined {
  return new Declined("UNSUPPORTED_ORDER_CONFIGURATION", "order configuration is not supported");
}
