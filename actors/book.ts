/**
 * The intents of one exchange: it holds their actors, runs their durable turns, wakes them at their
 * deadlines, and carries out what they ask for. The exchange sends it commands and sync results,
 * the router facts, the dispatcher answers.
 *
 * I1 Requests leave, callers hear and events go out only after the commit of the turn (journal).
 *    A cancel that somebody asked for need not wait: it only takes exposure away.
 * I2 Others see an intent as last committed; the actor may be ahead of that.
 * I3 What an actor that threw had produced in that turn is discarded; the venue's fills are not.
 */
import { type Actor, createActor } from "xstate";
import { remainder } from "../machines/absorb.ts";
import {
  type Command,
  DEADLINE_NAMES,
  type DeadlineName,
  freshContext,
  type IntentContext,
  isTerminal,
} from "../machines/intent_context.ts";
import type { IntentEvent, Ticket } from "../machines/intent_events.ts";
import { stateName } from "../machines/intent.ts";
import { step } from "../machines/step.ts";
import { RETIRE_AFTER_MS, TICKET_RETRY_MS } from "../machines/timeouts.ts";
import { assert, InvariantError } from "../src/model/assert.ts";
import { StoreError } from "../src/model/errors.ts";
import type { Fill } from "../src/model/fill.ts";
import { clientOrderId } from "../src/model/ids.ts";
import type { OrderIntent } from "../src/model/intent.ts";
import type { EpochMs } from "../src/model/scalars.ts";
import type { VenueOrder } from "../src/model/venue.ts";
import type { BookOptions } from "./book_options.ts";
import { Deadlines } from "./deadlines.ts";
import { Dispatcher } from "./dispatcher.ts";
import { type Entry, newEntry, type Waiter } from "./entry.ts";
import { unseenFills } from "./fill_keys.ts";
import { Flights } from "./flights.ts";
import { guard } from "./guard.ts";
import { type IntentActor, registryLogic } from "./intent_registry.ts";
import { Routes } from "./routes.ts";
import { Tickets } from "./tickets.ts";
import { isQuiet, turnRecord, withFillsOf } from "./turn.ts";
import { isolatedError, refuseWaiters, settleWaiters, stoppedError } from "./waiters.ts";

export class Book {
  readonly #o: BookOptions;
  readonly #actors = new Map<string, IntentActor>();
  readonly #entries = new Map<string, Entry>();
  readonly #registry: Actor<ReturnType<typeof registryLogic>>;
  readonly #dispatcher: Dispatcher;
  readonly #deadlines: Deadlines;
  readonly #tickets: Tickets;
  readonly routes = new Routes();
  #crash: { readonly id: string; readonly error: unknown } | null = null;
  #stopped = false;
  /** Grows with every commit. */
  revision = 0;
  /** Over the life of this book. */
  readonly counters = { lookups: 0, resubmissions: 0 };
  readonly #flights = new Flights();

  constructor(options: BookOptions) {
    this.#o = options;
    const onCrash = (id: string, error: unknown) => this.#crash = { id, error };
    const registry = registryLogic(this.#actors, { tap: options.tap, onCrash });
    this.#registry = createActor(registry, { id: "book" }).start();
    this.#deadlines = new Deadlines({
      clock: options.clock,
      onDue: guard((id, name) => this.#due(id, name), options.onCrash),
    });
    this.#tickets = new Tickets({
      gate: options.gate,
      runner: options.runner,
      onGranted: guard((id) => this.#grant(id), options.onCrash),
      onFull: (id) => this.#deadlines.set(id, TICKET, options.clock.now() + TICKET_RETRY_MS),
    });
    this.#dispatcher = new Dispatcher({
      clock: options.clock,
      execution: options.execution,
      runner: options.runner,
      gate: options.gate,
      checkSend: options.checkSend ?? (() => null),
      deadlineFromNow: options.deadlineFromNow,
      newFills: (id, fills) => this.newFills(id, fills),
      answer: (id, event) => this.tell(id, event),
      onRoundTrip: options.onRoundTrip,
      onCrash: options.onCrash,
    });
  }

  get size(): number {
    return this.#entries.size;
  }

  get heldCount(): number {
    return this.#tickets.heldCount;
  }

  entry(intentId: string): Entry | undefined {
    return this.#entries.get(intentId);
  }

  entries(): IterableIterator<Entry> {
    return this.#entries.values();
  }

  /** The actor itself, for the inspector's tap and the supervision tests. */
  actor(intentId: string): IntentActor | undefined {
    return this.#actors.get(intentId);
  }

  deadlinesOf(intentId: string): readonly { readonly name: string; readonly dueAt: EpochMs }[] {
    return this.#deadlines.of(intentId);
  }

  /** A new intent: its first turn, for a ticket or for `first`, is committed before it is told. */
  place(intent: OrderIntent, original: string, waiter: Waiter, first?: IntentEvent): void {
    const { intentId } = intent;
    if (this.#stopped) return waiter.reject(stoppedError(intentId));
    const at = this.#o.clock.now();
    const asks = first === undefined && this.#tickets.ask(intent);
    const event: IntentEvent = first ??
      (asks
        ? { type: "order.granted", at, ticket: this.#ticket(intent, 1) }
        : { type: "order.verify", at });
    const input = step(freshContext(intent, this.#o.policy), event);
    this.#registry.send({ type: "spawn", id: intentId, input });
    const entry = newEntry(input, { original, committed: false, at });
    entry.waiters.push({ waiter, turn: 1 });
    this.#entries.set(intentId, entry);
    const context = this.#actors.get(intentId)?.getSnapshot().context;
    assert(context !== undefined, `intent ${intentId} is in the registry once spawned`);
    this.#settle(entry, null, context, event.type === "order.verify" ? "order.place" : event.type);
  }

  /** Brings back a stored intent; it does nothing until it is told something. */
  restore(context: IntentContext, original: string): Entry {
    const { intentId } = context.intent;
    const entry = newEntry(context, { original, committed: true, at: this.#o.clock.now() });
    this.#registry.send({ type: "restore", id: intentId, context });
    this.#entries.set(intentId, entry);
    this.routes.learn(entry, null, context);
    // A fact that adds nothing makes no turn, so that nothing else would send it away again.
    if (isTerminal(context.phase)) this.#retireLater(intentId, this.#o.clock.now());
    this.#o.onTurn(entry, null, context);
    return entry;
  }

  /** Delivers one event, as one turn. Unknown ids are answers to intents that have retired. */
  tell(intentId: string, event: IntentEvent, waiter?: Waiter): void {
    if (event.type === "submit.answered") this.#flights.answered(intentId);
    const entry = this.#entries.get(intentId);
    if (entry === undefined || this.#stopped) return waiter?.reject(stoppedError(intentId));
    if (entry.isolated) {
      waiter?.reject(isolatedError(intentId));
      return this.#keepFills(entry, event);
    }
    if (waiter !== undefined) entry.waiters.push({ waiter, turn: entry.turns + 1 });
    const actor = this.#actors.get(intentId);
    assert(actor !== undefined, `intent ${intentId} has an actor unless it is isolated`);
    const before = entry.context;
    actor.send(event);
    if (this.#crash !== null) return this.#crashed(entry, event);
    const snapshot = actor.getSnapshot();
    const after = snapshot.context;
    if (stateName(snapshot.value) !== after.phase) {
      this.#registry.send({ type: "retire", id: intentId });
      const moved = `${before.phase} → ${after.phase} on ${event.type}`;
      this.#crash = { id: intentId, error: new InvariantError(`no edge for ${moved}`) };
      return this.#crashed(entry, event);
    }
    this.#settle(entry, before, after, event.type);
  }

  /** Those of `fills` never booked before, marked as this intent's. */
  newFills(intentId: string, fills: readonly Fill[]): readonly Fill[] {
    const entry = this.#entries.get(intentId);
    if (entry === undefined || fills.length === 0 || this.#stopped) return [];
    return unseenFills(entry, fills, () => this.#o.storedFillKeys(intentId));
  }

  /** One request became two orders: nobody counts on the second, so it goes. */
  cancelSecond(order: VenueOrder): void {
    if (!this.#stopped) this.#dispatcher.cancelSecond(order);
  }

  /** The gate has opened: those that waited get their tickets. */
  releaseHeld(): void {
    this.#tickets.release();
  }

  /** Resolves once every submit that is out has been answered. */
  landed(): Promise<void> {
    return this.#flights.landed();
  }

  /** Stops every actor and timer; what is committed stays for the next start. */
  stop(): void {
    this.#stopped = true;
    this.#deadlines.stop();
    this.#registry.stop();
    for (const entry of this.#entries.values()) {
      if (entry.waiters.length === 0) continue;
      const error = new StoreError(`Cannot wait for ${entry.intentId}: the kernel is stopping`);
      refuseWaiters(entry, error);
    }
  }

  #settle(
    entry: Entry,
    before: IntentContext | null,
    after: IntentContext,
    cause: string,
  ): void {
    const at = this.#o.clock.now();
    entry.context = after;
    entry.pending += 1;
    const turn = ++entry.turns;
    this.routes.learn(entry, before, after);
    if (before === null || before.deadlines !== after.deadlines) this.#arm(entry, before, after);
    if (before?.work.ticket === true && !after.work.ticket) this.#tickets.forget(entry.intentId);
    if (before?.work.amend.out === true && !after.work.amend.out) {
      this.#dispatcher.forgetAmend(entry.intentId);
    }
    if (after.effects.drift !== null) this.#o.onDrift(entry, after.effects.drift);
    settleWaiters(entry, after, { kind: "applied", turn });
    const commands = this.#runEarly(entry, after, cause);
    const record = turnRecord(before, after, { original: entry.original, at, cause });
    this.#o.journal.enqueue({
      turn: record,
      side: null,
      mayRide: entry.waiters.length === 0 && isQuiet(record, before, after),
      answer: () => this.#answer(entry, after, { at, turn }),
      dispatch: () => commands.forEach((command) => this.#run(entry, command)),
      failed: (error) => this.#failed(entry, commands, error),
      crashed: (error) => this.#o.onCrash(error),
    });
    // Last: parked facts may find their owner in it, and their turns are to be stored after this.
    this.#o.onTurn(entry, before, after);
  }

  /**
   * A cancel that was asked for leaves while its commit runs, if all before it is durable (I1).
   *
   * @returns what has to wait for the commit.
   */
  #runEarly(entry: Entry, { effects }: IntentContext, cause: string): readonly Command[] {
    if (cause !== "order.cancel" || entry.pending > 1) return effects.commands;
    return effects.commands.filter((command) => {
      if (command.type === "cancel") this.#run(entry, command);
      return command.type !== "cancel";
    });
  }

  #answer(
    entry: Entry,
    context: IntentContext,
    { at, turn }: { readonly at: EpochMs; readonly turn: number },
  ): void {
    entry.pending -= 1;
    entry.committed = context;
    entry.original = null;
    entry.updatedAt = at;
    this.revision += 1;
    settleWaiters(entry, context, { kind: "committed", turn });
    if (isTerminal(context.phase)) this.#retireLater(entry.intentId, at);
  }

  /** Not durable: nothing leaves that adds exposure. A cancel is idempotent and still goes out. */
  #failed(entry: Entry, commands: readonly Command[], error: StoreError): void {
    entry.pending -= 1;
    for (const command of commands) {
      if (command.type === "cancel") this.#run(entry, command);
    }
    refuseWaiters(entry, error);
  }

  #run(entry: Entry, command: Command): void {
    if (this.#stopped || (entry.isolated && command.type !== "cancel")) return;
    switch (command.type) {
      case "ticket":
        return this.#wantTicket(entry.intentId);
      case "submit":
        if (command.attempt.attempt > 1) this.counters.resubmissions += 1;
        this.#flights.left(entry.intentId);
        return this.#dispatcher.submit(entry, command);
      case "cancel":
        return this.#dispatcher.cancel(entry, command);
      case "amend":
        return this.#dispatcher.amend(entry, command);
      case "lookup":
        this.counters.lookups += 1;
        return this.#dispatcher.lookup(entry, command);
      case "fills":
        return this.#dispatcher.fills(entry, command);
    }
  }

  #wantTicket(intentId: string): void {
    const context = this.#entries.get(intentId)?.context;
    if (context?.work.ticket !== true) return;
    if (this.#tickets.ask(context.intent)) this.#grant(intentId);
  }

  #grant(intentId: string): void {
    const entry = this.#entries.get(intentId);
    if (entry === undefined || !entry.context.work.ticket) return;
    const { intent, attemptCount } = entry.context;
    const at = this.#o.clock.now();
    const left = { ...intent.order, amount: remainder(entry.context) };
    const denial = attemptCount === 0 ? null : this.#o.readmit(left, intentId);
    if (denial !== null) return this.tell(intentId, { type: "order.denied", at, ...denial });
    const ticket = this.#ticket(intent, attemptCount + 1);
    this.tell(intentId, { type: "order.granted", at, ticket });
  }

  #ticket({ intentId, generation }: OrderIntent, attempt: number): Ticket {
    const { identity, deadlineFromNow } = this.#o;
    return {
      clientOrderId: clientOrderId(identity, { intentId, generation, attempt }),
      deadline: deadlineFromNow(),
    };
  }

  #arm(entry: Entry, before: IntentContext | null, after: IntentContext): void {
    for (const name of DEADLINE_NAMES) {
      const dueAt = after.deadlines[name];
      if (before?.deadlines[name] === dueAt) continue;
      if (dueAt === undefined) this.#deadlines.clear(entry.intentId, name);
      else this.#deadlines.set(entry.intentId, name, dueAt);
    }
  }

  #due(intentId: string, name: string): void {
    if (name === RETIRE) return this.#retire(intentId);
    if (name === TICKET) return this.#wantTicket(intentId);
    const due = name as DeadlineName; // the book sets its own two, or one of DEADLINE_NAMES
    // It fires on monotonic time. Were the wall clock set back meanwhile, the intent would find
    // nothing due yet, keep its deadline as it is, and never be woken again.
    const dueAt = this.#entries.get(intentId)?.context.deadlines[due] ?? 0;
    const at = Math.max(this.#o.clock.now(), dueAt);
    this.tell(intentId, { type: "deadline.passed", at, name: due });
  }

  #retireLater(intentId: string, at: EpochMs): void {
    this.#deadlines.set(intentId, RETIRE, at + RETIRE_AFTER_MS);
  }

  /** Quiet and ended: it leaves the memory; a late fact brings it back from the store. */
  #retire(intentId: string): void {
    const entry = this.#entries.get(intentId);
    if (entry === undefined || !isTerminal(entry.context.phase)) return;
    // A deadline is a request that is out, or trades that the venue still owes.
    if (entry.pending > 0 || Object.keys(entry.context.deadlines).length > 0) {
      return this.#retireLater(intentId, this.#o.clock.now());
    }
    this.#deadlines.clearAll(intentId);
    this.routes.forget(entry);
    this.#entries.delete(intentId);
    this.#registry.send({ type: "retire", id: intentId });
    this.#o.onRetired?.(intentId);
    this.revision += 1;
  }

  /** I3. Its policy allows no restart (machines/supervision.ts): it is kept, and not driven. */
  #crashed(entry: Entry, event: IntentEvent): void {
    const error = this.#crash?.error;
    this.#crash = null;
    const { intentId } = entry;
    entry.isolated = true;
    refuseWaiters(entry, isolatedError(intentId));
    this.#deadlines.clearAll(intentId);
    this.#tickets.forget(intentId);
    this.#dispatcher.forgetAmend(intentId);
    this.#keepFills(entry, event);
    this.#o.onIsolated(entry, error);
    this.revision += 1;
  }

  /** The venue's fills are facts, even about an intent that nobody drives. */
  #keepFills(entry: Entry, event: IntentEvent): void {
    const after = withFillsOf(entry.context, event);
    if (after !== null) this.#settle(entry, entry.context, after, event.type);
  }
}

const RETIRE = "retire";
const TICKET = "ticket";
