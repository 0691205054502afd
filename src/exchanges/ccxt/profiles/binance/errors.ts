/**
 * What an error of Binance spot proves. Source: binance-spot-api-docs, errors.md of 2025-01-09, and
 * "HTTP Return Codes" of rest-api.md. Not listed, because they leave the execution open: -1000,
 * -1001, -1006, -1007, -1008, -1016, and every message of -2010 and -1010 that is not below.
 */
import type { ErrorRule, VenueError } from "../../plans/answer_plan.ts";

/**
 * Prefixes of the documented messages of -1010, -2010 and -2011 ("the order was rejected by the
 * matching engine"). Without one of them such a code proves nothing here.
 */
const ENGINE_MESSAGES: readonly (readonly [message: string, reason: string])[] = [
  ["Account has insufficient balance", "INSUFFICIENT_FUNDS"],
  ["Market is closed.", "MARKET_CLOSED"],
  ["Order would immediately match and take.", "POST_ONLY_WOULD_TAKE"],
  ["Order would trigger immediately.", "WOULD_TRIGGER"],
  ["Market orders are not supported for this symbol.", "UNSUPPORTED"],
  ["Iceberg orders are not supported for this symbol.", "UNSUPPORTED"],
  ["Stop loss orders are not supported for this symbol.", "UNSUPPORTED"],
  ["Stop loss limit orders are not supported for this symbol.", "UNSUPPORTED"],
  ["Take profit orders are not supported for this symbol.", "UNSUPPORTED"],
  ["Take profit limit orders are not supported for this symbol.", "UNSUPPORTED"],
  ["Trailing stop orders are not supported for this symbol.", "UNSUPPORTED"],
  ["Quote order qty market orders are not support", "UNSUPPORTED"],
  ["Unsupported order combination", "UNSUPPORTED"],
  ["Price * QTY is zero or less.", "FILTER"],
  ["IcebergQty exceeds QTY.", "FILTER"],
  ["Filter failure: ", "FILTER"],
  ["This action is disabled on this account.", "PERMISSION"],
  ["This account may not place or cancel orders.", "PERMISSION"],
  ["This symbol is not permitted for this account.", "PERMISSION"],
  ["This symbol is restricted for this account.", "PERMISSION"],
  ["Rest API trading is not enabled.", "PERMISSION"],
];

const engine = (code: string): readonly ErrorRule[] =>
  ENGINE_MESSAGES.map(([message, reason]) => ({ code, message, verdict: "refused", reason }));

const invalid = (...codes: readonly string[]): readonly ErrorRule[] =>
  codes.map((code) => ({ code, verdict: "refused", reason: "INVALID_REQUEST" }));

export const BINANCE_ERRORS: readonly ErrorRule[] = [
  // The id may belong to the order whose answer was lost: look it up and adopt.
  { code: "-2010", message: "Duplicate order sent.", verdict: "duplicate", reason: "DUPLICATE_ID" },
  { code: "-1010", message: "Duplicate order sent.", verdict: "duplicate", reason: "DUPLICATE_ID" },
  ...engine("-2010"),
  ...engine("-1010"),
  { code: "-2011", message: "Unknown order sent.", verdict: "notFound", reason: "UNKNOWN_ORDER" },
  {
    code: "-2011",
    message: "Order was not canceled due to cancel restrictions.",
    verdict: "refused",
    reason: "CANCEL_RESTRICTED",
  },
  { code: "-2013", on: "read", verdict: "notFound", reason: "UNKNOWN_ORDER" },
  { code: "-1003", verdict: "refused", reason: "RATE_LIMITED", later: true },
  { code: "-1015", verdict: "refused", reason: "RATE_LIMITED", later: true },
  // "The request didn't reach the Matching Engine."
  { code: "-1013", verdict: "refused", reason: "FILTER" },
  { code: "-1002", verdict: "refused", reason: "AUTHENTICATION" },
  { code: "-1021", verdict: "refused", reason: "INVALID_TIMESTAMP" },
  { code: "-1022", verdict: "refused", reason: "INVALID_SIGNATURE" },
  { code: "-2014", verdict: "refused", reason: "AUTHENTICATION" },
  { code: "-2015", verdict: "refused", reason: "AUTHENTICATION" },
  { code: "-1014", verdict: "refused", reason: "UNSUPPORTED" },
  { code: "-1020", verdict: "refused", reason: "UNSUPPORTED" },
  { code: "-1121", verdict: "refused", reason: "INVALID_SYMBOL" },
  ...invalid("-1100", "-1101", "-1102", "-1103", "-1104", "-1105", "-1106", "-1108", "-1111"),
  ...invalid("-1114", "-1115", "-1116", "-1117", "-1118", "-1119", "-1127", "-1128", "-1130"),
  ...invalid("-1134", "-1135", "-1145"),
];

/** `{"code":-1121,"msg":"Invalid symbol."}` with a 4xx or 5xx. */
export function errorOf(value: object, { status }: { readonly status: number }): VenueError | null {
  if (status >= 200 && status < 300) return null;
  const { code, msg } = value as { readonly code?: unknown; readonly msg?: unknown };
  return { code: textOrNull(code), message: textOrNull(msg) ?? `HTTP ${status}` };
}

function textOrNull(field: unknown): string | null {
  return typeof field === "string" || typeof field === "number" ? String(field) : null;
}
