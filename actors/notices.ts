/** Events of an exchange that belong to no intent: connections and balances. */
import type { Balance } from "../src/model/account.ts";
import type { Clock } from "../src/model/clock.ts";
import type { EventType, KernelEvent } from "../src/model/event.ts";
import type { Journal } from "./journal.ts";

export class Notices {
  readonly #exchangeId: string;
  readonly #clock: Clock;
  readonly #journal: Journal;

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

  balances(balances: readonly Balance[]): void {
    const changed = balances.map(({ assetId, total, available, locked }) => ({
      assetId,
      total,
      available,
      locked,
    }));
    this.#write("AccountBalanceUpdated", "venue", { balances: changed });
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
