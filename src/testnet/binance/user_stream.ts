/**
 * Account events to whoever subscribed, in the order the engine made them.
 *
 * I1: events a request causes wait until its answer is on the way; later events wait behind them.
 */
import type { FrameFault } from "../fault_catalogue.ts";
import type { FrameFaults } from "../faults.ts";
import type { Operation } from "../dialect.ts";

export interface Subscriber {
  send(text: string): void;
  /** Over the WebSocket API events come wrapped with this id; raw on a listen key's stream. */
  readonly subscriptionId: number | null;
}

interface Frame {
  readonly account: string;
  readonly operation: Operation;
  readonly event: unknown;
}

/** The events of one request. */
export class HeldFrames {
  readonly frames: Frame[] = [];
  queued = false;
  released = false;
}

/** Subscriptions per account; Binance allows 1,000 per connection, here per account. */
const SUBSCRIBERS_MAX = 1_000;

export class UserStreams {
  readonly #faults: FrameFaults;
  readonly #subscribers = new Map<string, Set<Subscriber>>();
  readonly #heldBack = new Map<string, Frame>();
  #queue: HeldFrames[] = [];
  #current: HeldFrames | null = null;

  constructor(faults: FrameFaults) {
    this.#faults = faults;
  }

  /** @returns false when the account has too many already. */
  subscribe(account: string, subscriber: Subscriber): boolean {
    let subscribers = this.#subscribers.get(account);
    if (subscribers === undefined) this.#subscribers.set(account, subscribers = new Set());
    if (subscribers.size >= SUBSCRIBERS_MAX) return false;
    subscribers.add(subscriber);
    return true;
  }

  unsubscribe(account: string, subscriber: Subscriber): boolean {
    return this.#subscribers.get(account)?.delete(subscriber) ?? false;
  }

  /** Building an event is worth its while only when somebody listens. */
  hasSubscribers(account: string): boolean {
    return (this.#subscribers.get(account)?.size ?? 0) > 0;
  }

  /** Runs a request; the events it causes are kept in `held` until `release`. */
  during<T>(held: HeldFrames, request: () => T): T {
    this.#current = held;
    try {
      return request();
    } finally {
      this.#current = null;
    }
  }

  release(held: HeldFrames): void {
    held.released = true;
    this.#drain();
  }

  push(frame: Frame): void {
    const current = this.#current;
    if (current === null && this.#queue.length === 0) return this.#deliver(frame);
    const held = current ?? new HeldFrames();
    held.frames.push(frame);
    if (current === null || current.released) held.released = true;
    if (!held.queued) {
      held.queued = true;
      this.#queue.push(held);
    }
    if (held.released) this.#drain();
  }

  reset(): void {
    this.#queue = [];
    this.#heldBack.clear();
  }

  #drain(): void {
    while (this.#queue[0]?.released) { // I1
      const held = this.#queue.shift()!;
      held.queued = false;
      for (const frame of held.frames.splice(0)) this.#deliver(frame);
    }
  }

  #deliver(frame: Frame): void {
    const fault = this.#faults.takeFrame(frame.operation);
    if (fault !== null) return this.#deliverFaulty(frame, fault);
    this.#send(frame);
    const late = this.#heldBack.get(frame.account);
    if (late === undefined) return;
    this.#heldBack.delete(frame.account);
    this.#send(late);
  }

  #deliverFaulty(frame: Frame, fault: FrameFault): void {
    switch (fault) {
      case "dropFrame":
        return;
      case "duplicateFrame":
        this.#send(frame);
        this.#send(frame);
        return;
      case "reorderFrames": {
        const late = this.#heldBack.get(frame.account);
        this.#heldBack.set(frame.account, frame);
        if (late !== undefined) this.#send(late);
      }
    }
  }

  #send(frame: Frame): void {
    const subscribers = this.#subscribers.get(frame.account);
    if (subscribers === undefined || subscribers.size === 0) return;
    const event = JSON.stringify(frame.event);
    for (const { subscriptionId, send } of subscribers) {
      send(
        subscriptionId === null ? event : `{"subscriptionId":${subscriptionId},"event":${event}}`,
      );
    }
  }
}
