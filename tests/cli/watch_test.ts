import { assertEquals, assertStringIncludes } from "@std/assert";
import { decimal } from "../../src/model/decimal.ts";
import type { Attempt } from "../../src/model/intent.ts";
import { ORDER } from "../api/fake_kernel.ts";
import { aDrift } from "../api/fake_oversight.ts";
import { DataDir } from "./terminal.ts";

const ATTEMPT: Attempt = {
  generation: 1,
  attempt: 1,
  clientOrderId: "c1",
  exchangeOrderId: "77",
  amount: decimal("0.01"),
  limitPrice: decimal("50000"),
  admittedAt: 0,
  committedAt: 0,
  sentAt: 0,
  answeredAt: 0,
  deadline: 0,
  outcome: "ACCEPTED",
  reason: null,
  status: "OPEN",
  reported: decimal("0"),
  filled: decimal("0"),
};

Deno.test("xk get intents -w: the list, then each intent an event is about, as it is now", async () => {
  await using dir = await DataDir.open();
  const { kernel } = dir.served;
  const paper = kernel.exchange("paper");
  await paper.placeOrder(ORDER, { intentId: "a" });
  const watching = dir.watch("get", "intents", "-w");
  await watching.until(() => watching.out.includes("a   BTC/USDT"));
  await paper.placeOrder(ORDER, { intentId: "longer" });
  await watching.until(() => watching.out.includes("longer"));
  await paper.cancelOrder("a");
  await watching.until(() => watching.out.includes("CANCELED"));
  assertEquals(await watching.stop(), 0);
  assertEquals(
    watching.out,
    `\
ID  SYMBOL    SIDE  AMOUNT  PRICE  FILLED  STATE        AGE
a   BTC/USDT  BUY     0.01  50000       0  ACTIVE.open   0s
longer  BTC/USDT  BUY     0.01  50000       0  ACTIVE.open   0s
a       BTC/USDT  BUY     0.01  50000       0  CANCELED      0s
`,
  );
});

Deno.test("xk get -w: what an event did not change is not shown again", async () => {
  await using dir = await DataDir.open();
  const { kernel } = dir.served;
  await kernel.exchange("paper").placeOrder(ORDER, { intentId: "a" });
  const watching = dir.watch("get", "intents", "-w");
  await watching.until(() => watching.out.includes("ACTIVE"));
  kernel.emit("OrderAccepted", { intentId: "a" });
  await kernel.exchange("paper").placeOrder(ORDER, { intentId: "b" });
  await watching.until(() => watching.out.includes("\nb "));
  await watching.stop();
  assertEquals(watching.out.match(/^a /gm)?.length, 1);
});

Deno.test("xk get orders -w: rows of several exchanges say which; json is a line each", async () => {
  await using dir = await DataDir.open(["paper", "main"]);
  const { kernel } = dir.served;
  const table = dir.watch("get", "orders", "-w");
  const lines = dir.watch("get", "orders", "-w", "-o", "json");
  await table.until(() => table.out.includes("EXCHANGE") && kernel.watchers === 2);
  const { intents } = kernel.exchange("paper");
  await kernel.exchange("paper").placeOrder(ORDER, { intentId: "a" });
  const { intent, state } = intents.get("a")!;
  intents.set("a", { intent, state: { ...state, attempts: [ATTEMPT] } });
  kernel.emit("OrderAccepted", { intentId: "a" });
  await table.until(() => table.out.includes("77"));
  await lines.until(() => lines.out.endsWith("\n"));
  await Promise.all([table.stop(), lines.stop()]);
  assertStringIncludes(table.out, "paper     77     a ");
  const rows = lines.out.trimEnd().split("\n").map((line) => JSON.parse(line));
  assertEquals(rows.map(({ intentId }) => intentId), ["a"]);
});

Deno.test("xk get drift -w: one that opens, and the same one settled", async () => {
  await using dir = await DataDir.open();
  const { kernel } = dir.served;
  const { drifts } = kernel.exchange("paper");
  const watching = dir.watch("get", "drift", "-w");
  await watching.until(() => watching.out.includes("KIND"));
  drifts.push(aDrift("d0"), aDrift("d1"));
  const payload = { driftId: "d1", kind: "BalanceMismatch" };
  kernel.emit("DriftDetected", { payload });
  await watching.until(() => watching.out.includes("OPEN"));
  drifts.splice(1, 1, aDrift("d1", { status: "RESOLVED" }));
  kernel.emit("DriftResolved", { payload });
  await watching.until(() => watching.out.includes("RESOLVED"));
  await watching.stop();
  assertEquals(watching.out.match(/^d\d /gm), ["d1 ", "d1 "]);
});

Deno.test("xk get fills -w: each trade once", async () => {
  await using dir = await DataDir.open();
  const { kernel } = dir.served;
  const { fills } = kernel.exchange("paper");
  const watching = dir.watch("get", "fills", "-w", "-o", "yaml");
  await watching.until(() => kernel.watchers === 1);
  for (const tradeId of ["t1", "t2"]) {
    fills.push({
      tradeId,
      intentId: "a",
      clientOrderId: null,
      exchangeOrderId: "77",
      symbolId: "BTC/USDT",
      side: "BUY",
      price: decimal("50000"),
      quantity: decimal("0.01"),
      fee: null,
      liquidity: "TAKER",
      venueTime: 0,
      receivedAt: 0,
    });
    kernel.emit("OrderPartiallyFilled", { intentId: "a", payload: { tradeId } });
  }
  await watching.until(() => watching.out.includes("t2"));
  await watching.stop();
  assertEquals(watching.out.match(/tradeId: t\d/g), ["tradeId: t1", "tradeId: t2"]);
});

Deno.test("xk get -w: only what events tell of can be watched", async () => {
  await using dir = await DataDir.open();
  for (const resource of ["balances", "symbols", "exchanges"]) {
    const { code, err } = await dir.xk("get", resource, "-w");
    assertEquals(code, 2);
    assertStringIncludes(err, `cannot watch ${resource}: only intents, orders, drift, fills`);
  }
});

Deno.test("xk get -w: after a restart of the kernel it goes on, with what it missed", async () => {
  await using dir = await DataDir.open();
  const { kernel } = dir.served;
  const watching = dir.watch("get", "intents", "-w");
  await watching.until(() => kernel.watchers === 1);
  await dir.served.api.close();
  await watching.until(() => watching.err.includes("the connection broke"));
  await kernel.exchange("paper").placeOrder(ORDER, { intentId: "meanwhile" });
  await dir.restart();
  await watching.clock.advanceAsync(1_000);
  await watching.until(() => watching.out.includes("meanwhile"));
  assertEquals(await watching.stop(), 0);
});

Deno.test("xk events: the newest, or those after a cursor with where to go on", async () => {
  await using dir = await DataDir.open();
  const { kernel } = dir.served;
  kernel.emit("OrderSubmitted", { intentId: "a", symbolId: "BTC/USDT", payload: { attempt: 1 } });
  kernel.emit("OrderFilled", { intentId: "a", payload: { price: "5", reason: null } });
  kernel.emit("ConnectionUp");
  const newest = await dir.xk("events", "--limit", "2");
  assertEquals(newest, {
    code: 0,
    err: "",
    out: `\
EVENT  AT                        TYPE          EXCHANGE  INTENT  SYMBOL  DETAIL
    2  2026-01-01T00:00:00.000Z  OrderFilled   paper     a       -       price=5
    3  2026-01-01T00:00:00.000Z  ConnectionUp  paper     -       -       -
`,
  });
  const first = await dir.xk("events", "--since", "0", "--limit", "2", "-o", "json");
  assertEquals(JSON.parse(first.out).items.map((event: { type: string }) => event.type), [
    "OrderSubmitted",
    "OrderFilled",
  ]);
  assertStringIncludes(first.err, "--since 2");
  const filled = await dir.xk("events", "-t", "OrderFilled", "-i", "a");
  assertEquals(filled.out.trimEnd().split("\n").length, 2);
  assertEquals((await dir.xk("events", "-t", "OrderEaten")).code, 1);
});

Deno.test("xk events -f: filters are the server's, from now or from a cursor", async () => {
  await using dir = await DataDir.open();
  const { kernel } = dir.served;
  kernel.emit("OrderFilled", { intentId: "a" });
  const now = dir.watch("events", "-f", "-i", "a", "-o", "json");
  const all = dir.watch("events", "-f", "--since", "0");
  await now.until(() => kernel.watchers === 2);
  kernel.emit("OrderFilled", { intentId: "b" });
  kernel.emit("OrderCanceled", { intentId: "a" });
  await now.until(() => now.out.endsWith("\n") && all.out.includes("OrderCanceled"));
  await Promise.all([now.stop(), all.stop()]);
  assertEquals(JSON.parse(now.out).eventId, 3);
  assertEquals(all.out.match(/^ +\d/gm)?.length, 3);
});

Deno.test("xk events -f: over a restart no event is missed and none comes twice", async () => {
  await using dir = await DataDir.open();
  const { kernel } = dir.served;
  const watching = dir.watch("events", "-f", "-o", "json");
  await watching.until(() => kernel.watchers === 1);
  await dir.restart(); // before the first event: the cursor is known all the same
  kernel.emit("OrderFilled");
  await watching.until(() => watching.err.includes("the connection broke"));
  await watching.clock.advanceAsync(1_000);
  await watching.until(() => watching.out.includes('"eventId":1'));
  kernel.emit("OrderFilled");
  await watching.until(() => watching.out.includes('"eventId":2'));
  await watching.stop();
  assertEquals(watching.out.trimEnd().split("\n").length, 2);
});

Deno.test("xk events -f: events that are not kept any more are told as left out", async () => {
  await using dir = await DataDir.open();
  const { kernel } = dir.served;
  for (let count = 0; count < 5; count++) kernel.emit("OrderFilled");
  kernel.oldest = 4;
  const watching = dir.watch("events", "-f", "--since", "1", "-o", "json");
  await watching.until(() => watching.err.includes("events 2 to 5 are not all kept"));
  await watching.until(() => kernel.watchers === 1);
  kernel.emit("OrderFilled");
  await watching.until(() => watching.out.includes('"eventId":6'));
  await watching.stop();
});

Deno.test("xk events -f: a kernel that does not come back ends it", async () => {
  await using dir = await DataDir.open();
  const watching = dir.watch("events", "-f");
  await watching.until(() => dir.served.kernel.watchers === 1);
  await dir.served.api.close();
  let code: number | null = null;
  watching.done.then((ended) => code = ended);
  await watching.until(() => watching.err.includes("the connection broke"));
  for (let tries = 0; tries < 200 && code === null; tries++) {
    await watching.clock.advanceAsync(1_000);
    await new Promise((resolve) => setTimeout(resolve, 2)); // the refused connection
  }
  await watching.done;
  assertEquals(code, 3);
});

Deno.test("xk modify: what is given changes, the rest stays, over nobody's change in between", async () => {
  await using dir = await DataDir.open();
  const { kernel } = dir.served;
  const paper = kernel.exchange("paper");
  await paper.placeOrder({ ...ORDER, postOnly: true }, { intentId: "a" });
  const { code, out } = await dir.xk("modify", "a", "--price", "51000");
  assertEquals([code, out], [0, "intent/a modified: limitPrice 51000\n"]);
  const { order } = paper.getOrderIntent("a");
  assertEquals([order.limitPrice, order.amount, order.postOnly], ["51000", "0.01", true]);
  assertEquals(kernel.calls.filter((call) => call.startsWith("modify")), ["modify a 1"]);
  assertEquals((await dir.xk("modify", "a")).code, 2);
  assertEquals((await dir.xk("modify", "nope", "--price", "1")).code, 1);
});
