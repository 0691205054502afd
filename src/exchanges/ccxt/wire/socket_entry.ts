/**
 * Requests over one socket that wait for their answers by id.
 *
 * I1 the gate is asked synchronously, last before the frame is handed over; what it stops is
 * definitely not sent. I2 every request sent ends once: answered, late or cut off, the last two with
 * an unknown outcome. I3 nothing is sent twice.
 */
import type { Clock } from "../../../model/clock.ts";
import { SOCKET_REQUESTS_MAX } from "../limits.ts";
import type { SocketAnswer, SocketEntryPlan } from "../plans/socket_entry_plan.ts";
import type { BoundGate } from "./transport.ts";
import type { UnknownCause } from "../../../model/venue.ts";

export type Heard =
  | ({ readonly kind: "heard" } & Omit<SocketAnswer, "id">)
  | { readonly kind: "notSent"; readonly reason: string }
  | { readonly kind: "failed"; readonly cause: UnknownCause };

export interface SocketEntryOptions {
  readonly plan: SocketEntryPlan;
  readonly clock: Clock;
  readonly timeoutMs: number;
  /** Hands a frame to the platform; throws when the connection is gone. */
  readonly send: (frame: string) => void;
}

interface Waiting {
  readonly resolve: (heard: Heard) => void;
  readonly cancelTimer: () => void;
}

export class SocketEntry {
  readonly plan: SocketEntryPlan;
  readonly #options: SocketEntryOptions;
  readonly #waiting = new Map<string, Waiting>();
  #lastId: number;
  #ended = false;

  constructor(options: SocketEntryOptions) {
    this.plan = options.plan;
    this.#options = options;
    this.#lastId = options.plan.idsFrom === "time" ? options.clock.now() : 0;
  }

  /** Most venues number requests within a connection, and so does this. */
  nextId(): string {
    return String(++this.#lastId);
  }

  /** Whether one more request may wait. */
  get takes(): boolean {
    return !this.#ended && this.#waiting.size < SOCKET_REQUESTS_MAX;
  }

  request(id: string, frame: string, gate: BoundGate): Promise<Heard> {
    if (this.#ended) return Promise.resolve({ kind: "notSent", reason: "NOT_CONNECTED" });
    const stopped = gate.check();
    if (stopped !== null) return Promise.resolve({ kind: "notSent", reason: stopped });
    return new Promise((resolve) => {
      const { clock, timeoutMs, send } = this.#options;
      const cancelTimer = clock.setTimer(() => {
        this.#settle(id, failed("TIMEOUT", `no answer within ${timeoutMs} ms`));
      }, timeoutMs);
      this.#waiting.set(id, { resolve, cancelTimer });
      try {
        send(frame);
      } catch (error) {
        const text = error instanceof Error ? error.message : "the socket took no frame";
        this.#settle(id, failed("CONNECTION_RESET", text));
        return;
      }
      gate.sent();
    });
  }

  /** @returns whether the message was the answer to a request. */
  take(message: unknown): boolean {
    if (this.#waiting.size === 0 || typeof message !== "object" || message === null) return false;
    const answer = this.plan.answer(message);
    if (answer === null || !this.#waiting.has(answer.id)) return false;
    const { id, ...heard } = answer;
    this.#settle(id, { kind: "heard", ...heard });
    return true;
  }

  /** The socket is gone: whether the venue has read what waits nobody knows. */
  end(reason: string): void {
    this.#ended = true;
    for (const id of [...this.#waiting.keys()]) {
      this.#settle(id, failed("CONNECTION_RESET", reason));
    }
  }

  #settle(id: string, heard: Heard): void {
    const waiting = this.#waiting.get(id);
    if (waiting === undefined) return;
    this.#waiting.delete(id);
    waiting.cancelTimer();
    waiting.resolve(heard);
  }
}

function failed(code: string, message: string): Heard {
  return { kind: "failed", cause: { code, message } };
}
