/** What an error of Coinbase proves, on payloads the venue itself has sent and others like them. */
import { assert, assertEquals } from "@std/assert";
import type { Action } from "../../../src/exchanges/ccxt/plans/answer_plan.ts";
import { asRow } from "../../../src/exchanges/ccxt/rows/fields.ts";
import { COINBASE_ERRORS, errorOf } from "../../../src/exchanges/ccxt/profiles/coinbase/errors.ts";
import { recorded } from "../../recordings.ts";

const rest = await recorded("coinbase", "rest");

/** [what, the answer, the action, the code] */
const TOLD: readonly (readonly [string, object, Action, string | null])[] = [
  ["a declined order", asRow(rest["createOrder"]![1]), "submit", "UNSUPPORTED_ORDER_CONFIGURATION"],
  [
    "one declined before creation",
    asRow(rest["handleErrors"]![3]),
    "submit",
    "PREVIEW_STOP_PRICE_ABOVE_LAST_TRADE_PRICE",
  ],
  ["a malformed request", asRow(rest["handleErrors"]![0]), "submit", "invalid_request"],
  ["a list of errors", asRow(rest["handleErrors"]![1]), "read", "not_found"],
  [
    "a failure without a reason",
    {
      success: false,
      error_response: {
        error: "UNKNOWN_FAILURE_REASON",
        preview_failure_reason: "UNKNOWN_PREVIEW_FAILURE_REASON",
      },
    },
    "submit",
    null,
  ],
  [
    "a failure that names an order after all",
    {
      success: false,
      order_id: "52cfe5e2",
      error_response: { error: "INSUFFICIENT_FUND" },
    },
    "submit",
    null,
  ],
  [
    "a cancel that failed",
    {
      results: [{ success: false, failure_reason: "UNKNOWN_CANCEL_ORDER", order_id: "1" }],
    },
    "cancel",
    "UNKNOWN_CANCEL_ORDER",
  ],
  [
    "an edit that failed",
    {
      success: false,
      errors: [{
        edit_failure_reason: "ORDER_NOT_FOUND",
        preview_failure_reason: "UNKNOWN_PREVIEW_FAILURE_REASON",
      }],
    },
    "amend",
    "ORDER_NOT_FOUND",
  ],
  [
    "a gateway's refusal",
    { error: "PERMISSION_DENIED", message: "no" },
    "read",
    "PERMISSION_DENIED",
  ],
];

for (const [what, answer, action, code] of TOLD) {
  Deno.test(`coinbase: of ${what} the code is ${code}`, () => {
    const error = errorOf(answer, { action });
    assert(error !== null);
    assertEquals(error.code, code);
  });
}

/** [code, action, verdict, reason] */
const VERDICTS = [
  ["INSUFFICIENT_FUND", "submit", "refused", "INSUFFICIENT_FUNDS"],
  ["PREVIEW_INSUFFICIENT_FUND", "submit", "refused", "INSUFFICIENT_FUNDS"],
  ["INVALID_LIMIT_PRICE_POST_ONLY", "submit", "refused", "POST_ONLY_WOULD_TAKE"],
  ["PREVIEW_INVALID_BASE_SIZE_TOO_SMALL", "submit", "refused", "FILTER"],
  ["UNSUPPORTED_ORDER_CONFIGURATION", "submit", "refused", "UNSUPPORTED"],
  ["DUPLICATE_CLIENT_ORDER_ID", "submit", "duplicate", "DUPLICATE_ID"],
  ["CANNOT_EDIT_TO_BELOW_FILLED_SIZE", "amend", "refused", "AMEND_REFUSED"],
  ["ORDER_IS_ALREADY_BEING_REPLACED", "amend", "refused", "ORDER_BUSY"],
  ["UNKNOWN_CANCEL_ORDER", "cancel", "notFound", "NOT_FOUND"],
  ["INVALID_ARGUMENT", "submit", "refused", "INVALID_REQUEST"],
  ["PERMISSION_DENIED", "submit", "refused", "PERMISSION"],
  ["rate_limit_exceeded", "submit", "refused", "RATE_LIMITED"],
] as const;

for (const [code, action, verdict, reason] of VERDICTS) {
  Deno.test(`coinbase: ${code} is ${verdict}, ${reason}`, () => {
    const rules = COINBASE_ERRORS.filter((rule) =>
      rule.code === code && (rule.on === undefined || rule.on === action)
    );
    assertEquals(rules.map((rule) => [rule.verdict, rule.reason]), [[verdict, reason]]);
  });
}

/** They leave open what was done. */
const OPEN = [
  "UNKNOWN_FAILURE_REASON",
  "COMMANDER_REJECTED_NEW_ORDER",
  "COMMANDER_REJECTED_EDIT_ORDER",
  "COMMANDER_REJECTED_CANCEL_ORDER",
  "DUPLICATE_CANCEL_REQUEST",
  "MODIFY_POSITION_WORKFLOW_ALREADY_RUNNING",
  "INTERNAL",
  "UNAVAILABLE",
  "DEADLINE_EXCEEDED",
];

Deno.test("coinbase: every code stands in the allow list once, and none that leaves it open", () => {
  const codes = COINBASE_ERRORS.map(({ code }) => code);
  assertEquals(codes.length, new Set(codes).size);
  assertEquals(codes.filter((code) => code === null || OPEN.includes(code)), []);
  const later = COINBASE_ERRORS.filter((rule) => rule.later === true).map(({ reason }) => reason);
  assertEquals(new Set(later), new Set(["RATE_LIMITED", "ORDER_BUSY"]));
});
