/** Answers and frames of the local Kraken beside those of the exchange: the same shape. */
import { assert, assertEquals } from "@std/assert";
import { recorded } from "../../recordings.ts";
import { differences, type Json } from "../client.ts";
import { type KrakenClient, openKraken } from "./client.ts";

const rest = await recorded("kraken", "rest");
const ws = await recorded<Json>("kraken", "ws");

/** [what, the recorded payload, how to get ours] */
const CASES: readonly (readonly [string, unknown, (client: KrakenClient) => Promise<unknown>])[] = [
  ["a new order", rest["createOrder"]![0], async (c) => (await c.place()).body],
  ["a change", rest["editOrder"]![0], async (c) => {
    const [txid] = (await c.place()).body.result.txid;
    return (await c.signed("AmendOrder", { txid, order_qty: "0.02" })).body;
  }],
  ["an open order", rowOf(rest["fetchOpenOrders"]![0], "open"), async (c) => {
    await c.place({ cl_ord_id: "1234" });
    return rowOf((await c.signed("OpenOrders")).body, "open");
  }],
  ["a closed order", rowOf(rest["fetchClosedOrders"]![0], "closed"), async (c) => {
    await canceled(c);
    return rowOf((await c.signed("ClosedOrders")).body, "closed");
  }],
  ["an order with its trades", rowOf(rest["fetchOrder"]![0], null), async (c) => {
    const [txid] = (await bought(c)).body.result.txid;
    return rowOf((await c.signed("QueryOrders", { txid, trades: true })).body, null);
  }],
  ["a trade", rowOf(rest["fetchOrderTrades"]![0], null), async (c) => {
    await bought(c);
    return rowOf((await c.signed("TradesHistory")).body, "trades");
  }],
  [
    "the dead-man's switch",
    rest["cancelAllOrdersAfter"]![0],
    async (c) => (await c.signed("CancelAllOrdersAfter", { timeout: 60 })).body,
  ],
  ["a token", ws["authenticate"]![0], async (c) => (await c.signed("GetWebSocketsToken")).body],
  ["the time", rest["fetchTime"]![0], async (c) => (await c.get("Time")).body],
  ["the status", rest["fetchStatus"]![0], async (c) => (await c.get("SystemStatus")).body],
  [
    "a pair",
    rowOf(rest["fetchMarkets"]![0], null),
    async (c) => rowOf((await c.get("AssetPairs?pair=XBTUSD")).body, null),
  ],
  [
    "a ticker",
    rest["parseTicker"]![0],
    async (c) => rowOf((await c.get("Ticker?pair=XBTUSD")).body, null),
  ],
  [
    "a book",
    rowOf(rest["fetchOrderBook"]![0], null),
    async (c) => rowOf((await c.get("Depth?pair=XBTUSD")).body, null),
  ],
  [
    "trades",
    rowOf(rest["fetchTrades"]![0], null),
    async (c) => rowOf((await c.get("Trades?pair=XBTUSD")).body, null),
  ],
  [
    "candles",
    rowOf(rest["fetchOHLCV"]![0], null),
    async (c) => rowOf((await c.get("OHLC?pair=XBTUSD")).body, null),
  ],
];

for (const [what, expected, ask] of CASES) {
  Deno.test(`kraken: ${what} in the recorded shape`, async () => {
    const { testnet, client } = openKraken();
    await using _ = testnet;
    assertEquals(differences(await ask(client), expected), []);
  });
}

/** [channel, parameters, the recorded payload's place, its item] */
const STREAMS = [
  ["ticker", {}, "handleTicker", 0],
  ["trade", {}, "handleTrades", 0],
  ["book", { depth: 10 }, "handleOrderBook", 0],
  ["ohlc", { interval: 1 }, "handleOHLCV", 0],
] as const;

for (const [channel, params, place, at] of STREAMS) {
  Deno.test(`kraken: a message of ${channel} in the recorded shape`, async () => {
    const { testnet, client, clock } = openKraken();
    await using _ = testnet;
    const socket = await client.socket("ws.kraken.com");
    const asked = { channel, symbol: ["BTC/USD"], ...params };
    const acknowledged = await socket.ask("subscribe", asked);
    assertEquals([acknowledged.success, acknowledged.result.symbol], [true, "BTC/USD"]);
    testnet.setPrice("kraken", { symbol: "XXBTZUSD", price: "50100", quantity: "0.5" });
    await clock.advance(100);
    const { timestamp: _time, ...expected } = ws[place]![at]!;
    assertEquals(differences(await socket.next(), expected), []);
    await socket.close();
  });
}

Deno.test("kraken: messages of the private channels in the recorded shape", async () => {
  const { testnet, client } = openKraken();
  await using _ = testnet;
  const { socket } = await client.privateSocket("executions");
  await client.place();
  assertEquals(differences(await socket.next(), ws["handleOrders"]![0]), []);
  await socket.next();
  testnet.setPrice("kraken", { symbol: "XXBTZUSD", price: "39999", quantity: "1" });
  assertEquals(differences(await socket.next(), ws["handleMyTrades"]![0]), []);
  await canceled(client);
  const ended = await lastOf(socket);
  assertEquals(differences(ended.data[0], ws["parseWsOrder"]![1]), []);
  const { socket: balances, snapshot } = await client.privateSocket("balances");
  assertEquals(differences(snapshot, ws["handleBalance"]![0]), []);
  await socket.close();
  await balances.close();
});

Deno.test("kraken: answers to orders over the socket in the recorded shape", async () => {
  const { testnet, client } = openKraken();
  await using _ = testnet;
  const token = await client.token();
  const socket = await client.socket("ws-auth.kraken.com");
  const params = { order_type: "limit", side: "buy", symbol: "BTC/USD", token };
  const placed = await socket.ask("add_order", { ...params, order_qty: 0.01, limit_price: 40000 });
  const [add, amend] = ws["handleCreateEditOrder"]!;
  // The helper numbers by `id`; the exchange answers `req_id` only to who sent one.
  const numbered = ({ req_id: _id, ...frame }: Json) => frame;
  assertEquals(differences(placed, numbered(add!)), []);
  const order_id = placed.result.order_id;
  const changed = await socket.ask("amend_order", { order_id, order_qty: 0.02, token });
  assertEquals(differences(changed, numbered(amend!)), []);
  const gone = await socket.ask("cancel_order", { order_id: [order_id], token });
  assertEquals(differences(gone, numbered(ws["handleCancelOrder"]![0]!)), []);
  await socket.close();
});

function bought(client: KrakenClient) {
  return client.place({ ordertype: "market", price: "" });
}

async function canceled(client: KrakenClient): Promise<void> {
  const [txid] = (await client.place()).body.result.txid;
  await client.signed("CancelOrder", { txid });
}

// deno-lint-ignore no-explicit-any -- every test reads its own part.
async function lastOf(socket: { next(): Promise<any>; readonly waiting: number }): Promise<any> {
  for (;;) {
    const frame = await socket.next();
    if (frame.data[0].exec_type === "canceled") return frame;
  }
}

/** The first member of what an answer lists by name. */
// deno-lint-ignore no-explicit-any -- as above.
function rowOf(answer: any, list: string | null): unknown {
  const named = list === null ? answer.result : answer.result[list];
  const [first] = Object.values(named);
  assert(first !== undefined);
  return first;
}
