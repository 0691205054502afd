/** One context per state of the intent machine, each reached by the events that lead there. */
import { type Actor, createActor, type SnapshotFrom } from "xstate";
import { intentMachine, stateName, stateValue } from "../../machines/intent.ts";
import { type IntentContext, NO_EFFECTS, type Phase } from "../../machines/intent_context.ts";
import type { IntentEvent } from "../../machines/intent_events.ts";
import { step } from "../../machines/step.ts";
import { decimal } from "../../src/model/decimal.ts";
import { aContext, say } from "./intent_builders.ts";

/** Runs events through the pure step; what the last one produced lies in `effects`. */
export function after(context: IntentContext, ...events: readonly IntentEvent[]): IntentContext {
  return events.reduce(step, context);
}

/** As the machine's own snapshot, at rest in the state that the context names. */
export function restored(context: IntentContext): SnapshotFrom<typeof intentMachine> {
  // A Phase names states of this machine only.
  const value = stateValue(context.phase) as "COMPLETED";
  const rested = { ...context, effects: NO_EFFECTS };
  return intentMachine.resolveState({ value, context: rested });
}

/** The real actor, resting where the context says. */
export function actorAt(context: IntentContext): Actor<typeof intentMachine> {
  return createActor(intentMachine, { snapshot: restored(context), input: context }).start();
}

export function stateOf(actor: Actor<typeof intentMachine>): string {
  return stateName(actor.getSnapshot().value);
}

const at100 = { limitPrice: decimal("100") };
const at101 = { limitPrice: decimal("101") };

/** Built in full each time: contexts are immutable, but a test may want its own. */
export const STATES: Readonly<Record<ReachablePhase, () => IntentContext>> = {
  "PENDING.ready": () => after(aContext(), say.verify()),
  "PENDING.paused": () =>
    after(
      aContext({ onExternalCancel: "PAUSE" }),
      say.granted(),
      say.accepted(),
      say.updated({ status: "CANCELED" }),
    ),
  "SUBMITTING.inFlight": () => after(aContext(), say.granted()),
  "SUBMITTING.inDoubt": () => after(aContext(), say.granted(), say.unknown()),
  "ACTIVE.open": () => after(aContext(), say.granted(), say.accepted()),
  "ACTIVE.partiallyFilled": () =>
    after(aContext(), say.granted(), say.accepted(), say.filled("t1", "0.4")),
  "RECONCILING.amending": () =>
    after(
      aContext(at100, { amendInPlace: true }),
      say.granted(),
      say.accepted(),
      say.modify(at101),
    ),
  "RECONCILING.canceling": () => after(aContext(), say.granted(), say.accepted(), say.cancel()),
  "RECONCILING.replacing": () =>
    after(aContext(at100), say.granted(), say.accepted(), say.modify(at101)),
  "RECONCILING.resolving": () => after(aContext(), say.granted(), say.accepted(), say.verify()),
  COMPLETED: () =>
    after(
      aContext(),
      say.granted(),
      say.accepted(),
      say.filled("t1", "1", { status: "FILLED", filled: decimal("1") }),
    ),
  CANCELED: () =>
    after(
      aContext(),
      say.granted(),
      say.accepted(),
      say.cancel(),
      say.updated({ status: "CANCELED" }),
    ),
  FAILED: () => after(aContext(), say.granted(), say.refused()),
};

/** The states that exist today; waiting for a parent or a trigger is yet to come. */
export type ReachablePhase = Exclude<Phase, "PENDING.waitingParent" | "PENDING.waitingTrigger">;
