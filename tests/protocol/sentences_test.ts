/**
 * Every sentence of the safety protocol names what would fail if it were not true. The table of
 * `docs/PROTOCOL.md` is written by
 * `deno test --no-prompt -P=test tests/protocol/sentences_test.ts -- --update`.
 */
import { assert, assertEquals } from "@std/assert";
import { documented, rewrite, type Table } from "../faults/document.ts";
import { MUTANTS } from "../mutants/mutants.ts";
import type { Sentence } from "./sentence.ts";
import { DOUBT, ENDS, RESTART } from "./sentences_doubt.ts";
import { INVARIANTS, VENUES } from "./sentences_invariants.ts";
import { PLACEMENT } from "./sentences_placement.ts";

const PARTS: readonly (readonly [string, readonly Sentence[]])[] = [
  ["placement", PLACEMENT],
  ["doubt", DOUBT],
  ["restart", RESTART],
  ["ends", ENDS],
  ["invariants", INVARIANTS],
  ["venues", VENUES],
];
const SENTENCES = PARTS.flatMap(([, sentences]) => sentences);
const CHECKERS = ["checks.ts", "rest_checks.ts", "world.ts"];

Deno.test("protocol: every sentence is shown by tests that exist", async () => {
  const texts = new Map<string, readonly string[]>();
  const missing: string[] = [];
  for (const { sentence, shownBy } of SENTENCES) {
    assert(shownBy.length > 0, `nothing shows: ${sentence}`);
    for (const [file, name] of shownBy) {
      const known = texts.get(file) ?? literals(await read(file));
      texts.set(file, known);
      if (!known.some((text) => text.includes(name))) missing.push(`${file}: … ${name} …`);
    }
  }
  assertEquals(missing, []);
});

Deno.test("protocol: the simulator checks the rules and hunts the bugs that are named", async () => {
  const checkers = await Promise.all(CHECKERS.map((file) => read(`tests/simulation/${file}`)));
  const checked = new Set(
    [...checkers.join("\n").matchAll(/"([SL]\d+)"/g)].map(([, rule]) => rule),
  );
  const planted = new Set(MUTANTS.map(({ name }) => name));
  const named = SENTENCES.flatMap(({ rules = [] }) => rules);
  assertEquals(named.filter((rule) => !checked.has(rule)), []);
  assertEquals(SENTENCES.flatMap(({ mutants = [] }) => mutants).filter((n) => !planted.has(n)), []);
  // The other way round: a rule or a bug that no sentence is about would be about nothing.
  assertEquals([...checked].filter((rule) => !named.includes(rule!)), []);
  const hunted = new Set(SENTENCES.flatMap(({ mutants = [] }) => mutants));
  assertEquals([...planted].filter((name) => !hunted.has(name)), []);
});

for (const [part, sentences] of PARTS) {
  Deno.test(`docs/PROTOCOL.md: it has the sentences and their tests: ${part}`, async () => {
    const table = tableOf(sentences);
    if (Deno.args.includes("--update")) await rewrite(part, table, "docs/PROTOCOL.md");
    assertEquals(await documented(part, "docs/PROTOCOL.md"), table);
  });
}

/** One line per test: a table whose lines hold all tests of a sentence would be too wide to read. */
function tableOf(sentences: readonly Sentence[]): Table {
  const rows = sentences.flatMap(({ sentence, shownBy, rules = [], mutants = [] }) => {
    const simulator = [...rules, ...mutants.map((name) => `“${name}”`)].join(", ");
    return shownBy.map(([file, name], at) => {
      const shown = file.replace(/^tests\//, "").replace(/\.ts$/, "");
      return [at === 0 ? sentence : "", `${name} (\`${shown}\`)`, at === 0 ? simulator : ""];
    });
  });
  return [["Sentence", "Test", "Simulator"], ...rows];
}

/** The texts of a file's code, as tests and rows are named by them. */
function literals(code: string): readonly string[] {
  const found = code.replace(/\/\*[\s\S]*?\*\//g, "").matchAll(/"((?:[^"\\\n]|\\.)*)"|`([^`]*)`/g);
  return [...found].map(([, plain, template]) => plain ?? template ?? "");
}

function read(path: string): Promise<string> {
  return Deno.readTextFile(new URL(`../../${path}`, import.meta.url));
}
