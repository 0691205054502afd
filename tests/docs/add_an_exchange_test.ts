/**
 * docs/ADD_AN_EXCHANGE.md, followed to the letter: what its blocks say is written into a copy of
 * this project, and nothing else.
 */
import { assertEquals, assertStringIncludes } from "@std/assert";
import { type Copy, copyFolder, copyTree } from "../mutants/build.ts";
import type { Edit } from "../mutants/mutants.ts";

const ROOT = new URL("../../", import.meta.url);
const PAGE = await Deno.readTextFile(new URL("docs/ADD_AN_EXCHANGE.md", ROOT));

/** What the page's own steps and its checks need beside the sources. */
const FOLDERS = ["tests/config", "tests/docs", "tests/exchanges/ccxt", "tests/testnet"];
const FILES = ["tests/orders.ts", "tests/patient_clock.ts"];

/** The tests that the page names, and what only it can promise: a kernel trades there. */
const TESTS = [
  "tests/exchanges/ccxt/bitvavo_test.ts",
  "tests/exchanges/ccxt/kinds_test.ts",
  "tests/exchanges/ccxt/profile_cost_test.ts",
  "tests/config/keys_test.ts",
  "tests/testnet/credentials_test.ts",
];

interface Block {
  /** Named by its first line. */
  readonly file: string;
  readonly text: string;
}

function blocksOf(language: "ts" | "diff"): readonly Block[] {
  const fences = PAGE.matchAll(new RegExp(`^\`\`\`${language}\\n// (\\S+)\\n(.*?)^\`\`\`$`, "gms"));
  return [...fences].map(([, file = "", text = ""]) => ({ file, text }));
}

/** Lines with a space are there already, once; lines with a plus come between them. */
function editOf({ file, text }: Block): Edit {
  const lines = text.trimEnd().split("\n");
  const told = (wanted: string) =>
    lines.filter((line) => wanted.includes(line[0] ?? "")).map((line) => line.slice(1)).join("\n");
  return { file, find: told(" "), replace: told(" +") };
}

interface Ran {
  readonly code: number;
  readonly stdout: string;
  readonly stderr: string;
}

async function deno(copy: Copy, args: readonly string[]): Promise<Ran> {
  const { code, stdout, stderr } = await new Deno.Command(Deno.execPath(), {
    args: [...args],
    cwd: copy.path,
    env: { NO_COLOR: "1" },
  }).output();
  const text = (bytes: Uint8Array) => new TextDecoder().decode(bytes);
  return { code, stdout: text(stdout), stderr: text(stderr) };
}

async function withPage(): Promise<Copy> {
  const copy = await copyTree();
  for (const folder of FOLDERS) {
    await copyFolder(new URL(`${folder}/`, ROOT), `${copy.path}/${folder}`);
  }
  for (const file of FILES) await Deno.copyFile(new URL(file, ROOT), `${copy.path}/${file}`);
  await copy.apply({ name: "the page", why: "", edits: blocksOf("diff").map(editOf) });
  for (const { file, text } of blocksOf("ts")) {
    await Deno.writeTextFile(`${copy.path}/${file}`, text);
  }
  return copy;
}

Deno.test("add an exchange: one file, one line and one row are all that is touched in src", () => {
  assertEquals(blocksOf("ts").map(({ file }) => file), [
    "src/exchanges/ccxt/profiles/bitvavo.ts",
    "tests/exchanges/ccxt/bitvavo_test.ts",
    "acme.ts",
  ]);
  const added = blocksOf("diff").map(({ file, text }) => [
    file,
    text.split("\n").filter((line) => line.startsWith("+")).length,
  ]);
  assertEquals(added, [
    ["src/model/exchange_kinds.ts", 1],
    ["src/exchanges/ccxt/profiles/registry.ts", 5],
  ]);
  // As the architecture wants of every file.
  for (const { file, text } of blocksOf("ts")) {
    assertEquals(text.split("\n").length <= 401, true, file);
  }
});

Deno.test("add an exchange: whoever does what the page says trades", async (t) => {
  const copy = await withPage();
  try {
    await t.step("its code passes the lint", async () => {
      const own = blocksOf("ts").map(({ file }) => file);
      const { code, stderr } = await deno(copy, ["lint", ...own]);
      assertEquals(code, 0, stderr);
    });
    await t.step("on the exchange that was added, and its tests pass", async () => {
      const tests = ["test", "--no-prompt", "-P=test", ...TESTS, "tests/docs/added_exchange.ts"];
      const { code, stdout, stderr } = await deno(copy, tests);
      assertEquals(code, 0, stdout + stderr);
      for (const file of TESTS) assertStringIncludes(stdout, `from ./${file}`);
    });
    await t.step("on an adapter from outside", async () => {
      const args = ["run", "--check", "--no-prompt", "-P=test", "acme.ts"];
      const { code, stdout, stderr } = await deno(copy, args);
      assertEquals([code, stdout], [0, "CANCELED\n"], stderr);
    });
  } finally {
    await copy.remove();
  }
});
