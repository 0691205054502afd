import { assertEquals, assertThrows } from "@std/assert";
import fc from "fast-check";
import { type Actor, createActor, type InspectionEvent } from "xstate";
import { edgeName, EdgeTap, type TakenEdge } from "../../actors/edge_tap.ts";
import { intentMachine, stateName } from "../../machines/intent.ts";
import { intentLogic } from "../../machines/intent_moves.ts";
import type { IntentContext } from "../../machines/intent_context.ts";
import { aContext, say } from "./intent_builders.ts";
import { choices, startContext, starts, Walk } from "./intent_walk.ts";

type IntentActor = Actor<typeof intentMachine>;

/** An actor on the remembered moves, and the last edge it told. */
function remembered(input: IntentContext): { readonly actor: IntentActor; readonly tap: EdgeTap } {
  const tap = new EdgeTap(null);
  return { actor: createActor(intentLogic(tap.took), { input }).start(), tap };
}

/** The same on the chart itself. */
function charted(input: IntentContext): { readonly actor: IntentActor; readonly tap: EdgeTap } {
  const tap = new EdgeTap(null);
  const inspect = (event: InspectionEvent) => tap.inspect(event);
  return { actor: createActor(intentMachine, { input, inspect }).start(), tap };
}

function shown({ actor, tap }: { readonly actor: IntentActor; readonly tap: EdgeTap }): object {
  const { context, status, value, tags, error, output, historyValue } = actor.getSnapshot();
  const edge: TakenEdge | undefined = tap.last(actor);
  return {
    snapshot: { context, status, value, tags: [...tags], error, output, historyValue },
    nodes: actor.getSnapshot()._nodes.map(({ id }) => id).sort(),
    edge: edge === undefined ? null : edgeName(edge),
  };
}

Deno.test("intent moves: any walk goes where the chart itself leads, by the same edges", () => {
  fc.assert(
    fc.property(starts, choices, (start, walk) => {
      const input = startContext(start);
      const [ours, theirs] = [remembered(input), charted(input)];
      assertEquals(shown(ours), shown(theirs));
      const steps = new Walk();
      for (const choice of walk) {
        const event = steps.next(theirs.actor.getSnapshot().context, choice);
        ours.actor.send(event);
        theirs.actor.send(event);
        assertEquals(shown(ours), shown(theirs), event.type);
      }
    }),
    { seed: 20_261_121, numRuns: 300 },
  );
});

Deno.test("intent moves: a decision the chart has no edge for leaves the state where it was", () => {
  const { actor } = remembered({ ...aContext(), phase: "PENDING.waitingParent" });
  const { value, context } = actor.getSnapshot();
  assertEquals(stateName(value), "PENDING.ready");
  assertEquals(context.phase, "PENDING.waitingParent");
});

Deno.test("intent moves: XState's own events are XState's: a stopped actor is stopped", () => {
  const { actor } = remembered(aContext());
  actor.stop();
  assertEquals(actor.getSnapshot().status, "stopped");
  actor.send(say.cancel(2_000));
  assertEquals(actor.getSnapshot().context.intent.desired, "WORKING");
});

Deno.test("intent moves: an intent without a context does not start", () => {
  const { getInitialSnapshot } = intentLogic(() => {});
  assertThrows(() => getInitialSnapshot({} as never, undefined as never), TypeError);
});
