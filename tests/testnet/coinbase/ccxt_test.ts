/** The real ccxt class must not be able to tell the testnet from the exchange. */
import { assert, assertEquals, assertRejects } from "@std/assert";
// @ts-types="../../../node_modules/ccxt/js/src/base/errors.d.ts"
import {
  AuthenticationError,
  BadRequest,
  ExchangeError,
  NetworkError,
  RateLimitExceeded,
} from "ccxt/base/errors.js";
import { systemClock } from "../../../src/system/clock.ts";
import { ccxtAt, openCoinbase } from "./client.ts";

const SYMBOL = "BTC/USD";

/** ccxt dates tokens by the real time, so these testnets run on the real clock. */
function opened() {
  const { testnet } = openCoinbase({ clock: systemClock });
  return { testnet, exchange: ccxtAt(testnet) };
}

Deno.test("ccxt coinbase: markets load with everything ccxt asks by default", async () => {
  const { testnet, exchange } = opened();
  await using _ = testnet;
  const market = (await exchange.loadMarkets())[SYMBOL]!;
  assertEquals([market.precision.price, market.precision.amount], [0.01, 1e-8]);
  assertEquals([market.limits.cost?.min, market.active], [1, true]);
  assert(Math.abs((await exchange.fetchTime())! - systemClock.now()) < 5_000);
  await exchange.close();
});

Deno.test("ccxt coinbase: an order is placed, read, listed, edited and canceled", async () => {
  const { testnet, exchange } = opened();
  await using _ = testnet;
  const placed = await exchange.createOrder(SYMBOL, "limit", "buy", 0.01, 40_000, {
    clientOrderId: "mine",
  });
  // ccxt sends an id of its own instead.
  assert(placed.clientOrderId?.startsWith("ccxt-"), placed.clientOrderId);
  const id = placed.id!;
  const read = await exchange.fetchOrder(id, SYMBOL);
  assertEquals([read.status, read.price, read.remaining], ["open", 40_000, 0.01]);
  assertEquals((await exchange.fetchOpenOrders(SYMBOL)).map((order) => order.id), [id]);
  await exchange.editOrder(id, SYMBOL, "limit", "buy", 0.02, 41_000);
  assertEquals(testnet.ledger("coinbase").orders.map(({ price }) => price), ["41000"]);
  await exchange.cancelOrder(id, SYMBOL);
  assertEquals(await exchange.fetchOpenOrders(SYMBOL), []);
  const [canceled] = await exchange.fetchCanceledOrders(SYMBOL);
  assertEquals([canceled?.id, canceled?.status], [id, "canceled"]);
  await exchange.close();
});

Deno.test("ccxt coinbase: a market order fills, and the balance has it", async () => {
  const { testnet, exchange } = opened();
  await using _ = testnet;
  const { id } = await exchange.createOrder(SYMBOL, "market", "sell", 0.01);
  const [trade] = await exchange.fetchMyTrades(SYMBOL);
  assertEquals([trade?.order, trade?.amount, trade?.side], [id, 0.01, "sell"]);
  const [order] = await exchange.fetchClosedOrders(SYMBOL);
  assertEquals([order?.id, order?.filled], [id, 0.01]);
  assertEquals((await exchange.fetchBalance())["BTC"]!.total, 1.99);
  await exchange.close();
});

Deno.test("ccxt coinbase: IOC, FOK and post-only orders are known", async () => {
  const { testnet, exchange } = opened();
  await using _ = testnet;
  for (const params of [{ timeInForce: "IOC" }, { timeInForce: "FOK" }, { postOnly: true }]) {
    await exchange.createOrder(SYMBOL, "limit", "buy", 0.01, 40_000, params);
  }
  const statuses = testnet.ledger("coinbase").orders.map(({ status }) => status);
  assertEquals(statuses, ["EXPIRED", "EXPIRED", "NEW"]);
  await exchange.close();
});

Deno.test("ccxt coinbase: refusals keep the classes the exchange's own would have", async () => {
  const { testnet, exchange } = opened();
  await using _ = testnet;
  const place = (amount = 0.01, price = 40_000, params = {}) =>
    exchange.createOrder(SYMBOL, "limit", "buy", amount, price, params);
  // ccxt looks for a reason that only checks before creation give.
  await assertRejects(() => place(3_000, 40_000), ExchangeError, "INSUFFICIENT_FUND");
  await assertRejects(() => place(0.01, 60_000, { postOnly: true }), ExchangeError);
  await assertRejects(() => exchange.cancelOrder("unknown", SYMBOL), BadRequest);
  testnet.arm({ exchange: "coinbase", fault: "tooManyRequests" });
  await assertRejects(() => exchange.fetchBalance(), RateLimitExceeded);
  testnet.arm({ exchange: "coinbase", fault: "unauthorized" });
  await assertRejects(() => exchange.fetchBalance(), AuthenticationError);
  await exchange.close();
});

Deno.test("ccxt coinbase: a lost response is a NetworkError, and the order is there once", async () => {
  const { testnet, exchange } = opened();
  await using _ = testnet;
  await exchange.loadMarkets();
  testnet.arm({ exchange: "coinbase", fault: "responseLost", match: "order.place" });
  await assertRejects(
    () => exchange.createOrder(SYMBOL, "limit", "buy", 0.01, 40_000),
    NetworkError,
  );
  assertEquals(testnet.ledger("coinbase").orders.length, 1);
  assertEquals((await exchange.fetchOpenOrders(SYMBOL)).length, 1);
  await exchange.close();
});

Deno.test("ccxt coinbase: watchOrders, watchOrderBook and watchTrades see what happens", async () => {
  const { testnet, exchange } = opened();
  await using _ = testnet;
  await exchange.loadMarkets();
  await exchange.watchOrders(); // The snapshot, of nothing.
  const watched = exchange.watchOrders();
  const { id } = await exchange.createOrder(SYMBOL, "limit", "buy", 0.01, 49_999);
  assertEquals((await watched).map((order) => order.id), [id]);
  const book = await exchange.watchOrderBook(SYMBOL);
  assertEquals(book.bids[0], [49_999, 0.01]);
  const [trade] = await exchange.watchTrades(SYMBOL);
  assertEquals(trade?.symbol, SYMBOL);
  await exchange.close();
});

Deno.test("ccxt coinbase: tickers, trades, candles and books are read", async () => {
  const { testnet, exchange } = opened();
  await using _ = testnet;
  testnet.setPrice("coinbase", { symbol: "BTC-USD", price: "50100" });
  assertEquals((await exchange.fetchTicker(SYMBOL)).last, 50_100);
  assertEquals((await exchange.fetchTrades(SYMBOL)).at(-1)?.price, 50_100);
  assertEquals((await exchange.fetchOHLCV(SYMBOL, "1m")).at(-1)?.[4], 50_100);
  assert((await exchange.fetchOrderBook(SYMBOL, 5)).bids.length === 5);
  await exchange.close();
});
