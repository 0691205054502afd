/**
 * The request runner of one exchange: nothing goes to the venue that it has not granted. The book
 * acquires for mutations and sends itself, everyone else runs reads through it; the mode of the
 * queue is a real actor (`machines/requests.ts`), so that it can be watched.
 *
 * I1 A grant has spent its tokens; nobody sends without one.
 * I2 `acquire` calls `onGranted` before it returns exactly when it answers `granted`; after
 *    `queued` it is called once, from a timer, unless it is canceled, drained or stopped before.
 * I3 A request never overtakes one of higher priority that waits for the same budget.
 * I4 An open circuit holds back submits only: cancels, reducing and protective orders and reads go.
 */
import { type Actor, createActor, type InspectionEvent } from "xstate";
import {
  CIRCUIT_REFUSALS,
  countRefusal,
  type RefusalStreak,
  type RequestsEvent,
  requestsMachine,
  type RequestsMode,
} from "../machines/requests.ts";
import { PRIORITIES, type RequestPriority, RequestQueue } from "../machines/request_queue.ts";
import {
  advanceTokens,
  availableTokens,
  banTokens,
  budgetUse,
  correctTokens,
  newTokenBucket,
  type ReportedUsage,
  spendTokens,
  type TokenBucket,
  waitForBudget,
  waitForTokens,
} from "../machines/token_bucket.ts";
import type { RateLimits, RequestCost, RequestKind } from "../src/exchanges/exchange.ts";
import type { CancelTimer, Clock } from "../src/model/clock.ts";
import { REQUEST_QUEUE_CANCEL_RESERVE, REQUEST_QUEUE_MAX } from "../src/model/limits.ts";
import { type FailedRead, failedRead, Reads } from "./reads.ts";

export interface RequestRunnerOptions {
  readonly clock: Clock;
  readonly limits: RateLimits;
  readonly cost: (kind: RequestKind) => RequestCost;
  /** Watches the mode's actor. */
  readonly inspect?: (event: InspectionEvent) => void;
  /** Told of every change of {@linkcode RequestRunner.mode}. */
  readonly onMode?: (mode: RequestsMode) => void;
  /** The mode actor failed: for the supervisor. The runner grants nothing any more. */
  readonly onCrash?: (error: unknown) => void;
  readonly queueMax?: number;
  readonly reservedForCancels?: number;
}

export type { FailedRead };

export type AcquireResult = "granted" | "queued" | "full";

export class RequestRunner {
  /** For observers; nobody else sends to it. */
  readonly actor: Actor<typeof requestsMachine>;
  readonly #clock: Clock;
  readonly #options: RequestRunnerOptions;
  readonly #bucket: TokenBucket;
  readonly #queue: RequestQueue<Waiting>;
  readonly #reads: Reads;
  #mode: RequestsMode = "flowing";
  #streak: RefusalStreak | null = null;
  /** Half-open lets one submit through. */
  #trialGranted = false;
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
    this.#bucket = newTokenBucket(options.limits, options.clock.monotonic());
    this.#queue = new RequestQueue({
      capacity: options.queueMax ?? REQUEST_QUEUE_MAX,
      reservedForCancels: options.reservedForCancels ?? REQUEST_QUEUE_CANCEL_RESERVE,
    });
    this.actor = createActor(
      requestsMachine,
      options.inspect === undefined ? {} : { inspect: options.inspect },
    );
    this.actor.subscribe({ error: (error) => this.#crashed(error) });
    this.actor.start();
  }

  get mode(): RequestsMode {
    return this.#mode;
  }

  /** How many wait. */
  get queued(): number {
    return this.#queue.size;
  }

  /**
   * Asks for the right to send one request. A key that waits already is replaced.
   * @param cost what it takes of each budget
   * @param key names it for {@linkcode RequestRunner.cancelWaiting}
   * @param onGranted must not throw; may acquire
   */
  acquire(
    priority: RequestPriority,
    cost: RequestCost,
    key: string,
    onGranted: () => void,
  ): AcquireResult {
    if (this.#stopped || (this.#mode === "draining" && addsWork(priority))) return "full";
    advanceTokens(this.#bucket, this.#clock.monotonic());
    if (this.#mayGo(priority, cost)) {
      if (this.#queue.size > 0) this.cancelWaiting(key);
      this.#grant(priority, cost, onGranted);
      return "granted";
    }
    if (this.#queue.push(priority, key, { cost, onGranted }) === "full") return "full";
    if (this.#queue.size === 1) this.#tell({ type: "queue.waiting" });
    const waitMs = waitForTokens(this.#bucket, cost, tierOf(priority));
    if (waitMs > 0 && !this.#holdsBack(priority)) this.#pumpWithin(waitMs);
    return "queued";
  }

  /** @returns whether it waited; its `onGranted` is not called any more. */
  cancelWaiting(key: string): boolean {
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

  /** 429 or 418: nothing is granted for so long. */
  banned(retryAfterMs: number): void {
    if (this.#stopped) return;
    advanceTokens(this.#bucket, this.#clock.monotonic());
    banTokens(this.#bucket, retryAfterMs);
    this.#tell({ type: "venue.banned", until: this.#bucket.bannedUntil });
  }

  /** The venue refused a submit; many alike in a row open the circuit. */
  refusal(code: string): void {
    if (this.#stopped) return;
    const at = this.#clock.monotonic();
    this.#streak = countRefusal(this.#streak, code, at);
    const trialFailed = this.#mode === "halfOpen" &&
      code === this.actor.getSnapshot().context.refusalCode;
    if (!trialFailed && this.#streak.count < CIRCUIT_REFUSALS) return;
    this.#streak = null;
    this.#tell({ type: "refusals.alike", code, at });
  }

  /** The venue accepted a submit: whatever was refused before was not a streak. */
  answered(): void {
    this.#streak = null;
    if (this.#mode === "halfOpen") this.#tell({ type: "venue.answered" });
  }

  /**
   * From now on only cancels and reads are taken; orders that wait are dropped.
   * @returns the keys of what was dropped; their `onGranted` is never called
   */
  drain(): readonly string[] {
    if (this.#stopped) return [];
    const dropped: string[] = [];
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
    this.#reads.stop();
    this.actor.stop();
  }

  /** I3: looks past those of higher priority that wait for a budget this one does not need. */
  #mayGo(priority: RequestPriority, cost: RequestCost): boolean {
    if (this.#holdsBack(priority)) return false;
    if (waitForTokens(this.#bucket, cost, tierOf(priority)) > 0) return false;
    if (this.#queue.size === 0) return true;
    for (const higher of PRIORITIES) {
      const head = this.#queue.first(higher);
      if (higher === priority) return head === undefined;
      if (head === undefined || this.#holdsBack(higher)) continue;
      const lacks = this.#lacks(higher, head.item.cost);
      const waitsForNothing = !lacks.weight && !lacks.orders;
      if (waitsForNothing || collides(lacks, cost)) return false;
    }
    return true;
  }

  #lacks(priority: RequestPriority, cost: RequestCost): Lack {
    const { weight, orders, updatedAt } = this.#bucket;
    const tier = tierOf(priority);
    return {
      weight: waitForBudget(weight, cost.weight, tier, updatedAt) > 0,
      orders: waitForBudget(orders, cost.orders, tier, updatedAt) > 0,
    };
  }

  #holdsBack(priority: RequestPriority): boolean {
    if (priority !== "submit") return false;
    return this.#mode === "circuitOpen" || (this.#mode === "halfOpen" && this.#trialGranted);
  }

  #grant(priority: RequestPriority, cost: RequestCost, onGranted: () => void): void {
    spendTokens(this.#bucket, cost);
    if (priority === "submit" && this.#mode === "halfOpen") this.#trialGranted = true;
    onGranted();
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
        if (head === undefined || this.#holdsBack(priority)) break;
        const { cost, onGranted } = head.item;
        const ownWaitMs = waitForTokens(this.#bucket, cost, tierOf(priority));
        if (ownWaitMs > 0 || collides(missing, cost)) {
          if (ownWaitMs > 0) waitMs = Math.min(waitMs, ownWaitMs);
          const lacks = this.#lacks(priority, cost);
          missing = {
            weight: missing.weight || lacks.weight,
            orders: missing.orders || lacks.orders,
          };
          break;
        }
        this.#queue.remove(head.key);
        this.#grant(priority, cost, onGranted);
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
    if (mode === "halfOpen") this.#trialGranted = false;
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
}

/** Which budgets a request waits for. */
interface Lack {
  readonly weight: boolean;
  readonly orders: boolean;
}

function collides(lack: Lack, cost: RequestCost): boolean {
  return (lack.weight && cost.weight > 0) || (lack.orders && cost.orders > 0);
}

function tierOf(priority: RequestPriority): "cancel" | "other" {
  return priority === "cancel" ? "cancel" : "other";
}

/** Orders are work that a draining exchange no longer begins. */
function addsWork(priority: RequestPriority): boolean {
  return priority === "reduce" || priority === "protect" || priority === "submit";
}
