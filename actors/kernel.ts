/**
 * The root: it supervises the exchanges, owns the journal and the events, and is the façade that
 * embedders hold. Composition hands it its adapters and its store; it opens and closes both.
 *
 * I1 An exchange that dies is restarted alone; the kernel goes down last.
 * I2 After a store failure nothing adds exposure any more, and the kernel closes.
 * I3 `stop` leaves open orders alone: it drains what is under way, flushes and closes.
 * I4 An intent that cannot be read back closes the kernel at its start: trading on without it would
 *    leave its orders to nobody, and a restart would read the same row.
 */
import { type Actor, createActor } from "xstate";
import { kernelMachine } from "../machines/kernel.ts";
import { DRAIN_TIMEOUT_MS, START_WAIT_MS } from "../machines/timeouts.ts";
import type { AlertListener } from "../src/model/alert.ts";
import type { Clock, Random } from "../src/model/clock.ts";
import { DeniedError, NotFoundError, StoreError } from "../src/model/errors.ts";
import type { EventFilter, KernelEvent } from "../src/model/event.ts";
import type { EventsOptions, ExchangeKernel, Kernel } from "../src/model/facade.ts";
import type { InstanceIdentity } from "../src/model/ids.ts";
import type { Log } from "../src/model/log.ts";
import type { RateCaps } from "../src/model/rate_limits.ts";
import type { ExchangeAdapter } from "../src/exchanges/exchange.ts";
import type { Store } from "../src/stores/store.ts";
import { Alerts, deadManOccurrence, parkedOccurrence, storeOccurrence } from "./alerts.ts";
import type { DeadManTrouble } from "./dead_man.ts";
import { EdgeTap } from "./edge_tap.ts";
import { errorName } from "./error_name.ts";
import { closedError, EventHub } from "./event_hub.ts";
import { Exchange } from "./exchange.ts";
import { openDeadMan } from "./exchange_dead_man.ts";
import { ExchangeFacade } from "./exchange_facade.ts";
import type { ExchangeMemory } from "./exchange_memory.ts";
import type { ExchangeSettings } from "./exchange_options.ts";
import { Journal } from "./journal.ts";
import { KillSwitch } from "./kill_switch.ts";
import { Serial } from "./serial.ts";
import { Supervisor } from "./supervision.ts";
import { within } from "./within.ts";

export interface KernelOptions {
  readonly adapters: readonly ExchangeAdapter[];
  /** By exchange id: caps beside what its venue publishes, and the account's tier. */
  readonly rateLimits: ReadonlyMap<string, RateCaps>;
  /** By exchange id: caps, mode, whose account it is. Default: the defaults of each. */
  readonly settings?: ReadonlyMap<string, ExchangeSettings>;
  /** By exchange id: the timeout of the venue's dead-man's switch, where it is to be kept armed. */
  readonly deadMansSwitches?: ReadonlyMap<string, number>;
  readonly store: Store;
  readonly identity: InstanceIdentity;
  readonly clock: Clock;
  readonly random: Random;
  readonly log: Log;
  readonly defer: (callback: () => void) => void;
  /** Told of what people should hear of at once. */
  readonly alertListeners?: readonly AlertListener[];
  /** Ends what composition started beside the kernel. */
  readonly onStopped: () => Promise<void>;
}

export class KernelActor implements Kernel {
  /** What intents do, and what everybody above them does. */
  readonly intentTap = new EdgeTap(null);
  readonly tap: EdgeTap;
  readonly actor: Actor<typeof kernelMachine>;
  readonly supervisor: Supervisor;
  readonly hub: EventHub;
  readonly killSwitch: KillSwitch;
  readonly #alerts: Alerts;
  readonly #o: KernelOptions;
  readonly #journal: Journal;
  readonly #exchanges = new Map<string, Exchange>();
  /** Of exchanges that have run, for their next life. */
  readonly #memories = new Map<string, ExchangeMemory>();
  readonly #facades = new Map<string, ExchangeFacade>();
  /** Starts and stops that somebody asked for, by exchange: two lives would share an adapter. */
  readonly #controls = new Serial();
  #stopping: Promise<void> | null = null;
  readonly #ended = Promise.withResolvers<StoreError | null>();
  #closed = false;
  #unreadable: StoreError | null = null;

  constructor(options: KernelOptions) {
    const { store, clock, random, log, defer } = options;
    this.#o = options;
    this.tap = new EdgeTap(clock);
    this.actor = createActor(kernelMachine, { inspect: this.tap.inspect });
    this.actor.subscribe({ error: (error) => this.#crashed(error) });
    this.actor.start();
    this.#alerts = new Alerts({ clock, log, listeners: options.alertListeners ?? [] });
    this.hub = new EventHub({
      store,
      labelsOf: (exchangeId, intentId) => this.#labelsOf(exchangeId, intentId),
      onError: (error) => log.error("subscriber threw", { error: errorName(error) }),
      defer,
    });
    this.#journal = new Journal({
      store,
      clock,
      defer,
      publish: (events) => {
        this.hub.publish(events);
        this.#alerts.onEvents(events);
      },
      onFailure: (error) => this.#storeFailed(error),
    });
    this.killSwitch = new KillSwitch({
      clock,
      store,
      journal: this.#journal,
      log,
      tag: options.identity.tag,
      exchangeIds: options.adapters.map(({ id }) => id),
      running: () => this.#exchanges.values(),
    });
    this.supervisor = new Supervisor({
      clock,
      random,
      onEscalate: ({ id, error }) => {
        this.#memories.get(id)?.standing.giveUp(error, clock.now());
        this.#parked(id, error);
      },
      onRestart: ({ id, error, delayMs }) =>
        log.warn("exchange restarts", { id, delayMs, error: errorName(error) }),
    });
    for (const adapter of options.adapters) {
      const { id } = adapter;
      this.#facades.set(id, this.#facade(id));
    }
  }

  get state(): string {
    const { status, value } = this.actor.getSnapshot();
    if (status !== "error") return String(value);
    return this.#closed ? "stopped" : "draining"; // a crashed chart no longer moves
  }

  get closed(): Promise<StoreError | null> {
    return this.#ended.promise;
  }

  get lastEventId(): number {
    return this.hub.lastEventId;
  }

  exchange(id: string): ExchangeKernel {
    const facade = this.#facades.get(id);
    if (facade !== undefined) return facade;
    const known = [...this.#facades.keys()].join(", ");
    throw new NotFoundError(`Cannot find exchange ${id}: configured are ${known}`, { id, known });
  }

  exchanges(): readonly ExchangeKernel[] {
    return [...this.#facades.values()];
  }

  /** The exchanges that run now, for the inspector's observation. */
  running(): readonly Exchange[] {
    return [...this.#exchanges.values()];
  }

  events(filter: EventFilter = {}, options: EventsOptions = {}): AsyncIterable<KernelEvent> {
    return this.hub.events(filter, options);
  }

  storedEvents(
    { since, limit, filter }: { since: number; limit: number; filter?: EventFilter },
  ): { items: readonly KernelEvent[]; oldest: number } {
    const query = { since, limit };
    const read = this.#o.store.events(filter === undefined ? query : { ...query, filter });
    return { items: read.items, oldest: read.oldest };
  }

  backup(path: string): Promise<void> {
    return this.#o.store.backup(path);
  }

  /**
   * Resolves once every exchange is ready, or has had its chance: one that is down blocks nobody.
   *
   * @throws {StoreError} naming the row, when an intent cannot be read back; the kernel is closed.
   */
  async start(): Promise<void> {
    if (this.state !== "starting") return;
    for (const adapter of this.#o.adapters) this.#startExchange(adapter);
    const unreadable = this.#unreadable;
    if (unreadable !== null) {
      await this.stop();
      throw unreadable;
    }
    const settled = Promise.all([...this.#exchanges.values()].map((e) => e.settled()));
    await within(this.#o.clock, settled, START_WAIT_MS);
    if (this.state === "starting") this.actor.send({ type: "kernel.started" });
  }

  stop(): Promise<void> {
    this.#stopping ??= this.#drain("asked");
    return this.#stopping;
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.stop();
  }

  async #drain(why: "asked" | "failed"): Promise<void> {
    this.actor.send({ type: "kernel.drain" });
    for (const exchange of this.#exchanges.values()) exchange.drain();
    // What is in flight may still be answered; what is not answered by then is found at the start.
    await within(this.#o.clock, this.#settled(), DRAIN_TIMEOUT_MS);
    // Orders are left alone at a stop that was asked for; a failure is what the switches are for.
    const isClean = why === "asked" && this.#journal.failure === null;
    if (isClean && !this.killSwitch.state.engaged) {
      await Promise.all([...this.#exchanges.values()].map((e) => e.deadMan?.disarm()));
    }
    await this.supervisor.stop();
    this.#exchanges.clear();
    for (const { hub } of this.#memories.values()) hub.close();
    this.killSwitch.close();
    await this.#journal.drain();
    this.hub.close();
    this.#alerts.close();
    let failure: unknown = null;
    try {
      await this.#o.store.close();
    } catch (error) {
      failure = error;
    }
    // Whatever became of the store, nothing runs any more, and who waits for that must hear it.
    await this.#o.onStopped().catch((error) => failure ??= error);
    this.#closed = true;
    this.actor.send({ type: "kernel.drained" });
    this.actor.stop();
    this.#ended.resolve(this.#journal.failure ?? (failure === null ? null : asStoreError(failure)));
    if (failure !== null) throw failure;
  }

  /** Nobody waits for this one: `closed` tells how it went. */
  #stopUnasked(): void {
    this.#stopping ??= this.#drain("failed");
    this.#stopping.catch((error) => {
      this.#o.log.error("the kernel did not close cleanly", { error: errorName(error) });
    });
  }

  /** No submit is unanswered, nothing waits for a commit, and a kill switch has had its way. */
  async #settled(): Promise<void> {
    await this.#journal.drain();
    await Promise.all([...this.#exchanges.values()].map((exchange) => exchange.book.landed()));
    await this.killSwitch.settled();
    await this.#journal.drain();
  }

  #startExchange(adapter: ExchangeAdapter): void {
    this.supervisor.start({
      kind: "exchange",
      id: adapter.id,
      start: (crashed) => {
        try {
          return this.#openExchange(adapter, crashed);
        } catch (error) {
          if (error instanceof StoreError) this.#unreadable ??= error; // I4
          throw error;
        }
      },
    });
  }

  #openExchange(adapter: ExchangeAdapter, crashed: (error: unknown) => void): Exchange {
    const { id } = adapter;
    const { clock, random, store, identity, log } = this.#o;
    const memory = this.#memories.get(id);
    const exchange = new Exchange({
      id,
      adapter,
      ...(memory === undefined ? {} : { memory }),
      ...this.#o.settings?.get(id),
      rateLimits: this.#o.rateLimits.get(id) ?? null,
      clock,
      random,
      journal: this.#journal,
      store,
      identity,
      log,
      tap: this.tap,
      intentTap: this.intentTap,
      crashed,
    });
    this.#exchanges.set(id, exchange);
    this.#memories.set(id, exchange.memory);
    this.killSwitch.guard(exchange);
    this.#watchParking(exchange);
    exchange.deadMan = openDeadMan(exchange, {
      timeoutMs: this.#o.deadMansSwitches?.get(id),
      clock,
      onTrouble: (trouble) => this.#deadManTrouble(id, trouble),
    });
    try {
      exchange.start();
      this.killSwitch.started(exchange);
      exchange.deadMan?.start();
    } catch (error) {
      if (error instanceof StoreError) this.#unreadable ??= error; // I4
      crashed(error); // Half started, it has to be stopped like any.
    }
    if (this.#stopping !== null) exchange.drain(); // Its restart was due already.
    return exchange;
  }

  #deadManTrouble(exchangeId: string, trouble: DeadManTrouble): void {
    this.#o.log.error("dead-man's switch", { exchangeId, ...trouble });
    this.#alerts.raise(deadManOccurrence(exchangeId, trouble));
  }

  #facade(id: string): ExchangeFacade {
    const { store, clock, random } = this.#o;
    return new ExchangeFacade({
      id,
      store,
      clock,
      random,
      hub: this.hub,
      current: () => this.#current(id),
      start: async () => {
        await this.#controls.run(id, () => this.#begin(id));
        await this.#exchanges.get(id)?.settled();
      },
      stop: () => this.#controls.run(id, () => this.#end(id)),
    });
  }

  async #begin(id: string): Promise<void> {
    const adapter = this.#o.adapters.find((a) => a.id === id);
    if (adapter === undefined || this.supervisor.isRunning(id)) return;
    await this.supervisor.stopChild(id);
    await this.#journal.drain(); // What it left on its way to the store is to be found there.
    this.#startExchange(adapter);
  }

  async #end(id: string): Promise<void> {
    this.#exchanges.get(id)?.drain();
    await this.#exchanges.get(id)?.deadMan?.disarm();
    await this.supervisor.stopChild(id);
    this.#exchanges.delete(id);
  }

  #current(id: string): Exchange {
    if (this.state === "draining" || this.state === "stopped") throw closedError(`use ${id}`);
    const failure = this.#journal.failure;
    if (failure !== null) throw failure;
    const exchange = this.#exchanges.get(id);
    if (exchange !== undefined) return exchange;
    throw new DeniedError("EXCHANGE_STOPPED", `Cannot use ${id}: the exchange is not running`, {
      exchangeId: id,
    });
  }

  #labelsOf(exchangeId: string, intentId: string): Readonly<Record<string, string>> {
    const entry = this.#exchanges.get(exchangeId)?.book.entry(intentId);
    if (entry !== undefined) return entry.context.intent.labels;
    return this.#o.store.intent(exchangeId, intentId)?.intent.labels ?? {};
  }

  /** It lost a socket for good: it runs on, and takes no orders. */
  #watchParking({ id, actor, memory }: Exchange): void {
    actor.subscribe({
      next: ({ value, context }) => {
        if (!memory.standing.entered(value, this.#o.clock.now())) return;
        if (value === "parked") this.#parked(id, context.lastError);
      },
      // The exchange itself hears of it.
      error: () => void memory.standing.entered("stopped", this.#o.clock.now()),
    });
  }

  /** Its restarts are used up. */
  #parked(id: string, cause: unknown): void {
    const error = errorName(cause);
    this.#o.log.error("exchange parked", { id, error });
    this.#alerts.raise(parkedOccurrence(id, { error, at: this.#o.clock.now() }));
  }

  /** Nothing above it could restart it: it closes in order, and the process decides. */
  #crashed(error: unknown): void {
    this.#o.log.error("the kernel actor failed: the kernel closes", { error: errorName(error) });
    this.#stopUnasked();
  }

  /** I2 */
  #storeFailed(error: StoreError): void {
    this.#o.log.error("the store failed: the kernel closes", { reason: error.message });
    this.#alerts.raise(storeOccurrence(error));
    for (const exchange of this.#exchanges.values()) exchange.gate.refuse("STORE_FAILED");
    this.actor.send({ type: "kernel.failed", reason: error.message });
    this.#stopUnasked();
  }
}

function asStoreError(cause: unknown): StoreError {
  if (cause instanceof StoreError) return cause;
  return new StoreError(`Cannot close the kernel: ${errorName(cause)}`, {}, { cause });
}
