/**
 * Which of OKX's budgets a refusal for too many requests speaks of. Source: OKX API guide v5, "Rate
 * Limits" and "Error Code" (okx.com/docs-v5/en), as read on 2026-11-21: limits are by endpoint and,
 * where it is private, by user; 50011 is "Rate limit reached", 50061 "Sub-account rate limit
 * reached", which counts new and amended orders. A cancel has an endpoint of its own, so it goes
 * while placing is refused. Every other code, and a 429 without one, is of the gateway: about all.
 */
import type { Action, LimitedRequest, VenueError } from "../../plans/answer_plan.ts";

/**
 * The refusal does not name the instrument, and options have budgets of their own: an endpoint is
 * left alone for all of them, for the 2 s of its window.
 */
export function okxLimited({ code }: VenueError, asked: LimitedRequest): readonly string[] | null {
  if (code === "50061") return ["subAccount"];
  if (code !== "50011") return null;
  return (asked.by === "socket" ? BY_ACTION[asked.action] : byUrl(asked)) ?? null;
}

const PLACE = ["place", "optionPlace"];
const AMEND = ["amend", "optionAmend"];
const CANCEL = ["cancel", "optionCancel"];

const BY_ACTION: Readonly<Partial<Record<Action, readonly string[]>>> = {
  submit: PLACE,
  amend: AMEND,
  cancel: CANCEL,
};

const BY_ENDPOINT: Readonly<Record<string, readonly string[]>> = {
  "POST trade/order": PLACE,
  "POST trade/amend-order": AMEND,
  "POST trade/cancel-order": CANCEL,
  "POST trade/cancel-all-after": ["cancelAllAfter"],
  "GET trade/order": ["order", "optionOrder"],
  "GET trade/orders-pending": ["openOrders"],
  "GET trade/orders-history": ["history"],
  "GET trade/fills": ["fills"],
  "GET trade/fills-history": ["fillsHistory"],
  "GET account/balance": ["balance"],
  "GET account/positions": ["positions"],
  "GET account/config": ["config"],
  "GET public/time": ["time"],
  "GET public/instruments": ["instruments"],
  "GET market/ticker": ["ticker"],
  "GET market/books": ["books"],
  "GET market/trades": ["trades"],
  "GET market/candles": ["candles"],
};

function byUrl(
  { method, url }: Extract<LimitedRequest, { by: "rest" }>,
): readonly string[] | undefined {
  const path = /\/api\/v5\/([^?]+)/.exec(url)?.[1] ?? "";
  return BY_ENDPOINT[`${method} ${path}`];
}
