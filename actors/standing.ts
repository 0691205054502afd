/**
 * Where one exchange stands, over all its lives in this process: since when, and who waits for it to
 * become ready. The kernel tells it what the exchange's chart says and when restarts are used up;
 * the façade waits on it.
 */
import { DeniedError } from "../src/model/errors.ts";
import { WAITERS_MAX } from "../src/model/limits.ts";
import type { EpochMs } from "../src/model/scalars.ts";
import { errorName } from "./error_name.ts";

/** How a wait ends: whatever else an exchange does leads on by itself. */
export type Ending = "ready" | "parked" | "draining" | "gaveUp";

const ENDINGS: ReadonlySet<string> = new Set<Ending>(["ready", "parked", "draining"]);

export class Standing {
  /** When the exchange came into the state it is in; null before it was started. */
  since: EpochMs | null = null;
  /** Of what it died when its restarts were used up; null while they are not. */
  gaveUp: string | null = null;
  /** Somebody has stopped it: it does not start again by itself. */
  wasAsked = false;
  readonly #exchangeId: string;
  readonly #waiters = new Set<(ending: Ending) => void>();
  #state = "";

  constructor(exchangeId: string) {
    this.#exchangeId = exchangeId;
  }

  /** @returns whether it is another state than before. */
  entered(state: string, at: EpochMs): boolean {
    if (state === this.#state) return false;
    this.#state = state;
    this.since = at;
    // A life whose chart itself fails is told as stopped after that was the last one.
    if (state !== "stopped") this.gaveUp = null;
    this.wasAsked = state === "draining" || (state === "stopped" && this.wasAsked);
    if (isEnding(state)) this.#end(state);
    return true;
  }

  /** Its restarts are used up. */
  giveUp(error: unknown, at: EpochMs): void {
    this.since = at;
    this.gaveUp = errorName(error);
    this.#end("gaveUp");
  }

  /**
   * Resolves once the exchange is ready, or will not be by itself.
   *
   * @throws the signal's reason; {@linkcode DeniedError} above `WAITERS_MAX`.
   */
  async ended(signal?: AbortSignal): Promise<Ending> {
    signal?.throwIfAborted();
    if (this.gaveUp !== null) return "gaveUp";
    if (isEnding(this.#state)) return this.#state;
    if (this.#waiters.size >= WAITERS_MAX) {
      throw new DeniedError(
        "TOO_MANY_WAITERS",
        `Cannot wait for ${this.#exchangeId}: ${WAITERS_MAX} callers wait already, the limit`,
        { exchangeId: this.#exchangeId, limit: WAITERS_MAX },
      );
    }
    const { promise, resolve, reject } = Promise.withResolvers<Ending>();
    const abort = () => reject(signal?.reason);
    this.#waiters.add(resolve);
    signal?.addEventListener("abort", abort);
    try {
      return await promise;
    } finally {
      this.#waiters.delete(resolve);
      signal?.removeEventListener("abort", abort);
    }
  }

  #end(ending: Ending): void {
    for (const resolve of this.#waiters) resolve(ending);
  }
}

function isEnding(state: string): state is Ending {
  return ENDINGS.has(state);
}
