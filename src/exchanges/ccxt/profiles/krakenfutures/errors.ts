/**
 * What an error of Kraken Futures proves: a text of the API as a whole (`error`), or the status of
 * the one order a request was about, both with HTTP 200. Source:
 * docs.kraken.com/api-reference/order-management (send-order, edit-order, cancel-order) and
 * docs.kraken.com/exchange/guides/futures/errors, read on 2026-11-21. Not listed, because they leave
 * the execution open: `Server Error`, `unknownError`, `unavailable`, `Unavailable`,
 * `nonceBelowThreshold` and `nonceDuplicate` (no nonce is sent).
 */
import type { Action, ErrorRule, VenueError } from "../../plans/answer_plan.ts";

/** What says that it was done, by what was asked for. */
const DONE: Readonly<Record<Exclude<Action, "read">, readonly [string, ReadonlySet<string>]>> = {
  submit: ["sendStatus", new Set(["placed", "partiallyFilled", "filled"])],
  cancel: ["cancelStatus", new Set(["cancelled"])],
  amend: ["editStatus", new Set(["edited"])],
};

/** `{"result":"error","error":"apiLimitExceeded"}`, `{"sendStatus":{"status":"invalidSize",…},…}` */
export function errorOf(
  value: object,
  { action }: { readonly action: Action },
): VenueError | null {
  const row: { readonly [field: string]: unknown } = { ...value };
  if (row["result"] === "error") return worded(row["error"] ?? firstOf(row["errors"]));
  if (action === "read") return null;
  const [field, done] = DONE[action];
  const told = row[field];
  if (typeof told !== "object" || told === null || !("status" in told)) return null;
  return typeof told.status === "string" && done.has(told.status) ? null : worded(told.status);
}

function worded(text: unknown): VenueError {
  const message = typeof text === "string" ? text : "";
  // `invalidArgument: size` names the argument besides.
  return { code: message.split(/[:(]/, 1)[0]!.trimEnd() || null, message };
}

function firstOf(errors: unknown): unknown {
  const [first] = Array.isArray(errors) ? errors : [];
  return typeof first === "object" && first !== null && "message" in first ? first.message : "";
}

const REFUSED: Readonly<Record<string, readonly string[]>> = {
  AUTHENTICATION: ["authenticationError"],
  PERMISSION: ["accountInactive"],
  INVALID_REQUEST: [
    "invalidArgument",
    "requiredArgumentMissing",
    "Bad Request",
    "invalidOrderType",
    "invalidSide",
    "clientOrderIdTooLong",
    "clientOrderIdInvalid",
  ],
  INVALID_SYMBOL: ["contractNotFound", "marketUnavailable"],
  INSUFFICIENT_FUNDS: ["insufficientAvailableFunds", "insufficientFunds", "INSUFFICIENT_MARGIN"],
  FILTER: ["invalidSize", "invalidPrice", "outsidePriceCollar"],
  RISK_LIMIT: ["maxPositionViolation", "tooManySmallOrders", "wouldCauseLiquidation"],
  REDUCE_ONLY_REJECTED: ["wouldNotReducePosition"],
  POST_ONLY_WOULD_TAKE: ["postWouldExecute"],
  TIME_IN_FORCE: ["iocWouldNotExecute"],
  SELF_TRADE_PREVENTION: ["selfFill"],
  MARKET_CLOSED: ["marketSuspended", "marketInactive"],
};

export const KRAKENFUTURES_ERRORS: readonly ErrorRule[] = [
  { code: "clientOrderIdAlreadyExist", verdict: "duplicate", reason: "DUPLICATE_ID" },
  // `filled`: "the order was found completely filled and could not be cancelled".
  ...["notFound", "orderForEditNotFound", "filled"].map((code): ErrorRule => ({
    code,
    verdict: "notFound",
    reason: "UNKNOWN_ORDER",
  })),
  { code: "apiLimitExceeded", verdict: "refused", reason: "RATE_LIMITED", later: true },
  ...Object.entries(REFUSED).flatMap(([reason, codes]) =>
    codes.map((code): ErrorRule => ({ code, verdict: "refused", reason }))
  ),
];
