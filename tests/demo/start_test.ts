/** `start` and `xk` as a person uses them first: look, list, cancel, and start it twice by mistake. */
import { assert, assertEquals, assertStringIncludes } from "@std/assert";
import { runTask, StartedKernel } from "../cli/started.ts";

const ORDER = { symbolId: "BTC/USDT", side: "BUY", amount: "0.01", limitPrice: "20000" };

Deno.test("start: answers its probes, xk lists and cancels, SIGTERM drains", async () => {
  const dir = await Deno.makeTempDir();
  try {
    const kernel = await StartedKernel.start(dir);
    assertEquals(await status(`${kernel.run.url}/healthz`), 200);
    assertEquals(await status(`${kernel.run.url}/readyz`), 200);

    const intents = "/v1/exchanges/paper/intents";
    await kernel.ask(intents, { intentId: "mine", order: ORDER, waitFor: "accepted" });
    const listed = await runTask("xk", ["--data", dir, "get", "intents"]);
    assertStringIncludes(listed.out, "mine");
    const canceled = await runTask("xk", ["--data", dir, "cancel", "mine"]);
    assertEquals(canceled.code, 0, canceled.err);
    const left = await runTask("xk", ["--data", dir, "get", "intents", "-o", "json"]);
    assert(!left.out.includes("mine"), left.out);

    const second = await runTask("start", ["--port", "0", "--data", dir]);
    assertEquals(second.code, 1, second.err);
    assertStringIncludes(second.err, "start: Cannot open");
    assertStringIncludes(second.err, dir);

    const { code, out, err } = await kernel.kill("SIGTERM");
    assertEquals(code, 0, err);
    assertStringIncludes(out, `${kernel.run.url}/inspector#token=`);
  } finally {
    await Deno.remove(dir, { recursive: true });
  }
});

async function status(url: string): Promise<number> {
  const response = await fetch(url);
  await response.body?.cancel();
  return response.status;
}
