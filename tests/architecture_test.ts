/**
 * The rules of the code that a compiler does not check: who may import whom, what pure code must
 * not touch, how long things may get. Exceptions are listed here with their reasons, nowhere else.
 */
import { assertEquals } from "@std/assert";
import { supervisionTable } from "../machines/supervision.ts";
import { type ModuleEdge, moduleGraph, pathsUnder } from "./architecture/graph.ts";
import { readFacts, type SourceFacts, sourceFacts } from "./architecture/source.ts";

interface Layer {
  /** Paths of its files start with this; the longest match decides. */
  readonly layer: string;
  /** Path prefixes it may import from, beside itself. */
  readonly from: readonly string[];
  /** Packages it may import, `node:` modules among them. */
  readonly packages: readonly string[];
}

const EXCHANGE_PORT = "src/exchanges/exchange.ts";
const STORE_PORT = "src/stores/store.ts";
const FAÇADE = "src/model/facade.ts";

/** From the inside out; what is not named is not allowed. */
const LAYERS: readonly Layer[] = [
  // The façade's filters are the store's: one vocabulary for both, types only.
  { layer: FAÇADE, from: ["src/model/", STORE_PORT], packages: [] },
  { layer: "src/model/oversight.ts", from: ["src/model/", STORE_PORT], packages: [] },
  { layer: "src/model/", from: [], packages: ["zod", "decimal.js", "node:crypto"] },
  { layer: "src/system/", from: ["src/model/"], packages: ["node:timers"] },
  { layer: "machines/", from: ["src/model/"], packages: ["xstate"] },
  {
    layer: "actors/",
    from: ["machines/", "src/model/", EXCHANGE_PORT, STORE_PORT, "src/inspector/observation.ts"],
    packages: ["xstate"],
  },
  {
    layer: "src/telemetry/",
    from: ["src/model/"],
    packages: ["@logtape/logtape", "@logtape/redaction"],
  },
  { layer: "src/stores/", from: ["src/model/"], packages: ["zod", "node:sqlite"] },
  { layer: "src/exchanges/", from: ["src/model/"], packages: ["zod"] },
  {
    layer: "src/exchanges/paper/",
    // A feed with a seed makes its own randomness; an account that outlives the process, its file.
    from: ["src/model/", "src/exchanges/", "src/system/seeded_random.ts"],
    packages: ["zod", "node:sqlite"],
  },
  {
    layer: "src/exchanges/ccxt/",
    from: ["src/model/", "src/exchanges/"],
    // node:module finds the curve library that ccxt itself has loaded.
    packages: ["ccxt", "zod", "node:crypto", "node:module"],
  },
  // What an adapter from outside is put through; it knows the port and nothing behind it.
  {
    layer: "src/conformance/",
    from: ["src/model/", EXCHANGE_PORT, STORE_PORT],
    packages: ["zod"],
  },
  // Its own target: an exchange's sandbox through the adapters there are.
  {
    layer: "src/conformance/live.ts",
    from: ["src/conformance/", "src/model/", "src/exchanges/"],
    packages: [],
  },
  // A program of its own: it brings the real clock and randomness.
  {
    layer: "src/conformance/main.ts",
    from: ["src/conformance/", "src/model/", "src/system/"],
    packages: ["commander"],
  },
  // Both show and read secrets, and must cut them out the same way.
  { layer: "src/config/", from: ["src/model/", "src/telemetry/"], packages: ["yaml", "zod"] },
  {
    layer: "src/api/",
    from: ["src/model/", "src/telemetry/", STORE_PORT],
    packages: ["hono", "zod", "node:crypto"],
  },
  { layer: "src/inspector/", from: ["src/model/"], packages: ["elkjs", "hono"] },
  {
    layer: "src/testnet/",
    from: ["src/model/", "src/exchanges/paper/"],
    packages: ["commander", "zod", "node:buffer", "node:crypto", "node:http", "node:net"],
  },
  // Starts that program, and waits in real time for it to listen.
  {
    layer: "src/testnet/local.ts",
    from: ["src/testnet/", "src/model/", "src/system/clock.ts"],
    packages: [],
  },
  // A program of its own: it brings the real clock and randomness.
  {
    layer: "src/testnet/main.ts",
    from: ["src/testnet/", "src/model/", "src/system/", "src/exchanges/paper/"],
    packages: ["commander"],
  },
  {
    layer: "src/cli/",
    // Processes of their own: they bring the real clock, and the demo asks the testnet for the
    // truth.
    from: [
      "mod.ts",
      "src/model/",
      "src/config/",
      "src/telemetry/",
      "src/api/",
      "src/inspector/",
      "src/system/",
      "src/testnet/",
    ],
    packages: ["commander", "yaml", "zod"],
  },
  // The composition root names everything concrete.
  { layer: "src/identity.ts", from: ["src/model/", STORE_PORT], packages: ["node:crypto"] },
  {
    layer: "src/kernel_observation.ts",
    from: ["machines/", "actors/", "src/"],
    packages: ["xstate"],
  },
  { layer: "src/compose", from: ["machines/", "actors/", "src/"], packages: [] },
  { layer: "mod.ts", from: ["machines/", "actors/", "src/"], packages: [] },
];

/** May use time, timers and randomness directly: they are what the ports stand in front of. */
const AMBIENT_ALLOWED: Readonly<Record<string, string>> = {
  "src/system/clock.ts": "the real clock",
  "src/system/random.ts": "the real randomness",
};

const DEFAULT_EXPORT_ALLOWED: Readonly<Record<string, string>> = {};

const BOOLEAN_PARAMETER_ALLOWED: Readonly<Record<string, string>> = {
  "src/model/assert.ts": "the condition of an assertion is what it is about",
};

const LINES_MAX = 400;
const FUNCTION_LINES_MAX = 70;
/** Built from parts, so that this file does not name them itself. */
const UNFINISHED = new RegExp(`\\b(${["TO" + "DO", "FIX" + "ME", "XX" + "X"].join("|")})\\b`);

const graph = await moduleGraph(await pathsUnder(["mod.ts", "machines", "actors", "src"]));
const sources = await sourceFacts(
  await pathsUnder(["mod.ts", "machines", "actors", "src", "tests", "links", "examples"]),
);

function isProduct({ path }: SourceFacts): boolean {
  return !/^(tests|links|examples)\//.test(path);
}

function layerOf(path: string): Layer | undefined {
  return LAYERS
    .filter(({ layer }) => path.startsWith(layer))
    .sort((a, b) => b.layer.length - a.layer.length)[0];
}

function breaks({ from, to, isPackage }: ModuleEdge): boolean {
  const layer = layerOf(from);
  if (layer === undefined) return true;
  if (isPackage) return !layer.packages.includes(to);
  return layerOf(to) !== layer && !layer.from.some((prefix) => to.startsWith(prefix));
}

Deno.test("architecture: every file lies in a layer", () => {
  assertEquals(sources.filter(isProduct).map((s) => s.path).filter((p) => !layerOf(p)), []);
});

Deno.test("architecture: every import resolves", () => {
  assertEquals(graph.unresolved, []);
});

Deno.test("architecture: imports go inward only, packages are named by their layer", () => {
  const breaches = graph.edges.filter(breaks).map(({ from, to }) => `${from} imports ${to}`);
  assertEquals(breaches, []);
});

Deno.test("architecture: the rule bites: a machine may import no actor, no store, no ccxt", () => {
  for (const to of ["actors/book.ts", "src/stores/memory.ts", "src/system/clock.ts"]) {
    assertEquals(breaks({ from: "machines/intent.ts", to, isPackage: false, kind: "value" }), true);
  }
  const from = "machines/intent.ts";
  assertEquals(breaks({ from, to: "ccxt", isPackage: true, kind: "value" }), true);
  assertEquals(breaks({ from, to: "xstate", isPackage: true, kind: "value" }), false);
});

Deno.test("architecture: actors use ports by their types only", () => {
  const ports = [EXCHANGE_PORT, STORE_PORT];
  const values = graph.edges.filter(({ from, to, kind }) =>
    from.startsWith("actors/") && ports.includes(to) && kind === "value"
  );
  assertEquals(values.map(({ from, to }) => `${from} runs code of ${to}`), []);
});

Deno.test("architecture: ccxt is loaded lazily, and only under src/exchanges/ccxt/", () => {
  const users = graph.edges.filter(({ to }) => to === "ccxt").map(({ from }) => from);
  assertEquals(users.filter((path) => !path.startsWith("src/exchanges/ccxt/")), []);
  const eager = graph.reachable("mod.ts", { dynamic: false });
  assertEquals(eager.filter((path) => path === "ccxt"), []);
});

Deno.test("architecture: no import cycles", () => {
  assertEquals(graph.cycles(), []);
});

Deno.test("architecture: a file has at most 400 lines", () => {
  const long = sources.filter((s) => s.lines > LINES_MAX).map((s) => `${s.path}: ${s.lines}`);
  assertEquals(long, []);
});

Deno.test("architecture: a function has at most 70 lines", () => {
  const long = sources.flatMap((s) =>
    s.functions
      .filter(({ lines }) => lines > FUNCTION_LINES_MAX)
      .map(({ name, line, lines }) => `${s.path}:${line} ${name}: ${lines}`)
  );
  assertEquals(long, []);
});

Deno.test("architecture: the scanner sees what it looks for", () => {
  const facts = readFacts(
    "planted.ts",
    `/* ü → 𝕏 */ export * from "./a.ts";
class A {
  go = (now = Date.now()) => new Date();
  #run(late: boolean, early = setTimeout(() => 1, 2)): any { return globalThis.Math.random(); }
}
enum B { C }
async function wait() {
  await fetch("x");
}
const rendered = new Date(5);
const type: Date = rendered;
export default wait;
`,
  );
  const names = (uses: readonly { what: string; line: number }[]) =>
    uses.map(({ what, line }) => `${line} ${what}`).sort();
  assertEquals(names(facts.ambient), [
    "3 Date.now",
    "3 new Date()",
    "4 Math.random",
    "4 setTimeout",
  ]);
  assertEquals(names(facts.async), ["7 async", "8 await"]);
  assertEquals(names(facts.forbidden), ["4 a boolean parameter", "4 any", "6 an enum"]);
  assertEquals(facts.outside.some(({ what }) => what === "fetch"), true);
  assertEquals(facts.outside.filter(({ line }) => line === 11), []);
  assertEquals(facts.functions.find(({ name }) => name === "wait"), {
    name: "wait",
    line: 7,
    lines: 3,
  });
  assertEquals([facts.hasDefaultExport, facts.exportsAll, facts.isBarrel, facts.lines], [
    true,
    true,
    false,
    12,
  ]);
  assertEquals(readFacts("b.ts", 'export { x } from "./x.ts";\n').isBarrel, true);
});

Deno.test("architecture: time, timers and randomness come through ports", () => {
  const uses = sources
    .filter((s) => isProduct(s) && AMBIENT_ALLOWED[s.path] === undefined)
    .flatMap((s) => s.ambient.map(({ what, line }) => `${s.path}:${line} uses ${what}`));
  assertEquals(uses, []);
});

Deno.test("architecture: machines are synchronous and touch nothing outside", () => {
  const impure = sources
    .filter((s) => s.path.startsWith("machines/"))
    .flatMap((s) => [...s.outside, ...s.async].map((u) => `${s.path}:${u.line} uses ${u.what}`));
  assertEquals(impure, []);
});

Deno.test("architecture: no default exports", () => {
  const found = sources
    .filter((s) => s.hasDefaultExport && DEFAULT_EXPORT_ALLOWED[s.path] === undefined)
    .map((s) => s.path);
  assertEquals(found, []);
});

Deno.test("architecture: no barrels but mod.ts", () => {
  const barrels = sources
    .filter((s) => isProduct(s) && s.path !== "mod.ts" && (s.isBarrel || s.exportsAll));
  assertEquals(barrels.map((s) => s.path), []);
});

Deno.test("architecture: no `any`, no enum, no boolean positional parameter", () => {
  const found = sources
    .filter((s) => isProduct(s) && BOOLEAN_PARAMETER_ALLOWED[s.path] === undefined)
    .flatMap((s) => s.forbidden.map(({ what, line }) => `${s.path}:${line} has ${what}`));
  assertEquals(found, []);
});

Deno.test("architecture: nothing is left unfinished in a comment", () => {
  const found = sources.flatMap((s) =>
    s.text.split("\n").flatMap((text, i) => UNFINISHED.test(text) ? [`${s.path}:${i + 1}`] : [])
  );
  assertEquals(found, []);
});

Deno.test("architecture: every exception above is still needed", () => {
  const byPath = new Map(sources.map((s) => [s.path, s]));
  const idle = [
    ...Object.keys(AMBIENT_ALLOWED).filter((path) => !byPath.get(path)?.ambient.length),
    ...Object.keys(BOOLEAN_PARAMETER_ALLOWED).filter((path) => !byPath.get(path)?.forbidden.length),
    ...Object.keys(DEFAULT_EXPORT_ALLOWED).filter((path) => !byPath.get(path)?.hasDefaultExport),
  ];
  assertEquals(idle, []);
});

Deno.test("architecture: a supervision table in the docs is the one the code follows", async () => {
  const [header = ""] = supervisionTable().split("\n");
  for (const path of await pathsUnder(["docs"], ".md")) {
    const text = await Deno.readTextFile(path);
    if (text.includes(header)) assertEquals(text.includes(supervisionTable()), true, path);
  }
});
