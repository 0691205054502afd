/** The real ccxt class against the local Kraken Futures, and what signatures it refuses. */
import { assertEquals, assertRejects } from "@std/assert";
// @ts-types="../../../node_modules/ccxt/js/src/pro/krakenfutures.d.ts"
import krakenfutures from "ccxt/pro/krakenfutures.js";
// @ts-types="../../../node_modules/ccxt/js/src/base/errors.d.ts"
import {
  AuthenticationError,
  DuplicateOrderId,
  InsufficientFunds,
  OrderImmediatelyFillable,
  OrderNotFound,
} from "ccxt/base/errors.js";
import { defaultCredentials } from "../../../src/testnet/credentials.ts";
import { startTestnet } from "../../../src/testnet/server.ts";
import { systemClock } from "../../../src/system/clock.ts";
import { SeededRandom } from "../../../src/system/seeded_random.ts";
import { pointUrls } from "../client.ts";

const SYMBOL = "BTC/USD:USD";

function opened() {
  const { apiKey, secret } = defaultCredentials("krakenfutures");
  const testnet = startTestnet({
    clock: systemClock,
    random: new SeededRandom(1),
    exchanges: ["krakenfutures"],
    limits: "none",
  });
  const exchange = new krakenfutures({ apiKey, secret, enableRateLimit: false, timeout: 1_000 });
  pointUrls(exchange, testnet);
  return { testnet, exchange };
}

Deno.test("ccxt krakenfutures: markets load, an order is placed, listed and canceled", async () => {
  const { testnet, exchange } = opened();
  await using _ = testnet;
  const market = (await exchange.loadMarkets())[SYMBOL]!;
  assertEquals([market.id, market.linear, market.precision.price], ["PF_XBTUSD", true, 1]);
  const params = { clientOrderId: "mine" };
  const { id } = await exchange.createOrder(SYMBOL, "limit", "buy", 0.01, 40_000, params);
  const [open] = await exchange.fetchOpenOrders(SYMBOL);
  assertEquals([open?.id, open?.clientOrderId, open?.remaining], [id, "mine", 0.01]);
  await exchange.cancelOrder(id!, SYMBOL);
  assertEquals(await exchange.fetchOpenOrders(SYMBOL), []);
  await assertRejects(() => exchange.cancelOrder(id!, SYMBOL), OrderNotFound);
  await exchange.close();
});

Deno.test("ccxt krakenfutures: a market order fills: trades, balance and position", async () => {
  const { testnet, exchange } = opened();
  await using _ = testnet;
  const { id } = await exchange.createOrder(SYMBOL, "market", "sell", 0.01);
  const [trade] = await exchange.fetchMyTrades(SYMBOL);
  assertEquals([trade?.order, trade?.amount, trade?.side], [id, 0.01, "sell"]);
  const [position] = await exchange.fetchPositions([SYMBOL]);
  assertEquals([position?.side, position?.contracts], ["short", 0.01]);
  const ticker = await exchange.fetchTicker(SYMBOL).catch(() => null);
  assertEquals(ticker === null || ticker.symbol === SYMBOL, true);
  await exchange.close();
});

Deno.test("ccxt krakenfutures: orders are watched behind a signed challenge", async () => {
  const { testnet, exchange } = opened();
  await using _ = testnet;
  await exchange.loadMarkets();
  const orders = exchange.watchOrders(SYMBOL);
  const heard = () =>
    testnet.heard("krakenfutures").filter(({ operation }) => operation.name === "stream.request");
  while (heard().length < 2) {
    await new Promise<void>((resolve) => void systemClock.setTimer(resolve, 5));
  }
  const { id } = await exchange.createOrder(SYMBOL, "limit", "buy", 0.01, 40_000);
  assertEquals((await orders)[0]?.id, id);
  await exchange.close();
});

Deno.test("ccxt krakenfutures: refusals keep the classes the exchange's own would have", async () => {
  const { testnet, exchange } = opened();
  await using _ = testnet;
  const place = (amount: number, price: number, params = {}) =>
    exchange.createOrder(SYMBOL, "limit", "buy", amount, price, params);
  await assertRejects(() => place(100_000, 40_000), InsufficientFunds);
  await assertRejects(() => place(0.01, 60_000, { postOnly: true }), OrderImmediatelyFillable);
  await place(0.01, 40_000, { clientOrderId: "mine" });
  await assertRejects(() => place(0.01, 40_000, { clientOrderId: "mine" }), DuplicateOrderId);
  exchange.secret = btoa("wrong");
  await assertRejects(() => exchange.fetchBalance(), AuthenticationError);
  exchange.apiKey = "another";
  await assertRejects(() => exchange.fetchBalance(), AuthenticationError);
  await exchange.close();
});
