/** Answers and frames of the local Binance USDⓈ-M beside recorded ones: the same shape. */
import { assertEquals } from "@std/assert";
import { differences, type Json } from "../client.ts";
import { openUsdm } from "./client.ts";

type Opened = ReturnType<typeof openUsdm>;

const rest = await recorded("rest");
const ws = await recorded("ws");
const REF = { symbol: "BTCUSDT", origClientOrderId: "mine" };

async function placed({ place, client }: Opened): Promise<Opened["client"]> {
  await place({ newClientOrderId: "mine" });
  return client;
}

async function sold({ client }: Opened): Promise<Opened["client"]> {
  const order = { symbol: "BTCUSDT", side: "SELL", type: "MARKET", quantity: "0.01" };
  await client.futures("POST", "/fapi/v1/order", order);
  return client;
}

/** [what, the recorded payload, how to get ours] */
const CASES: readonly (readonly [string, unknown, (opened: Opened) => Promise<unknown>])[] = [
  ["a new order", rest["POST order"], async ({ place }) => (await place()).body],
  ["a changed order", rest["PUT order"], async (o) => {
    const change = { ...REF, side: "BUY", quantity: "0.02", price: "48000" };
    return (await (await placed(o)).futures("PUT", "/fapi/v1/order", change)).body;
  }],
  [
    "an order",
    rest["GET openOrder"],
    async (o) => (await (await placed(o)).futures("GET", "/fapi/v1/order", REF)).body,
  ],
  ["all orders", [rest["GET allOrders row"]], async (o) => {
    const client = await placed(o);
    return (await client.futures("GET", "/fapi/v1/allOrders", { symbol: "BTCUSDT" })).body;
  }],
  ["a cancel", without(rest["DELETE order"], ["activatePrice", "priceRate"]), async (o) => {
    return (await (await placed(o)).futures("DELETE", "/fapi/v1/order", REF)).body;
  }],
  ["trades", [rest["GET userTrades row, rebate"]], async (o) => {
    const client = await sold(o);
    return (await client.futures("GET", "/fapi/v1/userTrades", { symbol: "BTCUSDT" })).body;
  }],
  [
    "positions", // ccxt notes two numbers of it as texts.
    [without((rest["GET v3 positionRisk"] as Json[])[0], ["updateTime", "adl"])],
    async (o) => (await (await sold(o)).futures("GET", "/fapi/v3/positionRisk")).body,
  ],
  [
    "the account", // V3 tells less of positions, and of the account only sums.
    without(rest["GET account"], [
      ...["feeTier", "canTrade", "canDeposit", "canWithdraw", "updateTime", "positions"],
    ]),
    async ({ client }) => (await client.futures("GET", "/fapi/v3/account")).body,
  ],
  [
    "symbols' configuration", // isAutoAddMargin is a flag today.
    [without((rest["GET symbolConfig"] as Json[])[0] ?? rest["GET symbolConfig"], [
      "isAutoAddMargin",
    ])],
    async ({ client }) => (await client.futures("GET", "/fapi/v1/symbolConfig")).body,
  ],
  ["a book", rest["GET depth"], async ({ client }) => {
    return (await client.send("/fapi.binance.com/fapi/v1/depth?symbol=BTCUSDT", { method: "GET" }))
      .body;
  }],
  [
    "an order's event",
    withoutTrailing(ws["ORDER_TRADE_UPDATE, hedge mode"]),
    async (o) => {
      const stream = await o.userStream();
      const client = await sold(o);
      await stream.next();
      const event = await stream.next(); // Of the trade, which has the fee.
      await stream.close();
      return client && event;
    },
  ],
  ["an account's event", ws["ACCOUNT_UPDATE"], async (o) => {
    const stream = await o.userStream();
    await sold(o);
    const events = [await stream.next(), await stream.next(), await stream.next()];
    await stream.close();
    return events[2];
  }],
];

for (const [what, payload, ours] of CASES) {
  Deno.test(`recorded usdm: ${what} has the recorded shape`, async () => {
    const opened = openUsdm();
    await using _ = opened.testnet;
    assertEquals(differences(await ours(opened), payload), []);
  });
}

function without(payload: unknown, fields: readonly string[]): Json {
  return Object.fromEntries(
    Object.entries(payload as Json).filter(([field]) => !fields.includes(field)),
  );
}

/** It was recorded of a trailing stop. */
function withoutTrailing(event: unknown): Json {
  const { o, ...rest } = event as Json;
  return { ...rest, o: without(o, ["AP", "cr"]) };
}

async function recorded(file: "rest" | "ws"): Promise<Json> {
  const path = new URL(`../../fixtures/binance/usdm.${file}.json`, import.meta.url);
  return JSON.parse(await Deno.readTextFile(path));
}
