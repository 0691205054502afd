import { assert, assertEquals, assertRejects } from "@std/assert";
import type { VenueFact } from "../../../src/exchanges/exchange.ts";
import { decimal } from "../../../src/model/decimal.ts";
import { ConfigError } from "../../../src/model/errors.ts";
import type { StandardOrder } from "../../../src/model/order.ts";
import { request, type Stage, stage } from "./adapter_builders.ts";
import { BTC_PERP, mark } from "./contract_builders.ts";

const MARKET = { symbolId: BTC_PERP, limitPrice: null, amount: decimal("0.1") } as const;

async function sends(on: Stage, clientOrderId: string, order: Partial<StandardOrder>) {
  const outcome = await on.adapter.execution.submit(request(on, clientOrderId, order), on.gate);
  await on.clock.advanceAsync(0);
  return outcome;
}

const told = (facts: readonly VenueFact[]) =>
  facts.flatMap((fact) => fact.kind === "positions" ? fact.positions : [])
    .map(({ symbolId, asset }) => `${symbolId} ${asset.quantity} at ${asset.entryPrice}`);

Deno.test("paper adapter: positions are told as they change, and read with their leverage", async () => {
  await using on = await stage({ balances: { USDT: "1000" }, margin: { leverage: 20 } });
  mark(on.adapter.engine, "100000");
  const before = await on.adapter.execution.positions();
  assert(before.kind === "read");
  assertEquals(before.value.map(({ asset, leverage }) => [asset.quantity, leverage]), [
    [decimal("0"), decimal("20")],
  ]);
  assertEquals((await sends(on, "opens", { ...MARKET, side: "SELL" })).kind, "accepted");
  assertEquals(told(on.facts), [`${BTC_PERP} -0.1 at 99990`]);
  const read = await on.adapter.execution.positions();
  assert(read.kind === "read");
  const [position] = read.value;
  assertEquals(position?.asset.quantity, decimal("-0.1"));
  assertEquals(position?.metadata.settlementAsset, "USDT");
  assertEquals(position?.side, null);
});

Deno.test("paper adapter: what margin binds is locked, and told with the position", async () => {
  await using on = await stage({ balances: { USDT: "1000" }, margin: { leverage: 20 } });
  mark(on.adapter.engine, "100000");
  await sends(on, "opens", { ...MARKET, side: "BUY" });
  mark(on.adapter.engine, "100010");
  const read = await on.adapter.execution.balances();
  assert(read.kind === "read");
  const [usdt] = read.value;
  assertEquals([usdt?.total, usdt?.locked], [decimal("1000"), decimal("500.05")]);
  const frame = on.facts.findLast((fact) => fact.kind === "balances");
  assert(frame?.kind === "balances");
  assertEquals(frame.balances.map(({ assetId }) => assetId), ["USDT"]);
});

Deno.test("paper adapter: reduce-only closes, and is refused with proof where there is nothing", async () => {
  await using on = await stage();
  mark(on.adapter.engine, "100000");
  const reduce = { ...MARKET, side: "SELL", reduceOnly: true } as const;
  const refused = await sends(on, "nothing", reduce);
  assert(refused.kind === "refused");
  assertEquals(refused.reason.code, "REDUCE_ONLY_REJECTED");
  await sends(on, "opens", { ...MARKET, side: "BUY" });
  assertEquals((await sends(on, "closes", { ...reduce, amount: decimal("9") })).kind, "accepted");
  assertEquals(told(on.facts).at(-1), `${BTC_PERP} 0 at null`);
});

Deno.test("paper adapter: contracts are configured by type, expiry and settle asset", async () => {
  const terms = { base: "ETH", quote: "USDT", tickSize: "0.01", stepSize: "0.001" };
  const instruments = [
    { base: "BTC", quote: "USDT", tickSize: "0.01", stepSize: "0.001" },
    { ...terms, type: "PERPETUAL" },
    { ...terms, type: "FUTURES", expiry: "20271224" },
    { ...terms, quote: "USD", stepSize: "10", type: "PERPETUAL", settle: "ETH" },
  ];
  await using on = await stage({ instruments });
  const listed = on.adapter.instruments.list();
  assertEquals(
    listed.map(({ symbolId, instrument, capabilities }) => [
      symbolId,
      instrument.settleCurrency,
      capabilities.reduceOnly,
    ]),
    [
      ["BTC/USDT", null, "NO"],
      ["ETH/USDT:PERP", "USDT", "NATIVE"],
      ["ETH/USDT:FUT:20271224", "USDT", "NATIVE"],
      ["ETH/USD:PERP@ETH", "ETH", "NATIVE"],
    ],
  );
});

const BAD: readonly (readonly [Record<string, unknown>, string])[] = [
  [{ type: "FUTURES" }, "expiry is needed with type FUTURES"],
  [{ type: "PERPETUAL", expiry: "20271224" }, "expiry is needed with type FUTURES"],
  [{ type: "FUTURES", expiry: "20271324" }, "expiry must be a day as YYYYMMDD"],
  [{ type: "PERPETUAL", settle: "BTC" }, "settle is the base or the quote of a contract"],
  [{ settle: "ETH" }, "settle is the base or the quote of a contract"],
];

for (const [changes, message] of BAD) {
  Deno.test(`paper options: ${JSON.stringify(changes)} is refused: ${message}`, async () => {
    const terms = { base: "ETH", quote: "USDT", tickSize: "0.01", stepSize: "0.001" };
    const options = { instruments: [{ ...terms, ...changes }] };
    await assertRejects(() => stage(options), ConfigError, message);
  });
}

Deno.test("paper options: a leverage out of range is refused by name", async () => {
  const options = { margin: { leverage: 126 } };
  await assertRejects(
    () => stage(options),
    ConfigError,
    "exchanges.paper.margin.leverage: must be",
  );
});
