import { assert, assertEquals } from "@std/assert";
import type { AcquireOutcome, RequestEndpoint } from "../../../src/exchanges/exchange.ts";
import { connect, ref } from "./fixtures.ts";
import { type Json, tradeRow } from "./stub_data.ts";
import { startStubVenue, type StubVenue } from "./stub_venue.ts";

const PAGE_ROWS = 1_000;

/** So many trades of one order, told in pages. */
function serveTrades(venue: StubVenue, count: number): void {
  const trades = Array.from({ length: count }, (_, id) => tradeRow({ id, orderId: 9 }));
  venue.on(({ path, params }) => {
    if (path !== "/api/v3/myTrades") return undefined;
    const from = Number(params.get("fromId") ?? 0);
    return { json: trades.slice(from, from + PAGE_ROWS) as Json };
  });
}

/** Answers what it is told, and notes what was asked and how many reads had been made by then. */
function limitsOf(venue: StubVenue, outcome: AcquireOutcome) {
  const asked: { endpoint: RequestEndpoint; weight: number; after: number }[] = [];
  return {
    asked,
    acquire: (endpoint: RequestEndpoint, weight: number) => {
      asked.push({ endpoint, weight, after: venue.sent("GET /api/v3/myTrades").length });
      return Promise.resolve(outcome);
    },
    remaining: () => Infinity,
  };
}

Deno.test("ccxt pages: the first was granted with the read, each further one asks for itself", async () => {
  await using venue = startStubVenue();
  serveTrades(venue, 2_500);
  await using connected = await connect(venue.endpoints);
  const limits = limitsOf(venue, "granted");
  connected.adapter.useLimits?.(limits);
  const fills = await connected.adapter.execution.fillsOf(ref({ exchangeOrderId: "9" }));
  assert(fills.kind === "read");
  assertEquals(fills.value.length, 2_500);
  const endpoint = { kind: "fillsOf" as const, symbolId: "BTC/USDT" };
  assertEquals(limits.asked, [
    { endpoint, weight: 1, after: 1 },
    { endpoint, weight: 1, after: 2 },
  ]);
});

for (const outcome of ["full", "stopped"] as const) {
  Deno.test(`ccxt pages: without leave the read fails whole, nothing more is sent: ${outcome}`, async () => {
    await using venue = startStubVenue();
    serveTrades(venue, 2_500);
    await using connected = await connect(venue.endpoints);
    connected.adapter.useLimits?.(limitsOf(venue, outcome));
    const fills = await connected.adapter.execution.fillsOf(ref({ exchangeOrderId: "9" }));
    assert(fills.kind === "failed");
    assertEquals(fills.cause.code, "NO_LEAVE");
    assertEquals(venue.sent("GET /api/v3/myTrades").length, 1);
  });
}
