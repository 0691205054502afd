/** A chart as Mermaid text, for documents. */
import type { Chart, ChartState } from "./chart.ts";
import { edgeText } from "./sketch.ts";

/** A `stateDiagram-v2` with every state and every edge that leads somewhere; edges are merged. */
export function toMermaid(chart: Chart): string {
  const lines = ["stateDiagram-v2"];
  const write = (parent: ChartState, indent: string): void => {
    const initial = parent.initial;
    if (initial !== null) lines.push(`${indent}[*] --> ${name(initial)}`);
    for (const state of chart.states.filter((other) => other.parent === parent.id)) {
      if (chart.states.some((other) => other.parent === state.id)) {
        lines.push(`${indent}state "${state.key}" as ${name(state.id)} {`);
        write(state, `${indent}  `);
        lines.push(`${indent}}`);
      } else {
        lines.push(`${indent}state "${state.key}" as ${name(state.id)}`);
      }
    }
  };
  const root = chart.states.find((state) => state.parent === null);
  if (root !== undefined) write(root, "  ");
  const pairs = new Map<string, string[]>();
  for (const edge of chart.edges) {
    if (edge.target === null || edge.source === "") continue;
    const pair = `${name(edge.source)} --> ${name(edge.target)}`;
    pairs.set(pair, [...pairs.get(pair) ?? [], edgeText(edge)]);
  }
  for (const [pair, words] of pairs) lines.push(`  ${pair}: ${[...new Set(words)].join(", ")}`);
  return `${lines.join("\n")}\n`;
}

/** Mermaid reads a dot as the end of a name. */
function name(id: string): string {
  return id.replaceAll(".", "_");
}
