import { assert, assertEquals } from "@std/assert";
import type { SubmitRequest } from "../../../src/exchanges/exchange.ts";
import { decimal } from "../../../src/model/decimal.ts";
import type { Fill } from "../../../src/model/fill.ts";
import type { StandardOrder } from "../../../src/model/order.ts";
import { systemClock } from "../../../src/system/clock.ts";
import { systemRandom } from "../../../src/system/random.ts";
import { TESTNET_API_KEY, TESTNET_API_SECRET } from "../../../src/testnet/credentials.ts";
import type { FaultName } from "../../../src/testnet/fault_catalogue.ts";
import { startTestnet, type Testnet } from "../../../src/testnet/server.ts";
import { connect, type Connected, gate, submitRequest } from "./fixtures.ts";

const CLIENT_ID = "0123456789abcdef0123456789abcdef";
/** Loopback answers in a millisecond; a fault that stays silent is waited for this long. */
const TIMEOUT_MS = 250;

Deno.test("ccxt on the testnet: an order is placed, canceled and seen ended", async () => {
  await using testnet = start();
  await using connected = await connectTo(testnet);
  const { execution } = connected.adapter;
  const placed = await execution.submit(resting(), gate());
  assert(placed.kind === "accepted", JSON.stringify(placed));
  assertEquals(placed.order.status, "OPEN");

  const open = await execution.openOrders("BTC/USDT");
  assert(open.kind === "read");
  assertEquals(open.value.map(({ clientOrderId }) => clientOrderId), [CLIENT_ID]);

  const canceled = await execution.cancel(named(placed.order.exchangeOrderId), gate());
  assert(canceled.kind === "accepted", JSON.stringify(canceled));
  assertEquals(canceled.order?.status, "CANCELED");
  const found = await execution.lookup(named());
  assert(found.kind === "found");
  assertEquals(found.order.status, "CANCELED");
  assertEquals(await execution.cancel(named(), gate()), { kind: "notFound" });
});

Deno.test("ccxt on the testnet: fills agree in answer, trades and stream", async () => {
  await using testnet = start();
  await using connected = await connectTo(testnet);
  const { adapter, facts } = connected;
  const [socket] = adapter.sockets;
  await socket!.open({ onFrame() {}, onClose() {} }, new AbortController().signal);
  const since = adapter.venueNow() ?? 0;
  const placed = await adapter.execution.submit(ordered({ limitPrice: null }), gate());
  assert(placed.kind === "accepted", JSON.stringify(placed));
  assertEquals(placed.order.status, "FILLED");
  const mine = await adapter.execution.fillsOf(named(placed.order.exchangeOrderId));
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
  await using testnet = start();
  await using connected = await connectTo(testnet);
  await connected.adapter.execution.submit(resting("another" + "0".repeat(25)), gate());
  const outcome = await connected.adapter.execution.lookup(named());
  assertEquals(outcome.kind, "absent", JSON.stringify(outcome));
});

Deno.test("ccxt on the testnet: the market's price is read", async () => {
  await using testnet = start();
  await using connected = await connectTo(testnet);
  const read = await connected.adapter.marketData.readTicker?.("BTC/USDT");
  assert(read?.kind === "read", JSON.stringify(read));
  const { symbol, last, bid, ask } = read.value;
  assertEquals(symbol, "BTC/USDT");
  assert(last !== null && Number(bid) <= Number(last) && Number(last) <= Number(ask));
});

Deno.test("ccxt on the testnet: balances are read", async () => {
  await using testnet = start();
  await using connected = await connectTo(testnet);
  const outcome = await connected.adapter.execution.balances();
  assert(outcome.kind === "read", JSON.stringify(outcome));
  assert(outcome.value.some(({ assetId }) => assetId === "USDT"));
});

Deno.test("ccxt on the testnet: a second order under a live id is in doubt", async () => {
  await using testnet = start();
  await using connected = await connectTo(testnet);
  await connected.adapter.execution.submit(resting(), gate());
  const outcome = await connected.adapter.execution.submit(resting(), gate());
  assert(outcome.kind === "unknown", JSON.stringify(outcome));
  assertEquals(outcome.cause.code, "DUPLICATE_ID");
});

Deno.test("ccxt on the testnet: too little money is refused", async () => {
  await using testnet = start({ USDT: "10" });
  await using connected = await connectTo(testnet);
  const outcome = await connected.adapter.execution.submit(resting(), gate());
  assert(outcome.kind === "refused", JSON.stringify(outcome));
  assertEquals(outcome.reason.code, "INSUFFICIENT_FUNDS");
});

/** [fault, the cause submit gives, what the look-up then proves] */
const FAULTS: readonly (readonly [FaultName, string, "found" | "absent"])[] = [
  ["responseLost", "CONNECTION_RESET", "found"],
  ["requestLost", "CONNECTION_RESET", "absent"],
  ["unavailableAfter", "SERVER_ERROR", "found"],
  ["unavailableBefore", "SERVER_ERROR", "absent"],
  ["resetMidBody", "CONNECTION_RESET", "found"],
  ["neverAnswers", "TIMEOUT", "found"],
  ["blackHole", "TIMEOUT", "absent"],
  ["stalledBody", "TIMEOUT", "found"],
  ["htmlAnswer", "BAD_RESPONSE", "found"],
  ["truncatedJson", "BAD_RESPONSE", "found"],
  ["emptyAnswer", "BAD_RESPONSE", "found"],
  ["backendTimeout", "UNLISTED", "found"],
  ["unexpectedResponse", "UNLISTED", "found"],
];

for (const [fault, cause, proof] of FAULTS) {
  Deno.test(`ccxt on the testnet: ${fault} is in doubt and then proven ${proof}`, async () => {
    await using testnet = start();
    await using connected = await connectTo(testnet);
    testnet.arm({ exchange: "binance", fault, match: { operation: "order.place" }, count: 1 });
    const outcome = await connected.adapter.execution.submit(resting(), gate());
    assert(outcome.kind === "unknown", JSON.stringify(outcome));
    assertEquals(outcome.cause.code, cause, outcome.cause.message);
    const found = await connected.adapter.execution.lookup(named());
    assertEquals(found.kind, proof, JSON.stringify(found));
    assertEquals(
      testnet.ledger("binance").orders.filter((order) => order.clientOrderId === CLIENT_ID).length,
      proof === "found" ? 1 : 0,
    );
  });
}

Deno.test("ccxt on the testnet: a mute socket still closes in bounded time", async () => {
  await using testnet = start();
  await using connected = await connectTo(testnet);
  const [socket] = connected.adapter.sockets;
  let frames = 0;
  await socket!.open({ onFrame: () => void frames++, onClose() {} }, new AbortController().signal);
  testnet.arm({ exchange: "binance", fault: "muteSocket" });
  const before = frames;
  socket!.probe();
  await connected.adapter.syncClock();
  assertEquals(frames, before);
  await socket!.close();
});

function start(balances?: Readonly<Record<string, string>>): Testnet {
  const key = { apiKey: TESTNET_API_KEY, secret: TESTNET_API_SECRET };
  const accounts = balances === undefined ? [key] : [{ ...key, balances }];
  return startTestnet({ clock: systemClock, random: systemRandom, accounts });
}

function connectTo(testnet: Testnet): Promise<Connected> {
  return connect(testnet.url, {
    apiKey: TESTNET_API_KEY,
    secret: TESTNET_API_SECRET,
    requestTimeoutMs: TIMEOUT_MS,
  });
}

function ordered(fields: Partial<StandardOrder> = {}, clientOrderId = CLIENT_ID): SubmitRequest {
  return submitRequest({ amount: decimal("0.001"), ...fields }, clientOrderId);
}

/** Far below any price the testnet shows. */
function resting(clientOrderId = CLIENT_ID, fields: Partial<StandardOrder> = {}): SubmitRequest {
  return ordered({ limitPrice: decimal("40000"), ...fields }, clientOrderId);
}

function named(exchangeOrderId: string | null = null) {
  return { symbolId: "BTC/USDT", clientOrderId: CLIENT_ID, exchangeOrderId };
}

async function until(condition: () => boolean): Promise<void> {
  const end = performance.now() + 3_000;
  while (!condition()) {
    assert(performance.now() < end, "the condition did not come true within 3 s");
    await new Promise((resolve) => setTimeout(resolve, 2));
  }
}
