import { assert, assertEquals } from "@std/assert";
import fc from "fast-check";
import { step } from "../../machines/step.ts";
import { compare, decimal } from "../../src/model/decimal.ts";
import { aContext, POLICY, say } from "./intent_builders.ts";
import { after, STATES } from "./intent_states.ts";
import { isOver, SmallVenue } from "./small_venue.ts";

const actions = fc.array(
  fc.tuple(
    fc.constantFrom("modify" as const, "trade" as const, "cancel" as const, "deliver" as const),
    fc.nat(9),
  ),
  { maxLength: 30, size: "max" },
);

Deno.test("cancel: however it crosses fills, modifies and answers, nothing lives afterwards", () => {
  fc.assert(
    fc.property(actions, fc.boolean(), fc.boolean(), (script, amendInPlace, byClientId) => {
      const policy = { amendInPlace, cancelByClientOrderId: byClientId };
      const venue = new SmallVenue(aContext({ onExternalCancel: "REPLACE" }, policy));
      for (const [kind, n] of script) {
        if (kind === "modify") venue.modify({ limitPrice: decimal(`${100 + n}`) });
        else if (kind === "trade") venue.trade(decimal(`${(n + 1) / 20}`));
        else if (kind === "cancel") venue.cancel();
        else venue.deliver(n);
      }
      venue.cancel();
      venue.settle();
      assert(isOver(venue.context), venue.context.phase);
      assertEquals(venue.live(), [], "nothing is left at the venue");
      assertEquals(venue.context.filled, venue.filled, "and every trade is booked");
      assert(compare(venue.filled, decimal("1")) <= 0);
      assert(venue.liveMax <= 1);
    }),
    { seed: 20_261_121, numRuns: 400 },
  );
});

Deno.test("cancel: after it is asked for, no attempt ever starts", () => {
  const venue = new SmallVenue(aContext({ onExternalCancel: "REPLACE" }));
  venue.settle();
  venue.modify({ limitPrice: decimal("101") });
  venue.cancel();
  venue.settle();
  assertEquals([venue.submits, venue.context.phase], [1, "CANCELED"]);
});

Deno.test("cancel: before the acknowledgement it goes by client id at once", () => {
  const flight = after(aContext(), say.granted(), say.cancel());
  assertEquals(flight.effects.commands.map(({ type }) => type), ["cancel"]);
  assertEquals(flight.phase, "RECONCILING.canceling");
});

Deno.test("cancel: where the venue needs its own id, it waits for the acknowledgement", () => {
  const flight = after(aContext({}, { cancelByClientOrderId: false }), say.granted(), say.cancel());
  assertEquals(flight.effects.commands, []);
  const known = step(flight, say.accepted());
  assertEquals(known.effects.commands.map(({ type }) => type), ["cancel"]);
});

Deno.test("cancel: not found before the acknowledgement proves nothing, it is sent again", () => {
  let context = after(aContext(), say.granted(), say.cancel(), say.cancelNotFound());
  assertEquals(context.phase, "RECONCILING.canceling");
  context = step(context, say.accepted());
  const due = context.deadlines.cancel;
  assert(due !== undefined);
  const again = step(context, say.passed("cancel", due));
  assertEquals(again.effects.commands.map(({ type }) => type), ["cancel"]);
});

Deno.test("cancel: it is repeated until the venue says that the order has ended", () => {
  let context = STATES["RECONCILING.canceling"]();
  let sent = 0;
  for (let round = 0; round < 6; round++) {
    context = step(context, { ...say.canceled(), at: 10_000 + round * 20_000 });
    const due = context.deadlines.cancel;
    assert(due !== undefined, "a cancel that was taken proves nothing");
    context = step(context, say.passed("cancel", due));
    sent += context.effects.commands.filter(({ type }) => type === "cancel").length;
    assertEquals(context.phase, "RECONCILING.canceling");
  }
  assertEquals(sent, 6);
  assertEquals(step(context, say.updated({ status: "CANCELED" })).phase, "CANCELED");
});

Deno.test("cancel: a fill that crosses it counts, and a complete one completes", () => {
  const canceling = STATES["RECONCILING.canceling"]();
  const part = after(canceling, say.filled("t1", "0.4"), say.updated({ status: "CANCELED" }));
  assertEquals([part.phase, part.filled], ["CANCELED", decimal("0.4")]);
  const whole = { status: "FILLED", filled: decimal("1") } as const;
  const all = after(canceling, say.filled("t1", "1", whole));
  assertEquals(all.phase, "COMPLETED");
});

Deno.test("cancel: the quantity in the venue's word is not booked, its trades are", () => {
  const told = after(
    STATES["RECONCILING.canceling"](),
    say.updated({ status: "CANCELED", filled: decimal("0.4") }),
  );
  assertEquals([told.phase, told.filled], ["RECONCILING.resolving", decimal("0")]);
});

Deno.test("watched: refused by its code, the intent is FAILED at once", () => {
  const failed = after(aContext(), say.granted(), say.refused());
  assertEquals([failed.phase, failed.cause], ["FAILED", "INSUFFICIENT_FUNDS"]);
});

for (
  const [how, event] of [
    ["a late answer", say.accepted()],
    ["the stream", say.updated()],
    ["a listing", say.found()],
  ] as const
) {
  Deno.test(`watched: accepted after all (${how}), it is revived, canceled, and flagged`, () => {
    const revived = after(aContext(), say.granted(), say.refused(), event);
    assertEquals(revived.phase, "RECONCILING.canceling");
    assertEquals(revived.effects.drift, "DuplicateExecution");
    assert(revived.effects.commands.some(({ type }) => type === "cancel"));
    const gone = after(revived, say.updated({ status: "CANCELED" }));
    assertEquals([gone.phase, gone.cause], ["CANCELED", "REVIVED"]);
    assertEquals(gone.attemptCount, 1, "nothing follows it");
  });
}

Deno.test("watched: what filled of the second copy counts, whatever the first was told", () => {
  const filled = after(
    aContext(),
    say.granted(),
    say.refused(),
    say.filled("t1", "0.4", { status: "PARTIALLY_FILLED", filled: decimal("0.4") }),
    say.updated({ status: "CANCELED", filled: decimal("0.4") }),
  );
  assertEquals([filled.phase, filled.filled], ["CANCELED", decimal("0.4")]);
});

Deno.test("watched: a refused attempt holds the next one back until no copy can land", () => {
  const waiting = after(
    aContext(),
    say.granted("c1", 8_000),
    say.modify({ limitPrice: decimal("101") }),
    say.refused(),
  );
  assertEquals(waiting.phase, "RECONCILING.resolving", "the newer generation waits");
  const early = after(waiting, say.absent(7_000), say.absent(8_000 + POLICY.proofAfterMs));
  assertEquals(early.attemptCount, 1, "before the bound an absence proves nothing");
  const from = 8_000 + POLICY.proofAfterMs + 1;
  const free = after(early, say.absent(from), say.absent(from + 1));
  assertEquals(free.phase, "PENDING.ready");
  const lands = after(early, say.updated());
  assertEquals(lands.attempts[0]?.outcome, "ACCEPTED", "a copy that lands is adopted instead");
});
