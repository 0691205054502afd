import {
  assert,
  assertEquals,
  assertFalse,
  assertLessOrEqual,
  assertRejects,
  assertStringIncludes,
} from "@std/assert";
import type { CcxtErrorClass } from "../../../src/exchanges/ccxt/ccxt.ts";
import { guardRejections } from "../../../src/exchanges/ccxt/wire/rejections.ts";
import { VenueClock } from "../../../src/exchanges/ccxt/wire/venue_clock.ts";
import { ConfigError, ExchangeError } from "../../../src/model/errors.ts";
import { VirtualClock } from "../../../src/system/virtual_clock.ts";
import { API_KEY, connect, gate, makeAdapter, SECRET, submitRequest } from "./fixtures.ts";
import { EXCHANGE_INFO } from "./stub_data.ts";
import { startStubVenue, STUB_AHEAD_MS } from "./stub_venue.ts";

const canary = (text: string) => text.includes("CANARY");

Deno.test("ccxt: neither JSON nor an inspection of the adapter shows a key", async () => {
  await using venue = startStubVenue();
  await using connected = await connect(venue.endpoints);
  const { adapter } = connected;
  assertFalse(canary(JSON.stringify(adapter) ?? ""));
  assertFalse(canary(Deno.inspect(adapter, { depth: 20, showHidden: true })));
  for (const part of [adapter.execution, adapter.sockets, adapter.instruments]) {
    assertFalse(canary(Deno.inspect(part, { depth: 20, showHidden: true })));
  }
});

Deno.test("ccxt: a venue that repeats our key in its message does not get it past us", async () => {
  await using venue = startStubVenue();
  venue.on(({ method, text }) =>
    method === "POST"
      ? { status: 400, json: { code: -1022, msg: `bad ${API_KEY} ${SECRET} in ${text}` } }
      : undefined
  );
  await using connected = await connect(venue.endpoints);
  const outcome = await connected.adapter.execution.submit(submitRequest(), gate());
  assertFalse(canary(JSON.stringify(outcome)));
  assertFalse(/signature=[0-9a-f]/.test(JSON.stringify(outcome)));
});

Deno.test("ccxt: connecting loads instruments with exact texts", async () => {
  await using venue = startStubVenue();
  await using connected = await connect(venue.endpoints);
  const btc = connected.adapter.instruments.get("BTC/USDT");
  assert(btc !== undefined);
  assertEquals(connected.adapter.instruments.list().length, 2);
  assertEquals(btc.instrument.rawSymbol, "BTCUSDT");
  assertEquals<string>(btc.price.tickSize, "0.01");
  assertEquals<unknown>(btc.amount, {
    min: "0.00001",
    max: "9000",
    step: "0.00001",
    minNotional: "5",
    maxNotional: "9000000",
  });
  assertEquals([btc.instrument.pricePrecision, btc.instrument.quantityPrecision], [2, 5]);
});

Deno.test("ccxt: a symbol that cannot be read is a fact, and the others are listed", async () => {
  await using venue = startStubVenue();
  venue.on(({ path }) => {
    if (path !== "/api/v3/exchangeInfo") return undefined;
    const info = structuredClone(EXCHANGE_INFO) as { symbols: { filters: unknown[] }[] };
    info.symbols[0]!.filters = [];
    return { text: JSON.stringify(info) };
  });
  await using connected = await connect(venue.endpoints);
  assertEquals(connected.adapter.instruments.list().map(({ symbolId }) => symbolId), ["ETH/BTC"]);
  const [fact] = connected.facts;
  assert(fact?.kind === "malformed");
  assertEquals(fact.where, "instrument BTCUSDT");
});

Deno.test("ccxt: connecting asks for nothing but instruments and the time", async () => {
  await using venue = startStubVenue();
  await using _connected = await connect(venue.endpoints);
  assertEquals(venue.requests.map(({ method, path }) => `${method} ${path}`), [
    "GET /api/v3/exchangeInfo",
    "GET /api/v3/time",
  ]);
});

Deno.test("ccxt: the venue's clock is measured by its own answer", async () => {
  await using venue = startStubVenue();
  await using connected = await connect(venue.endpoints);
  const synced = await connected.adapter.syncClock();
  assert(synced.kind === "read");
  const { offsetMs, roundTripMs } = synced.value;
  // Half of the trip stays open; both clocks are read in whole milliseconds.
  const vague = roundTripMs / 2 + 2;
  assertLessOrEqual(Math.abs(offsetMs - STUB_AHEAD_MS), vague);
  const before = Date.now() + STUB_AHEAD_MS;
  const told = connected.adapter.venueNow() ?? 0;
  const after = Date.now() + STUB_AHEAD_MS;
  assertLessOrEqual(before - vague, told);
  assertLessOrEqual(told, after + vague);
});

Deno.test("ccxt: a venue that cannot be reached is an error that names the action", async () => {
  const venue = startStubVenue();
  await venue[Symbol.asyncDispose]();
  const adapter = await makeAdapter({ endpoints: venue.endpoints });
  const error = await assertRejects(
    () => adapter.connect(new AbortController().signal),
    ExchangeError,
  );
  assertStringIncludes(error.message, "Cannot load the instruments of main");
  assertFalse(adapter.isConnected);
});

Deno.test("ccxt: a connect given up, before or amid requests, leaves nothing", async () => {
  for (const after of ["code", "request"] as const) {
    await using venue = startStubVenue();
    const controller = new AbortController();
    venue.on(({ path }) =>
      path === "/api/v3/exchangeInfo"
        ? {
          raw: async (connection) => {
            controller.abort();
            await connection.read(new Uint8Array(1));
          },
        }
        : undefined
    );
    const adapter = await makeAdapter({ endpoints: venue.endpoints });
    const connecting = adapter.connect(controller.signal);
    if (after === "code") controller.abort();
    await assertRejects(() => connecting);
    assertFalse(adapter.isConnected);
    assertEquals(venue.requests.length, after === "code" ? 0 : 1);
  }
});

Deno.test("ccxt: an adapter connects again after it was disconnected", async () => {
  await using venue = startStubVenue();
  const first = await connect(venue.endpoints);
  await first.adapter.disconnect();
  await first.adapter.connect(new AbortController().signal);
  assert(first.adapter.isConnected);
  await first.adapter.disconnect();
});

Deno.test("ccxt: options are strict and a mistake names the option, not its value", async () => {
  const cases: readonly (readonly [Record<string, unknown>, string])[] = [
    [{ apiKey: "" }, "exchanges.main.apiKey"],
    [{ endpoints: "CANARY://x" }, "exchanges.main.endpoints"],
    [{ endpoints: "http://user:CANARY@127.0.0.1" }, "exchanges.main.endpoints"],
    [{ password: "CANARY" }, "password"],
    [{ market: "CANARY" }, "exchanges.main.market"],
    [{ timing: { validityMs: 60_001 } }, "exchanges.main.timing.validityMs"],
    [{ requestTimeoutMs: -1 }, "exchanges.main.requestTimeoutMs"],
  ];
  for (const [options, named] of cases) {
    const error = await assertRejects(() => makeAdapter(options), ConfigError);
    assertStringIncludes(error.message, named);
    assertFalse(canary(error.message), error.message);
  }
});

Deno.test("ccxt: timing may be overridden in part, and signs accordingly", async () => {
  await using venue = startStubVenue();
  const timing = { validityMs: 1_500, engineBoundMs: 50 };
  await using connected = await connect(venue.endpoints, { timing });
  assertEquals(connected.adapter.capabilities.timing.validityMs, 1_500);
  assertEquals(connected.adapter.capabilities.timing.engineBoundMs, 50);
  assertEquals(connected.adapter.capabilities.timing.settleMs, 2_000);
  const spy = gate("seen");
  await connected.adapter.execution.submit(submitRequest(), spy);
  assertEquals(spy.checks[0]?.validForMs, 1_500);
});

Deno.test("ccxt: the venue's clock does not follow a step of the wall clock", () => {
  const clock = new VirtualClock();
  const venueClock = new VenueClock(clock);
  assertEquals(venueClock.now(), null);
  const sent = clock.monotonic();
  clock.advance(40);
  venueClock.set(1_000_000, { sent, answered: clock.monotonic() });
  assertEquals(venueClock.now(), 1_000_020);
  assertEquals(venueClock.floor(), 1_000_000);
  clock.stepWall(3_600_000);
  clock.advance(80);
  assertEquals(venueClock.now(), 1_000_100);
});

Deno.test("ccxt: the guard takes ccxt's stray rejections and no others", () => {
  class BaseError extends Error {}
  const end = guardRejections(BaseError as CcxtErrorClass);
  const endSecond = guardRejections(BaseError as CcxtErrorClass);
  endSecond();
  assert(taken(new BaseError("x")));
  assertFalse(taken(new Error("x")));
  end();
  end();
  assertFalse(taken(new BaseError("x")));
});

/** Whether somebody took note of a rejection with this reason. */
function taken(reason: Error): boolean {
  const event = new PromiseRejectionEvent("unhandledrejection", {
    cancelable: true,
    promise: Promise.resolve(),
    reason,
  });
  globalThis.dispatchEvent(event);
  return event.defaultPrevented;
}
