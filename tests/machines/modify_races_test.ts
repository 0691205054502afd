import { assert, assertEquals } from "@std/assert";
import fc from "fast-check";
import { hasEnded } from "../../machines/attempts.ts";
import { exposureBounds } from "../../machines/order_state.ts";
import { add, compare, decimal } from "../../src/model/decimal.ts";
import { aContext, say } from "./intent_builders.ts";
import { after, STATES } from "./intent_states.ts";
import { choices, startContext, starts, Walk } from "./intent_walk.ts";
import { isOver, SmallVenue } from "./small_venue.ts";
import { step } from "../../machines/step.ts";

const at = (limitPrice: string) => ({ limitPrice: decimal(limitPrice) });
const RUNS = { seed: 20_261_121, numRuns: 400 } as const;

type Action = readonly ["modify" | "trade" | "deliver" | "others", number];

const actions = fc.array(
  fc.tuple(
    fc.constantFrom("modify" as const, "trade" as const, "deliver" as const, "deliver" as const),
    fc.nat(9),
  ),
  { maxLength: 40, size: "max" },
);

function play(venue: SmallVenue, script: readonly Action[]): void {
  for (const [kind, n] of script) {
    if (kind === "modify") venue.modify(at(`${100 + n}`));
    else if (kind === "trade") venue.trade(decimal(`${(n + 1) / 20}`));
    else if (kind === "others") venue.cancelByOthers();
    else venue.deliver(n);
  }
}

for (const amendInPlace of [true, false]) {
  const how = amendInPlace ? "amended in place" : "replaced";
  Deno.test(`modify: however answers, fills and modifies cross, the newest wins (${how})`, () => {
    fc.assert(
      fc.property(actions, (script) => {
        const venue = new SmallVenue(aContext({}, { amendInPlace }));
        play(venue, script);
        venue.settle();
        const { context } = venue;
        assertEquals(context.filled, venue.filled, "all that filled is booked, and nothing else");
        assert(venue.liveMax <= 1, "never two live orders");
        assert(compare(venue.filled, context.intent.order.amount) <= 0, "never overfilled");
        if (isOver(context)) return assertEquals(context.phase, "COMPLETED");
        if (context.refusedGeneration !== null) return; // the order had just filled: told, not lost
        const [live] = venue.live();
        assertEquals(live?.order.limitPrice, context.intent.order.limitPrice);
        assertEquals(context.attempts.at(-1)?.generation, context.intent.generation);
        assertEquals(add(context.filled, exposureBounds(context).possiblyLive), decimal("1"));
      }),
      RUNS,
    );
  });
}

Deno.test("modify: a burst while one is on its way costs two requests, not one each", () => {
  const venue = new SmallVenue(aContext({}, { amendInPlace: true }));
  venue.settle();
  let amends = 0;
  for (let i = 1; i <= 50; i++) {
    venue.modify(at(`${100 + i}`));
    amends += venue.context.effects.commands.filter(({ type }) => type === "amend").length;
  }
  assertEquals(amends, 1, "the others wait for its answer");
  venue.settle();
  assertEquals(venue.live()[0]?.order.limitPrice, decimal("150"));
  assertEquals(venue.context.intent.generation, 51);
  assertEquals(venue.context.attempts.at(-1)?.generation, 51);
});

Deno.test("modify: a burst where the venue cannot amend costs one replacement", () => {
  const venue = new SmallVenue(aContext());
  venue.settle();
  for (let i = 1; i <= 50; i++) venue.modify(at(`${100 + i}`));
  venue.settle();
  assertEquals([venue.submits, venue.live()[0]?.order.limitPrice], [2, decimal("150")]);
});

Deno.test("modify: observedGeneration follows what the venue has, never what is wanted", () => {
  const context = after(STATES["ACTIVE.open"](), say.modify(at("101")));
  assertEquals([context.intent.generation, context.attempts.at(-1)?.generation], [2, 1]);
  assertEquals(context.conditions.Synced?.slice(0, 2), ["False", "Changing"]);
});

Deno.test("modify: filled between the cancel and its proof, only the true remainder follows", () => {
  const venue = new SmallVenue(aContext());
  venue.settle();
  venue.trade(decimal("0.3"));
  venue.modify(at("101"));
  venue.settle();
  const [old, replacement] = venue.orders;
  assertEquals([old?.order.filled, replacement?.order.amount], [decimal("0.3"), decimal("0.7")]);
});

Deno.test("modify: the replacement waits while an earlier attempt owes trades", () => {
  const owing = after(
    aContext(),
    say.granted("c1", 5_000),
    say.notSent("HELD"),
    say.granted("c2", 5_000),
    say.updated({ status: "CANCELED", filled: decimal("0.4") }, 1),
    say.notSent("HELD", 2),
  );
  assertEquals(owing.phase, "RECONCILING.resolving", "0.4 filled unseen: not there to fill again");
  assert(owing.effects.commands.every(({ type }) => type !== "ticket"));
  const bounds = exposureBounds(owing);
  assertEquals([bounds.minFilled, bounds.maxFilled], [decimal("0"), decimal("0.4")]);
});

Deno.test("modify: beside an order that lives unexpectedly nothing is placed and nothing grows", () => {
  const stray = after(
    aContext({}, { amendInPlace: true }),
    say.granted("c1", 5_000),
    say.notSent("HELD"),
    say.granted("c2", 5_000),
    say.accepted(2, { exchangeOrderId: "x2" }),
    say.updated({ exchangeOrderId: "x1" }, 1),
  );
  const modified = step(stray, say.modify({ amount: decimal("2") }));
  const types = modified.effects.commands.map(({ type }) => type);
  assert(!types.includes("amend") && !types.includes("ticket"), `${types}`);
  const gone = step(modified, say.updated({ exchangeOrderId: "x1", status: "CANCELED" }, 1));
  assertEquals(gone.effects.commands.map(({ type }) => type), ["amend"], "it follows then");
});

Deno.test("modify: a new attempt never exceeds the amount less all that may have filled (S2)", () => {
  fc.assert(
    fc.property(starts, choices, (start, walk) => {
      let context = startContext(start);
      const steps = new Walk();
      for (const choice of walk) {
        const before = context;
        context = step(before, steps.next(before, choice));
        if (context.attemptCount === before.attemptCount) continue;
        const { amount } = context.attempts.at(-1)!;
        const worst = add(amount, exposureBounds(before).maxFilled);
        assert(compare(worst, before.intent.order.amount) <= 0, `${amount} beside ${worst}`);
      }
    }),
    RUNS,
  );
});

Deno.test("modify: while the outcome of the first is unknown it waits, and the next is the newest", () => {
  const doubt = after(STATES["SUBMITTING.inDoubt"](), say.modify(at("101")), say.modify(at("102")));
  assertEquals(doubt.phase, "SUBMITTING.inDoubt", "a modify never shortens the wait");
  const found = after(doubt, say.found());
  assertEquals(found.phase, "RECONCILING.replacing");
  const next = after(found, say.updated({ status: "CANCELED" }), say.granted("c2"));
  assertEquals([next.attempts.at(-1)?.limitPrice, next.attempts.at(-1)?.generation], [
    decimal("102"),
    3,
  ]);
});

for (const policy of ["ACCEPT", "REPLACE", "PAUSE"] as const) {
  Deno.test(`onExternalCancel ${policy}: a modify under way is a wish to go on all the same`, () => {
    const venue = new SmallVenue(aContext({ onExternalCancel: policy }));
    venue.settle();
    venue.modify(at("101"));
    venue.cancelByOthers();
    venue.settle();
    assertEquals(venue.live()[0]?.order.limitPrice, decimal("101"));
    assertEquals(venue.liveMax, 1);
  });
}

for (
  const [policy, phase, orders] of [
    ["ACCEPT", "CANCELED", 1],
    ["REPLACE", "ACTIVE.open", 2],
    ["PAUSE", "PENDING.paused", 1],
  ] as const
) {
  Deno.test(`onExternalCancel ${policy}: canceled by somebody else it is ${phase}`, () => {
    const venue = new SmallVenue(aContext({ onExternalCancel: policy }));
    venue.settle();
    venue.trade(decimal("0.4"));
    venue.cancelByOthers();
    venue.settle();
    assertEquals([venue.context.phase.replace("partiallyFilled", "open"), venue.orders.length], [
      phase,
      orders,
    ]);
    const left = venue.live()[0]?.order.amount ?? decimal("0");
    assertEquals(left, decimal(orders === 2 ? "0.6" : "0"), "exactly what is left");
    assert(venue.context.attempts.slice(0, -1).every(hasEnded));
  });
}

Deno.test("onExternalCancel PAUSE: resumed, exactly the rest is placed", () => {
  const venue = new SmallVenue(aContext({ onExternalCancel: "PAUSE" }));
  venue.settle();
  venue.trade(decimal("0.4"));
  venue.cancelByOthers();
  venue.settle();
  venue.tell(say.resume(venue.at));
  venue.settle();
  assertEquals(venue.live()[0]?.order.amount, decimal("0.6"));
});
