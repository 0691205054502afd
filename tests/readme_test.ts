/** What the documents show is true: their programs run, and the tasks they name exist. */
import { assertEquals, assertGreater, assertStringIncludes } from "@std/assert";

const ROOT = new URL("../", import.meta.url);

async function read(path: string): Promise<string> {
  return await Deno.readTextFile(new URL(path, ROOT));
}

/** The TypeScript blocks of a Markdown text. */
function programsOf(markdown: string): readonly string[] {
  return [...markdown.matchAll(/^```ts\n(.*?)^```$/gms)].map(([, program = ""]) => program);
}

/** What the comment beside each `console.log` promises. */
function promisesOf(program: string): readonly string[] {
  return [...program.matchAll(/^console\.log\(.*\); \/\/ (.+)$/gm)].map(([, text = ""]) => text);
}

/** `deno task NAME`, also through npx and with a version. */
function tasksNamedIn(markdown: string): readonly string[] {
  return [...markdown.matchAll(/\bdeno(?:@[\d.]+)? task ([a-z][a-z-]*)/g)]
    .map(([, name = ""]) => name);
}

Deno.test("readme: its programs run as they stand and print what they say", async () => {
  const programs = programsOf(await read("README.md"));
  assertGreater(programs.length, 0);
  // As code of this package, so that its own name resolves; it takes the blocks marked `ts`.
  const { code, stdout, stderr } = await new Deno.Command(Deno.execPath(), {
    args: ["test", "--no-prompt", "--no-lock", "--doc", "-P=test", "README.md"],
    cwd: ROOT,
    env: { NO_COLOR: "1" },
  }).output();
  const output = new TextDecoder().decode(stdout);
  assertEquals(code, 0, output + new TextDecoder().decode(stderr));
  assertStringIncludes(output, `ok | ${programs.length} passed | 0 failed`);
  for (const promise of programs.flatMap(promisesOf)) {
    assertStringIncludes(output, `\n${promise}\n`);
  }
});

Deno.test("readme: every task that a document names is one of deno.json", async () => {
  const { tasks } = JSON.parse(await read("deno.json"));
  const paths = ["README.md"];
  for await (const { name } of Deno.readDir(new URL("docs", ROOT))) {
    if (name.endsWith(".md")) paths.push(`docs/${name}`);
  }
  for (const path of paths) {
    const unknown = tasksNamedIn(await read(path)).filter((name) => !Object.hasOwn(tasks, name));
    assertEquals(unknown, [], path);
  }
  assertGreater(tasksNamedIn(await read("README.md")).length, 0);
});
