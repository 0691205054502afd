/** Which edges of a chart a set of walks has taken, and the names of those that none has. */
import type { AnyStateMachine, AnyStateNode } from "xstate";

interface Edge {
  readonly source: AnyStateNode;
  readonly eventType: string;
  readonly target: readonly AnyStateNode[] | undefined;
}

/** Every transition of the chart, its root's and its `always` included. */
export function edgesOf(machine: AnyStateMachine): readonly Edge[] {
  const edges: Edge[] = [];
  const visit = (node: AnyStateNode): void => {
    edges.push(...[...node.transitions.values()].flat(), ...(node.always ?? []));
    for (const child of Object.values(node.states)) visit(child);
  };
  visit(machine.root);
  return edges;
}

export function edgeText({ source, eventType, target }: Edge): string {
  const to = (target ?? []).map((node) => node.path.join(".")).join(", ");
  return `${source.path.join(".") || "(any)"} ── ${eventType || "always"} ──▶ ${to || "stays"}`;
}

/** Collects the edges that actors take; give `inspect` to their `createActor`. */
export class Cover {
  readonly #taken = new Set<unknown>();

  readonly inspect = (event: { readonly type: string }): void => {
    if (event.type !== "@xstate.microstep") return;
    // Microsteps alone carry the transition definitions they took.
    const { _transitions } = event as unknown as { readonly _transitions: readonly unknown[] };
    for (const transition of _transitions) this.#taken.add(transition);
  };

  /** Words for every edge that nobody took. */
  missing(machine: AnyStateMachine): readonly string[] {
    return edgesOf(machine).filter((edge) => !this.#taken.has(edge)).map(edgeText);
  }
}
