/** A countdown per account, which runs out unless it is wound up again in time. */
import type { CancelTimer, Clock } from "../../model/clock.ts";
import type { EpochMs } from "../../model/scalars.ts";

export class DeadMan {
  readonly #clock: Clock;
  readonly #fire: (account: string) => void;
  readonly #timers = new Map<string, CancelTimer>();
  #stopped = false;

  constructor(clock: Clock, fire: (account: string) => void) {
    this.#clock = clock;
    this.#fire = fire;
  }

  /** @param timeoutMs 0 disarms. @returns when it fires. */
  wind(account: string, timeoutMs: number): EpochMs | null {
    this.#timers.get(account)?.();
    this.#timers.delete(account);
    if (timeoutMs === 0) return null;
    const firesAt = this.#clock.now() + timeoutMs;
    // A request may be processed after the life it was heard in.
    if (this.#stopped) return firesAt;
    const fire = () => {
      this.#timers.delete(account);
      this.#fire(account);
    };
    this.#timers.set(account, this.#clock.setTimer(fire, timeoutMs));
    return firesAt;
  }

  /** None of them runs out any more. */
  stop(): void {
    this.#stopped = true;
    for (const cancel of this.#timers.values()) cancel();
    this.#timers.clear();
  }
}
