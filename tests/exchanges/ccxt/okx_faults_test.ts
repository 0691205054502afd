import { assert, assertEquals } from "@std/assert";
import { decimal } from "../../../src/model/decimal.ts";
import { type FaultName, FAULTS as CATALOGUE } from "../../../src/testnet/fault_catalogue.ts";
import { gate } from "./fixtures.ts";
import { named, OKX, openOkx, resting } from "./okx.ts";
import {
  LOST,
  REFUSED,
  testAbsence,
  testDoubts,
  testMuteSocket,
  testRefusals,
} from "./venue_faults.ts";
import { CLIENT_ID, idOf, openSocket, until } from "./venue_stage.ts";

testDoubts(OKX, [
  ...LOST,
  ["backendTimeout", "UNLISTED", "found"],
  ["unexpectedResponse", "SERVER_ERROR", "found"],
]);
testRefusals(OKX, [
  ...REFUSED,
  ["tooManyRequests", "RATE_LIMITED"],
  ["unauthorized", "AUTHENTICATION"],
  ["forbidden", "RATE_LIMITED"],
  ["delisted", "INVALID_SYMBOL"],
  ["timestampOutside", "INVALID_TIMESTAMP"],
]);
testAbsence(OKX, ["order.status", "openOrders.status", "allOrders", "myTrades"]);
testMuteSocket(OKX);

Deno.test("okx: an order past its deadline is refused by the venue itself", async () => {
  await using okx = await openOkx();
  const { testnet, adapter: { execution } } = okx;
  // As after a stall on the way: the venue's clock is past what the request says.
  const outcome = await execution.submit({ ...resting(), deadline: 1_700_000_000_000 }, gate());
  assert(outcome.kind === "refused", JSON.stringify(outcome));
  assertEquals([outcome.reason.code, outcome.reason.venueCode], ["INVALID_TIMESTAMP", "50036"]);
  assertEquals(testnet.ledger("okx").orders, []);
});

Deno.test("okx: the rate limit of an instrument refuses for a while, and another instrument goes on", async () => {
  await using okx = await openOkx({ limits: { orderRequestsMax: 2 } });
  const { execution } = okx.adapter;
  const place = (n: number, symbolId = "BTC/USDT") =>
    execution.submit(resting({ symbolId, limitPrice: decimal("1000") }, idOf(n)), gate());
  assertEquals((await place(1)).kind, "accepted");
  assertEquals((await place(2)).kind, "accepted");
  const third = await place(3);
  assert(third.kind === "refused", JSON.stringify(third));
  assertEquals([third.reason.code, third.reason.venueCode], ["RATE_LIMITED", "50011"]);
  assertEquals((await place(4, "ETH/USDT")).kind, "accepted");
});

Deno.test("okx: an account's limit of orders is told inside an answer of success", async () => {
  await using okx = await openOkx({ limits: { accountOrdersMax: 1 } });
  const { execution } = okx.adapter;
  await execution.submit(resting({}, idOf(1)), gate());
  const second = await execution.submit(resting({}, idOf(2)), gate());
  assert(second.kind === "refused", JSON.stringify(second));
  assertEquals([second.reason.code, second.reason.venueCode], ["RATE_LIMITED", "50061"]);
  const bans = okx.facts.flatMap((fact) => fact.kind === "banned" ? [fact.budgets] : []);
  assertEquals(bans, [["subAccount"]], "of placing and amending alone");
});

Deno.test("okx: orders go over the private socket while it is open, and over REST before", async () => {
  await using okx = await openOkx({ adapter: { orderEntry: "auto" } });
  const { adapter, testnet, facts } = okx;
  const { execution } = adapter;
  const first = await execution.submit(resting({}, idOf(1)), gate());
  assertEquals(first.kind, "accepted");
  const { socket } = await openSocket(adapter);
  const placed = await execution.submit(resting(), gate());
  assert(placed.kind === "accepted", JSON.stringify(placed));
  const changed = await execution.amend({
    ...named({ exchangeOrderId: placed.order.exchangeOrderId }),
    order: resting({ limitPrice: decimal("41000") }).order,
    amount: decimal("0.02"),
    deadline: Number.MAX_SAFE_INTEGER,
  }, gate());
  assertEquals(changed.kind, "unknown");
  const canceled = await execution.cancel(named(), gate());
  assertEquals(canceled.kind, "accepted", JSON.stringify(canceled));
  assertEquals(await execution.cancel(named(), gate()), { kind: "notFound" });
  const refused = await execution.submit(
    resting({ limitPrice: decimal("0.05") }, idOf(2)),
    gate(),
  );
  assertEquals(refused.kind, "refused", JSON.stringify(refused));
  const endpoints = testnet.heard("okx").map(({ operation }) => operation)
    .filter(({ name }) => name.startsWith("order."))
    .map(({ name, endpoint }) => `${name} ${endpoint.split(" ")[0]}`);
  assertEquals(endpoints, [
    "order.place POST",
    "order.place WS",
    "order.amend WS",
    "order.cancel WS",
    "order.cancel WS",
    "order.place WS",
  ]);
  await until(() =>
    facts.some((fact) => fact.kind === "order" && fact.order.status === "CANCELED")
  );
  assertEquals(facts.filter(({ kind }) => kind === "malformed"), []);
  await socket.close();
});

Deno.test("okx: a socket that is cut while an order is under way leaves it in doubt, and one order", async () => {
  await using okx = await openOkx({ adapter: { orderEntry: "auto" } });
  const { adapter, testnet } = okx;
  await openSocket(adapter);
  testnet.arm({
    exchange: "okx",
    fault: "responseLost",
    match: { operation: "order.place" },
    count: 1,
  });
  const outcome = await adapter.execution.submit(resting(), gate());
  assertEquals(outcome.kind, "unknown", JSON.stringify(outcome));
  const found = await adapter.execution.lookup(named());
  assertEquals(found.kind, "found");
  assertEquals(testnet.ledger("okx").orders.length, 1);
});

/** A copy of the request won before: no adapter can tell, so the kernel looks the order up. */
const BY_A_COPY: ReadonlySet<FaultName> = new Set(["timestampOutsideAfter"]);
const OF_REQUESTS = (Object.keys(CATALOGUE) as FaultName[])
  .filter((fault) => CATALOGUE[fault].scope === "request" && !BY_A_COPY.has(fault));

for (const orderEntry of ["rest", "auto"] as const) {
  Deno.test(`okx: no fault makes a submit say what the venue's ledger denies, by ${orderEntry}`, async () => {
    for (const fault of OF_REQUESTS) {
      await using okx = await openOkx({ adapter: { orderEntry } });
      const { testnet, adapter } = okx;
      if (orderEntry === "auto") await openSocket(adapter);
      const match = { operation: "order.place" };
      testnet.arm({ exchange: "okx", fault, match, count: 1, delayMs: 20 });
      const outcome = await adapter.execution.submit(resting(), gate());
      const there = () =>
        testnet.ledger("okx").orders.filter((each) => each.clientOrderId === CLIENT_ID).length;
      const about = `${fault}: ${JSON.stringify(outcome)}`;
      if (outcome.kind === "accepted") assert(there() >= 1, about);
      else if (outcome.kind === "refused") assertEquals(there(), 0, about);
      else assertEquals(outcome.kind, "unknown", about);
    }
  });
}
