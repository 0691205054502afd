/**
 * What an error of Hyperliquid proves. Errors are words alone: of a whole action
 * (`{"status":"err","response":"…"}`) or of one order inside an answer that says `ok`. Source:
 * hyperliquid.gitbook.io, "Error responses", read on 2026-11-21, whose order errors are reasons for
 * which an order was rejected. What that page does not have is of the signature's check, which comes
 * before any action ("Signing": `User or API Wallet 0x… does not exist`, `Must deposit before
 * performing actions`), or of the address limit ("Rate limits", and ccxt's table of errors).
 *
 * Not listed: a stale `expiresAfter`, whose words are documented nowhere, and `Invalid nonce: nonce
 * too low`, which a second copy of an action that was done would get as well.
 */
import type { ErrorRule, VenueError } from "../../plans/answer_plan.ts";

/** `{"status":"ok","response":{"type":"order","data":{"statuses":[{"error":"Order has …"}]}}}` */
export function errorOf(value: object): VenueError | null {
  const { status, response, error } = value as Fields;
  if (status === "unknownOid") return { code: status, message: "no such order" };
  if (status === "err") return worded(response);
  if (error !== undefined) return worded(error);
  const statuses = (response as Fields | null | undefined)?.data?.statuses;
  if (!Array.isArray(statuses)) return null;
  for (const each of statuses) {
    const told = (each as Fields | null)?.error;
    if (told !== undefined) return worded(told);
  }
  return null;
}

/** Every field is unknown until checked. */
interface Fields {
  readonly status?: unknown;
  readonly response?: unknown;
  readonly error?: unknown;
  readonly data?: { readonly statuses?: unknown } | null;
}

function worded(message: unknown): VenueError {
  return { code: null, message: typeof message === "string" ? message : "" };
}

/** How a message begins, by our word for it. */
const REFUSED: Readonly<Record<string, readonly string[]>> = {
  FILTER: [
    "Price must be divisible by tick size.",
    "Order must have minimum value of ",
    "Order has invalid size",
    "Order has zero size.",
    "Order has invalid price",
    "Order price cannot be more than ",
    "Price too far from oracle",
    "Order price too far from oracle",
  ],
  INSUFFICIENT_FUNDS: [
    "Insufficient margin to place order.",
    "Insufficient spot balance asset",
    "Order has insufficient spot balance to trade",
  ],
  REDUCE_ONLY_REJECTED: ["Reduce only order would increase position."],
  POST_ONLY_WOULD_TAKE: ["Post only order would have immediately matched"],
  NO_LIQUIDITY: [
    "Order could not immediately match against any resting orders.",
    "No liquidity available for market order.",
  ],
  RISK_LIMIT: [
    "Order would increase open interest",
    "Order rejected due to price more aggressive than oracle",
    "Order would exceed margin tier limit",
  ],
  UNSUPPORTED: ["Invalid TP/SL price."],
  AUTHENTICATION: [
    "User or API Wallet ",
    "L1 error: User or API Wallet ",
    "Must deposit before performing actions.",
  ],
  INVALID_SIGNATURE: ["Unable to recover signer."],
};

export const HYPERLIQUID_ERRORS: readonly ErrorRule[] = [
  { code: "unknownOid", on: "read", verdict: "notFound", reason: "UNKNOWN_ORDER" },
  {
    code: null,
    message: "Order was never placed, already canceled, or filled.",
    on: "cancel",
    verdict: "notFound",
    reason: "UNKNOWN_ORDER",
  },
  // A copy of the very action: what became of the first one is to be found out.
  {
    code: null,
    message: "Invalid nonce: duplicate nonce",
    verdict: "duplicate",
    reason: "DUPLICATE_NONCE",
  },
  {
    code: null,
    message: "Too many cumulative requests sent",
    verdict: "refused",
    reason: "RATE_LIMITED",
    later: true,
  },
  ...Object.entries(REFUSED).flatMap(([reason, messages]) =>
    messages.map((message): ErrorRule => ({ code: null, message, verdict: "refused", reason }))
  ),
];
