/** The real ccxt class must not be able to tell the testnet from the exchange. */
import { assert, assertEquals, assertRejects } from "@std/assert";
// @ts-types="../../../node_modules/ccxt/js/src/base/errors.d.ts"
import {
  AuthenticationError,
  InsufficientFunds,
  InvalidOrder,
  NetworkError,
  OrderNotFound,
  RateLimitExceeded,
} from "ccxt/base/errors.js";
import { systemClock } from "../../../src/system/clock.ts";
import { ccxtAt, openBybit } from "./client.ts";

/** ccxt stamps requests with the real time, so these testnets run on the real clock. */
function opened() {
  const { testnet } = openBybit({ clock: systemClock });
  return { testnet, exchange: ccxtAt(testnet) };
}

for (const [symbol, category] of [["BTC/USDT", "spot"], ["BTC/USDT:USDT", "linear"]] as const) {
  Deno.test(`ccxt bybit ${category}: markets load with everything ccxt asks by default`, async () => {
    const { testnet, exchange } = opened();
    await using _ = testnet;
    const market = (await exchange.loadMarkets())[symbol]!;
    assertEquals([market.precision.price, market.limits.cost?.min], [0.1, 5]);
    assertEquals(market.active, true);
    await exchange.close();
  });

  Deno.test(`ccxt bybit ${category}: an order is placed, read, listed, changed and canceled`, async () => {
    const { testnet, exchange } = opened();
    await using _ = testnet;
    const params = { clientOrderId: "mine" };
    const { id } = await exchange.createOrder(symbol, "limit", "buy", 0.01, 40_000, params);
    const read = await exchange.fetchOrder(id!, symbol, { acknowledged: true });
    assertEquals([read.status, read.clientOrderId, read.remaining], ["open", "mine", 0.01]);
    assertEquals((await exchange.fetchOpenOrders(symbol)).map((each) => each.id), [id]);
    await exchange.editOrder(id!, symbol, "limit", "buy", 0.02, 41_000);
    const [changed] = await exchange.fetchOpenOrders(symbol);
    assertEquals([changed?.price, changed?.amount], [41_000, 0.02]);
    await exchange.cancelOrder(id!, symbol);
    assertEquals(await exchange.fetchOpenOrders(symbol), []);
    const [closed] = await exchange.fetchCanceledAndClosedOrders(symbol);
    assertEquals([closed?.id, closed?.status], [id, "canceled"]);
    await exchange.close();
  });

  Deno.test(`ccxt bybit ${category}: a market order fills, with trades and fees`, async () => {
    const { testnet, exchange } = opened();
    await using _ = testnet;
    const { id } = await exchange.createOrder(symbol, "market", "buy", 0.01);
    const [trade] = await exchange.fetchMyTrades(symbol);
    assertEquals([trade!.order, trade!.amount], [id, 0.01]);
    assertEquals(trade!.fee?.currency, category === "spot" ? "BTC" : "USDT");
    const balance = await exchange.fetchBalance();
    assertEquals(balance["BTC"]!.total, category === "spot" ? 2.00999 : 2);
    if (category === "linear") {
      const [position] = await exchange.fetchPositions([symbol]);
      assertEquals([position?.side, position?.contracts], ["long", 0.01]);
    }
    await exchange.close();
  });

  Deno.test(`ccxt bybit ${category}: orders and trades are watched`, async () => {
    const { testnet, exchange } = opened();
    await using _ = testnet;
    await exchange.loadMarkets();
    const orders = exchange.watchOrders(symbol);
    const trades = exchange.watchMyTrades(symbol);
    await subscribed(testnet, 3);
    const { id } = await exchange.createOrder(symbol, "market", "buy", 0.01);
    assertEquals((await orders)[0]?.id, id);
    assertEquals((await trades)[0]?.order, id);
    await exchange.close();
  });
}

Deno.test("ccxt bybit: a book is watched from its snapshot on", async () => {
  const { testnet, exchange } = opened();
  await using _ = testnet;
  const book = await exchange.watchOrderBook("BTC/USDT", 50);
  assert(book.bids.length > 0 && Number(book.bids[0]![0]) < Number(book.asks[0]![0]));
  await exchange.close();
});

Deno.test("ccxt bybit: refusals keep the classes the exchange's own would have", async () => {
  const { testnet, exchange } = opened();
  await using _ = testnet;
  const symbol = "BTC/USDT";
  const place = (params = {}, price = 40_000, amount = 0.01) =>
    exchange.createOrder(symbol, "limit", "buy", amount, price, params);
  await place({ clientOrderId: "mine" });
  await assertRejects(() => place({ clientOrderId: "mine" }), InvalidOrder, "170141");
  await assertRejects(() => place({}, 900_000, 200), InsufficientFunds, "170131");
  await assertRejects(() => place({}, 40_000, 0.00002), InvalidOrder, "170140");
  await assertRejects(() => exchange.cancelOrder("1", symbol), OrderNotFound, "170213");
  const match = { operation: "order.place" };
  testnet.arm({ exchange: "bybit", fault: "tooManyRequests", match, count: 1 });
  await assertRejects(() => place(), RateLimitExceeded, "10006");
  testnet.arm({ exchange: "bybit", fault: "banned", match, count: 1 });
  await assertRejects(() => place(), RateLimitExceeded, "403");
  testnet.arm({ exchange: "bybit", fault: "responseLost", match, count: 1 });
  await assertRejects(() => place(), NetworkError);
  exchange.secret = "another";
  await assertRejects(() => place(), AuthenticationError, "10004");
  await exchange.close();
});

/** ccxt does not say when its subscriptions are in force; the testnet has heard them. */
async function subscribed(
  testnet: ReturnType<typeof opened>["testnet"],
  requests: number,
): Promise<void> {
  const heard = () =>
    testnet.heard("bybit").filter(({ operation }) => operation.name === "stream.request").length;
  for (let turn = 0; turn < 400 && heard() < requests; turn++) {
    await new Promise<void>((resolve) => void systemClock.setTimer(resolve, 5));
  }
  assertEquals(heard(), requests);
}
