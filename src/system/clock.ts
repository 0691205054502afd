/** The real time: the only place that touches the platform's clock and timers. */
import type { CancelTimer, Clock } from "../model/clock.ts";

/** The platform keeps delays in 32 bits; a longer one would fire at once, so it is chained. */
const TIMER_MS_MAX = 2 ** 31 - 1;

/** The clock of every kernel that is not under test. */
export const systemClock: Clock = {
  now: () => Date.now(),
  monotonic: () => performance.now(),
  setTimer(callback: () => void, delayMs: number): CancelTimer {
    return startTimer(callback, checkedDelay(delayMs));
  },
};

/**
 * The delay a clock honours: a negative one is a deadline already past, so it becomes 0.
 * @throws {RangeError} when it is NaN or infinite.
 */
export function checkedDelay(delayMs: number): number {
  if (!Number.isFinite(delayMs)) {
    throw new RangeError(`Cannot set a timer: the delay must be finite, got ${delayMs} ms`);
  }
  return Math.max(0, delayMs);
}

function startTimer(callback: () => void, delayMs: number): CancelTimer {
  if (delayMs <= TIMER_MS_MAX) {
    const timer = setTimeout(callback, delayMs);
    return () => clearTimeout(timer);
  }
  const due = performance.now() + delayMs;
  let timer: ReturnType<typeof setTimeout>;
  const wait = (left: number) => {
    timer = left <= TIMER_MS_MAX
      ? setTimeout(callback, Math.max(0, left))
      : setTimeout(() => wait(due - performance.now()), TIMER_MS_MAX);
  };
  wait(delayMs);
  return () => clearTimeout(timer);
}
