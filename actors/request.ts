/**
 * The request runner of one exchange: nothing goes to the venue that it has not granted. The book
 * acquires for mutations and sends itself, everyone else runs reads through it; the mode of the
 * queue is a real actor (`machines/requests.ts`), so that it can be watched.
 *
 * I1 A grant has spent its tokens; nobody sends without one.
 * I2 `ask` calls `onGranted` before it returns exactly when it answers `granted`; after
 *    `queued` it is called once, from a timer, unless it is canceled, drained or stopped before.
 * I3 A request never overtakes one of the same or a higher priority that waits for the same budget.
 * I4 An open circuit holds back submits of its symbol only: cancels, reducing and protective orders
 *    and reads go.
 */
import { type Actor, createActor } from "xstate";
import type { BudgetsUse, RequestBudgets } from "../machines/budgets.ts";
import type { Refusal } from "../machines/circuit.ts";
import { keysOf, RequestLine } from "../machines/request_line.ts";
import { addsWork, type RequestPriority } from "../machines/request_queue.ts";
import { type RequestsEvent, requestsMachine, type RequestsMode } from "../machines/requests.ts";
import { TICKET_RETRY_MS } from "../machines/timeouts.ts";
import type {
  AcquireOutcome,
  ReportedUsage,
  RequestAbout,
  RequestCost,
  RequestEndpoint,
  RequestKind,
  RequestLimits,
} from "../src/exchanges/exchange.ts";
import type { CancelTimer, Clock } from "../src/model/clock.ts";
import type { CircuitHealth } from "../src/model/health.ts";
import { REQUEST_QUEUE_CANCEL_RESERVE, REQUEST_QUEUE_MAX } from "../src/model/limits.ts";
import { CircuitBreaker, type Held } from "./circuit.ts";
import { aboutOf, Permits, times } from "./permits.ts";
import { type FailedRead, failedRead, Reads } from "./reads.ts";
import {
  type Ask,
  type Asked,
  newRequestMemory,
  type RequestRunnerOptions,
} from "./request_options.ts";

export type { Ask, FailedRead, RequestRunnerOptions };

export type AskResult = "granted" | "queued" | "full";

export class RequestRunner implements RequestLimits {
  /** For observers; nobody else sends to it. */
  readonly actor: Actor<typeof requestsMachine>;
  readonly #clock: Clock;
  readonly #options: RequestRunnerOptions;
  readonly #budgets: RequestBudgets;
  readonly #line: RequestLine<Asked>;
  readonly #othersMax: number;
  readonly #reads: Reads;
  readonly #permits: Permits;
  readonly #breaker: CircuitBreaker<Asked>;
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
    this.#permits = new Permits({
      clock: options.clock,
      ask: (ask) => this.ask(ask),
      cancelWaiting: (key) => this.cancelWaiting(key),
    });
    this.#reads = new Reads(options.clock, () => this.#permits.waitedMs);
    const { budgets, circuits } = options.memory ?? newRequestMemory(options);
    this.#budgets = budgets;
    const capacity = options.queueMax ?? REQUEST_QUEUE_MAX;
    const reservedForCancels = options.reservedForCancels ?? REQUEST_QUEUE_CANCEL_RESERVE;
    this.#line = new RequestLine(budgets, { capacity, reservedForCancels });
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
    const { bannedUntil: until } = budgets;
    if (until > this.#clock.monotonic()) this.#tell({ type: "venue.banned", until });
  }

  get mode(): RequestsMode {
    return this.#mode;
  }

  /** How many wait. */
  get queued(): number {
    return this.#line.size + this.#breaker.heldCount;
  }

  /** Asks for the right to send one request. A key that waits already is replaced. */
  ask(ask: Ask): AskResult {
    const { priority, key, onGranted } = ask;
    if (this.#stopped || (this.#mode === "draining" && addsWork(priority))) return "full";
    const asked = this.#asked(ask);
    const { circuit } = asked;
    if (circuit !== null && this.#breaker.holding(circuit) !== null) {
      if (this.queued >= this.#othersMax) return "full";
      this.#breaker.hold({ key, symbolId: circuit, item: asked });
      return "queued";
    }
    const now = this.#clock.monotonic();
    if (this.#line.pass(asked, now)) {
      if (this.queued > 0) this.cancelWaiting(key);
      if (circuit !== null) this.#breaker.passing(circuit);
      onGranted();
      return "granted";
    }
    this.#breaker.remove(key);
    if (this.#line.push(asked) === "full") return "full";
    if (circuit !== null) this.#breaker.passing(circuit);
    if (this.#line.size === 1) this.#tell({ type: "queue.waiting" });
    const waitMs = this.#line.wait(asked, now);
    if (waitMs > 0) this.#pumpWithin(waitMs);
    return "queued";
  }

  /** For what an adapter sends beside what the kernel has asked it for. */
  acquire(
    endpoint: RequestEndpoint,
    weight: number,
    priority: RequestPriority,
    signal: AbortSignal,
  ): Promise<AcquireOutcome> {
    if (this.#stopped) return Promise.resolve("stopped");
    const { kind, about } = aboutOf(endpoint);
    const cost = times(this.#options.cost(kind, about), weight);
    return this.#permits.acquire({ kind, about, cost, priority }, signal);
  }

  /** @returns whether it waited; its `onGranted` is not called any more. */
  cancelWaiting(key: string): boolean {
    if (this.#breaker.remove(key)) return true;
    if (!this.#line.remove(key)) return false;
    // What waited behind it may be cheaper, or wait for another budget.
    if (this.#line.size === 0) this.#settle();
    else this.#pumpWithin(0);
    return true;
  }

  /**
   * Makes one read: waits for its turn, calls `fn`, and answers what it answers. Never rejects.
   * @param fn called at most once
   * @param about what its cost depends on
   */
  run<T extends { readonly kind: string }>(
    kind: RequestKind,
    priority: RequestPriority,
    fn: () => Promise<T>,
    about?: RequestAbout,
  ): Promise<T | FailedRead> {
    return this.#reads.run({
      kind,
      fn,
      acquire: (key, onGranted) => {
        const ask = { kind, priority, key, onGranted, ...(about === undefined ? {} : { about }) };
        if (this.ask(ask) !== "full") return null;
        return this.#stopped
          ? failedRead("STOPPED", `${kind} was not sent: the request runner has stopped`)
          : failedRead("QUEUE_FULL", `${kind} was not sent: ${this.queued} requests wait already`);
      },
    });
  }

  /** The venue's own count, e.g. from response headers. */
  usage(usage: ReportedUsage): void {
    const venueNow = this.#options.venueNow?.() ?? this.#clock.now();
    this.#budgets.correct(usage, this.#clock.monotonic(), venueNow);
    if (this.#line.size > 0) this.#pumpWithin(0);
  }

  /**
   * 429 or 418: nothing is granted for so long, also not by the next runner.
   * @param budgets those it is about; absent: it is about all
   */
  banned(retryAfterMs: number, budgets?: readonly string[]): void {
    if (!this.#budgets.ban(retryAfterMs, this.#clock.monotonic(), budgets)) return;
    this.#tell({ type: "venue.banned", until: this.#budgets.bannedUntil });
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

  /** How long nothing at all may be sent, or nothing of this kind, ms; 0 while there is no ban. */
  bannedForMs(kind?: RequestKind): number {
    const cost = kind === undefined ? NO_COST : this.#options.cost(kind, NOTHING);
    return this.#budgets.bannedForMs(cost, this.#clock.monotonic());
  }

  /**
   * From now on only cancels and reads are taken; orders that wait are dropped.
   * @returns the keys of what was dropped; their `onGranted` is never called
   */
  drain(): readonly string[] {
    if (this.#stopped) return [];
    const dropped: string[] = [...this.#breaker.clear()];
    for (const asked of this.#line.clear()) {
      if (addsWork(asked.priority)) dropped.push(asked.key);
      else this.#line.push(asked);
    }
    this.#permits.drop(dropped);
    this.#tell({ type: "requests.drain" });
    return dropped;
  }

  /** How many such requests could go at once, were nobody waiting; none while there is a ban. */
  remaining(endpoint: RequestEndpoint): number {
    const { kind, about } = aboutOf(endpoint);
    const cost = this.#options.cost(kind, about);
    return this.#budgets.remaining(cost, keysOf(about, kind), this.#clock.monotonic());
  }

  /** For health: in the venue's units, how much cannot be used right now. */
  budgets(): BudgetsUse {
    return this.#budgets.use(this.#clock.monotonic());
  }

  /** Grants nothing any more; reads that wait or are under way answer `failed`, `STOPPED`. */
  stop(): void {
    if (this.#stopped) return;
    this.#stopped = true;
    this.#disarmPump();
    this.#cancelDeadline?.();
    this.#cancelDeadline = null;
    this.#line.clear();
    this.#breaker.clear();
    this.#reads.stop();
    this.#permits.stop();
    this.actor.stop();
  }

  #asked(ask: Ask): Asked {
    const { priority, kind, about = NOTHING, key, onGranted } = ask;
    const cost = ask.cost ?? this.#options.cost(kind, about);
    const circuit = kind === "submit" && priority === "submit" ? about.symbolId ?? null : null;
    return { priority, kind, key, cost, keys: keysOf(about, kind), circuit, onGranted };
  }

  /** Submits that waited for tokens when their circuit opened must not go one by one after it. */
  #holdWaiting(symbolId: string | null): void {
    for (const item of this.#line.waiting("submit")) {
      const { key, circuit } = item;
      if (circuit === null || (symbolId !== null && circuit !== symbolId)) continue;
      this.cancelWaiting(key);
      this.#breaker.hold({ key, symbolId: circuit, item });
    }
  }

  #askAgain(held: readonly Held<Asked>[]): void {
    for (const { key, symbolId, item } of held) {
      const answer = this.ask({ ...item, about: { ...item.keys, symbolId } });
      if (answer !== "full" || this.#stopped) continue;
      // Its place went to others meanwhile; it keeps its own, beyond the bound by what was held.
      this.#breaker.hold({ key, symbolId, item }, TICKET_RETRY_MS);
    }
  }

  /** Grants all that may go now and arms the timer for the next. */
  #pump(): void {
    this.#disarmPump();
    if (this.#stopped) return;
    this.#pumping = true;
    let waitMs = Infinity;
    try {
      waitMs = this.#line.release(this.#clock.monotonic(), ({ onGranted }) => onGranted());
    } finally {
      this.#pumping = false;
      if (this.#line.size === 0) this.#settle();
      else if (waitMs < Infinity) this.#pumpWithin(waitMs);
    }
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
    if (this.#line.size > 0) {
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

const NOTHING: RequestAbout = {};
const NO_COST: RequestCost = [];
