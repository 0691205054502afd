/**
 * What an error of Kraken spot proves. Errors come in a list with HTTP 200, over REST and over the
 * WebSocket in the same words. Source: docs.kraken.com/exchange/guides/general/errors and
 * docs.kraken.com/api/docs/guides/spot-errors, read on 2026-11-21.
 *
 * Not listed, because they leave the execution open: `EService:Deadline elapsed` ("the request timed
 * out according to the default or specified deadline"), `EService:Unavailable`, `EService:Busy`,
 * `EGeneral:Internal error`, `EDatabase:Internal error`; and `EAPI:Invalid nonce`: of a request that
 * reached the venue twice the second is refused so, while the first was taken.
 */
import type { ErrorRule, VenueError } from "../../plans/answer_plan.ts";

/** `{"error":["EOrder:Insufficient funds"]}`; a text that begins with W is a warning. */
export function errorOf(value: object): VenueError | null {
  const { error } = value as { readonly error?: unknown };
  if (!Array.isArray(error)) return null;
  const texts = error.map(String).filter((text) => !text.startsWith("W"));
  if (texts.length === 0) return null;
  const codes = new Set(texts.map(codeOf));
  const [code] = codes;
  // Different errors at once: a list of codes that no rule knows.
  return { code: codes.size === 1 ? code! : [...codes].join(", "), message: texts.join("; ") };
}

/** `EGeneral:Invalid arguments:volume`, `EOrder:Order minimum not met (volume too low)`. */
function codeOf(text: string): string {
  const match = /^(E\w+):\s*([^:(]+)/.exec(text);
  return match === null ? text : `${match[1]}:${match[2]!.trimEnd()}`;
}

/** By our word for it; each says that the request was turned away before it did anything. */
const REFUSED: Readonly<Record<string, readonly string[]>> = {
  AUTHENTICATION: ["EAPI:Invalid key", "EAPI:Invalid signature", "EAuth:Account unconfirmed"],
  PERMISSION: [
    "EGeneral:Permission denied",
    "EAccount:Invalid permissions",
    "EAuth:Account temporary disabled",
    "EOrder:Cannot open opposing position",
    "EOrder:Cannot open position",
  ],
  INVALID_REQUEST: ["EGeneral:Invalid arguments", "EGeneral:Unknown method"],
  INVALID_SYMBOL: ["EQuery:Unknown asset pair", "EQuery:Invalid asset pair"],
  INSUFFICIENT_FUNDS: [
    "EOrder:Insufficient funds",
    "EOrder:Insufficient margin",
    "EOrder:Margin allowance exceeded",
    "EOrder:Margin level too low",
    "EOrder:Margin position size exceeded",
  ],
  FILTER: [
    "EOrder:Order minimum not met",
    "EOrder:Cost minimum not met",
    "EOrder:Tick size check failed",
    "EOrder:Invalid price",
  ],
  MAX_OPEN_ORDERS: [
    "EOrder:Orders limit exceeded",
    "EOrder:Positions limit exceeded",
    "EOrder:Scheduled orders limit exceeded",
  ],
  REDUCE_ONLY_REJECTED: ["EOrder:Reduce only"],
  POST_ONLY_WOULD_TAKE: ["EOrder:Post only order"],
  MARKET_CLOSED: [
    "EService:Market in cancel_only mode",
    "EService:Market in post_only mode",
    "EService:Market in limit_only mode",
  ],
};

/** They ask to come later: nothing was done, and nothing is said of the order itself. */
const LATER: readonly string[] = [
  "EAPI:Rate limit exceeded",
  "EOrder:Rate limit exceeded",
  "EOrder:Domain rate limit exceeded",
  "EAuth:Rate limit exceeded",
  "EAuth:Too many requests",
  "EGeneral:Too many requests",
  "EGeneral:Temporary lockout",
  "EService:Throttled",
];

/**
 * "Kraken verifies cl_ord_id uniqueness across open orders" (guides/general/clordid); in which words
 * is not documented, so whatever speaks of that field is taken for it.
 */
const DUPLICATES: readonly (readonly [code: string, message?: string])[] = [
  ["EGeneral:Invalid arguments", "EGeneral:Invalid arguments:cl_ord_id"],
  ["EOrder:Duplicate order"],
  ["EOrder:Invalid client order id"],
  ["EOrder:Duplicate client order id"],
];

export const KRAKEN_ERRORS: readonly ErrorRule[] = [
  ...DUPLICATES.map(([code, message]): ErrorRule => ({
    code,
    ...(message === undefined ? {} : { message }),
    on: "submit",
    verdict: "duplicate",
    reason: "DUPLICATE_ID",
  })),
  // Also of orders that are done.
  { code: "EOrder:Unknown order", verdict: "notFound", reason: "UNKNOWN_ORDER" },
  { code: "EQuery:Unknown order", verdict: "notFound", reason: "UNKNOWN_ORDER" },
  ...LATER.map((code): ErrorRule => ({
    code,
    verdict: "refused",
    reason: "RATE_LIMITED",
    later: true,
  })),
  ...Object.entries(REFUSED).flatMap(([reason, codes]) =>
    codes.map((code): ErrorRule => ({ code, verdict: "refused", reason }))
  ),
];
