/**
 * The disagreements of one exchange with its venue, each a record that stays until the two sides
 * agree again or a person has settled it. The intents, the router and the audits report them; people
 * list, approve and dismiss them.
 *
 * I1 The same disagreement (kind and subject) is one open drift; what is seen again is evidence.
 * I2 A drift that a person has settled is not opened again while nothing about it has changed.
 * I3 A drift that halts creates halts them from before the first request of a process until a person
 *    has settled it: the halt follows from the stored record.
 * I4 Balances are counted anew at every start, and where they cannot be counted on: that they agree
 *    since then explains nothing that was told before, so it stays open for a person.
 */
import type { IntentContext } from "../machines/intent_context.ts";
import { lastAttempt } from "../machines/intent_context.ts";
import { GATE_DRIFTS_FULL, GATE_STORE_BEHIND } from "../machines/gate_words.ts";
import { DRIFT_GROWS_EVERY_MS } from "../machines/timeouts.ts";
import type { Clock, Random } from "../src/model/clock.ts";
import type { Drift, DriftFix } from "../src/model/drift.ts";
import { ConflictError, NotFoundError } from "../src/model/errors.ts";
import type { EventType, KernelEvent } from "../src/model/event.ts";
import type { JsonValue } from "../src/model/intent.ts";
import { makeIntentId } from "../src/model/ids.ts";
import {
  DRIFT_EVIDENCE_MAX,
  DRIFT_SUBJECT_LENGTH_MAX,
  OPEN_DRIFTS_MAX,
} from "../src/model/limits.ts";
import type { VenueOrder } from "../src/model/venue.ts";
import type { Store } from "../src/stores/store.ts";
import type { DriftOfIntent } from "./book_options.ts";
import {
  about,
  HALTING,
  isOfIntent,
  isUnchanged,
  keyOf,
  PROPOSED_FIXES,
  shown,
  type Sighting,
  subjectOf,
  upgraded,
} from "./drift_record.ts";
import type { Journal } from "./journal.ts";

export interface DriftsOptions {
  readonly exchangeId: string;
  readonly clock: Clock;
  readonly random: Random;
  readonly journal: Journal;
  readonly store: Store;
  /** Creates wait for a person, for this reason. */
  readonly halt: (reason: string) => void;
  /** That reason is gone. */
  readonly lift: (reason: string) => void;
}

/** What an audit found to differ, with both sides and the reads that show it. */
export interface AuditFinding {
  readonly kind: "FillMismatch" | "BalanceMismatch" | "PositionMismatch" | "MissingOrder";
  readonly symbolId: string | null;
  /** What it is about, where the symbol does not say it: an asset, an order. */
  readonly subject?: string;
  readonly intentId?: string;
  readonly venue: JsonValue;
  readonly local: JsonValue;
  readonly evidence: readonly JsonValue[];
  /** What approving it may carry out. */
  readonly fix?: DriftFix;
}

/** Told by the accounting, whose baseline lives in memory. */
const COUNTED: ReadonlySet<string> = new Set(["BalanceMismatch", "PositionMismatch"]);

export class Drifts {
  readonly #o: DriftsOptions;
  /** By kind and subject (I1). */
  readonly #open = new Map<string, Drift>();
  /** What a person settled last, by kind and subject (I2). */
  readonly #settled = new Map<string, Drift>();
  readonly #closing = new Set<string>();
  /** Told of balances and positions before they were counted anew, by id (I4). */
  readonly #unexplained = new Set<string>();
  /** Why creates wait, as last told. */
  readonly #halts = new Set<string>();

  constructor(options: DriftsOptions) {
    this.#o = options;
    for (const stored of options.store.drifts(options.exchangeId)) {
      const drift = upgraded(stored);
      const key = keyOf(drift);
      if (drift.status === "OPEN") {
        this.#open.set(key, drift);
        if (COUNTED.has(drift.kind)) this.#unexplained.add(drift.driftId);
      } else if (drift.status !== "RESOLVED") this.#settled.set(key, drift);
    }
    this.#review();
  }

  get openCount(): number {
    return this.#open.size;
  }

  ofIntent(kind: DriftOfIntent, context: IntentContext): void {
    const attempt = lastAttempt(context);
    const venue = attempt === undefined ? null : {
      exchangeOrderId: attempt.exchangeOrderId,
      clientOrderId: attempt.clientOrderId,
      status: attempt.status,
      filled: attempt.reported,
    };
    const reads = (attempt?.reads ?? []).map(({ at, venueTime }) => ({
      at,
      venueTime,
      found: false,
    }));
    const told = { outcome: attempt?.outcome ?? null, deadline: attempt?.deadline ?? null };
    this.#saw({
      ...about(kind, context),
      venue,
      evidence: [...reads, { at: this.#o.clock.now(), lastSyncAt: context.lastSyncAt, ...told }],
    });
  }

  /** One request of ours became two orders. */
  secondOrder(context: IntentContext, order: VenueOrder): void {
    const subject = subjectOf(order); // each further order is a disagreement of its own
    this.#saw({ ...about("DuplicateExecution", context), subject, venue: shown(order) });
  }

  isolated(context: IntentContext, error: string): void {
    this.#saw({ ...about("Isolated", context), venue: { error } });
  }

  /** An order with our tag that the store does not know: the store was restored from a backup. */
  storeBehindVenue(order: VenueOrder): void {
    const { symbolId } = order;
    const subject = subjectOf(order);
    const halts = { intentId: null, groupId: null, local: null, fix: null } as const;
    this.#saw({ ...halts, kind: "StoreBehindVenue", subject, symbolId, venue: shown(order) });
  }

  /** The unknown order is one of ours now. */
  adopted(order: VenueOrder, intentId: string): void {
    this.#resolve(`StoreBehindVenue ${subjectOf(order)}`, { cause: "order.adopted", intentId });
    this.#resolve(`OrphanOrder ${subjectOf(order)}`, { cause: "order.adopted", intentId });
  }

  /** The venue or a person has ended the doubt that only a person could end. */
  onTurn(before: IntentContext | null, after: IntentContext): void {
    if (after.indeterminate) {
      if (before === null) this.ofIntent("MissingOrder", after);
    } else if (before?.indeterminate === true) {
      const { intentId } = after.intent;
      this.#resolve(`MissingOrder ${intentId}`, { cause: "order.resolved", intentId });
    }
  }

  /** After a restart: what was settled in the very moment it ended is told now. */
  reviewMissing(isIndeterminate: (intentId: string) => boolean): void {
    for (const [key, { kind, intentId, local }] of [...this.#open]) {
      if (kind !== "MissingOrder" || intentId === null || !isOfIntent(local)) continue;
      if (!isIndeterminate(intentId)) this.#resolve(key, { cause: "sync", intentId });
    }
  }

  /** An audit found it: one drift while the numbers differ. @returns its id if it is kept. */
  found(finding: AuditFinding): string | null {
    const { kind, symbolId, intentId = null, fix = null } = finding;
    const subject = finding.subject ?? intentId ?? symbolId ?? "account";
    return this.#saw({ ...finding, kind, subject, symbolId, intentId, fix, groupId: null });
  }

  /** What the audit found is gone: the numbers agree again. */
  gone(driftId: string): void {
    for (const [key, drift] of this.#settled) {
      if (drift.driftId === driftId) this.#settled.delete(key);
    }
    const open = this.#byId(driftId);
    if (open === undefined || this.#unexplained.has(driftId)) return; // I4
    this.#resolve(keyOf(open), { cause: "audit", intentId: null });
  }

  /** Nothing will show any more whether the numbers agree: a person closes it (I4). */
  leave(driftId: string): void {
    this.#unexplained.add(driftId);
  }

  /** A person has approved or dismissed it, or it is gone. */
  isClosed(driftId: string): boolean {
    return this.#byId(driftId) === undefined;
  }

  /**
   * The open drift a person wants settled.
   *
   * @throws {NotFoundError | ConflictError}
   */
  toSettle(driftId: string, action: string): Drift {
    const { exchangeId, store } = this.#o;
    const open = this.#byId(driftId);
    if (open !== undefined && !this.#closing.has(driftId)) return open;
    const drift = open ?? store.drifts(exchangeId).find((each) => each.driftId === driftId);
    if (drift === undefined) {
      throw new NotFoundError(`Cannot ${action} drift: ${exchangeId} has no drift ${driftId}`, {
        exchangeId,
        driftId,
      });
    }
    const status = open === undefined ? drift.status : "being settled";
    throw new ConflictError(`Cannot ${action} drift ${driftId}: it is ${status}, not OPEN`, {
      driftId,
      status: drift.status,
    });
  }

  /**
   * Carries out `act`, and closes the drift with a person's word. Resolves once that is durable.
   * What `act` rejects with leaves the drift open.
   */
  async settle(
    { driftId }: Drift,
    { status, note, act }: {
      readonly status: "APPROVED" | "DISMISSED";
      readonly note: string | null;
      readonly act: () => Promise<void>;
    },
  ): Promise<void> {
    this.#closing.add(driftId);
    try {
      await act();
      const open = this.#byId(driftId);
      if (open === undefined) return; // carrying it out has resolved it
      const closed: Drift = { ...open, status, note, closedAt: this.#o.clock.now() };
      const key = keyOf(open);
      await this.#write(closed, "DriftResolved", { cause: `drift.${status.toLowerCase()}` });
      this.#open.delete(key);
      this.#settled.set(key, closed);
      this.#review();
    } finally {
      this.#closing.delete(driftId);
    }
  }

  /** @returns the id of the drift it is told in, open or settled; null where there is no room. */
  #saw(sighting: Omit<Sighting, "evidence"> & Partial<Sighting>): string | null {
    const { clock, random, exchangeId } = this.#o;
    const at = clock.now();
    const seen: Sighting = { evidence: [{ at, venue: sighting.venue }], ...sighting };
    const subject = seen.subject.slice(0, DRIFT_SUBJECT_LENGTH_MAX);
    const key = `${seen.kind} ${subject}`;
    const open = this.#open.get(key);
    if (open !== undefined) return this.#grow(key, open, seen);
    const settled = this.#settled.get(key);
    if (settled !== undefined && isUnchanged(settled, seen)) return settled.driftId; // I2
    const drift: Drift = {
      driftId: makeIntentId(clock, random),
      kind: seen.kind,
      exchangeId,
      symbolId: seen.symbolId,
      intentId: seen.intentId,
      subject,
      venue: seen.venue,
      local: seen.local,
      evidence: seen.evidence.slice(-DRIFT_EVIDENCE_MAX),
      proposedFix: PROPOSED_FIXES[seen.kind],
      fix: seen.fix,
      policy: HALTING.has(seen.kind) ? "haltCreates" : "manual",
      status: "OPEN",
      note: null,
      openedAt: at,
      closedAt: null,
    };
    if (this.#open.size >= OPEN_DRIFTS_MAX) {
      this.#halt(GATE_DRIFTS_FULL);
      return null;
    }
    this.#settled.delete(key);
    this.#open.set(key, drift);
    this.#review();
    const { groupId } = seen;
    this.#write(drift, "DriftDetected", { cause: seen.kind, groupId }).catch(() => {});
    return drift.driftId;
  }

  /** Seen again: the newest sides are shown, and the reads are kept beside the earlier ones. */
  #grow(key: string, open: Drift, seen: Sighting): string {
    if (this.#closing.has(open.driftId)) return open.driftId; // else its end might be overwritten
    const last = open.evidence.at(-1);
    const newest = typeof last === "object" && last !== null && "at" in last ? last["at"] : 0;
    const isSoon = this.#o.clock.now() - Number(newest) < DRIFT_GROWS_EVERY_MS;
    if (isSoon && isUnchanged(open, seen)) return open.driftId;
    const evidence = [...open.evidence, ...seen.evidence].slice(-DRIFT_EVIDENCE_MAX);
    const { venue, local } = seen;
    const fix = seen.fix ?? open.fix;
    const grown: Drift = { ...open, venue, local, fix, evidence };
    this.#open.set(key, grown);
    this.#o.journal.write({ drifts: [grown] }).catch(() => {});
    return open.driftId;
  }

  /** The two sides agree again, without anybody's word. */
  #resolve(
    key: string,
    { cause, intentId }: { readonly cause: string; readonly intentId: string | null },
  ): void {
    this.#settled.delete(key);
    const open = this.#open.get(key);
    if (open === undefined) return;
    this.#open.delete(key);
    this.#review();
    const closed: Drift = {
      ...open,
      intentId: open.intentId ?? intentId,
      status: "RESOLVED",
      closedAt: this.#o.clock.now(),
    };
    this.#write(closed, "DriftResolved", { cause }).catch(() => {});
  }

  /** I3 */
  #review(): void {
    const behind = [...this.#open.values()].some(({ kind }) => HALTING.has(kind));
    if (behind) this.#halt(GATE_STORE_BEHIND);
    else this.#lift(GATE_STORE_BEHIND);
    if (this.#open.size < OPEN_DRIFTS_MAX) this.#lift(GATE_DRIFTS_FULL);
  }

  #halt(reason: string): void {
    if (this.#halts.has(reason)) return;
    this.#halts.add(reason);
    this.#o.halt(reason);
  }

  #lift(reason: string): void {
    if (this.#halts.delete(reason)) this.#o.lift(reason);
  }

  #byId(driftId: string): Drift | undefined {
    for (const drift of this.#open.values()) if (drift.driftId === driftId) return drift;
    return undefined;
  }

  #write(
    drift: Drift,
    type: EventType,
    { cause, groupId = null }: { readonly cause: string; readonly groupId?: string | null },
  ): Promise<void> {
    const { driftId, kind, subject, status, venue, local, note, proposedFix } = drift;
    const event: KernelEvent = {
      eventId: 0,
      type,
      exchangeId: drift.exchangeId,
      intentId: drift.intentId,
      groupId,
      symbolId: drift.symbolId,
      at: drift.closedAt ?? drift.openedAt,
      cause,
      payload: type === "DriftDetected"
        ? { driftId, kind, status, subject, venue, local, proposedFix }
        : { driftId, kind, status, subject, note },
    };
    return this.#o.journal.write({ drifts: [drift], events: [event] });
  }
}
