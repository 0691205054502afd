import {
  assert,
  assertEquals,
  assertFalse,
  assertRejects,
  assertStringIncludes,
} from "@std/assert";
import type { ExchangeSocket, VenueFact } from "../../../src/exchanges/exchange.ts";
import { decimal } from "../../../src/model/decimal.ts";
import { ExchangeError } from "../../../src/model/errors.ts";
import { API_KEY, CLIENT_ID, connect, type Connected, SECRET } from "./fixtures.ts";
import { executionReport, startStubStream, type StubStream } from "./stub_stream.ts";

Deno.test("ccxt socket: it opens authenticated by signature, with the venue's time", async () => {
  await using venue = startStubStream();
  await using connected = await connect(venue.endpoints);
  await using opened = await open(connected);
  assert(opened.frames() > 0);
  const [request] = venue.requests;
  assertEquals(request?.method, "userDataStream.subscribe.signature");
  assertEquals(request?.params?.["apiKey"], API_KEY);
  assertEquals(typeof request?.params?.["signature"], "string");
});

Deno.test("ccxt socket: every report of a burst is a fact, in order", async () => {
  await using venue = startStubStream();
  await using connected = await connect(venue.endpoints);
  await using opened = await open(connected);
  for (let at = 0; at < 500; at++) venue.send(executionReport({ i: at }));
  await until(() => orders(connected.facts).length === 500);
  assertEquals(
    orders(connected.facts).map(({ exchangeOrderId }) => exchangeOrderId),
    Array.from({ length: 500 }, (_, at) => String(at)),
  );
  assert(opened.frames() >= 500);
});

Deno.test("ccxt socket: a trade carries its fill with exact texts", async () => {
  const [order] = await reported({
    x: "TRADE",
    X: "PARTIALLY_FILLED",
    l: "0.00100000",
    z: "0.00300000",
    L: "49999.99000000",
    n: "0.00000075",
    N: "BNB",
    t: 9_007_199_254_740_000,
    m: true,
  });
  assertEquals<unknown>([order?.status, order?.filled], ["PARTIALLY_FILLED", "0.003"]);
  const [fill] = order?.fills ?? [];
  assertEquals<unknown>(
    [fill?.tradeId, fill?.price, fill?.quantity, fill?.fee, fill?.liquidity],
    ["9007199254740000", "49999.99", "0.001", { asset: "BNB", amount: "0.00000075" }, "MAKER"],
  );
});

Deno.test("ccxt socket: a cancel is told by the order's own client id", async () => {
  const [order] = await reported({ x: "CANCELED", X: "CANCELED", c: "web_1", C: CLIENT_ID });
  assertEquals([order?.clientOrderId, order?.status], [CLIENT_ID, "CANCELED"]);
});

Deno.test("ccxt socket: why an order expired is told", async () => {
  const endings = await reported(
    { x: "EXPIRED", X: "EXPIRED", f: "IOC" },
    { x: "TRADE_PREVENTION", X: "EXPIRED_IN_MATCH" },
    { x: "REJECTED", X: "REJECTED", r: "INSUFFICIENT_BALANCES" },
  );
  assertEquals(endings.map(({ status, cause }) => [status, cause]), [
    ["EXPIRED", "TIME_IN_FORCE"],
    ["EXPIRED", "SELF_TRADE_PREVENTION"],
    ["REJECTED", "INSUFFICIENT_BALANCES"],
  ]);
});

Deno.test("ccxt socket: balances are a fact", async () => {
  await using venue = startStubStream();
  await using connected = await connect(venue.endpoints);
  await using _opened = await open(connected);
  venue.send({
    subscriptionId: 0,
    event: { e: "outboundAccountPosition", E: 2, u: 1, B: [{ a: "ETH", f: "1.5", l: "0.5" }] },
  });
  await until(() => connected.facts.length > 0);
  const [fact] = connected.facts;
  assert(fact?.kind === "balances");
  const [held] = fact.balances;
  assertEquals<unknown>([held?.assetId, held?.total, held?.locked, held?.updatedAt], [
    "ETH",
    "2",
    "0.5",
    1,
  ]);
});

Deno.test("ccxt socket: what does not parse is a fact, and the next frame comes", async () => {
  await using venue = startStubStream();
  await using connected = await connect(venue.endpoints);
  await using _opened = await open(connected);
  for (const frame of ["no json", "[1]", "7", `{"event":3}`]) venue.send(frame);
  venue.send(executionReport({ q: 1 }));
  venue.send(executionReport({ S: "HOLD" }));
  venue.send(executionReport());
  await until(() => orders(connected.facts).length === 1);
  assertEquals(connected.facts.map(({ kind }) => kind), [
    ...Array.from({ length: 6 }, () => "malformed"),
    "order",
  ]);
});

Deno.test("ccxt socket: a probe asks the venue and its answer is a frame", async () => {
  await using venue = startStubStream();
  await using connected = await connect(venue.endpoints);
  await using opened = await open(connected);
  const before = opened.frames();
  opened.socket.probe();
  await until(() => opened.frames() > before);
  assertEquals(venue.requests.at(-1)?.method, "ping");
});

Deno.test("ccxt socket: a drop is told once, and a new open dials afresh", async () => {
  await using venue = startStubStream();
  await using connected = await connect(venue.endpoints);
  await using opened = await open(connected);
  venue.drop();
  await until(() => opened.closes.length > 0);
  assertEquals(opened.closes.length, 1);
  await using again = await open(connected);
  assertEquals(venue.dials, 2);
  venue.send(executionReport());
  await until(() => orders(connected.facts).length === 1);
  assertEquals(again.closes, []);
});

Deno.test("ccxt socket: nothing dials by itself after a drop", async () => {
  await using venue = startStubStream();
  await using connected = await connect(venue.endpoints);
  await using opened = await open(connected);
  venue.drop();
  await until(() => opened.closes.length > 0);
  await until(() => venue.open.size === 0);
  await turn();
  assertEquals(venue.dials, 1);
});

Deno.test("ccxt socket: the venue ending the subscription ends the socket", async () => {
  await using venue = startStubStream();
  await using connected = await connect(venue.endpoints);
  await using opened = await open(connected);
  venue.send({ subscriptionId: 0, event: { e: "eventStreamTerminated", E: 1 } });
  await until(() => opened.closes.length > 0);
  assertStringIncludes(opened.closes[0] ?? "", "eventStreamTerminated");
});

Deno.test("ccxt socket: closing it is not told as a loss", async () => {
  await using venue = startStubStream();
  await using connected = await connect(venue.endpoints);
  const opened = await open(connected);
  await opened.socket.close();
  assertEquals(opened.closes, []);
  await opened.socket.close();
});

Deno.test("ccxt socket: a refused subscription fails without a key in its text", async () => {
  await using venue = startStubStream({
    answer: ({ id }) => ({
      id,
      status: 401,
      error: { code: -2015, msg: `Invalid API-key ${API_KEY} ${SECRET}` },
    }),
  });
  await using connected = await connect(venue.endpoints);
  const error = await assertRejects(() => open(connected), ExchangeError);
  assertStringIncludes(error.message, "Invalid API-key");
  assertFalse(/CANARY/.test(Deno.inspect(error)), error.message);
  assertEquals(connected.facts, []);
});

Deno.test("ccxt socket: a dial that is given up or refused fails", async () => {
  await using silent = startStubStream({ answer: () => undefined });
  await using connected = await connect(silent.endpoints);
  const controller = new AbortController();
  const opening = open(connected, controller.signal);
  await until(() => silent.requests.length > 0);
  controller.abort();
  await assertRejects(() => opening, ExchangeError);

  await using refusing = startStubStream({ refuse: 503 });
  await using other = await connect(refusing.endpoints);
  await assertRejects(() => open(other), ExchangeError);
});

Deno.test("ccxt socket: a subscription that is never answered times out", async () => {
  await using silent = startStubStream({ answer: () => undefined });
  await using connected = await connect(silent.endpoints, { requestTimeoutMs: 100 });
  const error = await assertRejects(() => open(connected), ExchangeError);
  assertStringIncludes(error.message, "no connection within 100 ms");
});

interface Opened extends AsyncDisposable {
  readonly socket: ExchangeSocket;
  readonly closes: readonly string[];
  frames(): number;
}

async function open(
  { adapter }: Connected,
  signal: AbortSignal = new AbortController().signal,
): Promise<Opened> {
  const [socket] = adapter.sockets;
  assert(socket !== undefined);
  let frames = 0;
  const closes: string[] = [];
  await socket.open(
    { onFrame: () => void frames++, onClose: (reason) => void closes.push(reason) },
    signal,
  );
  return { socket, closes, frames: () => frames, [Symbol.asyncDispose]: () => socket.close() };
}

Deno.test("private stream: a trade that cost nothing says so, whether it names an asset or not", async () => {
  const trade = {
    x: "TRADE",
    X: "PARTIALLY_FILLED",
    t: 7,
    l: "0.001",
    z: "0.001",
    L: "50000",
    Z: "50",
  };
  const orders = await reported(
    { ...trade, n: "0", N: null },
    { ...trade, t: 8, n: "0.00000000", N: "BNB" },
    { ...trade, t: 9, n: "0.1", N: null },
  );
  assertEquals(orders.map(({ fills }) => fills.map(({ fee }) => fee && { ...fee })), [
    [{ asset: "BTC", amount: decimal("0") }],
    [{ asset: "BNB", amount: decimal("0") }],
    [null],
  ]);
});

async function reported(...reports: readonly Parameters<typeof executionReport>[0][]) {
  await using venue: StubStream = startStubStream();
  await using connected = await connect(venue.endpoints);
  await using _opened = await open(connected);
  for (const report of reports) venue.send(executionReport(report));
  await until(() => connected.facts.length === reports.length);
  return orders(connected.facts);
}

function orders(facts: readonly VenueFact[]) {
  return facts.flatMap((fact) => fact.kind === "order" ? [fact.order] : []);
}

/** Loopback needs a few turns of the event loop; a failure shows as this test's own timeout. */
async function until(condition: () => boolean): Promise<void> {
  const end = performance.now() + 3_000;
  while (!condition()) {
    assert(performance.now() < end, "the condition did not come true within 3 s");
    await turn();
  }
}

function turn(): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, 2));
}
