/** One row of the fault matrix: a fault, how it is injected, and what must have come of it. */
import { assert, assertEquals } from "@std/assert";
import { FastClock } from "./fast_clock.ts";
import { openStage, type Stage, type StageOptions } from "./stage.ts";

/** What the kernel and the venue show once a fault is over. */
export interface Outcome {
  /** The intent's state, with the cause where it ended with one. */
  readonly state: string;
  readonly attempts: readonly string[];
  /** Every order of ours the venue holds: side, status, filled of amount. */
  readonly venue: readonly string[];
  /** The intent's events, in order. */
  readonly told: readonly string[];
  /** Kinds of the drifts that were recorded. */
  readonly drift?: readonly string[];
}

export interface FaultRow {
  /** In the words of the list of faults. */
  readonly fault: string;
  readonly injected: string;
  /** Made when the row runs: a clock in it starts then. */
  readonly stage?: () => StageOptions;
  /** Makes it happen. @returns the id of the intent it happened to. */
  readonly run: (stage: Stage) => Promise<string>;
  readonly outcome: Outcome;
  /** What else must hold. @returns what is worth telling beside the outcome. */
  readonly also?: (stage: Stage, intentId: string) => Promise<string | void> | string | void;
}

/** A second takes a fifth: what the kernel waits for is over before anybody gets bored. */
const TIMES = 5;
/**
 * The validity is Binance's. The two others only add waiting: on loopback an engine takes no time.
 * Five seconds of the fast clock are one of ours, which no loopback request needs.
 */
const TIMING = { validityMs: 5_000, engineBoundMs: 500, settleMs: 500 };
const REQUEST_TIMEOUT_MS = 2_000;
const PATIENCE_MS = 12_000;

/** Runs a row on a stage of its own. @returns what it showed, as the document has it. */
export async function observe(row: FaultRow): Promise<readonly string[]> {
  const { exchange, ...rest } = row.stage?.() ?? {};
  await using stage = await openStage({
    clock: new FastClock(TIMES),
    exchange: { timing: TIMING, requestTimeoutMs: REQUEST_TIMEOUT_MS, ...exchange },
    ...rest,
  });
  const intentId = await row.run(stage);
  const outcome = { drift: [], ...row.outcome };
  const end = performance.now() + PATIENCE_MS;
  while (performance.now() < end) {
    if (isEqual(shown(stage, intentId), outcome)) break;
    await new Promise((resolve) => setTimeout(resolve, 10));
  }
  assertEquals(shown(stage, intentId), outcome);
  const note = await row.also?.(stage, intentId) ?? "";
  assertEquals(shown(stage, intentId), outcome, "it stays so");
  keepsInvariants(stage, intentId);
  const { state, attempts, venue, told, drift } = outcome;
  const ended = [state, ...drift.map((kind) => `drift ${kind}`), note].filter((part) =>
    part !== ""
  );
  return [row.fault, row.injected, ended.join("; "), list(attempts), list(venue), list(told)];
}

function shown(stage: Stage, intentId: string): Required<Outcome> {
  const { state, cause, attempts } = stage.exchange.getOrderState(intentId);
  const own = new Set<string>(attempts.map(({ clientOrderId }) => clientOrderId));
  return {
    state: cause === null || state.includes(".") ? state : `${state} (${cause})`,
    attempts: attempts.map(({ outcome }) => outcome ?? "SENT"),
    venue: stage.orders().filter(({ clientOrderId }) => own.has(clientOrderId)).map(
      ({ side, status, executedQty, origQty }) =>
        `${side} ${status} ${Number(executedQty)}/${Number(origQty)}`,
    ),
    told: stage.events.filter((event) => event.intentId === intentId).flatMap(
      ({ type, payload }) => {
        if (type === "DriftDetected" || type === "DriftResolved") return [];
        const reason = type === "OrderOutcomeUnknown" ? ` (${payload["reason"]})` : "";
        return [type.replace("Order", "") + reason];
      },
    ),
    drift: stage.events.filter(({ type }) => type === "DriftDetected").map(({ cause }) =>
      cause ?? ""
    ),
  };
}

/** S1, S2 and S3 against the venue's own books, once all is at rest. */
function keepsInvariants(stage: Stage, intentId: string): void {
  const { attempts, filledAmount } = stage.exchange.getOrderState(intentId);
  const { order } = stage.exchange.getOrderIntent(intentId);
  const { orders, trades } = stage.testnet.ledger("binance");
  const own = new Set<string>(attempts.map(({ clientOrderId }) => clientOrderId));
  const live = orders.filter((each) => own.has(each.clientOrderId) && isLive(each.status));
  assert(live.length <= 1, `S1: ${live.length} live orders of one intent`);
  const traded = trades.filter(({ clientOrderId }) => own.has(clientOrderId))
    .reduce((sum, { qty }) => sum + Number(qty), 0);
  assertEquals(Number(filledAmount).toFixed(8), traded.toFixed(8), "S3: filled as the venue says");
  const flagged = stage.events.some(({ cause }) => cause === "Overfill");
  assert(
    flagged || Number(filledAmount) <= Number(order.amount) + 1e-9,
    "S2: no more than the amount, or flagged",
  );
  const booked = stage.exchange.getFills({ intentId }).items
    .reduce((sum, { quantity }) => sum + Number(quantity), 0);
  assertEquals(booked.toFixed(8), traded.toFixed(8), "S3: each trade booked once");
}

function isLive(status: string): boolean {
  return status === "NEW" || status === "PARTIALLY_FILLED";
}

function isEqual(one: unknown, other: unknown): boolean {
  return JSON.stringify(sorted(one)) === JSON.stringify(sorted(other));
}

function sorted(value: unknown): unknown {
  return value === null || typeof value !== "object" || Array.isArray(value)
    ? value
    : Object.entries(value).sort(([a], [b]) => a < b ? -1 : 1);
}

function list(items: readonly string[]): string {
  return items.length === 0 ? "none" : items.join(", ");
}
