import { assertEquals } from "@std/assert";
import type { Json } from "../client.ts";
import { type OkxClient, open, SWAP, SYMBOL } from "./client.ts";

const DAY_MS = 24 * 3_600_000;

Deno.test("okx testnet: an order is acknowledged, shown, canceled and kept", async () => {
  const { testnet, client } = open();
  await using _ = testnet;
  const placed = await client.place({ clOrdId: "mine" });
  const [row] = placed.body.data;
  assertEquals([placed.status, placed.body.code, row.sCode, row.clOrdId], [200, "0", "0", "mine"]);
  const shown = await read(client, `order?instId=${SYMBOL}&clOrdId=mine`);
  assertEquals([shown[0]!.ordId, shown[0]!.state, shown[0]!.sz, shown[0]!.tdMode], [
    row.ordId,
    "live",
    "0.01",
    "cash",
  ]);
  assertEquals((await read(client, "orders-pending?instType=SPOT")).length, 1);
  assertEquals((await read(client, "orders-pending?instType=SWAP")).length, 0);
  const canceled = await client.signed("POST", "/api/v5/trade/cancel-order", {
    instId: SYMBOL,
    ordId: row.ordId,
  });
  assertEquals([canceled.body.code, canceled.body.data[0].sCode], ["0", "0"]);
  const [ended] = await read(client, "orders-history?instType=SPOT");
  assertEquals([ended!.state, ended!.cancelSource], ["canceled", "1"]);
  const again = await client.signed("POST", "/api/v5/trade/cancel-order", {
    instId: SYMBOL,
    clOrdId: "mine",
  });
  assertEquals([again.status, again.body.code, again.body.data[0].sCode], [200, "1", "51400"]);
});

const PUT = "BTC-USD-270326-40000-P";
const OPTION = {
  instId: "BTC-USD-270326-100000-C",
  tdMode: "cross",
  sz: "1",
  px: "0.05",
} as const;

/** [what, its fields, sCode] */
const REFUSED: readonly (readonly [string, Json, string])[] = [
  ["an unknown instrument", { instId: "ZZZ-USDT" }, "51001"],
  ["a client id with a dash", { clOrdId: "a-b" }, "51000"],
  ["a client id of 33 characters", { clOrdId: "a".repeat(33) }, "51000"],
  ["a price off the tick", { px: "40000.05" }, "51006"],
  ["an amount off the lot", { sz: "0.011111111" }, "51121"],
  ["less than the least amount", { sz: "0.000001" }, "51020"],
  ["more than the most", { sz: "2000000" }, "51005"],
  ["a limit order without a price", { px: "" }, "51204"],
  ["cross margin on spot", { tdMode: "cross" }, "51010"],
  ["isolated margin on a swap", { instId: SWAP, tdMode: "isolated", sz: "1" }, "51010"],
  ["too little money", { px: "49000", sz: "9000" }, "51008"],
  ["half an inverse contract", { instId: "BTC-USD-SWAP", tdMode: "cross", sz: "1.5" }, "51121"],
  ["an option by the market", { ...OPTION, ordType: "market" }, "51000"],
  ["an option priced in dollars", { ...OPTION, px: "", pxUsd: "2500" }, "51000"],
  ["an option priced in volatility", { ...OPTION, px: "", pxVol: "0.5" }, "51000"],
  ["a put beyond what is held", { ...OPTION, instId: PUT, side: "sell" }, "51008"],
  ["an unknown kind of order", { ordType: "trigger" }, "51000"],
  [
    "reduce-only without a position",
    { instId: SWAP, tdMode: "cross", sz: "1", reduceOnly: true },
    "51169",
  ],
];

for (const [what, fields, sCode] of REFUSED) {
  Deno.test(`okx testnet: ${what} is refused with ${sCode} inside an answer of success`, async () => {
    const { testnet, client } = open();
    await using _ = testnet;
    const answer = await client.place(fields);
    assertEquals([answer.status, answer.body.code, answer.body.data[0].sCode], [200, "1", sCode]);
    assertEquals(testnet.ledger("okx").orders, []);
  });
}

Deno.test("okx testnet: a body that is none is refused as a whole", async () => {
  const { testnet, client } = open();
  await using _ = testnet;
  const answer = await client.place({ sz: "much" });
  assertEquals([answer.status, answer.body.code, answer.body.data], [400, "51000", []]);
  const empty = await client.signed("POST", "/api/v5/trade/order");
  assertEquals([empty.status, empty.body.code], [400, "50000"]);
});

Deno.test("okx testnet: client ids are unique among pending orders only", async () => {
  const { testnet, client } = open();
  await using _ = testnet;
  await client.place({ clOrdId: "mine" });
  assertEquals((await client.place({ clOrdId: "mine" })).body.data[0].sCode, "51016");
  await client.signed("POST", "/api/v5/trade/cancel-order", { instId: SYMBOL, clOrdId: "mine" });
  const third = await client.place({ clOrdId: "mine" });
  assertEquals(third.body.data[0].sCode, "0");
  const [shown] = await read(client, `order?instId=${SYMBOL}&clOrdId=mine`);
  assertEquals(shown!.ordId, third.body.data[0].ordId);
});

/** [ordType, px, state, cancelSource] */
const TYPES: readonly (readonly [string, string, string, string])[] = [
  ["market", "", "filled", ""],
  ["ioc", "40000", "canceled", "14"],
  ["fok", "40000", "canceled", "13"],
  ["fok", "60000", "filled", ""],
  ["post_only", "40000", "live", ""],
  ["post_only", "60000", "canceled", "31"],
];

for (const [ordType, px, state, cancelSource] of TYPES) {
  Deno.test(`okx testnet: ${ordType} at ${px || "market"} is taken and ends ${state}`, async () => {
    const { testnet, client } = open();
    await using _ = testnet;
    const placed = await client.place({ ordType, px, tgtCcy: "base_ccy", clOrdId: "mine" });
    assertEquals(placed.body.data[0].sCode, "0");
    const [shown] = await read(client, `order?instId=${SYMBOL}&clOrdId=mine`);
    assertEquals([shown!.state, shown!.cancelSource], [state, cancelSource]);
  });
}

Deno.test("okx testnet: a market buy is sized in quote units unless it says otherwise", async () => {
  const { testnet, client } = open();
  await using _ = testnet;
  const placed = await client.place({ ordType: "market", px: "", sz: "500", clOrdId: "mine" });
  assertEquals(placed.body.data[0].sCode, "0");
  const [shown] = await read(client, `order?instId=${SYMBOL}&clOrdId=mine`);
  assertEquals([shown!.tgtCcy, shown!.sz, shown!.state], ["quote_ccy", "500", "filled"]);
});

Deno.test("okx testnet: a batch tells of each order, and that some failed", async () => {
  const { testnet, client } = open();
  await using _ = testnet;
  const order = { instId: SYMBOL, tdMode: "cash", side: "buy", ordType: "limit", px: "40000" };
  const answer = await client.signed("POST", "/api/v5/trade/batch-orders", [
    { ...order, sz: "0.01" },
    { ...order, sz: "0.000001" },
  ]);
  assertEquals(answer.body.code, "2");
  assertEquals(answer.body.data.map((row: Json) => row["sCode"]), ["0", "51020"]);
});

Deno.test("okx testnet: contracts are counted on the wire, with margin and a position", async () => {
  const { testnet, client } = open();
  await using _ = testnet;
  const fields = { instId: SWAP, tdMode: "cross", ordType: "market", px: "", sz: "1.5" };
  await client.place({ ...fields, side: "sell", clOrdId: "mine" });
  const [order] = await read(client, `order?instId=${SWAP}&clOrdId=mine`);
  assertEquals([order!.sz, order!.accFillSz, order!.state, order!.feeCcy], [
    "1.5",
    "1.5",
    "filled",
    "USDT",
  ]);
  const [fill] = await read(client, `fills?instType=SWAP&ordId=${order!.ordId}`);
  assertEquals([fill!.fillSz, fill!.execType, fill!.clOrdId], ["1.5", "T", "mine"]);
  const positions = await client.signed("GET", "/api/v5/account/positions?instType=SWAP");
  assertEquals(positions.body.data.map((row: Json) => [row["instId"], row["pos"]]), [
    [SWAP, "-1.5"],
  ]);
  assertEquals(testnet.ledger("okx").trades[0]!.qty, "0.015");
});

Deno.test("okx testnet: an order is changed in place, a gone one is not", async () => {
  const { testnet, client } = open();
  await using _ = testnet;
  await client.place({ clOrdId: "mine" });
  const amend = (fields: Json) =>
    client.signed("POST", "/api/v5/trade/amend-order", { instId: SYMBOL, ...fields });
  const changed = await amend({ clOrdId: "mine", newSz: "0.02", newPx: "41000" });
  assertEquals(changed.body.data[0].sCode, "0");
  const [shown] = await read(client, `order?instId=${SYMBOL}&clOrdId=mine`);
  assertEquals([shown!.sz, shown!.px], ["0.02", "41000"]);
  assertEquals((await amend({ clOrdId: "other", newSz: "1" })).body.data[0].sCode, "51503");
  await client.signed("POST", "/api/v5/trade/cancel-order", { instId: SYMBOL, clOrdId: "mine" });
  assertEquals((await amend({ clOrdId: "mine", newSz: "1" })).body.data[0].sCode, "51509");
  assertEquals((await amend({ clOrdId: "mine" })).body.data[0].sCode, "51500");
});

Deno.test("okx testnet: a request past its expTime is not processed", async () => {
  const { testnet, client, clock } = open();
  await using _ = testnet;
  const headers = { expTime: String(clock.now() - 1) };
  const answer = await client.place({}, { headers });
  assertEquals([answer.status, answer.body.data[0].sCode], [200, "50036"]);
  const fresh = await client.place({}, { headers: { expTime: String(clock.now() + 1) } });
  assertEquals(fresh.body.data[0].sCode, "0");
});

Deno.test("okx testnet: canceled unfilled orders are forgotten after 2 hours, fills after 3 days", async () => {
  const { testnet, client, clock } = open();
  await using _ = testnet;
  await client.place({ clOrdId: "unfilled" });
  await client.signed("POST", "/api/v5/trade/cancel-order", {
    instId: SYMBOL,
    clOrdId: "unfilled",
  });
  await client.place({ clOrdId: "filled", ordType: "market", px: "", tgtCcy: "base_ccy" });
  await clock.advance(2 * 3_600_000 + 1);
  const gone = await client.signed("GET", `/api/v5/trade/order?instId=${SYMBOL}&clOrdId=unfilled`);
  assertEquals(gone.body.code, "51603");
  assertEquals((await read(client, "orders-history?instType=SPOT")).length, 1);
  assertEquals((await read(client, `fills?instId=${SYMBOL}`)).length, 1);
  await clock.advance(3 * DAY_MS);
  assertEquals((await read(client, `fills?instId=${SYMBOL}`)).length, 0);
  assertEquals((await read(client, `fills-history?instType=SPOT&instId=${SYMBOL}`)).length, 1);
});

Deno.test("okx testnet: lists go back page by page, each row once", async () => {
  const { testnet, client } = open();
  await using _ = testnet;
  for (let n = 0; n < 5; n++) await client.place({ clOrdId: `mine${n}` });
  const ids: unknown[] = [];
  let after = "";
  for (;;) {
    const page = await read(client, `orders-pending?limit=2${after}`);
    ids.push(...page.map((row) => row["clOrdId"]));
    if (page.length < 2) break;
    after = `&after=${page.at(-1)!["ordId"]}`;
  }
  assertEquals(ids, ["mine4", "mine3", "mine2", "mine1", "mine0"]);
});

Deno.test("okx testnet: cancel-all-after cancels everything unless it is wound up again", async () => {
  const { testnet, client, clock } = open();
  await using _ = testnet;
  await client.place({ clOrdId: "mine" });
  const arm = (timeOut: string) =>
    client.signed("POST", "/api/v5/trade/cancel-all-after", { timeOut });
  assertEquals((await arm("5")).body.code, "51000");
  const armed = await arm("10");
  assertEquals(armed.body.data[0].triggerTime, String(clock.now() + 10_000));
  await clock.advance(9_000);
  await arm("10");
  await clock.advance(9_000);
  assertEquals((await read(client, "orders-pending")).length, 1);
  await clock.advance(1_000);
  assertEquals((await read(client, "orders-pending")).length, 0);
  const [ended] = await read(client, "orders-history?instType=SPOT");
  assertEquals(ended!.cancelSource, "20");
});

Deno.test("okx testnet: each endpoint counts in 2 s, orders by instrument", async () => {
  const { testnet, client, clock } = open({ limits: { orderRequestsMax: 2, publicMax: 1 } });
  await using _ = testnet;
  assertEquals((await client.place()).status, 200);
  assertEquals((await client.place()).status, 200);
  const third = await client.place();
  assertEquals([third.status, third.body.code], [429, "50011"]);
  assertEquals((await client.place({ instId: "ETH-USDT", px: "1000" })).status, 200);
  await clock.advance(2_000);
  assertEquals((await client.place()).status, 200);
  assertEquals((await client.get("/api/v5/public/time")).status, 200);
  assertEquals((await client.get("/api/v5/public/time")).status, 429);
});

async function read(client: OkxClient, path: string): Promise<readonly Json[]> {
  const answer = await client.signed("GET", `/api/v5/trade/${path}`);
  assertEquals([answer.status, answer.body.code], [200, "0"], JSON.stringify(answer.body));
  return answer.body.data;
}
