import { assert, assertEquals } from "@std/assert";
import type { FaultName } from "../../src/testnet/faults.ts";
import { FastClock } from "./fast_clock.ts";
import { openStage, resting, until } from "./stage.ts";

/** [what happens on the wire, the fault of the testnet, the cause that is told] */
const TAKEN: readonly (readonly [string, FaultName, string])[] = [
  ["a response lost after acceptance", "responseLost", "CONNECTION_RESET"],
  ["a 503 after acceptance", "unavailableAfter", "SERVER_ERROR"],
  ["a connection reset within the answer", "resetMidBody", "CONNECTION_RESET"],
];

for (const [what, fault, cause] of TAKEN) {
  Deno.test(`faults: ${what} is in doubt, found, and adopted`, async () => {
    await using stage = await openStage();
    stage.arm(fault);
    stage.dropReport();
    const id = await stage.exchange.placeOrder(resting());
    await until(() => stage.state(id) === "ACTIVE.open", "the order is found");
    assertEquals(stage.types(id), [
      "OrderSubmitted",
      "OrderOutcomeUnknown",
      "OrderOutcomeResolved",
      "OrderAccepted",
    ]);
    const unknown = stage.events.find((event) => event.type === "OrderOutcomeUnknown");
    assertEquals(unknown?.payload["reason"], cause);
    const [order, ...more] = stage.orders();
    assertEquals(more, []);
    assertEquals(order?.status, "NEW");
    const { attempts, clientOrderId } = stage.exchange.getOrderState(id);
    assertEquals(attempts.map(({ outcome }) => outcome), ["ACCEPTED"]);
    assertEquals(order?.clientOrderId, clientOrderId);
  });
}

Deno.test("faults: what the stream has proven is not in doubt when the response is lost", async () => {
  await using stage = await openStage();
  stage.arm("responseLost");
  const id = await stage.exchange.placeOrder(resting());
  await until(() => stage.state(id) === "ACTIVE.open", "the order is live");
  assertEquals(stage.types(id), ["OrderSubmitted", "OrderAccepted"]);
  assertEquals(stage.orders().length, 1);
});

Deno.test("faults: a market order whose response is lost is found with its fills", async () => {
  await using stage = await openStage();
  stage.arm("responseLost");
  stage.dropReport();
  const id = await stage.exchange.placeOrder(resting({ limitPrice: null }), { waitFor: "final" });
  assertEquals(stage.state(id), "COMPLETED");
  assertEquals(stage.types(id)[1], "OrderOutcomeUnknown");
  const [order, ...more] = stage.orders();
  assertEquals(more, []);
  assertEquals(order?.status, "FILLED");
  assertEquals(stage.exchange.getOrderState(id).filledAmount, "0.01");
  assertEquals(sum(stage.exchange.getFills({ intentId: id }).items), 0.01);
});

Deno.test("faults: a resting order that was lost on its way is placed again, once", async () => {
  await using stage = await openStage();
  stage.arm("requestLost");
  const id = await stage.exchange.placeOrder(resting());
  await until(() => stage.state(id) === "ACTIVE.open", "the order is live");
  assertEquals(stage.types(id), [
    "OrderSubmitted",
    "OrderOutcomeUnknown",
    "OrderOutcomeResolved",
    "OrderSubmitted",
    "OrderAccepted",
  ]);
  const { attempts } = stage.exchange.getOrderState(id);
  assertEquals(attempts.map(({ outcome }) => outcome), ["ABSENT", "ACCEPTED"]);
  assertEquals(stage.orders().map((order) => order.clientOrderId), [attempts[1]?.clientOrderId]);
});

for (const [name, fields] of [["an IOC", { timeInForce: "IOC" }], ["a market", {}]] as const) {
  Deno.test(`faults: ${name} order that was lost on its way fails and is not repeated`, async () => {
    await using stage = await openStage();
    stage.arm("requestLost");
    const limitPrice = name === "a market" ? null : "60000";
    const id = await stage.exchange.placeOrder(resting({ ...fields, limitPrice }));
    await until(() => stage.state(id) === "FAILED", "absence is proven");
    const { cause, attempts } = stage.exchange.getOrderState(id);
    assertEquals(cause, "NEVER_REACHED_VENUE");
    assertEquals(attempts.map(({ outcome }) => outcome), ["ABSENT"]);
    assertEquals(stage.types(id), [
      "OrderSubmitted",
      "OrderOutcomeUnknown",
      "OrderOutcomeResolved",
    ]);
    assertEquals(stage.orders(), []);
  });
}

Deno.test("faults: a cancel whose response is lost is not repeated into an error", async () => {
  await using stage = await openStage();
  const id = await stage.exchange.placeOrder(resting(), { waitFor: "accepted" });
  const match = { operation: "order.cancel" };
  stage.testnet.arm({ exchange: "binance", fault: "responseLost", match, count: 1 });
  await stage.exchange.cancelOrder(id, { waitFor: "final" });
  assertEquals(stage.state(id), "CANCELED");
  assertEquals(stage.orders().map(({ status }) => status), ["CANCELED"]);
});

Deno.test("faults: a fill that a mute socket hid is found when the socket is replaced", async () => {
  // Silence is noticed after 15 s and a probe of 5 s; here a second takes a tenth.
  const clock = new FastClock(10);
  await using stage = await openStage({ clock, exchange: { timing: { validityMs: 20_000 } } });
  const id = await stage.exchange.placeOrder(resting());
  await until(() => stage.state(id) === "ACTIVE.open", "the order is live");
  stage.testnet.arm({ exchange: "binance", fault: "muteSocket" });
  stage.testnet.setPrice("binance", { symbol: "BTCUSDT", price: "39000" });
  assertEquals(stage.orders().map(({ status }) => status), ["FILLED"]);
  assertEquals(stage.state(id), "ACTIVE.open");

  await until(() => stage.state(id) === "COMPLETED", "the fill is found");
  const types = stage.events.map(({ type }) => type);
  const down = types.indexOf("ConnectionDown");
  const up = types.indexOf("ConnectionUp", down);
  assert(down >= 0 && up > down && types.indexOf("OrderFilled") > up, types.join(" "));
  assertEquals(stage.orders().length, 1);
  assertEquals(stage.exchange.getOrderState(id).filledAmount, "0.01");
  assertEquals(stage.exchange.getFills({ intentId: id }).items.length, 1);
  await until(() => stage.exchange.healthCheck().ready, "the exchange is ready again");
});

function sum(fills: readonly { readonly quantity: string }[]): number {
  return fills.reduce((total, { quantity }) => total + Number(quantity), 0);
}
