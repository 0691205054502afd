/**
 * How OKX says no: a code and a text in its own words, for a whole request or for one order inside
 * an answer with HTTP 200. Source: okx.com/docs-v5/en/#error-code, as read on 2026-11-21.
 */

/** Thrown by whatever reads or checks a request, answered in one place. */
export class Refusal extends Error {
  readonly code: string;
  readonly status: number;

  constructor(code: string, message: string, status = 200) {
    super(message);
    this.code = code;
    this.status = status;
  }
}

/** Of one order: told in the answer's row. */
export class OrderRefusal extends Refusal {}

export const parameterError = (name: string) =>
  new Refusal("51000", `Parameter ${name} error`, 400);
export const emptyParameter = (name: string) =>
  new Refusal("50014", `Parameter ${name} can not be empty.`, 400);
export const unknownInstrument = () =>
  new Refusal("51001", "Instrument ID, Instrument ID code or Spread ID doesn't exist.");
export const unknownOrder = () => new Refusal("51603", "Order does not exist");
export const tooManyRequests = () => new Refusal("50011", "Too Many Requests", 429);

/** The engine's refusals of a new or changed order, in the venue's words. */
export function wordsFor(code: string): readonly [sCode: string, sMsg: string] {
  return WORDS[code] ?? ["51000", "Parameter error"];
}

const WORDS: Readonly<Record<string, readonly [string, string]>> = {
  UNKNOWN_SYMBOL: ["51001", "Instrument ID, Instrument ID code or Spread ID doesn't exist."],
  FILTER_PRICE: ["51006", "Order price is not within the price limit"],
  FILTER_LOT_SIZE: ["51121", "Order quantity must be a multiple of the lot size."],
  FILTER_NOTIONAL: ["51020", "Your order should meet or exceed the minimum order amount."],
  MAX_OPEN_ORDERS: ["51174", "Order failed, number of pending orders exceed the limit."],
  INSUFFICIENT_FUNDS: ["51008", "Order failed. Insufficient balance in account"],
  INSUFFICIENT_MARGIN: ["51008", "Order failed. Insufficient margin in account"],
  INSTRUMENT_UNSUPPORTED: ["51010", "Request unsupported under current account mode"],
  REDUCE_ONLY_REJECTED: [
    "51169",
    "Order failed because you don't have any positions in this direction for this contract to " +
    "reduce or close.",
  ],
  DUPLICATE_CLIENT_ORDER_ID: ["51016", "Client order ID already exists."],
  NO_LIQUIDITY: ["51109", "No available offers."],
};
