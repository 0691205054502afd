import { assertEquals } from "@std/assert";
import type { IntentContext } from "../../machines/intent_context.ts";
import type { IntentEvent } from "../../machines/intent_events.ts";
import { decimal } from "../../src/model/decimal.ts";
import type { StandardOrder } from "../../src/model/order.ts";
import { aContext, say } from "./intent_builders.ts";
import { after } from "./intent_states.ts";

const open = (order: Partial<StandardOrder> = {}) =>
  after(aContext(order), say.granted(), say.accepted());
const sent = ({ effects }: IntentContext) => effects.commands.map(({ type }) => type);
const end = ({ phase, cause }: IntentContext) => [phase, cause];
const told = ({ effects }: IntentContext) => effects.events.map(({ type }) => type);
const canceled = (filled = "0", cause: string | null = null): IntentEvent =>
  say.updated({ status: "CANCELED", filled: decimal(filled), cause });
const expired = (filled = "0"): IntentEvent =>
  say.updated({ status: "EXPIRED", filled: decimal(filled) });
const prevented = (filled = "0"): IntentEvent =>
  say.updated({
    status: "EXPIRED",
    filled: decimal(filled),
    cause: "SELF_TRADE_PREVENTION",
  });
const some = say.filled("t1", "0.4");

/** From the venue's last word to the top state (domain.md). */
const ENDINGS: readonly (readonly [
  string,
  Partial<StandardOrder>,
  readonly IntentEvent[],
  readonly [string, string | null],
])[] = [
  [
    "filled",
    {},
    [say.filled("t1", "1", { status: "FILLED", filled: decimal("1") })],
    ["COMPLETED", null],
  ],
  ["IOC, nothing filled", { timeInForce: "IOC" }, [expired()], ["CANCELED", "TIME_IN_FORCE"]],
  [
    "IOC, partly filled",
    { timeInForce: "IOC" },
    [some, expired("0.4")],
    ["COMPLETED", "TIME_IN_FORCE"],
  ],
  [
    "IOC that the venue calls canceled",
    { timeInForce: "IOC" },
    [some, canceled("0.4")],
    ["COMPLETED", "TIME_IN_FORCE"],
  ],
  ["FOK, nothing filled", { timeInForce: "FOK" }, [expired()], ["CANCELED", "TIME_IN_FORCE"]],
  [
    "market order, book exhausted",
    { limitPrice: null },
    [some, expired("0.4")],
    ["COMPLETED", "TIME_IN_FORCE"],
  ],
  ["GTC that expired", {}, [some, expired("0.4")], ["CANCELED", "TIME_IN_FORCE"]],
  [
    "GTC expired by self-trade prevention",
    {},
    [some, prevented("0.4")],
    ["CANCELED", "SELF_TRADE_PREVENTION"],
  ],
  ["canceled by somebody else", {}, [canceled()], ["CANCELED", "EXTERNAL"]],
  [
    "canceled by the venue, with its reason",
    {},
    [canceled("0", "SELF_TRADE_PREVENTION")],
    ["CANCELED", "SELF_TRADE_PREVENTION"],
  ],
  ["canceled as asked", {}, [say.cancel(), canceled()], ["CANCELED", "REQUESTED"]],
  ["rejected on the stream", {}, [say.updated({ status: "REJECTED" })], ["FAILED", "REJECTED"]],
];

for (const [name, order, events, expected] of ENDINGS) {
  Deno.test(`intent ends: ${name}: ${expected.join(", ")}`, () => {
    assertEquals(end(after(open(order), ...events)), [...expected]);
  });
}

Deno.test("intent: onExternalCancel REPLACE places what is left again", () => {
  const next = after(open({ onExternalCancel: "REPLACE" }), some, canceled("0.4"));
  assertEquals([next.phase, sent(next)], ["PENDING.ready", ["ticket"]]);
  assertEquals(after(next, say.granted("c2")).attempts[1]?.amount, "0.6");
});

Deno.test("intent: what self-trade prevention expired follows onExternalCancel too", () => {
  const next = after(open({ onExternalCancel: "REPLACE" }), some, prevented("0.4"));
  assertEquals(next.phase, "PENDING.ready");
  assertEquals(after(open({ onExternalCancel: "PAUSE" }), prevented()).phase, "PENDING.paused");
});

Deno.test("intent: onExternalCancel PAUSE waits until resumed, then places what is left", () => {
  const paused = after(open({ onExternalCancel: "PAUSE" }), canceled());
  assertEquals([paused.phase, paused.deadlines], ["PENDING.paused", {}]);
  assertEquals(after(paused, say.verify()).phase, "PENDING.paused");
  const resumed = after(paused, say.resume());
  assertEquals([resumed.phase, sent(resumed)], ["PENDING.ready", ["ticket"]]);
});

Deno.test("intent: one resume ends one pause: the next attempt may be paused again", () => {
  const again = after(
    open({ onExternalCancel: "PAUSE" }),
    canceled(),
    say.resume(),
    say.granted("c2"),
    say.accepted(2, { exchangeOrderId: "x2" }),
    say.updated({ status: "CANCELED", exchangeOrderId: "x2" }, 2),
  );
  assertEquals(again.phase, "PENDING.paused");
});

Deno.test("intent: paused and canceled, it is CANCELED", () => {
  const context = after(open({ onExternalCancel: "PAUSE" }), canceled(), say.cancel());
  assertEquals(context.phase, "CANCELED");
});

Deno.test("intent: a stale read cannot reopen what ended", () => {
  const done = after(open(), canceled());
  const read = after(done, say.found({ status: "OPEN" }), say.updated({ status: "OPEN" }));
  assertEquals([read.phase, read.attempts[0]?.status], ["CANCELED", "CANCELED"]);
});

Deno.test("intent: what the stream rejected, an unknown answer does not put in doubt again", () => {
  const rejected = after(aContext(), say.granted(), say.updated({ status: "REJECTED" }));
  const answered = after(rejected, say.unknown());
  assertEquals([answered.phase, told(answered)], ["FAILED", []]);
  assertEquals(answered.attempts[0]?.outcome, "REJECTED");
});

Deno.test("intent: each event of the first day is told once", () => {
  const story = [
    say.granted(),
    say.accepted(),
    some,
    say.filled("t2", "0.6", { status: "FILLED", filled: decimal("1") }),
  ];
  let context = aContext();
  const events = story.flatMap((event) => {
    context = after(context, event);
    return told(context);
  });
  assertEquals(events, ["OrderSubmitted", "OrderAccepted", "OrderPartiallyFilled", "OrderFilled"]);
});

Deno.test("intent: an IOC that did what it could tells that it expired", () => {
  assertEquals(told(after(open({ timeInForce: "IOC" }), some, expired("0.4"))), ["OrderExpired"]);
});

Deno.test("intent: an attempt of unknown number changes nothing but what it fills", () => {
  const context = open();
  assertEquals(after(context, say.updated({ status: "CANCELED" }, 7)).phase, "ACTIVE.open");
  assertEquals(after(context, say.filled("t1", "0.4", null, 7)).filled, "0.4");
});
