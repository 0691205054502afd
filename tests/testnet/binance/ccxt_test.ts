/** The real ccxt class must not be able to tell the testnet from the exchange. */
import { assertEquals, assertRejects } from "@std/assert";
// @ts-types="../../../node_modules/ccxt/js/src/base/errors.d.ts"
import { DDoSProtection, InvalidOrder, NetworkError, OrderNotFound } from "ccxt/base/errors.js";
import { systemClock } from "../../../src/system/clock.ts";
import type { Testnet } from "../../../src/testnet/server.ts";
import { ccxtAt, open } from "../client.ts";

const SYMBOL = "BTC/USDT";

/** ccxt stamps requests with the real time, so these testnets run on the real clock. */
function opened(): { readonly testnet: Testnet; readonly exchange: ReturnType<typeof ccxtAt> } {
  const { testnet } = open({ clock: systemClock });
  return { testnet, exchange: ccxtAt(testnet) };
}

Deno.test("ccxt: loadMarkets reads precision and limits", async () => {
  const { testnet, exchange } = opened();
  await using _ = testnet;
  const markets = await exchange.loadMarkets();
  const market = markets[SYMBOL]!;
  assertEquals([market.precision.price, market.precision.amount], [0.01, 0.00001]);
  assertEquals([market.limits.cost?.min, market.limits.amount?.max], [5, 9000]);
  assertEquals(market.active, true);
  await exchange.close();
});

Deno.test("ccxt: loadMarkets works with everything ccxt asks by default", async () => {
  const { testnet, exchange } = opened();
  await using _ = testnet;
  exchange.options.fetchMarkets = ["spot", "linear", "inverse"];
  exchange.options.fetchCurrencies = true;
  exchange.options.fetchMargins = true;
  await exchange.loadMarkets();
  assertEquals(exchange.currencies["USDT"]!.id, "USDT");
  await exchange.close();
});

Deno.test("ccxt: an order is placed, read, listed and canceled", async () => {
  const { testnet, exchange } = opened();
  await using _ = testnet;
  const order = await exchange.createOrder(SYMBOL, "limit", "buy", 0.01, 49_000, {
    clientOrderId: "mine",
  });
  assertEquals([order.status, order.clientOrderId, order.remaining], ["open", "mine", 0.01]);
  const read = await exchange.fetchOrder(order.id!, SYMBOL, { clientOrderId: "mine" });
  assertEquals([read.id, read.price], [order.id, 49_000]);
  assertEquals((await exchange.fetchOpenOrders(SYMBOL)).length, 1);
  assertEquals((await exchange.cancelOrder(order.id!, SYMBOL)).status, "canceled");
  assertEquals((await exchange.fetchOrders(SYMBOL))[0]!.status, "canceled");
  await exchange.close();
});

Deno.test("ccxt: a market order fills, with trades and fees", async () => {
  const { testnet, exchange } = opened();
  await using _ = testnet;
  const order = await exchange.createOrder(SYMBOL, "market", "buy", 0.01);
  assertEquals([order.status, order.filled, order.trades.length], ["closed", 0.01, 1]);
  const [trade] = await exchange.fetchMyTrades(SYMBOL);
  assertEquals([trade!.order, trade!.amount, trade!.fee?.currency], [order.id, 0.01, "BTC"]);
  assertEquals((await exchange.fetchBalance())["BTC"]!.total, 2.00999);
  await exchange.close();
});

Deno.test("ccxt: refusals keep the classes the exchange's own would have", async () => {
  const { testnet, exchange } = opened();
  await using _ = testnet;
  const place = (params = {}) => exchange.createOrder(SYMBOL, "limit", "buy", 0.01, 49_000, params);
  await place({ clientOrderId: "mine" });
  await assertRejects(
    () => place({ clientOrderId: "mine" }),
    InvalidOrder,
    "Duplicate order sent.",
  );
  await assertRejects(() => exchange.fetchOrder("999", SYMBOL), OrderNotFound);
  await assertRejects(() => exchange.cancelOrder("999", SYMBOL), OrderNotFound);
  testnet.arm({ exchange: "binance", fault: "tooManyRequests" });
  await assertRejects(() => place(), DDoSProtection);
  await exchange.close();
});

Deno.test("ccxt: a lost response is a NetworkError, and the order is there once", async () => {
  const { testnet, exchange } = opened();
  await using _ = testnet;
  await exchange.loadMarkets();
  testnet.arm({ exchange: "binance", fault: "responseLost", match: "order.place" });
  await assertRejects(
    () => exchange.createOrder(SYMBOL, "limit", "buy", 0.01, 49_000, { clientOrderId: "mine" }),
    NetworkError,
  );
  assertEquals(testnet.ledger("binance").orders.map((o) => o.clientOrderId), ["mine"]);
  const found = await exchange.fetchOrder("", SYMBOL, { clientOrderId: "mine" });
  assertEquals(found.status, "open");
  await exchange.close();
});

Deno.test("ccxt: watchOrders sees an order through the signed subscription", async () => {
  const { testnet, exchange } = opened();
  await using _ = testnet;
  await exchange.loadMarkets();
  // First, since a watch does not wait for a subscription that another call has under way.
  await exchange.authenticate();
  const watched = exchange.watchOrders(SYMBOL);
  await exchange.createOrder(SYMBOL, "limit", "buy", 0.01, 49_000, { clientOrderId: "mine" });
  assertEquals((await watched)[0]!.clientOrderId, "mine");
  await exchange.close();
});

Deno.test("ccxt: orders go over the WebSocket API", async () => {
  const { testnet, exchange } = opened();
  await using _ = testnet;
  const order = await exchange.createOrderWs(SYMBOL, "limit", "buy", 0.01, 49_000);
  assertEquals((await exchange.fetchOrderWs(order.id!, SYMBOL)).status, "open");
  assertEquals((await exchange.cancelOrderWs(order.id!, SYMBOL)).status, "canceled");
  await exchange.close();
});

Deno.test("ccxt: editOrder replaces by cancel-replace", async () => {
  const { testnet, exchange } = opened();
  await using _ = testnet;
  const order = await exchange.createOrder(SYMBOL, "limit", "buy", 0.01, 49_000);
  const edited = await exchange.editOrder(order.id!, SYMBOL, "limit", "buy", 0.02, 48_000);
  assertEquals([edited.amount, edited.price], [0.02, 48_000]);
  const statuses = testnet.ledger("binance").orders.map((o) => o.status);
  assertEquals(statuses, ["CANCELED", "NEW"]);
  await exchange.close();
});

Deno.test("ccxt: watchOrderBook joins snapshot and diffs, watchTrades sees prints", async () => {
  const { testnet, exchange } = opened();
  await using _ = testnet;
  await exchange.loadMarkets();
  await exchange.watchOrderBook(SYMBOL);
  await exchange.createOrder(SYMBOL, "limit", "buy", 0.01, 49_999);
  const book = await exchange.watchOrderBook(SYMBOL);
  assertEquals(book.bids[0], [49_999, 0.01]);
  let price = 0;
  const seen = exchange.watchTrades(SYMBOL).then((trades) => price = trades[0]!.price!);
  // Prints before the subscription is confirmed are not for it, so the price moves until one is.
  for (let next = 50_100; price === 0; next++) {
    testnet.setPrice("binance", { symbol: "BTCUSDT", price: String(next) });
    await exchange.fetchTime();
  }
  await seen;
  assertEquals(price >= 50_100, true);
  await exchange.close();
});
