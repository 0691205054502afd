/**
 * Gives every box and wire of a sketch a place. ELK does the work; several of its directions are
 * tried, because which one is legible depends on the machine and on the room there is.
 */
import ELK from "elkjs";
import type { Sketch, SketchBox, SketchText, SketchWire } from "./sketch.ts";

export interface Rect {
  readonly x: number;
  readonly y: number;
  readonly w: number;
  readonly h: number;
}

export type LaidBox = SketchBox & Rect;

export interface LaidWire extends SketchWire {
  readonly points: readonly (readonly [x: number, y: number])[];
  readonly label: Rect | null;
}

export interface Layout {
  readonly width: number;
  readonly height: number;
  readonly boxes: readonly LaidBox[];
  readonly wires: readonly LaidWire[];
  readonly initial: string | null;
  readonly notes: readonly SketchText[];
}

/** One for a pane about as wide as high, one for a wide pane; the page takes what fits better. */
export interface Layouts {
  readonly tall: Layout;
  readonly wide: Layout;
}

/** The panes at 1280×720: beside the list, and with the list folded. Pixels. */
const TALL: readonly [number, number] = [600, 560];
const WIDE: readonly [number, number] = [880, 460];

// Widths in pixels at the sizes the style sheet sets: the mono face is exact, the sans one an
// upper bound, so that text fits without asking a browser.
const MONO = 6.65;
const SANS = 7.5;
const LINE = 15;
const HEAD = 28;
const LABEL_LINE = 14;

/** @throws {Error} if ELK lays none of the directions out. */
export async function layoutBoth(sketched: Sketch): Promise<Layouts> {
  const tried: Layout[] = [];
  for (const [outer, inner] of directions(sketched)) {
    // ELK fails on some graphs in some directions; one that works is enough.
    const laid = await layout(sketched, { outer, inner }).catch(() => null);
    if (laid !== null) tried.push(laid);
  }
  const tall = best(tried, TALL);
  const wide = best(tried, WIDE);
  if (tall === undefined || wide === undefined) {
    throw new Error(
      `Cannot lay out the chart: no direction works for ${sketched.boxes.length} boxes`,
    );
  }
  return { tall, wide };
}

type Direction = "DOWN" | "RIGHT";

/** Turning the direction inside a state is compact; ELK then routes no edge across its border. */
function directions(sketched: Sketch): readonly (readonly [Direction, Direction])[] {
  const parents = new Map(sketched.boxes.map((box) => [box.id, box.parent]));
  const crosses = sketched.wires.some((wire) =>
    parents.get(wire.source) !== parents.get(wire.target)
  );
  const straight = [["DOWN", "DOWN"], ["RIGHT", "RIGHT"]] as const;
  return crosses ? straight : [["DOWN", "RIGHT"], ["RIGHT", "DOWN"], ...straight];
}

function best(tried: readonly Layout[], room: readonly [number, number]): Layout | undefined {
  const scale = (laid: Layout) => Math.min(room[0] / laid.width, room[1] / laid.height, 1);
  return [...tried].sort((one, other) => scale(other) - scale(one))[0];
}

interface ElkNode {
  id: string;
  x?: number;
  y?: number;
  width?: number;
  height?: number;
  children?: ElkNode[];
  edges?: ElkEdge[];
  layoutOptions?: Record<string, string>;
}

interface ElkPoint {
  readonly x: number;
  readonly y: number;
}

interface ElkEdge {
  id: string;
  sources: string[];
  targets: string[];
  labels: { id: string; text: string; width: number; height: number; x?: number; y?: number }[];
  sections?: { startPoint: ElkPoint; endPoint: ElkPoint; bendPoints?: ElkPoint[] }[];
}

interface ElkEngine {
  layout(graph: ElkNode): Promise<ElkNode>;
}

let engine: ElkEngine | undefined;

async function layout(
  sketched: Sketch,
  direction: { readonly outer: Direction; readonly inner: Direction },
): Promise<Layout> {
  // The bundle's types describe a namespace where its one export is the class itself.
  engine ??= new (ELK as unknown as new () => ElkEngine)();
  const turned = direction.outer !== direction.inner;
  const graph: ElkNode = {
    id: "$",
    children: children(sketched, "", turned ? direction.inner : null),
    edges: [...sketched.wires.map(toEdge), ...anchors(sketched)],
    layoutOptions: {
      ...SPACING,
      "elk.direction": direction.outer,
      "elk.hierarchyHandling": turned ? "SEPARATE_CHILDREN" : "INCLUDE_CHILDREN",
      "elk.json.edgeCoords": "ROOT",
      "elk.json.shapeCoords": "ROOT",
      "elk.padding": "[top=6,left=24,bottom=6,right=6]",
    },
  };
  return collect(sketched, await engine.layout(graph));
}

const SPACING: Readonly<Record<string, string>> = {
  "elk.algorithm": "layered",
  "elk.edgeRouting": "ORTHOGONAL",
  "elk.layered.cycleBreaking.strategy": "DEPTH_FIRST",
  "elk.layered.nodePlacement.strategy": "BRANDES_KOEPF",
  "elk.layered.considerModelOrder.strategy": "NODES_AND_EDGES",
  "elk.edgeLabels.inline": "true",
  "elk.spacing.nodeNode": "16",
  "elk.spacing.edgeNode": "12",
  "elk.spacing.edgeEdge": "10",
  "elk.spacing.edgeLabel": "2",
  "elk.spacing.labelLabel": "4",
  "elk.layered.spacing.nodeNodeBetweenLayers": "9",
  "elk.layered.spacing.edgeNodeBetweenLayers": "8",
  "elk.layered.spacing.edgeEdgeBetweenLayers": "9",
};

/** @param own the direction inside of groups, where it differs from the one around them */
function children(sketched: Sketch, parent: string, own: Direction | null): ElkNode[] {
  return sketched.boxes.filter((box) => box.parent === parent).map((box) => {
    const width = boxWidth(box);
    const head = HEAD + (box.lines.length === 0 ? 0 : box.lines.length * LINE + 2);
    if (box.leaf) return { id: box.id, width, height: head + 2 };
    return {
      id: box.id,
      children: children(sketched, box.id, own),
      layoutOptions: {
        ...(own === null ? {} : { ...SPACING, "elk.direction": own }),
        // Left of the first state there is room for the dot that marks it.
        "elk.padding": `[top=${head + 4},left=28,bottom=11,right=12]`,
        "elk.nodeSize.constraints": "MINIMUM_SIZE",
        "elk.nodeSize.minimum": `(${width},${head + 20})`,
      },
    };
  });
}

function boxWidth(box: SketchBox): number {
  const lines = box.lines.map((line) => line.text.length * MONO + 34);
  return Math.ceil(Math.max(64, box.key.length * SANS + 26, ...lines));
}

function toEdge(wire: SketchWire): ElkEdge {
  const longest = Math.max(...wire.labels.map((label) => label.text.length));
  return {
    id: wire.id,
    sources: [wire.source],
    targets: [wire.target],
    labels: [{
      id: `${wire.id}#`,
      text: wire.id,
      width: Math.ceil(longest * MONO) + 8,
      height: wire.labels.length * LABEL_LINE + 4,
    }],
  };
}

/**
 * A box no wire touches would be put first. It is where some path ends, so an edge that is not
 * drawn hangs it below the last sibling that is on a path.
 */
function anchors(sketched: Sketch): ElkEdge[] {
  const sources = new Set(sketched.wires.map((wire) => wire.source));
  const wired = new Set([...sources, ...sketched.wires.map((wire) => wire.target)]);
  return sketched.boxes.filter((box) => !wired.has(box.id)).flatMap((box) => {
    const siblings = sketched.boxes.filter((other) => other.parent === box.parent);
    const before = siblings.slice(0, siblings.indexOf(box)).findLast((one) => sources.has(one.id));
    if (before === undefined) return [];
    // Its label, not drawn either, makes it as long as its neighbours: the ends stand in one row.
    const labels = [{ id: `${box.id}~#`, text: "-", width: 8, height: LABEL_LINE + 4 }];
    return [{ id: `${box.id}~`, sources: [before.id], targets: [box.id], labels }];
  });
}

function collect(sketched: Sketch, graph: ElkNode): Layout {
  const nodes = new Map<string, ElkNode>();
  const edges = new Map<string, ElkEdge>();
  const walk = (node: ElkNode): void => {
    nodes.set(node.id, node);
    for (const edge of node.edges ?? []) edges.set(edge.id, edge);
    for (const child of node.children ?? []) walk(child);
  };
  walk(graph);
  return {
    width: Math.ceil(graph.width ?? 0),
    height: Math.ceil(graph.height ?? 0),
    boxes: sketched.boxes.map((box) => ({ ...box, ...rectOf(nodes.get(box.id)) })),
    wires: sketched.wires.map((wire) => {
      const edge = edges.get(wire.id);
      const label = edge?.labels[0];
      return { ...wire, points: pointsOf(edge), label: label === undefined ? null : rectOf(label) };
    }),
    initial: sketched.initial,
    notes: sketched.notes,
  };
}

function rectOf(placed: Omit<ElkNode, "id"> | undefined): Rect {
  const round = (value: number | undefined) => Math.round((value ?? 0) * 2) / 2;
  return {
    x: round(placed?.x),
    y: round(placed?.y),
    w: round(placed?.width),
    h: round(placed?.height),
  };
}

function pointsOf(edge: ElkEdge | undefined): readonly (readonly [number, number])[] {
  const round = (value: number) => Math.round(value * 2) / 2;
  return (edge?.sections ?? []).flatMap((section) =>
    [section.startPoint, ...(section.bendPoints ?? []), section.endPoint].map((point) =>
      [round(point.x), round(point.y)] as const
    )
  );
}
