/**
 * What has outlasted its bound (`machines/alarms.ts`) and is a disagreement with the venue: an
 * order that cannot be read, trades that the venue counts and does not show. Told as drift for as
 * long as it lasts; the event on the intent itself (`OrderOverdue`) is the machine's.
 *
 * I1 An ended intent that is owed trades is remembered over a restart: nothing else would look.
 */
import { type IntentContext, isOverdue, isTerminal } from "../machines/intent_context.ts";
import { isOwedFills } from "../machines/reconcile.ts";
import { subtract } from "../src/model/decimal.ts";
import type { DriftFix } from "../src/model/drift.ts";
import { OWED_INTENTS_MAX } from "../src/model/limits.ts";
import { OWED_ROW, readMeta } from "../src/model/meta_row.ts";
import type { Store, StoredIntent } from "../src/stores/store.ts";
import type { Disagreements } from "./accountant.ts";
import type { AuditFinding } from "./drifts.ts";
import type { Journal } from "./journal.ts";

export interface OverdueOptions {
  readonly exchangeId: string;
  readonly drifts: Disagreements;
  readonly journal: Journal;
  readonly store: Pick<Store, "meta" | "intent">;
}

export class Overdue {
  readonly #o: OverdueOptions;
  /** The drift of an intent. */
  readonly #told = new Map<string, string>();
  /** Ended, and owed trades. Oldest forgotten: its drift stays. */
  readonly #owed = new Set<string>();

  constructor(options: OverdueOptions) {
    this.#o = options;
  }

  /** Ended before the restart, and to be looked at all the same (I1). */
  remembered(): readonly StoredIntent[] {
    const { exchangeId, store } = this.#o;
    const ids = readMeta(this.#key, store.meta(this.#key), OWED_ROW);
    for (const id of ids) this.#owed.add(id);
    const stored = ids.map((id) => store.intent(exchangeId, id));
    return stored.filter((intent) => intent !== undefined && intent.terminal) as StoredIntent[];
  }

  onTurn(before: IntentContext | null, after: IntentContext): void {
    const { intentId } = after.intent;
    if (isTerminal(after.phase) && after.attempts.some(isOwedFills)) this.#remember(intentId);
    else this.#forget(intentId);
    const overdue = isOverdue(after);
    if (overdue && (before === null || !isOverdue(before))) this.#tell(after);
    else if (!overdue && !after.indeterminate) this.#takeBack(intentId);
  }

  #tell(context: IntentContext): void {
    const finding = findingOf(context);
    if (finding === null) return; // held or refused: the exchange's state or the event says so
    const driftId = this.#o.drifts.found(finding);
    if (driftId !== null) this.#told.set(context.intent.intentId, driftId);
  }

  #takeBack(intentId: string): void {
    const driftId = this.#told.get(intentId);
    if (driftId === undefined) return;
    this.#told.delete(intentId);
    this.#o.drifts.gone(driftId);
  }

  #remember(intentId: string): void {
    if (this.#owed.has(intentId)) return;
    this.#owed.add(intentId);
    this.#write();
  }

  #forget(intentId: string): void {
    if (this.#owed.delete(intentId)) this.#write();
  }

  #write(): void {
    const ids = [...this.#owed].slice(-OWED_INTENTS_MAX);
    const meta = [{ key: this.#key, value: JSON.stringify(ids) }];
    this.#o.journal.write({ meta }).catch(() => {});
  }

  get #key(): string {
    return `owed/${this.#o.exchangeId}`;
  }
}

function findingOf(context: IntentContext): AuditFinding | null {
  const word = context.unsettled?.overdue;
  const { intent, unsettled, phase } = context;
  const { intentId } = intent;
  const { symbolId } = intent.order;
  const since = unsettled?.since ?? null;
  if (word === "FILLS_OWED") {
    const owed = context.attempts.find(isOwedFills);
    if (owed === undefined) return null;
    const { attempt, exchangeOrderId, reported, filled, limitPrice: price } = owed;
    const fix: DriftFix | null = price === null ? null : {
      kind: "bookFill",
      attempt,
      price,
      quantity: subtract(reported, filled),
    };
    return {
      kind: "FillMismatch",
      symbolId,
      intentId,
      venue: { exchangeOrderId, filled: reported },
      local: { state: phase, booked: filled, since },
      evidence: [{ at: context.lastSyncAt ?? since, filled: reported, trades: filled }],
      ...(fix === null ? {} : { fix }),
    };
  }
  if (word !== "UNREAD") return null;
  const attempt = context.attempts.at(-1);
  return {
    kind: "MissingOrder",
    symbolId,
    intentId,
    subject: `unread ${intentId}`,
    venue: {
      exchangeOrderId: attempt?.exchangeOrderId ?? null,
      clientOrderId: attempt?.clientOrderId ?? null,
      status: attempt?.status ?? null,
    },
    local: { state: phase, booked: context.filled, since },
    evidence: [{ since, lastSyncAt: context.lastSyncAt, looks: context.work.lookup.tries }],
  };
}
