/**
 * What keeps one exchange's books and its venue together, wired once: the sync and its audits, the
 * account with its accounting, and what has outlasted its bound.
 */
import type { IntentContext } from "../machines/intent_context.ts";
import type { EpochMs } from "../src/model/scalars.ts";
import type { Fill } from "../src/model/fill.ts";
import type { StoredIntent } from "../src/stores/store.ts";
import { Account } from "./account.ts";
import { Accountant } from "./accountant.ts";
import { Audits, type AuditsOptions } from "./audits.ts";
import { ClockWatch } from "./clock_watch.ts";
import type { ExchangeOptions } from "./exchange_options.ts";
import { Missed, type MissedOptions } from "./missed.ts";
import { Overdue } from "./overdue.ts";
import { PositionLog } from "./position_log.ts";
import { Refused } from "./refused.ts";
import { Sync, type SyncOptions } from "./sync.ts";
import { Traded } from "./traded.ts";
import type { Drifts } from "./drifts.ts";

/** What the exchange itself brings: its parts, and who hears what of a sync. */
export type ReconciliationPorts =
  & Pick<Required<SyncOptions>, "book" | "router" | "runner" | "external">
  & Pick<AuditsOptions, "vitals" | "onSynced" | "onFailed" | "onDoubt" | "onCrash">
  & Pick<MissedOptions, "redial">
  & { readonly drifts: Drifts };

export class Reconciliation {
  readonly account: Account;
  readonly audits: Audits;
  readonly clockWatch: ClockWatch;
  readonly missed: Missed;
  readonly #accountant: Accountant;
  readonly #overdue: Overdue;
  readonly #sync: Sync;
  readonly #onCrash: (error: unknown) => void;
  readonly #refused: Refused;
  readonly #traded: Traded;

  constructor(options: ExchangeOptions, ports: ReconciliationPorts) {
    const { id: exchangeId, clock, adapter, journal, store, tap } = options;
    const { book, router, runner, external, drifts, vitals, redial, onCrash } = ports;
    const missed = this.missed = new Missed({ clock, vitals, redial });
    this.clockWatch = new ClockWatch({ clock, adapter });
    this.#overdue = new Overdue({ exchangeId, drifts, journal, store });
    const reads = { exchangeId, clock, adapter, runner, router, journal, store, onCrash };
    this.#refused = new Refused(reads);
    this.#traded = new Traded({ exchangeId, clock, journal, store });
    const accountant: Accountant = new Accountant({
      clock,
      instruments: adapter.instruments,
      drifts,
      symbols: () => [...book.entries()].map(({ symbolId }) => symbolId),
      waiting: () => router.parkedCount,
      refetch: (symbols, since) => sync.refetch(symbols, since),
    });
    this.#accountant = accountant;
    const positionLog = new PositionLog({ exchangeId, clock, journal, store });
    this.account = new Account({
      exchangeId,
      clock,
      adapter,
      runner,
      onReading: (reading) => accountant.read(reading),
      onPositions: (positions) => positionLog.now(positions),
      inspect: tap.inspect,
      onCrash,
    });
    const { account, clockWatch } = this;
    const parts = { book, router, runner, external, account, accountant, clockWatch, missed };
    const sync: Sync = new Sync({ ...parts, clock, adapter, traded: () => this.#traded.since });
    this.#sync = sync;
    this.#onCrash = onCrash;
    const { onSynced, onFailed, onDoubt } = ports;
    this.audits = new Audits({ clock, sync, vitals, missed, onSynced, onFailed, onDoubt, onCrash });
  }

  /** Called once, at the start: intents that had ended before, and are looked at all the same. */
  remembered(): readonly StoredIntent[] {
    this.#refused.start();
    return this.#overdue.remembered();
  }

  onTurn(before: IntentContext | null, after: IntentContext): void {
    this.#accountant.booked(after.effects.fills);
    this.#overdue.onTurn(before, after);
    this.#refused.onTurn(before, after);
    this.#traded.onTurn(after);
    this.missed.onTurn(before, after);
  }

  /** A trade of an order that is not ours; the same one may come again. */
  foreignFill(fill: Fill): void {
    this.#accountant.foreign(fill);
    this.#refused.foreign(fill);
  }

  /** Facts of this symbol were dropped for want of room. */
  readAgain(symbolId: string, since: EpochMs): void {
    this.#sync.refetch([symbolId], since)
      .then(() => this.audits.audit())
      .catch(this.#onCrash);
  }

  stop(): void {
    this.#refused.stop();
    this.audits.stop();
    this.account.stop();
  }
}
