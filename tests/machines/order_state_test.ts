import { assertEquals } from "@std/assert";
import type { ConditionType } from "../../src/model/intent.ts";
import { OrderStateSchema } from "../../src/model/intent.ts";
import { orderState } from "../../machines/order_state.ts";
import { decimal } from "../../src/model/decimal.ts";
import { aContext, aFill, say } from "./intent_builders.ts";
import { after, type ReachablePhase, STATES } from "./intent_states.ts";

for (const [phase, context] of Object.entries(STATES)) {
  Deno.test(`order state: of ${phase} is what the façade's schema says`, () => {
    const { attempts, ...state } = orderState(context());
    // The tests' short client ids are no ids of ours.
    const named = attempts.map((a) => ({ ...a, clientOrderId: "0".repeat(32) }));
    const clientOrderId = state.clientOrderId === null ? null : "0".repeat(32);
    OrderStateSchema.parse({ ...state, clientOrderId, attempts: named });
    assertEquals(state.state, phase);
    assertEquals(state.reconciliationStatus as string, phase.split(".")[0]);
  });
}

const condition = (phase: ReachablePhase, type: ConditionType) => {
  const found = orderState(STATES[phase]()).conditions.find((c) => c.type === type);
  return `${found?.status} ${found?.reason}`;
};

const CONDITIONS: readonly (readonly [ReachablePhase, ConditionType, string])[] = [
  ["PENDING.ready", "Admitted", "Unknown Queued"],
  ["PENDING.ready", "Working", "False NeverSent"],
  ["SUBMITTING.inFlight", "Working", "Unknown NotProven"],
  ["SUBMITTING.inFlight", "OutcomeKnown", "Unknown InFlight"],
  ["SUBMITTING.inDoubt", "OutcomeKnown", "False InDoubt"],
  ["ACTIVE.open", "Admitted", "True CapsPassed"],
  ["ACTIVE.open", "Working", "True LiveAtVenue"],
  ["ACTIVE.open", "Synced", "True UpToDate"],
  ["RECONCILING.amending", "Synced", "False Changing"],
  ["RECONCILING.resolving", "Working", "Unknown NotReadSince"],
  ["RECONCILING.resolving", "OutcomeKnown", "False Resolving"],
  ["COMPLETED", "Completed", "True Ended"],
  ["CANCELED", "Working", "False Ended"],
  ["FAILED", "Working", "False NeverLived"],
];

for (const [phase, type, expected] of CONDITIONS) {
  Deno.test(`order state: ${phase} is ${type} ${expected}`, () => {
    assertEquals(condition(phase, type), expected);
  });
}

Deno.test("order state: a condition keeps the time it last changed", () => {
  const at = (context: ReturnType<typeof aContext>) =>
    orderState(context).conditions.find(({ type }) => type === "Working")?.lastTransitionAt;
  const open = after(aContext(), say.granted(), say.accepted(1, {}, 2_000));
  assertEquals(at(open), 2_000);
  assertEquals(at(after(open, say.filled("t1", "0.1", null, 1, 3_000))), 2_000);
});

Deno.test("order state: the average price and the fees are those of the fills", () => {
  const context = after(
    aContext(),
    say.granted(),
    say.accepted(),
    say.trades([
      aFill("t1", "0.2", { price: decimal("100") }),
      aFill("t2", "0.2", { price: decimal("101") }),
      aFill("t3", "0.1", { fee: { asset: "BNB", amount: decimal("0.5") } }),
    ]),
  );
  const { averagePrice, fees, filledAmount, filledQuote, remainingAmount } = orderState(context);
  assertEquals([averagePrice, filledAmount, filledQuote, remainingAmount], [
    decimal("100.4"),
    decimal("0.5"),
    decimal("50.2"),
    decimal("0.5"),
  ]);
  assertEquals(fees, { BTC: decimal("0.002"), BNB: decimal("0.5") });
});

Deno.test("order state: an overfill leaves no negative remainder", () => {
  const context = after(aContext(), say.granted(), say.accepted(), say.filled("t1", "1.5"));
  assertEquals(orderState(context).remainingAmount, decimal("0"));
});

Deno.test("order state: what the machine keeps for itself is not shown", () => {
  const [attempt] = orderState(STATES["RECONCILING.canceling"]()).attempts;
  for (const own of ["cancelFor", "amendTo", "stale", "endCause"]) {
    assertEquals(own in (attempt ?? {}), false);
  }
});
