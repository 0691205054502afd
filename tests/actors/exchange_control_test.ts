import { assert, assertEquals, assertRejects } from "@std/assert";
import { DeniedError } from "../../src/model/errors.ts";
import { openPaperKernel, RESTING } from "./paper_kernel.ts";

Deno.test("exchange: a parked one takes no order, and still cancels those it has", async () => {
  const k = await openPaperKernel(["a"]);
  const a = k.kernel.exchange("a");
  await Promise.all([a.placeOrder(RESTING, { intentId: "i1" }), k.run(10)]);
  k.exchange("a").actor.send({ type: "budget.exhausted", reason: "private: TypeError" });
  assertEquals(k.exchange("a").state, "parked");
  await assertRejects(() => a.placeOrder(RESTING), DeniedError, "parked");
  await Promise.all([a.cancelOrder("i1"), k.run(5_000)]);
  assertEquals(a.getOrderState("i1").state, "CANCELED");
  assertEquals(k.exchangeEngine("a").engine.openOrders("main"), []);
  await k.close();
});

Deno.test("exchange: one started again knows what its last life was still writing", async () => {
  const k = await openPaperKernel(["a"]);
  const a = k.kernel.exchange("a");
  k.held.hold();
  const placed = a.placeOrder(RESTING, { intentId: "i1" }).catch(() => "refused");
  await k.run(10);
  await Promise.all([a.stop(), k.run(10_000)]);
  const started = a.start();
  await k.run(10);
  k.held.release();
  await Promise.all([started, k.run(60_000)]);
  await placed;
  assert(k.exchange("a").book.entry("i1") !== undefined);
  assertEquals(a.getOrderState("i1").state, "ACTIVE.open");
  assertEquals(k.exchangeEngine("a").engine.openOrders("main").length, 1);
  await k.close();
});

Deno.test("exchange: callers that gave up waiting are not kept", async () => {
  const k = await openPaperKernel(["a"]);
  const a = k.kernel.exchange("a");
  await Promise.all([a.placeOrder(RESTING, { intentId: "i1" }), k.run(10)]);
  for (let n = 0; n < 20; n++) {
    const caller = new AbortController();
    const options = { intentId: "i1", waitFor: "final", signal: caller.signal } as const;
    const waiting = assertRejects(() => a.placeOrder(RESTING, options), DOMException);
    await k.run(100);
    caller.abort();
    await waiting;
  }
  const kept = k.exchange("a").book.entry("i1")?.waiters.length ?? 0;
  assert(kept <= 1, `${kept} are kept`);
  await k.close();
});

for (
  const [how, disconnect] of [
    ["never answers", () => new Promise<void>(() => {})],
    ["fails", () => Promise.reject(new TypeError("socket"))],
  ] as const
) {
  Deno.test(`kernel: an adapter whose disconnect ${how} does not keep it from stopping`, async () => {
    const k = await openPaperKernel(["a"]);
    const { adapter } = k.exchange("a");
    const close = adapter.disconnect.bind(adapter);
    adapter.disconnect = disconnect;
    await Promise.all([k.kernel.stop(), k.run(60_000)]);
    assertEquals(k.kernel.state, "stopped");
    await close();
  });
}
