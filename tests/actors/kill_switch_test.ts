import { assert, assertEquals, assertRejects, assertThrows } from "@std/assert";
import { KILL_SWITCH_KEY } from "../../actors/kill_switch.ts";
import { KILL_SWEEP_MS } from "../../machines/timeouts.ts";
import { ConflictError, DeniedError, ValidationError } from "../../src/model/errors.ts";
import { done, openOrders, placeResting, stateOf, watch } from "./kill_switch_stage.ts";
import { openPaperKernel, RESTING } from "./paper_kernel.ts";

Deno.test("kill switch: engaged, every order of every exchange is canceled and nothing is placed", async () => {
  const kernel = await openPaperKernel();
  const onA = await placeResting(kernel, 5, "a");
  const onB = await placeResting(kernel, 2, "b");
  const epoch = await done(kernel, kernel.kernel.killSwitch.engage("prices look wrong"));
  assertEquals(epoch, 1);
  assertEquals([openOrders(kernel, "a"), openOrders(kernel, "b")], [0, 0]);
  for (const id of onA) assertEquals(stateOf(kernel, id), "CANCELED");
  for (const id of onB) assertEquals(stateOf(kernel, id, "b"), "CANCELED");
  const refused = await assertRejects(
    () => kernel.kernel.exchange("a").placeOrder(RESTING),
    DeniedError,
    "Cannot place order: the kill switch is engaged (epoch 1): prices look wrong",
  );
  assertEquals([refused.code, refused.details], ["KILL_SWITCH", {
    rule: "killSwitch",
    epoch: 1,
    reason: "prices look wrong",
  }]);
  assertEquals(kernel.kernel.exchange("a").healthCheck().ready, false);
  await kernel.close();
});

Deno.test("kill switch: placing an intent again that exists is still answered with its id", async () => {
  const kernel = await openPaperKernel(["a"]);
  const options = { intentId: "mine" };
  await done(kernel, kernel.kernel.exchange("a").placeOrder(RESTING, options));
  await done(kernel, kernel.kernel.killSwitch.engage("stop"));
  assertEquals(
    await done(kernel, kernel.kernel.exchange("a").placeOrder(RESTING, options)),
    "mine",
  );
  await assertRejects(
    () => kernel.kernel.exchange("a").modifyOrder("mine", { ...RESTING, amount: "0.02" }),
    DeniedError,
    "Cannot modify order: the kill switch is engaged",
  );
  await kernel.close();
});

Deno.test("kill switch: an order on its way to the wire is stopped at the gate, in the very call", async () => {
  const kernel = await openPaperKernel(["a"]);
  const seen = watch(kernel);
  // Admitted and ticketed; its commit has not run yet.
  const placed = kernel.kernel.exchange("a").placeOrder(RESTING, { waitFor: "final" });
  const refused = assertRejects(() => placed, DeniedError, "KILL_SWITCH");
  const engaged = kernel.kernel.killSwitch.engage("stop");
  assertEquals(kernel.kernel.killSwitch.state.engaged, true);
  await done(kernel, engaged);
  await refused;
  assertEquals([seen.submits, openOrders(kernel)], [[], 0]);
  await kernel.close();
});

Deno.test("kill switch: intents that wait for their exchange end without being sent", async () => {
  const kernel = await openPaperKernel(["a"]);
  const seen = watch(kernel);
  kernel.dropSocket("a");
  await kernel.run(0);
  const intentId = await done(kernel, kernel.kernel.exchange("a").placeOrder(RESTING));
  assertEquals(stateOf(kernel, intentId), "PENDING");
  await done(kernel, kernel.kernel.killSwitch.engage("stop"));
  assertEquals(stateOf(kernel, intentId), "CANCELED");
  await kernel.run(60_000);
  assertEquals(seen.submits, []);
  await kernel.close();
});

Deno.test("kill switch: an attempt in doubt is canceled by its client id", async () => {
  const kernel = await openPaperKernel(["a"]);
  const { execution } = kernel.exchange("a").adapter;
  const submit = execution.submit.bind(execution);
  execution.submit = async (request, gate) => {
    await submit(request, gate);
    return { kind: "unknown", cause: { code: "TIMEOUT", message: "lost" } };
  };
  execution.lookup = () =>
    Promise.resolve({ kind: "failed", cause: { code: "TIMEOUT", message: "lost" } });
  await kernel.loseFrames("a", () => void kernel.kernel.exchange("a").placeOrder(RESTING));
  const seen = watch(kernel);
  assertEquals(openOrders(kernel), 1);
  await done(kernel, kernel.kernel.killSwitch.engage("stop"));
  assertEquals([openOrders(kernel), seen.cancels.length > 0], [0, true]);
  await kernel.close();
});

Deno.test("kill switch: the answer comes when the switch and the cancels are durable; the cancels leave before", async () => {
  const kernel = await openPaperKernel(["a"]);
  await placeResting(kernel, 3);
  const seen = watch(kernel);
  kernel.held.hold();
  let answered = false;
  const engaged = kernel.kernel.killSwitch.engage("stop").then(() => answered = true);
  await kernel.run(200);
  assertEquals([answered, seen.cancels.length, openOrders(kernel)], [false, 3, 0]);
  kernel.held.release();
  await kernel.run(200);
  await engaged;
  assertEquals(answered, true);
  assertEquals(JSON.parse(kernel.held.store.meta(KILL_SWITCH_KEY) ?? "").engaged, true);
  await kernel.close();
});

Deno.test("kill switch: each exchange hears of it in an event with epoch and reason", async () => {
  const kernel = await openPaperKernel();
  const heard: unknown[] = [];
  for (const id of ["a", "b"]) {
    kernel.kernel.exchange(id).subscribeEvents(
      ({ exchangeId, type, payload }) => void heard.push([exchangeId, type, payload]),
      { type: ["KillSwitchEngaged", "KillSwitchReleased"] },
    );
  }
  const epoch = await done(kernel, kernel.kernel.killSwitch.engage("stop"));
  await done(kernel, kernel.kernel.killSwitch.release(epoch));
  const payload = { epoch: 1, reason: "stop" };
  assertEquals(heard.sort(), [
    ["a", "KillSwitchEngaged", payload],
    ["a", "KillSwitchReleased", payload],
    ["b", "KillSwitchEngaged", payload],
    ["b", "KillSwitchReleased", payload],
  ]);
  await kernel.close();
});

Deno.test("kill switch: a release names its epoch; another one is a conflict and opens nothing", async () => {
  const kernel = await openPaperKernel(["a"]);
  const { killSwitch } = kernel.kernel;
  await assertRejects(() => killSwitch.release(1), ConflictError, "it is not engaged");
  const first = await done(kernel, killSwitch.engage("one"));
  const second = await done(kernel, killSwitch.engage("two"));
  const error = await assertRejects(() => killSwitch.release(first), ConflictError);
  assertEquals(error.message, "Cannot release kill switch epoch 1: it is engaged with epoch 2");
  assertEquals(killSwitch.state.engaged, true);
  await done(kernel, killSwitch.release(second));
  assertEquals([killSwitch.state.engaged, killSwitch.state.epoch], [false, 2]);
  const [intentId] = await placeResting(kernel, 1);
  assertEquals(stateOf(kernel, intentId!), "ACTIVE");
  await kernel.close();
});

Deno.test("kill switch: orders of ours that no intent stands for are canceled, those of others are not", async () => {
  const kernel = await openPaperKernel(["a"]);
  const { engine } = kernel.exchangeEngine("a");
  const order = {
    symbolId: "BTC/USDT",
    side: "BUY",
    type: "LIMIT",
    quantity: "0.01",
    price: "20000",
    timeInForce: "GTC",
    postOnly: false,
    selfTradePrevention: "NONE",
  };
  const submit = (clientOrderId: string) =>
    engine.submit("main", { ...order, clientOrderId } as Parameters<typeof engine.submit>[1]);
  submit("00c0ffee" + "1".repeat(24)); // our tag, unknown to the store
  submit("by-hand");
  await done(kernel, kernel.kernel.killSwitch.engage("stop"));
  await kernel.run(1_000);
  assertEquals(engine.openOrders("main").map(({ clientOrderId }) => clientOrderId), ["by-hand"]);
  await kernel.close();
});

Deno.test("kill switch: the order of an isolated intent is canceled, though nobody drives it", async () => {
  const kernel = await openPaperKernel(["a"]);
  const [intentId = ""] = await placeResting(kernel, 1);
  const entry = kernel.exchange("a").book.entry(intentId);
  assert(entry !== undefined);
  entry.isolated = true;
  await done(kernel, kernel.kernel.killSwitch.engage("stop"));
  await kernel.run(1_000);
  assertEquals(openOrders(kernel), 0);
  await kernel.close();
});

Deno.test("kill switch: what a venue keeps open is asked for until it is gone", async () => {
  const kernel = await openPaperKernel(["a"]);
  const { execution } = kernel.exchange("a").adapter;
  const [intentId = ""] = await placeResting(kernel, 1);
  const entry = kernel.exchange("a").book.entry(intentId);
  assert(entry !== undefined);
  entry.isolated = true;
  const openOrdersOf = execution.openOrders.bind(execution);
  let reads = 0;
  execution.openOrders = (symbolId) => {
    reads += 1;
    const lost = { code: "TIMEOUT", message: "lost" };
    return reads > 2 ? openOrdersOf(symbolId) : Promise.resolve({ kind: "failed", cause: lost });
  };
  await done(kernel, kernel.kernel.killSwitch.engage("stop"));
  assertEquals([reads, openOrders(kernel)], [1, 1]);
  await kernel.run(KILL_SWEEP_MS);
  await kernel.run(KILL_SWEEP_MS);
  assertEquals(openOrders(kernel), 0);
  await kernel.close();
});

Deno.test("kill switch: 200 orders are canceled within their cancel budget, ahead of waiting reads", async () => {
  const kernel = await openPaperKernel(["a"]);
  await placeResting(kernel, 200);
  const exchange = kernel.exchange("a");
  const order: string[] = [];
  const { execution } = exchange.adapter;
  const cancel = execution.cancel.bind(execution);
  execution.cancel = (ref, gate) => {
    order.push("cancel");
    return cancel(ref, gate);
  };
  // Nothing is granted for a while, so everything queues.
  exchange.runner.banned(1_000);
  for (let i = 0; i < 50; i++) {
    void exchange.runner.run("openOrders", "probe", () => {
      order.push("read");
      return Promise.resolve({ kind: "read" });
    });
  }
  const engaged = kernel.kernel.killSwitch.engage("stop");
  await kernel.run(2_000);
  await engaged;
  assertEquals(openOrders(kernel), 0);
  assert(order.indexOf("read") >= 200, `a read went before ${order.lastIndexOf("cancel")} cancels`);
  await kernel.close();
});

Deno.test("kill switch: it wants a reason for people", async () => {
  const kernel = await openPaperKernel(["a"]);
  for (const reason of ["", " ", "x".repeat(501), "two\nlines"]) {
    await assertRejects(() => kernel.kernel.killSwitch.engage(reason), ValidationError);
  }
  assertEquals(kernel.kernel.killSwitch.state.engaged, false);
  await kernel.close();
});

Deno.test("kill switch: nothing wakes up to be sent after a release: what was canceled stays so", async () => {
  const kernel = await openPaperKernel(["a"]);
  const ids = await placeResting(kernel, 3);
  const epoch = await done(kernel, kernel.kernel.killSwitch.engage("stop"));
  await done(kernel, kernel.kernel.killSwitch.release(epoch));
  await kernel.run(60_000);
  assertEquals(openOrders(kernel), 0);
  for (const id of ids) assertEquals(stateOf(kernel, id), "CANCELED");
  assertThrows(() => kernel.exchange("none"));
  await kernel.close();
});
