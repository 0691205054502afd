/**
 * Every row of the fault matrix against the local testnet, through the real ccxt class. What the
 * rows showed is a table of `docs/SAFETY.md`; after a change of behaviour it is written again by
 * `deno test --no-prompt -P=test tests/faults/matrix_test.ts -- --update`.
 */
import { assert, assertEquals } from "@std/assert";
import { documented, rewrite, type Table } from "./document.ts";
import { ELSEWHERE } from "./elsewhere.ts";
import { observe } from "./row.ts";
import { ANSWER_ROWS } from "./rows_answers.ts";
import { CHANGE_ROWS } from "./rows_changes.ts";
import { COPY_ROWS } from "./rows_copies.ts";
import { KILL_ROWS } from "./rows_kill.ts";
import { STREAM_ROWS } from "./rows_stream.ts";
import { VENUE_ROWS } from "./rows_venue.ts";

const ROWS = [
  ...ANSWER_ROWS,
  ...COPY_ROWS,
  ...STREAM_ROWS,
  ...CHANGE_ROWS,
  ...VENUE_ROWS,
  ...KILL_ROWS,
];
const HEAD = ["Fault", "Injected", "Ends as", "Attempts", "At the venue", "Told"];
const ELSEWHERE_HEAD = ["Fault", "What is right", "Shown by"];

const observed = new Map<number, readonly string[]>();

for (const [at, row] of ROWS.entries()) {
  Deno.test(`fault matrix: ${row.fault}: ${row.injected}`, async () => {
    observed.set(at, await observe(row));
  });
}

Deno.test("fault matrix: no two rows are the same", () => {
  const names = ROWS.map(({ fault, injected }) => `${fault}: ${injected}`);
  assertEquals(names.length, new Set(names).size);
});

Deno.test("fault matrix: what the testnet cannot show, a named test shows", async () => {
  for (const [file, name] of ELSEWHERE.flatMap(({ shownBy }) => shownBy)) {
    const text = await Deno.readTextFile(new URL(`../../${file}`, import.meta.url));
    const names = [...text.matchAll(/Deno\.test\(\s*["`]([^"`]*)["`]/g)].map(([, found]) => found);
    assert(names.some((found) => found?.includes(name)), `${file} has no test "… ${name} …"`);
  }
  const rows = ELSEWHERE.map(({ fault, right, shownBy }) => [
    fault,
    right,
    [...new Set(shownBy.map(([file]) => `\`${file}\``))].join(", "),
  ]);
  await compare("elsewhere", [ELSEWHERE_HEAD, ...rows]);
});

Deno.test("docs/SAFETY.md: every test file and folder it names exists", async () => {
  const text = await Deno.readTextFile(new URL("../../docs/SAFETY.md", import.meta.url));
  const named = new Set([...text.matchAll(/`(tests\/[\w./]+)`/g)].map(([, path]) => path!));
  assert(named.size > 10, `${named.size} are named`);
  for (const path of named) await Deno.stat(new URL(`../../${path}`, import.meta.url));
});

Deno.test("fault matrix: docs/SAFETY.md tells what the rows above showed", async () => {
  const missing = ROWS.filter((_, at) => !observed.has(at)).map(({ injected }) => injected);
  assertEquals(missing, [], "rows that failed or were left out; run the whole file");
  const faults = [...new Set(ROWS.map(({ fault }) => fault))];
  const rows = ROWS.map((_, at) => observed.get(at)!);
  await compare("faults", [HEAD, ...faults.flatMap((name) => rows.filter(([f]) => f === name))]);
});

async function compare(name: string, table: Table): Promise<void> {
  if (Deno.args.includes("--update")) await rewrite(name, table);
  assertEquals(await documented(name), table);
}
