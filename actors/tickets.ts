/**
 * Leave to submit: an intent that wants to make an attempt waits here until the gate is open and
 * the budgets allow it. The order of asking is kept.
 *
 * I1 A ticket is asked for and granted only while the gate is open.
 * I2 An intent waits in one place: held back by the gate, or queued at the runner.
 */
import { submitPriority } from "../machines/priority.ts";
import type { OrderIntent } from "../src/model/intent.ts";
import type { ExchangeGate } from "./gate.ts";
import type { RequestRunner } from "./request.ts";

export interface TicketsOptions {
  readonly gate: ExchangeGate;
  readonly runner: RequestRunner;
  /** It waited, and now it may: called from a timer or from `release`. */
  readonly onGranted: (intentId: string) => void;
  /** The runner's queue is full: ask again later. */
  readonly onFull: (intentId: string) => void;
}

export class Tickets {
  readonly #o: TicketsOptions;
  readonly #held = new Map<string, OrderIntent>();
  readonly #queued = new Set<string>();

  constructor(options: TicketsOptions) {
    this.#o = options;
  }

  get heldCount(): number {
    return this.#held.size;
  }

  /** @returns whether it is granted at once; otherwise `onGranted` tells later. */
  ask(intent: OrderIntent): boolean {
    const { intentId } = intent;
    if (this.#held.has(intentId) || this.#queued.has(intentId)) return false;
    const { gate, runner } = this.#o;
    if (!gate.isOpen) {
      this.#held.set(intentId, intent);
      return false;
    }
    let asking = true;
    const onGranted = () => asking ? undefined : this.#granted(intent);
    const answer = runner.ask({
      kind: "submit",
      priority: submitPriority(intent),
      about: { symbolId: intent.order.symbolId },
      key: keyOf(intentId),
      onGranted,
    });
    asking = false;
    if (answer === "queued") this.#queued.add(intentId);
    else if (answer === "full") this.#o.onFull(intentId);
    return answer === "granted";
  }

  /** The gate has opened: those that were held ask again, oldest first. */
  release(): void {
    const waiting = [...this.#held.values()];
    this.#held.clear();
    for (const intent of waiting) if (this.ask(intent)) this.#o.onGranted(intent.intentId);
  }

  forget(intentId: string): void {
    this.#held.delete(intentId);
    if (this.#queued.delete(intentId)) this.#o.runner.cancelWaiting(keyOf(intentId));
  }

  #granted(intent: OrderIntent): void {
    const { intentId } = intent;
    this.#queued.delete(intentId);
    if (this.#o.gate.isOpen) this.#o.onGranted(intentId);
    else this.#held.set(intentId, intent);
  }
}

function keyOf(intentId: string): string {
  return `submit:${intentId}`;
}
