import { assertEquals } from "@std/assert";
import type { IntentContext } from "../../machines/intent_context.ts";
import type { IntentEvent } from "../../machines/intent_events.ts";
import { decimal } from "../../src/model/decimal.ts";
import { aContext, aFill, say } from "./intent_builders.ts";
import { after } from "./intent_states.ts";

/** Every event that a story tells, in order. */
function told(context: IntentContext, ...story: readonly IntentEvent[]): readonly string[] {
  let known = context;
  return story.flatMap((event) => {
    known = after(known, event);
    return known.effects.events.map(({ type }) => type);
  });
}

const amendable = () => aContext({}, { amendInPlace: true });
const priced = say.modify({ limitPrice: decimal("101") });
const gone = say.updated({ status: "CANCELED" });

const STORIES: readonly (readonly [
  string,
  IntentContext,
  readonly IntentEvent[],
  readonly string[],
])[] = [
  ["canceled before it began", aContext(), [say.verify(), say.cancel()], ["OrderCanceled"]],
  ["denied", aContext(), [say.verify(), say.denied()], ["OrderDenied"]],
  ["refused", aContext(), [say.granted(), say.refused()], ["OrderSubmitted", "OrderRejected"]],
  [
    "in doubt and found",
    aContext(),
    [say.granted(), say.unknown(), say.found()],
    ["OrderSubmitted", "OrderOutcomeUnknown", "OrderOutcomeResolved", "OrderAccepted"],
  ],
  [
    "in doubt and proven absent",
    aContext({ onAbsent: "FAIL" }),
    [say.granted(), say.unknown(), say.absent(50_000), say.absent(50_001)],
    ["OrderSubmitted", "OrderOutcomeUnknown", "OrderOutcomeResolved"],
  ],
  [
    "amended",
    amendable(),
    [say.granted(), say.accepted(), priced, say.amended(2, { limitPrice: decimal("101") })],
    ["OrderSubmitted", "OrderAccepted", "OrderModified"],
  ],
  [
    "replaced",
    aContext(),
    [say.granted(), say.accepted(), priced, gone, say.granted("c2"), say.accepted(2)],
    ["OrderSubmitted", "OrderAccepted", "OrderSubmitted", "OrderAccepted", "OrderModified"],
  ],
  [
    "expired",
    aContext({ timeInForce: "IOC" }),
    [say.granted(), say.accepted(), say.updated({ status: "EXPIRED" })],
    ["OrderSubmitted", "OrderAccepted", "OrderExpired"],
  ],
];

for (const [name, context, story, expected] of STORIES) {
  Deno.test(`order events: ${name}: ${expected.join(", ")}`, () => {
    assertEquals(told(context, ...story), expected);
  });
}

Deno.test("order events: of several fills only the last one can complete the order", () => {
  const context = after(aContext(), say.granted(), say.accepted());
  const fills = [aFill("t1", "0.4"), aFill("t2", "0.6")];
  assertEquals(told(context, say.trades(fills)), ["OrderPartiallyFilled", "OrderFilled"]);
});

Deno.test("order events: a submitted order tells the client order id before it is sent", () => {
  const context = after(aContext(), say.granted("c7", 9_000));
  const [submitted] = context.effects.events;
  assertEquals(submitted?.payload["clientOrderId"], "c7");
  assertEquals(submitted?.payload["deadline"], 9_000);
});

Deno.test("order events: a turn that changes nothing tells nothing", () => {
  const context = after(aContext(), say.granted(), say.accepted());
  assertEquals(told(context, say.updated(), say.resume(), say.granted("c2")), []);
});
