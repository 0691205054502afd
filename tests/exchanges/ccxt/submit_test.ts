import { assert, assertEquals, assertLess } from "@std/assert";
import { connect, gate, submitRequest } from "./fixtures.ts";
import { placedRow } from "./stub_data.ts";
import { startStubVenue, STUB_AHEAD_MS } from "./stub_venue.ts";

Deno.test("ccxt: an accepted order comes back with exact texts", async () => {
  await using venue = startStubVenue();
  venue.on(({ method, path }) =>
    method === "POST" && path === "/api/v3/order"
      ? {
        json: placedRow({
          status: "PARTIALLY_FILLED",
          executedQty: "0.00100000",
          fills: [{
            price: "49999.99000000",
            qty: "0.00100000",
            commission: "0.00000100",
            commissionAsset: "BTC",
            tradeId: 56,
          }],
        }),
      }
      : undefined
  );
  await using connected = await connect(venue.endpoints);
  const outcome = await connected.adapter.execution.submit(submitRequest(), gate());
  assert(outcome.kind === "accepted", JSON.stringify(outcome));
  const { order } = outcome;
  assertEquals(order.exchangeOrderId, "1");
  assertEquals(order.symbolId, "BTC/USDT");
  assertEquals(order.filled, "0.001");
  assertEquals(order.status, "PARTIALLY_FILLED");
  assertEquals(order.fills.map(({ tradeId, price, fee }) => [tradeId, price, fee?.amount]), [
    ["56", "49999.99", "0.000001"],
  ]);
});

Deno.test("ccxt: the gate is asked with the signed timestamp, by the venue's clock", async () => {
  await using venue = startStubVenue();
  venue.on(({ method }) => method === "POST" ? { json: placedRow() } : undefined);
  await using connected = await connect(venue.endpoints);
  const spy = gate();
  await connected.adapter.execution.submit(submitRequest(), spy);
  const [sent] = venue.sent("POST /api/v3/order");
  assertEquals(spy.checks, [{
    signedAt: Number(sent?.params.get("timestamp")),
    validForMs: Number(sent?.params.get("recvWindow")),
  }]);
  assertEquals(spy.sentCount, 1);
  assertLess(Math.abs(spy.checks[0]!.signedAt - (Date.now() + STUB_AHEAD_MS)), 100);
});

Deno.test("ccxt: what the gate stops is not sent and says why", async () => {
  await using venue = startStubVenue();
  await using connected = await connect(venue.endpoints);
  const spy = gate("the kill switch is engaged");
  const outcome = await connected.adapter.execution.submit(submitRequest(), spy);
  assertEquals(outcome, { kind: "notSent", reason: "the kill switch is engaged" });
  assertEquals(spy.sentCount, 0);
  assertEquals(venue.sent("POST /api/v3/order"), []);
});
