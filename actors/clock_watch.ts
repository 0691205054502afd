/**
 * Whether the venue's clock, as we carry it, may be relied on for what is sent now. Requests are
 * signed with it and deadlines are set by it, so a doubt about it holds the gate until the next
 * sync has measured it again.
 *
 * I1 Nothing is sent before a measure that is good enough.
 * I2 A measure that contradicts what was carried is not believed alone: the next one has to agree.
 * I3 Wall clock and monotonic clock moving apart means that one of them was set, or that the
 *    machine slept. Which of them the venue still agrees with, only a new measure can tell.
 */
import { ACCOUNT_CODES } from "../machines/circuit.ts";
import { CLOCK_SKEW_MAX_MS } from "../machines/timeouts.ts";
import type { ExchangeAdapter, ReadOutcome } from "../src/exchanges/exchange.ts";
import type { Clock } from "../src/model/clock.ts";

export interface ClockWatchOptions {
  readonly clock: Clock;
  readonly adapter: Pick<ExchangeAdapter, "syncClock" | "venueNow">;
}

type Measured = Awaited<ReturnType<ExchangeAdapter["syncClock"]>>;

export class ClockWatch {
  readonly #o: ClockWatchOptions;
  /** Wall clock less monotonic clock at the last good measure; null before one. */
  #apart: number | null = null;
  /** Half a round trip of the last measure; of the adapter's own, at connecting, it is not known. */
  #uncertainMs = CLOCK_SKEW_MAX_MS;

  constructor(options: ClockWatchOptions) {
    this.#o = options;
  }

  /** Measures the venue's clock. @returns `failed` as well when the measure cannot be relied on. */
  async measure(): Promise<Measured> {
    const { clock, adapter } = this.#o;
    const carried = adapter.venueNow();
    const started = clock.monotonic();
    const read = await adapter.syncClock();
    if (read.kind === "failed") return read;
    this.#apart = null;
    const { roundTripMs, resolutionMs = 1 } = read.value;
    const uncertainMs = roundTripMs / 2;
    if (uncertainMs > CLOCK_SKEW_MAX_MS) {
      return failed("CLOCK_UNCERTAIN", `the venue's clock is known to ${uncertainMs} ms only`);
    }
    // Two measures of one clock that tells whole seconds may be as far apart as that.
    const allowedMs = CLOCK_SKEW_MAX_MS + uncertainMs + this.#uncertainMs + resolutionMs;
    this.#uncertainMs = uncertainMs;
    const measured = adapter.venueNow();
    const expected = carried === null ? measured : carried + (clock.monotonic() - started);
    const movedMs = measured === null ? Infinity : Math.round(measured - (expected ?? measured));
    if (Math.abs(movedMs) > allowedMs) { // I2
      return failed("CLOCK_DRIFT", `the venue's clock moved by ${movedMs} ms against ours`);
    }
    this.#apart = this.#apartNow();
    return read;
  }

  /** I1, I3; asked before every request that adds exposure. */
  get isTrusted(): boolean {
    return this.#apart !== null &&
      Math.abs(this.#apartNow() - this.#apart) <= CLOCK_SKEW_MAX_MS;
  }

  #apartNow(): number {
    const { clock } = this.#o;
    return clock.now() - clock.monotonic();
  }
}

/** Such a failure of a read is no bad luck of one request: what is sent next fails as well. */
export function isAboutAccount(code: string): boolean {
  return code.startsWith("CLOCK_") || ACCOUNT_CODES.has(code);
}

function failed(code: string, message: string): Extract<ReadOutcome<never>, { kind: "failed" }> {
  return { kind: "failed", cause: { code, message } };
}
