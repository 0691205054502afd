/**
 * Time that moves only when told to. Whole kernels run on it in tests and in the simulator.
 *
 * I1 Timers fire in the order of (due, insertion), each at its own due time. I2 Time never goes
 * back, save for the wall clock through `stepWall`. I3 Nothing here waits for real time.
 */
import { setImmediate } from "node:timers";
import type { CancelTimer, Clock } from "../model/clock.ts";
import type { EpochMs } from "../model/scalars.ts";
import { checkedDelay } from "./clock.ts";

/** 2026-01-01T00:00:00Z: a date that looks like one in a failing test. */
export const VIRTUAL_START: EpochMs = 1_767_225_600_000;

interface Timer {
  readonly due: number;
  readonly order: number;
  callback: (() => void) | null;
}

/** A clock for one test or one simulated world. */
export class VirtualClock implements Clock {
  readonly #heap: Timer[] = [];
  #elapsed = 0;
  #wallOffset: number;
  #inserted = 0;
  #canceled = 0;

  constructor(start: EpochMs = VIRTUAL_START) {
    this.#wallOffset = start;
  }

  now(): EpochMs {
    return Math.floor(this.#elapsed + this.#wallOffset);
  }

  monotonic(): number {
    return this.#elapsed;
  }

  setTimer(callback: () => void, delayMs: number): CancelTimer {
    const timer: Timer = {
      due: this.#elapsed + checkedDelay(delayMs),
      order: this.#inserted++,
      callback,
    };
    this.#push(timer);
    return () => {
      if (timer.callback === null) return;
      timer.callback = null;
      this.#canceled++;
      this.#dropCanceled();
    };
  }

  /** How many timers are waiting. */
  get pending(): number {
    return this.#heap.length - this.#canceled;
  }

  /** When the next timer fires, by the wall clock; null when none waits. */
  nextDue(): EpochMs | null {
    const timer = this.#peek();
    return timer === undefined ? null : timer.due + this.#wallOffset;
  }

  /** Moves to the next timer and fires it. @returns false when none waits. */
  runNext(): boolean {
    return this.#fireUntil(Infinity);
  }

  /** Moves `ms` ahead, firing on the way what is due, also what those timers set. */
  advance(ms: number): void {
    const end = this.#elapsed + checkedDelay(ms);
    while (this.#fireUntil(end));
    this.#elapsed = Math.max(this.#elapsed, end);
  }

  /** `advance` up to a wall time; one already past does nothing. */
  advanceTo(at: EpochMs): void {
    for (let due = this.nextDue(); due !== null && due <= at; due = this.nextDue()) {
      this.runNext();
    }
    this.#elapsed = Math.max(this.#elapsed, at - this.#wallOffset);
  }

  /**
   * `advance` for code that awaits: before the first timer and after each one it lets every
   * promise that can settle do so, `drain` being a turn of the real event loop.
   */
  async advanceAsync(ms: number, drain: () => Promise<void> = macrotask): Promise<void> {
    const end = this.#elapsed + checkedDelay(ms);
    await drain();
    while (this.#fireUntil(end)) await drain();
    this.#elapsed = Math.max(this.#elapsed, end);
  }

  /** Sets the wall clock forward or back by `ms`; timers and `monotonic` do not notice. */
  stepWall(ms: number): void {
    this.#wallOffset += ms;
  }

  #fireUntil(end: number): boolean {
    const timer = this.#peek();
    if (timer === undefined || timer.due > end) return false;
    this.#pop();
    this.#elapsed = Math.max(this.#elapsed, timer.due);
    const callback = timer.callback;
    timer.callback = null;
    callback?.();
    return true;
  }

  #peek(): Timer | undefined {
    while (this.#heap.length > 0 && this.#heap[0]!.callback === null) {
      this.#pop();
      this.#canceled--;
    }
    return this.#heap[0];
  }

  /** Canceled timers stay in the heap until they reach its top, or are the larger half of it. */
  #dropCanceled(): void {
    if (this.#canceled < 64 || this.#canceled * 2 < this.#heap.length) return;
    const kept = this.#heap.filter((timer) => timer.callback !== null);
    this.#heap.length = 0;
    this.#canceled = 0;
    for (const timer of kept) this.#push(timer);
  }

  #push(timer: Timer): void {
    const heap = this.#heap;
    let at = heap.push(timer) - 1;
    while (at > 0) {
      const parent = (at - 1) >> 1;
      if (!isBefore(timer, heap[parent]!)) break;
      heap[at] = heap[parent]!;
      at = parent;
    }
    heap[at] = timer;
  }

  #pop(): void {
    const heap = this.#heap;
    const last = heap.pop()!;
    if (heap.length === 0) return;
    let at = 0;
    for (;;) {
      let child = 2 * at + 1;
      if (child >= heap.length) break;
      if (child + 1 < heap.length && isBefore(heap[child + 1]!, heap[child]!)) child++;
      if (!isBefore(heap[child]!, last)) break;
      heap[at] = heap[child]!;
      at = child;
    }
    heap[at] = last;
  }
}

function isBefore(a: Timer, b: Timer): boolean {
  return a.due < b.due || (a.due === b.due && a.order < b.order);
}

function macrotask(): Promise<void> {
  return new Promise((resolve) => setImmediate(resolve));
}
