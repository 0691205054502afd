import { assert, assertEquals } from "@std/assert";
import type { FaultName } from "../../../src/testnet/fault_catalogue.ts";
import { gate } from "./fixtures.ts";
import { HYPERLIQUID, named, openHyperliquid, resting } from "./hyperliquid.ts";
import {
  type Doubt,
  type Faulty,
  LOST,
  type Refusal,
  REFUSED,
  testAbsence,
  testDoubts,
  testMuteSocket,
  testRefusals,
} from "./venue_faults.ts";
import { idOf, openSocket, until } from "./venue_stage.ts";

/** Words that are documented nowhere prove nothing. */
const DOUBTS: readonly Doubt[] = [
  ...LOST,
  ["backendTimeout", "SERVER_ERROR", "found"],
  ["unexpectedResponse", "SERVER_ERROR", "found"],
  ["delisted", "UNLISTED", "absent"],
  ["timestampOutside", "UNLISTED", "absent"],
];
const REFUSALS: readonly Refusal[] = [
  ...REFUSED,
  ["tooManyRequests", "RATE_LIMITED"],
  ["unauthorized", "AUTHENTICATION"],
];
/** On a socket there is no body apart from the frame. */
const SAME_ON_SOCKETS: ReadonlySet<FaultName> = new Set([
  "responseLost",
  "requestLost",
  "neverAnswers",
  "blackHole",
  "unavailableAfter",
  "unavailableBefore",
  "delisted",
]);
/** Orders go over the private socket. */
const BY_SOCKET: Faulty = {
  ...HYPERLIQUID,
  name: "hyperliquid by socket",
  async open() {
    const opened = await openHyperliquid({ adapter: { orderEntry: "auto" } });
    await openSocket(opened.adapter);
    return opened;
  },
};

testDoubts(HYPERLIQUID, DOUBTS);
testDoubts(BY_SOCKET, DOUBTS.filter(([fault]) => SAME_ON_SOCKETS.has(fault)));
testRefusals(HYPERLIQUID, REFUSALS);
testRefusals(BY_SOCKET, REFUSALS);
testAbsence(HYPERLIQUID, ["order.status", "openOrders.status", "allOrders", "myTrades"]);
testMuteSocket(HYPERLIQUID);

Deno.test("hyperliquid: a second copy of an action is refused by its nonce, which proves nothing", async () => {
  await using hyperliquid = await openHyperliquid();
  const { testnet, adapter: { execution } } = hyperliquid;
  const match = { operation: "order.place" };
  testnet.arm({ exchange: "hyperliquid", fault: "duplicateRefused", match, count: 1 });
  const outcome = await execution.submit(resting(), gate());
  assert(outcome.kind === "unknown", JSON.stringify(outcome));
  assertEquals(outcome.cause.code, "DUPLICATE_NONCE");
  assertEquals((await execution.lookup(named())).kind, "found");
  assertEquals(testnet.ledger("hyperliquid").orders.length, 1);
});

Deno.test("hyperliquid: an action past its end is void, and what became of it is looked up", async () => {
  await using hyperliquid = await openHyperliquid();
  const { testnet, adapter: { execution } } = hyperliquid;
  // As after a stall on the way: the venue's clock is past what the action says.
  const outcome = await execution.submit({ ...resting(), deadline: 1_700_000_000_000 }, gate());
  assertEquals(outcome.kind, "unknown", JSON.stringify(outcome));
  assertEquals((await execution.lookup(named())).kind, "absent");
  assertEquals(testnet.ledger("hyperliquid").orders, []);
});

Deno.test("hyperliquid: the address's limit refuses orders for a while, and lets cancels through", async () => {
  await using hyperliquid = await openHyperliquid({ limits: { addressRequestsInitial: 2 } });
  const { execution } = hyperliquid.adapter;
  const place = (n: number) => execution.submit(resting({}, idOf(n)), gate());
  assertEquals((await place(1)).kind, "accepted");
  assertEquals((await place(2)).kind, "accepted");
  assertEquals((await place(3)).kind, "accepted"); // The one of these ten seconds.
  // Cancels have twice the limit.
  const canceled = await execution.cancel(named({ clientOrderId: idOf(1) }), gate());
  assertEquals(canceled.kind, "accepted", JSON.stringify(canceled));
  const fourth = await place(4);
  assert(fourth.kind === "refused", JSON.stringify(fourth));
  assertEquals(fourth.reason.code, "RATE_LIMITED");
  assert(fourth.reason.retryAfterMs !== undefined);
});

Deno.test("hyperliquid: a weight that is used up bans for a while", async () => {
  await using hyperliquid = await openHyperliquid({ limits: { ipWeightMax: 85 } });
  const { adapter, facts } = hyperliquid;
  const outcome = await adapter.execution.openOrders();
  assert(outcome.kind === "failed", JSON.stringify(outcome));
  assertEquals(outcome.cause.code, "RATE_LIMITED");
  assert(facts.some(({ kind }) => kind === "banned"));
});

Deno.test("hyperliquid: orders go over the private socket while it is open, and over REST before", async () => {
  await using hyperliquid = await openHyperliquid({ adapter: { orderEntry: "auto" } });
  const { adapter, testnet, facts } = hyperliquid;
  const { execution } = adapter;
  assertEquals((await execution.submit(resting({}, idOf(1)), gate())).kind, "accepted");
  const { socket } = await openSocket(adapter);
  const placed = await execution.submit(resting(), gate());
  assert(placed.kind === "accepted", JSON.stringify(placed));
  assertEquals((await execution.cancel(named(), gate())).kind, "accepted");
  assertEquals(await execution.cancel(named(), gate()), { kind: "notFound" });
  const endpoints = testnet.heard("hyperliquid").map(({ operation }) => operation)
    .filter(({ name }) => name.startsWith("order."))
    .map(({ name, endpoint }) => `${name} ${endpoint.split(" ")[0]}`);
  assertEquals(endpoints, [
    "order.place POST",
    "order.place WS",
    "order.cancel WS",
    "order.cancel WS",
  ]);
  await until(() =>
    facts.some((fact) => fact.kind === "order" && fact.order.status === "CANCELED")
  );
  assertEquals(facts.filter(({ kind }) => kind === "malformed"), []);
  await socket.close();
});

Deno.test("hyperliquid: fifty actions at once each have a nonce of their own", async () => {
  const adapter = { requestTimeoutMs: 10_000 };
  await using hyperliquid = await openHyperliquid({ limits: "none", adapter });
  const { execution } = hyperliquid.adapter;
  const outcomes = await Promise.all(
    Array.from({ length: 50 }, (_, n) => execution.submit(resting({}, idOf(n + 1)), gate())),
  );
  assertEquals(outcomes.filter(({ kind }) => kind !== "accepted"), []);
});
