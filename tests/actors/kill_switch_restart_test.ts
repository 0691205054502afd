import { assertEquals, assertRejects } from "@std/assert";
import { KILL_SWITCH_KEY } from "../../actors/kill_switch.ts";
import { DeniedError, KernelClosedError, StoreError } from "../../src/model/errors.ts";
import { done, openOrders, placeResting, stateOf } from "./kill_switch_stage.ts";
import { openPaperKernel, RESTING } from "./paper_kernel.ts";

Deno.test("kill switch: it opens only once the release is durable, and not if engaged meanwhile", async () => {
  const kernel = await openPaperKernel(["a"]);
  const { killSwitch } = kernel.kernel;
  const epoch = await done(kernel, killSwitch.engage("one"));
  kernel.held.hold();
  const released = killSwitch.release(epoch);
  await kernel.run(10);
  assertEquals(killSwitch.state.engaged, true);
  const again = killSwitch.engage("two");
  kernel.held.release();
  await done(kernel, Promise.all([released, again]));
  assertEquals([killSwitch.state.engaged, killSwitch.state.epoch], [true, 2]);
  assertEquals(JSON.parse(kernel.held.store.meta(KILL_SWITCH_KEY) ?? "").engaged, true);
  await assertRejects(() => kernel.kernel.exchange("a").placeOrder(RESTING), DeniedError);
  await kernel.close();
});

Deno.test("kill switch: a restart finds it engaged before any gate opens", async () => {
  const first = await openPaperKernel(["a"]);
  await placeResting(first, 2);
  await done(first, first.kernel.killSwitch.engage("stop"));
  await first.close();
  const second = await openPaperKernel(["a"], first);
  assertEquals(second.exchange("a").state, "ready");
  assertEquals([second.kernel.killSwitch.state.engaged, second.kernel.killSwitch.state.epoch], [
    true,
    1,
  ]);
  await assertRejects(() => second.kernel.exchange("a").placeOrder(RESTING), DeniedError, "stop");
  await done(second, second.kernel.killSwitch.release(1));
  await placeResting(second, 1);
  assertEquals(openOrders(second), 1);
  await second.close();
});

Deno.test("kill switch: a crash after the switch is durable and before the cancels leaves nothing behind", async () => {
  const first = await openPaperKernel(["a"]);
  const [intentId] = await placeResting(first, 1);
  await first.close();
  // Only the switch reached the disk.
  const engaged = { engaged: true, epoch: 7, reason: "stop", engagedAt: 1, releasedAt: null };
  first.held.inner.append({
    turns: [],
    meta: [{ key: KILL_SWITCH_KEY, value: JSON.stringify(engaged) }],
  });
  assertEquals(openOrders(first), 1);
  const second = await openPaperKernel(["a"], first);
  await second.run(1_000);
  assertEquals([openOrders(second), stateOf(second, intentId!)], [0, "CANCELED"]);
  assertEquals(await done(second, second.kernel.killSwitch.engage("again")), 8);
  await second.close();
});

Deno.test("kill switch: while an exchange is away its cancels go out as soon as it is back", async () => {
  const kernel = await openPaperKernel(["a"]);
  const [intentId] = await placeResting(kernel, 1);
  const { execution } = kernel.exchange("a").adapter;
  const cancel = execution.cancel.bind(execution);
  let away = true;
  execution.cancel = (ref, gate) =>
    away ? Promise.resolve({ kind: "notSent", reason: "NOT_CONNECTED" }) : cancel(ref, gate);
  await done(kernel, kernel.kernel.killSwitch.engage("stop"));
  assertEquals([openOrders(kernel), stateOf(kernel, intentId!)], [1, "RECONCILING"]);
  away = false;
  await kernel.run(15_000);
  assertEquals([openOrders(kernel), stateOf(kernel, intentId!)], [0, "CANCELED"]);
  await kernel.close();
});

Deno.test("kill switch: with a store that fails the gates close and cancels of known orders still go", async () => {
  const kernel = await openPaperKernel(["a"]);
  await placeResting(kernel, 3);
  kernel.held.failWith(new Error("disk full"));
  const engaged = assertRejects(() => kernel.kernel.killSwitch.engage("stop"), StoreError);
  await kernel.run(1_000);
  await engaged;
  assertEquals(openOrders(kernel), 0);
  assertEquals(kernel.kernel.killSwitch.state.engaged, true);
  await kernel.run(60_000);
  await kernel.kernel.closed;
  await assertRejects(() => kernel.kernel.killSwitch.engage("late"), KernelClosedError);
});

Deno.test("kill switch: a kernel that stops right after it was engaged sees its cancels through", async () => {
  const kernel = await openPaperKernel(["a"]);
  await placeResting(kernel, 3);
  const { execution } = kernel.exchange("a").adapter;
  const cancel = execution.cancel.bind(execution);
  let lost = 3;
  execution.cancel = (ref, gate) =>
    lost-- > 0
      ? Promise.resolve({ kind: "unknown", cause: { code: "TIMEOUT", message: "lost" } })
      : cancel(ref, gate);
  const engaged = kernel.kernel.killSwitch.engage("stop");
  await kernel.run(0);
  await engaged;
  assertEquals(openOrders(kernel), 3);
  await kernel.close();
  assertEquals(openOrders(kernel), 0);
});

Deno.test("kill switch: a row that cannot be read keeps the kernel from opening", async () => {
  const first = await openPaperKernel(["a"]);
  await first.close();
  first.held.inner.append({ turns: [], meta: [{ key: KILL_SWITCH_KEY, value: "{}" }] });
  await assertRejects(() => openPaperKernel(["a"], first), StoreError, "kill switch");
});

Deno.test("kill switch: an intent that cannot be told keeps no other from being canceled", async () => {
  const kernel = await openPaperKernel(["a", "b"]);
  const [first] = await placeResting(kernel, 3, "a");
  await placeResting(kernel, 2, "b");
  const dead = kernel.exchange("a");
  const tell = dead.book.tell.bind(dead.book);
  dead.book.tell = (intentId, event, waiter) => {
    if (intentId === first) throw new StoreError("Cannot read fill keys: disk I/O error");
    tell(intentId, event, waiter);
  };
  await done(kernel, kernel.kernel.killSwitch.engage("stop"));
  assertEquals([openOrders(kernel, "a"), openOrders(kernel, "b")], [1, 0]);
  await kernel.run(20_000);
  assertEquals(openOrders(kernel, "a"), 0, "its exchange was started anew, and canceled the rest");
  await kernel.close();
});

for (const how of ["was stopped", "had crashed"] as const) {
  Deno.test(`kill switch: an exchange that ${how} while it was engaged cancels when it is back, though it was released`, async () => {
    const kernel = await openPaperKernel(["a", "b"]);
    const [id = ""] = await placeResting(kernel, 2, "a");
    const a = kernel.kernel.exchange("a");
    if (how === "was stopped") await Promise.all([a.stop(), kernel.run(10_000)]);
    else kernel.exchange("a").fail(new TypeError("bug"));
    const epoch = await done(kernel, kernel.kernel.killSwitch.engage("stop"));
    await done(kernel, kernel.kernel.killSwitch.release(epoch));
    assertEquals(openOrders(kernel, "a"), 2);
    if (how === "was stopped") await Promise.all([a.start(), kernel.run(20_000)]);
    else await kernel.run(20_000);
    assertEquals([openOrders(kernel, "a"), stateOf(kernel, id, "a")], [0, "CANCELED"]);
    const placed = await placeResting(kernel, 1, "a");
    await Promise.all([a.stop(), kernel.run(10_000)]);
    await Promise.all([a.start(), kernel.run(20_000)]);
    assertEquals([openOrders(kernel, "a"), placed.length], [1, 1], "what came later stays");
    await kernel.close();
  });
}

Deno.test("kill switch: orders placed after a release outlast every restart", async () => {
  const first = await openPaperKernel(["a"]);
  await placeResting(first, 1);
  const epoch = await done(first, first.kernel.killSwitch.engage("stop"));
  await done(first, first.kernel.killSwitch.release(epoch));
  await placeResting(first, 2);
  await first.close();
  const second = await openPaperKernel(["a"], first);
  await second.run(20_000);
  assertEquals(openOrders(second), 2);
  await second.close();
});
