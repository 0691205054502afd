/**
 * One intent and a venue that answers it honestly, in any order: what is asked becomes true at the
 * venue at once, and the answer arrives when the test says so.
 */
import { type Command, type IntentContext, isTerminal } from "../../machines/intent_context.ts";
import type { IntentEvent } from "../../machines/intent_events.ts";
import { step } from "../../machines/step.ts";
import { add, compare, type Decimal, decimal, min, subtract } from "../../src/model/decimal.ts";
import type { Fill } from "../../src/model/fill.ts";
import type { StandardOrder } from "../../src/model/order.ts";
import type { VenueOrder } from "../../src/model/venue.ts";
import { aFill, aVenueOrder } from "./intent_builders.ts";

interface Live {
  readonly attempt: number;
  order: VenueOrder;
  readonly trades: Fill[];
  reported: number;
}

export class SmallVenue {
  context: IntentContext;
  at = 1_000;
  /** Answers on their way; each may overtake the others. */
  readonly answers: (() => IntentEvent)[] = [];
  readonly orders: Live[] = [];
  /** The most orders of the intent that ever lived at once. */
  liveMax = 0;
  submits = 0;

  constructor(context: IntentContext) {
    this.context = context;
    this.tell({ type: "order.verify", at: this.at });
  }

  tell(event: IntentEvent): void {
    this.context = step(this.context, event);
    for (const command of this.context.effects.commands) this.#take(command);
    this.liveMax = Math.max(this.liveMax, this.live().length);
  }

  live(): readonly Live[] {
    return this.orders.filter(({ order }) => isOpen(order));
  }

  get filled(): Decimal {
    return this.orders.reduce((sum, { order }) => add(sum, order.filled), decimal("0"));
  }

  modify(changes: Partial<StandardOrder>): void {
    const { intent } = this.context;
    const order = { ...intent.order, ...changes };
    if (compare(order.amount, this.context.filled) < 0) return; // the door refuses it
    this.tell({ type: "order.modify", at: this.at, order });
  }

  cancel(): void {
    this.tell({ type: "order.cancel", at: this.at });
  }

  /** Somebody trades against the order that lives; the frame is one more answer on its way. */
  trade(quantity: Decimal): void {
    const live = this.live()[0];
    if (live === undefined) return;
    const { order } = live;
    const size = min(quantity, subtract(order.amount, order.filled));
    const { exchangeOrderId, clientOrderId } = order;
    const ids = { exchangeOrderId, clientOrderId };
    live.trades.push(aFill(`${exchangeOrderId}-${live.trades.length}`, size, ids));
    const filled = add(order.filled, size);
    const status = compare(filled, order.amount) === 0 ? "FILLED" : "PARTIALLY_FILLED";
    live.order = { ...order, filled, status, venueTime: this.at };
    this.answers.push(() => this.#frame(live));
  }

  /** Somebody else cancels the order that lives. */
  cancelByOthers(): void {
    const live = this.live()[0];
    if (live !== undefined) this.#end(live);
  }

  deliver(pick: number): void {
    const [answer] = this.answers.splice(pick % Math.max(1, this.answers.length), 1);
    this.at += 1;
    if (answer !== undefined) this.tell(answer());
  }

  /** Everything arrives, and every deadline passes, until nothing is left to happen. */
  settle(): void {
    for (let round = 0; round < 500; round++) {
      if (this.answers.length > 0) {
        this.deliver(0);
        continue;
      }
      const [due] = Object.entries(this.context.deadlines).sort((a, b) => a[1] - b[1]);
      if (due === undefined) return;
      this.at = Math.max(this.at, due[1]);
      // Keys of Deadlines are its names.
      this.tell({ type: "deadline.passed", at: this.at, name: due[0] as "ack" });
    }
    throw new Error(`it never comes to rest: ${this.context.phase}`);
  }

  #take(command: Command): void {
    switch (command.type) {
      case "ticket":
        this.answers.push(() => {
          const clientOrderId = `c${this.context.attemptCount + 1}`;
          const ticket = { clientOrderId, deadline: this.at + 7_000 };
          return { type: "order.granted", at: this.at, ticket };
        });
        return;
      case "submit":
        return this.#submit(command);
      case "cancel":
        return this.#cancel(command.attempt.attempt);
      case "amend":
        return this.#amend(command);
      case "lookup":
        return this.#read(command.attempt.attempt);
      case "fills":
        this.answers.push(() => ({
          type: "fills.answered",
          at: this.at,
          attempt: command.attempt.attempt,
          fills: this.#unread(this.#of(command.attempt.attempt)),
        }));
    }
  }

  #submit({ attempt }: Extract<Command, { type: "submit" }>): void {
    this.submits += 1;
    const order = aVenueOrder({
      exchangeOrderId: `x${attempt.attempt}`,
      clientOrderId: attempt.clientOrderId,
      amount: attempt.amount,
      limitPrice: attempt.limitPrice,
      venueTime: this.at,
    });
    const live: Live = { attempt: attempt.attempt, order, trades: [], reported: 0 };
    this.orders.push(live);
    const accepted = live.order;
    this.answers.push(() => ({
      type: "submit.answered",
      at: this.at,
      attempt: live.attempt,
      sentAt: this.at,
      outcome: { kind: "accepted", order: accepted },
    }));
  }

  #cancel(attempt: number): void {
    const live = this.#of(attempt);
    const wasOpen = live !== undefined && isOpen(live.order);
    if (wasOpen) this.#end(live);
    const outcome = wasOpen
      ? { kind: "accepted", order: null } as const
      : { kind: "notFound" } as const;
    this.answers.push(() => ({ type: "cancel.answered", at: this.at, attempt, outcome }));
  }

  #amend({ attempt: { attempt }, amount, order, generation }: Extract<Command, { type: "amend" }>) {
    const live = this.#of(attempt);
    const fits = live !== undefined && isOpen(live.order) && compare(amount, live.order.filled) > 0;
    if (!fits) {
      const reason = { code: "FILTER", venueCode: "-2013", message: "no such order" };
      const outcome = { kind: "refused", reason } as const;
      const answer = { type: "amend.answered", attempt, generation, outcome } as const;
      this.answers.push(() => ({ ...answer, at: this.at }));
      return;
    }
    live.order = { ...live.order, amount, limitPrice: order.limitPrice, venueTime: this.at };
    const amended = live.order;
    this.answers.push(() => ({
      type: "amend.answered",
      at: this.at,
      attempt,
      generation,
      outcome: { kind: "accepted", order: amended },
    }));
  }

  /** What it was when it was asked: by the time the answer arrives it may be old. */
  #read(attempt: number): void {
    const order = this.#of(attempt)?.order;
    const venueTime = this.at;
    const outcome = order === undefined
      ? { kind: "absent", venueTime } as const
      : { kind: "found", order, venueTime } as const;
    this.answers.push(() => ({
      type: "lookup.answered",
      at: this.at,
      attempt,
      outcome,
      fills: [],
    }));
  }

  #end(live: Live): void {
    live.order = { ...live.order, status: "CANCELED", venueTime: this.at };
    const ended = live.order;
    this.answers.push(() => ({
      type: "order.updated",
      at: this.at,
      attempt: live.attempt,
      order: ended,
    }));
  }

  #frame(live: Live): IntentEvent {
    const { attempt, order } = live;
    return { type: "order.filled", at: this.at, attempt, fills: this.#unread(live), order };
  }

  /** Trades never told before, as the book hands them on. */
  #unread(live: Live | undefined): readonly Fill[] {
    if (live === undefined) return [];
    const fresh = live.trades.slice(live.reported);
    live.reported = live.trades.length;
    return fresh;
  }

  #of(attempt: number): Live | undefined {
    return this.orders.find((live) => live.attempt === attempt);
  }
}

function isOpen({ status }: VenueOrder): boolean {
  return status === "OPEN" || status === "PARTIALLY_FILLED";
}

export function isOver({ phase }: IntentContext): boolean {
  return isTerminal(phase);
}
