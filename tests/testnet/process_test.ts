/** The testnet as its own process: what starts, steers and stops it from outside. */
import { assertEquals, assertStringIncludes } from "@std/assert";
import { EXCHANGE_NAMES } from "../../src/testnet/dialects.ts";

const MAIN = new URL("../../src/testnet/main.ts", import.meta.url).pathname;

function start(...flags: string[]): Deno.ChildProcess {
  return new Deno.Command(Deno.execPath(), {
    args: ["run", "--allow-net=127.0.0.1", "--allow-read", "--allow-env", MAIN, ...flags],
    stdout: "piped",
    stderr: "piped",
  }).spawn();
}

async function firstLine(process: Deno.ChildProcess): Promise<string> {
  const reader = process.stdout.pipeThrough(new TextDecoderStream()).getReader();
  let text = "";
  while (!text.includes("\n")) {
    const { value, done } = await reader.read();
    if (done) break;
    text += value;
  }
  await reader.cancel();
  return text.split("\n")[0]!;
}

for (const signal of ["SIGTERM", "SIGINT"] as const) {
  Deno.test(`testnet process: prints its port as JSON and ends on ${signal}`, async () => {
    const process = start("--port", "0", "--seed", "1");
    const errors = new Response(process.stderr).text();
    const { port } = JSON.parse(await firstLine(process));
    const response = await fetch(`http://127.0.0.1:${port}/api.binance.com/api/v3/ping`);
    assertEquals([response.status, await response.text()], [200, "{}"]);
    process.kill(signal);
    assertEquals((await process.status).code, 0);
    assertEquals(await errors, "");
  });
}

for (
  const [flags, expected] of [
    [["--port", "70000"], "must be an integer from 0 to 65535, got 70000"],
    [["--exchanges", "mtgox"], `must be of ${EXCHANGE_NAMES.join(", ")}, got mtgox`],
    [["--feed", "hope"], "must be synthetic, replay or none, got hope"],
    [["--feed-symbol", "BTC/USDT,"], "must be canonical symbols such as BTC/USDT, got BTC/USDT,"],
    [["--feed", "replay"], "Cannot start the testnet: --feed replay needs --feed-file"],
    [["--feed", "replay", "--feed-file", "nowhere.csv"], "nowhere.csv: cannot read the recording"],
    [["--nonsense"], "unknown option '--nonsense'"],
  ] as const
) {
  Deno.test(`testnet process: ${flags.join(" ")} is refused by name`, async () => {
    const process = start(...flags);
    const [errors, status] = await Promise.all([
      new Response(process.stderr).text(),
      process.status,
      process.stdout.cancel(),
    ]);
    assertEquals(status.code, 1);
    assertStringIncludes(errors, expected);
  });
}

Deno.test("testnet process: a taken port is refused by name", async () => {
  using listener = Deno.listen({ hostname: "127.0.0.1", port: 0 });
  const process = start("--port", String(listener.addr.port));
  const [errors, status] = await Promise.all([
    new Response(process.stderr).text(),
    process.status,
    process.stdout.cancel(),
  ]);
  assertEquals(status.code, 1);
  assertStringIncludes(errors, `port ${listener.addr.port} is in use`);
});

Deno.test("testnet process: a recording moves the price", async () => {
  const file = await Deno.makeTempFile({ suffix: ".csv" });
  await Deno.writeTextFile(file, "1,61234.5,0.5,30617.25,1762795433971,false,true\n");
  const process = start("--port", "0", "--feed", "replay", "--feed-file", file);
  const errors = new Response(process.stderr).text();
  const { port } = JSON.parse(await firstLine(process));
  const path = "api.binance.com/api/v3/ticker/price?symbol=BTCUSDT";
  const { price } = await (await fetch(`http://127.0.0.1:${port}/${path}`)).json();
  assertEquals(price, "61234.50000000");
  process.kill("SIGTERM");
  await process.status;
  assertEquals(await errors, "");
  await Deno.remove(file);
});
