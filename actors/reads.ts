/**
 * The reads of one exchange that wait for a grant or for an answer. Each answers exactly once, with
 * a value: what the adapter answered, or why it was not asked or did not answer.
 */
import { REQUEST_TIMEOUT_MS } from "../machines/timeouts.ts";
import type { RequestKind } from "../src/exchanges/exchange.ts";
import type { CancelTimer, Clock } from "../src/model/clock.ts";
import type { UnknownCause } from "../src/model/venue.ts";

/** A read not made or not answered: `QUEUE_FULL`, `STOPPED`, `TIMEOUT`, `ADAPTER_THREW`. */
export interface FailedRead {
  readonly kind: "failed";
  readonly cause: UnknownCause;
  readonly retryAfterMs?: number;
}

export interface ReadRequest<T> {
  readonly kind: RequestKind;
  /** Called at most once, when the read may go. */
  readonly fn: () => Promise<T>;
  /** Asks for the grant; `go` makes the read. @returns why it was turned away, or null. */
  readonly acquire: (key: string, go: () => void) => FailedRead | null;
}

export class Reads {
  readonly #clock: Clock;
  readonly #open = new Set<(failed: FailedRead) => void>();
  readonly #waitedMs: () => number;
  #count = 0;

  /** @param waitedMs for how long reads under way have waited for leave to go on, in all */
  constructor(clock: Clock, waitedMs: () => number = () => 0) {
    this.#clock = clock;
    this.#waitedMs = waitedMs;
  }

  /** Never rejects. An answer after the timeout is dropped: its asker has moved on. */
  run<T>({ kind, fn, acquire }: ReadRequest<T>): Promise<T | FailedRead> {
    return new Promise((resolve) => {
      let cancelTimer: CancelTimer | null = null;
      const settle = (answer: T | FailedRead): void => {
        if (!this.#open.delete(settle)) return;
        cancelTimer?.();
        resolve(answer);
      };
      this.#open.add(settle);
      const expire = (counted: number): void => {
        const waited = this.#waitedMs();
        // The venue was not asked meanwhile: that time is no sign of its silence.
        if (waited > counted) wait(waited - counted, waited);
        else settle(failedRead("TIMEOUT", `no answer to ${kind} in ${REQUEST_TIMEOUT_MS} ms`));
      };
      const wait = (forMs: number, counted: number): void => {
        cancelTimer = this.#clock.setTimer(() => expire(counted), forMs);
      };
      const turnedAway = acquire(`${kind}#${++this.#count}`, () => {
        wait(REQUEST_TIMEOUT_MS, this.#waitedMs());
        settleWith(kind, fn, settle);
      });
      if (turnedAway !== null) settle(turnedAway);
    });
  }

  /** Answers all that wait or are under way. */
  stop(): void {
    for (const settle of [...this.#open]) {
      settle(failedRead("STOPPED", "the request runner has stopped"));
    }
  }
}

export function failedRead(code: string, message: string): FailedRead {
  return { kind: "failed", cause: { code, message } };
}

/** What an adapter throws may quote a URL with a signature: only the error's name is kept. */
async function settleWith<T>(
  kind: RequestKind,
  fn: () => Promise<T>,
  settle: (answer: T | FailedRead) => void,
): Promise<void> {
  try {
    settle(await fn());
  } catch (error) {
    const name = error instanceof Error ? error.name : typeof error;
    settle(failedRead("ADAPTER_THREW", `${kind} threw ${name}`));
  }
}
