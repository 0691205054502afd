import { assert, assertEquals } from "@std/assert";
import { decimal } from "../../../src/model/decimal.ts";
import type { Fill } from "../../../src/model/fill.ts";
import { gate } from "./fixtures.ts";
import { LOST, testDoubts } from "./venue_faults.ts";
import { CLIENT_ID, CLOCK_SLACK_MS, OTHER_ID, until, venueStage } from "./venue_stage.ts";

const BINANCE = venueStage({
  exchange: "binance",
  symbolId: "BTC/USDT",
  order: { amount: decimal("0.001") },
});
const { open, request, resting, named } = BINANCE;

Deno.test("ccxt on the testnet: an order is placed, canceled and seen ended", async () => {
  await using connected = await open();
  const { execution } = connected.adapter;
  const placed = await execution.submit(resting(), gate());
  assert(placed.kind === "accepted", JSON.stringify(placed));
  assertEquals(placed.order.status, "OPEN");

  const listed = await execution.openOrders("BTC/USDT");
  assert(listed.kind === "read");
  assertEquals(listed.value.map(({ clientOrderId }) => clientOrderId), [CLIENT_ID]);

  const canceled = await execution.cancel(
    named({ exchangeOrderId: placed.order.exchangeOrderId }),
    gate(),
  );
  assert(canceled.kind === "accepted", JSON.stringify(canceled));
  assertEquals(canceled.order?.status, "CANCELED");
  const found = await execution.lookup(named());
  assert(found.kind === "found");
  assertEquals(found.order.status, "CANCELED");
  assertEquals(await execution.cancel(named(), gate()), { kind: "notFound" });
});

Deno.test("ccxt on the testnet: fills agree in answer, trades and stream", async () => {
  await using connected = await open();
  const { adapter, facts } = connected;
  const [socket] = adapter.sockets;
  await socket!.open({ onFrame() {}, onClose() {} }, new AbortController().signal);
  const since = (adapter.venueNow() ?? 0) - CLOCK_SLACK_MS;
  const placed = await adapter.execution.submit(request({ limitPrice: null }), gate());
  assert(placed.kind === "accepted", JSON.stringify(placed));
  assertEquals(placed.order.status, "FILLED");
  const mine = await adapter.execution.fillsOf(
    named({ exchangeOrderId: placed.order.exchangeOrderId }),
  );
  const all = await adapter.execution.fillsSince("BTC/USDT", since);
  assert(mine.kind === "read" && all.kind === "read");
  await until(() => facts.some((fact) => fact.kind === "order" && fact.order.status === "FILLED"));
  const streamed = facts.flatMap((fact) => fact.kind === "order" ? fact.order.fills : []);
  const keys = (fills: readonly Fill[]) =>
    fills.map(({ tradeId, price, quantity, fee }) => [tradeId, price, quantity, fee]);
  assertEquals(keys(streamed), keys(mine.value));
  assertEquals(keys(placed.order.fills), keys(mine.value));
  assertEquals(keys(all.value), keys(mine.value));
  assert(facts.some(({ kind }) => kind === "balances"));
  await socket!.close();
});

Deno.test("ccxt on the testnet: an order that was never placed is proven absent", async () => {
  await using connected = await open();
  await connected.adapter.execution.submit(resting({}, OTHER_ID), gate());
  const outcome = await connected.adapter.execution.lookup(named());
  assertEquals(outcome.kind, "absent", JSON.stringify(outcome));
});

Deno.test("ccxt on the testnet: the market's price is read", async () => {
  await using connected = await open();
  const read = await connected.adapter.marketData.readTicker?.("BTC/USDT");
  assert(read?.kind === "read", JSON.stringify(read));
  const { symbol, last, bid, ask } = read.value;
  assertEquals(symbol, "BTC/USDT");
  assert(last !== null && Number(bid) <= Number(last) && Number(last) <= Number(ask));
});

Deno.test("ccxt on the testnet: balances are read", async () => {
  await using connected = await open();
  const outcome = await connected.adapter.execution.balances();
  assert(outcome.kind === "read", JSON.stringify(outcome));
  assert(outcome.value.some(({ assetId }) => assetId === "USDT"));
});

Deno.test("ccxt on the testnet: a second order under a live id is in doubt", async () => {
  await using connected = await open();
  await connected.adapter.execution.submit(resting(), gate());
  const outcome = await connected.adapter.execution.submit(resting(), gate());
  assert(outcome.kind === "unknown", JSON.stringify(outcome));
  assertEquals(outcome.cause.code, "DUPLICATE_ID");
});

Deno.test("ccxt on the testnet: too little money is refused", async () => {
  await using connected = await open({ balances: { USDT: "10" } });
  const outcome = await connected.adapter.execution.submit(resting(), gate());
  assert(outcome.kind === "refused", JSON.stringify(outcome));
  assertEquals(outcome.reason.code, "INSUFFICIENT_FUNDS");
});

testDoubts({ ...BINANCE, name: "ccxt on the testnet" }, [
  ...LOST,
  ["backendTimeout", "UNLISTED", "found"],
  ["unexpectedResponse", "UNLISTED", "found"],
]);

Deno.test("ccxt on the testnet: a mute socket still closes in bounded time", async () => {
  await using connected = await open();
  const [socket] = connected.adapter.sockets;
  let frames = 0;
  await socket!.open({ onFrame: () => void frames++, onClose() {} }, new AbortController().signal);
  connected.testnet.arm({ exchange: "binance", fault: "muteSocket" });
  const before = frames;
  socket!.probe();
  await connected.adapter.syncClock();
  assertEquals(frames, before);
  await socket!.close();
});
