import { assert, assertEquals, assertRejects } from "@std/assert";
import {
  AlreadyExistsError,
  ConflictError,
  DeniedError,
  KernelClosedError,
  NotFoundError,
  StoreError,
  ValidationError,
} from "../../src/model/errors.ts";
import { GENERATION_MAX, WAITERS_MAX } from "../../src/model/limits.ts";
import { openPaperKernel, type PaperKernel, RESTING } from "./paper_kernel.ts";

function intake(name: string, run: (k: PaperKernel) => Promise<void>): void {
  Deno.test(`intake: ${name}`, async () => {
    const k = await openPaperKernel(["a"]);
    try {
      await run(k);
    } finally {
      await k.close();
    }
  });
}

const a = (k: PaperKernel) => k.kernel.exchange("a");

/** Starts a call, lets the kernel run and returns what came of the call. */
async function during<T>(k: PaperKernel, call: Promise<T>, ms = 0): Promise<T> {
  const settled = call.then((value) => () => value, (error) => () => {
    throw error;
  });
  await k.run(ms);
  return (await settled)();
}

const place = (k: PaperKernel, options = {}, order: object = RESTING) =>
  during(k, a(k).placeOrder(order, { intentId: "i1", ...options }));

intake("placing resolves with the id once it is durable", async (k) => {
  assertEquals(await place(k), "i1");
  assertEquals(k.held.store.intent("a", "i1")?.intentId, "i1");
});

intake("without an id it makes one", async (k) => {
  const id = await during(k, a(k).placeOrder(RESTING));
  assertEquals(a(k).getOrderIntent(id).order.limitPrice, "20000");
});

intake("the same order under the same id is the same intent", async (k) => {
  await place(k);
  await place(k);
  assertEquals(k.exchange("a").book.size, 1);
  assertEquals(a(k).getOrderState("i1").attempts.length, 1);
});

intake("two placements of one id at the same time make one intent", async (k) => {
  const both = Promise.all([
    a(k).placeOrder(RESTING, { intentId: "i1" }),
    a(k).placeOrder(RESTING, { intentId: "i1" }),
  ]);
  assertEquals(await during(k, both), ["i1", "i1"]);
  assertEquals(a(k).getOrderState("i1").attempts.length, 1);
});

intake("the same order again after a modify is still the same intent", async (k) => {
  await place(k);
  await during(k, a(k).modifyOrder("i1", { ...RESTING, limitPrice: "19000" }));
  assertEquals(await place(k), "i1");
  assertEquals(a(k).getOrderIntent("i1").order.limitPrice, "19000");
});

intake("another order under the same id is a mistake", async (k) => {
  await place(k);
  const other = { ...RESTING, amount: "0.02" };
  await assertRejects(() => place(k, {}, other), AlreadyExistsError);
});

intake("an ended intent keeps its id, also once it has retired", async (k) => {
  await place(k);
  await during(k, a(k).cancelOrder("i1", { waitFor: "final" }), 1_000);
  await k.run(300_000);
  assertEquals(k.exchange("a").book.size, 0);
  assertEquals(await place(k), "i1");
  assertEquals(a(k).getOrderState("i1").state, "CANCELED");
  await assertRejects(() => place(k, {}, { ...RESTING, amount: "0.02" }), AlreadyExistsError);
});

intake("what the market does not allow is refused and nothing is recorded", async (k) => {
  const error = await assertRejects(
    () => place(k, {}, { ...RESTING, limitPrice: "20000.001" }),
    ValidationError,
  );
  assertEquals(error.code, "PRICE_OFF_TICK");
  assertEquals([k.exchange("a").book.size, k.held.store.intent("a", "i1")], [0, undefined]);
});

intake("a symbol that is not listed is named", async (k) => {
  const order = { ...RESTING, symbolId: "XYZ/USDT" };
  const error = await assertRejects(() => place(k, {}, order), ValidationError);
  assertEquals(error.code, "SYMBOL_UNKNOWN");
});

intake("accepted waits for the venue, final for the end", async (k) => {
  assertEquals(await place(k, { waitFor: "accepted" }), "i1");
  assertEquals(a(k).getOrderState("i1").state, "ACTIVE.open");
  await during(k, a(k).cancelOrder("i1", { waitFor: "final" }), 1_000);
  assertEquals(a(k).getOrderState("i1").state, "CANCELED");
});

intake("an aborted wait rejects; the intent goes on", async (k) => {
  const abort = new AbortController();
  const placed = a(k).placeOrder(RESTING, {
    intentId: "i1",
    waitFor: "final",
    signal: abort.signal,
  });
  const settled = placed.then(() => "", (error) => error.name);
  await k.run(0);
  abort.abort();
  assertEquals(await settled, "AbortError");
  assertEquals(a(k).getOrderState("i1").state, "ACTIVE.open");
});

intake("aborted before it began, nothing is placed", async (k) => {
  await assertRejects(() => place(k, { signal: AbortSignal.abort() }));
  assertEquals(k.exchange("a").book.size, 0);
});

intake("a second cancel and a cancel of an ended intent are no-ops", async (k) => {
  await place(k);
  await during(k, a(k).cancelOrder("i1", { waitFor: "final" }), 1_000);
  await during(k, a(k).cancelOrder("i1"));
  assertEquals(a(k).getOrderIntent("i1").resourceVersion, 2);
});

intake("an id nobody placed is not found", async (k) => {
  await assertRejects(() => a(k).cancelOrder("nobody"), NotFoundError);
  await assertRejects(() => a(k).modifyOrder("nobody", RESTING), NotFoundError);
});

const BAD_CHANGES = [
  ["side", { side: "SELL" }, "IMMUTABLE_FIELD"],
  ["symbolId", { symbolId: "ETH/USDT" }, "IMMUTABLE_FIELD"],
] as const;

for (const [field, change, code] of BAD_CHANGES) {
  intake(`${field} cannot be modified`, async (k) => {
    await place(k);
    const error = await assertRejects(
      () => during(k, a(k).modifyOrder("i1", { ...RESTING, ...change })),
      ValidationError,
    );
    assertEquals(error.code, code);
  });
}

intake("a modify that has seen an older version is a conflict", async (k) => {
  await place(k);
  const change = { ...RESTING, limitPrice: "19000" };
  await assertRejects(
    () => during(k, a(k).modifyOrder("i1", change, { ifResourceVersion: 7 })),
    ConflictError,
  );
  await during(k, a(k).modifyOrder("i1", change, { ifResourceVersion: 1 }), 1_000);
  assertEquals(a(k).getOrderState("i1").observedGeneration, 2);
});

intake("a modify of a canceled or ended intent is a conflict", async (k) => {
  await place(k);
  await during(k, a(k).cancelOrder("i1", { waitFor: "final" }), 1_000);
  const change = { ...RESTING, limitPrice: "19000" };
  await assertRejects(() => during(k, a(k).modifyOrder("i1", change)), ConflictError);
});

intake("resuming what is not paused is a conflict", async (k) => {
  await place(k);
  await assertRejects(() => during(k, a(k).resumeIntent("i1")), ConflictError);
});

intake("cancelAll cancels what is live and says how many", async (k) => {
  await place(k);
  await place(k, { intentId: "i2" });
  await place(k, { intentId: "i3" }, { ...RESTING, symbolId: "ETH/USDT", limitPrice: "500" });
  assertEquals(await during(k, a(k).cancelAllOrders("BTC/USDT"), 1_000), 2);
  assertEquals(await during(k, a(k).cancelAllOrders(), 1_000), 1);
  assertEquals(await during(k, a(k).cancelAllOrders(), 1_000), 0);
});

intake("a store that fails tells the caller, sends nothing and closes the kernel", async (k) => {
  await place(k);
  const { gate } = k.exchange("a");
  k.held.failWith(new StoreError("disk full"));
  await assertRejects(() => place(k, { intentId: "i2" }), StoreError);
  assertEquals(gate.isOpen, false);
  await k.run(60_000);
  assertEquals(k.kernel.state, "stopped");
  await assertRejects(() => a(k).placeOrder(RESTING), KernelClosedError);
  const { engine } = k.exchangeEngine("a");
  assertEquals(engine.openOrders("main").length, 1, "the order that was there stays");
});

intake("a closed kernel leaves open orders alone and ends its event streams", async (k) => {
  await place(k);
  const events = k.kernel.events({}, { since: 0 });
  await k.close();
  const types: string[] = [];
  for await (const { type } of events) types.push(type);
  assert(types.includes("OrderAccepted") && !types.includes("OrderCanceled"));
  assertEquals(k.exchangeEngine("a").engine.openOrders("main").length, 1);
});

intake("an intent changed as often as one may be is not changed again", async (k) => {
  await place(k);
  const entry = k.exchange("a").book.entry("i1");
  assert(entry !== undefined);
  const { context } = entry;
  entry.context = { ...context, intent: { ...context.intent, generation: GENERATION_MAX } };
  const change = { ...RESTING, limitPrice: "20001" };
  await assertRejects(() => during(k, a(k).modifyOrder("i1", change)), ConflictError);
});

intake("past the bound of waiting callers nobody more may wait, but all may cancel", async (k) => {
  const { waiting } = k.exchange("a");
  const final = a(k).placeOrder(RESTING, { intentId: "i1", waitFor: "final" });
  await k.run(0);
  assertEquals(waiting.count, 1);
  waiting.count = WAITERS_MAX;
  const error = await assertRejects(
    () => place(k, { intentId: "i2", waitFor: "accepted" }),
    DeniedError,
  );
  assertEquals(error.code, "TOO_MANY_WAITERS");
  assertEquals(await place(k, { intentId: "i3" }), "i3");
  await during(k, a(k).cancelOrder("i1", { waitFor: "final" }), 10_000);
  await final;
  assertEquals(waiting.count, WAITERS_MAX - 1);
});

intake("a symbol whose waiting facts have no more room takes no submits", async (k) => {
  const { router } = k.exchange("a");
  router.isFull = (symbolId) => symbolId === RESTING.symbolId;
  const error = await assertRejects(() => place(k), DeniedError);
  assertEquals(error.code, "PARKED_FACTS_FULL");
});
