/** The doors of the process: a wrong configuration and wrong requests, end to end. */
import { assert, assertEquals, assertStringIncludes } from "@std/assert";
import { runTask, StartedKernel } from "../cli/started.ts";

const ORDER = { symbolId: "BTC/USDT", side: "BUY", amount: "0.01", limitPrice: "20000" };

Deno.test("doors: a wrong kernel.yaml is refused by file, line and column, and opens nothing", async () => {
  await withDir(async (dir) => {
    const config = `${dir}/kernel.yaml`;
    await Deno.writeTextFile(config, "exchanges:\n  main:\n    kind: papper\n");
    const { code, err } = await runTask("start", ["--config", config, "--data", `${dir}/data`]);
    assertEquals(code, 2, err);
    assertStringIncludes(err, "kernel.yaml:3:11 exchanges.main.kind: expected one of");
    assertStringIncludes(err, "papper");
    assertEquals(await exists(`${dir}/data`), false);
  });
});

Deno.test("doors: wrong requests are answered, and the kernel goes on", async () => {
  await withDir(async (dir) => {
    const kernel = await StartedKernel.start(dir);
    const path = "/v1/exchanges/paper/intents";
    const json = { "content-type": "application/json" };
    const bearer = { authorization: `Bearer ${kernel.run.token}` };
    const ask = async (init: RequestInit, at = path): Promise<number> => {
      const response = await fetch(kernel.run.url + at, init);
      const body = await response.text();
      assert(response.status < 500 || response.status === 503, body);
      return response.status;
    };
    const post = (body: string, headers: Record<string, string> = { ...json, ...bearer }) =>
      ask({ method: "POST", headers, body });
    assertEquals(await post(JSON.stringify({ order: ORDER }), json), 401);
    assertEquals(await post("{"), 400);
    assertEquals(await post(JSON.stringify({ order: ORDER }), bearer), 415);
    assertEquals(await post(JSON.stringify({ order: { ...ORDER, limitPrice: "1.005" } })), 422);
    assertEquals(await post(`{"order":${"[".repeat(5_000)}`), 400);
    assertEquals(await post("x".repeat(2_000_000)), 413);
    assertEquals(await ask({ headers: bearer }, "/v1/exchanges/nobody/intents"), 404);
    assertEquals(await ask({ headers: { ...bearer, origin: "http://evil.example" } }), 403);
    const good = { intentId: "good", order: ORDER, waitFor: "accepted" };
    assertEquals(await post(JSON.stringify(good)), 201);
    const { code, err } = await kernel.kill("SIGTERM");
    assertEquals(code, 0, err);
  });
});

async function withDir(work: (dir: string) => Promise<void>): Promise<void> {
  const dir = await Deno.makeTempDir();
  try {
    await work(dir);
  } finally {
    await Deno.remove(dir, { recursive: true });
  }
}

async function exists(path: string): Promise<boolean> {
  try {
    await Deno.stat(path);
    return true;
  } catch {
    return false;
  }
}
