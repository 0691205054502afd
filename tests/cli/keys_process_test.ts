import { assert, assertEquals, assertStringIncludes } from "@std/assert";

const ROOT = new URL("../../", import.meta.url);
const CANARY = "canary-key-8d2e41";

/** `xk` with a real pipe, no terminal, and leave to write where the flag says. */
async function xkProcess(
  write: string,
  args: readonly string[],
  piped: string,
): Promise<{ readonly code: number; readonly out: string; readonly err: string }> {
  const child = new Deno.Command(Deno.execPath(), {
    args: ["run", "--no-prompt", "-P=xk", write, "src/cli/xk.ts", ...args],
    cwd: ROOT,
    env: { NO_COLOR: "1" },
    stdin: "piped",
    stdout: "piped",
    stderr: "piped",
  }).spawn();
  const writer = child.stdin.getWriter();
  await writer.write(new TextEncoder().encode(piped));
  await writer.close();
  const [out, err, { code }] = await Promise.all([
    child.stdout.text(),
    child.stderr.text(),
    child.status,
  ]);
  return { code, out, err };
}

Deno.test("xk keys: as a process, a key goes from a pipe into a file and onto no screen", async () => {
  const dir = await Deno.makeTempDir();
  const keys = `${dir}/keys`;
  const add = ["keys", "add", "main", "secret", "-d"];
  try {
    const added = await xkProcess(`--allow-write=${dir}`, [...add, keys], CANARY);
    assertEquals(added.code, 0, added.err);
    assertEquals(await Deno.readTextFile(`${keys}/main.secret`), CANARY);
    assertEquals(((await Deno.stat(`${keys}/main.secret`)).mode ?? 0) & 0o777, 0o600);
    const denied = await xkProcess("--deny-write", [...add, `${dir}/more`], CANARY);
    assertEquals(denied.code, 1);
    assertStringIncludes(denied.err, "needs the permission to write there");
    for (const { out, err } of [added, denied]) assert(!(out + err).includes(CANARY));
  } finally {
    await Deno.remove(dir, { recursive: true });
  }
});
