/** How Coinbase says no: with an HTTP status and a code, or inside an answer of success. */

/** Of the gateway: the request went no further. */
export class Refusal extends Error {
  readonly code: string;
  readonly status: number;

  constructor(code: string, message: string, status = 400) {
    super(message);
    this.code = code;
    this.status = status;
  }
}

/** Of an order, an edit or a cancel that was understood: `success: false`, with a reason. */
export class Declined extends Error {
  readonly reason: string;

  constructor(reason: string, message = "") {
    super(message);
    this.reason = reason;
  }
}

/** A body of text, without a word on what is wrong with the token. */
export const unauthorized = () => new Refusal("", "Unauthorized\n", 401);
export const invalidArgument = (message: string) => new Refusal("INVALID_ARGUMENT", message);
export const notFound = (what: string) => new Refusal("NOT_FOUND", `${what} not found`, 404);
export const tooManyRequests = () => new Refusal("rate_limit_exceeded", "Too many requests", 429);
