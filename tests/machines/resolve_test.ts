import { assert, assertEquals } from "@std/assert";
import type { IntentContext } from "../../machines/intent_context.ts";
import { recover, toStored } from "../../machines/recover.ts";
import { step } from "../../machines/step.ts";
import { fillsOfVerdict, verdictFault } from "../../machines/verdict.ts";
import { decimal } from "../../src/model/decimal.ts";
import type { StandardOrder } from "../../src/model/order.ts";
import type { IntentVerdict } from "../../src/model/verdict.ts";
import { aContext, aFill, POLICY, say } from "./intent_builders.ts";
import { after } from "./intent_states.ts";

const LATE = 5_000 + POLICY.retentionMs + 1;
const ABSENT: IntentVerdict = { kind: "absent", note: null };

/** The proof ran out: reads came later than the venue remembers. */
function lost(order: Partial<StandardOrder> = {}): IntentContext {
  return after(aContext(order), say.granted(), say.unknown(), say.absent(LATE));
}

/** Known live, and then nowhere. */
function vanished(order: Partial<StandardOrder> = {}): IntentContext {
  return after(aContext(order), say.granted(), say.accepted(), say.verify(), say.absent(LATE));
}

function resolved(context: IntentContext, verdict: IntentVerdict): IntentContext {
  const attempt = context.attempts.at(-1)!;
  assertEquals(verdictFault(attempt, verdict), null);
  const fills = fillsOfVerdict(context, attempt, { verdict, at: LATE });
  return step(context, say.resolve(verdict, fills, LATE));
}

const canceled = (filled: string | null, price: string | null = "100"): IntentVerdict => ({
  kind: "canceled",
  filled: filled === null ? null : decimal(filled),
  price: price === null ? null : decimal(price),
  note: null,
});

Deno.test("resolve: the reads that found nothing are kept as evidence", () => {
  const [attempt] = lost().attempts;
  assertEquals(attempt?.reads, [{ at: LATE, venueTime: LATE }]);
  const many = [1, 2, 3, 4, 5, 6].reduce((c, i) => step(c, say.absent(LATE + i)), lost());
  assertEquals(many.attempts[0]?.reads?.length, 4, "the newest only");
});

Deno.test("resolve: a verdict on an outcome that is known changes nothing", () => {
  const doubt = after(aContext(), say.granted(), say.unknown());
  assertEquals(step(doubt, say.resolve(ABSENT)).phase, "SUBMITTING.inDoubt");
});

for (
  const [order, desired, phase] of [
    [{ onAbsent: "RETRY" }, "WORKING", "PENDING.ready"],
    [{ onAbsent: "FAIL" }, "WORKING", "FAILED"],
    [{ onAbsent: "RETRY" }, "CANCELED", "CANCELED"],
  ] as const
) {
  Deno.test(`resolve: absent, ${order.onAbsent}, ${desired}: ${phase}`, () => {
    const context = desired === "CANCELED" ? step(lost(order), say.cancel(LATE)) : lost(order);
    const end = resolved(context, ABSENT);
    assertEquals([end.phase, end.indeterminate], [phase, false]);
  });
}

for (
  const [policy, phase] of [
    ["ACCEPT", "CANCELED"],
    ["REPLACE", "PENDING.ready"],
    ["PAUSE", "PENDING.paused"],
  ] as const
) {
  Deno.test(`resolve: canceled at the venue, onExternalCancel ${policy} decides: ${phase}`, () => {
    assertEquals(resolved(vanished({ onExternalCancel: policy }), canceled("0.4")).phase, phase);
  });
}

Deno.test("resolve: what the person has seen filled is booked, at the price named", () => {
  const end = resolved(lost(), canceled("0.4", "99"));
  assertEquals([end.filled, end.filledQuote], [decimal("0.4"), decimal("39.6")]);
  const next = after(
    resolved(vanished({ onExternalCancel: "REPLACE" }), canceled("0.4")),
    say.granted("c2"),
  );
  assertEquals(next.attempts.at(-1)?.amount, decimal("0.6"), "only the rest is placed again");
});

Deno.test("resolve: what the venue had told before is kept, and fetched as after any end", () => {
  const told = after(
    aContext(),
    say.granted(),
    say.accepted(1, { filled: decimal("0.3"), status: "PARTIALLY_FILLED" }),
    say.verify(),
    say.absent(LATE),
  );
  const end = resolved(told, canceled(null, null));
  assertEquals([end.phase, end.filled], ["RECONCILING.resolving", decimal("0")]);
  const booked = after(end, say.trades([aFill("t1", "0.3")]));
  assertEquals([booked.phase, booked.filled], ["CANCELED", decimal("0.3")]);
});

Deno.test("resolve: it is told once, as a person's word", () => {
  const { events } = resolved(lost(), { kind: "filled", price: decimal("100"), note: "by phone" })
    .effects;
  const told = events.filter(({ type }) => type === "OrderOutcomeResolved");
  assertEquals(told.map(({ payload }) => payload), [{
    attempt: 1,
    outcome: "ACCEPTED",
    by: "person",
    verdict: "filled",
    note: "by phone",
  }]);
});

Deno.test("resolve: the trades that come later meet what was booked, and count beyond it", () => {
  const end = resolved(lost(), canceled("0.4"));
  const met = after(end, say.filled("t1", "0.3"));
  assertEquals([met.filled, met.effects.fills, met.effects.drift], [
    decimal("0.4"),
    [],
    "LateFill",
  ]);
  const beyond = after(met, say.filled("t2", "0.3"));
  assertEquals(beyond.filled, decimal("0.6"));
  assertEquals(beyond.effects.fills.map(({ quantity }) => quantity), [decimal("0.2")]);
});

Deno.test("resolve: the venue's own word comes before a person's, also afterwards", () => {
  const found = after(lost(), say.updated());
  assertEquals([found.phase, found.indeterminate], ["ACTIVE.open", false]);
  const alive = after(resolved(lost({ onAbsent: "FAIL" }), ABSENT), say.updated());
  assertEquals([alive.phase, alive.effects.drift], ["RECONCILING.canceling", "DuplicateExecution"]);
});

Deno.test("resolve: a trade proves that the order was there, and it is read again", () => {
  const traded = after(lost(), say.filled("t1", "0.1"));
  assertEquals([traded.phase, traded.indeterminate], ["RECONCILING.resolving", false]);
  assert(traded.effects.commands.some(({ type }) => type === "lookup"));
});

Deno.test("resolve: a venue that says UNKNOWN has said nothing", () => {
  assert(after(lost(), say.updated({ status: "UNKNOWN" })).indeterminate);
});

Deno.test("resolve: verdict, evidence and what it booked survive a restart", () => {
  const end = resolved(vanished({ onExternalCancel: "PAUSE" }), canceled("0.4"));
  const { intent, policy, phase } = end;
  const stored = JSON.parse(JSON.stringify(toStored(end)));
  const back = recover(stored, { intent, policy, phase });
  const { verdict, reads, approved } = back.attempts[0]!;
  assertEquals([verdict?.kind, reads?.length, approved], ["canceled", 1, decimal("0.4")]);
  assertEquals(after(back, say.filled("t1", "0.4")).filled, decimal("0.4"));
});

for (
  const [name, verdict, code] of [
    ["less than the venue has told", canceled("0.1"), "VERDICT_BELOW_FILLED"],
    ["more than the order", canceled("1.1"), "VERDICT_ABOVE_AMOUNT"],
    ["a fill without a price", canceled("0.5", null), "VERDICT_PRICE_MISSING"],
    ["absent of what was live", ABSENT, "VERDICT_CONTRADICTS"],
  ] as const
) {
  Deno.test(`resolve: ${name} is no verdict`, () => {
    const told = after(
      aContext(),
      say.granted(),
      say.accepted(1, { filled: decimal("0.3"), status: "PARTIALLY_FILLED" }),
      say.verify(),
      say.absent(LATE),
    );
    assertEquals(verdictFault(told.attempts[0]!, verdict)?.code, code);
    assertEquals(
      step(told, say.resolve(verdict)).indeterminate,
      true,
      "and the machine ignores it",
    );
  });
}

Deno.test("approved: a fill that a drift proposed is booked, and met by its trade later", () => {
  const live = after(aContext(), say.granted(), say.accepted());
  const booked = step(live, say.approved([aFill("approved:d1", "0.3")]));
  assertEquals([booked.phase, booked.filled], ["ACTIVE.partiallyFilled", decimal("0.3")]);
  const [event] = booked.effects.events;
  assertEquals([event?.type, event?.payload["approved"]], ["OrderPartiallyFilled", true]);
  assertEquals(after(booked, say.filled("t1", "0.3")).filled, decimal("0.3"));
});

Deno.test("approved: a trade that met it is remembered over a restart, and never booked", () => {
  const live = after(aContext(), say.granted(), say.accepted());
  const booked = step(live, say.approved([aFill("approved:d1", "0.3")]));
  const met = after(booked, say.filled("t1", "0.1"), say.filled("t2", "0.2"));
  const stored = JSON.parse(JSON.stringify(toStored(met)));
  const { intent, policy, phase } = met;
  const back = recover(stored, { intent, policy, phase });
  const again = after(back, say.trades([aFill("t1", "0.1"), aFill("t2", "0.2")]));
  assertEquals([again.filled, again.effects.fills], [decimal("0.3"), []]);
  assertEquals(after(again, say.filled("t3", "0.1")).filled, decimal("0.4"));
});
