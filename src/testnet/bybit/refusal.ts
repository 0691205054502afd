/** How Bybit says no: a code and a text (the exchange's own), mostly with HTTP 200. */

/** Thrown by whatever reads or checks a request, answered in one place. */
export class Refusal extends Error {
  readonly code: number;
  readonly status: number;

  constructor(code: number, message: string, status = 200) {
    super(message);
    this.code = code;
    this.status = status;
  }
}

export function paramsError(what: string): Refusal {
  return new Refusal(10001, `params error: ${what}`);
}

export const invalidKey = () => new Refusal(10003, "API key is invalid.");
export const invalidSign = (origin: string) =>
  new Refusal(10004, `error sign! origin_string[${origin}]`);
export const tooManyVisits = () => new Refusal(10006, "Too many visits!");
export const serverError = () => new Refusal(10016, "Server error.");
export const serverTimeout = () => new Refusal(10000, "Server Timeout");
export const accessTooFrequent = () => new Refusal(403, "access too frequent", 403);

export function outsideRecvWindow(
  times: { readonly timestamp: number; readonly now: number; readonly window: number },
): Refusal {
  const { timestamp, now, window } = times;
  return new Refusal(
    10002,
    "invalid request, please check your server timestamp or recv_window param. " +
      `req_timestamp[${timestamp}],server_timestamp[${now}],recv_window[${window}]`,
  );
}
