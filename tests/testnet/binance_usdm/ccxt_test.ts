/** The real ccxt class must not be able to tell the testnet from the exchange. */
import { assert, assertEquals, assertRejects } from "@std/assert";
// @ts-types="../../../node_modules/ccxt/js/src/base/errors.d.ts"
import {
  AuthenticationError,
  DDoSProtection,
  InsufficientFunds,
  InvalidOrder,
  NetworkError,
  OrderNotFillable,
  OrderNotFound,
} from "ccxt/base/errors.js";
import { systemClock } from "../../../src/system/clock.ts";
import { ccxtAt, openUsdm } from "./client.ts";

const SYMBOL = "BTC/USDT:USDT";

/** ccxt stamps requests with the real time, so these testnets run on the real clock. */
function opened() {
  const { testnet } = openUsdm({ clock: systemClock });
  return { testnet, exchange: ccxtAt(testnet) };
}

Deno.test("ccxt usdm: markets load, perpetual and dated", async () => {
  const { testnet, exchange } = opened();
  await using _ = testnet;
  const markets = await exchange.loadMarkets();
  const market = markets[SYMBOL]!;
  assertEquals([market.precision.price, market.precision.amount], [0.1, 0.001]);
  assertEquals([market.limits.cost?.min, market.linear, market.active], [100, true, true]);
  assertEquals(markets["BTC/USDT:USDT-271231"]?.future, true);
  await exchange.close();
});

Deno.test("ccxt usdm: an order is placed, read, listed, changed and canceled", async () => {
  const { testnet, exchange } = opened();
  await using _ = testnet;
  const params = { clientOrderId: "mine" };
  const { id } = await exchange.createOrder(SYMBOL, "limit", "buy", 0.01, 40_000, params);
  const read = await exchange.fetchOrder(id!, SYMBOL);
  assertEquals([read.status, read.clientOrderId, read.remaining], ["open", "mine", 0.01]);
  assertEquals((await exchange.fetchOpenOrders(SYMBOL)).map((each) => each.id), [id]);
  const changed = await exchange.editOrder(id!, SYMBOL, "limit", "buy", 0.02, 41_000);
  assertEquals([changed.price, changed.amount], [41_000, 0.02]);
  const canceled = await exchange.cancelOrder(id!, SYMBOL);
  assertEquals([canceled.status, canceled.clientOrderId], ["canceled", "mine"]);
  assertEquals(await exchange.fetchOpenOrders(SYMBOL), []);
  assertEquals((await exchange.fetchOrders(SYMBOL)).map((each) => each.status), ["canceled"]);
  await exchange.close();
});

Deno.test("ccxt usdm: a market order fills, with trades, balance and position", async () => {
  const { testnet, exchange } = opened();
  await using _ = testnet;
  const order = await exchange.createOrder(SYMBOL, "market", "sell", 0.01);
  assertEquals([order.status, order.filled], ["closed", 0.01]);
  const [trade] = await exchange.fetchMyTrades(SYMBOL);
  assertEquals([trade!.order, trade!.amount, trade!.fee?.currency], [order.id, 0.01, "USDT"]);
  const [position] = await exchange.fetchPositions([SYMBOL]);
  assertEquals([position?.side, position?.contracts], ["short", 0.01]);
  const balance = await exchange.fetchBalance();
  assert(balance["USDT"]!.total! < 10_000_000 && balance["USDT"]!.used! > 0);
  await exchange.close();
});

Deno.test("ccxt usdm: orders, trades and books are watched", async () => {
  const { testnet, exchange } = opened();
  await using _ = testnet;
  await exchange.loadMarkets();
  const orders = exchange.watchOrders(SYMBOL);
  await streaming(testnet);
  const { id } = await exchange.createOrder(SYMBOL, "limit", "buy", 0.01, 40_000);
  assertEquals((await orders)[0]?.id, id);
  const trades = exchange.watchMyTrades(SYMBOL);
  const order = await exchange.createOrder(SYMBOL, "market", "buy", 0.01);
  assertEquals((await trades)[0]?.order, order.id);
  const watched = exchange.watchOrderBook(SYMBOL, 100);
  const timer = setInterval(() => {
    testnet.setPrice("binanceusdm", { symbol: "BTCUSDT", price: "50010" });
  }, 50);
  const book = await watched;
  clearInterval(timer);
  assert(Number(book.bids[0]![0]) < Number(book.asks[0]![0]));
  await exchange.close();
});

Deno.test("ccxt usdm: refusals keep the classes the exchange's own would have", async () => {
  const { testnet, exchange } = opened();
  await using _ = testnet;
  const place = (params = {}, price = 40_000, amount = 0.01) =>
    exchange.createOrder(SYMBOL, "limit", "buy", amount, price, params);
  await place({ clientOrderId: "mine" });
  await assertRejects(() => place({ clientOrderId: "mine" }), InvalidOrder, "-4116");
  await assertRejects(() => place({ postOnly: true }, 60_000), OrderNotFillable, "-5022");
  await assertRejects(() => place({ timeInForce: "FOK" }), OrderNotFillable, "-5021");
  await assertRejects(() => place({ reduceOnly: true }), InvalidOrder, "-2022");
  await assertRejects(() => place({}, 40_000, 0.001), InvalidOrder, "-4164");
  await exchange.setLeverage(1, SYMBOL);
  await assertRejects(() => place({}, 40_000, 999), InsufficientFunds, "-2019");
  await assertRejects(() => exchange.cancelOrder("987654321", SYMBOL), OrderNotFound, "-2011");
  const match = { operation: "order.place" };
  testnet.arm({ exchange: "binanceusdm", fault: "tooManyRequests", match, count: 1 });
  await assertRejects(() => place(), DDoSProtection);
  testnet.arm({ exchange: "binanceusdm", fault: "banned", match, count: 1 });
  await assertRejects(() => place(), DDoSProtection);
  testnet.arm({ exchange: "binanceusdm", fault: "responseLost", match, count: 1 });
  await assertRejects(() => place(), NetworkError);
  exchange.secret = "another";
  await assertRejects(() => place(), AuthenticationError, "-1022");
  await exchange.close();
});

/** ccxt does not say when its stream is open; the testnet has been asked for its key. */
async function streaming(testnet: ReturnType<typeof opened>["testnet"]): Promise<void> {
  const asked = () =>
    testnet.heard("binanceusdm").some(({ operation }) => operation.name === "userDataStream.start");
  for (let turn = 0; turn < 400 && !asked(); turn++) await pause();
  for (let turn = 0; turn < 20; turn++) await pause(); // And it has dialed.
}

function pause(): Promise<void> {
  return new Promise((resolve) => void systemClock.setTimer(resolve, 5));
}
