/** Disagreements with the venue, recorded with what was known when they were found. */
import type { IntentContext } from "../machines/intent_context.ts";
import { lastAttempt } from "../machines/intent_context.ts";
import type { Clock, Random } from "../src/model/clock.ts";
import type { Drift, DriftKind } from "../src/model/drift.ts";
import type { JsonValue } from "../src/model/intent.ts";
import { makeIntentId } from "../src/model/ids.ts";
import type { VenueOrder } from "../src/model/venue.ts";
import type { Store } from "../src/stores/store.ts";
import type { Journal } from "./journal.ts";

export interface DriftsOptions {
  readonly exchangeId: string;
  readonly clock: Clock;
  readonly random: Random;
  readonly journal: Journal;
  readonly store: Store;
}

const PROPOSED: Readonly<Record<DriftKind, string>> = {
  DuplicateExecution: "cancel the order that came alive, and look at what both filled",
  OrphanOrder: "adopt it, or leave it to whoever placed it",
  MissingOrder: "look the order up at the venue and say what became of it",
  FillMismatch: "compare the trades of both sides",
  BalanceMismatch: "compare the trades and transfers of both sides",
  PositionMismatch: "compare the trades of both sides",
  Overfill: "trade the excess back, or accept it",
  LateFill: "accept it: it is booked",
  StoreBehindVenue: "stop, and restore the store that placed this order",
  Unprotected: "place the protecting order",
  Isolated: "report the crash; restart the kernel to drive the intent again",
};

export class Drifts {
  readonly #o: DriftsOptions;

  constructor(options: DriftsOptions) {
    this.#o = options;
  }

  get openCount(): number {
    return this.#o.store.drifts(this.#o.exchangeId).filter((d) => d.status === "OPEN").length;
  }

  ofIntent(kind: "DuplicateExecution" | "MissingOrder" | "Overfill", context: IntentContext): void {
    const attempt = lastAttempt(context);
    const venue = attempt === undefined ? null : {
      exchangeOrderId: attempt.exchangeOrderId,
      status: attempt.status,
      filled: attempt.reported,
    };
    this.#open(kind, { context, venue });
  }

  /** One request of ours became two orders. */
  secondOrder(context: IntentContext, order: VenueOrder): void {
    const { exchangeOrderId, clientOrderId, status, filled } = order;
    const venue = { exchangeOrderId, clientOrderId, status, filled };
    this.#open("DuplicateExecution", { context, venue });
  }

  isolated(context: IntentContext, error: string): void {
    this.#open("Isolated", { context, venue: { error } });
  }

  /** An order with our tag that the store does not know: the store was restored from a backup. */
  storeBehindVenue({ exchangeOrderId, clientOrderId, symbolId, status }: VenueOrder): void {
    const venue = { exchangeOrderId, clientOrderId, status };
    this.#open("StoreBehindVenue", { context: null, venue, symbolId });
  }

  #open(
    kind: DriftKind,
    { context, venue, symbolId }: {
      readonly context: IntentContext | null;
      readonly venue: JsonValue;
      readonly symbolId?: string;
    },
  ): void {
    const { exchangeId, clock, random, journal } = this.#o;
    const at = clock.now();
    const drift: Drift = {
      driftId: makeIntentId(clock, random),
      kind,
      exchangeId,
      symbolId: context?.intent.order.symbolId ?? symbolId ?? null,
      intentId: context?.intent.intentId ?? null,
      venue,
      local: context === null ? null : { phase: context.phase, filled: context.filled },
      evidence: [{ at, lastSyncAt: context?.lastSyncAt ?? null }],
      proposedFix: PROPOSED[kind],
      policy: "manual",
      status: "OPEN",
      openedAt: at,
      closedAt: null,
    };
    const event = {
      eventId: 0,
      type: "DriftDetected" as const,
      exchangeId,
      intentId: drift.intentId,
      groupId: context?.intent.groupId ?? null,
      symbolId: drift.symbolId,
      at,
      cause: kind,
      payload: { driftId: drift.driftId, kind, venue },
    };
    journal.write({ drifts: [drift], events: [event] }).catch(() => {});
  }
}
