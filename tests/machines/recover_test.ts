import { assert, assertEquals } from "@std/assert";
import type { IntentContext } from "../../machines/intent_context.ts";
import { NO_EFFECTS, NO_WORK } from "../../machines/intent_context.ts";
import { recover, toStored } from "../../machines/recover.ts";
import { after, type ReachablePhase, STATES } from "./intent_states.ts";
import { aContext, POLICY, say } from "./intent_builders.ts";

/** Through JSON, as the store keeps it. */
function restart(context: IntentContext): IntentContext {
  const stored = JSON.parse(JSON.stringify(toStored(context)));
  return recover(stored, { intent: context.intent, policy: POLICY, phase: context.phase });
}

/** No attempt → PENDING; never known live → inDoubt; known live → resolving (order-safety). */
const AFTER_RESTART: Readonly<Record<ReachablePhase, string>> = {
  "PENDING.ready": "PENDING.ready",
  "PENDING.paused": "PENDING.paused",
  "SUBMITTING.inFlight": "SUBMITTING.inDoubt",
  "SUBMITTING.inDoubt": "SUBMITTING.inDoubt",
  "ACTIVE.open": "RECONCILING.resolving",
  "ACTIVE.partiallyFilled": "RECONCILING.resolving",
  "RECONCILING.amending": "RECONCILING.resolving",
  "RECONCILING.canceling": "RECONCILING.resolving",
  "RECONCILING.replacing": "RECONCILING.resolving",
  "RECONCILING.resolving": "RECONCILING.resolving",
  COMPLETED: "COMPLETED",
  CANCELED: "CANCELED",
  FAILED: "FAILED",
};

for (const [phase, expected] of Object.entries(AFTER_RESTART)) {
  Deno.test(`restart: ${phase} comes back as ${expected}`, () => {
    const context = restart(STATES[phase as ReachablePhase]()); // the table's own keys
    assertEquals(context.phase, expected);
    assertEquals([context.work, context.effects], [NO_WORK, NO_EFFECTS], "requests are void");
  });
}

Deno.test("restart: what it knew survives the store", () => {
  const before = STATES["ACTIVE.partiallyFilled"]();
  const context = restart(before);
  assertEquals([context.filled, context.fees], [before.filled, before.fees]);
  assertEquals(context.intent, before.intent);
  assertEquals(context.attempts[0]?.exchangeOrderId, "x1");
});

Deno.test("restart: a canceled intent that was resolving goes on canceling", () => {
  const context = after(restart(STATES["RECONCILING.canceling"]()), say.verify());
  assertEquals(context.phase, "RECONCILING.canceling");
  assertEquals(context.effects.commands.map((c) => c.type), ["cancel", "lookup"]);
});

Deno.test("restart: a replacement goes on where it was, break before make", () => {
  const context = after(restart(STATES["RECONCILING.replacing"]()), say.verify());
  assertEquals([context.phase, context.attemptCount], ["RECONCILING.replacing", 1]);
});

Deno.test("restart: a submit that was in flight is looked up, not sent again", () => {
  const context = after(restart(STATES["SUBMITTING.inFlight"]()), say.verify());
  assertEquals(context.effects.commands.map((c) => c.type), ["lookup"]);
  assertEquals(context.attempts[0]?.clientOrderId, "c1", "by the stored id");
});

Deno.test("restart: reads before it prove nothing after it", () => {
  const once = after(STATES["SUBMITTING.inDoubt"](), say.absent(50_000));
  assertEquals(once.absentReads, 1);
  assertEquals(restart(once).absentReads, 0);
});

Deno.test("restart: what only a person can tell stays so", () => {
  const context = after(aContext(), say.granted(), say.unknown(), say.absent(90_000_000));
  assert(restart(context).indeterminate);
});

Deno.test("restart: a revived order that is being canceled still goes, and nothing follows", () => {
  const revived = after(STATES.FAILED(), say.updated());
  const context = after(restart(revived), say.verify());
  assertEquals(context.phase, "RECONCILING.canceling");
  assertEquals(context.attempts[0]?.cancelFor, "revived");
});
