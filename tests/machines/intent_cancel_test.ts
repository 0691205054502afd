import { assert, assertEquals } from "@std/assert";
import type { IntentContext } from "../../machines/intent_context.ts";
import { orderState } from "../../machines/order_state.ts";
import { CANCEL_BACKOFF_MS, STREAM_GRACE_MS } from "../../machines/timeouts.ts";
import { decimal } from "../../src/model/decimal.ts";
import { aContext, aFill, aVenueOrder, say } from "./intent_builders.ts";
import { after } from "./intent_states.ts";

const open = (order = {}, policy = {}) =>
  after(aContext(order, policy), say.granted(), say.accepted());
const sent = ({ effects }: IntentContext) => effects.commands.map(({ type }) => type);
const told = ({ effects }: IntentContext) => effects.events.map(({ type }) => type);

Deno.test("intent: canceled before any attempt, nothing is ever sent", () => {
  const context = after(aContext(), say.verify(), say.cancel());
  assertEquals([context.phase, context.attemptCount], ["CANCELED", 0]);
  assertEquals(context.work.ticket, false);
  assertEquals(told(context), ["OrderCanceled"]);
});

Deno.test("intent: a cancel before the acknowledgement goes out by client id at once", () => {
  const context = after(aContext(), say.granted(), say.cancel());
  assertEquals(context.phase, "RECONCILING.canceling");
  assertEquals(sent(context), ["cancel"]);
  assertEquals(context.attempts[0]?.cancelFor, "cancel");
});

Deno.test("intent: where the venue cannot cancel by client id, the cancel waits for the answer", () => {
  const waiting = after(
    aContext({}, { cancelByClientOrderId: false }),
    say.granted(),
    say.cancel(),
  );
  assertEquals([waiting.phase, sent(waiting)], ["SUBMITTING.inFlight", []]);
  const accepted = after(waiting, say.accepted());
  assertEquals([accepted.phase, sent(accepted)], ["RECONCILING.canceling", ["cancel"]]);
});

Deno.test("intent: canceled before the acknowledgement and timed out, it is in doubt", () => {
  const canceling = after(aContext(), say.granted(), say.cancel());
  const context = after(canceling, say.passed("ack", 16_000));
  assertEquals(context.phase, "SUBMITTING.inDoubt");
  assertEquals(after(canceling, say.unknown()).phase, "SUBMITTING.inDoubt");
});

Deno.test("intent: canceled before the acknowledgement and refused, it is FAILED", () => {
  assertEquals(after(aContext(), say.granted(), say.cancel(), say.refused()).phase, "FAILED");
});

Deno.test("intent: canceled before the acknowledgement and not sent, it is CANCELED", () => {
  const context = after(aContext(), say.granted(), say.cancel(), say.notSent("HELD"));
  assertEquals(context.phase, "CANCELED");
});

Deno.test("intent: canceled in doubt, the cancel is repeated until a terminal status is read", () => {
  let context = after(aContext(), say.granted(), say.unknown(), say.cancel());
  assertEquals([context.phase, sent(context)], ["SUBMITTING.inDoubt", ["cancel"]]);
  for (let i = 0, at = 2_000; i < 3; i++, at += 20_000) {
    const answered = after(context, say.cancelNotFound(1, at), say.unread(1, at));
    assertEquals(answered.phase, "SUBMITTING.inDoubt", "not found is no proof");
    context = after(answered, say.passed("cancel", answered.deadlines.cancel ?? NaN));
    assert(sent(context).includes("cancel"));
  }
  const read = after(context, say.found({ status: "CANCELED" }));
  assertEquals([read.phase, read.cause], ["CANCELED", "REQUESTED"]);
});

Deno.test("intent: an accepted cancel proves nothing: the end is read, after the stream's grace", () => {
  const context = after(open(), say.cancel(), say.canceled());
  assertEquals(context.phase, "RECONCILING.canceling");
  assertEquals(context.deadlines.lookup, 1_000 + STREAM_GRACE_MS);
  const read = after(context, say.passed("lookup", 1_000 + STREAM_GRACE_MS));
  assertEquals(sent(read), ["lookup"]);
  assertEquals(after(read, say.found({ status: "CANCELED" })).phase, "CANCELED");
});

Deno.test("intent: the quantity in a cancel's answer is not trusted", () => {
  const context = after(open(), say.cancel(), {
    type: "cancel.answered",
    at: 1_000,
    attempt: 1,
    outcome: {
      kind: "accepted",
      order: aVenueOrder({ status: "CANCELED", filled: decimal("0.7") }),
    },
  });
  assertEquals(context.phase, "RECONCILING.canceling");
  assertEquals([context.filled, context.attempts[0]?.reported], ["0", "0"]);
});

Deno.test("intent: a cancel that changed nothing is repeated, later and later", () => {
  const answered = after(open(), say.cancel(), say.canceled(), say.found());
  assertEquals(answered.deadlines.cancel, 1_000 + CANCEL_BACKOFF_MS);
  const again = after(answered, say.passed("cancel", 2_000));
  assertEquals(sent(again), ["cancel"]);
  const later = after(again, say.canceled(1, 2_000));
  assertEquals(later.deadlines.cancel, 2_000 + 2 * CANCEL_BACKOFF_MS);
});

Deno.test("intent: a cancel refused because it came too soon waits as long as the venue asks", () => {
  const context = after(open(), say.cancel(), {
    type: "cancel.answered",
    at: 1_000,
    attempt: 1,
    outcome: {
      kind: "refused",
      reason: { code: "RATE_LIMITED", venueCode: "429", message: "slow", retryAfterMs: 30_000 },
    },
  });
  assertEquals(context.deadlines.cancel, 31_000);
});

Deno.test("intent: a second cancel is a no-op", () => {
  const once = after(open(), say.cancel());
  const twice = after(once, say.cancel(2_000));
  assertEquals(twice.intent, once.intent);
  assertEquals(sent(twice), []);
});

Deno.test("intent: canceled after a partial fill, it is CANCELED with its fills", () => {
  const context = after(
    open(),
    say.filled("t1", "0.4"),
    say.cancel(),
    say.updated({ status: "CANCELED", filled: decimal("0.4") }),
  );
  assertEquals([context.phase, context.filled], ["CANCELED", "0.4"]);
  assertEquals(orderState(context).remainingAmount, "0.6");
});

Deno.test("intent: filled before the cancel arrived, it is COMPLETED", () => {
  const context = after(
    open(),
    say.cancel(),
    say.filled("t1", "1", { status: "FILLED", filled: decimal("1") }),
  );
  assertEquals(context.phase, "COMPLETED");
});

Deno.test("intent: while the venue counts more fills than were booked, nothing has ended", () => {
  const owed = after(
    open(),
    say.cancel(),
    say.updated({ status: "CANCELED", filled: decimal("0.5") }),
  );
  assertEquals(owed.phase, "RECONCILING.resolving");
  assertEquals(owed.deadlines.fills, 1_000 + STREAM_GRACE_MS);
  const asked = after(owed, say.passed("fills", 1_250));
  assertEquals(sent(asked), ["fills"]);
  const some = after(asked, say.trades([aFill("t1", "0.2")], 1, 1_300));
  assertEquals(some.phase, "RECONCILING.resolving", "0.3 are still owed");
  assert((some.deadlines.fills ?? 0) > 1_300);
  const all = after(some, say.trades([aFill("t2", "0.3")], 1, 2_000));
  assertEquals([all.phase, all.filled], ["CANCELED", "0.5"]);
});

Deno.test("intent: a late fill after the cancel is booked, and the intent stays CANCELED", () => {
  const gone = after(open(), say.cancel(), say.updated({ status: "CANCELED" }));
  const late = after(gone, say.filled("t1", "0.3"));
  assertEquals([late.phase, late.filled], ["CANCELED", "0.3"]);
  assertEquals(told(late), ["OrderPartiallyFilled"]);
  assertEquals(late.effects.fills.length, 1);
});

Deno.test("intent: late fills that complete the amount make a canceled intent COMPLETED", () => {
  const gone = after(open(), say.cancel(), say.updated({ status: "CANCELED" }));
  const late = after(gone, say.filled("t1", "1"));
  assertEquals([late.phase, told(late)], ["COMPLETED", ["OrderFilled"]]);
});

Deno.test("intent: more filled than wanted is booked and flagged once", () => {
  const over = after(open(), say.filled("t1", "1.5", { status: "FILLED", filled: decimal("1.5") }));
  assertEquals([over.phase, over.filled, over.effects.drift], ["COMPLETED", "1.5", "Overfill"]);
  assertEquals(after(over, say.filled("t2", "0.1")).effects.drift, null);
});

Deno.test("intent: a late acceptance after a refusal revives, is canceled and raises drift", () => {
  const failed = after(aContext(), say.granted(), say.refused());
  const revived = after(failed, say.updated());
  assertEquals(revived.phase, "RECONCILING.canceling");
  assertEquals(revived.effects.drift, "DuplicateExecution");
  assertEquals(sent(revived), ["cancel"]);
  const gone = after(revived, say.canceled(), say.updated({ status: "CANCELED" }));
  assertEquals([gone.phase, gone.cause], ["CANCELED", "REVIVED"]);
});

Deno.test("intent: the end of a revived order is read, should the stream lose it", () => {
  const revived = after(aContext(), say.granted(), say.refused(), say.updated());
  const asked = after(revived, say.canceled(), say.passed("lookup", 1_250));
  assertEquals(sent(asked), ["lookup"]);
  assertEquals(after(asked, say.found({ status: "CANCELED" })).phase, "CANCELED");
});

Deno.test("intent: a dead attempt that lives beside a newer one is canceled alone, with drift", () => {
  const working = after(
    aContext(),
    say.granted(),
    say.notSent("HELD"),
    say.granted("c2"),
    say.accepted(2, { exchangeOrderId: "x2" }),
  );
  const stray = after(working, say.updated({}, 1));
  assertEquals([stray.phase, stray.effects.drift], ["ACTIVE.open", "DuplicateExecution"]);
  assertEquals(stray.effects.commands.map((c) => "attempt" in c && c.attempt.attempt), [1]);
  const gone = after(stray, say.updated({ status: "CANCELED" }, 1));
  assertEquals([gone.phase, gone.attempts[1]?.cancelFor], ["ACTIVE.open", null]);
});

Deno.test("intent: while a stray lives, no other attempt begins (S7)", () => {
  const waiting = after(
    aContext(),
    say.granted(),
    say.notSent("HELD"),
    say.granted("c2"),
    say.notSent("HELD", 2),
    say.updated({}, 1),
  );
  assertEquals([waiting.phase, waiting.work.ticket], ["RECONCILING.canceling", false]);
  assertEquals(after(waiting, say.granted("c3")).attemptCount, 2);
  const gone = after(waiting, say.updated({ status: "CANCELED" }, 1));
  assertEquals([gone.phase, sent(gone)], ["PENDING.ready", ["ticket"]]);
});

Deno.test("intent: a stray keeps an intent from ending; it has ended once all the same", () => {
  const stray = after(
    aContext(),
    say.granted(),
    say.notSent("HELD"),
    say.granted("c2"),
    say.updated({}, 1),
    say.refused(2),
  );
  assertEquals(stray.phase, "RECONCILING.canceling");
  const gone = after(stray, say.updated({ status: "CANCELED" }, 1));
  assertEquals([gone.phase, gone.cause], ["CANCELED", "REVIVED"]);
});
