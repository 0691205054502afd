/** Orders that were told dead and had filled all the same (S2: never unflagged, never more). */
import { assertEquals } from "@std/assert";
import type { IntentContext } from "../../machines/intent_context.ts";
import type { IntentEvent } from "../../machines/intent_events.ts";
import { step } from "../../machines/step.ts";
import { decimal } from "../../src/model/decimal.ts";
import { aContext, aFill, say } from "./intent_builders.ts";

const after = (context: IntentContext, ...events: readonly IntentEvent[]) =>
  events.reduce(step, context);
const sent = ({ effects }: IntentContext) => effects.commands.map(({ type }) => type);

const first = { exchangeOrderId: "x1", clientOrderId: "c1" };
const second = { exchangeOrderId: "x2", clientOrderId: "c2" };
const PROVES_FROM = 5_000 + 12_000;

Deno.test("intent: a refused order that turns out to have filled at once is flagged", () => {
  const failed = after(aContext(), say.granted(), say.refused());
  assertEquals(failed.phase, "FAILED");
  const filled = after(failed, say.updated({ status: "FILLED", filled: decimal("1") }));
  assertEquals(filled.effects.drift, "DuplicateExecution");
  const booked = after(filled, say.trades([aFill("t1", "1")]));
  assertEquals([booked.phase, booked.effects.drift], ["COMPLETED", null], "told once");
});

Deno.test("intent: what a second copy of its request filled beyond the amount ends what is open", () => {
  const partly = { status: "PARTIALLY_FILLED", filled: decimal("0.4") } as const;
  const live = after(aContext(), say.granted(), say.accepted(), say.updated(partly));
  const open = after(live, say.trades([aFill("t1", "0.4")]));
  assertEquals([open.phase, sent(open)], ["ACTIVE.partiallyFilled", []]);
  const over = after(open, say.trades([aFill("t2", "1", { exchangeOrderId: "x2" })]));
  assertEquals([over.phase, sent(over)], ["RECONCILING.replacing", ["cancel"]]);
  assertEquals(over.effects.drift, "Overfill");
  const dead = after(over, say.updated({ status: "CANCELED", filled: decimal("0.4") }));
  assertEquals([dead.phase, dead.filled, sent(dead)], ["COMPLETED", "1.4", []]);
});

/** Proven absent by mistake, and placed again. */
function again(): IntentContext {
  const absent = after(
    aContext(),
    say.granted(),
    say.unknown(),
    say.absent(PROVES_FROM + 1),
    say.absent(PROVES_FROM + 2),
  );
  return after(absent, say.granted("c2", 99_000, 20_000), say.accepted(2, second, 20_000));
}

Deno.test("intent: an order told absent that had filled is flagged, and its double is cut", () => {
  const ended = { ...first, status: "CANCELED", filled: decimal("0.4") } as const;
  const found = after(again(), say.updated(ended, 1, 21_000));
  assertEquals(found.effects.drift, "DuplicateExecution");
  const booked = after(found, say.trades([aFill("t1", "0.4")], 1, 21_000));
  assertEquals([booked.phase, sent(booked)], ["RECONCILING.replacing", ["cancel"]]);
  const dead = after(booked, say.updated({ ...second, status: "CANCELED" }, 2, 22_000));
  assertEquals([dead.phase, sent(dead)], ["PENDING.ready", ["ticket"]]);
  const third = after(dead, say.granted("c3", 99_000, 22_000));
  assertEquals(third.attempts.at(-1)?.amount, "0.6");
});

Deno.test("intent: an order told absent that had filled it all ends its double", () => {
  const ended = { ...first, status: "FILLED", filled: decimal("1") } as const;
  const booked = after(
    again(),
    say.updated(ended, 1, 21_000),
    say.trades([aFill("t1", "1")], 1, 21_000),
  );
  assertEquals([booked.phase, sent(booked)], ["RECONCILING.replacing", ["cancel"]]);
  const dead = after(booked, say.updated({ ...second, status: "CANCELED" }, 2, 22_000));
  assertEquals([dead.phase, dead.filled], ["COMPLETED", "1"]);
});

Deno.test("intent: its own fills never make an order larger than what is left", () => {
  const live = after(aContext(), say.granted(), say.accepted());
  const part = after(live, say.filled("t1", "0.4", { status: "PARTIALLY_FILLED" }));
  assertEquals([part.phase, sent(part)], ["ACTIVE.partiallyFilled", []]);
});

Deno.test("intent: a look-up that shows another order under its client id has not read it", () => {
  const open = after(aContext(), say.granted(), say.accepted(1, first), say.verify());
  assertEquals(open.phase, "RECONCILING.resolving");
  const other = after(open, say.found({ ...first, exchangeOrderId: "x2", status: "FILLED" }));
  assertEquals(other.phase, "RECONCILING.resolving");
  assertEquals(other.attempts[0]?.exchangeOrderId, "x1");
  assertEquals(after(other, say.found(first)).phase, "ACTIVE.open");
});
