import { assertEquals, assertStringIncludes, assertThrows } from "@std/assert";
import { edgeId, toChart } from "../../src/inspector/chart.ts";
import { toMermaid } from "../../src/inspector/mermaid.ts";
import { sketch } from "../../src/inspector/sketch.ts";
import { intentMachine } from "../../machines/intent.ts";
import { sampleConnection, sampleMachine } from "./sample_machine.ts";

Deno.test("chart: a state has its path, its tags, its first child and its entry actions", () => {
  const chart = toChart("intent", sampleMachine);
  const submitting = chart.states.find((state) => state.id === "SUBMITTING");
  assertEquals(submitting?.initial, "SUBMITTING.inFlight");
  assertEquals(submitting?.kind, "compound");
  const inFlight = chart.states.find((state) => state.id === "SUBMITTING.inFlight");
  assertEquals(inFlight?.parent, "SUBMITTING");
  assertEquals(inFlight?.entry, ["makeAttempt", "requestSubmit"]);
  const inDoubt = chart.states.find((state) => state.id === "SUBMITTING.inDoubt");
  assertEquals(inDoubt?.tags, ["uncertain"]);
});

Deno.test("chart: an edge is named by its source, its event and its place among those", () => {
  const chart = toChart("intent", sampleMachine);
  const filled = chart.edges.filter((edge) =>
    edge.source === "ACTIVE" && edge.event === "order.filled"
  );
  assertEquals(filled.map((edge) => edge.id), [
    edgeId("ACTIVE", "order.filled", 0),
    edgeId("ACTIVE", "order.filled", 1),
  ]);
  assertEquals(filled[0]?.guard, "fillsAll");
  assertEquals(filled[0]?.actions, ["bookFill"]);
  assertEquals(filled[1]?.target, "ACTIVE.partiallyFilled");
});

Deno.test("chart: eventless transitions of the intent machine are numbered on their own", () => {
  const chart = toChart("intent", intentMachine);
  const [first] = chart.edges.filter((edge) => edge.source === "ACTIVE" && edge.kind === "always");
  assertEquals(first?.id, "ACTIVE||0");
});

Deno.test("chart: what is no machine is refused by name", () => {
  assertThrows(() => toChart("ghost", {}), TypeError, 'Cannot draw machine "ghost"');
  assertThrows(() => toChart("ghost", null), TypeError);
});

for (
  const [name, machine] of [
    ["sample", sampleMachine],
    ["connection", sampleConnection],
    ["intent", intentMachine],
  ] as const
) {
  Deno.test(`sketch: every edge of ${name} that moves or acts is drawn exactly once`, () => {
    const chart = toChart(name, machine);
    const { boxes, wires, notes } = sketch(chart);
    const drawn = [
      ...boxes.flatMap((box) => box.lines),
      ...wires.flatMap((wire) => wire.labels),
      ...notes,
    ].flatMap((text) => text.edges);
    const expected = chart.edges
      .filter((edge) => edge.target !== null || edge.actions.length > 0)
      .map((edge) => edge.id);
    assertEquals([...drawn].sort(), [...expected].sort());
  });
}

Deno.test("sketch: events between the same two states share one wire", () => {
  const { wires } = sketch(toChart("intent", sampleMachine));
  const doubt = wires.find((wire) => wire.id === "SUBMITTING.inFlight>SUBMITTING.inDoubt");
  assertEquals(doubt?.labels.map((label) => label.text), ["submit.unknown", "deadline.passed"]);
});

Deno.test("sketch: what every live state may do is a line in its target, not five wires", () => {
  const { boxes, wires } = sketch(toChart("intent", intentMachine));
  const canceled = boxes.find((box) => box.id === "CANCELED");
  assertEquals(canceled?.lines.map((line) => line.text), ["any live: canceled"]);
  assertEquals(wires.filter((wire) => wire.target === "CANCELED"), []);
});

Deno.test("mermaid: every state is there, and edges of a pair share a line", () => {
  const text = toMermaid(toChart("intent", sampleMachine));
  assertStringIncludes(text, "stateDiagram-v2\n  [*] --> PENDING\n");
  assertStringIncludes(text, '    state "inDoubt" as SUBMITTING_inDoubt\n');
  assertStringIncludes(text, "  ACTIVE --> CANCELED: order.canceled, order.expired\n");
});
