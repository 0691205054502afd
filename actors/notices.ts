/** Events of an exchange that belong to no intent: connections, parking and balances. */
import type { Balance } from "../src/model/account.ts";
import { BALANCES_EVERY_MS, MARGIN_CALL_EVERY_MS } from "../machines/timeouts.ts";
import type { CancelTimer, Clock } from "../src/model/clock.ts";
import type { EventType, KernelEvent } from "../src/model/event.ts";
import { POSITIONS_MAX } from "../src/model/limits.ts";
import type { VenueFact } from "../src/model/venue_fact.ts";
import type { Journal } from "./journal.ts";

type MarginCall = Pick<
  Extract<VenueFact, { readonly kind: "marginCall" }>,
  "symbolId" | "used" | "maintenance"
>;

export class Notices {
  readonly #exchangeId: string;
  readonly #clock: Clock;
  readonly #journal: Journal;
  readonly #changed = new Map<string, Balance>();
  /** Margin calls told, by symbol, and when; monotonic. */
  readonly #marginCalls = new Map<string, number>();
  #cancelTimer: CancelTimer | null = null;

  constructor(options: {
    readonly exchangeId: string;
    readonly clock: Clock;
    readonly journal: Journal;
  }) {
    this.#exchangeId = options.exchangeId;
    this.#clock = options.clock;
    this.#journal = options.journal;
  }

  connection(
    type: "ConnectionUp" | "ConnectionDown",
    socketId: string,
    reason: string | null,
  ): void {
    this.#write(type, "connection", { socketId, reason });
  }

  /** It takes no orders any more until a person has done something. */
  parked(reason: string | null): void {
    this.#write("ExchangeParked", "exchange", { reason });
  }

  /** Once in `MARGIN_CALL_EVERY_MS` of each symbol, and of the account. */
  marginCall({ symbolId, used, maintenance }: MarginCall): void {
    const now = this.#clock.monotonic();
    const key = symbolId ?? "";
    const toldAt = this.#marginCalls.get(key) ?? -Infinity;
    if (now - toldAt < MARGIN_CALL_EVERY_MS) return;
    if (this.#marginCalls.size >= POSITIONS_MAX) this.#marginCalls.clear();
    this.#marginCalls.set(key, now);
    this.#write("MarginCallWarning", "venue", { used, maintenance }, symbolId);
  }

  /**
   * Every order moves balances, and venues send a frame each time: what changed within
   * `BALANCES_EVERY_MS` is told in one event, so that orders do not pay for it.
   */
  balances(balances: readonly Balance[]): void {
    for (const balance of balances) this.#changed.set(balance.assetId, balance);
    this.#cancelTimer ??= this.#clock.setTimer(() => this.#tellBalances(), BALANCES_EVERY_MS);
  }

  /** Tells what is left to tell; nothing follows. */
  stop(): void {
    this.#cancelTimer?.();
    this.#tellBalances();
  }

  #tellBalances(): void {
    this.#cancelTimer = null;
    if (this.#changed.size === 0) return;
    const changed = [...this.#changed.values()];
    this.#changed.clear();
    this.#write("AccountBalanceUpdated", "venue", {
      balances: changed.map(({ assetId, total, available, locked }) => ({
        assetId,
        total,
        available,
        locked,
      })),
    });
  }

  #write(
    type: EventType,
    cause: string,
    payload: KernelEvent["payload"],
    symbolId: string | null = null,
  ): void {
    const event: KernelEvent = {
      eventId: 0,
      type,
      exchangeId: this.#exchangeId,
      intentId: null,
      groupId: null,
      symbolId,
      at: this.#clock.now(),
      cause,
      payload,
    };
    // A failed journal tells the kernel itself; a notice has nobody to tell.
    this.#journal.write({ events: [event] }).catch(() => {});
  }
}
