/** Random walks of one intent through any events at all, also those that no sane venue sends. */
import fc from "fast-check";
import type { IntentContext, IntentPolicy } from "../../machines/intent_context.ts";
import type { IntentEvent } from "../../machines/intent_events.ts";
import { step } from "../../machines/step.ts";
import { fillsOfVerdict, verdictFault } from "../../machines/verdict.ts";
import { decimal } from "../../src/model/decimal.ts";
import type { StandardOrder, StandardOrderStatus } from "../../src/model/order.ts";
import type { VenueOrder } from "../../src/model/venue.ts";
import type { IntentVerdict } from "../../src/model/verdict.ts";
import { aContext, aFill, say } from "./intent_builders.ts";

/** One choice of the walk; what it means depends on where the intent is. */
export interface Choice {
  readonly kind: number;
  readonly pick: number;
  readonly amount: number;
  readonly ms: number;
}

export const choices = fc.array(
  fc.record<Choice>({
    kind: fc.nat(26),
    pick: fc.nat(11),
    amount: fc.nat(10),
    ms: fc.oneof(fc.nat(3), fc.nat(20_000), fc.constant(4_000_000)),
  }),
  { maxLength: 40, size: "max" },
);

export const starts = fc.record({
  onExternalCancel: fc.constantFrom<StandardOrder["onExternalCancel"]>(
    "ACCEPT",
    "REPLACE",
    "PAUSE",
  ),
  onAbsent: fc.constantFrom<StandardOrder["onAbsent"]>("RETRY", "FAIL"),
  timeInForce: fc.constantFrom<StandardOrder["timeInForce"]>("GTC", "IOC"),
  submitBy: fc.constantFrom(null, 60_000),
  prefix: fc.nat(6),
  policy: fc.record<Pick<IntentPolicy, "amendInPlace" | "cancelByClientOrderId">>({
    amendInPlace: fc.boolean(),
    cancelByClientOrderId: fc.boolean(),
  }),
});

/** The first of two attempts, told dead, fills after all; the second was stopped at the gate. */
const STRAY: readonly IntentEvent[] = [
  say.granted("c1", 8_000),
  say.notSent("HELD"),
  say.granted("c2", 8_000),
  say.filled("t0", "0.1", { filled: decimal("0.1"), status: "PARTIALLY_FILLED" }),
  say.notSent("HELD", 2),
];

/** Some walks begin where a second attempt is under way and the first is told dead. */
export const prefixes: readonly (readonly IntentEvent[])[] = [
  [],
  [],
  [say.granted("c1", 8_000), say.notSent("HELD"), say.granted("c2", 8_000)],
  [say.granted("c1", 8_000), say.notSent("HELD"), say.granted("c2", 8_000), say.accepted(2)],
  [say.granted("c1", 8_000), say.notSent("HELD"), say.granted("c2", 8_000), say.refused(2)],
  STRAY,
  [...STRAY, say.accepted(2, { exchangeOrderId: "x2" })],
];

type Start = typeof starts extends fc.Arbitrary<infer T> ? T : never;

export function startContext({ policy, prefix, ...order }: Start): IntentContext {
  return (prefixes[prefix] ?? []).reduce(step, aContext(order, policy));
}

/** Every trade of a walk is new, as the book guarantees. */
export class Walk {
  #at = 1_000;
  #trades = 0;

  next(context: IntentContext, choice: Choice): IntentEvent {
    this.#at += choice.ms;
    const make = KINDS[choice.kind];
    if (make === undefined) throw new RangeError(`no event kind ${choice.kind}`);
    const number = Math.max(1, context.attemptCount - (choice.pick % 3 === 2 ? 1 : 0));
    return make({ context, choice, number, at: this.#at, trade: () => `t${++this.#trades}` });
  }
}

interface Making {
  readonly context: IntentContext;
  readonly choice: Choice;
  /** Mostly the last attempt, now and then the one before. */
  readonly number: number;
  readonly at: number;
  readonly trade: () => string;
}

const STATUSES: readonly StandardOrderStatus[] = [
  "OPEN",
  "OPEN",
  "PARTIALLY_FILLED",
  "CANCELED",
  "FILLED",
  "EXPIRED",
  "REJECTED",
  "PENDING_TRIGGER",
  "UNKNOWN",
];

function tenths(amount: number): string {
  return decimal(`${amount / 10}`);
}

function order({ choice, number, context }: Making): Partial<VenueOrder> {
  const attempt = context.attempts.find((a) => a.attempt === number);
  return {
    exchangeOrderId: `x${number}`,
    status: STATUSES[choice.pick % STATUSES.length] ?? "OPEN",
    filled: decimal(tenths(choice.amount % 4)),
    amount: attempt?.amount ?? decimal("1"),
    limitPrice: decimal(choice.amount > 7 ? "101" : "100"),
  };
}

const LATE = { code: "INSUFFICIENT_FUNDS", venueCode: null, message: "no money" };

/** An answer to a submit that was answered is none that the dispatcher can bring. */
function unanswered({ context, number }: Making): boolean {
  const attempt = context.attempts.find((a) => a.attempt === number);
  return attempt !== undefined && attempt.sentAt === null;
}

const KINDS: readonly ((making: Making) => IntentEvent)[] = [
  ({ context, at }) => say.granted(`c${context.attemptCount + 1}`, at + 7_000, at),
  ({ context, at }) => say.granted(`c${context.attemptCount + 1}`, at + 7_000, at),
  (m) => unanswered(m) ? say.accepted(m.number, order(m), m.at) : say.verify(m.at),
  (m) => unanswered(m) ? say.refused(m.number, m.at) : say.verify(m.at),
  (m) => {
    if (!unanswered(m)) return say.verify(m.at);
    const reason = ["HELD", "TOO_LATE", "KERNEL_DRAINING"][m.choice.amount % 3] ?? "HELD";
    return say.notSent(reason, m.number, m.at);
  },
  (m) => unanswered(m) ? say.unknown(m.number, m.at) : say.verify(m.at),
  ({ number, at }) => say.canceled(number, at),
  ({ number, at }) => say.cancelNotFound(number, at),
  ({ number, at }) => ({
    type: "cancel.answered",
    at,
    attempt: number,
    outcome: { kind: "refused", reason: { ...LATE, retryAfterMs: 3_000 } },
  }),
  (m) => ({
    type: "amend.answered",
    at: m.at,
    attempt: m.number,
    generation: m.context.intent.generation,
    outcome: amendOutcome(m),
  }),
  (m) => say.found(order(m), m.number, m.at),
  (m) => say.absent(m.at, m.number, m.at),
  (m) => say.absent(m.at, m.number, m.at),
  (m) => say.unread(m.number, m.at),
  (m) => say.trades([aFill(m.trade(), tenths(1 + m.choice.amount % 3))], m.number, m.at),
  (m) => say.trades([], m.number, m.at),
  (m) => say.updated(order(m), m.number, m.at),
  (m) => say.filled(m.trade(), tenths(1 + m.choice.amount % 5), order(m), m.number, m.at),
  ({ at }) => say.cancel(at),
  ({ context, choice, at }) => ({
    type: "order.modify",
    at,
    order: {
      ...context.intent.order,
      limitPrice: decimal(`${100 + choice.pick % 3}`),
      amount: decimal(choice.amount > 5 ? "2" : "1"),
    },
  }),
  ({ at }) => say.resume(at),
  ({ at }) => say.verify(at),
  (m) => ({ type: "order.denied", at: m.at, code: "KILL_SWITCH", message: "engaged" }),
  due,
  due,
  due,
  (m) => ASKED[m.choice.ms % ASKED.length]!(m),
];

/** What a person asks for beside orders: rarer than all else. */
const ASKED: readonly ((making: Making) => IntentEvent)[] = [
  (m) => word(m),
  (m) => say.approved([aFill(`approved:${m.trade()}`, tenths(1))], m.number, m.at),
  // Adoption makes an intent; to one that has been attempted it means nothing.
  (m) => m.context.attemptCount > 0 ? say.adopted(order(m), "c1", m.at) : say.verify(m.at),
];

/** A person's word on the last attempt; void unless its outcome is indeterminate. */
function word({ context, choice, at }: Making): IntentEvent {
  const attempt = context.attempts.at(-1);
  const filled = decimal(tenths(choice.amount));
  const price = choice.pick % 2 === 0 ? decimal("100") : null;
  const verdicts: readonly IntentVerdict[] = [
    { kind: "absent", note: null },
    { kind: "canceled", filled, price, note: null },
    { kind: "filled", price, note: "seen on the venue's page" },
  ];
  const verdict = verdicts[choice.pick % 3] ?? { kind: "absent", note: null };
  if (attempt === undefined || verdictFault(attempt, verdict) !== null) return say.verify(at);
  const fills = context.indeterminate ? fillsOfVerdict(context, attempt, { verdict, at }) : [];
  return say.resolve(verdict, fills, at);
}

function amendOutcome(m: Making): Extract<IntentEvent, { type: "amend.answered" }>["outcome"] {
  switch (m.choice.pick % 4) {
    case 0:
      return { kind: "refused", reason: LATE };
    case 1:
      return { kind: "unknown", cause: { code: "TIMEOUT", message: "no answer" } };
    case 2:
      return { kind: "notSent", reason: "TOO_LATE" };
    default: {
      const found = say.found(order(m), m.number, m.at);
      if (found.type !== "lookup.answered" || found.outcome.kind !== "found") break;
      const { limitPrice } = m.context.intent.order;
      return { kind: "accepted", order: { ...found.outcome.order, limitPrice } };
    }
  }
  return { kind: "notSent", reason: "TOO_LATE" };
}

/** The next deadline fires when it is due; without one, the walk only lets time pass. */
function due({ context, choice, at }: Making): IntentEvent {
  const armed = Object.entries(context.deadlines);
  const next = armed[choice.pick % Math.max(1, armed.length)];
  if (next === undefined) return say.verify(at);
  const [name, dueAt] = next;
  return say.passed(name as "ack", Math.max(at, dueAt)); // keys of Deadlines are its names
}
