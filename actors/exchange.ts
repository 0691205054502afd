/**
 * Supervises one exchange instance: its sockets, its request runner, its account and its book. The
 * kernel starts, drains and stops it; the adapter tells it facts; everything else goes through it.
 *
 * I1 The chart (`machines/exchange.ts`) says what to do; what is done reports back as its events.
 * I2 An answer of an older sync or connect is ignored: each run has its number.
 * I3 A crash of anything inside but an intent or a socket ends this exchange; its own supervisor
 *    starts a new one, which is a full recovery. Siblings of the exchange never notice.
 */
import { type Actor, createActor } from "xstate";
import { exchangeMachine, type ExchangeStateName } from "../machines/exchange.ts";
import type { IntentPolicy } from "../machines/intent_context.ts";
import {
  AUDIT_INTERVAL_MS,
  backoff,
  DISCONNECT_TIMEOUT_MS,
  EXCHANGE_BACKOFF_CAP_MS,
  EXCHANGE_BACKOFF_MS,
  SEND_SLACK_MS,
} from "../machines/timeouts.ts";
import type { CancelTimer, Clock, Random } from "../src/model/clock.ts";
import type { InstanceIdentity } from "../src/model/ids.ts";
import type { Ticker } from "../src/model/market.ts";
import type { EpochMs } from "../src/model/scalars.ts";
import type { ExchangeAdapter, RateLimits, VenueFact } from "../src/exchanges/exchange.ts";
import type { Log } from "../src/model/log.ts";
import type { Store, StoredIntent } from "../src/stores/store.ts";
import { Account } from "./account.ts";
import { Book } from "./book.ts";
import type { Connection } from "./connection.ts";
import { Drifts } from "./drifts.ts";
import type { EdgeTap } from "./edge_tap.ts";
import { errorName } from "./error_name.ts";
import { type FactPorts, takeFact } from "./facts.ts";
import { ExchangeGate } from "./gate.ts";
import { intentPolicy } from "./intent_policy.ts";
import type { Journal } from "./journal.ts";
import { Notices } from "./notices.ts";
import { readmit } from "./readmit.ts";
import { findStored, restoreIntent } from "./restore.ts";
import { RequestRunner } from "./request.ts";
import { FactRouter } from "./router.ts";
import { Sockets } from "./sockets.ts";
import { Supervisor } from "./supervision.ts";
import { Sync } from "./sync.ts";
import { Vitals } from "./vitals.ts";
import { within } from "./within.ts";

export interface ExchangeOptions {
  readonly id: string;
  readonly adapter: ExchangeAdapter;
  /** Instead of the venue's published ones. */
  readonly rateLimits: RateLimits | null;
  readonly clock: Clock;
  readonly random: Random;
  readonly journal: Journal;
  readonly store: Store;
  readonly identity: InstanceIdentity;
  readonly log: Log;
  readonly tap: EdgeTap;
  readonly intentTap: EdgeTap;
  /** Told once: the exchange cannot go on, whoever supervises it decides. */
  readonly crashed: (error: unknown) => void;
}

export class Exchange {
  readonly id: string;
  readonly adapter: ExchangeAdapter;
  readonly book: Book;
  readonly gate = new ExchangeGate();
  readonly runner: RequestRunner;
  readonly account: Account;
  readonly router: FactRouter;
  readonly drifts: Drifts;
  /** For observers; nobody else sends to it. */
  readonly actor: Actor<typeof exchangeMachine>;
  readonly supervisor: Supervisor;
  readonly policy: IntentPolicy;
  readonly vitals: Vitals;
  readonly tickers = new Map<string, Ticker>();
  /** Symbols that take no new submits because an intent of theirs is isolated. */
  readonly closedSymbols = new Set<string>();
  /** The venue's clock less ours, as last measured. */
  get clockOffsetMs(): number | null {
    const venueNow = this.adapter.venueNow();
    return venueNow === null ? null : venueNow - this.#o.clock.now();
  }

  readonly #o: ExchangeOptions;
  readonly #notices: Notices;
  readonly #sync: Sync;
  readonly #sockets: Sockets;
  readonly #facts: FactPorts;
  readonly #abort = new AbortController();
  #run = 0;
  #cancelRetry: CancelTimer | null = null;
  #cancelAudit: CancelTimer | null = null;
  #ended = false;
  #settled: (() => void)[] = [];

  constructor(options: ExchangeOptions) {
    const { id, adapter, clock, random, journal, store, identity } = options;
    const { capabilities, execution } = adapter;
    this.#o = options;
    this.id = id;
    this.vitals = new Vitals(id, options.log);
    this.adapter = adapter;
    this.policy = intentPolicy(capabilities);
    this.#notices = new Notices({ exchangeId: id, clock, journal });
    this.drifts = new Drifts({ exchangeId: id, clock, random, journal, store });
    this.runner = new RequestRunner({
      clock,
      limits: options.rateLimits ?? capabilities.rateLimits,
      cost: capabilities.cost,
      inspect: options.tap.inspect,
      onCrash: (error) => this.#crashed(error),
    });
    this.book = this.#openBook();
    this.account = new Account({
      exchangeId: id,
      clock,
      execution,
      runner: this.runner,
      inspect: options.tap.inspect,
      onCrash: (error) => this.#crashed(error),
    });
    this.router = new FactRouter({
      exchangeId: id,
      clock,
      book: this.book,
      journal,
      tag: identity.tag,
      revive: (stored) => this.#restore(stored),
      findStored: (ids) => findStored(store, id, ids),
      onForeignTag: (order) => this.drifts.storeBehindVenue(order),
      onSecondOrder: (context, order) => this.drifts.secondOrder(context, order),
    });
    const { router, account, book, runner, vitals, tickers } = this;
    this.#facts = { router, account, runner, vitals, tickers, notices: this.#notices };
    this.#sync = new Sync({ clock, adapter, runner, book, router, account });
    this.supervisor = new Supervisor({
      clock,
      random,
      onEscalate: ({ id: child, error }) => this.#gaveUp(child, error),
      onRestart: ({ id: child, error }) => this.vitals.trouble(`crash.${child}`, error),
    });
    this.#sockets = new Sockets({
      clock,
      random,
      supervisor: this.supervisor,
      inspect: options.tap.inspect,
      onUp: (socketId) => this.#notices.connection("ConnectionUp", socketId, null),
      onAllUp: () => this.#socketsUp(),
      onDown: (socketId, reason) => this.#socketDown(socketId, reason),
      onFailedDial: (socketId, reason) => this.#socketFailed(socketId, reason),
    });
    this.actor = createActor(this.#chart(), {
      input: { exchangeId: id },
      inspect: options.tap.inspect,
    });
    this.actor.subscribe({ error: (error) => this.#crashed(error) });
  }

  #openBook(): Book {
    const { id, adapter, clock, journal, store, identity, intentTap } = this.#o;
    const { capabilities, execution } = adapter;
    return new Book({
      exchangeId: id,
      clock,
      journal,
      execution,
      capabilities,
      policy: this.policy,
      runner: this.runner,
      gate: this.gate,
      identity,
      deadlineFromNow: () => this.#deadlineFromNow(),
      storedFillKeys: (intentId) => store.fillKeys(id, intentId),
      readmit: (order) => readmit(adapter, order),
      onIsolated: (entry, error) => this.#isolated(entry.intentId, entry.symbolId, error),
      onCrash: (error) => this.#crashed(error),
      onDrift: (entry, kind) => this.drifts.ofIntent(kind, entry.context),
      onTurn: (_entry, before, after) => this.router.onTurn(before, after),
      onRoundTrip: (ms) => this.vitals.latency.add(ms),
      tap: intentTap,
    });
  }

  get state(): ExchangeStateName {
    if (this.#ended) return "stopped"; // also where the chart itself crashed and moves no more
    return this.actor.getSnapshot().value as ExchangeStateName; // flat: the state's own name
  }

  get connections(): readonly Connection[] {
    return this.#sockets.connections;
  }

  /** Brings back what the store holds, then connects. */
  start(): void {
    for (const stored of this.#o.store.live(this.id)) this.#restore(stored);
    this.router.load(this.#o.store.parked(this.id));
    this.adapter.onFact((fact) => this.#fact(fact));
    this.actor.start();
  }

  /** Resolves once it is ready for the first time, or cannot become so by itself. */
  settled(): Promise<void> {
    if (this.state !== "connecting" && this.state !== "syncing") return Promise.resolve();
    return new Promise((resolve) => this.#settled.push(resolve));
  }

  /** No new submits from now on; answers, cancels and facts still count. */
  drain(): void {
    this.#tell({ type: "exchange.drain" });
  }

  async stop(): Promise<void> {
    if (this.#ended) return;
    this.#tell({ type: "exchange.stop" });
    this.#ended = true;
    this.#run += 1;
    this.#abort.abort();
    this.#cancelRetry?.();
    this.#cancelAudit?.();
    this.book.stop();
    this.runner.stop();
    this.account.stop();
    this.#notices.stop();
    await this.supervisor.stop();
    await within(this.#o.clock, this.adapter.disconnect(), DISCONNECT_TIMEOUT_MS);
    this.actor.stop();
    this.#settle();
  }

  /** Syncs now; what differs is found and told like after a reconnect. */
  async resync(): Promise<void> {
    if (this.state === "ready") await this.#audit();
  }

  #chart() {
    return exchangeMachine.provide({
      actions: {
        connect: () => this.#connect(),
        sync: () => this.#startSync(),
        openGate: () => this.#open(),
        holdGate: () => this.#hold(),
        scheduleRetry: ({ context }) => this.#scheduleRetry(context.failures),
        refuseSubmits: () => {
          this.gate.refuse("KERNEL_DRAINING");
          this.runner.drain();
        },
        release: () => this.gate.refuse("EXCHANGE_STOPPED"),
      },
    });
  }

  #tell(event: Parameters<Exchange["actor"]["send"]>[0]): void {
    if (this.#ended) return;
    this.actor.send(event);
    if (this.state !== "connecting" && this.state !== "syncing") this.#settle();
  }

  #connect(): void {
    const run = ++this.#run;
    this.adapter.connect(this.#abort.signal).then(
      () => {
        if (run !== this.#run || this.#ended) return;
        this.#sockets.start(this.adapter.sockets);
        if (this.adapter.sockets.length === 0) this.#tell({ type: "exchange.connected" });
      },
      (error) => {
        if (run !== this.#run || this.#ended) return;
        this.vitals.trouble("connect", error);
        this.#tell({ type: "exchange.failed", reason: errorName(error) });
        this.#settle();
      },
    );
  }

  #socketsUp(): void {
    this.#tell({ type: this.state === "connecting" ? "exchange.connected" : "sockets.up" });
  }

  #socketDown(socketId: string, reason: string): void {
    if (this.#ended) return;
    this.#notices.connection("ConnectionDown", socketId, reason);
    this.#tell({ type: "socket.down", reason: `${socketId}: ${reason}` });
  }

  /** A login that is refused would else look like a venue that is merely slow. */
  #socketFailed(socketId: string, reason: string): void {
    this.vitals.trouble(`socket.${socketId}`, reason);
    this.#settle();
  }

  #startSync(): void {
    const run = ++this.#run;
    this.#sync.run().then(
      (result) => {
        if (run !== this.#run || this.#ended) return;
        if (result.kind === "failed") {
          const reason = `${result.step}: ${result.cause.code}`;
          this.vitals.trouble(`sync.${result.step}`, result.cause.code);
          this.#tell({ type: "sync.failed", reason });
          this.#settle();
          return;
        }
        this.vitals.synced(this.#o.clock.now(), result.tookMs);
        this.#tell({ type: "sync.done" });
      },
      (error) => this.#crashed(error),
    );
  }

  /** The same reads as a sync, while orders go on: what a silent stream lost is found here. */
  async #audit(): Promise<void> {
    const result = await this.#sync.run();
    if (result.kind === "failed") {
      return this.vitals.trouble(`audit.${result.step}`, result.cause.code);
    }
    this.vitals.synced(this.#o.clock.now(), result.tookMs);
  }

  #open(): void {
    this.gate.open();
    this.book.releaseHeld();
    this.#scheduleAudit();
  }

  #hold(): void {
    this.gate.hold();
    this.#cancelAudit?.();
    this.#cancelAudit = null;
  }

  #scheduleAudit(): void {
    this.#cancelAudit?.();
    this.#cancelAudit = this.#o.clock.setTimer(() => {
      this.#audit().then(
        () => {
          if (this.state === "ready") this.#scheduleAudit();
        },
        (error) => this.#crashed(error),
      );
    }, AUDIT_INTERVAL_MS);
  }

  #scheduleRetry(failures: number): void {
    this.#cancelRetry?.();
    const pause = backoff(failures + 1, EXCHANGE_BACKOFF_MS, EXCHANGE_BACKOFF_CAP_MS);
    const delayMs = pause * (0.5 + this.#o.random.next() / 2);
    this.#cancelRetry = this.#o.clock.setTimer(() => this.#tell({ type: "retry.due" }), delayMs);
  }

  #fact(fact: VenueFact): void {
    if (this.#ended) return;
    try {
      takeFact(fact, this.#facts);
    } catch (error) {
      this.#crashed(error);
    }
  }

  #restore(stored: StoredIntent): void {
    this.book.restore(restoreIntent(stored, this.policy), stored.original);
  }

  #isolated(intentId: string, symbolId: string, error: unknown): void {
    this.closedSymbols.add(symbolId);
    const entry = this.book.entry(intentId);
    if (entry !== undefined) this.drifts.isolated(entry.context, errorName(error));
    this.vitals.trouble("crash.intent", error);
  }

  /** A socket kept crashing: no new submits until the exchange is restarted. */
  #gaveUp(child: string, error: unknown): void {
    this.vitals.trouble(`gaveUp.${child}`, error);
    this.#tell({ type: "budget.exhausted", reason: `${child}: ${errorName(error)}` });
  }

  #crashed(error: unknown): void {
    if (this.#ended) return;
    this.vitals.trouble("crash.exchange", error);
    this.#o.crashed(error);
  }

  #deadlineFromNow(): EpochMs {
    const now = this.adapter.venueNow() ?? this.#o.clock.now();
    return now + this.adapter.capabilities.timing.validityMs + SEND_SLACK_MS;
  }

  #settle(): void {
    for (const resolve of this.#settled.splice(0)) resolve();
  }
}
