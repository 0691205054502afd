import { assert, assertEquals, assertStringIncludes } from "@std/assert";
import { readRunFile } from "../../src/cli/run_file.ts";
import {
  capFiles,
  KernelProcess,
  openStage,
  pause,
  until,
  WITHOUT_SIGXFSZ,
  withoutCoverage,
} from "./kernel_process.ts";

Deno.test("process: on a full disk no order leaves, a cancel does, and a restart has everything", async () => {
  await using stage = await openStage();
  const { testnet } = stage;
  const kernel = await KernelProcess.open(stage);
  for (const id of ["a", "b"]) assertEquals(await kernel.act({ type: "place", id }), [null]);
  assertEquals(await kernel.disagreements(testnet), []);
  const statuses = async () => (await testnet.ledger()).orders.map(({ status }) => status).sort();
  assertEquals(await statuses(), ["NEW", "NEW"]);

  await kernel.capFiles(1);
  const refused = await kernel.act({ type: "placeAndCancel", place: "c", cancel: "a" });
  for (const error of refused) assertStringIncludes(error ?? "done", "StoreError");
  assertStringIncludes(await kernel.closed ?? "stopped", "StoreError");
  await until(async () => (await statuses()).includes("CANCELED"), "cancel of a known order");
  assertEquals(await statuses(), ["CANCELED", "NEW"]);
  const [late] = await kernel.act({ type: "place", id: "d" });
  assert(late !== null, "a closed kernel takes nothing");
  await pause(200);
  assertEquals((await testnet.ledger()).orders.length, 2);
  await kernel.kill();

  // There is room again.
  const successor = await KernelProcess.open(stage);
  assertEquals(await successor.disagreements(testnet), []);
  const { record } = await successor.report();
  assertEquals(Object.keys(record.intents).sort(), ["a", "b"]);
  assertEquals(await successor.act({ type: "place", id: "e" }), [null]);
  assertEquals(await successor.disagreements(testnet), []);
  await successor.kill();
});

Deno.test("process: `start` on a full disk says so and exits non-zero; what it promised is kept", async () => {
  await using stage = await openStage();
  const { path, testnet } = stage;
  const config = `${path}/kernel.yaml`;
  const section = `{ kind: binance, testnet: local, endpoints: "${testnet.url}" }`;
  await Deno.writeTextFile(config, `exchanges: { x: ${section} }\n`);
  const first = await startTask(`${path}/data`, config);
  assertEquals((await first.place("kept")).status, 201);
  await capFiles(first.pid, 1);
  const refused = await first.place("lost");
  assert(refused.status >= 500, `${refused.status} ${refused.text}`);
  const { code, err } = await first.ended;
  assertEquals(code, 1, err);
  assertStringIncludes(err, "start: ");
  assertStringIncludes(err, `${path}/data`);

  const second = await startTask(`${path}/data`, config);
  assertEquals(await second.intents(), ["kept ACTIVE"]);
  second.signal("SIGTERM");
  assertEquals((await second.ended).code, 0);
  assertEquals((await testnet.ledger()).orders.length, 1);
});

/** Rests far below the market. */
const RESTING = { symbolId: "BTC/USDT", side: "BUY", amount: "0.002", limitPrice: "20000" };

interface View {
  readonly intent: { readonly intentId: string };
  readonly state: { readonly reconciliationStatus: string };
}

/** The `start` task with its own permissions; resolves when its doors are open. */
async function startTask(data: string, config: string) {
  const before = (await readRunFile(data))?.token;
  const [command, ...args] = [
    ...WITHOUT_SIGXFSZ,
    Deno.execPath(),
    ...["run", "--no-prompt", "-P=kernel", "src/cli/start.ts"],
    ...["--config", config, "--data", data, "--port", "0"],
  ];
  const child = new Deno.Command(command!, {
    args,
    cwd: new URL("../../", import.meta.url),
    ...withoutCoverage({ NO_COLOR: "1" }),
    stdin: "null",
    stdout: "null",
    stderr: "piped",
  }).spawn();
  const ended = Promise.all([child.stderr.text(), child.status])
    .then(([err, { code }]) => ({ err, code }));
  let run = await readRunFile(data);
  await until(async () => {
    run = await readRunFile(data);
    return run !== null && run.token !== before;
  }, "open doors");
  const ask = async (init: RequestInit = {}) => {
    const response = await fetch(`${run?.url}/v1/exchanges/x/intents`, {
      ...init,
      headers: { authorization: `Bearer ${run?.token}`, "content-type": "application/json" },
    });
    return { status: response.status, text: await response.text() };
  };
  return {
    pid: child.pid,
    ended,
    signal: (signal: Deno.Signal) => child.kill(signal),
    place: (intentId: string) =>
      ask({ method: "POST", body: JSON.stringify({ intentId, order: RESTING }) }),
    intents: async () => {
      const { items } = JSON.parse((await ask()).text) as { readonly items: readonly View[] };
      return items.map(({ intent, state }) => `${intent.intentId} ${state.reconciliationStatus}`);
    },
  };
}
