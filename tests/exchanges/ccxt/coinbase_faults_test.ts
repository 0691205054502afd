/** Coinbase through the adapter when requests, answers and frames are lost, late or refused. */
import { generateKeyPairSync } from "node:crypto";
import { assert, assertEquals } from "@std/assert";
import { COINBASE, named, openCoinbase, resting } from "./coinbase.ts";
import { gate } from "./fixtures.ts";
import {
  LOST,
  REFUSED,
  testAbsence,
  testDoubts,
  testDroppedSocket,
  testRefusals,
} from "./venue_faults.ts";
import { openSocket, OTHER_ID, until } from "./venue_stage.ts";

testDoubts(COINBASE, [
  ...LOST,
  ["backendTimeout", "SERVER_ERROR", "found"],
  ["unexpectedResponse", "SERVER_ERROR", "found"],
  ["halfDone", "UNLISTED", "found"],
  ["requestTimeout", "UNLISTED", "found"],
  ["timestampOutside", "UNLISTED", "absent"],
  ["unauthorized", "UNLISTED", "absent"],
]);
testRefusals(COINBASE, [...REFUSED, ["tooManyRequests", "RATE_LIMITED"]]);
testAbsence(COINBASE, ["openOrders.status", "allOrders", "myTrades"]);
testDroppedSocket(COINBASE);

Deno.test("coinbase: too many requests are a ban that ends by the second", async () => {
  await using opened = await openCoinbase({ limits: { privateRequestsPerSecond: 1 } });
  const { adapter: { execution }, facts } = opened;
  await execution.submit(resting(), gate());
  const outcome = await execution.submit(resting({}, OTHER_ID), gate());
  assert(outcome.kind === "refused", JSON.stringify(outcome));
  assertEquals([outcome.reason.code, outcome.reason.retryAfterMs], ["RATE_LIMITED", 1_000]);
  assertEquals(facts.filter(({ kind }) => kind === "banned"), [
    { kind: "banned", status: 429, retryAfterMs: 1_000 },
  ]);
  assertEquals(opened.testnet.ledger("coinbase").orders.length, 1);
});

Deno.test("coinbase: a token ends with the validity asked for: what comes later is not admitted", async () => {
  await using opened = await openCoinbase();
  const { testnet, adapter: { execution, capabilities } } = opened;
  // ccxt's own tokens would be good for two minutes.
  const offsetMs = capabilities.timing.validityMs + 2_000;
  testnet.arm({ exchange: "coinbase", fault: "clockSkew", offsetMs });
  const outcome = await execution.submit(resting(), gate());
  assertEquals(outcome.kind, "unknown", JSON.stringify(outcome));
  assertEquals(testnet.ledger("coinbase").orders, []);
});

Deno.test("coinbase: another key's signature opens nothing, and the stream says why", async () => {
  const { privateKey } = generateKeyPairSync("ec", { namedCurve: "prime256v1" });
  const other = privateKey.export({ type: "sec1", format: "pem" }).toString();
  await using opened = await openCoinbase({ adapter: { secret: other } });
  const outcome = await opened.adapter.execution.submit(resting(), gate());
  assert(outcome.kind === "unknown", JSON.stringify(outcome));
  assertEquals(outcome.cause.message, "HTTP 401: HTTP 401");
  let refused = "";
  await openSocket(opened.adapter).catch((error) => refused = String(error));
  assert(refused.includes("authentication failure"), refused);
  assertEquals(opened.testnet.ledger("coinbase").orders, []);
});

Deno.test("coinbase: a message that is lost ends the connection, which tells it once", async () => {
  await using opened = await openCoinbase();
  const { testnet, adapter } = opened;
  const { ends } = await openSocket(adapter);
  testnet.arm({
    exchange: "coinbase",
    fault: "dropFrame",
    match: { operation: "userData.order" },
    count: 1,
  });
  await adapter.execution.submit(resting(), gate());
  await until(() => ends.length > 0); // The next heartbeat shows the gap.
  assert(/^message \d+ follows message \d+$/.test(ends[0]!), ends[0]);
  assertEquals(ends.length, 1);
});

Deno.test("coinbase: a message that comes twice is taken once", async () => {
  await using opened = await openCoinbase();
  const { testnet, adapter, facts } = opened;
  const { close } = await openSocket(adapter);
  testnet.arm({
    exchange: "coinbase",
    fault: "duplicateFrame",
    match: { operation: "userData.order" },
    count: 1,
  });
  const placed = await adapter.execution.submit(resting(), gate());
  assert(placed.kind === "accepted");
  const { exchangeOrderId } = placed.order;
  await adapter.execution.cancel(named({ exchangeOrderId }), gate());
  const statuses = () => facts.flatMap((fact) => fact.kind === "order" ? [fact.order.status] : []);
  await until(() => statuses().includes("CANCELED"));
  assertEquals(statuses(), ["OPEN", "CANCELED"]);
  await close();
});
