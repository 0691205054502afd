/**
 * The request runner of one exchange: nothing goes to the venue that it has not granted. The book
 * acquires for mutations and sends itself, everyone else runs reads through it; the mode of the
 * queue is a real actor (`machines/requests.ts`), so that it can be watched.
 *
 * I1 A grant has spent its tokens; nobody sends without one.
 * I2 `acquire` calls `onGranted` before it returns exactly when it answers `granted`; after
 *    `queued` it is called once, from a timer, unless it is canceled, drained or stopped before.
 * I3 A request never overtakes one of higher priority that waits for the same budget.
 * I4 An open circuit holds back submits of its symbol only: cancels, reducing and protective orders
 *    and reads go.
 */
import { type Actor, createActor } from "xstate";
import type { Refusal } from "../machines/circuit.ts";
import { type RequestsEvent, requestsMachine, type RequestsMode } from "../machines/requests.ts";
import {
  addsWork,
  PRIORITIES,
  type RequestPriority,
  RequestQueue,
  tierOf,
} from "../machines/request_queue.ts";
import {
  advanceTokens,
  availableTokens,
  banTokens,
  budgetUse,
  collides,
  correctTokens,
  type Lack,
  lackOf,
  type ReportedUsage,
  spendTokens,
  type TokenBucket,
  waitForTokens,
} from "../machines/token_bucket.ts";
import { TICKET_RETRY_MS } from "../machines/timeouts.ts";
import type { RequestCost, RequestKind } from "../src/exchanges/exchange.ts";
import type { CancelTimer, Clock } from "../src/model/clock.ts";
import type { CircuitHealth } from "../src/model/health.ts";
import { REQUEST_QUEUE_CANCEL_RESERVE, REQUEST_QUEUE_MAX } from "../src/model/limits.ts";
import { CircuitBreaker, type Held } from "./circuit.ts";
import { type FailedRead, failedRead, Reads } from "./reads.ts";
import { newRequestMemory, type RequestRunnerOptions } from "./request_options.ts";

export type { FailedRead, RequestRunnerOptions };

export type AcquireResult = "granted" | "queued" | "full";

export class RequestRunner {
  /** For observers; nobody else sends to it. */
  readonly actor: Actor<typeof requestsMachine>;
  readonly #clock: Clock;
  readonly #options: RequestRunnerOptions;
  readonly #bucket: TokenBucket;
  readonly #queue: RequestQueue<Waiting>;
  readonly #othersMax: number;
  readonly #reads: Reads;
  readonly #breaker: CircuitBreaker<Waiting>;
  #mode: RequestsMode = "flowing";
  #pumping = false;
  #stopped = false;
  #cancelPump: CancelTimer | null = null;
  #pumpAt = Infinity;
  #cancelDeadline: CancelTimer | null = null;
  #deadlineAt: number | null = null;

  constructor(options: RequestRunnerOptions) {
    this.#options = options;
    this.#clock = options.clock;
    this.#reads = new Reads(options.clock);
    const { bucket, circuits } = options.memory ?? newRequestMemory(options);
    this.#bucket = bucket;
    const capacity = options.queueMax ?? REQUEST_QUEUE_MAX;
    const reservedForCancels = options.reservedForCancels ?? REQUEST_QUEUE_CANCEL_RESERVE;
    this.#queue = new RequestQueue({ capacity, reservedForCancels });
    this.#othersMax = capacity - reservedForCancels;
    this.#breaker = new CircuitBreaker({
      clock: options.clock,
      circuits,
      onRelease: (held) => this.#askAgain(held),
    });
    this.actor = createActor(
      requestsMachine,
      options.inspect === undefined ? {} : { inspect: options.inspect },
    );
    this.actor.subscribe({ error: (error) => this.#crashed(error) });
    this.actor.start();
    const { bannedUntil: until } = bucket;
    if (until > this.#clock.monotonic()) this.#tell({ type: "venue.banned", until });
  }

  get mode(): RequestsMode {
    return this.#mode;
  }

  /** How many wait. */
  get queued(): number {
    return this.#queue.size + this.#breaker.heldCount;
  }

  /**
   * Asks for the right to send one request. A key that waits already is replaced.
   * @param cost what it takes of each budget
   * @param key names it for {@linkcode RequestRunner.cancelWaiting}
   * @param onGranted must not throw; may acquire
   * @param symbolId of a submit: an open circuit of it holds it back (I4)
   */
  acquire(
    priority: RequestPriority,
    cost: RequestCost,
    key: string,
    onGranted: () => void,
    symbolId: string | null = null,
  ): AcquireResult {
    if (this.#stopped || (this.#mode === "draining" && addsWork(priority))) return "full";
    const circuited = priority === "submit" && symbolId !== null;
    if (circuited && this.#breaker.holding(symbolId) !== null) {
      if (this.queued >= this.#othersMax) return "full";
      this.#breaker.hold({ key, symbolId, item: { cost, onGranted, symbolId } });
      return "queued";
    }
    advanceTokens(this.#bucket, this.#clock.monotonic());
    if (this.#mayGo(priority, cost)) {
      if (this.queued > 0) this.cancelWaiting(key);
      if (circuited) this.#breaker.passing(symbolId);
      spendTokens(this.#bucket, cost);
      onGranted();
      return "granted";
    }
    this.#breaker.remove(key);
    if (this.#queue.push(priority, key, { cost, onGranted, symbolId }) === "full") return "full";
    if (circuited) this.#breaker.passing(symbolId);
    if (this.#queue.size === 1) this.#tell({ type: "queue.waiting" });
    const waitMs = waitForTokens(this.#bucket, cost, tierOf(priority));
    if (waitMs > 0) this.#pumpWithin(waitMs);
    return "queued";
  }

  /** @returns whether it waited; its `onGranted` is not called any more. */
  cancelWaiting(key: string): boolean {
    if (this.#breaker.remove(key)) return true;
    if (this.#queue.remove(key) === undefined) return false;
    // What waited behind it may be cheaper, or wait for another budget.
    if (this.#queue.size === 0) this.#settle();
    else this.#pumpWithin(0);
    return true;
  }

  /**
   * Makes one read: waits for its turn, calls `fn`, and answers what it answers. Never rejects.
   * @param fn called at most once
   */
  run<T extends { readonly kind: string }>(
    kind: RequestKind,
    priority: RequestPriority,
    fn: () => Promise<T>,
  ): Promise<T | FailedRead> {
    return this.#reads.run({
      kind,
      fn,
      acquire: (key, go) => {
        if (this.acquire(priority, this.#options.cost(kind), key, go) !== "full") return null;
        return this.#stopped
          ? failedRead("STOPPED", `${kind} was not sent: the request runner has stopped`)
          : failedRead("QUEUE_FULL", `${kind} was not sent: ${this.queued} requests wait already`);
      },
    });
  }

  /** The venue's own count, from response headers. */
  usage(usage: ReportedUsage): void {
    advanceTokens(this.#bucket, this.#clock.monotonic());
    correctTokens(this.#bucket, usage);
    if (this.#queue.size > 0) this.#pumpWithin(0);
  }

  /** 429 or 418: nothing is granted for so long, also not by the next runner. */
  banned(retryAfterMs: number): void {
    advanceTokens(this.#bucket, this.#clock.monotonic());
    banTokens(this.#bucket, retryAfterMs);
    this.#tell({ type: "venue.banned", until: this.#bucket.bannedUntil });
  }

  /** The venue refused a submit; many alike open the circuit of its symbol, or the account's. */
  refusal(refusal: Refusal): void {
    if (this.#stopped) return;
    const opened = this.#breaker.refusal(refusal);
    if (opened === null) return;
    this.#holdWaiting(opened.symbolId);
    this.#options.onCircuit?.(opened);
  }

  /** The venue accepted a submit of the symbol: what it refused before has an end. */
  answered(symbolId: string): void {
    this.#breaker.acceptance(symbolId);
  }

  /** Why no further submit of the symbol is taken now; null when it is. */
  circuit(symbolId: string): CircuitHealth | null {
    return this.#breaker.holding(symbolId);
  }

  /** For health: the circuits that are not closed. */
  circuits(): readonly CircuitHealth[] {
    return this.#breaker.tripped();
  }

  /** How long nothing at all may be sent, ms; 0 while there is no ban. */
  bannedForMs(): number {
    return Math.max(0, this.#bucket.bannedUntil - this.#clock.monotonic());
  }

  /**
   * From now on only cancels and reads are taken; orders that wait are dropped.
   * @returns the keys of what was dropped; their `onGranted` is never called
   */
  drain(): readonly string[] {
    if (this.#stopped) return [];
    const dropped: string[] = [...this.#breaker.clear()];
    for (const { key, priority, item } of this.#queue.clear()) {
      if (addsWork(priority)) dropped.push(key);
      else this.#queue.push(priority, key, item);
    }
    this.#tell({ type: "requests.drain" });
    return dropped;
  }

  /** What a request other than a cancel could take at once. */
  remaining(): RequestCost {
    advanceTokens(this.#bucket, this.#clock.monotonic());
    return availableTokens(this.#bucket);
  }

  /** For health: in the venue's units, how much cannot be used right now. */
  budgets(): Readonly<Record<string, { readonly used: number; readonly capacity: number }>> {
    advanceTokens(this.#bucket, this.#clock.monotonic());
    return { weight: budgetUse(this.#bucket.weight), orders: budgetUse(this.#bucket.orders) };
  }

  /** Grants nothing any more; reads that wait or are under way answer `failed`, `STOPPED`. */
  stop(): void {
    if (this.#stopped) return;
    this.#stopped = true;
    this.#disarmPump();
    this.#cancelDeadline?.();
    this.#cancelDeadline = null;
    this.#queue.clear();
    this.#breaker.clear();
    this.#reads.stop();
    this.actor.stop();
  }

  /** I3: looks past those of higher priority that wait for a budget this one does not need. */
  #mayGo(priority: RequestPriority, cost: RequestCost): boolean {
    if (waitForTokens(this.#bucket, cost, tierOf(priority)) > 0) return false;
    if (this.#queue.size === 0) return true;
    for (const higher of PRIORITIES) {
      const head = this.#queue.first(higher);
      if (higher === priority) return head === undefined;
      if (head === undefined) continue;
      const lacks = lackOf(this.#bucket, head.item.cost, tierOf(higher));
      const waitsForNothing = !lacks.weight && !lacks.orders;
      if (waitsForNothing || collides(lacks, cost)) return false;
    }
    return true;
  }

  /** Submits that waited for tokens when their circuit opened must not go one by one after it. */
  #holdWaiting(symbolId: string | null): void {
    const held: Held<Waiting>[] = [];
    for (const { key, item } of this.#queue.entries("submit")) {
      if (item.symbolId === null || (symbolId !== null && item.symbolId !== symbolId)) continue;
      held.push({ key, symbolId: item.symbolId, item });
    }
    for (const each of held) {
      this.cancelWaiting(each.key);
      this.#breaker.hold(each);
    }
  }

  #askAgain(held: readonly Held<Waiting>[]): void {
    for (const { key, symbolId, item } of held) {
      const answer = this.acquire("submit", item.cost, key, item.onGranted, symbolId);
      if (answer !== "full" || this.#stopped) continue;
      // Its place went to others meanwhile; it keeps its own, beyond the bound by what was held.
      this.#breaker.hold({ key, symbolId, item }, TICKET_RETRY_MS);
    }
  }

  /** Grants all that may go now and arms the timer for the next. */
  #pump(): void {
    this.#disarmPump();
    if (this.#stopped) return;
    advanceTokens(this.#bucket, this.#clock.monotonic());
    this.#pumping = true;
    let waitMs = Infinity;
    try {
      waitMs = this.#grantWaiting();
    } finally {
      this.#pumping = false;
      if (this.#queue.size === 0) this.#settle();
      else if (waitMs < Infinity) this.#pumpWithin(waitMs);
    }
  }

  /** @returns after how many milliseconds the next may go; Infinity when time alone frees none. */
  #grantWaiting(): number {
    let waitMs = Infinity;
    let missing: Lack = { weight: false, orders: false };
    for (const priority of PRIORITIES) {
      for (;;) {
        const head = this.#queue.first(priority);
        if (head === undefined) break;
        const { cost, onGranted } = head.item;
        const ownWaitMs = waitForTokens(this.#bucket, cost, tierOf(priority));
        if (ownWaitMs > 0 || collides(missing, cost)) {
          if (ownWaitMs > 0) waitMs = Math.min(waitMs, ownWaitMs);
          const lacks = lackOf(this.#bucket, cost, tierOf(priority));
          missing = {
            weight: missing.weight || lacks.weight,
            orders: missing.orders || lacks.orders,
          };
          break;
        }
        this.#queue.remove(head.key);
        spendTokens(this.#bucket, cost);
        onGranted();
      }
    }
    return waitMs;
  }

  #pumpWithin(waitMs: number): void {
    if (this.#pumping || this.#stopped) return;
    const delayMs = Math.ceil(waitMs);
    const at = this.#clock.monotonic() + delayMs;
    if (this.#pumpAt <= at) return;
    this.#disarmPump();
    this.#pumpAt = at;
    this.#cancelPump = this.#clock.setTimer(() => this.#pump(), delayMs);
  }

  #disarmPump(): void {
    this.#cancelPump?.();
    this.#cancelPump = null;
    this.#pumpAt = Infinity;
  }

  /** Nothing waits any more. */
  #settle(): void {
    if (!this.#pumping) this.#disarmPump();
    if (this.#mode === "throttled") this.#tell({ type: "queue.emptied" });
  }

  #tell(event: RequestsEvent): void {
    if (this.#stopped) return;
    this.actor.send(event);
    const snapshot = this.actor.getSnapshot();
    this.#awaitDeadline(snapshot.context.dueAt);
    const mode = snapshot.value as RequestsMode; // flat: the state's own name
    if (mode === this.#mode) return;
    this.#mode = mode;
    this.#options.onMode?.(mode);
    if (this.#queue.size > 0) {
      if (mode === "flowing") this.#tell({ type: "queue.waiting" });
      this.#pumpWithin(0);
    }
  }

  #awaitDeadline(dueAt: number | null): void {
    if (dueAt === this.#deadlineAt) return;
    this.#cancelDeadline?.();
    this.#cancelDeadline = null;
    this.#deadlineAt = dueAt;
    if (dueAt === null) return;
    const delayMs = Math.max(0, Math.ceil(dueAt - this.#clock.monotonic()));
    this.#cancelDeadline = this.#clock.setTimer(() => {
      this.#deadlineAt = null;
      this.#tell({ type: "deadline.passed", at: this.#clock.monotonic() });
    }, delayMs);
  }

  #crashed(error: unknown): void {
    this.stop();
    this.#options.onCrash?.(error);
  }
}

interface Waiting {
  readonly cost: RequestCost;
  readonly onGranted: () => void;
  readonly symbolId: string | null;
}
