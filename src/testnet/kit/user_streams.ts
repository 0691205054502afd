/**
 * Account events to whoever subscribed, in the order the engine made them.
 *
 * I1: events a request causes wait until its answer is on the way; later events wait behind them.
 */
import type { FrameFault } from "../fault_catalogue.ts";
import type { FrameFaults } from "../faults.ts";
import type { Operation } from "../dialect.ts";

export interface AccountEvent {
  /** The engine's account. */
  readonly account: string;
  /** What frame faults match, and what subscribers choose by: its name and its symbol. */
  readonly operation: Operation;
  readonly event: unknown;
}

/** An event on its way; its JSON is made once for all subscribers. */
export class Frame {
  readonly account: string;
  readonly operation: Operation;
  readonly event: unknown;
  #json: string | null = null;

  constructor(event: AccountEvent) {
    this.account = event.account;
    this.operation = event.operation;
    this.event = event.event;
  }

  get json(): string {
    return this.#json ??= JSON.stringify(this.event);
  }
}

export interface Subscriber {
  send(text: string): void;
  /**
   * The frame as this connection gets it, or null when it did not ask for such events. Called once
   * per frame in order, also for one that a fault drops: sequence numbers are counted here.
   */
  frame(frame: Frame): string | null;
}

/** The events of one request. */
export class HeldFrames {
  readonly frames: Frame[] = [];
  queued = false;
  released = false;
}

interface Written {
  readonly subscriber: Subscriber;
  readonly text: string;
}

/** More than any exchange grants one account. */
const SUBSCRIBERS_MAX = 1_000;

export class UserStreams {
  readonly #faults: FrameFaults;
  readonly #subscribers = new Map<string, Set<Subscriber>>();
  readonly #heldBack = new Map<string, readonly Written[]>();
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

  push(event: AccountEvent): void {
    const frame = new Frame(event);
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

  /** Subscriptions stay, since their sockets do. */
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
    const written = this.#write(frame);
    if (fault !== null) return this.#deliverFaulty(frame.account, { fault, written });
    this.#send(frame.account, written);
    const late = this.#heldBack.get(frame.account);
    if (late === undefined) return;
    this.#heldBack.delete(frame.account);
    this.#send(frame.account, late);
  }

  #deliverFaulty(
    account: string,
    { fault, written }: { readonly fault: FrameFault; readonly written: readonly Written[] },
  ): void {
    switch (fault) {
      case "dropFrame":
        return;
      case "duplicateFrame":
        this.#send(account, written);
        this.#send(account, written);
        return;
      case "reorderFrames": {
        const late = this.#heldBack.get(account);
        this.#heldBack.set(account, written);
        if (late !== undefined) this.#send(account, late);
      }
    }
  }

  #write(frame: Frame): readonly Written[] {
    const written: Written[] = [];
    for (const subscriber of this.#subscribers.get(frame.account) ?? []) {
      const text = subscriber.frame(frame);
      if (text !== null) written.push({ subscriber, text });
    }
    return written;
  }

  /** Only to those still there: a frame held back may outlive its subscription. */
  #send(account: string, written: readonly Written[]): void {
    const subscribers = this.#subscribers.get(account);
    for (const { subscriber, text } of written) {
      if (subscribers?.has(subscriber)) subscriber.send(text);
    }
  }
}
