/**
 * The functions of `@std/async` that this project uses, with the same names, signatures and
 * meaning, so that the package itself can take this folder's place.
 */
import { clearTimeout, setTimeout } from "node:timers";

export interface DelayOptions {
  /** Ends the wait with the signal's reason. */
  readonly signal?: AbortSignal;
  /** False lets the process end before the delay does; default true. */
  readonly persistent?: boolean;
}

export interface DeadlineOptions {
  readonly signal?: AbortSignal;
}

/** A longer timer fires at once, so longer delays are waited for in parts. */
const TIMER_MS_MAX = 2 ** 31 - 1;

/** Resolves after `ms` milliseconds. */
export function delay(ms: number, options: DelayOptions = {}): Promise<void> {
  const { signal, persistent = true } = options;
  if (signal?.aborted) return Promise.reject(signal.reason);
  return new Promise((resolve, reject) => {
    let timer: ReturnType<typeof setTimeout>;
    const abort = () => {
      clearTimeout(timer);
      reject(signal?.reason);
    };
    const wait = (left: number) => {
      const part = Math.min(left, TIMER_MS_MAX);
      timer = setTimeout(() => {
        if (left > part) return wait(left - part);
        signal?.removeEventListener("abort", abort);
        resolve();
      }, part);
      if (!persistent) timer.unref();
    };
    wait(ms);
    signal?.addEventListener("abort", abort, { once: true });
  });
}

/**
 * The promise's own result, unless `ms` pass first.
 * @throws {DOMException} "TimeoutError" when they do; the signal's reason when it aborts.
 */
export async function deadline<T>(
  p: Promise<T>,
  ms: number,
  options: DeadlineOptions = {},
): Promise<T> {
  const done = new AbortController();
  const signal = options.signal === undefined
    ? done.signal
    : AbortSignal.any([options.signal, done.signal]);
  const tooLate = delay(ms, { signal }).then(() => {
    throw new DOMException("Signal timed out.", "TimeoutError");
  });
  try {
    return await Promise.race([p, tooLate]);
  } finally {
    done.abort();
    tooLate.catch(() => {});
  }
}
