/** What safety takes from a venue's profile says where it comes from. */
import { assert, assertEquals, assertRejects } from "@std/assert";
import { createCcxtAdapter } from "../../src/exchanges/ccxt/factory.ts";
import { ConfigError } from "../../src/model/errors.ts";
import { SeededRandom } from "../../src/system/seeded_random.ts";
import { VirtualClock } from "../../src/system/virtual_clock.ts";

const BINANCE = "src/exchanges/ccxt/profiles/binance.ts";
const READS = "src/exchanges/ccxt/profiles/binance/reads.ts";
/** What the source of each constant must name; our own choices say that they are. */
const SOURCES = [
  [BINANCE, "validityMs", /rest-api\.md|web-socket-api\.md/],
  [BINANCE, "engineBoundMs", /No documented value[\s\S]*assumption of ours/],
  [BINANCE, "settleMs", /No documented value[\s\S]*our choice/],
  [BINANCE, "retentionMs", /errors\.md/],
  [BINANCE, "weight", /rateLimits/],
  [BINANCE, "deadMansSwitch", /rest-api\.md/],
  [BINANCE, "retryAfterDefaultMs", /Retry-After/],
  [READS, "windowMs", /startTime and endTime/],
] as const;

for (const [file, constant, source] of SOURCES) {
  Deno.test(`profile: every constant of the profile names its source: ${constant}`, async () => {
    const lines = (await read(file)).split("\n");
    const names = [`${constant}:`, `const ${constant} =`];
    const at = lines.findIndex((line) => names.some((name) => line.trim().startsWith(name)));
    assert(at > 0, `${file} has no ${constant}`);
    let from = at;
    while (/^(\/\/|\/?\*)/.test(lines[from - 1]?.trim() ?? "")) from--;
    const comment = lines.slice(from, at).join("\n");
    assert(source.test(comment), `${constant}: ${comment}`);
  });
}

Deno.test("profile: the date on which the documents were read is told", async () => {
  assert(/as read on \d{4}-\d\d-\d\d/.test((await read(BINANCE)).slice(0, 500)));
  const errors = await read("src/exchanges/ccxt/profiles/binance/errors.ts");
  assert(/errors\.md of \d{4}-\d\d-\d\d/.test(errors.slice(0, 200)));
});

Deno.test("profile: the core knows no venue: no constant of one stands in machines or actors", async () => {
  const found: string[] = [];
  for (const folder of ["machines", "actors"]) {
    for await (const { name } of Deno.readDir(new URL(`../../${folder}`, import.meta.url))) {
      const code = (await read(`${folder}/${name}`)).replace(/\/\*[\s\S]*?\*\/|\/\/.*/g, "");
      if (/binance|ccxt|recvWindow/i.test(code)) found.push(`${folder}/${name}`);
    }
  }
  assertEquals(found, []);
});

Deno.test("profile: no validity beyond 60 s can be set", async () => {
  const open = (validityMs: number) =>
    createCcxtAdapter({
      id: "main",
      clock: new VirtualClock(),
      random: new SeededRandom(1),
      options: { kind: "binance", apiKey: "key", secret: "secret", timing: { validityMs } },
    });
  await assertRejects(() => open(60_001), ConfigError, "timing.validityMs");
  const adapter = await open(60_000);
  await adapter.disconnect();
});

function read(path: string): Promise<string> {
  return Deno.readTextFile(new URL(`../../${path}`, import.meta.url));
}
