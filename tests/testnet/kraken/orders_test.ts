import { assert, assertEquals } from "@std/assert";
import { type KrakenClient, openKraken } from "./client.ts";
import type { Json } from "../client.ts";

/** [what, the parameters, the venue's words] */
const REFUSED: readonly (readonly [string, Json, string])[] = [
  ["an unknown pair", { pair: "NOPE" }, "EQuery:Unknown asset pair"],
  ["a price off the tick", { price: "40000.05" }, "EOrder:Tick size check failed"],
  ["too small a volume", { volume: "0.00001" }, "EOrder:Order minimum not met"],
  ["too little money", { volume: "100000" }, "EOrder:Insufficient funds"],
  [
    "post-only that would take",
    { price: "60000", oflags: "fciq,post" },
    "EOrder:Post only order",
  ],
  [
    "a market order that is fill-or-kill",
    { ordertype: "market", price: "", timeinforce: "FOK" },
    "EGeneral:Invalid arguments:timeinforce",
  ],
  [
    "a post-only order that is fill-or-kill",
    { oflags: "post", timeinforce: "FOK" },
    "EGeneral:Invalid arguments:timeinforce",
  ],
  [
    "a client id of 19 letters",
    { cl_ord_id: "x".repeat(19) },
    "EGeneral:Invalid arguments:cl_ord_id",
  ],
  ["a reduce-only order", { reduce_only: "true" }, "EOrder:Reduce only:No position exists"],
  [
    "a deadline an hour ahead",
    { deadline: "2100-01-01T00:00:00Z" },
    "EGeneral:Invalid arguments:deadline",
  ],
  ["a deadline that is over", { deadline: "2000-01-01T00:00:00Z" }, "EService:Deadline elapsed"],
];

for (const [what, params, text] of REFUSED) {
  Deno.test(`kraken testnet: ${what} is refused: ${text}`, async () => {
    const { testnet, client } = openKraken();
    await using _ = testnet;
    const { status, body } = await client.place(params);
    assertEquals([status, body], [200, { error: [text] }]);
    assertEquals(testnet.ledger("kraken").orders, []);
  });
}

Deno.test("kraken testnet: a client id is unique among open orders, and free again afterwards", async () => {
  const { testnet, client } = openKraken();
  await using _ = testnet;
  const params = { cl_ord_id: "0123456789abcdef0123456789abcdef" };
  assertEquals((await client.place(params)).body.error, []);
  assertEquals((await client.place(params)).body.error, ["EOrder:Duplicate order"]);
  assertEquals((await client.signed("CancelOrder", params)).body.result, { count: 1 });
  assertEquals((await client.signed("CancelOrder", params)).body.error, ["EOrder:Unknown order"]);
  assertEquals((await client.place(params)).body.error, []);
  const { open } = (await client.signed("OpenOrders", params)).body.result;
  const { closed, count } = (await client.signed("ClosedOrders", params)).body.result;
  assertEquals([Object.keys(open).length, Object.keys(closed).length, count], [1, 1, 1]);
});

Deno.test("kraken testnet: FOK takes all of it at once or nothing", async () => {
  const { testnet, client } = openKraken();
  await using _ = testnet;
  const place = async (volume: string) => {
    const { body } = await client.place({ price: "60000", volume, timeinforce: "FOK" });
    const [txid] = body.result.txid;
    const { status, reason, vol_exec } = (await client.signed("QueryOrders", { txid }))
      .body.result[txid];
    return [status, reason, vol_exec];
  };
  assertEquals(await place("1000"), ["canceled", "Fill or kill", "0.00000000"]);
  assertEquals(await place("0.01"), ["closed", null, "0.01000000"]);
});

Deno.test("kraken testnet: CancelAll cancels every pair's orders", async () => {
  const { testnet, client } = openKraken();
  await using _ = testnet;
  await client.place();
  await client.place({ pair: "ETHUSD", volume: "0.1", price: "2000" });
  assertEquals((await client.signed("CancelAll")).body.result, { count: 2 });
});

Deno.test("kraken testnet: the dead-man's switch fires unless it is wound up or disarmed", async () => {
  const { testnet, client, clock } = openKraken();
  await using _ = testnet;
  const statuses = () => testnet.ledger("kraken").orders.map(({ status }) => status);
  await client.place();
  await client.signed("CancelAllOrdersAfter", { timeout: 60 });
  await clock.advance(59_000);
  await client.signed("CancelAllOrdersAfter", { timeout: 60 });
  await clock.advance(59_000);
  assertEquals(statuses(), ["NEW"]);
  await clock.advance(1_000);
  assertEquals(statuses(), ["CANCELED"]);
  await client.place();
  await client.signed("CancelAllOrdersAfter", { timeout: 60 });
  await client.signed("CancelAllOrdersAfter", { timeout: 0 });
  await clock.advance(120_000);
  assertEquals(statuses(), ["CANCELED", "NEW"]);
});

Deno.test("kraken testnet: an amendment keeps the order, and below what is filled it ends it", async () => {
  const { testnet, client } = openKraken();
  await using _ = testnet;
  const [txid] = (await client.place()).body.result.txid;
  const amended = await client.signed("AmendOrder", {
    txid,
    limit_price: "41000",
    order_qty: "0.02",
  });
  assert(amended.body.result.amend_id.startsWith("T"));
  const row = (await client.signed("QueryOrders", { txid })).body.result[txid];
  assertEquals([row.descr.price, row.vol, row.status], ["41000.0", "0.02000000", "open"]);
  testnet.setPrice("kraken", { symbol: "XXBTZUSD", price: "40999", quantity: "0.015" });
  await client.signed("AmendOrder", { txid, order_qty: "0.01" });
  const ended = (await client.signed("QueryOrders", { txid })).body.result[txid];
  assertEquals([ended.status, ended.vol_exec], ["canceled", "0.01500000"]);
});

Deno.test("kraken testnet: fees are in the quote, of buys on top of what they cost", async () => {
  const { testnet, client } = openKraken({});
  await using _ = testnet;
  await client.place({ ordertype: "market", price: "", volume: "0.01" });
  const { trades } = (await client.signed("TradesHistory")).body.result;
  const balances = (await client.signed("BalanceEx")).body.result;
  const [trade] = Object.values(trades) as readonly Record<string, string>[];
  assertEquals(Number(balances.XXBT.balance), 2.01);
  const paid = 100_000_000 - Number(balances.ZUSD.balance);
  assertEquals(Math.abs(paid - Number(trade!["cost"]) - Number(trade!["fee"])) < 0.000001, true);
});

Deno.test("kraken testnet: both counters refuse in their own words, and time lowers them", async () => {
  const limits = { restCounterMax: 2, tradingCounterMax: 1 };
  const { testnet, client, clock } = openKraken({ limits });
  await using _ = testnet;
  const read = async () => (await client.signed("TradesHistory")).body.error;
  assertEquals(await read(), []);
  assertEquals(await read(), ["EAPI:Rate limit exceeded"]);
  await clock.advance(6_100);
  assertEquals(await read(), []);
  assertEquals((await client.place()).body.error, []);
  assertEquals((await client.place()).body.error, ["EOrder:Rate limit exceeded"]);
  const elsewhere = { pair: "ETHUSD", volume: "0.1", price: "2000" };
  assertEquals((await client.place(elsewhere)).body.error, []);
});

Deno.test("kraken testnet: the stream tells an order's terms once, then what changed, numbered", async () => {
  const { testnet, client } = openKraken();
  await using _ = testnet;
  const { socket, snapshot } = await client.privateSocket("executions");
  assertEquals([snapshot.type, snapshot.data, snapshot.sequence], ["snapshot", [], 1]);
  await client.place({ cl_ord_id: "mine" });
  const [pending, live] = [await socket.next(), await socket.next()];
  assertEquals([pending.sequence, live.sequence], [2, 3]);
  assertEquals([pending.data[0].exec_type, pending.data[0].symbol], ["pending_new", "BTC/USD"]);
  assertEquals([live.data[0].exec_type, live.data[0].symbol], ["new", undefined]);
  testnet.setPrice("kraken", { symbol: "XXBTZUSD", price: "39999", quantity: "1" });
  const filled = await socket.next();
  assertEquals(execTypes(filled), ["trade", "filled"]); // Two items in one message.
  assertEquals(filled.data[0].fees[0].asset, "USD");
  await socket.close();
});

Deno.test("kraken testnet: orders over the socket are under the same rules as over REST", async () => {
  const { testnet, client } = openKraken();
  await using _ = testnet;
  const { socket, token } = await client.privateSocket("balances");
  const params = {
    order_type: "limit",
    side: "buy",
    symbol: "BTC/USD",
    order_qty: 0.01,
    limit_price: 40000,
    cl_ord_id: "mine",
    token,
  };
  const placed = await socket.ask("add_order", params);
  assertEquals([placed.success, placed.result.cl_ord_id], [true, "mine"]);
  const refused = await socket.ask("add_order", { ...params, cl_ord_id: "x", order_qty: 0.00001 });
  assertEquals([refused.success, refused.error], [false, "EOrder:Order minimum not met"]);
  const canceled = await socket.ask("cancel_order", { cl_ord_id: ["mine"], token });
  assertEquals([canceled.success, canceled.result], [true, { cl_ord_id: "mine" }]);
  const again = await socket.ask("cancel_order", { cl_ord_id: ["mine"], token });
  assertEquals(again.error, "EOrder:Unknown order");
  await socket.close();
});

Deno.test("kraken testnet: closed orders come 50 at a time, the newest first", async () => {
  const { testnet, client, clock } = openKraken();
  await using _ = testnet;
  for (let at = 0; at < 51; at++) {
    await client.place({ cl_ord_id: `order ${at}` });
    await client.signed("CancelOrder", { cl_ord_id: `order ${at}` });
    await clock.advance(1_000);
  }
  assertEquals(await pageOf(client, 0), [51, 50, "order 50"]);
  assertEquals(await pageOf(client, 50), [51, 1, "order 0"]);
});

async function pageOf(client: KrakenClient, ofs: number): Promise<readonly unknown[]> {
  const { closed, count } = (await client.signed("ClosedOrders", { ofs })).body.result;
  const rows = Object.values(closed) as readonly { readonly cl_ord_id: string }[];
  return [count, rows.length, rows[0]?.cl_ord_id];
}

function execTypes({ data }: { readonly data: readonly Json[] }): readonly unknown[] {
  return data.map((item) => item["exec_type"]);
}
