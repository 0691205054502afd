/**
 * The circuit breakers of one request runner and the submits they hold back. The runner tells it
 * refusals and acceptances and hands it what may not go; it gives that back once it may ask again.
 *
 * I1 What is held is given back exactly once, oldest first, from a timer, unless it is removed.
 */
import {
  type Circuit,
  type Circuits,
  countAcceptance,
  countRefusal,
  holdingCircuit,
  holdsUntil,
  newCircuits,
  type Refusal,
  takeTrial,
  trippedCircuits,
} from "../machines/circuit.ts";
import { submitPriority } from "../machines/priority.ts";
import type { CancelTimer, Clock } from "../src/model/clock.ts";
import { DeniedError } from "../src/model/errors.ts";
import type { CircuitHealth } from "../src/model/health.ts";
import type { StandardOrder } from "../src/model/order.ts";

export interface CircuitBreakerOptions<T> {
  readonly clock: Clock;
  readonly circuits?: Circuits;
  /** These may ask again; whoever still may not is held again. */
  readonly onRelease: (held: readonly Held<T>[]) => void;
}

export interface Held<T> {
  readonly key: string;
  readonly symbolId: string;
  readonly item: T;
}

export class CircuitBreaker<T> {
  readonly #clock: Clock;
  readonly #options: CircuitBreakerOptions<T>;
  readonly #circuits: Circuits;
  readonly #held = new Map<string, Held<T>>();
  #cancelTimer: CancelTimer | null = null;
  #timerAt = Infinity;

  constructor(options: CircuitBreakerOptions<T>) {
    this.#clock = options.clock;
    this.#circuits = options.circuits ?? newCircuits();
    this.#options = options;
  }

  /** How many submits it holds. */
  get heldCount(): number {
    return this.#held.size;
  }

  /** @returns the circuit that this refusal has opened, or opened again. */
  refusal(refusal: Refusal): CircuitHealth | null {
    const opened = countRefusal(this.#circuits, refusal, this.#clock.monotonic());
    // A trial has ended one way or another: until when the others wait is another time now.
    this.#releaseWithin(0);
    return opened === null ? null : this.#shown(opened);
  }

  acceptance(symbolId: string): void {
    if (countAcceptance(this.#circuits, symbolId)) this.#releaseWithin(0);
  }

  /** Why no submit of the symbol may go now; null when it may. */
  holding(symbolId: string): CircuitHealth | null {
    if (this.#circuits.tripped === 0) return null;
    const circuit = holdingCircuit(this.#circuits, symbolId, this.#clock.monotonic());
    return circuit === null ? null : this.#shown(circuit);
  }

  /** One submit of the symbol goes. */
  passing(symbolId: string): void {
    if (this.#circuits.tripped > 0) {
      takeTrial(this.#circuits, symbolId, this.#clock.monotonic());
    }
  }

  /** For health. */
  tripped(): readonly CircuitHealth[] {
    return trippedCircuits(this.#circuits, this.#clock.monotonic())
      .map((circuit) => this.#shown(circuit));
  }

  /**
   * Holds it until the circuit lets its symbol try again. A key that is held is replaced.
   * @param atLeastMs longer than that in any case
   */
  hold(held: Held<T>, atLeastMs = 0): void {
    this.#held.set(held.key, held);
    const now = this.#clock.monotonic();
    const circuit = holdingCircuit(this.#circuits, held.symbolId, now);
    this.#releaseWithin(Math.max(atLeastMs, circuit === null ? 0 : holdsUntil(circuit) - now));
  }

  /** @returns whether it was held. */
  remove(key: string): boolean {
    return this.#held.delete(key);
  }

  /** Gives up all it holds. @returns their keys */
  clear(): readonly string[] {
    const keys = [...this.#held.keys()];
    this.#held.clear();
    this.#disarm();
    return keys;
  }

  #releaseWithin(delayMs: number): void {
    const at = this.#clock.monotonic() + Math.ceil(delayMs);
    if (this.#held.size === 0 || this.#timerAt <= at) return;
    this.#disarm();
    this.#timerAt = at;
    this.#cancelTimer = this.#clock.setTimer(() => this.#release(), Math.ceil(delayMs));
  }

  #release(): void {
    this.#disarm();
    const all = [...this.#held.values()];
    this.#held.clear();
    this.#options.onRelease(all);
  }

  #disarm(): void {
    this.#cancelTimer?.();
    this.#cancelTimer = null;
    this.#timerAt = Infinity;
  }

  #shown(circuit: Circuit): CircuitHealth {
    const now = this.#clock.monotonic();
    const until = this.#clock.now() + Math.max(0, Math.ceil(holdsUntil(circuit) - now));
    const state = circuit.openUntil > now ? "open" : "halfOpen";
    return { code: circuit.code, symbolId: circuit.symbolId, state, until };
  }
}

/** @throws {DeniedError} `CIRCUIT_OPEN` while no new submit like this order would be sent. */
export function denyBehindCircuit(
  runner: { circuit(symbolId: string): CircuitHealth | null },
  order: StandardOrder,
  action: string,
): void {
  const circuit = runner.circuit(order.symbolId);
  if (circuit === null) return;
  if (submitPriority({ order, ownerIntentId: null }) !== "submit") return;
  throw circuitOpen(action, circuit);
}

/**
 * Where a change is a cancel and a new submit, that submit would be held after the order that
 * stands is gone.
 * @throws {DeniedError} `CIRCUIT_OPEN`
 */
export function denyReplacement(
  { runner, adapter }: {
    readonly runner: { circuit(symbolId: string): CircuitHealth | null };
    readonly adapter: { readonly capabilities: { readonly amendInPlace: boolean } };
  },
  order: StandardOrder,
): void {
  if (!adapter.capabilities.amendInPlace) denyBehindCircuit(runner, order, "modify order");
}

/** @param action what is refused, e.g. `place order` */
export function circuitOpen(action: string, circuit: CircuitHealth): DeniedError {
  const { code, symbolId, until } = circuit;
  const what = symbolId ?? "any symbol";
  return new DeniedError(
    "CIRCUIT_OPEN",
    `Cannot ${action}: the venue keeps refusing orders of ${what} with ${code}; ` +
      `the next may be tried at ${new Date(until).toISOString()}`,
    { rule: "CIRCUIT_OPEN", venueCode: code, symbolId, until },
  );
}
