import { assert, assertEquals, assertRejects } from "@std/assert";
import { DeniedError } from "../../src/model/errors.ts";
import { decimal } from "../../src/model/decimal.ts";
import { openPaperKernel, type PaperKernel, RESTING } from "./paper_kernel.ts";

const OBSERVE = { mode: "observe" } as const;
const a = (k: PaperKernel) => k.kernel.exchange("a");
const orders = (k: PaperKernel) => k.exchangeEngine("a").engine.openOrders("main");

async function ended(k: PaperKernel, call: Promise<unknown>, ms = 100): Promise<void> {
  const settled = call.then(() => null, (error) => error);
  await k.run(ms);
  const error = await settled;
  if (error !== null) throw error;
}

Deno.test("observe: nothing is taken on that would have to be sent", async () => {
  const k = await openPaperKernel(["a"], undefined, undefined, OBSERVE);
  const calls = [
    () => a(k).placeOrder(RESTING, { intentId: "i1" }),
    () => a(k).modifyOrder("i1", RESTING),
    () => a(k).cancelOrder("i1"),
    () => a(k).cancelAllOrders(),
    () => a(k).resumeIntent("i1"),
  ];
  for (const call of calls) {
    const error = await assertRejects(call, DeniedError, "a is in mode observe, nothing is sent");
    assertEquals([error.code, error.details["limit"]], ["OBSERVE_ONLY", "observe"]);
  }
  assertEquals([k.exchange("a").book.size, orders(k)], [0, []]);
  await k.close();
});

Deno.test("observe: it syncs, and says that it only watches", async () => {
  const k = await openPaperKernel(["a"], undefined, undefined, OBSERVE);
  const { mode, state, ready, lastSyncAt } = a(k).healthCheck();
  assertEquals([mode, state, ready], ["observe", "ready", false]);
  assert(lastSyncAt !== null && a(k).getAccountState().balances.length > 0);
  await k.close();
  const live = await openPaperKernel(["a"]);
  assertEquals([a(live).healthCheck().mode, a(live).healthCheck().ready], ["live", true]);
  await live.close();
});

Deno.test("observe: orders of an earlier run are followed, and left alone", async () => {
  const first = await openPaperKernel(["a"]);
  await ended(first, a(first).placeOrder(RESTING, { intentId: "i1" }));
  await ended(first, a(first).placeOrder({ ...RESTING, limitPrice: "19000" }, { intentId: "i2" }));
  await first.close();
  const k = await openPaperKernel(["a"], first, undefined, OBSERVE);
  await k.run(5_000);
  assertEquals(a(k).getOrderState("i1").state, "ACTIVE.open");
  k.exchangeEngine("a").engine.trade("BTC/USDT", {
    price: decimal("19999"),
    quantity: decimal("5"),
    takerSide: "SELL",
  });
  await k.run(1_000);
  assertEquals(a(k).getOrderState("i1").state, "COMPLETED");
  assertEquals(a(k).getOrderState("i2").state, "ACTIVE.open");
  assertEquals(orders(k).length, 1);
  await k.close();
});

Deno.test("observe: what an earlier run wanted canceled or placed stays at the gate", async () => {
  const first = await openPaperKernel(["a"]);
  await ended(first, a(first).placeOrder(RESTING, { intentId: "i1" }));
  first.dropSocket("a"); // Held from now on.
  await ended(
    first,
    a(first).placeOrder({ ...RESTING, limitPrice: "19000" }, { intentId: "i2" }),
    0,
  );
  const { gate, book } = first.exchange("a");
  gate.observe(); // Nothing of the cancel leaves the first one either.
  book.tell("i1", { type: "order.cancel", at: first.clock.now() });
  await first.run(0);
  await first.close();
  const k = await openPaperKernel(["a"], first, undefined, OBSERVE);
  await k.run(60_000);
  assertEquals(orders(k).length, 1, "neither canceled nor joined by another");
  assertEquals(a(k).getOrderState("i1").state, "RECONCILING.canceling");
  assertEquals(a(k).getOrderState("i2").state, "PENDING.ready");
  await k.close();
});

Deno.test("observe: a change that an earlier run wanted is neither sent nor given up", async () => {
  const first = await openPaperKernel(["a"]);
  await ended(first, a(first).placeOrder(RESTING, { intentId: "i1" }));
  const { gate, book } = first.exchange("a");
  gate.observe();
  const order = { ...a(first).getOrderIntent("i1").order, limitPrice: decimal("21000") };
  book.tell("i1", { type: "order.modify", at: first.clock.now(), order });
  await first.run(0);
  await first.close();
  const k = await openPaperKernel(["a"], first, undefined, OBSERVE);
  await k.run(60_000);
  const { state, refusedGeneration } = a(k).getOrderState("i1");
  assertEquals([state, refusedGeneration], ["RECONCILING.amending", null]);
  assertEquals<unknown>(orders(k).map(({ price }) => price), ["20000"]);
  await k.close();
});

Deno.test("observe: the gate lets neither a submit nor a cancel through", async () => {
  const k = await openPaperKernel(["a"], undefined, undefined, OBSERVE);
  const { gate } = k.exchange("a");
  const wire = { signedAt: k.clock.now(), validForMs: 0 };
  assertEquals(gate.forSubmit(k.clock.now() + 1_000, k.clock).check(wire), "OBSERVE_ONLY");
  assertEquals(gate.forCancel(k.clock).check(wire), "OBSERVE_ONLY");
  await k.close();
});
