import { assert, assertEquals, assertStringIncludes } from "@std/assert";

const ROOT = new URL("../../", import.meta.url);

/**
 * The superuser writes anywhere. Without this one capability it is held to the modes of files like
 * everybody else, so the same test is real for both.
 */
const HELD_TO_MODES = Deno.uid() === 0
  ? ["setpriv", "--bounding-set=-dac_override,-dac_read_search", "--"]
  : [];

async function start(data: string, wrapper: readonly string[] = []) {
  const [command, ...args] = [
    ...wrapper,
    Deno.execPath(),
    ...["run", "--no-prompt", "-P=kernel", "src/cli/start.ts", "--data", data, "--port", "0"],
  ];
  const child = new Deno.Command(command!, {
    args,
    cwd: ROOT,
    env: { NO_COLOR: "1" },
    stdin: "null",
    stdout: "piped",
    stderr: "piped",
  }).spawn();
  const [err, out, { code }] = await Promise.all([
    child.stderr.text(),
    untilRunning(child),
    child.status,
  ]);
  return { err, out, code };
}

/** A kernel that runs is asked to end, so that this never waits for one that should not have. */
async function untilRunning(child: Deno.ChildProcess): Promise<string> {
  let out = "";
  const decoder = new TextDecoder();
  for await (const chunk of child.stdout) {
    out += decoder.decode(chunk, { stream: true });
    if (out.includes("Ctrl-C")) child.kill("SIGTERM");
  }
  return out;
}

async function withDir(work: (dir: string) => Promise<void>): Promise<void> {
  const dir = await Deno.makeTempDir({ prefix: "exchange-kernel-process-" });
  try {
    await work(dir);
  } finally {
    await Deno.remove(dir, { recursive: true });
  }
}

function assertRefused(
  { err, out, code }: Awaited<ReturnType<typeof start>>,
  path: string,
): void {
  assertEquals([code, out], [1, ""], err);
  const line = err.split("\n").find((each) => each.startsWith("start: ")) ?? "";
  assertStringIncludes(line, path);
  assert(!err.includes("    at "), `no stack trace: ${err}`);
}

Deno.test("process: a file in place of the data directory is refused by its path", async () => {
  await withDir(async (dir) => {
    await Deno.writeTextFile(`${dir}/data`, "");
    assertRefused(await start(`${dir}/data`), `${dir}/data`);
  });
});

Deno.test("process: a data directory that cannot be made is refused by its path", async () => {
  await withDir(async (dir) => {
    await Deno.chmod(dir, 0o555);
    assertRefused(await start(`${dir}/data`, HELD_TO_MODES), `${dir}/data`);
    await Deno.chmod(dir, 0o755);
    assertEquals([...Deno.readDirSync(dir)], []);
  });
});

Deno.test("process: a data directory that has become read-only is refused by its path, and left as it is", async () => {
  await withDir(async (dir) => {
    const data = `${dir}/data`;
    const first = await start(data);
    assertEquals(first.code, 0, first.err);
    const before = await contents(data);
    for (const name of Object.keys(before)) await Deno.chmod(`${data}/${name}`, 0o444);
    await Deno.chmod(data, 0o555);
    assertRefused(await start(data, HELD_TO_MODES), data);
    await Deno.chmod(data, 0o755);
    assertEquals(await contents(data), before);
  });
});

async function contents(dir: string): Promise<Readonly<Record<string, string>>> {
  const files: Record<string, string> = {};
  for await (const { name } of Deno.readDir(dir)) {
    const bytes = await Deno.readFile(`${dir}/${name}`);
    const digest = await crypto.subtle.digest("SHA-256", bytes);
    files[name] = Array.from(new Uint8Array(digest), (byte) => byte.toString(16)).join("");
  }
  return files;
}
