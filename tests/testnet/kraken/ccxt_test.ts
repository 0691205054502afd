/** The real ccxt class must not be able to tell the testnet from the exchange. */
import { assert, assertEquals, assertRejects } from "@std/assert";
// @ts-types="../../../node_modules/ccxt/js/src/base/errors.d.ts"
import {
  AuthenticationError,
  InsufficientFunds,
  InvalidOrder,
  OrderNotFound,
} from "ccxt/base/errors.js";
import { systemClock } from "../../../src/system/clock.ts";
import { ccxtAt, openKraken } from "./client.ts";

const SYMBOL = "BTC/USD";

/** ccxt stamps requests with the real time, so these testnets run on the real clock. */
function opened() {
  const { testnet } = openKraken({ clock: systemClock });
  return { testnet, exchange: ccxtAt(testnet) };
}

Deno.test("ccxt kraken: markets load with everything ccxt asks by default", async () => {
  const { testnet, exchange } = opened();
  await using _ = testnet;
  const market = (await exchange.loadMarkets())[SYMBOL]!;
  assertEquals([market.id, market.precision.price, market.limits.cost?.min], [
    "XXBTZUSD",
    0.1,
    0.5,
  ]);
  assertEquals(market.active, true);
  await exchange.close();
});

Deno.test("ccxt kraken: an order is placed, listed, changed and canceled", async () => {
  const { testnet, exchange } = opened();
  await using _ = testnet;
  const params = { clientOrderId: "mine" };
  const { id } = await exchange.createOrder(SYMBOL, "limit", "buy", 0.01, 40_000, params);
  const [read] = await exchange.fetchOpenOrders(SYMBOL, undefined, undefined, params);
  assertEquals([read?.id, read?.status, read?.clientOrderId, read?.remaining], [
    id,
    "open",
    "mine",
    0.01,
  ]);
  await exchange.editOrder(id!, SYMBOL, "limit", "buy", 0.02, 41_000);
  const [changed] = await exchange.fetchOpenOrders(SYMBOL);
  assertEquals([changed?.price, changed?.amount], [41_000, 0.02]);
  await exchange.cancelOrder(id!, SYMBOL);
  assertEquals(await exchange.fetchOpenOrders(SYMBOL), []);
  const [closed] = await exchange.fetchClosedOrders(SYMBOL);
  assertEquals([closed?.id, closed?.status], [id, "canceled"]);
  await exchange.close();
});

Deno.test("ccxt kraken: a market order fills, with trades and fees", async () => {
  const { testnet, exchange } = opened();
  await using _ = testnet;
  const { id } = await exchange.createOrder(SYMBOL, "market", "buy", 0.01);
  const [trade] = await exchange.fetchMyTrades(SYMBOL);
  assertEquals([trade!.order, trade!.amount, trade!.fee?.currency], [id, 0.01, "USD"]);
  const order = await exchange.fetchOrder(id!, SYMBOL);
  assertEquals([order.status, order.filled], ["closed", 0.01]);
  assertEquals((await exchange.fetchBalance())["BTC"]!.total, 2.01);
  await exchange.close();
});

Deno.test("ccxt kraken: orders and balances are watched, and orders go over the socket", async () => {
  const { testnet, exchange } = opened();
  await using _ = testnet;
  await exchange.loadMarkets();
  const orders = exchange.watchOrders(SYMBOL);
  await subscribed(testnet, 1);
  const { id } = await exchange.createOrderWs(SYMBOL, "limit", "buy", 0.01, 40_000);
  assertEquals((await orders)[0]?.id, id);
  const balance = await exchange.watchBalance();
  assertEquals(balance["BTC"]!.total, 2);
  await exchange.cancelOrderWs(id!);
  assertEquals(testnet.ledger("kraken").orders.map(({ status }) => status), ["CANCELED"]);
  await exchange.close();
});

Deno.test("ccxt kraken: a book is watched from its snapshot on", async () => {
  const { testnet, exchange } = opened();
  await using _ = testnet;
  const book = await exchange.watchOrderBook(SYMBOL, 10);
  assert(book.bids.length > 0 && Number(book.bids[0]![0]) < Number(book.asks[0]![0]));
  await exchange.close();
});

Deno.test("ccxt kraken: refusals keep the classes the exchange's own would have", async () => {
  const { testnet, exchange } = opened();
  await using _ = testnet;
  const place = (amount: number, price: number) =>
    exchange.createOrder(SYMBOL, "limit", "buy", amount, price);
  await assertRejects(() => place(100_000, 40_000), InsufficientFunds);
  await assertRejects(() => place(0.00002, 40_000), InvalidOrder);
  await assertRejects(() => exchange.cancelOrder("OAAAAA-AAAAA-AAAAAA", SYMBOL), OrderNotFound);
  exchange.apiKey = "another";
  await assertRejects(() => exchange.fetchBalance(), AuthenticationError);
  await exchange.close();
});

async function subscribed(
  testnet: ReturnType<typeof opened>["testnet"],
  count: number,
): Promise<void> {
  const heard = () =>
    testnet.heard("kraken").filter(({ operation }) => operation.name === "stream.request").length;
  while (heard() < count) {
    await new Promise<void>((resolve) => void systemClock.setTimer(resolve, 5));
  }
}
