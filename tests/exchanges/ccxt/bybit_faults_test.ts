/** Bybit when something goes wrong: what is in doubt, what is proven, and who has to wait. */
import { assert, assertEquals } from "@std/assert";
import { BYBIT, named, openBybit, resting } from "./bybit.ts";
import { gate } from "./fixtures.ts";
import { LOST, REFUSED, testDoubts, testDroppedSocket, testRefusals } from "./venue_faults.ts";
import { openSocket, OTHER_ID, until } from "./venue_stage.ts";

testDoubts(BYBIT, [
  ...LOST,
  ["backendTimeout", "UNLISTED", "found"],
  ["unexpectedResponse", "UNLISTED", "found"],
]);
testRefusals(BYBIT, [
  ...REFUSED,
  ["unauthorized", "AUTHENTICATION"],
  ["timestampOutside", "INVALID_TIMESTAMP"],
]);
testDroppedSocket(BYBIT);

Deno.test("bybit: an order that reads do not show yet is not proven absent by its trades alone", async () => {
  await using opened = await openBybit();
  const { testnet, adapter: { execution } } = opened;
  testnet.arm({
    exchange: "bybit",
    fault: "responseLost",
    match: { operation: "order.place" },
    count: 1,
  });
  await execution.submit(resting(), gate());
  testnet.arm({
    exchange: "bybit",
    fault: "emptyAnswer",
    match: { operation: "allOrders" },
    count: 1,
  });
  testnet.arm({
    exchange: "bybit",
    fault: "emptyAnswer",
    match: { operation: "order.status" },
    count: 1,
  });
  const outcome = await execution.lookup(named());
  assertEquals(outcome.kind, "failed", JSON.stringify(outcome));
});

Deno.test("bybit: too many requests are refused with the wait that the venue names", async () => {
  await using opened = await openBybit({ limits: { spotOrdersPerSecond: 1 } });
  const { adapter: { execution }, facts } = opened;
  await execution.submit(resting(), gate());
  const outcome = await execution.submit(resting({}, OTHER_ID), gate());
  assert(outcome.kind === "refused", JSON.stringify(outcome));
  assertEquals([outcome.reason.code, outcome.reason.venueCode], ["RATE_LIMITED", "10006"]);
  const wait = outcome.reason.retryAfterMs ?? 0;
  assert(wait > 0 && wait <= 1_000, String(wait));
  const usage = facts.flatMap((fact) => fact.kind === "usage" ? [fact.budgets] : []);
  assertEquals(usage.filter((each) => "create" in each), [
    { create: { remaining: 0 } },
    { create: { remaining: 0 } },
  ]);
});

Deno.test("bybit: HTTP 403 is a ban of ten minutes, told as one", async () => {
  await using opened = await openBybit();
  const { testnet, adapter, facts } = opened;
  testnet.arm({
    exchange: "bybit",
    fault: "banned",
    match: { operation: "order.place" },
    count: 1,
  });
  const outcome = await adapter.execution.submit(resting(), gate());
  assert(outcome.kind === "refused", JSON.stringify(outcome));
  assertEquals([outcome.reason.code, outcome.reason.retryAfterMs], ["RATE_LIMITED", 600_000]);
  assertEquals(facts.filter(({ kind }) => kind === "banned"), [
    { kind: "banned", status: 403, retryAfterMs: 600_000 },
  ]);
});

Deno.test("bybit: a probe is answered, on the private and on the order socket", async () => {
  await using opened = await openBybit();
  for (const socket of opened.adapter.sockets) {
    let frames = 0;
    await socket.open({ onFrame: () => frames++, onClose() {} }, new AbortController().signal);
    const before = frames;
    socket.probe();
    await until(() => frames > before);
    await socket.close();
  }
});

Deno.test("bybit: a wrong secret refuses the account, and the socket", async () => {
  await using opened = await openBybit({ adapter: { secret: "wrong secret" } });
  const { execution } = opened.adapter;
  const outcome = await execution.submit(resting(), gate());
  assert(outcome.kind === "refused", JSON.stringify(outcome));
  assertEquals(outcome.reason.code, "INVALID_SIGNATURE");
  let refused = "";
  await openSocket(opened.adapter).catch((error) => refused = String(error));
  assert(refused.includes("refused auth"), refused);
});
