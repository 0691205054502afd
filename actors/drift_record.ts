/** What a drift record is made of, and when two sightings are of the same disagreement. */
import type { IntentContext } from "../machines/intent_context.ts";
import type { Drift, DriftFix, DriftKind } from "../src/model/drift.ts";
import type { JsonValue } from "../src/model/intent.ts";
import type { VenueOrder } from "../src/model/venue.ts";

/** A disagreement as it was just seen. */
export interface Sighting {
  readonly kind: DriftKind;
  readonly subject: string;
  readonly symbolId: string | null;
  readonly intentId: string | null;
  readonly groupId: string | null;
  readonly venue: JsonValue;
  readonly local: JsonValue;
  readonly evidence: readonly JsonValue[];
  readonly fix: DriftFix | null;
}

export const PROPOSED_FIXES: Readonly<Record<DriftKind, string>> = {
  DuplicateExecution: "see that the order that came alive is gone, and look at what both filled",
  OrphanOrder: "adopt it, or leave it to whoever placed it",
  MissingOrder: "look the order up at the venue and say what became of it (resolveIntent)",
  FillMismatch: "compare the trades of both sides; where a fill is proposed, approving books it",
  BalanceMismatch: "compare the trades and transfers of both sides; approve what is explained",
  PositionMismatch: "compare the trades of both sides; approve what is explained",
  Overfill: "trade the excess back, or accept it",
  LateFill: "compare the trade with what was booked on a person's word before it came",
  StoreBehindVenue: "adopt the order, or restore the store that placed it; approving lets go on",
  Unprotected: "place the protecting order",
  Isolated: "report the crash; restart the exchange to drive the intent again",
};

/** Kinds that hold creates back until a person has settled them. */
export const HALTING: ReadonlySet<DriftKind> = new Set<DriftKind>(["StoreBehindVenue"]);

export function about(kind: DriftKind, { intent, phase, filled }: IntentContext) {
  return {
    kind,
    subject: intent.intentId,
    symbolId: intent.order.symbolId,
    intentId: intent.intentId,
    groupId: intent.groupId,
    local: { phase, filled },
    fix: null,
  };
}

export function shown(
  { exchangeOrderId, clientOrderId, status, amount, filled }: VenueOrder,
): JsonValue {
  return { exchangeOrderId, clientOrderId, status, amount, filled };
}

export function subjectOf({ symbolId, exchangeOrderId }: VenueOrder): string {
  return `${symbolId} ${exchangeOrderId}`;
}

export function keyOf({ kind, subject }: Drift): string {
  return `${kind} ${subject}`;
}

/** A halt is about the order being there at all; the others are about what the two sides say. */
export function isUnchanged(known: Drift, seen: Sighting): boolean {
  if (HALTING.has(known.kind)) return true;
  const sides = ({ venue, local }: Drift | Sighting) => JSON.stringify([venue, local]);
  return sides(known) === sides(seen);
}

/** Told by the intent itself, not by an audit. */
export function isOfIntent(local: JsonValue): boolean {
  return typeof local === "object" && local !== null && "phase" in local;
}

/** A record from before drifts had a subject, a fix and a note. */
export function upgraded(stored: Drift & Partial<Drift>): Drift {
  const subject = stored.subject ?? stored.intentId ?? stored.symbolId ?? stored.driftId;
  return { ...stored, subject, fix: stored.fix ?? null, note: stored.note ?? null };
}
