/** Reads the parameters of a new order into what the engine takes, refusing as Binance does. */
import type {
  EngineTimeInForce,
  NewOrder,
  SelfTradePrevention,
} from "../../exchanges/paper/messages.ts";
import type { Decimal } from "../../model/decimal.ts";
import type { Side } from "../../model/order.ts";
import type { BinanceListing } from "./listing.ts";
import type { ResponseType } from "./order_payloads.ts";
import { decimalParam, optional, type Params, required } from "./params.ts";
import { missing, Refusal } from "./refusal.ts";

export interface NewOrderRequest {
  readonly order: NewOrder;
  readonly responseType: ResponseType;
}

/** Legal characters as the error text of the exchange names them. */
const CLIENT_ORDER_ID = /^[.A-Z:/a-z0-9_-]{1,36}$/;
const TIMES_IN_FORCE: readonly string[] = ["GTC", "IOC", "FOK"];
const PREVENTIONS: readonly string[] = ["NONE", "EXPIRE_TAKER", "EXPIRE_MAKER", "EXPIRE_BOTH"];
const RESPONSE_TYPES: readonly string[] = ["ACK", "RESULT", "FULL"];
/** Listed types the engine does not trade: refused as for a symbol without them. */
const CONDITIONAL_TYPES: readonly string[] = [
  "STOP_LOSS",
  "STOP_LOSS_LIMIT",
  "TAKE_PROFIT",
  "TAKE_PROFIT_LIMIT",
];

/** Everything POST /api/v3/order reads; any other parameter is -1104. */
export const NEW_ORDER_PARAMS: ReadonlySet<string> = new Set([
  "symbol",
  "side",
  "type",
  "timeInForce",
  "quantity",
  "quoteOrderQty",
  "price",
  "newClientOrderId",
  "strategyId",
  "strategyType",
  "stopPrice",
  "trailingDelta",
  "icebergQty",
  "newOrderRespType",
  "selfTradePreventionMode",
  "pegPriceType",
  "pegOffsetValue",
  "pegOffsetType",
  "recvWindow",
  "timestamp",
  "signature",
  "apiKey",
  "returnRateLimits",
  "computeCommissionRates",
]);

/** @throws {Refusal} -1104 when something was sent that nobody reads. */
export function checkAllRead(params: Params, known: ReadonlySet<string>): void {
  let read = 0;
  for (const name of params.keys()) if (known.has(name)) read++;
  if (read === params.size) return;
  throw new Refusal(
    -1104,
    `Not all sent parameters were read; read '${read}' parameter(s) but was sent '${params.size}'.`,
  );
}

/** @throws {Refusal} -1100 … -1117, or -2010 for a type the symbol does not trade. */
export function readNewOrder(params: Params, listing: BinanceListing): NewOrderRequest {
  const side = sideOf(required(params, "side"));
  const type = required(params, "type");
  const clientOrderId = clientOrderIdParam(params, "newClientOrderId");
  const prevention = oneOf(params, "selfTradePreventionMode", {
    allowed: PREVENTIONS,
    refusal: () => new Refusal(-1180, "Invalid selfTradePreventionMode."),
  });
  if (params.has("icebergQty")) throw new Refusal(-1013, "Filter failure: ICEBERG_PARTS");
  const base = {
    symbolId: listing.symbolId,
    side,
    ...(clientOrderId === null ? {} : { clientOrderId }),
    // The published default of the symbols listed here.
    selfTradePrevention: (prevention ?? "NONE") as SelfTradePrevention,
  };
  switch (type) {
    case "LIMIT":
      return respond(params, { ...base, ...limitTerms(params) }, "FULL");
    case "LIMIT_MAKER":
      return respond(params, { ...base, ...makerTerms(params) }, "FULL");
    case "MARKET":
      return respond(params, { ...base, ...marketTerms(params) }, "FULL");
    default:
      throw CONDITIONAL_TYPES.includes(type)
        ? new Refusal(-2010, "Stop loss orders are not supported for this symbol.")
        : new Refusal(-1116, "Invalid orderType.");
  }
}

/** @throws {Refusal} -1100. */
export function clientOrderIdParam(params: Params, name: string): string | null {
  const id = optional(params, name);
  if (id === null || CLIENT_ORDER_ID.test(id)) return id;
  throw new Refusal(
    -1100,
    `Illegal characters found in parameter '${name}'; ` +
      "legal range is '^[\\.A-Z\\:/a-z0-9_-]{1,36}$'.",
  );
}

function respond(params: Params, order: NewOrder, fallback: ResponseType): NewOrderRequest {
  const wanted = oneOf(params, "newOrderRespType", {
    allowed: RESPONSE_TYPES,
    refusal: () => new Refusal(-1120, "Invalid newOrderRespType."),
  });
  return { order, responseType: (wanted ?? fallback) as ResponseType };
}

function limitTerms(params: Params) {
  refuseSent(params, "quoteOrderQty");
  const timeInForce = required(params, "timeInForce");
  if (!TIMES_IN_FORCE.includes(timeInForce)) throw new Refusal(-1115, "Invalid timeInForce.");
  return {
    type: "LIMIT" as const,
    timeInForce: timeInForce as EngineTimeInForce,
    ...priceAndQuantity(params),
  };
}

function makerTerms(params: Params) {
  refuseSent(params, "timeInForce");
  refuseSent(params, "quoteOrderQty");
  return { type: "LIMIT" as const, postOnly: true, ...priceAndQuantity(params) };
}

function marketTerms(params: Params) {
  refuseSent(params, "timeInForce");
  refuseSent(params, "price");
  const quantity = decimalParam(params, "quantity");
  const quoteQuantity = decimalParam(params, "quoteOrderQty");
  if (quantity !== null && quoteQuantity !== null) {
    throw new Refusal(-1128, "Combination of optional parameters invalid.");
  }
  if (quantity !== null) {
    return { type: "MARKET" as const, quantity: positive(quantity, "quantity") };
  }
  if (quoteQuantity === null) {
    throw new Refusal(
      -1102,
      "Param 'quantity' or 'quoteOrderQty' must be sent, but both were empty/null!",
    );
  }
  return { type: "MARKET" as const, quoteQuantity: positive(quoteQuantity, "quoteOrderQty") };
}

function priceAndQuantity(params: Params): { readonly price: Decimal; readonly quantity: Decimal } {
  const quantity = decimalParam(params, "quantity");
  if (quantity === null) throw missing("quantity");
  const price = decimalParam(params, "price");
  if (price === null) throw missing("price");
  return { price: positive(price, "price"), quantity: positive(quantity, "quantity") };
}

function positive(value: Decimal, name: string): Decimal {
  if (value === "0") throw new Refusal(-1013, `Invalid ${name}.`);
  return value;
}

function refuseSent(params: Params, name: string): void {
  if (params.has(name)) throw new Refusal(-1106, `Parameter '${name}' sent when not required.`);
}

function sideOf(text: string): Side {
  if (text === "BUY" || text === "SELL") return text;
  throw new Refusal(-1117, "Invalid side.");
}

function oneOf(
  params: Params,
  name: string,
  rule: { readonly allowed: readonly string[]; readonly refusal: () => Refusal },
): string | null {
  const value = optional(params, name);
  if (value !== null && !rule.allowed.includes(value)) throw rule.refusal();
  return value;
}
