/** The local OKX answers in the shape that the real one was recorded in. */
import { assertEquals } from "@std/assert";
import { recorded } from "../../recordings.ts";
import { differences } from "../client.ts";
import { limitOrder, type OkxClient, open, SWAP, SYMBOL } from "./client.ts";

/** Keys of recordings that OKX no longer sends, or that ccxt's authors have added. */
const GONE: readonly RegExp[] = [/\.pTime:/, /\.bizRef/, /\.base(Borrowed|Interest):/];

/** [what, the answer, the function it was recorded for, which of its payloads] */
type Comparison = readonly [string, (client: OkxClient) => Promise<unknown>, string, number];

const COMPARED: readonly Comparison[] = [
  ["the time", get("/api/v5/public/time"), "fetchTime", 0],
  ["instruments", get("/api/v5/public/instruments?instType=SPOT"), "fetchMarketsByType", 0],
  ["a book", get(`/api/v5/market/books?instId=${SYMBOL}&sz=5`), "fetchOrderBook", 0],
  ["a ticker", get(`/api/v5/market/ticker?instId=${SYMBOL}`), "fetchTicker", 0],
  ["trades", get(`/api/v5/market/trades?instId=${SYMBOL}`), "fetchTrades", 0],
  ["candles", get(`/api/v5/market/candles?instId=${SYMBOL}`), "fetchOHLCV", 0],
  ["balances", signed("/api/v5/account/balance"), "fetchBalance", 3],
  ["positions", signed("/api/v5/account/positions"), "fetchPositions", 0],
  ["an order", signed(`/api/v5/trade/order?instId=${SYMBOL}&clOrdId=open`), "fetchOrder", 0],
  ["open orders", signed("/api/v5/trade/orders-pending"), "fetchOpenOrders", 0],
  ["ended orders", signed("/api/v5/trade/orders-history?instType=SPOT"), "fetchClosedOrders", 0],
  ["trades of the account", signed("/api/v5/trade/fills"), "fetchMyTrades", 0],
  ["a new order", (client) => body(client.place()), "createOrders", 0],
  [
    "a change",
    (client) =>
      body(client.signed("POST", "/api/v5/trade/amend-order", {
        instId: SYMBOL,
        clOrdId: "open",
        newSz: "0.02",
      })),
    "editOrder",
    0,
  ],
  [
    "a cancel",
    (client) =>
      body(client.signed("POST", "/api/v5/trade/cancel-order", {
        instId: SYMBOL,
        clOrdId: "open",
      })),
    "cancelOrder",
    0,
  ],
  [
    "a dead man's switch",
    (client) => body(client.signed("POST", "/api/v5/trade/cancel-all-after", { timeOut: "10" })),
    "cancelAllOrdersAfter",
    0,
  ],
  ["a refusal", (client) => body(client.place({ px: "49000", sz: "9000" })), "handleErrors", 0],
];

for (const [what, ask, name, at] of COMPARED) {
  Deno.test(`okx testnet: ${what} has the recorded shape`, async () => {
    const { testnet, client } = open();
    await using _ = testnet;
    await prepare(client);
    const payloads = await recorded("okx", "rest");
    assertEquals(shapeOf(await ask(client), payloads[name]![at]), []);
  });
}

Deno.test("okx testnet: private frames have the recorded shape", async () => {
  const { testnet, client } = open();
  await using _ = testnet;
  const socket = await client.private();
  const [acknowledged] = await socket.subscribe([
    { channel: "orders", instType: "ANY" },
    { channel: "account" },
    { channel: "positions", instType: "ANY", instId: SWAP },
  ]);
  const payloads = await recorded("okx", "ws");
  assertEquals(acknowledged!["event"], "subscribe");
  const account = await socket.of("account");
  assertEquals(shapeOf(account.data[0].details, [payloads["handleBalance"]![2]]), []);
  await prepare(client);
  const order = await socket.of("orders");
  assertEquals(shapeOf(order, payloads["handleOrders"]![0]), []);
  let positions = await socket.of("positions");
  if (positions.data.length === 0) positions = await socket.of("positions");
  assertEquals(shapeOf(positions, payloads["handlePositions"]![0]), []);
  await socket.close();
});

Deno.test("okx testnet: public frames have the recorded shape", async () => {
  const { testnet, client, clock } = open();
  await using _ = testnet;
  const payloads = await recorded("okx", "ws");
  const [publics, business] = [await client.socket("public"), await client.socket("business")];
  await publics.subscribe([
    { channel: "tickers", instId: SYMBOL },
    { channel: "books", instId: SYMBOL },
    { channel: "books5", instId: SYMBOL },
  ]);
  await business.subscribe([
    { channel: "trades-all", instId: SYMBOL },
    { channel: "candle1m", instId: SYMBOL },
  ]);
  assertEquals(shapeOf(await publics.of("books"), payloads["handleOrderBook"]![0]), []);
  await client.place({ px: "49990" });
  await clock.advance(100);
  assertEquals(shapeOf(await publics.of("books"), payloads["handleOrderBook"]![8]), []);
  assertEquals(shapeOf(await publics.of("tickers"), payloads["handleTicker"]![0]), []);
  assertEquals(shapeOf(await publics.of("books5"), payloads["handleOrderBook"]![14]), []);
  testnet.setPrice("okx", { symbol: SYMBOL, price: "51000", quantity: "0.5" });
  assertEquals(shapeOf(await business.of("trades-all"), payloads["handleTrades"]![2]), []);
  assertEquals(shapeOf(await business.of("candle1m"), payloads["handleOHLCV"]![0]), []);
  await publics.close();
  await business.close();
});

function shapeOf(answer: unknown, wanted: unknown): readonly string[] {
  return differences(answer, wanted).filter((line) => !GONE.some((gone) => gone.test(line)));
}

/** An open order, a filled and a canceled one, and a position. */
async function prepare(client: OkxClient): Promise<void> {
  await client.place(limitOrder({ clOrdId: "open" }));
  await client.place({ ordType: "market", px: "", tgtCcy: "base_ccy", clOrdId: "filled" });
  await client.place({ clOrdId: "canceled" });
  await client.signed("POST", "/api/v5/trade/cancel-order", {
    instId: SYMBOL,
    clOrdId: "canceled",
  });
  await client.place({ instId: SWAP, tdMode: "cross", ordType: "market", px: "", sz: "1" });
}

function get(path: string) {
  return (client: OkxClient) => body(client.get(path));
}

function signed(path: string) {
  return (client: OkxClient) => body(client.signed("GET", path));
}

async function body(answer: Promise<{ readonly body: unknown }>): Promise<unknown> {
  return (await answer).body;
}
