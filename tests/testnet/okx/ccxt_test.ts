/** The real ccxt class must not be able to tell the testnet from the exchange. */
import { assertEquals, assertRejects } from "@std/assert";
// @ts-types="../../../node_modules/ccxt/js/src/base/errors.d.ts"
import {
  InsufficientFunds,
  InvalidOrder,
  NetworkError,
  OrderNotFound,
  RateLimitExceeded,
} from "ccxt/base/errors.js";
import { systemClock } from "../../../src/system/clock.ts";
import type { Testnet } from "../../../src/testnet/server.ts";
import { ccxtAt, open } from "./client.ts";

const SYMBOL = "BTC/USDT";
const SWAP = "BTC/USDT:USDT";

/** ccxt stamps requests with the real time, so these testnets run on the real clock. */
function opened(
  options = {},
): { readonly testnet: Testnet; readonly exchange: ReturnType<typeof ccxtAt> } {
  const { testnet } = open({ clock: systemClock, ...options });
  return { testnet, exchange: ccxtAt(testnet) };
}

Deno.test("okx ccxt: loadMarkets reads every kind of market with its precision and limits", async () => {
  const { testnet, exchange } = opened();
  await using _ = testnet;
  const markets = await exchange.loadMarkets();
  const market = markets[SYMBOL]!;
  assertEquals([market.precision.price, market.precision.amount], [0.1, 1e-8]);
  assertEquals([market.limits.amount?.min, market.active], [0.00001, true]);
  assertEquals([markets[SWAP]!.contractSize, markets[SWAP]!.linear], [0.01, true]);
  assertEquals(markets["BTC/USD:BTC"]!.inverse, true);
  assertEquals(markets["BTC/USDT:USDT-270326"]!.future, true);
  assertEquals(markets["BTC/USD:BTC-270326-100000-C"]!.strike, 100_000);
  await exchange.close();
});

Deno.test("okx ccxt: an order is placed, read, listed, changed and canceled", async () => {
  const { testnet, exchange } = opened();
  await using _ = testnet;
  for (const symbol of [SYMBOL, SWAP]) {
    const order = await exchange.createOrder(symbol, "limit", "buy", 0.01, 40_000);
    const read = await exchange.fetchOrder(order.id!, symbol);
    assertEquals([read.id, read.status, read.amount, read.price], [order.id, "open", 0.01, 40_000]);
    assertEquals((await exchange.fetchOpenOrders(symbol)).length, 1);
    await exchange.editOrder(order.id!, symbol, "limit", "buy", 0.02, 41_000);
    assertEquals((await exchange.fetchOrder(order.id!, symbol)).price, 41_000);
    await exchange.cancelOrder(order.id!, symbol);
    assertEquals((await exchange.fetchOrder(order.id!, symbol)).status, "canceled");
    assertEquals((await exchange.fetchCanceledOrders(symbol)).length, 1);
  }
  await exchange.close();
});

Deno.test("okx ccxt: a market order fills, with trades and fees", async () => {
  const { testnet, exchange } = opened();
  await using _ = testnet;
  const { id } = await exchange.createOrder(SYMBOL, "market", "buy", 0.01);
  const order = await exchange.fetchOrder(id!, SYMBOL);
  assertEquals([order.status, order.filled, order.fee?.currency], ["closed", 0.01, "BTC"]);
  const [trade] = await exchange.fetchMyTrades(SYMBOL);
  assertEquals([trade!.order, trade!.amount, trade!.takerOrMaker], [id, 0.01, "taker"]);
  const [same] = await exchange.fetchOrderTrades(id!, SYMBOL);
  assertEquals(same!.id, trade!.id);
  assertEquals((await exchange.fetchBalance())["BTC"]!.total, 2.00999);
  assertEquals((await exchange.fetchClosedOrders(SYMBOL)).length, 1);
  await exchange.close();
});

Deno.test("okx ccxt: a swap's position is in contracts", async () => {
  const { testnet, exchange } = opened();
  await using _ = testnet;
  await exchange.createOrder(SWAP, "market", "sell", 3);
  const [position] = await exchange.fetchPositions([SWAP]);
  assertEquals([position!.side, position!.contracts, position!.contractSize], ["short", 3, 0.01]);
  await exchange.createOrder(SWAP, "market", "buy", 3, undefined, { reduceOnly: true });
  assertEquals(await exchange.fetchPositions([SWAP]), []);
  await exchange.close();
});

Deno.test("okx ccxt: refusals keep the classes the exchange's own would have", async () => {
  const { testnet, exchange } = opened();
  await using _ = testnet;
  const place = (amount: number, params = {}) =>
    exchange.createOrder(SYMBOL, "limit", "buy", amount, 40_000, params);
  await place(0.01, { clientOrderId: "mine" });
  await assertRejects(() => place(0.01, { clientOrderId: "mine" }), InvalidOrder, "51016");
  await assertRejects(() => place(900_000), InsufficientFunds);
  await assertRejects(() => exchange.fetchOrder("999", SYMBOL), OrderNotFound);
  await assertRejects(() => exchange.cancelOrder("999", SYMBOL), OrderNotFound);
  testnet.arm({ exchange: "okx", fault: "tooManyRequests" });
  await assertRejects(() => place(0.01), RateLimitExceeded);
  await exchange.close();
});

Deno.test("okx ccxt: a lost response is a NetworkError, and the order is there once", async () => {
  const { testnet, exchange } = opened();
  await using _ = testnet;
  await exchange.loadMarkets();
  testnet.arm({ exchange: "okx", fault: "responseLost", match: "order.place" });
  await assertRejects(
    () => exchange.createOrder(SYMBOL, "limit", "buy", 0.01, 40_000, { clientOrderId: "mine" }),
    NetworkError,
  );
  assertEquals(testnet.ledger("okx").orders.map((o) => o.clientOrderId), ["mine"]);
  await exchange.close();
});

Deno.test("okx ccxt: watchOrders, watchBalance and watchPositions see what a swap order does", async () => {
  const { testnet, exchange } = opened();
  await using _ = testnet;
  await exchange.loadMarkets();
  await exchange.authenticate();
  const orders = exchange.watchOrders();
  assertEquals(await exchange.watchPositions([SWAP]), []); // What there is at first.
  const positions = exchange.watchPositions([SWAP]);
  const balance = await exchange.watchBalance();
  assertEquals(balance["USDT"]!.total, 100_000_000);
  await exchange.createOrder(SWAP, "market", "buy", 2);
  assertEquals((await orders)[0]!.symbol, SWAP);
  assertEquals((await positions)[0]!.contracts, 2);
  await exchange.close();
});

Deno.test("okx ccxt: orders go over the WebSocket", async () => {
  const { testnet, exchange } = opened();
  await using _ = testnet;
  const order = await exchange.createOrderWs(SYMBOL, "limit", "buy", 0.01, 40_000);
  assertEquals((await exchange.fetchOrder(order.id!, SYMBOL)).status, "open");
  await exchange.cancelOrderWs(order.id!, SYMBOL);
  assertEquals((await exchange.fetchOrder(order.id!, SYMBOL)).status, "canceled");
  await exchange.close();
});

Deno.test("okx ccxt: the market is read and watched", async () => {
  const { testnet, exchange } = opened();
  await using _ = testnet;
  await exchange.loadMarkets();
  const book = await exchange.watchOrderBook(SYMBOL);
  assertEquals(book.bids.length, 5);
  await exchange.createOrder(SYMBOL, "limit", "buy", 0.01, 49_999);
  assertEquals((await exchange.watchOrderBook(SYMBOL)).bids[0], [49_999, 0.01]);
  const trades = exchange.watchTrades(SYMBOL);
  await exchange.fetchTime(); // The subscription is under way.
  testnet.setPrice("okx", { symbol: "BTC-USDT", price: "51000" });
  assertEquals((await trades)[0]!.price, 51_000);
  assertEquals((await exchange.fetchTicker(SYMBOL)).last, 51_000);
  assertEquals((await exchange.fetchOrderBook(SYMBOL, 5)).asks.length, 5);
  assertEquals((await exchange.fetchTrades(SYMBOL)).at(-1)!.price, 51_000);
  assertEquals((await exchange.fetchOHLCV(SYMBOL)).at(-1)![4], 51_000);
  await exchange.close();
});
