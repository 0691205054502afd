/**
 * When the books are compared with the venue: once to become ready (the sync), then again and again
 * while orders go on (the audit). What is read and compared is the same: `sync.ts`.
 *
 * I1 An answer of an older sync is ignored: each run has its number.
 * I2 Nothing is scheduled while the gate is held: the sync that opens it reads everything anyway.
 */
import {
  BALANCES_AUDIT_MS,
  FILLS_AUDIT_MS,
  ORDERS_AUDIT_MS,
  POSITIONS_AUDIT_MS,
  RECHECK_MS,
} from "../machines/timeouts.ts";
import type { CancelTimer, Clock } from "../src/model/clock.ts";
import { isAboutAccount } from "./clock_watch.ts";
import type { Missed } from "./missed.ts";
import type { Sync, SyncPart } from "./sync.ts";
import type { Vitals } from "./vitals.ts";

export interface AuditsOptions {
  readonly clock: Clock;
  readonly sync: Sync;
  readonly vitals: Vitals;
  /** What an audit finds the stream has missed. */
  readonly missed: Pick<Missed, "listen" | "pause">;
  /** The sync that was started last is through. */
  readonly onSynced: () => void;
  readonly onFailed: (reason: string) => void;
  /** Keys or clock were found wanting: orders must not go on before a sync has cleared it. */
  readonly onDoubt: (code: string) => void;
  readonly onCrash: (error: unknown) => void;
}

export class Audits {
  readonly #o: AuditsOptions;
  #run = 0;
  #cancelTimer: CancelTimer | null = null;
  #scheduled = false;
  /** By part, on the monotonic clock. */
  readonly #comparedAt = new Map<SyncPart, number>();

  constructor(options: AuditsOptions) {
    this.#o = options;
  }

  /** Brings everything together again before the exchange takes submits; answers by its events. */
  startSync(): void {
    const run = ++this.#run;
    const { sync, vitals, clock } = this.#o;
    sync.run().then(
      (result) => {
        if (run !== this.#run) return; // I1
        if (result.kind === "failed") {
          vitals.trouble(`sync.${result.step}`, result.cause.code);
          this.#o.onFailed(`${result.step}: ${result.cause.code}`);
          return;
        }
        vitals.synced(clock.now(), result.tookMs);
        this.#o.onSynced();
      },
      (error) => this.#o.onCrash(error),
    );
  }

  /** The same reads as a sync, while orders go on: what a silent stream lost is found here. */
  async audit(): Promise<void> {
    await this.#audit(ALL);
  }

  /** From now on each part is compared again and again, in its own interval. */
  schedule(): void {
    this.hold();
    this.#scheduled = true;
    this.#o.missed.listen();
    const now = this.#o.clock.monotonic(); // a sync has just compared everything
    for (const { part } of AUDITS) this.#comparedAt.set(part, now);
    this.#arm(NEXT_AUDIT_MS);
  }

  hold(): void { // I2
    this.#scheduled = false;
    this.#o.missed.pause();
    this.#cancelTimer?.();
    this.#cancelTimer = null;
  }

  stop(): void {
    this.hold();
    this.#run += 1;
  }

  #arm(delayMs: number): void {
    this.#cancelTimer = this.#o.clock.setTimer(() => {
      this.#cancelTimer = null;
      this.#audit(this.#due()).then(
        (unsure) => {
          if (!this.#scheduled || this.#cancelTimer !== null) return;
          this.#arm(unsure ? RECHECK_MS : NEXT_AUDIT_MS);
        },
        (error) => this.#o.onCrash(error),
      );
    }, delayMs);
  }

  /** The account is compared every time; the dearer parts when their time has come. */
  #due(): ReadonlySet<SyncPart> {
    const now = this.#o.clock.monotonic();
    const due = AUDITS.filter(({ part, everyMs }) =>
      now - (this.#comparedAt.get(part) ?? 0) >= everyMs
    );
    return new Set([...due.map(({ part }) => part), "account"]);
  }

  async #audit(parts: ReadonlySet<SyncPart>): Promise<boolean> {
    const { sync, vitals, clock } = this.#o;
    const startedAt = clock.monotonic();
    const result = await sync.run(parts);
    if (result.kind === "failed") {
      const { code } = result.cause;
      vitals.trouble(`audit.${result.step}`, code);
      if (isAboutAccount(code)) this.#o.onDoubt(code);
      return false;
    }
    for (const part of parts) this.#comparedAt.set(part, startedAt);
    if (parts.has("orders")) vitals.synced(clock.now(), result.tookMs);
    return result.unsure;
  }
}

const ALL: ReadonlySet<SyncPart> = new Set(["orders", "fills", "account"]);

const AUDITS: readonly { readonly part: SyncPart; readonly everyMs: number }[] = [
  { part: "orders", everyMs: ORDERS_AUDIT_MS },
  { part: "fills", everyMs: FILLS_AUDIT_MS },
];

/** Balances and positions are read together, in the shorter of their intervals. */
const NEXT_AUDIT_MS = Math.min(BALANCES_AUDIT_MS, POSITIONS_AUDIT_MS);
