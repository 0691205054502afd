/**
 * How Hyperliquid says no: in words, of a whole action or of one order inside an answer that says
 * `ok`; a body that is none of its requests gets an HTTP error. Source: hyperliquid.gitbook.io,
 * "Error responses", as read on 2026-11-21; words that page lacks are from its SDKs' issues.
 */
import { type HttpAnswer, jsonAnswer } from "../http.ts";
import type { HyperliquidListing } from "./listing.ts";

/** Thrown by whatever reads or checks a request, answered in one place. */
export abstract class Refusal extends Error {
  abstract answer(): HttpAnswer;
}

class ActionRefusal extends Refusal {
  answer(): HttpAnswer {
    return jsonAnswer(200, { status: "err", response: this.message });
  }
}

class HttpRefusal extends Refusal {
  readonly #status: number;

  constructor(status: number, message: string) {
    super(message);
    this.#status = status;
  }

  answer(): HttpAnswer {
    return { status: this.#status, headers: "content-type: text/plain\r\n", body: this.message };
  }
}

/** Of one order: told in its place among the statuses. */
export class OrderRefusal extends Error {}

export const actionRefusal = (words: string): Refusal => new ActionRefusal(words);
export const malformed = (): Refusal =>
  new HttpRefusal(422, "Failed to deserialize the JSON body into the target type");
export const tooManyRequests = (): Refusal => new HttpRefusal(429, "Too Many Requests");

/** The engine's refusals of an order, in the venue's words. */
export function wordsFor(
  code: string,
  { listing, bbo }: { readonly listing: HyperliquidListing; readonly bbo: string },
): OrderRefusal {
  return new OrderRefusal(`${sentenceFor(code, listing, bbo)} asset=${listing.asset}`);
}

function sentenceFor(code: string, listing: HyperliquidListing, bbo: string): string {
  switch (code) {
    case "FILTER_PRICE":
      return "Price must be divisible by tick size.";
    case "FILTER_LOT_SIZE":
      return "Order has invalid size.";
    case "FILTER_NOTIONAL":
      return listing.isSpot
        ? `Order must have minimum value of 10 ${listing.quote}.`
        : "Order must have minimum value of $10.";
    case "INSUFFICIENT_FUNDS":
      return "Insufficient spot balance";
    case "INSUFFICIENT_MARGIN":
      return "Insufficient margin to place order.";
    case "REDUCE_ONLY_REJECTED":
      return "Reduce only order would increase position.";
    case "WOULD_TAKE":
      return `Post only order would have immediately matched, bbo was ${bbo}.`;
    case "NO_LIQUIDITY":
      return "Order could not immediately match against any resting orders.";
    case "UNKNOWN_ORDER":
      return "Order was never placed, already canceled, or filled.";
    default:
      return "Order has invalid price.";
  }
}
