import { assert, assertEquals, assertLessOrEqual } from "@std/assert";
import type { LookupOutcome } from "../../../src/model/venue.ts";
import { CLIENT_ID, connect, ref } from "./fixtures.ts";
import { type Json, orderRow, tradeRow } from "./stub_data.ts";
import { STRAYS_ASKED_MAX } from "../../../src/exchanges/ccxt/limits.ts";
import { startStubVenue, STUB_AHEAD_MS, type StubAnswer, type StubRequest } from "./stub_venue.ts";

const UNKNOWN_ORDER = { status: 400, json: { code: -2013, msg: "Order does not exist." } };

/** Answers by path; what is not named is an empty list, and the order itself is not known. */
interface Answers {
  readonly order?: StubAnswer;
  readonly openOrders?: StubAnswer;
  readonly allOrders?: StubAnswer;
  readonly myTrades?: StubAnswer;
}

Deno.test("ccxt lookup: a found order comes with exact texts and the exchange's id", async () => {
  const outcome = await lookUp({
    order: { json: orderRow({ orderId: 77, status: "FILLED", executedQty: "0.01000000" }) },
  });
  assert(outcome.kind === "found");
  assertEquals(outcome.order.exchangeOrderId, "77");
  assertEquals(outcome.order.status, "FILLED");
  assertEquals(outcome.order.filled, "0.01");
});

Deno.test("ccxt lookup: an order id beyond 2^53 keeps its digits", async () => {
  const text = JSON.stringify(orderRow()).replace(`"orderId":1`, `"orderId":9007199254740993`);
  const outcome = await lookUp({ order: { text } });
  assert(outcome.kind === "found");
  assertEquals(outcome.order.exchangeOrderId, "9007199254740993");
});

Deno.test("ccxt lookup: absent takes the order, open orders, history and trades", async () => {
  await using venue = startStubVenue();
  venue.on(({ path }) => answerFor({}, path));
  await using connected = await connect(venue.endpoints);
  const before = Date.now() + STUB_AHEAD_MS;
  const outcome = await connected.adapter.execution.lookup(ref());
  assert(outcome.kind === "absent");
  assertEquals(
    venue.requests.slice(-4).map(({ path }) => path).sort(),
    ["/api/v3/allOrders", "/api/v3/myTrades", "/api/v3/openOrders", "/api/v3/order"],
  );
  // By the venue's clock, and no later than the moment the first read was sent.
  assertLessOrEqual(outcome.venueTime, before + 5);
  assertLessOrEqual(before - 100, outcome.venueTime);
});

for (const path of ["openOrders", "allOrders"] as const) {
  Deno.test(`ccxt lookup: an order only ${path} shows is found`, async () => {
    const outcome = await lookUp({ [path]: { json: [orderRow({ orderId: 5 })] } });
    assert(outcome.kind === "found");
    assertEquals(outcome.order.exchangeOrderId, "5");
  });
}

for (const path of ["order", "openOrders", "allOrders", "myTrades"] as const) {
  Deno.test(`ccxt lookup: when ${path} fails, nothing is proven`, async () => {
    const outcome = await lookUp({ [path]: { status: 503, json: { code: -1000, msg: "x" } } });
    assertEquals(outcome.kind, "failed");
  });
}

Deno.test("ccxt lookup: another order's answer is never taken for ours", async () => {
  const outcome = await lookUp({ order: { json: orderRow({ clientOrderId: "d".repeat(32) }) } });
  assert(outcome.kind === "failed");
  assertEquals(outcome.cause.code, "BAD_RESPONSE");
});

Deno.test("ccxt lookup: a row that does not parse proves nothing", async () => {
  const outcome = await lookUp({ openOrders: { json: [{ symbol: "BTCUSDT" }] } });
  assert(outcome.kind === "failed");
  assertEquals(outcome.cause.code, "BAD_RESPONSE");
});

Deno.test("ccxt lookup: a trade of an order no list shows proves nothing", async () => {
  const outcome = await lookUp({
    allOrders: { json: [orderRow({ orderId: 3, clientOrderId: "other" })] },
    myTrades: { json: [tradeRow({ orderId: 4 })] },
  });
  assert(outcome.kind === "failed");
  assertEquals(outcome.cause.code, "INCONSISTENT_READS");
});

/** By its exchange id: whose order it is; ours by client id is not known. */
function orderByIds(clientIds: Readonly<Record<string, string>>, trades: readonly number[]) {
  const asked: string[] = [];
  const answer = ({ path, params }: StubRequest): StubAnswer | undefined => {
    const orderId = path === "/api/v3/order" ? params.get("orderId") : null;
    if (orderId === null) {
      const newest = trades.map((id) => tradeRow({ orderId: id, id: 1_000 + id }));
      return answerFor({ myTrades: { json: newest as Json } }, path);
    }
    asked.push(orderId);
    const clientOrderId = clientIds[orderId];
    if (clientOrderId === undefined) return UNKNOWN_ORDER;
    return { json: orderRow({ orderId: Number(orderId), clientOrderId }) };
  };
  return { asked, answer };
}

Deno.test("ccxt lookup: the order of a stray trade is asked by its id, once, and is let go if it is another's", async () => {
  await using venue = startStubVenue();
  const { asked, answer } = orderByIds({ 4: "theirs", 5: "theirs too" }, [4, 4, 5]);
  venue.on(answer);
  await using connected = await connect(venue.endpoints);
  const { execution } = connected.adapter;
  assertEquals((await execution.lookup(ref())).kind, "absent");
  assertEquals((await execution.lookup(ref())).kind, "absent");
  assertEquals(asked, ["4", "5"]);
});

Deno.test("ccxt lookup: the order of a stray trade is ours if its id shows our client id", async () => {
  await using venue = startStubVenue();
  venue.on(orderByIds({ 4: CLIENT_ID }, [4]).answer);
  await using connected = await connect(venue.endpoints);
  const outcome = await connected.adapter.execution.lookup(ref());
  assert(outcome.kind === "found", JSON.stringify(outcome));
  assertEquals(outcome.order.exchangeOrderId, "4");
});

Deno.test("ccxt lookup: a stray that was let go for one order of ours is found for the other that it is", async () => {
  await using venue = startStubVenue();
  venue.on(orderByIds({ 4: CLIENT_ID }, [4]).answer);
  await using connected = await connect(venue.endpoints);
  const { execution } = connected.adapter;
  const other = ref({ clientOrderId: "e".repeat(32) });
  assertEquals((await execution.lookup(other)).kind, "absent");
  assertEquals((await execution.lookup(ref())).kind, "found");
});

Deno.test("ccxt lookup: a stray that was let go proves nothing once it is named as the order sought", async () => {
  await using venue = startStubVenue();
  venue.on(orderByIds({ 4: "theirs" }, [4]).answer);
  await using connected = await connect(venue.endpoints);
  const { execution } = connected.adapter;
  assertEquals((await execution.lookup(ref())).kind, "absent");
  assertEquals((await execution.lookup(ref({ exchangeOrderId: "4" }))).kind, "failed");
});

Deno.test("ccxt lookup: strays are asked for in bounded look-ups, the next goes on where one ended", async () => {
  await using venue = startStubVenue();
  const ids = Array.from({ length: STRAYS_ASKED_MAX + 5 }, (_, at) => at + 1);
  const theirs = Object.fromEntries(ids.map((id) => [String(id), `theirs ${id}`]));
  const { asked, answer } = orderByIds(theirs, ids);
  venue.on(answer);
  await using connected = await connect(venue.endpoints);
  const first = await connected.adapter.execution.lookup(ref());
  assert(first.kind === "failed");
  assertEquals([first.cause.code, asked.length], ["INCONSISTENT_READS", STRAYS_ASKED_MAX]);
  assertEquals((await connected.adapter.execution.lookup(ref())).kind, "absent");
  assertEquals(asked.length, ids.length);
});

Deno.test("ccxt lookup: a trade of the very order that the venue shows under another id proves nothing", async () => {
  await using venue = startStubVenue();
  venue.on(orderByIds({ 4: "theirs" }, [4]).answer);
  await using connected = await connect(venue.endpoints);
  const outcome = await connected.adapter.execution.lookup(ref({ exchangeOrderId: "4" }));
  assert(outcome.kind === "failed");
  assertEquals(outcome.cause.code, "INCONSISTENT_READS");
});

Deno.test("ccxt lookup: trades of listed orders do not stand in the way of absence", async () => {
  const outcome = await lookUp({
    allOrders: { json: [orderRow({ orderId: 3, clientOrderId: "other" })] },
    myTrades: { json: [tradeRow({ orderId: 3 })] },
  });
  assertEquals(outcome.kind, "absent");
});

/** 100 to 1,099. */
const FULL_PAGE = Array.from(
  { length: 1_000 },
  (_, at) => orderRow({ orderId: 100 + at, clientOrderId: `other${at}` }),
) as Json;

Deno.test("ccxt lookup: an old order that is still open does not stand in the way either", async () => {
  const outcome = await lookUp({
    openOrders: { json: [orderRow({ orderId: 3, clientOrderId: "old" })] },
    allOrders: { json: FULL_PAGE },
    myTrades: { json: [tradeRow({ orderId: 50 })] },
  });
  assertEquals(outcome.kind, "absent");
});

Deno.test("ccxt lookup: trades older than a full page of history prove nothing", async () => {
  const outcome = await lookUp({
    allOrders: { json: FULL_PAGE },
    myTrades: { json: [tradeRow({ orderId: 99 })] },
  });
  assertEquals(outcome.kind, "absent");
});

Deno.test("ccxt lookup: a rate limit fails with the time to wait", async () => {
  const outcome = await lookUp({
    order: { status: 429, json: { code: -1003, msg: "x" }, headers: { "retry-after": "2" } },
  });
  assert(outcome.kind === "failed");
  assertEquals(outcome.retryAfterMs, 2_000);
});

Deno.test("ccxt lookup: it asks by our own client id", async () => {
  await using venue = startStubVenue();
  venue.on(({ path }) => answerFor({ order: { json: orderRow() } }, path));
  await using connected = await connect(venue.endpoints);
  await connected.adapter.execution.lookup(ref({ exchangeOrderId: "1" }));
  assertEquals(venue.requests.at(-1)?.params.get("origClientOrderId"), CLIENT_ID);
});

async function lookUp(answers: Answers): Promise<LookupOutcome> {
  await using venue = startStubVenue();
  venue.on(({ path }) => answerFor(answers, path));
  await using connected = await connect(venue.endpoints);
  return await connected.adapter.execution.lookup(ref());
}

function answerFor(answers: Answers, path: string): StubAnswer | undefined {
  switch (path) {
    case "/api/v3/order":
      return answers.order ?? UNKNOWN_ORDER;
    case "/api/v3/openOrders":
      return answers.openOrders ?? { json: [] };
    case "/api/v3/allOrders":
      return answers.allOrders ?? { json: [] };
    case "/api/v3/myTrades":
      return answers.myTrades ?? { json: [] };
    default:
      return undefined;
  }
}
