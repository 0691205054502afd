/** Remembers the last edge every watched actor took: what the inspector marks. */
import type { AnyActorRef, InspectionEvent } from "xstate";
import type { Clock } from "../src/model/clock.ts";
import type { EpochMs } from "../src/model/scalars.ts";

/** The part of a transition definition that names an edge of the chart. */
export interface TakenEdge {
  readonly source: {
    readonly path: readonly string[];
    readonly transitions: ReadonlyMap<string, readonly unknown[]>;
    readonly always?: readonly unknown[] | undefined;
  };
  readonly eventType: string;
}

/** `source|eventType|index`: how the chart numbers the transitions of one state for one event. */
export function edgeName(taken: TakenEdge): string {
  const { source, eventType } = taken;
  const siblings = eventType === "" ? source.always : source.transitions.get(eventType);
  return `${source.path.join(".")}|${eventType}|${siblings?.indexOf(taken) ?? -1}`;
}

export class EdgeTap {
  /** Grows with every edge taken: what a watcher compares to stay idle. */
  taken = 0;
  readonly #clock: Clock | null;

  /** @param clock stamps every edge; null where the state carries its own time (intents) */
  constructor(clock: Clock | null) {
    this.#clock = clock;
  }

  /** Given to `createActor`. It runs inside the actors' own turn, so it must not throw. */
  readonly inspect = (event: InspectionEvent): void => {
    if (event.type !== "@xstate.microstep") return;
    const transitions = event._transitions;
    for (let i = transitions.length - 1; i >= 0; i--) {
      const edge = transitions[i];
      if (edge?.target === undefined || edge.target.length === 0) continue;
      return this.took(event.actorRef, edge); // only actors take microsteps
    }
  };

  /** Of logic that tells its edges itself. */
  readonly took = (actor: object, edge: TakenEdge): void => {
    this.taken += 1;
    const marked = actor as Marked;
    marked[LAST] = edge;
    if (this.#clock !== null) marked[SINCE] = this.#clock.now();
  };

  last(actor: AnyActorRef): TakenEdge | undefined {
    return (actor as Marked)[LAST];
  }

  /** When it took its last edge; undefined before the first, and without a clock. */
  since(actor: AnyActorRef): EpochMs | undefined {
    return (actor as Marked)[SINCE];
  }
}

// Kept on the actor itself: a WeakMap of 10,000 live actors doubles what starting one costs, since
// every collection of garbage goes through all of it.
const LAST = Symbol("last edge");
const SINCE = Symbol("since");

type Marked = AnyActorRef & { [LAST]?: TakenEdge; [SINCE]?: EpochMs };
