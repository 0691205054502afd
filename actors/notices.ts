/** Events of an exchange that belong to no intent: connections, parking and balances. */
import type { Balance } from "../src/model/account.ts";
import { BALANCES_EVERY_MS } from "../machines/timeouts.ts";
import type { CancelTimer, Clock } from "../src/model/clock.ts";
import type { EventType, KernelEvent } from "../src/model/event.ts";
import type { Journal } from "./journal.ts";

export class Notices {
  readonly #exchangeId: string;
  readonly #clock: Clock;
  readonly #journal: Journal;
  readonly #changed = new Map<string, Balance>();
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

  #write(type: EventType, cause: string, payload: KernelEvent["payload"]): void {
    const event: KernelEvent = {
      eventId: 0,
      type,
      exchangeId: this.#exchangeId,
      intentId: null,
      groupId: null,
      symbolId: null,
      at: this.#clock.now(),
      cause,
      payload,
    };
    // A failed journal tells the kernel itself; a notice has nobody to tell.
    this.#journal.write({ events: [event] }).catch(() => {});
  }
}
