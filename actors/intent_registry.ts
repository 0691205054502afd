/**
 * Supervises any number of intent actors in a Map: with 10,000 siblings in `snapshot.children` one
 * spawn costs 2.5 ms (actors.md), here 12 µs. A crash of a child arrives as `xstate.error.actor.*`
 * and is handed to the book, which decides; the siblings never notice.
 */
import {
  type Actor,
  type ActorLogic,
  type ActorSystem,
  type ActorSystemInfo,
  type AnyActorRef,
  createActor,
  type EventObject,
  type Snapshot,
} from "xstate";
import { assert } from "../src/model/assert.ts";
import type { IntentContext } from "../machines/intent_context.ts";
import type { intentMachine } from "../machines/intent.ts";
import { intentLogic, snapshotAt } from "../machines/intent_moves.ts";
import type { EdgeTap } from "./edge_tap.ts";

export type IntentActor = Actor<typeof intentMachine>;

export type RegistryEvent =
  | { readonly type: "spawn"; readonly id: string; readonly input: IntentContext }
  | { readonly type: "restore"; readonly id: string; readonly context: IntentContext }
  | { readonly type: "retire"; readonly id: string };

export type RegistrySnapshot = Snapshot<undefined>;

/** @param live holds the actors by intent id; the registry alone writes it. */
export function registryLogic(
  live: Map<string, IntentActor>,
  { tap, onCrash }: {
    readonly tap: EdgeTap;
    readonly onCrash: (id: string, error: unknown) => void;
  },
): ActorLogic<
  RegistrySnapshot,
  RegistryEvent,
  undefined,
  ActorSystem<ActorSystemInfo>,
  EventObject
> {
  const logic = intentLogic(tap.took);
  const start = (id: string, parent: AnyActorRef, how: object) => {
    assert(!live.has(id), `intent ${id} is not in the registry twice`);
    const options = { id, parent, src: "intent", ...how };
    // XState types `parent` away from createActor; a child spawned by hand needs it all the same.
    const actor = createActor(logic, options as unknown as { input: IntentContext });
    live.set(id, actor);
    actor.start();
    // XState keeps them for life, and reads them no more: a fifth of what a live intent weighs.
    Object.assign(actor.options, { input: undefined, snapshot: undefined });
  };
  return {
    getInitialSnapshot: () => ({ status: "active", output: undefined, error: undefined }),
    getPersistedSnapshot: (snapshot) => snapshot,
    transition(snapshot, event, { self, stopChild }) {
      switch (event.type) {
        case "spawn":
          start(event.id, self, { input: event.input });
          return snapshot;
        case "restore":
          start(event.id, self, { snapshot: snapshotAt(event.context) });
          return snapshot;
        case "retire": {
          const actor = live.get(event.id);
          if (actor !== undefined) stopChild(actor);
          live.delete(event.id);
          return snapshot;
        }
        default:
          return systemEvent(snapshot, event, live, { stopChild, onCrash });
      }
    },
  };
}

/** XState's own events are not in `RegistryEvent`; only these two matter here. */
function systemEvent(
  snapshot: RegistrySnapshot,
  event: EventObject,
  live: Map<string, IntentActor>,
  { stopChild, onCrash }: {
    stopChild: (ref: AnyActorRef) => void;
    onCrash: (id: string, error: unknown) => void;
  },
): RegistrySnapshot {
  if (event.type === "xstate.stop") {
    for (const actor of live.values()) stopChild(actor);
    live.clear();
    return { status: "stopped", output: undefined, error: undefined };
  }
  if (event.type.startsWith("xstate.error.actor.")) {
    const { actorId, error } = event as EventObject & { actorId: string; error: unknown };
    live.delete(actorId);
    onCrash(actorId, error);
  }
  return snapshot;
}
