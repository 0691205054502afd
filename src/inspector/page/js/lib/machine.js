/** Charts of the machines, fetched once each, and questions about them. */
import { signal } from "./core.js";
import { ask } from "./link.js";

const kept = new Map();

/** @returns a signal: undefined while it loads, null if it cannot be drawn. */
export function machine(name) {
  let known = kept.get(name);
  if (known === undefined) {
    known = signal(undefined);
    kept.set(name, known);
    load(name, known);
  }
  return known;
}

async function load(name, known) {
  try {
    const answer = await ask(`machines/${encodeURIComponent(name)}`);
    const drawn = await answer.json();
    known.value = { ...drawn, edges: new Map(drawn.chart.edges.map((edge) => [edge.id, edge])) };
  } catch {
    known.value = null;
    kept.delete(name); // the next look asks again
  }
}

/** Ids of the states that are lit for "ACTIVE.open" or "free ∥ flowing", outer ones included. */
export function activeStates(chart, state) {
  const lit = new Set();
  for (const part of state.split(/\s*[∥|,]\s*/)) {
    const exact = chart.states.find((one) => one.id === part);
    const found = exact ?? chart.states.find((one) => one.id.endsWith(`.${part}`));
    for (let id = found?.id; id; id = id.includes(".") ? id.slice(0, id.lastIndexOf(".")) : "") {
      lit.add(id);
    }
  }
  return lit;
}

/** The lit states that have no lit state inside. */
export function innermost(lit) {
  return [...lit].filter((id) => ![...lit].some((other) => other.startsWith(`${id}.`)));
}

/**
 * The edge an actor says it took last. An eventless one may be named `always`, and an index that
 * is not known means the first of its kind: marked a shade too early is better than not at all.
 */
export function takenEdge(drawn, id) {
  if (!id) return null;
  const name = drawn.chart.name;
  const own = (id.startsWith(`${name}.`) ? id.slice(name.length + 1) : id).replace(
    "|always|",
    "||",
  );
  const exact = drawn.edges.get(own);
  if (exact) return exact;
  const stem = own.slice(0, own.lastIndexOf("|") + 1);
  return drawn.chart.edges.find((edge) => edge.id.startsWith(stem)) ?? null;
}

/**
 * Every transition that could be taken from here, innermost first. A state that answers an event
 * without a condition, or refuses it, leaves nothing of it to the states around.
 */
export function outgoing(chart, lit) {
  const depth = (id) => (id === "" ? 0 : id.split(".").length);
  const settled = new Map();
  return chart.edges
    .filter((edge) => edge.source === "" || lit.has(edge.source))
    .sort((one, other) => depth(other.source) - depth(one.source))
    .filter((edge) => {
      if (edge.kind === "always") return edge.target !== null;
      const at = settled.get(edge.event);
      if (at !== undefined && at !== edge.source) return false;
      if (edge.guard === null) settled.set(edge.event, edge.source);
      return edge.target !== null;
    });
}

/** The words of an edge, as the chart writes them. */
export function edgeWords(edge) {
  if (edge.kind === "always") return edge.guard ?? "always";
  return edge.guard === null ? edge.event : `${edge.event} [${edge.guard}]`;
}
