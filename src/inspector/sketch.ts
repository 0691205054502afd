/**
 * What of a chart is drawn, before anything has a place. A machine whose states may all reach each
 * other has more edges than a picture can carry, so edges that say the same thing are drawn once:
 *
 * K1 Every edge of the chart that moves or acts is in exactly one wire, line or note. (The others
 *    only say that an event is not for this state.)
 * K2 Edges between the same two states share one wire with one label each.
 * K3 An edge that every state of a group has (all siblings, or all with one tag) is a line in its
 *    target, "any live: canceled"; the one from the sibling just before stays a wire, for the flow.
 */
import type { Chart, ChartEdge, ChartState } from "./chart.ts";
import type { EdgeId } from "./observation.ts";

/** Edges that share one piece of text. */
export interface SketchText {
  readonly text: string;
  readonly edges: readonly EdgeId[];
}

export interface SketchLine extends SketchText {
  /** `entry` acts on the way in, `inner` acts in place, `from` says who may come here. */
  readonly kind: "entry" | "inner" | "from";
}

export interface SketchBox {
  readonly id: string;
  readonly key: string;
  readonly parent: string;
  readonly depth: number;
  readonly leaf: boolean;
  readonly final: boolean;
  /** The child it starts in, for the dot that points at it. */
  readonly initial: string | null;
  readonly lines: readonly SketchLine[];
}

export interface SketchWire {
  /** `source>target`. */
  readonly id: string;
  readonly source: string;
  readonly target: string;
  readonly labels: readonly SketchText[];
}

export interface Sketch {
  /** The state the machine starts in. */
  readonly initial: string | null;
  readonly boxes: readonly SketchBox[];
  readonly wires: readonly SketchWire[];
  /** What holds in every state: transitions of the root that only act. */
  readonly notes: readonly SketchText[];
}

/** Longer boxes push everything apart; the list of transitions shows the rest. */
const LINES_MAX = 5;
/** Fewer edges than this are clearer as wires than as a line. */
const BUNDLE_MIN = 3;

export function sketch(chart: Chart): Sketch {
  const from: { readonly target: string; readonly line: SketchLine }[] = [];
  const direct: ChartEdge[] = [];
  for (const bundle of bundles(chart)) {
    const { line, rest } = factor(chart, bundle);
    if (line !== null) from.push({ target: bundle[0]?.target ?? "", line });
    direct.push(...rest);
  }
  return {
    initial: chart.states.find((state) => state.id === "")?.initial ?? null,
    boxes: chart.states.filter((state) => state.id !== "").map((state) => ({
      id: state.id,
      key: state.key,
      parent: state.parent ?? "",
      depth: state.id.split(".").length,
      leaf: !chart.states.some((other) => other.parent === state.id),
      final: state.kind === "final" || isEnd(chart, state),
      initial: state.initial,
      lines: cap([
        ...from.filter((entry) => entry.target === state.id).map((entry) => entry.line),
        ...state.entry.map((name) => ({ kind: "entry" as const, text: name, edges: [] })),
        ...inner(chart, state.id).map((text) => ({ kind: "inner" as const, ...text })),
      ]),
    })),
    wires: wires(direct),
    notes: inner(chart, ""),
  };
}

/** The words on an edge: an eventless one is named by its guard. */
export function edgeText(edge: Pick<ChartEdge, "event" | "kind" | "guard">): string {
  if (edge.kind === "always") return edge.guard ?? "always";
  return edge.guard === null ? edge.event : `${edge.event} [${edge.guard}]`;
}

/** A terminal state that still takes late facts is not `final` to XState, but is to a reader. */
function isEnd(chart: Chart, state: ChartState): boolean {
  return state.tags.includes("terminal") &&
    !chart.states.some((other) => other.parent === state.id);
}

/** Edges between states, by target and words. */
function bundles(chart: Chart): readonly (readonly ChartEdge[])[] {
  const byWords = new Map<string, ChartEdge[]>();
  for (const edge of chart.edges) {
    if (edge.target === null || edge.target === edge.source) continue;
    const key = `${edge.target}|${edgeText(edge)}`;
    const bundle = byWords.get(key);
    if (bundle === undefined) byWords.set(key, [edge]);
    else bundle.push(edge);
  }
  return [...byWords.values()];
}

interface Factored {
  readonly line: SketchLine | null;
  readonly rest: readonly ChartEdge[];
}

function factor(chart: Chart, bundle: readonly ChartEdge[]): Factored {
  const target = chart.states.find((state) => state.id === bundle[0]?.target);
  const first = bundle[0];
  if (target === undefined || first === undefined) return { line: null, rest: bundle };
  const own = bundle.filter((edge) => isWithin(target.id, edge.source));
  if (own.length > 0) {
    const line = fromLine(`any ${own[0]?.source}`.trimEnd(), own);
    return { line, rest: bundle.filter((edge) => !own.includes(edge)) };
  }
  const group = bundle.length < BUNDLE_MIN ? undefined : widestGroup(chart, bundle, target);
  if (group === undefined) return { line: null, rest: bundle };
  const siblings = chart.states.filter((state) => state.parent === target.parent);
  const before = siblings[siblings.findIndex((state) => state.id === target.id) - 1]?.id;
  const covered = bundle.filter((edge) => group.ids.has(edge.source) && edge.source !== before);
  return {
    line: fromLine(group.name, covered),
    rest: bundle.filter((edge) => !covered.includes(edge)),
  };
}

function fromLine(group: string, edges: readonly ChartEdge[]): SketchLine {
  const first = edges[0];
  const words = first === undefined ? "" : edgeText(first);
  return { kind: "from", text: `${group}: ${words}`, edges: edges.map((edge) => edge.id) };
}

/** The largest group of siblings all of which, the target aside, have an edge of the bundle. */
function widestGroup(chart: Chart, bundle: readonly ChartEdge[], target: ChartState) {
  const siblings = chart.states.filter((state) => state.parent === target.parent);
  const sources = new Set(bundle.map((edge) => edge.source));
  const tags = [...new Set(siblings.flatMap((state) => state.tags))];
  const candidates = [
    { name: "any", members: siblings },
    ...tags.map((tag) => ({
      name: `any ${tag}`,
      members: siblings.filter((state) => state.tags.includes(tag)),
    })),
  ];
  return candidates
    .map(({ name, members }) => ({
      name,
      ids: new Set(members.map((state) => state.id).filter((id) => id !== target.id)),
    }))
    .filter(({ ids }) => ids.size >= 2 && [...ids].every((id) => sources.has(id)))
    .sort((one, other) => other.ids.size - one.ids.size)[0];
}

function wires(edges: readonly ChartEdge[]): readonly SketchWire[] {
  const byPair = new Map<string, ChartEdge[]>();
  for (const edge of edges) {
    const key = `${edge.source}>${edge.target}`;
    const pair = byPair.get(key);
    if (pair === undefined) byPair.set(key, [edge]);
    else pair.push(edge);
  }
  return [...byPair].map(([id, pair]) => ({
    id,
    source: pair[0]?.source ?? "",
    target: pair[0]?.target ?? "",
    labels: cap(texts(pair, edgeText)),
  }));
}

/** Transitions that stay where they are: those doing the same thing share a line. */
function inner(chart: Chart, source: string): readonly SketchText[] {
  const edges = chart.edges.filter((edge) =>
    edge.source === source &&
    (edge.target === source || (edge.target === null && edge.actions.length > 0))
  );
  const byActions = new Map<string, ChartEdge[]>();
  for (const edge of edges) {
    const actions = edge.actions.join(", ") || "enters again";
    const same = byActions.get(actions);
    if (same === undefined) byActions.set(actions, [edge]);
    else same.push(edge);
  }
  return [...byActions].map(([actions, same]) => {
    const words = same.length > 2 ? `${same.length} events` : same.map(edgeText).join(", ");
    return { text: `${words} / ${actions}`, edges: same.map((edge) => edge.id) };
  });
}

function texts(
  edges: readonly ChartEdge[],
  words: (edge: ChartEdge) => string,
): readonly SketchText[] {
  const byText = new Map<string, EdgeId[]>();
  for (const edge of edges) {
    const ids = byText.get(words(edge));
    if (ids === undefined) byText.set(words(edge), [edge.id]);
    else ids.push(edge.id);
  }
  return [...byText].map(([text, ids]) => ({ text, edges: ids }));
}

function cap<T extends SketchText>(lines: readonly T[]): readonly T[] {
  if (lines.length <= LINES_MAX) return lines;
  const kept = lines.slice(0, LINES_MAX - 1);
  const rest = lines.slice(LINES_MAX - 1);
  const last = rest[0];
  if (last === undefined) return kept;
  return [...kept, {
    ...last,
    text: `${rest.length} more`,
    edges: rest.flatMap((line) => line.edges),
  }];
}

/** True if `id` lies inside `outer` (and is not `outer`); the root holds everything. */
function isWithin(id: string, outer: string): boolean {
  return id !== outer && (outer === "" || id.startsWith(`${outer}.`));
}
