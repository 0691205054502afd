/**
 * What must hold once faults have stopped: nothing stays in between for long (L2), actual is
 * desired (L1), what was filled is booked (S3), and what went wrong was told, but no more (S2, S11).
 */
import type { KernelActor } from "../../actors/kernel.ts";
import { type IntentContext, isTerminal, lastAttempt } from "../../machines/intent_context.ts";
import { compare, subtract, sum } from "../../src/model/decimal.ts";
import type { Store, StoredIntent } from "../../src/stores/store.ts";
import { EXCHANGE } from "./adapter.ts";
import type { Checks } from "./checks.ts";
import { type SimulatedVenue, SYMBOLS } from "./venue.ts";

export interface RestChecksOptions {
  readonly venue: SimulatedVenue;
  readonly durable: Store;
  readonly checks: Checks;
  readonly now: () => number;
}

/**
 * Validity, slack, engine bound and settle time are below 10 s here; a request may take 15 s, and
 * the pauses between two of a kind 10 s; trouble that lasted makes each happen twice.
 */
export const TRANSIENT_MAX_MS = 75_000;

export class RestChecks {
  readonly #o: RestChecksOptions;

  constructor(options: RestChecksOptions) {
    this.#o = options;
  }

  /** L2. @param healedAt nothing is blamed for what was before */
  transients(healedAt: number): void {
    const { checks, now, venue } = this.#o;
    // A queue behind budgets waits by the rules: L1 alone bounds it.
    if (venue.budgets.isTight) return;
    for (const [intentId, { context, since }] of checks.seen) {
      const { phase, indeterminate } = context;
      const isTransient = phase.startsWith("SUBMITTING.") || phase.startsWith("RECONCILING.");
      const lasted = now() - Math.max(since, healedAt);
      if (!isTransient || indeterminate || lasted <= TRANSIENT_MAX_MS) continue;
      checks.fail("L2", `${intentId} is ${phase} for ${Math.round(lasted)} ms`);
    }
  }

  /** L1, and S3 with equality: the world has healed and come to rest. */
  atRest(kernel: KernelActor | null): void {
    const { checks, durable } = this.#o;
    const exchange = kernel?.running()[0];
    if (exchange === undefined || exchange.state !== "ready") {
      return checks.fail("L1", `the exchange is ${exchange?.state ?? "gone"} after healing`);
    }
    for (const stored of allIntents(durable)) {
      const { intentId } = stored;
      const entry = exchange.book.entry(intentId);
      this.#filledAgree(stored);
      this.#secondsAreTold(intentId);
      if (entry !== undefined) this.#settled(intentId, entry.context);
      else if (stored.terminal) checks.nothingLive(intentId, stored.state, "L1");
      else checks.fail("L1", `${intentId} is not in the book, nor ended`);
    }
    this.#noDriftWithoutReason();
    this.#noSecret();
  }

  /** S3 with equality; of a second order's fills some venues do not tell whose they are (S2). */
  #filledAgree({ intentId }: StoredIntent): void {
    const { durable, venue, checks } = this.#o;
    const fills = durable.fills({ exchangeId: EXCHANGE, intentId, limit: 500 }).items;
    const booked = sum(fills.map((fill) => fill.quantity));
    const filled = venue.filledOf(intentId);
    if (compare(booked, filled) === 0 || this.#isToldAsOrphan(intentId)) return;
    checks.fail("S3", `${intentId} booked ${booked} at rest, the venue filled ${filled}`);
  }

  #isToldAsOrphan(intentId: string): boolean {
    const { durable, venue } = this.#o;
    if (!venue.hasDoubt(intentId)) return false;
    const seconds = venue.doubledOf(intentId).map(String);
    const symbolId = durable.intent(EXCHANGE, intentId)?.symbolId;
    // Its trades can no longer be asked for.
    if (symbolId !== undefined && venue.gateway.isGone(symbolId)) return true;
    const { items } = durable.events({ since: 0, limit: 1_000 });
    return items.some(({ type, payload }) =>
      type === "OrderOrphaned" && seconds.includes(String(payload["exchangeOrderId"]))
    );
  }

  /** S2: a request that became two orders is flagged if it filled too much. */
  #secondsAreTold(intentId: string): void {
    const { venue, checks, durable } = this.#o;
    if (compare(venue.filledOf(intentId), checks.askedOf(intentId)) <= 0) return;
    const flags = durable.drifts(EXCHANGE).filter((drift) => drift.intentId === intentId);
    const isFlagged = flags.some(({ kind }) =>
      kind === "Overfill" || kind === "DuplicateExecution"
    );
    if (isFlagged || this.#isToldAsOrphan(intentId)) return;
    checks.fail("S2", `${intentId} is overfilled, and no drift says so`);
  }

  #settled(intentId: string, context: IntentContext): void {
    const { venue, checks } = this.#o;
    const { phase, intent } = context;
    const filled = venue.filledOf(intentId);
    if (compare(context.filled, filled) !== 0 && !this.#isToldAsOrphan(intentId)) {
      checks.fail("S3", `${intentId} counts ${context.filled} at rest, the venue ${filled}`);
    }
    if (isTerminal(phase) || phase === "PENDING.paused") {
      return checks.nothingLive(intentId, phase, "L1");
    }
    // Of two orders for one request either may be the one that stays.
    const live = [...venue.liveOf(intentId), ...venue.secondsOf(intentId)];
    if (intent.desired === "CANCELED" || !phase.startsWith("ACTIVE.") || live.length !== 1) {
      const what = `${intent.desired} ${phase} ${context.cause ?? ""} with ${live.length} live`;
      return checks.fail("L1", `${intentId} did not settle: ${what}`);
    }
    if (context.refusedGeneration === intent.generation) return;
    const order = live[0]!;
    const open = subtract(order.quantity, order.filled);
    // Where trades are told as a stranger's, the rest stands as the kernel can know it.
    const known = this.#isToldAsOrphan(intentId) ? context.filled : filled;
    const wanted = subtract(intent.order.amount, known);
    if (order.price !== intent.order.limitPrice || compare(open, wanted) !== 0) {
      const attempt = lastAttempt(context);
      checks.fail(
        "L1",
        `${intentId} generation ${intent.generation} wants ${wanted} @ ${intent.order.limitPrice}, ` +
          `the venue has ${open} @ ${order.price} (attempt generation ${attempt?.generation})`,
      );
    }
  }

  #noDriftWithoutReason(): void {
    const { durable, venue, checks } = this.#o;
    for (const { kind, intentId, status, local } of durable.drifts(EXCHANGE)) {
      const isTold = intentId !== null && venue.hasDoubt(intentId);
      if (kind === "Overfill" || (kind === "DuplicateExecution" && isTold)) continue;
      // What trades of a symbol moved that is no longer listed cannot be told any more.
      if (kind === "BalanceMismatch" && SYMBOLS.some((id) => venue.gateway.isGone(id))) continue;
      if (status !== "OPEN") continue;
      const about = intentId ?? JSON.stringify(local);
      checks.fail("X", `drift ${kind} of ${about} without a reason`);
    }
  }

  #noSecret(): void {
    const { durable, checks } = this.#o;
    for (const stored of allIntents(durable)) checks.leaves(stored.intentId, stored.context);
    const { items } = durable.events({ since: 0, limit: 1_000 });
    for (const event of items) checks.leaves(`event ${event.type}`, JSON.stringify(event));
    for (const drift of durable.drifts()) checks.leaves("a drift", JSON.stringify(drift));
  }
}

function allIntents(store: Store): readonly StoredIntent[] {
  return store.intents({ exchangeId: EXCHANGE, includeTerminal: true, limit: 500 }).items;
}
