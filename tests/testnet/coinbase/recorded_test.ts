/** Answers and frames of the local Coinbase beside those the venue itself has sent: the same shape. */
import { assertEquals } from "@std/assert";
import { differences, type Json } from "../client.ts";
import { type CoinbaseClient, messageOf, openCoinbase } from "./client.ts";
import { recorded } from "../../recordings.ts";

const rest = await recorded("coinbase", "rest");
const ws = await recorded("coinbase", "ws");
const BATCH = "/orders/historical/batch";
const MARKET = { market_market_ioc: { base_size: "0.01" } };

/** [what, the recorded payload, how to get ours] */
const CASES: readonly (readonly [string, unknown, (c: CoinbaseClient) => Promise<unknown>])[] = [
  ["the time", rest["fetchTime"]![1], async (c) => (await c.get("/time")).body],
  ["a created order", rest["createOrder"]![0], async (c) => (await c.place()).body],
  [
    "a declined order",
    rest["createOrder"]![1],
    async (c) => (await c.place({ product_id: "NONE-USD" })).body,
  ],
  [
    "an order declined before creation",
    withoutStop(rest["handleErrors"]![3]),
    async (c) => (await c.place({}, { market_market_ioc: { base_size: "5000" } })).body,
  ],
  ["a cancel", rest["cancelOrders"]![0], async (c) => {
    const { order_id } = (await c.place()).body;
    return (await c.signed("POST", "/orders/batch_cancel", { order_ids: [order_id] })).body;
  }],
  ["an order by its id", rest["fetchOrder"]![0], async (c) => {
    const { order_id } = (await c.place()).body;
    return (await c.signed("GET", `/orders/historical/${order_id}`)).body;
  }],
  ["the list of orders", bySize(rest["fetchOrders"]![0]), async (c) => {
    await c.place({}, MARKET);
    return (await c.signed("GET", BATCH)).body;
  }],
  ["the list of fills", rest["fetchMyTrades"]![0], async (c) => {
    await c.place({}, MARKET);
    return (await c.signed("GET", "/orders/historical/fills")).body;
  }],
  [
    "an account",
    rest["fetchAccountsV3"]![0],
    async (c) => (await c.signed("GET", "/accounts")).body.accounts[0],
  ],
  [
    "the fees",
    rest["fetchTradingFees"]![0],
    async (c) => (await c.signed("GET", "/transaction_summary")).body,
  ],
  [
    "a product",
    rest["fetchMarketsV3"]![0],
    async (c) => (await c.get("/market/products")).body.products[0],
  ],
  [
    "a book",
    rest["fetchOrderBook"]![0],
    async (c) => (await c.get("/market/product_book?product_id=BTC-USD&limit=5")).body,
  ],
  [
    "trades and best prices",
    rest["fetchTickerV3"]![0],
    async (c) => (await c.get("/market/products/BTC-USD/ticker?limit=1")).body,
  ],
  ["candles", rest["fetchOHLCV"]![0], async (c) => {
    const { body: { epochSeconds: now } } = await c.get("/time");
    const span = `start=${Number(now) - 600}&end=${now}&granularity=ONE_MINUTE`;
    return (await c.get(`/market/products/BTC-USD/candles?${span}`)).body;
  }],
];

for (const [what, expected, ask] of CASES) {
  Deno.test(`coinbase: ${what} has the recorded shape`, async () => {
    const { testnet, client } = openCoinbase();
    await using _ = testnet;
    await client.place({ client_order_id: "another", product_id: "BTC-USDT" }, MARKET);
    assertEquals(differences(await ask(client), expected), []);
  });
}

/** [channel, the recorded message, what its messages are called] */
const CHANNELS = [
  ["market_trades", ws["handleTrade"]![0], "market_trades"],
  ["level2", ws["handleOrderBook"]![0], "l2_data"],
  ["ticker", ws["handleTickers"]![0], "ticker"],
] as const;

for (const [channel, expected, name] of CHANNELS) {
  for (const type of ["snapshot", "update"] as const) {
    Deno.test(`coinbase: a ${type} of ${channel} has the recorded shape`, async () => {
      const { testnet, client, clock } = openCoinbase();
      await using _ = testnet;
      testnet.setPrice("coinbase", { symbol: "BTC-USD", price: "50100" });
      const socket = await client.socket();
      socket.send({ type: "subscribe", channel, product_ids: ["BTC-USD"] });
      let message = await messageOf(socket, name);
      assertEquals(message.events[0].type, "snapshot");
      if (type === "update") {
        testnet.setPrice("coinbase", { symbol: "BTC-USD", price: "50200" });
        clock.advance(100);
        message = await messageOf(socket, name);
        assertEquals(message.events[0].type, "update");
      }
      assertEquals(differences(message, expected), []);
      await socket.close();
    });
  }
}

Deno.test("coinbase: orders, subscriptions and heartbeats are told in the recorded shape", async () => {
  const { testnet, client } = openCoinbase();
  await using _ = testnet;
  const socket = await client.socket();
  socket.send({ type: "subscribe", channel: "heartbeats" });
  assertEquals(differences(await socket.next(), ws["handleSubscriptionStatus"]![2]), []);
  assertEquals(differences(await socket.next(), ws["handleHeartbeats"]![0]), []);
  socket.send({ type: "subscribe", channel: "user", jwt: client.token(null) });
  await messageOf(socket, "user");
  await client.place();
  assertEquals(differences(await messageOf(socket, "user"), ws["handleOrder"]![0]), []);
  await socket.close();
});

/** Stops are not served, and name a check of their own. */
function withoutStop(payload: unknown): unknown {
  const { order_configuration: _stop, ...answer } = payload as Json; // a recorded object
  return answer;
}

/** The recorded one was sized in the quote. */
function bySize(payload: unknown): unknown {
  const { orders: [order], ...answer } = payload as { readonly orders: readonly Json[] };
  return { ...answer, orders: [{ ...order, order_configuration: MARKET }] };
}
