/**
 * Supervises one exchange instance: its sockets, its request runner, its account and its book. The
 * kernel starts, drains and stops it; the adapter tells it facts; everything else goes through it.
 *
 * I1 The chart (`machines/exchange.ts`) says what to do; what is done reports back as its events.
 * I2 A crash of anything inside but an intent or a socket ends this exchange; its own supervisor
 *    starts a new one, which is a full recovery. Siblings of the exchange never notice.
 */
import { type Actor, createActor } from "xstate";
import { exchangeMachine, type ExchangeStateName } from "../machines/exchange.ts";
import type { IntentPolicy } from "../machines/intent_context.ts";
import { DISCONNECT_TIMEOUT_MS } from "../machines/timeouts.ts";
import { DEFAULT_RISK } from "../src/model/risk.ts";
import type { ExchangeAdapter, VenueFact } from "../src/exchanges/exchange.ts";
import type { InstanceIdentity } from "../src/model/ids.ts";
import type { VenueOrder } from "../src/model/venue.ts";
import type { StoredIntent } from "../src/stores/store.ts";
import type { Account } from "./account.ts";
import { Ban } from "./ban.ts";
import type { Book } from "./book.ts";
import type { Connection } from "./connection.ts";
import type { DeadMan } from "./dead_man.ts";
import { Drifts } from "./drifts.ts";
import { errorName } from "./error_name.ts";
import { openBook } from "./exchange_book.ts";
import { type ExchangeMemory, newExchangeMemory } from "./exchange_memory.ts";
import type { ExchangeOptions } from "./exchange_options.ts";
import { ExternalOrders } from "./external_orders.ts";
import { type FactPorts, takeFact } from "./facts.ts";
import { ExchangeGate } from "./gate.ts";
import { intentPolicy } from "./intent_policy.ts";
import { Link } from "./link.ts";
import { Listing } from "./listing.ts";
import { Market } from "./market.ts";
import { Notices } from "./notices.ts";
import { findStored, restoreIntent } from "./restore.ts";
import { Prices } from "./prices.ts";
import { Reconciliation } from "./reconciliation.ts";
import { RequestRunner } from "./request.ts";
import { Risk } from "./risk.ts";
import { FactRouter } from "./router.ts";
import { Supervisor } from "./supervision.ts";
import { Vitals } from "./vitals.ts";
import { within } from "./within.ts";

export class Exchange {
  readonly id: string;
  readonly adapter: ExchangeAdapter;
  readonly book: Book;
  readonly gate = new ExchangeGate();
  readonly runner: RequestRunner;
  readonly account: Account;
  readonly risk: Risk;
  readonly router: FactRouter;
  readonly drifts: Drifts;
  /** For observers; nobody else sends to it. */
  readonly actor: Actor<typeof exchangeMachine>;
  readonly supervisor: Supervisor;
  /** Open orders that somebody else placed: shown, never touched. */
  readonly externalOrders = new ExternalOrders();
  readonly policy: IntentPolicy;
  readonly vitals: Vitals;
  readonly market: Market;
  /** Set before the start, where the venue has one and it was asked for. */
  deadMan: DeadMan | null = null;
  /** Symbols that take no new submits because an intent of theirs is isolated. */
  readonly closedSymbols = new Set<string>();
  /** Callers that wait for more than durability. */
  readonly waiting = { count: 0 };
  /** The venue's clock less ours, as last measured. */
  get clockOffsetMs(): number | null {
    const venueNow = this.adapter.venueNow();
    return venueNow === null ? null : venueNow - this.#o.clock.now();
  }

  /** For the next life of the exchange. */
  readonly memory: ExchangeMemory;
  readonly #o: ExchangeOptions;
  readonly #ban: Ban;
  readonly #notices: Notices;
  readonly #reconciliation: Reconciliation;
  readonly #link: Link;
  readonly #facts: FactPorts;
  readonly #listing = new Listing({
    now: () => this.#o.clock.monotonic(),
    reload: () => this.runner.run("instruments", "resync", () => this.adapter.instruments.load()),
    onFailed: (code) => this.vitals.trouble("instruments", code),
    onCrash: (error) => this.fail(error),
  });
  #ended = false;
  #settled: (() => void)[] = [];

  constructor(options: ExchangeOptions) {
    const { id, adapter, clock, random, journal, store, tap: { inspect } } = options;
    const { capabilities } = adapter;
    this.#o = options;
    if (options.mode === "observe") this.gate.observe();
    this.id = id;
    this.vitals = new Vitals(id, options.log);
    this.adapter = adapter;
    this.policy = intentPolicy(capabilities);
    this.#notices = new Notices({ exchangeId: id, clock, journal });
    this.drifts = new Drifts({
      exchangeId: id,
      clock,
      random,
      journal,
      store,
      halt: (reason) => this.gate.halt(reason),
      lift: (reason) => this.#lift(reason),
    });
    this.#ban = new Ban({ exchangeId: id, clock, journal, store });
    this.memory = options.memory ?? newExchangeMemory(options, this.#ban);
    const { metering, requests } = this.memory;
    this.runner = new RequestRunner({
      clock,
      ...metering,
      memory: requests,
      venueNow: () => adapter.venueNow(),
      inspect,
      onCircuit: ({ code, symbolId }) => {
        this.vitals.trouble(`circuit.${code}`, symbolId ?? "account");
        if (symbolId === null) this.#doubt(code);
      },
      onCrash: this.fail,
    });
    adapter.useLimits?.(this.runner);
    this.book = this.#openBook();
    this.router = this.#openRouter();
    const { account, missed } = this.#reconciliation = this.#openReconciliation();
    this.account = account;
    const { router, runner, vitals, memory: { hub } } = this;
    this.market = new Market({ clock, random, adapter, runner, vitals, hub, inspect });
    const { market } = this;
    this.risk = this.#openRisk();
    this.#facts = { router, account, runner, vitals, market, notices: this.#notices, missed };
    this.gate.isClockTrusted = () =>
      this.#reconciliation.clockWatch.isTrusted || this.#doubt("CLOCK");
    this.gate.isBanned = () => this.runner.bannedForMs("submit") > 0;
    this.supervisor = new Supervisor({
      clock,
      random,
      onEscalate: ({ id: child, error }) => this.#gaveUp(child, error),
      onRestart: ({ id: child, error }) => this.vitals.trouble(`crash.${child}`, error),
    });
    this.#link = new Link({
      clock,
      random,
      adapter,
      supervisor: this.supervisor,
      inspect,
      notices: this.#notices,
      vitals,
      allowWithdrawalKeys: options.allowWithdrawalKeys ?? false,
      bannedForMs: () => this.runner.bannedForMs(),
      tell: (event) => this.#tell(event),
      onAllUp: () => this.#socketsUp(),
      onTrouble: () => this.#settle(),
    });
    this.actor = createActor(this.#chart(), { input: { exchangeId: id }, inspect });
    this.actor.subscribe({ error: this.fail });
  }

  #openBook(): Book {
    return openBook(this.#o, {
      policy: this.policy,
      runner: this.runner,
      gate: this.gate,
      onIsolated: (entry, error) => this.#isolated(entry.intentId, entry.symbolId, error),
      onCrash: this.fail,
      onDrift: (entry, kind) => this.drifts.ofIntent(kind, entry.context),
      onTurn: (_entry, before, after) => {
        this.risk.onTurn(before, after);
        this.#reconciliation.onTurn(before, after);
        this.drifts.onTurn(before, after);
        this.router.onTurn(before, after);
        this.#listing.onTurn(before, after);
      },
      checkSend: (send) => this.risk.checkSend(send),
      onRetired: (intentId) => this.risk.forget(intentId),
      onRoundTrip: (ms) => this.vitals.latency.add(ms),
    });
  }

  #openRisk(): Risk {
    const { clock, adapter, risk: limits = DEFAULT_RISK } = this.#o;
    const { account, runner, market: { tickers }, memory: { rates } } = this;
    const prices = new Prices({ clock, limits, adapter, runner, tickers });
    return new Risk({ clock, limits, rates, account, prices });
  }

  #openRouter(): FactRouter {
    const { id, clock, journal, store, identity } = this.#o;
    return new FactRouter({
      exchangeId: id,
      clock,
      book: this.book,
      journal,
      tag: identity.tag,
      revive: (stored) => this.#restore(stored),
      findStored: (ids) => findStored(store, id, ids),
      onExternal: (order) => this.externalOrders.saw(order),
      onForeignTag: (order) => this.drifts.storeBehindVenue(order),
      onSecondOrder: (context, order) => this.drifts.secondOrder(context, order),
      onForeignFill: (fill) => this.#reconciliation.foreignFill(fill),
      onFull: (symbolId) => this.vitals.trouble("parked.full", symbolId),
      onRoom: (symbolId, since) => this.#reconciliation.readAgain(symbolId, since),
    });
  }

  #openReconciliation(): Reconciliation {
    const { book, router, runner, vitals, drifts, externalOrders: external } = this;
    return new Reconciliation(this.#o, {
      book,
      router,
      runner,
      vitals,
      drifts,
      external,
      redial: (reason) => this.#link.redial(reason),
      onSynced: () => this.#tell({ type: "sync.done" }),
      onFailed: (reason) => {
        this.#tell({ type: "sync.failed", reason });
        this.#settle();
      },
      onDoubt: (code) => this.#doubt(code),
      onCrash: this.fail,
    });
  }

  get state(): ExchangeStateName {
    if (this.#ended) return "stopped"; // also where the chart itself crashed and moves no more
    return this.actor.getSnapshot().value as ExchangeStateName; // flat: the state's own name
  }

  get identity(): InstanceIdentity {
    return this.#o.identity;
  }

  get connections(): readonly Connection[] {
    return this.#link.connections;
  }

  /** Brings back what the store holds, then connects. */
  start(): void {
    for (const stored of this.#o.store.live(this.id)) this.#restore(stored);
    for (const stored of this.#reconciliation.remembered()) this.#restore(stored);
    this.drifts.reviewMissing((id) => this.book.entry(id)?.context.indeterminate === true);
    this.router.load(this.#o.store.parked(this.id));
    this.adapter.onFact((fact) => this.#fact(fact));
    this.actor.start();
  }

  /** Resolves once it is ready for the first time, or cannot become so by itself. */
  settled(): Promise<void> {
    const { state } = this;
    const isBanned = this.runner.bannedForMs() > 0;
    if (isBanned || (state !== "connecting" && state !== "syncing")) return Promise.resolve();
    return new Promise((resolve) => this.#settled.push(resolve));
  }

  /** No new submits from now on; answers, cancels and facts still count. */
  drain(): void {
    this.#tell({ type: "exchange.drain" });
  }

  async stop(): Promise<void> {
    if (this.#ended) return;
    this.#tell({ type: "exchange.stop" });
    this.gate.refuse("EXCHANGE_STOPPED"); // also where the chart itself crashed
    this.#ended = true;
    this.deadMan?.halt();
    this.#link.stop();
    this.#reconciliation.stop();
    this.book.stop();
    this.runner.stop();
    this.#notices.stop();
    await Promise.all([this.market.stop(), this.supervisor.stop()]);
    await within(this.#o.clock, this.adapter.disconnect(), DISCONNECT_TIMEOUT_MS);
    this.actor.stop();
    this.#settle();
  }

  /** Brings an ended intent back into the book. */
  readonly revive = (stored: StoredIntent): void => this.#restore(stored);

  /** An order of somebody else is an intent's from now on. */
  adopted(order: VenueOrder, intentId: string): void {
    this.externalOrders.forget(order);
    this.router.adopted(order);
    this.drifts.adopted(order, intentId);
  }

  /** Syncs now; what differs is found and told like after a reconnect. */
  async resync(): Promise<void> {
    const { state } = this;
    if (state === "ready" || state === "parked") await this.#reconciliation.audits.audit();
  }

  #chart() {
    return exchangeMachine.provide({
      actions: {
        connect: () => this.#link.connect(),
        sync: () => {
          this.market.start();
          this.#reconciliation.audits.startSync();
        },
        openGate: () => this.#open(),
        holdGate: () => this.#hold(),
        scheduleRetry: ({ context }) => this.#link.scheduleRetry(context.failures),
        refuseSubmits: () => {
          this.gate.refuse("KERNEL_DRAINING");
          this.runner.drain();
        },
        release: () => this.gate.refuse("EXCHANGE_STOPPED"),
        tellParked: ({ context }) => {
          this.#notices.parked(context.lastError);
          // What rests at the venue goes on filling, and no stream says so any more.
          if (this.adapter.isConnected) this.#reconciliation.audits.schedule();
        },
      },
    });
  }

  #tell(event: Parameters<Exchange["actor"]["send"]>[0]): void {
    if (this.#ended) return;
    this.actor.send(event);
    if (this.state !== "connecting" && this.state !== "syncing") this.#settle();
  }

  /** A person has settled why creates had to wait. */
  #lift(reason: string): void {
    this.gate.lift(reason);
    if (this.gate.isOpen) this.book.releaseHeld();
  }

  #socketsUp(): void {
    this.#tell({ type: this.state === "connecting" ? "exchange.connected" : "sockets.up" });
  }

  /** What nothing may be sent on before a sync has cleared it: clock, keys. */
  #doubt(what: string): false {
    this.vitals.trouble(`doubt.${what}`, what);
    this.#tell({ type: "sync.requested" });
    return false;
  }

  #open(): void {
    this.gate.open();
    this.book.releaseHeld();
    this.#reconciliation.audits.schedule();
  }

  #hold(): void {
    this.gate.hold();
    this.#reconciliation.audits.hold();
  }

  #fact(fact: VenueFact): void {
    // A ban concerns the next life as well, and it may come between two of them.
    if (fact.kind === "banned") this.#ban.note(fact);
    else if (this.#ended) return;
    try {
      takeFact(fact, this.#facts);
    } catch (error) {
      this.fail(error);
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

  /** What was asked of it threw: it cannot go on as it is. */
  readonly fail = (error: unknown): void => {
    if (this.#ended) return;
    this.vitals.trouble("crash.exchange", error);
    this.#o.crashed(error);
  };

  #settle(): void {
    for (const resolve of this.#settled.splice(0)) resolve();
  }
}
