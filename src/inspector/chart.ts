/**
 * A machine as plain JSON: what is needed to draw it and nothing that lives. The page never sees an
 * XState type, so that the library can be changed in one place.
 */
import type { EdgeId } from "./observation.ts";

export type StateKind = "atomic" | "compound" | "parallel" | "final" | "history";
export type EdgeKind = "event" | "after" | "always" | "done" | "error";

export interface ChartState {
  /** Keys from the root joined by dots, `ACTIVE.open`; the root itself is the empty string. */
  readonly id: string;
  readonly key: string;
  readonly parent: string | null;
  readonly kind: StateKind;
  readonly initial: string | null;
  readonly tags: readonly string[];
  readonly description: string | null;
  readonly entry: readonly string[];
  readonly exit: readonly string[];
}

export interface ChartEdge {
  /** {@linkcode edgeId} of its source, event and place among the transitions of that pair. */
  readonly id: EdgeId;
  readonly source: string;
  /** Null: the transition stays where it is and only acts. */
  readonly target: string | null;
  readonly event: string;
  readonly kind: EdgeKind;
  readonly guard: string | null;
  readonly actions: readonly string[];
}

export interface Chart {
  readonly name: string;
  readonly version: string;
  /** Parents before children. */
  readonly states: readonly ChartState[];
  readonly edges: readonly ChartEdge[];
}

/** `index` counts the transitions of one source and one event in the order they are tried. */
export function edgeId(source: string, eventType: string, index: number): EdgeId {
  return `${source}|${eventType}|${index}`;
}

/**
 * Walks a machine made by `setup().createMachine()`.
 *
 * @param name what the observation port calls it.
 * @throws {TypeError} if it is not a machine.
 */
export function toChart(name: string, machine: unknown): Chart {
  const root = (machine as { readonly root?: NodeShape } | null)?.root;
  if (root === undefined || typeof root.key !== "string" || !(root.transitions instanceof Map)) {
    throw new TypeError(`Cannot draw machine "${name}": it has no root state`);
  }
  const version = (machine as { readonly version?: unknown }).version;
  const states: ChartState[] = [];
  const edges: ChartEdge[] = [];
  visit(root, null, states, edges);
  return { name, version: typeof version === "string" ? version : "", states, edges };
}

/** What is read of XState's state nodes; everything else of them is its own business. */
interface NodeShape {
  readonly key: string;
  readonly path: readonly string[];
  readonly type: StateKind;
  readonly tags?: readonly string[];
  readonly description?: string;
  readonly entry: readonly unknown[];
  readonly exit: readonly unknown[];
  readonly initial?: { readonly target?: readonly NodeShape[] };
  readonly states: Readonly<Record<string, NodeShape>>;
  readonly transitions: ReadonlyMap<string, readonly TransitionShape[]>;
  readonly always?: readonly TransitionShape[];
}

interface TransitionShape {
  readonly target?: readonly NodeShape[];
  readonly guard?: unknown;
  readonly actions: readonly unknown[];
}

const idOf = (node: NodeShape): string => node.path.join(".");

function visit(
  node: NodeShape,
  parent: string | null,
  states: ChartState[],
  edges: ChartEdge[],
): void {
  const id = idOf(node);
  const initial = node.type === "compound" ? node.initial?.target?.[0] : undefined;
  states.push({
    id,
    key: node.key,
    parent,
    kind: node.type,
    initial: initial === undefined ? null : idOf(initial),
    tags: node.tags ?? [],
    description: node.description ?? null,
    entry: actionNames(node.entry),
    exit: actionNames(node.exit),
  });
  for (const [event, transitions] of node.transitions) addEdges(id, event, transitions, edges);
  if (node.always !== undefined) addEdges(id, "", node.always, edges);
  for (const child of Object.values(node.states)) visit(child, id, states, edges);
}

function addEdges(
  source: string,
  event: string,
  transitions: readonly TransitionShape[],
  edges: ChartEdge[],
): void {
  transitions.forEach((transition, index) => {
    const named = nameEvent(event);
    edges.push({
      id: edgeId(source, event, index),
      source,
      target: transition.target?.[0] === undefined ? null : idOf(transition.target[0]),
      event: named.text,
      kind: named.kind,
      guard: transition.guard === undefined ? null : nameOf(transition.guard),
      actions: actionNames(transition.actions),
    });
  });
}

/** Timers and invocations reach a machine as events with names of XState's making. */
function nameEvent(type: string): { readonly kind: EdgeKind; readonly text: string } {
  if (type === "") return { kind: "always", text: "always" };
  const after = /^xstate\.after\.([^.]+)\./.exec(type);
  if (after !== null) return { kind: "after", text: `after ${after[1]}` };
  if (type.startsWith("xstate.done.")) return { kind: "done", text: "done" };
  if (type.startsWith("xstate.error.")) return { kind: "error", text: "error" };
  return { kind: "event", text: type };
}

function actionNames(actions: readonly unknown[]): readonly string[] {
  // `after` compiles to a raise and a cancel: they are the timer, not something the author wrote.
  return actions.map(nameOf).filter((name) => name !== "raise" && name !== "cancel");
}

function nameOf(part: unknown): string {
  if (typeof part === "string") return part;
  const typed = part as { readonly type?: unknown; readonly name?: unknown };
  if (typeof typed.type === "string") return typed.type.replace(/^xstate\./, "");
  return typeof typed.name === "string" && typed.name !== "" ? typed.name : "inline";
}
