/**
 * The invariants of order safety (S1–S4, S7, S9, L1), compared with the engine's own truth after
 * every event. A violation is recorded, never thrown: code under test could swallow it.
 */
import type { KernelActor } from "../../actors/kernel.ts";
import { type IntentContext, isTerminal, lastAttempt } from "../../machines/intent_context.ts";
import type { OrderRef, SubmitRequest } from "../../src/exchanges/exchange.ts";
import type { ExecutionReport } from "../../src/exchanges/paper/messages.ts";
import { compare, type Decimal, max, subtract, sum, ZERO } from "../../src/model/decimal.ts";
import type { Store, StoredIntent } from "../../src/stores/store.ts";
import { EXCHANGE } from "./adapter.ts";
import { short } from "./transport.ts";
import { ACCOUNT, type SimulatedVenue, type WireRequest } from "./venue.ts";

export interface Violation {
  /** `S1`, …, `L1`, or `X` for a crash inside the kernel. */
  readonly rule: string;
  readonly message: string;
}

export interface ChecksOptions {
  readonly venue: SimulatedVenue;
  readonly durable: Store;
  readonly log: (line: string) => void;
}

export class Checks {
  readonly violations: Violation[] = [];
  readonly #o: ChecksOptions;
  /** Contexts as last looked at, of the process that runs. */
  #seen = new Map<string, IntentContext>();
  /** The largest amount anybody ever asked for. */
  readonly #asked = new Map<string, Decimal>();
  readonly #acknowledged = new Map<string, number>();
  readonly #cancelAcknowledged = new Set<string>();

  constructor(options: ChecksOptions) {
    this.#o = options;
  }

  fail(rule: string, message: string): void {
    this.violations.push({ rule, message });
    this.#o.log(`VIOLATION ${rule}: ${message}`);
  }

  /** Before the first send of a specification. */
  asked(intentId: string, amount: Decimal): void {
    this.#asked.set(intentId, max(this.#asked.get(intentId) ?? ZERO, amount));
  }

  /** S4: what was told to the caller is on the disk. */
  acknowledged(intentId: string, generation: number): void {
    const stored = this.#o.durable.intent(EXCHANGE, intentId);
    if (stored === undefined || stored.intent.generation < generation) {
      const found = stored === undefined ? "nothing" : `generation ${stored.intent.generation}`;
      this.fail("S4", `${intentId} generation ${generation} is acknowledged; on disk is ${found}`);
    }
    const known = this.#acknowledged.get(intentId) ?? 0;
    this.#acknowledged.set(intentId, Math.max(known, generation));
  }

  cancelAcknowledged(intentId: string): void {
    const stored = this.#o.durable.intent(EXCHANGE, intentId);
    if (stored?.intent.desired !== "CANCELED" && stored?.terminal !== true) {
      this.fail("S4", `the cancel of ${intentId} is acknowledged, but not on disk`);
    }
    this.#cancelAcknowledged.add(intentId);
  }

  /** S4, S7, S9: the moment before bytes leave. */
  sending(request: WireRequest, ref: OrderRef | SubmitRequest): void {
    if (request.kind !== "submit") return this.#addressing(request, ref);
    const { venue, durable } = this.#o;
    const stored = durable.intentByClientOrderId(EXCHANGE, request.clientOrderId);
    if (stored === undefined) {
      return this.fail("S4", `submit ${short(request.clientOrderId)} leaves before its commit`);
    }
    const { intentId } = stored;
    if (venue.intentOf.has(request.clientOrderId)) {
      this.fail("S7", `${intentId} sends ${short(request.clientOrderId)} a second time`);
    }
    for (const other of venue.liveOf(intentId)) {
      this.fail("S7", `${intentId} submits while ${short(other.clientOrderId)} is live`);
    }
    for (const other of venue.pendingOf(intentId)) {
      this.fail("S7", `${intentId} submits while ${short(other.clientOrderId)} may still land`);
    }
    venue.intentOf.set(request.clientOrderId, intentId);
  }

  /** S1, S2, S9: the venue's own reports. */
  reported({ kind, order, trade }: ExecutionReport): void {
    const { venue } = this.#o;
    const intentId = venue.intentOf.get(order.clientOrderId);
    if (intentId === undefined) return;
    if (kind === "NEW" && venue.liveOf(intentId).length > 1) {
      const ids = venue.liveOf(intentId).map((each) => short(each.clientOrderId));
      this.fail("S1", `${intentId} has ${ids.length} live orders: ${ids.join(", ")}`);
    }
    const asked = this.#asked.get(intentId) ?? ZERO;
    if (trade !== null && compare(venue.filledOf(intentId), asked) > 0) {
      this.fail("S2", `${intentId} filled ${venue.filledOf(intentId)} of at most ${asked}`);
    }
  }

  /** S3, S7, and what the kernel claims, after every event. */
  afterEvent(kernel: KernelActor | null): void {
    const book = kernel?.running()[0]?.book;
    if (book === undefined) return;
    for (const { intentId, committed, isolated } of book.entries()) {
      if (isolated) this.fail("X", `${intentId} is isolated`);
      if (committed === null || this.#seen.get(intentId) === committed) continue;
      const before = this.#seen.get(intentId)?.phase ?? "—";
      if (before !== committed.phase) this.#o.log(`${intentId} ${before} → ${committed.phase}`);
      this.#seen.set(intentId, committed);
      this.#committed(intentId, committed);
    }
  }

  /** The process that begins now has claimed nothing yet. */
  restarted(): void {
    this.#seen = new Map();
    for (const [intentId, generation] of this.#acknowledged) {
      const stored = this.#o.durable.intent(EXCHANGE, intentId);
      if (stored === undefined || stored.intent.generation < generation) {
        this.fail("S4", `${intentId} generation ${generation} is gone after a crash`);
      }
      const isCanceled = stored?.intent.desired === "CANCELED" || stored?.terminal === true;
      if (this.#cancelAcknowledged.has(intentId) && !isCanceled) {
        this.fail("S4", `the cancel of ${intentId} is gone after a crash`);
      }
    }
  }

  /** L1, and S3 with equality: the world has healed and come to rest. */
  atRest(kernel: KernelActor | null): void {
    const exchange = kernel?.running()[0];
    if (exchange === undefined || exchange.state !== "ready") {
      return this.fail("L1", `the exchange is ${exchange?.state ?? "gone"} after healing`);
    }
    for (const stored of allIntents(this.#o.durable)) {
      const entry = exchange.book.entry(stored.intentId);
      this.#filledAgree(stored);
      if (entry === undefined) {
        if (!stored.terminal) this.fail("L1", `${stored.intentId} is not in the book, nor ended`);
        else this.#nothingLive(stored.intentId, stored.state, "L1");
        continue;
      }
      this.#settled(stored.intentId, entry.context);
    }
    for (const { kind, intentId } of this.#o.durable.drifts(EXCHANGE)) {
      if (kind !== "Overfill") this.fail("X", `drift ${kind} of ${intentId} without a reason`);
    }
  }

  #committed(intentId: string, context: IntentContext): void {
    const filled = this.#o.venue.filledOf(intentId);
    if (compare(context.filled, filled) > 0) {
      this.fail("S3", `${intentId} counts ${context.filled} filled, the venue ${filled}`);
    }
    if (isTerminal(context.phase)) this.#nothingLive(intentId, context.phase, "S7");
  }

  #nothingLive(intentId: string, phase: string, rule: string): void {
    const { venue } = this.#o;
    for (const { clientOrderId } of venue.liveOf(intentId)) {
      this.fail(rule, `${intentId} is ${phase} while ${short(clientOrderId)} is live`);
    }
    for (const { clientOrderId } of venue.pendingOf(intentId)) {
      this.fail(rule, `${intentId} is ${phase} while ${short(clientOrderId)} may still land`);
    }
  }

  #addressing(request: WireRequest, { symbolId, ...ref }: { readonly symbolId?: string } & object) {
    const { venue, durable } = this.#o;
    const orderId = "exchangeOrderId" in ref && typeof ref.exchangeOrderId === "string"
      ? Number(ref.exchangeOrderId)
      : null;
    const clientOrderId = orderId === null || symbolId === undefined
      ? request.clientOrderId
      : venue.engine.order(ACCOUNT, { symbolId, orderId })?.clientOrderId;
    // An attempt whose process was killed before the send is ours too: the store knows it.
    const isOurs = clientOrderId !== undefined &&
      durable.intentByClientOrderId(EXCHANGE, clientOrderId) !== undefined;
    if (isOurs) return;
    this.fail("S9", `${request.kind} of ${clientOrderId}, which is not ours`);
  }

  #filledAgree({ intentId }: StoredIntent): void {
    const { durable, venue } = this.#o;
    const fills = durable.fills({ exchangeId: EXCHANGE, intentId, limit: 500 }).items;
    const booked = sum(fills.map((fill) => fill.quantity));
    const filled = venue.filledOf(intentId);
    if (compare(booked, filled) !== 0) {
      this.fail("S3", `${intentId} booked ${booked} at rest, the venue filled ${filled}`);
    }
  }

  #settled(intentId: string, context: IntentContext): void {
    const { phase, intent } = context;
    const filled = this.#o.venue.filledOf(intentId);
    if (compare(context.filled, filled) !== 0) {
      this.fail("S3", `${intentId} counts ${context.filled} at rest, the venue ${filled}`);
    }
    if (isTerminal(phase)) return this.#nothingLive(intentId, phase, "L1");
    if (phase === "PENDING.paused") return this.#nothingLive(intentId, phase, "L1");
    const live = this.#o.venue.liveOf(intentId);
    if (intent.desired === "CANCELED" || !phase.startsWith("ACTIVE.") || live.length !== 1) {
      const what = `${intent.desired} ${phase} ${context.cause ?? ""} with ${live.length} live`;
      return this.fail("L1", `${intentId} did not settle: ${what}`);
    }
    if (context.refusedGeneration === intent.generation) return;
    const order = live[0]!;
    const open = subtract(order.quantity, order.filled);
    const wanted = subtract(intent.order.amount, filled);
    if (order.price !== intent.order.limitPrice || compare(open, wanted) !== 0) {
      const attempt = lastAttempt(context);
      this.fail(
        "L1",
        `${intentId} generation ${intent.generation} wants ${wanted} @ ${intent.order.limitPrice}, ` +
          `the venue has ${open} @ ${order.price} (attempt generation ${attempt?.generation})`,
      );
    }
  }
}

function allIntents(store: Store): readonly StoredIntent[] {
  return store.intents({ exchangeId: EXCHANGE, includeTerminal: true, limit: 500 }).items;
}
