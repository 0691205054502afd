/**
 * Keeps the venue's own dead-man's switch of one exchange armed while orders of ours may be live
 * there, so that the venue cancels them should we fall silent. The kernel starts it beside an
 * exchange, disarms it at a clean stop, and leaves it armed at every other end.
 *
 * I1 It is wound up again after a third of its timeout: two refreshes in a row may be lost.
 * I2 Refreshes have the budget and the priority of cancels.
 * I3 Only an end that somebody asked for disarms it: a crash, a failed store and a restart leave it
 *    running, which is what it is for.
 * I4 What is told of a failure is told once, until a refresh succeeds again.
 */
import { DEAD_MAN_DISARM_MS, DEAD_MAN_LOOK_MS } from "../machines/timeouts.ts";
import type { ArmOutcome } from "../src/exchanges/exchange.ts";
import type { CancelTimer, Clock } from "../src/model/clock.ts";
import type { DeadMansSwitchHealth } from "../src/model/health.ts";
import type { EpochMs } from "../src/model/scalars.ts";
import type { RequestRunner } from "./request.ts";
import { within } from "./within.ts";

export interface DeadManOptions {
  readonly timeoutMs: number;
  readonly clock: Clock;
  readonly runner: Pick<RequestRunner, "run">;
  /** Of the adapter. */
  readonly arm: (timeoutMs: number | null) => Promise<ArmOutcome>;
  readonly isConnected: () => boolean;
  /** Whether an order of ours may be at the venue. */
  readonly hasLiveOrders: () => boolean;
  /** Whether an order may be where nothing was armed; absent where it is one switch for all. */
  readonly isUncovered?: () => boolean;
  readonly onTrouble: (trouble: DeadManTrouble) => void;
}

/**
 * `notRefreshed`: a refresh failed. `mayHaveFired`: none succeeded within the timeout.
 * `notDisarmed`: a clean stop could not disarm it, so the venue will cancel what was left open.
 */
export interface DeadManTrouble {
  readonly what: "notRefreshed" | "mayHaveFired" | "notDisarmed";
  /** Of the last failure. */
  readonly code: string;
  readonly lastRefreshAt: EpochMs | null;
}

/** I1 */
const REFRESHES_PER_TIMEOUT = 3;

export class DeadMan {
  readonly #o: DeadManOptions;
  #cancelLook: CancelTimer | null = null;
  #stopped = false;
  /** Monotonic; when it was last wound up, by when the request was made. Null while disarmed. */
  #woundAt: number | null = null;
  /** A request to arm it whose answer was lost may have reached the venue. */
  #mayBeArmed = false;
  #lastRefreshAt: EpochMs | null = null;
  #failures = 0;
  #notBefore = 0;
  #told: DeadManTrouble["what"] | null = null;
  #asking: Promise<void> | null = null;

  constructor(options: DeadManOptions) {
    this.#o = options;
  }

  start(): void {
    this.#lookLater();
  }

  health(): DeadMansSwitchHealth {
    const { timeoutMs } = this.#o;
    return {
      state: this.#failures > 0 ? "failing" : this.#woundAt === null ? "disarmed" : "armed",
      timeoutMs,
      lastRefreshAt: this.#lastRefreshAt,
      failures: this.#failures,
    };
  }

  /** At a clean stop: orders are left alone then, so the venue must leave them alone too. */
  async disarm(): Promise<void> {
    this.halt();
    const disarmed = async () => {
      await this.#asking;
      if (this.#mayBeArmed) await this.#ask(null);
    };
    await within(this.#o.clock, disarmed(), DEAD_MAN_DISARM_MS);
    if (this.#mayBeArmed) this.#tell("notDisarmed", "NO_ANSWER");
  }

  /** I3. It runs on at the venue, and fires unless somebody winds it up. */
  halt(): void {
    this.#stopped = true;
    this.#cancelLook?.();
    this.#cancelLook = null;
  }

  #lookLater(): void {
    if (this.#stopped) return;
    const { clock, timeoutMs } = this.#o;
    const pause = Math.min(DEAD_MAN_LOOK_MS, timeoutMs / REFRESHES_PER_TIMEOUT);
    this.#cancelLook = clock.setTimer(() => {
      this.#look();
      this.#lookLater();
    }, pause);
  }

  #look(): void {
    const { clock, timeoutMs, hasLiveOrders, isConnected } = this.#o;
    const now = clock.monotonic();
    if (this.#failures > 0 && this.#woundAt !== null && now - this.#woundAt >= timeoutMs) {
      this.#tell("mayHaveFired", "NO_REFRESH_IN_TIME");
    }
    if (this.#asking !== null || now < this.#notBefore) return;
    if (!hasLiveOrders()) {
      this.#recovered(); // nothing to guard, so nothing is wrong
      if (this.#mayBeArmed) this.#begin(null);
      return;
    }
    if (this.#woundAt === null && !isConnected()) return; // it has not come yet
    const isNew = this.#woundAt === null || this.#o.isUncovered?.() === true;
    const dueAt = isNew ? now : this.#woundAt! + timeoutMs / REFRESHES_PER_TIMEOUT;
    if (this.#failures > 0 || now >= dueAt) this.#begin(timeoutMs);
  }

  #begin(timeoutMs: number | null): void {
    this.#asking = this.#ask(timeoutMs).finally(() => this.#asking = null);
  }

  /** I2 */
  async #ask(timeoutMs: number | null): Promise<void> {
    const { clock, runner, arm } = this.#o;
    let madeAt = clock.monotonic();
    this.#mayBeArmed ||= timeoutMs !== null;
    const outcome = await runner.run("deadMansSwitch", "cancel", () => {
      madeAt = clock.monotonic();
      return arm(timeoutMs);
    });
    if (outcome.kind === "armed") {
      this.#woundAt = timeoutMs === null ? null : madeAt;
      this.#mayBeArmed = timeoutMs !== null;
      this.#lastRefreshAt = clock.now();
      return this.#recovered();
    }
    this.#notBefore = clock.monotonic() + (outcome.retryAfterMs ?? 0);
    if (timeoutMs === null) return; // no order is live: should it fire, it cancels nothing
    this.#failures += 1;
    this.#tell("notRefreshed", outcome.cause.code);
  }

  #recovered(): void {
    this.#failures = 0;
    this.#told = null;
  }

  /** I4 */
  #tell(what: DeadManTrouble["what"], code: string): void {
    if (this.#told === what || (this.#told === "mayHaveFired" && what === "notRefreshed")) return;
    this.#told = what;
    this.#o.onTrouble({ what, code, lastRefreshAt: this.#lastRefreshAt });
  }
}
