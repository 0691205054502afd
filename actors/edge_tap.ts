/** Remembers the last edge every watched actor took: what the inspector marks. */
import type { AnyActorRef, InspectionEvent } from "xstate";

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
  readonly #last = new WeakMap<AnyActorRef, TakenEdge>();

  /** Given to `createActor`. It runs inside the actors' own turn, so it must not throw. */
  readonly inspect = (event: InspectionEvent): void => {
    if (event.type !== "@xstate.microstep") return;
    const transitions = event._transitions;
    for (let i = transitions.length - 1; i >= 0; i--) {
      const taken = transitions[i];
      if (taken?.target === undefined || taken.target.length === 0) continue;
      this.#last.set(event.actorRef as AnyActorRef, taken); // only actors take microsteps
      return;
    }
  };

  last(actor: AnyActorRef): TakenEdge | undefined {
    return this.#last.get(actor);
  }
}
