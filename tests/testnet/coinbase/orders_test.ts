import { assertEquals } from "@std/assert";
import type { Json } from "../client.ts";
import { ACCOUNT, limit, messageOf, openCoinbase } from "./client.ts";

const BATCH = "/orders/historical/batch";
const FILLS = "/orders/historical/fills";
const BOOKS_LEAVE_MS = 100;

/** [what, other fields, configuration, balances, the reasons told] */
const DECLINED: readonly (readonly [string, Json, Json, Record<string, string> | null, Json])[] = [
  ["an unknown product", { product_id: "NONE-USD" }, limit(), null, {
    error: "INVALID_PRODUCT_ID",
  }],
  ["an unknown side", { side: "HOLD" }, limit(), null, { error: "INVALID_SIDE" }],
  ["a stop", {}, { stop_limit_stop_limit_gtc: {} }, null, {
    error: "UNSUPPORTED_ORDER_CONFIGURATION",
  }],
  ["two configurations", {}, { ...limit(), sor_limit_ioc: {} }, null, {
    error: "UNSUPPORTED_ORDER_CONFIGURATION",
  }],
  ["a size that is no number", {}, limit({ base_size: "much" }), null, {
    preview_failure_reason: "PREVIEW_NON_NUMERIC_ORDER_SIZE",
  }],
  ["a price off the tick", {}, limit({ limit_price: "40000.001" }), null, {
    error: "INVALID_PRICE_PRECISION",
  }],
  ["a size off the step", {}, limit({ base_size: "0.000000001" }), null, {
    error: "INVALID_SIZE_PRECISION",
  }],
  ["too small a value", {}, limit({ base_size: "0.00000001" }), null, {
    preview_failure_reason: "PREVIEW_INVALID_QUOTE_SIZE_TOO_SMALL",
  }],
  ["too little money", {}, limit(), { USD: "1" }, { error: "INSUFFICIENT_FUND" }],
  ["post-only that would take", {}, limit({ limit_price: "60000", post_only: true }), null, {
    error: "INVALID_LIMIT_PRICE_POST_ONLY",
  }],
];

for (const [what, fields, configuration, balances, reasons] of DECLINED) {
  Deno.test(`coinbase: ${what} is declined inside an answer of success`, async () => {
    const { testnet, client } = openCoinbase(
      balances === null ? {} : { accounts: [{ ...ACCOUNT, balances }] },
    );
    await using _ = testnet;
    const { status, body } = await client.place(fields, configuration);
    assertEquals([status, body.success, body.order_id], [200, false, ""]);
    const told = Object.fromEntries(
      Object.keys(reasons).map((name) => [name, body.error_response[name]]),
    );
    assertEquals(told, reasons);
    assertEquals(testnet.ledger("coinbase").orders, []);
  });
}

Deno.test("coinbase: a client id that is used again brings its order, or is declined for another", async () => {
  const { testnet, client } = openCoinbase();
  await using _ = testnet;
  const first = (await client.place()).body;
  assertEquals((await client.place()).body.order_id, first.order_id);
  const other = (await client.place({ side: "SELL" })).body;
  assertEquals(other.error_response.error, "DUPLICATE_CLIENT_ORDER_ID");
  assertEquals(testnet.ledger("coinbase").orders.length, 1);
});

Deno.test("coinbase: OPEN is asked for alone, and dates are not applied to it", async () => {
  const { testnet, client, clock } = openCoinbase();
  await using _ = testnet;
  const { order_id } = (await client.place()).body;
  clock.advance(60_000);
  const now = new Date(clock.now()).toISOString();
  const both = await client.signed("GET", `${BATCH}?order_status=OPEN&order_status=QUEUED`);
  assertEquals([both.status, both.body.error], [400, "INVALID_ARGUMENT"]);
  const idsOf = async (query: string) =>
    (await client.signed("GET", `${BATCH}?${query}`)).body.orders
      .map((order: Json) => order["order_id"]);
  assertEquals(await idsOf(`order_status=OPEN&start_date=${now}`), [order_id]);
  assertEquals(await idsOf(`start_date=${now}`), []);
  assertEquals(await idsOf("order_status=PENDING&order_status=QUEUED"), []);
  assertEquals(await idsOf("product_ids=ETH-USD"), []);
  assertEquals(await idsOf(`order_ids=${order_id}`), [order_id]);
});

Deno.test("coinbase: lists go on after a cursor, newest first, and end without one", async () => {
  const { testnet, client, clock } = openCoinbase();
  await using _ = testnet;
  const placed: unknown[] = [];
  for (let n = 0; n < 5; n++) {
    clock.advance(1_000);
    const fields = { client_order_id: `order ${n}` };
    const market = { market_market_ioc: { base_size: "0.01" } };
    placed.push((await client.place(fields, market)).body.order_id);
  }
  for (const [path, list] of [[BATCH, "orders"], [FILLS, "fills"]] as const) {
    const seen: unknown[] = [];
    let cursor = "";
    do {
      const { body } = await client.signed("GET", `${path}?limit=2&cursor=${cursor}`);
      seen.push(...body[list].map((row: Json) => row["order_id"]));
      cursor = body.cursor;
    } while (cursor !== "");
    assertEquals(seen, placed.toReversed(), list);
  }
});

Deno.test("coinbase: an edit keeps what was sent, and tells what it became", async () => {
  const { testnet, client } = openCoinbase();
  await using _ = testnet;
  const { order_id } = (await client.place()).body;
  const edit = async (fields: Json) =>
    (await client.signed("POST", "/orders/edit", { order_id, ...fields })).body;
  assertEquals(await edit({ price: "41000", size: "0.02" }), { success: true, errors: [] });
  const { body: { order } } = await client.signed("GET", `/orders/historical/${order_id}`);
  assertEquals(order.order_configuration, limit());
  assertEquals([order.edit_history[0].price, order.edit_history[0].size], ["41000", "0.02"]);
  const reasonOf = async (fields: Json) => (await edit(fields)).errors[0].edit_failure_reason;
  assertEquals(await reasonOf({ price: "42000" }), "INVALID_EDITED_SIZE");
  assertEquals(await reasonOf({ order_id: "x", price: "1", size: "1" }), "ORDER_NOT_FOUND");
  await client.signed("POST", "/orders/batch_cancel", { order_ids: [order_id] });
  assertEquals(await reasonOf({ price: "1", size: "1" }), "ONLY_OPEN_ORDERS_CAN_BE_EDITED");
});

Deno.test("coinbase: each id of a cancel has a result of its own", async () => {
  const { testnet, client } = openCoinbase();
  await using _ = testnet;
  const { order_id } = (await client.place()).body;
  const cancel = { order_ids: [order_id, "unknown", order_id] };
  const { body } = await client.signed("POST", "/orders/batch_cancel", cancel);
  assertEquals(body.results.map((each: Json) => [each["success"], each["failure_reason"]]), [
    [true, "UNKNOWN_CANCEL_FAILURE_REASON"],
    [false, "UNKNOWN_CANCEL_ORDER"],
    [false, "UNKNOWN_CANCEL_ORDER"],
  ]);
});

Deno.test("coinbase: private requests are counted by account, public ones by address", async () => {
  const { testnet, client, clock } = openCoinbase({
    limits: { privateRequestsPerSecond: 2, publicRequestsPerSecond: 1 },
  });
  await using _ = testnet;
  const statuses: number[] = [];
  for (let n = 0; n < 3; n++) statuses.push((await client.signed("GET", "/accounts")).status);
  for (let n = 0; n < 2; n++) statuses.push((await client.get("/time")).status);
  assertEquals(statuses, [200, 200, 429, 200, 429]);
  clock.advance(1_001);
  assertEquals((await client.get("/time")).status, 200);
});

Deno.test("coinbase: a socket that subscribes to nothing is closed after five seconds", async () => {
  const { testnet, client, clock } = openCoinbase();
  await using _ = testnet;
  const [idle, busy] = [await client.socket(), await client.socket()];
  busy.send({ type: "subscribe", channel: "heartbeats" });
  await messageOf(busy, "heartbeats");
  clock.advance(5_000);
  await idle.closed;
  const beats: Json[] = [];
  while (beats.length < 5) beats.push(await busy.next());
  assertEquals(beats.map(({ sequence_num }) => sequence_num), [2, 3, 4, 5, 6]);
  await busy.close();
});

Deno.test("coinbase: live orders are told fifty with a message", async () => {
  const { testnet, client } = openCoinbase({ limits: "none" });
  await using _ = testnet;
  for (let n = 0; n < 51; n++) await client.place({ client_order_id: `order ${n}` });
  const socket = await client.socket();
  socket.send({ type: "subscribe", channel: "user", jwt: client.token(null) });
  const sizes: number[] = [];
  for (let n = 0; n < 2; n++) {
    sizes.push((await messageOf(socket, "user")).events[0].orders.length);
  }
  assertEquals(sizes, [50, 1]);
  await socket.close();
});

Deno.test("coinbase: what is no channel or product is refused in words", async () => {
  const { testnet, client } = openCoinbase();
  await using _ = testnet;
  const socket = await client.socket();
  for (
    const frame of [
      "nothing",
      { type: "say", channel: "level2" },
      { type: "subscribe", channel: "level9" },
      { type: "subscribe", channel: "level2" },
      { type: "subscribe", channel: "level2", product_ids: ["NONE-USD"] },
    ]
  ) {
    socket.send(frame);
    assertEquals((await socket.next()).type, "error");
  }
  await socket.close();
});

Deno.test("coinbase: a reset forgets orders, and a subscriber of the book is still told", async () => {
  const { testnet, client, clock } = openCoinbase();
  await using _ = testnet;
  const socket = await client.socket();
  socket.send({ type: "subscribe", channel: "level2", product_ids: ["BTC-USD"] });
  await messageOf(socket, "l2_data");
  await client.place();
  testnet.reset();
  assertEquals(testnet.ledger("coinbase").orders, []);
  await client.place({ client_order_id: "after" }, limit({ limit_price: "41000" }));
  clock.advance(BOOKS_LEAVE_MS);
  const { events: [event] } = await messageOf(socket, "l2_data");
  assertEquals(event.updates.map((each: Json) => each.price_level), ["41000"]);
  await socket.close();
});
