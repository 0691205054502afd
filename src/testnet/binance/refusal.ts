/** How Binance says no: a code, a text (the exchange's own, word by word), an HTTP status. */

/**
 * Thrown by whatever reads or checks a request, answered in one place by the dispatcher: a request
 * has twenty ways to be wrong and every handler would else pass the same union through.
 */
export class Refusal extends Error {
  readonly code: number;
  readonly status: number;
  /** Goes beside code and msg, as cancel-replace and the WebSocket API do. */
  readonly data: unknown;
  readonly retryAfterS: number | null;

  constructor(
    code: number,
    message: string,
    options: { readonly status?: number; readonly data?: unknown; readonly retryAfterS?: number } =
      {},
  ) {
    super(message);
    this.code = code;
    this.status = options.status ?? 400;
    this.data = options.data;
    this.retryAfterS = options.retryAfterS ?? null;
  }

  /** The body Binance sends over REST, and as `error` over the WebSocket API. */
  get body(): { readonly code: number; readonly msg: string; readonly data?: unknown } {
    const body = { code: this.code, msg: this.message };
    return this.data === undefined ? body : { ...body, data: this.data };
  }
}

export function missing(name: string): Refusal {
  return new Refusal(
    -1102,
    `Mandatory parameter '${name}' was not sent, was empty/null, or malformed.`,
  );
}

export function filterFailure(filter: string): Refusal {
  return new Refusal(-1013, `Filter failure: ${filter}`);
}

export const unknownOrderSent = () => new Refusal(-2011, "Unknown order sent.");
export const orderDoesNotExist = () => new Refusal(-2013, "Order does not exist.");
export const invalidSymbol = () => new Refusal(-1121, "Invalid symbol.");
export const invalidSignature = () =>
  new Refusal(-1022, "Signature for this request is not valid.");
export const invalidKeyFormat = () =>
  new Refusal(-2014, "API-key format invalid.", { status: 401 });
export const invalidKey = () =>
  new Refusal(-2015, "Invalid API-key, IP, or permissions for action.", { status: 401 });
export const outsideRecvWindow = () =>
  new Refusal(-1021, "Timestamp for this request is outside of the recvWindow.");
