import type { IntentEvent } from "../../machines/intent_events.ts";
import { assert, assertEquals } from "@std/assert";
import type { IntentContext } from "../../machines/intent_context.ts";
import { exposureBounds } from "../../machines/order_state.ts";
import { LOOKUP_BACKOFF_CAP_MS } from "../../machines/timeouts.ts";
import { decimal } from "../../src/model/decimal.ts";
import { ABSENT_RETRIES_MAX } from "../../src/model/limits.ts";
import { aContext, POLICY, say } from "./intent_builders.ts";
import { after } from "./intent_states.ts";

/** The deadline of `say.granted` and the end of the time in which reads prove nothing. */
const DEADLINE = 5_000;
const PROVES_FROM = DEADLINE + POLICY.proofAfterMs;

const inDoubt = (order = {}, policy = {}) =>
  after(aContext(order, policy), say.granted(), say.unknown());
const sent = ({ effects }: IntentContext) => effects.commands.map(({ type }) => type);
const told = ({ effects }: IntentContext) => effects.events.map(({ type }) => type);

Deno.test("intent: a submit timeout leads to inDoubt, not FAILED", () => {
  const context = after(aContext(), say.granted(), say.passed("ack", 16_000));
  assertEquals(context.phase, "SUBMITTING.inDoubt");
  assertEquals(told(context), ["OrderOutcomeUnknown"]);
  assertEquals(sent(context), ["lookup"]);
});

Deno.test("intent: an unknown answer leads to inDoubt and is looked up at once", () => {
  const context = inDoubt();
  assertEquals(context.phase, "SUBMITTING.inDoubt");
  assertEquals(sent(context), ["lookup"]);
  assertEquals(context.conditions.OutcomeKnown?.slice(0, 2), ["False", "InDoubt"]);
});

Deno.test("intent: while in doubt, what may be live counts against the bounds", () => {
  assertEquals(exposureBounds(inDoubt()), {
    minFilled: decimal("0"),
    maxFilled: decimal("1"),
    possiblyLive: decimal("1"),
  });
});

Deno.test("intent: a read up to the deadline and the venue's bound proves nothing", () => {
  const context = after(
    inDoubt(),
    say.absent(DEADLINE),
    say.passed("lookup", PROVES_FROM - 1),
    say.absent(PROVES_FROM),
    say.passed("lookup", PROVES_FROM + 1),
    say.absent(PROVES_FROM),
  );
  assertEquals(context.phase, "SUBMITTING.inDoubt");
  assertEquals(context.absentReads, 0);
});

Deno.test("intent: the next read is due as soon as one can prove something, or sooner", () => {
  const early = after(inDoubt(), say.absent(2_000));
  assert((early.deadlines.lookup ?? Infinity) <= PROVES_FROM + 1);
  const slow = { ...early, work: { ...early.work, lookup: { ...early.work.lookup, tries: 9 } } };
  const late = after(slow, say.absent(PROVES_FROM - 300));
  assertEquals(late.deadlines.lookup, PROVES_FROM + 1);
});

Deno.test("intent: one proof of absence is not enough, two are", () => {
  const first = after(inDoubt(), say.absent(PROVES_FROM + 1));
  assertEquals([first.phase, first.absentReads], ["SUBMITTING.inDoubt", 1]);
  const second = after(first, say.passed("lookup"), say.absent(PROVES_FROM + 2));
  assertEquals(second.attempts[0]?.outcome, "ABSENT");
});

Deno.test("intent: onAbsent RETRY asks for a ticket again, with a new attempt after it", () => {
  const proven = after(
    inDoubt({ onAbsent: "RETRY" }),
    say.absent(PROVES_FROM + 1),
    say.absent(PROVES_FROM + 2),
  );
  assertEquals(proven.phase, "PENDING.ready");
  assertEquals(sent(proven), ["ticket"]);
  assertEquals(told(proven), ["OrderOutcomeResolved"]);
  const again = after(proven, say.granted("c2", 40_000, 30_000));
  assertEquals(again.phase, "SUBMITTING.inFlight");
  assertEquals(again.attempts.map((a) => a.clientOrderId), ["c1", "c2"]);
});

Deno.test("intent: onAbsent FAIL ends FAILED, never having reached the venue", () => {
  const proven = after(
    inDoubt({ onAbsent: "FAIL" }),
    say.absent(PROVES_FROM + 1),
    say.absent(PROVES_FROM + 2),
  );
  assertEquals([proven.phase, proven.cause], ["FAILED", "NEVER_REACHED_VENUE"]);
});

Deno.test("intent: an order that never arrives is retried a bounded number of times", () => {
  let context = aContext({ onAbsent: "RETRY" });
  for (let round = 0; round < ABSENT_RETRIES_MAX; round++) {
    const at = 1_000 + round * 100_000;
    const proofAt = at + 4_000 + POLICY.proofAfterMs + 1;
    context = after(
      context,
      say.granted(`c${round + 1}`, at + 4_000, at),
      say.unknown(round + 1, at),
      say.absent(proofAt, round + 1),
      say.absent(proofAt + 1, round + 1),
    );
  }
  assertEquals([context.phase, context.attemptCount], ["FAILED", ABSENT_RETRIES_MAX]);
});

Deno.test("intent: reads later than the venue remembers prove nothing: only a person can tell", () => {
  const late = DEADLINE + POLICY.retentionMs + 1;
  const context = after(inDoubt(), say.absent(late));
  assertEquals(context.phase, "SUBMITTING.inDoubt");
  assert(context.indeterminate);
  assertEquals(context.effects.drift, "MissingOrder");
  assertEquals(context.conditions.OutcomeKnown?.slice(0, 2), ["False", "Indeterminate"]);
  const later = after(context, say.absent(late + 1), say.absent(late + 2));
  assertEquals(later.phase, "SUBMITTING.inDoubt", "Indeterminate never resolves itself");
  assertEquals(later.deadlines, {}, "nobody looks on by himself");
  const asked = after(later, say.verify(late + 3));
  assertEquals(asked.effects.commands.map(({ type }) => type), ["lookup"], "asked for: one read");
  const again = after(asked, say.absent(late + 4));
  assertEquals([again.phase, again.indeterminate], ["SUBMITTING.inDoubt", true]);
  assertEquals(again.deadlines, {});
});

Deno.test("intent: an order known live that two reads cannot find is for a person", () => {
  const context = after(
    aContext(),
    say.granted(),
    say.accepted(),
    say.verify(),
    say.absent(PROVES_FROM + 1),
    say.absent(PROVES_FROM + 2),
  );
  assertEquals([context.phase, context.cause], ["RECONCILING.resolving", "INDETERMINATE"]);
  assert(context.indeterminate);
});

Deno.test("intent: a read that finds the order starts the count of absences again", () => {
  const context = after(
    aContext(),
    say.granted(),
    say.accepted(),
    say.verify(),
    say.absent(PROVES_FROM + 1),
    say.found(),
    say.verify(PROVES_FROM + 2),
    say.absent(PROVES_FROM + 3),
  );
  assertEquals([context.absentReads, context.indeterminate], [1, false]);
});

Deno.test("intent: an absence of an older attempt does not prove the newest one's", () => {
  const context = after(
    aContext(),
    say.granted(),
    say.notSent("HELD"),
    say.granted("c2", DEADLINE),
    say.unknown(2),
    say.updated({}, 1), // the first is live after all
    say.absent(PROVES_FROM + 1, 1),
    say.absent(PROVES_FROM + 2, 1),
  );
  assertEquals(context.absentReads, 0);
  assertEquals(context.attempts[1]?.outcome, "UNKNOWN");
});

Deno.test("intent: found after all, the order is adopted and the doubt resolved", () => {
  const context = after(inDoubt(), say.found({ filled: decimal("0") }));
  assertEquals(context.phase, "ACTIVE.open");
  assertEquals(told(context), ["OrderOutcomeResolved", "OrderAccepted"]);
});

Deno.test("intent: a late answer that refuses by an allow-listed code settles the doubt", () => {
  const context = after(inDoubt(), say.refused());
  assertEquals([context.phase, context.cause], ["FAILED", "INSUFFICIENT_FUNDS"]);
});

Deno.test("intent: looks back off, up to a cap, and go on as long as they prove nothing", () => {
  let context = inDoubt();
  let at = 1_000;
  for (let i = 0; i < 12; i++) {
    context = after(context, say.unread(1, at));
    const dueAt = context.deadlines.lookup ?? NaN;
    assert(dueAt > at && dueAt - at <= LOOKUP_BACKOFF_CAP_MS);
    at = dueAt;
    context = after(context, say.passed("lookup", at));
    assertEquals(sent(context), ["lookup"]);
  }
});

Deno.test("intent: modified while in doubt, it waits all the same; the next attempt is the newest", () => {
  const modified = after(inDoubt(), say.modify({ limitPrice: decimal("99") }));
  assertEquals([modified.phase, modified.intent.generation], ["SUBMITTING.inDoubt", 2]);
  assertEquals(sent(modified), []);
  const again = after(
    modified,
    say.absent(PROVES_FROM + 1),
    say.absent(PROVES_FROM + 2),
    say.granted("c2", 40_000, 30_000),
  );
  assertEquals(again.attempts[1]?.limitPrice, "99");
  assertEquals(again.attempts[1]?.generation, 2);
});

Deno.test("intent: told to come later, the order is not refused: absence is proven, then it retries", () => {
  const later = {
    type: "submit.answered",
    at: 1_000,
    attempt: 1,
    sentAt: 1_000,
    outcome: {
      kind: "refused",
      reason: { code: "RATE_LIMITED", venueCode: "429", message: "slow", retryAfterMs: 1_000 },
    },
  } as const;
  const doubted = after(aContext(), say.granted(), later);
  assertEquals([doubted.phase, doubted.cause], ["SUBMITTING.inDoubt", "RATE_LIMITED"]);
  const proven = after(doubted, say.absent(PROVES_FROM + 1), say.absent(PROVES_FROM + 2));
  assertEquals(proven.phase, "PENDING.ready");
});

Deno.test("intent: refused while a newer generation waits, no copy may land before the next try", () => {
  const refused = after(
    aContext(),
    say.granted(),
    say.modify({ limitPrice: decimal("99") }),
    say.refused(),
  );
  assertEquals([refused.phase, sent(refused)], ["RECONCILING.resolving", ["lookup"]]);
  const proven = after(refused, say.absent(PROVES_FROM + 1), say.absent(PROVES_FROM + 2));
  assertEquals(proven.phase, "PENDING.ready");
  const landed = after(refused, say.updated());
  assertEquals(landed.phase, "RECONCILING.replacing");
});

for (const reason of ["TOO_LATE", "HELD"]) {
  Deno.test(`intent: not sent because ${reason}, it asks for another ticket at once`, () => {
    const context = after(aContext(), say.granted(), say.notSent(reason));
    assertEquals([context.phase, sent(context)], ["PENDING.ready", ["ticket"]]);
  });
}

Deno.test("intent: stopped at the gate for any other reason, it is denied by us", () => {
  const context = after(aContext(), say.granted(), say.notSent("STORE_FAILED"));
  assertEquals([context.phase, context.cause], ["FAILED", "STORE_FAILED"]);
  assertEquals(told(context), ["OrderDenied"]);
});

for (const reason of ["KERNEL_DRAINING", "EXCHANGE_STOPPED", "NOT_CONNECTED"]) {
  Deno.test(`intent: stopped at the gate by ${reason}, onAbsent decides as after a kill`, () => {
    const kept = after(aContext({ onAbsent: "RETRY" }), say.granted(), say.notSent(reason));
    assertEquals(kept.phase, "PENDING.ready");
    const ended = after(aContext({ onAbsent: "FAIL" }), say.granted(), say.notSent(reason));
    assertEquals([ended.phase, ended.cause], ["FAILED", reason]);
  });
}

Deno.test("intent: no attempt starts after submitBy", () => {
  const wanting = after(aContext({ submitBy: 2_000 }), say.verify());
  assertEquals(after(wanting, say.granted("c1", 9_000, 2_000)).phase, "SUBMITTING.inFlight");
  const late = after(wanting, say.granted("c1", 9_000, 2_001));
  assertEquals([late.phase, late.cause, late.attemptCount], ["FAILED", "SUBMIT_BY_PASSED", 0]);
});

Deno.test("intent: a second grant for the same wish sends nothing", () => {
  const context = after(aContext(), say.granted(), say.granted("c2"));
  assertEquals(sent(context), []);
  assertEquals(context.attemptCount, 1);
});

Deno.test("intent: a denial that comes after the attempt is void", () => {
  const context = after(aContext(), say.granted(), say.accepted(), say.denied());
  assertEquals([context.phase, context.denied], ["ACTIVE.open", null]);
});

Deno.test("intent: an answer brings the times of its attempt: durable, sent, answered", () => {
  const answered = { ...say.accepted(1, {}, 1_300), committedAt: 1_100, sentAt: 1_200 };
  const { attempts } = after(aContext(), say.granted(), answered as IntentEvent);
  const { admittedAt, committedAt, sentAt, answeredAt } = attempts[0]!;
  assertEquals([admittedAt, committedAt, sentAt, answeredAt], [1_000, 1_100, 1_200, 1_300]);
});
