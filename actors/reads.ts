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
  #count = 0;

  constructor(clock: Clock) {
    this.#clock = clock;
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
      const turnedAway = acquire(`${kind}#${++this.#count}`, () => {
        cancelTimer = this.#clock.setTimer(
          () => settle(failedRead("TIMEOUT", `no answer to ${kind} in ${REQUEST_TIMEOUT_MS} ms`)),
          REQUEST_TIMEOUT_MS,
        );
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
