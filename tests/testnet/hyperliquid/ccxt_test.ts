/** The real ccxt class must not be able to tell the testnet from the exchange. */
import { assert, assertEquals, assertRejects } from "@std/assert";
// @ts-types="../../../node_modules/ccxt/js/src/base/errors.d.ts"
import { InsufficientFunds, InvalidOrder, NetworkError, OrderNotFound } from "ccxt/base/errors.js";
import { systemClock } from "../../../src/system/clock.ts";
import type { Testnet } from "../../../src/testnet/server.ts";
import { ccxtAt, CLOID, open } from "./client.ts";

const PERP = "BTC/USDC:USDC";
const SPOT = "BTC/USDC";

/** ccxt stamps actions with the real time, so these testnets run on the real clock. */
function opened(
  options = {},
): { readonly testnet: Testnet; readonly exchange: ReturnType<typeof ccxtAt> } {
  const { testnet } = open({ clock: systemClock, ...options });
  return { testnet, exchange: ccxtAt(testnet) };
}

Deno.test("hyperliquid ccxt: loadMarkets reads perpetuals and spot pairs with their precision", async () => {
  const { testnet, exchange } = opened();
  await using _ = testnet;
  const markets = await exchange.loadMarkets();
  assertEquals(Object.keys(markets).sort(), [
    "BTC/USDC",
    PERP,
    "ETH/USDC",
    "ETH/USDC:USDC",
    "PURR/USDC",
    "SOL/USDC:USDC",
  ]);
  const market = markets[PERP]!;
  assertEquals([market.precision.amount, market.limits.cost?.min, market.linear], [1e-5, 10, true]);
  assertEquals([markets[SPOT]!.id, markets[SPOT]!.spot], ["@1", true]);
  await exchange.close();
});

Deno.test("hyperliquid ccxt: an order is placed, read, listed, changed and canceled", async () => {
  const { testnet, exchange } = opened();
  await using _ = testnet;
  for (const symbol of [PERP, SPOT]) {
    const order = await exchange.createOrder(symbol, "limit", "buy", 0.01, 40_000);
    const read = await exchange.fetchOrder(order.id!, symbol);
    assertEquals([read.id, read.status, read.amount, read.price], [order.id, "open", 0.01, 40_000]);
    assertEquals((await exchange.fetchOpenOrders(symbol)).length, 1);
    const changed = await exchange.editOrder(order.id!, symbol, "limit", "buy", 0.02, 41_000);
    assert(changed.id !== order.id);
    assertEquals((await exchange.fetchOrder(changed.id!, symbol)).price, 41_000);
    await exchange.cancelOrder(changed.id!, symbol);
    assertEquals((await exchange.fetchOrder(changed.id!, symbol)).status, "canceled");
    assertEquals((await exchange.fetchCanceledOrders(symbol)).length, 2);
  }
  await exchange.close();
});

Deno.test("hyperliquid ccxt: a market order fills, with trades and fees", async () => {
  const { testnet, exchange } = opened();
  await using _ = testnet;
  const { id } = await exchange.createOrder(PERP, "market", "buy", 0.01, 50_000);
  const order = await exchange.fetchOrder(id!, PERP);
  assertEquals([order.status, order.filled], ["closed", 0.01]);
  const [trade] = await exchange.fetchMyTrades(PERP);
  assertEquals([trade!.order, trade!.amount, trade!.takerOrMaker, trade!.fee?.currency], [
    id,
    0.01,
    "taker",
    "USDC",
  ]);
  const [position] = await exchange.fetchPositions([PERP]);
  assertEquals([position!.side, position!.contracts], ["long", 0.01]);
  const balance = await exchange.fetchBalance();
  assert(balance["USDC"]!.total! > 99_999_000 && balance["USDC"]!.used! > 0);
  const spot = await exchange.fetchBalance({ type: "spot" });
  assertEquals(spot["BTC"]!.total, 2);
  await exchange.close();
});

Deno.test("hyperliquid ccxt: refusals keep the classes the exchange's own would have", async () => {
  const { testnet, exchange } = opened();
  await using _ = testnet;
  const place = (amount: number, params = {}) =>
    exchange.createOrder(PERP, "limit", "buy", amount, 40_000, params);
  await assertRejects(() => place(0.0001), InvalidOrder, "minimum value of $10");
  await assertRejects(() => place(90_000), InsufficientFunds);
  await assertRejects(() => exchange.fetchOrder("999", PERP), OrderNotFound);
  await assertRejects(() => exchange.cancelOrder("999", PERP), OrderNotFound);
  await exchange.close();
});

Deno.test("hyperliquid ccxt: a lost response is a NetworkError, and the order is there once", async () => {
  const { testnet, exchange } = opened();
  await using _ = testnet;
  await exchange.loadMarkets();
  const match = { operation: "order.place" };
  testnet.arm({ exchange: "hyperliquid", fault: "responseLost", match, count: 1 });
  await assertRejects(
    () => exchange.createOrder(PERP, "limit", "buy", 0.01, 40_000, { clientOrderId: CLOID }),
    NetworkError,
  );
  assertEquals(testnet.ledger("hyperliquid").orders.map((o) => o.clientOrderId), [CLOID]);
  await exchange.close();
});

Deno.test("hyperliquid ccxt: watchOrders, watchMyTrades and watchPositions see what an order does", async () => {
  const { testnet, exchange } = opened();
  await using _ = testnet;
  await exchange.loadMarkets();
  const orders = exchange.watchOrders(PERP);
  const trades = exchange.watchMyTrades(PERP);
  const positions = exchange.watchPositions([PERP]);
  const subscribed = () =>
    testnet.heard("hyperliquid").filter(({ operation }) => operation.name === "general.subscribe");
  while (subscribed().length < 3) await new Promise((resolve) => setTimeout(resolve, 2));
  await exchange.createOrder(PERP, "market", "buy", 0.01, 50_000);
  assertEquals((await orders)[0]!.symbol, PERP);
  assertEquals((await trades)[0]!.amount, 0.01);
  assertEquals((await positions)[0]!.contracts, 0.01);
  await exchange.close();
});

Deno.test("hyperliquid ccxt: the market is read and watched", async () => {
  const { testnet, exchange } = opened();
  await using _ = testnet;
  const book = await exchange.fetchOrderBook(PERP);
  assertEquals([book.bids.length, book.asks.length], [5, 5]);
  assertEquals((await exchange.watchOrderBook(PERP)).bids[0]![0], book.bids[0]![0]);
  assertEquals((await exchange.fetchTicker(PERP)).close, 50_000);
  assertEquals((await exchange.fetchOHLCV(PERP, "1m"))[0]![4], 50_000);
  await exchange.close();
});

Deno.test("hyperliquid ccxt: orders go over the WebSocket", async () => {
  const { testnet, exchange } = opened();
  await using _ = testnet;
  const order = await exchange.createOrderWs(PERP, "limit", "buy", 0.01, 40_000);
  assert(order.id !== undefined);
  await exchange.cancelOrderWs(order.id, PERP);
  assertEquals((await exchange.fetchOrder(order.id, PERP)).status, "canceled");
  await exchange.close();
});
