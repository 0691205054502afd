/** The local Hyperliquid answers in the shape that the real one was recorded in. */
import { assertEquals } from "@std/assert";
import { differences } from "../client.ts";
import { CLOID, type HyperliquidClient, open, orderAction } from "./client.ts";
import { recorded } from "../../recordings.ts";

/** Numbers that ccxt's authors have written as texts, and fields of old recordings. */
const WRITTEN_OTHERWISE: readonly RegExp[] = [
  /\.(time|n|oid|statusTimestamp|timestamp|maxLeverage|szDecimals): number instead of string/,
  /\.leverage\.(value: number instead of string|rawUsd: missing)/,
  /\.(liquidationMarkPx|cloid|entryNtl): missing/,
];

/** [what, the answer, the function it was recorded for, which of its payloads] */
type Comparison = readonly [
  string,
  (client: HyperliquidClient) => Promise<unknown>,
  string,
  number,
];

const own = (type: string, fields = {}) => async (client: HyperliquidClient) =>
  (await client.own(type, fields)).body;
const info = (type: string, fields = {}) => async (client: HyperliquidClient) =>
  (await client.info(type, fields)).body;

const COMPARED: readonly Comparison[] = [
  ["the time", info("exchangeStatus"), "fetchTime", 0],
  ["perpetuals", info("metaAndAssetCtxs"), "fetchSwapMarkets", 0],
  ["a book", info("l2Book", { coin: "BTC" }), "fetchOrderBook", 0],
  [
    "candles",
    info("candleSnapshot", { req: { coin: "BTC", interval: "1m", startTime: 0 } }),
    "fetchOHLCV",
    0,
  ],
  ["trades of the account", own("userFills"), "fetchMyTrades", 0],
  ["open orders", own("openOrders"), "fetchOpenOrders", 0],
  ["ended orders", own("historicalOrders"), "fetchOrders", 0],
  ["an order", own("orderStatus", { oid: CLOID }), "fetchOrder", 0],
  ["the wallet and positions", own("clearinghouseState"), "fetchPositions", 0],
  ["a new order", async (client) => (await client.place()).body, "createOrders", 0],
  [
    "a cancel",
    async (client) => {
      const cancels = [{ asset: 0, cloid: CLOID }];
      return (await client.act({ type: "cancelByCloid", cancels })).body;
    },
    "cancelOrders",
    0,
  ],
  [
    "a dead man's switch",
    async (client) => (await client.act({ type: "scheduleCancel", time: 1 })).body,
    "cancelAllOrdersAfter",
    0,
  ],
  ["a refusal", async (client) => (await client.place({ s: "90000" })).body, "handleErrors", 1],
];

for (const [what, ask, name, at] of COMPARED) {
  Deno.test(`hyperliquid testnet: ${what} has the recorded shape`, async () => {
    const { testnet, client } = open();
    await using _ = testnet;
    await client.place({ c: CLOID });
    await client.place({ p: "51000" });
    const found = differences(
      await ask(client),
      (await recorded("hyperliquid", "rest"))[name]![at],
    );
    assertEquals(found.filter((each) => !WRITTEN_OTHERWISE.some((known) => known.test(each))), []);
  });
}

/** [what, subscription, the function it was recorded for, which of its payloads] */
const FRAMES: readonly (readonly [string, Record<string, unknown>, string, number])[] = [
  ["a book", { type: "l2Book", coin: "BTC" }, "handleOrderBook", 0],
  ["trades", { type: "trades", coin: "BTC" }, "handleTrades", 0],
  ["a candle", { type: "candle", coin: "BTC", interval: "1m" }, "handleOHLCV", 0],
  ["a valuation", { type: "activeAssetCtx", coin: "BTC" }, "handleActiveAssetCtx", 0],
  ["fills", { type: "userFills" }, "handleMyTrades", 0],
  ["tokens", { type: "spotState" }, "handleBalance", 0],
  ["the margin", { type: "clearinghouseState" }, "handleBalance", 3],
];

for (const [what, asked, name, at] of FRAMES) {
  Deno.test(`hyperliquid testnet: the frame of ${what} has the recorded shape`, async () => {
    const { testnet, client } = open();
    await using _ = testnet;
    await client.act(orderAction({ p: "51000", c: CLOID }));
    const frames = await subscribed(testnet.url, asked);
    assertEquals(frames[0], {
      channel: "subscriptionResponse",
      data: { method: "subscribe", subscription: subscriptionOf(asked) },
    });
    const found = differences(frames[1], (await recorded("hyperliquid", "ws"))[name]![at]);
    const known = [...WRITTEN_OTHERWISE, /tokenToAvailableAfterMaintenance: missing/];
    assertEquals(found.filter((each) => !known.some((one) => one.test(each))), []);
  });
}

Deno.test("hyperliquid testnet: an update of an order has the recorded shape, after its answer", async () => {
  const { testnet, client } = open();
  await using _ = testnet;
  const [, update] = await subscribed(testnet.url, { type: "orderUpdates" }, () => client.place());
  const found = differences(update, (await recorded("hyperliquid", "ws"))["handleOrder"]![0]);
  assertEquals(found, []);
});

Deno.test("hyperliquid testnet: a channel of a coin that is not listed is told as an error", async () => {
  const { testnet } = open();
  await using _ = testnet;
  const again = await subscribed(testnet.url, { type: "bbo", coin: "DOGE" }, undefined, 1);
  assertEquals(again, [{
    channel: "error",
    data: 'Invalid subscription {"type":"bbo","coin":"DOGE","user":"' + user + '"}',
  }]);
});

const user = "0xf39fd6e51aad88f6f4ce6ab8827279cfffb92266";

function subscriptionOf(asked: Record<string, unknown>) {
  return { ...asked, user };
}

/** The answer and the first frame. */
async function subscribed(
  url: string,
  asked: Record<string, unknown>,
  then: () => Promise<unknown> = () => Promise.resolve(),
  count = 2,
): Promise<readonly unknown[]> {
  const socket = new WebSocket(`${url.replace("http", "ws")}/api.hyperliquid.xyz/ws`);
  const frames: unknown[] = [];
  const done = new Promise<void>((resolve) => {
    socket.onmessage = async ({ data }) => {
      frames.push(JSON.parse(data));
      if (frames.length === 1) await then();
      if (frames.length === count) resolve();
    };
  });
  await new Promise((resolve) => socket.onopen = resolve);
  socket.send(JSON.stringify({ method: "subscribe", subscription: subscriptionOf(asked) }));
  await done;
  const closed = new Promise((resolve) => socket.onclose = resolve);
  socket.close();
  await closed;
  return frames;
}
