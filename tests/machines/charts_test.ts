import { assert, assertEquals } from "@std/assert";
import type { AnyStateMachine, AnyStateNode } from "xstate";
import { connectionMachine } from "../../machines/connection.ts";
import { exchangeMachine } from "../../machines/exchange.ts";
import { intentMachine } from "../../machines/intent.ts";
import { kernelMachine } from "../../machines/kernel.ts";
import { requestsMachine } from "../../machines/requests.ts";

const MACHINES: Readonly<Record<string, AnyStateMachine>> = {
  connection: connectionMachine,
  exchange: exchangeMachine,
  intent: intentMachine,
  kernel: kernelMachine,
  requests: requestsMachine,
};

/** The opening comment of a machine's file, where its chart is drawn. */
async function headerOf(name: string): Promise<string> {
  const text = await Deno.readTextFile(new URL(`../../machines/${name}.ts`, import.meta.url));
  return text.slice(0, text.indexOf("*/"));
}

function statesOf(machine: AnyStateMachine): readonly AnyStateNode[] {
  const visit = (node: AnyStateNode): AnyStateNode[] =>
    Object.values(node.states).flatMap((child) => [child, ...visit(child)]);
  return visit(machine.root);
}

for (const [name, machine] of Object.entries(MACHINES)) {
  Deno.test(`charts: the header of machines/${name}.ts names every top state`, async () => {
    const header = await headerOf(name);
    const missing = Object.keys(machine.root.states).filter((state) => !has(header, state));
    assertEquals(missing, []);
  });

  Deno.test(`charts: ${name} has a version, a bound on microsteps and no final state`, () => {
    assert(machine.version !== undefined && machine.version !== "");
    assert((machine.options?.maxIterations ?? Infinity) <= 100);
    for (const state of statesOf(machine)) assert(state.type !== "final", state.id);
  });

  Deno.test(`charts: every guard of ${name} is named, so that the inspector can show it`, () => {
    for (const state of [machine.root, ...statesOf(machine)]) {
      const edges = [...[...state.transitions.values()].flat(), ...(state.always ?? [])];
      for (const { guard } of edges) {
        if (guard === undefined) continue;
        const type = typeof guard === "object" && "type" in guard ? guard.type : guard;
        assertEquals(typeof type, "string");
      }
    }
  });
}

Deno.test("charts: what the header of the intent machine draws are its states and guards", async () => {
  const header = await headerOf("intent");
  const drawn = header.match(/```text([\s\S]*?)```/)?.[1] ?? "";
  const names = drawn.match(/[A-Za-z]+/g) ?? [];
  const guards = new Set(Object.keys(intentMachine.implementations.guards));
  const known = new Set([...Object.keys(intentMachine.states), ...guards, "ended"]);
  assertEquals(names.filter((name) => !known.has(name)), []);
});

Deno.test("charts: what the header of the exchange machine draws are its states", async () => {
  const header = await headerOf("exchange");
  const drawn = header.match(/```text([\s\S]*?)```/)?.[1] ?? "";
  const names = (drawn.match(/[a-z]+/g) ?? []).filter((word) => !WORDS.has(word));
  assertEquals(new Set(names), new Set(Object.keys(exchangeMachine.states)));
});

/** Words between the states of a drawing. */
const WORDS: ReadonlySet<string> = new Set(["from", "anywhere"]);

function has(header: string, state: string): boolean {
  return new RegExp(`\\b${state}\\b`).test(header);
}
