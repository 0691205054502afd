/**
 * Leave to submit: an intent that wants to make an attempt waits here until the gate is open and
 * the budgets allow it. The order of asking is kept.
 *
 * I1 A ticket is asked for and granted only while the gate is open.
 * I2 An intent waits in one place: held back by the gate, or queued at the runner.
 */
import type { RequestCost } from "../src/exchanges/exchange.ts";
import type { ExchangeGate } from "./gate.ts";
import type { RequestRunner } from "./request.ts";

export interface TicketsOptions {
  readonly gate: ExchangeGate;
  readonly runner: RequestRunner;
  readonly cost: RequestCost;
  /** It waited, and now it may: called from a timer or from `release`. */
  readonly onGranted: (intentId: string) => void;
  /** The runner's queue is full: ask again later. */
  readonly onFull: (intentId: string) => void;
}

export class Tickets {
  readonly #o: TicketsOptions;
  readonly #held = new Set<string>();
  readonly #queued = new Set<string>();

  constructor(options: TicketsOptions) {
    this.#o = options;
  }

  get heldCount(): number {
    return this.#held.size;
  }

  /** @returns whether it is granted at once; otherwise `onGranted` tells later. */
  ask(intentId: string): boolean {
    if (this.#held.has(intentId) || this.#queued.has(intentId)) return false;
    const { gate, runner, cost } = this.#o;
    if (!gate.isOpen) {
      this.#held.add(intentId);
      return false;
    }
    let asking = true;
    const onGranted = () => asking ? undefined : this.#granted(intentId);
    const answer = runner.acquire("submit", cost, keyOf(intentId), onGranted);
    asking = false;
    if (answer === "queued") this.#queued.add(intentId);
    else if (answer === "full") this.#o.onFull(intentId);
    return answer === "granted";
  }

  /** The gate has opened: those that were held ask again, oldest first. */
  release(): void {
    const waiting = [...this.#held];
    this.#held.clear();
    for (const id of waiting) if (this.ask(id)) this.#o.onGranted(id);
  }

  forget(intentId: string): void {
    this.#held.delete(intentId);
    if (this.#queued.delete(intentId)) this.#o.runner.cancelWaiting(keyOf(intentId));
  }

  #granted(intentId: string): void {
    this.#queued.delete(intentId);
    if (this.#o.gate.isOpen) this.#o.onGranted(intentId);
    else this.#held.add(intentId);
  }
}

function keyOf(intentId: string): string {
  return `submit:${intentId}`;
}
