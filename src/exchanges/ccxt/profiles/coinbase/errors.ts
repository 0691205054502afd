/**
 * What an error of Coinbase Advanced Trade proves. A request that is understood and turned away is
 * answered with HTTP 200, `success: false` and a reason out of a list; what does not come so far is
 * answered by the gateway with a code of gRPC. Source: the enumerations of
 * docs.cdp.coinbase.com/api-reference/advanced-trade-api/rest-api/orders (create-order, edit-order,
 * cancel-orders), read on 2026-11-21. Not listed, because they leave open what was done:
 * UNKNOWN_FAILURE_REASON and its like, COMMANDER_REJECTED_… (said by a service behind the one that
 * answers), DUPLICATE_CANCEL_REQUEST, MODIFY_POSITION_WORKFLOW_ALREADY_RUNNING, INTERNAL,
 * UNAVAILABLE, DEADLINE_EXCEEDED, and every newer code.
 */
import type { Action, ErrorRule, VenueError } from "../../plans/answer_plan.ts";

type Fields = { readonly [field: string]: unknown };

export function errorOf(
  value: object,
  { action }: { readonly action: Action },
): VenueError | null {
  const row = fieldsOf(value);
  if (action === "cancel" && Array.isArray(row["results"])) return cancelError(row["results"]);
  if (row["success"] === false) return declined(row);
  const [first] = Array.isArray(row["errors"]) ? row["errors"] : [];
  if (first !== undefined && row["success"] === undefined) {
    // `{"errors":[{"id":"rate_limit_exceeded","message":"Too many requests"}]}`
    const { id, message } = fieldsOf(first);
    return { code: textOr(id), message: textOr(message) ?? "" };
  }
  const code = textOr(row["error"]);
  if (code === null) return null;
  const message = row["message"] ?? row["error_details"] ?? row["error_description"];
  return { code, message: textOr(message) ?? "" };
}

/** `{"results":[{"success":false,"failure_reason":"UNKNOWN_CANCEL_ORDER","order_id":"0000"}]}` */
function cancelError(results: readonly unknown[]): VenueError | null {
  const failed = results.map(fieldsOf).find((each) => each["success"] !== true);
  if (failed === undefined) return null;
  return { code: told(failed["failure_reason"]), message: textOr(failed["failure_reason"]) ?? "" };
}

/**
 * `{"success":false,"error_response":{"error":"INSUFFICIENT_FUND","message":"Insufficient…",`
 * `"new_order_failure_reason":"INSUFFICIENT_FUND"},…}`; edits say
 * `{"success":false,"errors":[{"edit_failure_reason":"ORDER_NOT_FOUND",…}]}`.
 */
function declined(row: Fields): VenueError {
  const errors = row["errors"];
  const response = fieldsOf(row["error_response"] ?? (Array.isArray(errors) ? errors[0] : errors));
  const reasons = [
    "edit_failure_reason",
    "new_order_failure_reason",
    "error",
    "preview_failure_reason",
  ].map((name) => told(response[name])).filter((reason) => reason !== null);
  const [reason = null] = reasons;
  const words = [response["message"], response["error_details"], row["failure_reason"]];
  const message = words.map(textOr).find((each) => each !== null && each !== "") ?? reason ?? "";
  // An answer that names an order after all proves nothing.
  const namesOne = (textOr(row["order_id"]) ?? "") !== "" || row["success_response"] !== undefined;
  return { code: namesOne ? null : reason, message };
}

/** "UNKNOWN_FAILURE_REASON" stands for none. */
function told(reason: unknown): string | null {
  const text = textOr(reason);
  return text === null || text === "" || /^UNKNOWN_\w+_REASON$/.test(text) ? null : text;
}

function textOr(value: unknown): string | null {
  return typeof value === "string" ? value : null;
}

function fieldsOf(value: unknown): Fields {
  return typeof value === "object" && value !== null ? { ...value } : {};
}

/** Of new orders, by our word for it. Checks made before creation say the same with PREVIEW_. */
const DECLINED: Readonly<Record<string, readonly string[]>> = {
  INSUFFICIENT_FUNDS: [
    "INSUFFICIENT_FUND",
    "INSUFFICIENT_FUNDS",
    "INVALID_LEDGER_BALANCE",
    "INSUFFICIENT_LEDGER_BALANCE",
  ],
  FILTER: [
    "INVALID_SIZE_PRECISION",
    "INVALID_PRICE_PRECISION",
    "INVALID_LIMIT_PRICE_PRECISION",
    "INVALID_LIMIT_PRICE",
    "INVALID_BASE_SIZE_TOO_LARGE",
    "INVALID_BASE_SIZE_TOO_SMALL",
    "INVALID_QUOTE_SIZE_PRECISION",
    "INVALID_QUOTE_SIZE_TOO_LARGE",
    "INVALID_QUOTE_SIZE_TOO_SMALL",
    "INVALID_PRICE_TOO_LARGE",
    "BREACHED_PRICE_LIMIT",
    "LIMIT_PRICE_TOO_FAR_FROM_MARKET",
    "LIMIT_ORDER_PRICE_EXCEEDS_PRICE_BAND_ON_BUY",
    "LIMIT_ORDER_PRICE_EXCEEDS_PRICE_BAND_ON_SELL",
    "NON_NUMERIC_ORDER_SIZE",
  ],
  POST_ONLY_WOULD_TAKE: ["INVALID_LIMIT_PRICE_POST_ONLY"],
  NO_LIQUIDITY: ["INVALID_NO_LIQUIDITY", "MISSING_PRODUCT_PRICE_BOOK"],
  INVALID_SYMBOL: [
    "INVALID_PRODUCT_ID",
    "INELIGIBLE_PAIR",
    "UNTRADABLE_PRODUCT",
    "INVALID_UNSUPPORTED_INSTRUMENT",
  ],
  INVALID_REQUEST: ["INVALID_SIDE", "INVALID_ORDER_CONFIG", "INVALID_REQUEST"],
  UNSUPPORTED: [
    "UNSUPPORTED_ORDER_CONFIGURATION",
    "FOK_DISABLED",
    "FOK_ONLY_ALLOWED_ON_LIMIT_ORDERS",
    "POST_ONLY_NOT_ALLOWED_WITH_FOK",
    "REDUCE_ONLY_NOT_ALLOWED_ON_SPOT_PRODUCTS",
  ],
  MARKET_CLOSED: [
    "ORDER_ENTRY_DISABLED",
    "PRODUCT_TRADING_HALTED",
    "TRADING_DISABLED",
    "NOT_ALLOWED_BY_MARKET_STATE",
  ],
  PERMISSION: ["GEOFENCING_RESTRICTION", "COMPLIANCE_PURCHASE_LIMIT_EXCEEDED"],
  RISK_LIMIT: ["BREACHED_RISK_LIMIT", "MAX_DAILY_VOLUME_NOTIONAL_BREACHED"],
};

/** The order is as it was. */
const NOT_EDITED: readonly string[] = [
  "CANNOT_EDIT_TO_BELOW_FILLED_SIZE",
  "ONLY_LIMIT_ORDER_EDITS_SUPPORTED",
  "INVALID_EDITED_SIZE",
  "INVALID_EDITED_PRICE",
  "INVALID_ORIGINAL_SIZE",
  "INVALID_ORIGINAL_PRICE",
  "EDIT_REQUEST_EQUAL_TO_ORIGINAL_REQUEST",
  "SIZE_IN_QUOTE_EDITS_NOT_ALLOWED",
  "PORTFOLIO_NOT_ALLOWED_FOR_EDITS",
  "STRATEGY_NOT_SUPPORTED",
  "CANNOT_EDIT_FUTURES_ORDER",
  "EXCEEDED_MAX_ALLOWED_EDIT_REQUEST_COUNT",
  "ORDER_EDIT_ORDER_TYPE_NOT_SUPPORTED",
  "REPLACE_NOT_SUPPORTED",
];

/** Something else is being done to the order: nothing is said of what will be. */
const BUSY: readonly string[] = [
  "ORDER_IS_ALREADY_BEING_REPLACED",
  "ORDER_IS_BEING_REPLACED",
  "TOO_MANY_PENDING_REPLACES",
];

/** Also of orders that are done: proves nothing by itself. */
const NOT_FOUND: readonly string[] = [
  "ORDER_NOT_FOUND",
  "ONLY_OPEN_ORDERS_CAN_BE_EDITED",
  "CANNOT_EDIT_ORDER_PENDING_CANCEL",
  "ORDER_IS_PENDING_CANCEL",
  "UNKNOWN_CANCEL_ORDER",
  "ORDER_IS_FULLY_FILLED",
  "NOT_FOUND",
  "not_found",
];

/** Of the gateway: the request went no further. */
const GATEWAY: Readonly<Record<string, readonly string[]>> = {
  INVALID_REQUEST: ["INVALID_ARGUMENT", "invalid_request", "param_required", "validation_error"],
  AUTHENTICATION: [
    "UNAUTHENTICATED",
    "authentication_error",
    "unauthorized",
    "invalid_token",
    "expired_token",
    "revoked_token",
  ],
  PERMISSION: ["PERMISSION_DENIED", "invalid_scope"],
};
const GATEWAY_LIMITS: readonly string[] = [
  "RESOURCE_EXHAUSTED",
  "resource_exhausted",
  "rate_limit_exceeded",
];

function refusals(
  reasons: Readonly<Record<string, readonly string[]>>,
  of: Pick<ErrorRule, "on"> = {},
): readonly ErrorRule[] {
  return Object.entries(reasons).flatMap(([reason, codes]) =>
    codes.map((code): ErrorRule => ({ code, verdict: "refused", reason, ...of }))
  );
}

const WITH_PREVIEW = Object.fromEntries(
  Object.entries(DECLINED).map(([reason, codes]) => [
    reason,
    codes.flatMap((code) => [code, `PREVIEW_${code}`]),
  ]),
);

export const COINBASE_ERRORS: readonly ErrorRule[] = [
  ...refusals(GATEWAY),
  ...refusals(WITH_PREVIEW),
  ...refusals({ AMEND_REFUSED: NOT_EDITED }, { on: "amend" }),
  ...refusals(
    { INVALID_REQUEST: ["INVALID_CANCEL_REQUEST", "INVALID_CANCEL_PRODUCT_ID"] },
    { on: "cancel" },
  ),
  ...refusals({ PERMISSION: ["NOT_ALLOWED_TO_CANCEL"] }, { on: "cancel" }),
  ...BUSY.map((code): ErrorRule => ({
    code,
    verdict: "refused",
    reason: "ORDER_BUSY",
    later: true,
  })),
  ...GATEWAY_LIMITS.map((code): ErrorRule => ({
    code,
    verdict: "refused",
    reason: "RATE_LIMITED",
    later: true,
  })),
  { code: "DUPLICATE_CLIENT_ORDER_ID", verdict: "duplicate", reason: "DUPLICATE_ID" },
  ...NOT_FOUND.map((code): ErrorRule => ({ code, verdict: "notFound", reason: "NOT_FOUND" })),
  {
    code: "unknown",
    message: "order with this orderID was not found",
    verdict: "notFound",
    reason: "NOT_FOUND",
  },
];
