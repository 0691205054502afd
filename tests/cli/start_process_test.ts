import { assert, assertEquals, assertStringIncludes } from "@std/assert";
import { pause, runTask, StartedKernel } from "./started.ts";

interface Page {
  readonly items: readonly {
    readonly state: { readonly reconciliationStatus: string; readonly exchangeOrderId: string };
  }[];
}

/** Far below the market, so that it rests. */
const RESTING = {
  intentId: "rests",
  order: { symbolId: "BTC/USDT", side: "BUY", amount: "0.01", limitPrice: "20000" },
};

async function withDir(work: (dir: string) => Promise<void>): Promise<void> {
  const dir = await Deno.makeTempDir();
  try {
    await work(dir);
  } finally {
    await Deno.remove(dir, { recursive: true });
  }
}

/** Writes a configuration of one exchange, `x`. @returns its path. */
async function configured(dir: string, section: string): Promise<string> {
  const path = `${dir}/kernel.yaml`;
  await Deno.writeTextFile(path, `exchanges: { x: ${section} }\n`);
  return path;
}

/** Status and exchange order id of each open intent. */
async function shown(kernel: StartedKernel): Promise<readonly string[]> {
  const { items } = await kernel.ask<Page>("/v1/exchanges/paper/intents");
  return items.map(({ state }) => `${state.reconciliationStatus} ${state.exchangeOrderId}`);
}

/** A port of nobody, a moment ago. */
function freePort(): number {
  using listener = Deno.listen({ hostname: "127.0.0.1", port: 0 });
  return listener.addr.port;
}

Deno.test("start: a paper order survives kill -9, and xk shows it after the restart", async () => {
  await withDir(async (dir) => {
    const first = await StartedKernel.start(dir);
    await first.ask("/v1/exchanges/paper/intents", {
      ...RESTING,
      waitFor: "accepted",
    });
    const before = await shown(first);
    assertEquals(before.map((text) => text.split(" ")[0]), ["ACTIVE"]);
    assertEquals((await first.kill("SIGKILL")).signal, "SIGKILL");

    const second = await StartedKernel.start(dir);
    assertEquals(await shown(second), before);
    const listed = await runTask("xk", ["--data", dir, "get", "intents"]);
    assertEquals(listed.code, 0, listed.err);
    assertStringIncludes(listed.out, "ACTIVE");
    const ended = await second.kill("SIGINT");
    assertEquals(ended.code, 0, ended.err);
    // The first lines say where to look and what to try.
    const [running = "", , inspector = ""] = ended.out.split("\n");
    assertStringIncludes(running, "Exchange Kernel is running: paper");
    assertStringIncludes(inspector, `${second.run.url}/inspector#token=${second.run.token}`);
    assert(!ended.err.includes("abort"), ended.err);
  });
});

Deno.test("start: the first signal drains, the second ends the process at once", async () => {
  await withDir(async (dir) => {
    // An order on its way for a second, which the drain waits for.
    const config = await configured(dir, "{ kind: paper, latencyMs: 1000 }");
    const kernel = await StartedKernel.start(`${dir}/data`, "--config", config);
    await kernel.ask("/v1/exchanges/x/intents", RESTING);
    const ended = kernel.kill("SIGTERM");
    const first = await Promise.race([ended, pause(300)]);
    assertEquals(first, undefined, "it should still drain");
    assertEquals((await kernel.kill("SIGTERM")).code, 130);
    await ended;
  });
});

Deno.test("start: a local testnet that does not run is to be started by hand", async () => {
  await withDir(async (dir) => {
    const port = freePort();
    const url = `http://127.0.0.1:${port}`;
    const config = await configured(dir, `{ kind: binance, testnet: local, endpoints: "${url}" }`);
    const { code, err } = await runTask("start", ["--config", config, "--data", `${dir}/data`]);
    assertEquals(code, 2);
    assertStringIncludes(
      err,
      `start: exchanges.x.testnet: no local testnet answers at ${url}, and starting one is not ` +
        `permitted (NotCapable); run \`deno task testnet --port ${port}\` first\n`,
    );
  });
});

Deno.test("xk: its permission set reaches loopback only, and the message says so", async () => {
  const { code, err } = await runTask("xk", ["--url", "http://192.0.2.1:7070", "get", "intents"]);
  assertEquals(code, 2);
  assertStringIncludes(err, "xk: may not connect to http://192.0.2.1:7070");
});
