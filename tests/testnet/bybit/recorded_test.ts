/** Answers and frames of the local Bybit beside those the venue itself has sent: the same shape. */
import { assert, assertEquals } from "@std/assert";
import { differences } from "../client.ts";
import { type BybitClient, contractOrder, openBybit, spotOrder } from "./client.ts";
import { recorded } from "../../recordings.ts";

const rest = await recorded("bybit", "rest");
const ws = await recorded("bybit", "ws");

/** [what, the recorded payload, how to get ours] */
const CASES: readonly (readonly [string, unknown, (client: BybitClient) => Promise<unknown>])[] = [
  ["an acknowledgement", rest["createOrder"]![0], async (c) => (await c.create()).body],
  ["an amendment's acknowledgement", rest["editOrder"]![0], async (c) => {
    const named = await placed(c);
    return (await c.signed("POST", "/v5/order/amend", { ...named, qty: "0.02" })).body;
  }],
  ["a cancel's acknowledgement", rest["cancelOrder"]![0], async (c) => {
    const named = await placed(c);
    return (await c.signed("POST", "/v5/order/cancel", named)).body;
  }],
  ["open orders", withoutFees(rest["fetchOpenOrders"]![0]), async (c) => {
    const { category, symbol } = await placed(c, contractOrder());
    return (await c.signed("GET", "/v5/order/realtime", { category, symbol })).body;
  }],
  ["the history", withoutFees(rest["fetchCanceledAndClosedOrders"]![0]), async (c) => {
    const named = await placed(c, contractOrder());
    await c.signed("POST", "/v5/order/cancel", named);
    return (await c.signed("GET", "/v5/order/history", named)).body;
  }],
  ["an order with today's fields", rest["parseOrder"]![1], async (c) => {
    await bought(c);
    const asked = { category: "linear", symbol: "BTCUSDT" };
    return (await c.signed("GET", "/v5/order/history", asked)).body.result.list[0];
  }],
  ["executions", rest["fetchMyTrades"]![0], async (c) => {
    await bought(c);
    return (await c.signed("GET", "/v5/execution/list", { category: "linear" })).body;
  }],
  [
    "the wallet",
    unifiedWallet(),
    async (c) =>
      (await c.signed("GET", "/v5/account/wallet-balance", { accountType: "UNIFIED" })).body,
  ],
  ["positions", rest["fetchPosition"]![0], async (c) => {
    await bought(c);
    const asked = { category: "linear", settleCoin: "USDT" };
    return (await c.signed("GET", "/v5/position/list", asked)).body;
  }],
  [
    "the account",
    rest["isUnifiedEnabled"]![0],
    async (c) => (await c.signed("GET", "/v5/account/info")).body,
  ],
  [
    "spot instruments",
    rest["fetchSpotMarkets"]![0],
    async (c) => (await c.get("/v5/market/instruments-info?category=spot")).body,
  ],
  [
    "contracts",
    rest["fetchFutureMarkets"]![0],
    async (c) => (await c.get("/v5/market/instruments-info?category=linear")).body,
  ],
  [
    "a contract's ticker",
    linearTicker(),
    async (c) =>
      (await c.get("/v5/market/tickers?category=linear&symbol=BTCUSDT")).body.result.list[0],
  ],
  [
    "a book",
    rest["fetchOrderBook"]![0],
    async (c) => (await c.get("/v5/market/orderbook?category=spot&symbol=BTCUSDT")).body,
  ],
  [
    "trades",
    rest["fetchTrades"]![0],
    async (c) => (await c.get("/v5/market/recent-trade?category=spot&symbol=BTCUSDT")).body,
  ],
  [
    "candles",
    rest["fetchOHLCV"]![0],
    async (c) => (await c.get("/v5/market/kline?category=spot&symbol=BTCUSDT&interval=1")).body,
  ],
];

for (const [what, expected, ask] of CASES) {
  Deno.test(`bybit: ${what} in the recorded shape`, async () => {
    const { testnet, client } = openBybit();
    await using _ = testnet;
    assertEquals(differences(await ask(client), expected), []);
  });
}

/** [topic, the recorded frame] */
const FRAMES: readonly (readonly [string, unknown])[] = [
  ["order", ws["handleOrder"]![2]],
  ["execution", ws["handleMyTrades"]![2]],
  ["position", ws["handlePositions"]![0]],
  ["wallet", walletFrame()],
];

for (const [topic, expected] of FRAMES) {
  Deno.test(`bybit: frames of ${topic} in the recorded shape`, async () => {
    const { testnet, client } = openBybit();
    await using _ = testnet;
    const socket = await client.privateSocket([topic]);
    await bought(client);
    const frame = await socket.next();
    assertEquals(frame.topic, topic);
    assertEquals(differences(frame, expected), []);
    await socket.close();
  });
}

Deno.test("bybit: of a contract's ticker a snapshot comes first, then what has changed", async () => {
  const { testnet, clock, client } = openBybit();
  await using _ = testnet;
  const socket = await client.socket("/v5/public/linear");
  socket.send({ req_id: "1", op: "subscribe", args: ["tickers.BTCUSDT"] });
  await socket.next();
  const { type, data } = await socket.next();
  assertEquals([type, typeof data.bid1Price, data.lastPrice], ["snapshot", "string", "50000"]);
  testnet.setPrice("bybit", { symbol: "linear:BTCUSDT", price: "50100" });
  clock.advance(20);
  const delta = await socket.next();
  assertEquals([delta.type, delta.data.symbol, delta.data.lastPrice, delta.data.fundingRate], [
    "delta",
    "BTCUSDT",
    "50100",
    undefined,
  ]);
  await socket.close();
});

Deno.test("bybit: books, trades, tickers and candles are streamed in the recorded shape", async () => {
  const { testnet, clock, client } = openBybit();
  await using _ = testnet;
  const socket = await client.socket("/v5/public/linear");
  const args = ["publicTrade.BTCUSDT", "kline.5.BTCUSDT"];
  socket.send({ req_id: "1", op: "subscribe", args });
  await socket.next();
  testnet.setPrice("bybit", { symbol: "linear:BTCUSDT", price: "50100" });
  clock.advance(20);
  assertEquals(
    differences(await socket.next(), ws["handleTrades"]![0]),
    [".data[0].L: missing"].slice(1),
  );
  assertEquals(differences(await socket.next(), ws["handleOHLCV"]![0]), []);
  await socket.close();
});

function unifiedWallet(): unknown {
  const found = rest["parseBalance"]!.find((each) => {
    const text = JSON.stringify(each);
    return text.includes('"accountType":"UNIFIED"') && text.startsWith('{"retCode"');
  });
  assert(found !== undefined);
  return found;
}

function linearTicker(): unknown {
  const found = [...rest["parseTicker"]!, ...rest["fetchTicker"]!].find((each) =>
    JSON.stringify(each).includes('"openInterest"') && !JSON.stringify(each).includes("retCode")
  );
  assert(found !== undefined);
  return found;
}

function walletFrame(): unknown {
  const frame = ws["handleBalance"]!.find((each) =>
    JSON.stringify(each).includes('"topic":"wallet"')
  );
  assert(frame !== undefined);
  const { data, ...head } = frame as { readonly data: readonly Record<string, unknown>[] };
  // Totals of the account are in lists; frames here tell the coins that changed.
  return { ...head, data: data.map(({ accountType, coin }) => ({ accountType, coin })) };
}

async function placed(
  client: BybitClient,
  order: Readonly<Record<string, unknown>> = spotOrder(),
): Promise<Record<string, unknown>> {
  const orderLinkId = "mine";
  await client.signed("POST", "/v5/order/create", { ...order, orderLinkId });
  return { category: order["category"], symbol: "BTCUSDT", orderLinkId };
}

/** Those recorded had filled; ours have not, so they name no asset. */
function withoutFees(answer: unknown): unknown {
  return JSON.parse(
    JSON.stringify(answer, (name, value) => name === "cumFeeDetail" ? undefined : value),
  );
}

async function bought(client: BybitClient): Promise<void> {
  const order = contractOrder({ orderType: "Market", price: undefined });
  const { body } = await client.signed("POST", "/v5/order/create", order);
  assertEquals(body.retCode, 0, JSON.stringify(body));
}
