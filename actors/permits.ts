/**
 * Leave for what an adapter sends beside what the kernel has asked it for, such as the further
 * pages of a read. Each answers exactly once.
 */
import type { RequestPriority } from "../machines/request_queue.ts";
import type {
  AcquireOutcome,
  RequestAbout,
  RequestCost,
  RequestEndpoint,
  RequestKind,
} from "../src/exchanges/exchange.ts";
import type { Clock } from "../src/model/clock.ts";
import type { Ask } from "./request_options.ts";

export interface PermitsOptions {
  readonly clock: Clock;
  readonly ask: (ask: Ask) => "granted" | "queued" | "full";
  readonly cancelWaiting: (key: string) => void;
}

/** What is asked leave for. */
export interface PermitRequest {
  readonly kind: RequestKind;
  readonly about: RequestAbout;
  readonly cost: RequestCost;
  readonly priority: RequestPriority;
}

export class Permits {
  readonly #o: PermitsOptions;
  /** Those that wait, by key; bounded by the places of the queue. */
  readonly #open = new Map<string, (outcome: AcquireOutcome) => void>();
  #count = 0;
  /** For how long somebody has waited, up to the last moment when nobody did; ms. */
  #waitedMs = 0;
  #waitingSince = 0;

  constructor(options: PermitsOptions) {
    this.#o = options;
  }

  /** For how long somebody has waited by now, ms: no venue is slow for that. */
  get waitedMs(): number {
    if (this.#open.size === 0) return this.#waitedMs;
    return this.#waitedMs + this.#o.clock.monotonic() - this.#waitingSince;
  }

  /** @throws the signal's reason once it aborts */
  acquire(request: PermitRequest, signal: AbortSignal): Promise<AcquireOutcome> {
    if (signal.aborted) return Promise.reject(signal.reason);
    const key = `permit#${++this.#count}`;
    return new Promise((resolve, reject) => {
      const abort = () => {
        this.#close(key);
        this.#o.cancelWaiting(key);
        reject(signal.reason);
      };
      if (this.#open.size === 0) this.#waitingSince = this.#o.clock.monotonic();
      this.#open.set(key, (outcome) => {
        this.#close(key);
        signal.removeEventListener("abort", abort);
        resolve(outcome);
      });
      signal.addEventListener("abort", abort, { once: true });
      const onGranted = () => this.#open.get(key)?.("granted");
      if (this.#o.ask({ ...request, key, onGranted }) === "full") this.#open.get(key)?.("full");
    });
  }

  /** These were taken out of the queue: they are not granted any more. */
  drop(keys: readonly string[]): void {
    for (const key of keys) this.#open.get(key)?.("stopped");
  }

  stop(): void {
    this.drop([...this.#open.keys()]);
  }

  #close(key: string): void {
    const { waitedMs } = this;
    this.#open.delete(key);
    if (this.#open.size === 0) this.#waitedMs = waitedMs;
  }
}

/** What `weight` such requests cost together. */
export function times(cost: RequestCost, weight: number): RequestCost {
  return weight === 1 ? cost : cost.map(({ budget, amount }) => ({
    budget,
    amount: amount * weight,
  }));
}

export function aboutOf(
  endpoint: RequestEndpoint,
): { readonly kind: RequestKind; readonly about: RequestAbout } {
  return typeof endpoint === "string"
    ? { kind: endpoint, about: {} }
    : { kind: endpoint.kind, about: endpoint };
}
