/** What throws in a timer or behind a promise reaches a supervisor, and never ends the process. */
import { assert, assertEquals, assertRejects } from "@std/assert";
import { StoreError } from "../../src/model/errors.ts";
import { openPaperKernel, RESTING } from "./paper_kernel.ts";

Deno.test("crash path: a store that cannot be read when an answer comes costs its exchange only", async () => {
  const first = await openPaperKernel(["a"]);
  const placed = first.kernel.exchange("a").placeOrder(RESTING, { intentId: "i1" });
  await first.run(0);
  await placed;
  await first.close();
  const k = await openPaperKernel(["a"], first);
  const dead = k.exchange("a");
  const { book } = dead;
  const { execution } = dead.adapter;
  book.newFills = () => {
    throw new StoreError("Cannot read fill keys: disk I/O error");
  };
  const lookup = execution.lookup.bind(execution);
  let asked = 0;
  execution.lookup = (ref) => {
    asked += 1;
    return lookup(ref);
  };
  book.tell("i1", { type: "order.verify", at: k.clock.now() });
  await k.run(5_000);
  assert(asked > 0);
  assert(k.exchange("a") !== dead, "it was started anew");
  assertEquals(k.exchange("a").state, "ready");
  assertEquals(k.kernel.exchange("a").getOrderState("i1").state, "ACTIVE.open");
  await k.close();
});

Deno.test("crash path: a deadline whose turn throws costs its exchange only", async () => {
  const k = await openPaperKernel(["a"]);
  const placed = k.kernel.exchange("a").placeOrder(RESTING, { intentId: "i1" });
  await k.run(0);
  await placed;
  await k.run(0);
  const dead = k.exchange("a");
  const { execution } = dead.adapter;
  const cancel = execution.cancel.bind(execution);
  execution.cancel = () => new Promise(() => {});
  await Promise.all([k.kernel.exchange("a").cancelOrder("i1"), k.run(10)]);
  execution.cancel = cancel;
  dead.book.tell = () => {
    throw new StoreError("Cannot read the intent: disk I/O error");
  };
  await k.run(30_000);
  assert(k.exchange("a") !== dead, "it was started anew");
  assertEquals(k.kernel.exchange("a").getOrderState("i1").state, "CANCELED");
  await k.close();
});

Deno.test("crash path: a store that cannot close is told to who stops the kernel, and it is closed", async () => {
  const k = await openPaperKernel(["a"]);
  k.held.failClosing(new StoreError("Cannot close: disk full"));
  const stopped = assertRejects(() => k.kernel.stop(), StoreError, "disk full");
  await k.run(60_000);
  await stopped;
  assertEquals(k.kernel.state, "stopped");
  const failure = await Promise.race([k.kernel.closed, Promise.resolve("still open")]);
  assert(failure instanceof StoreError);
});

Deno.test("crash path: a store that fails and then cannot close ends no process", async () => {
  const k = await openPaperKernel(["a"]);
  k.held.failWith(new Error("disk full"));
  k.held.failClosing(new Error("disk full"));
  const placed = k.kernel.exchange("a").placeOrder(RESTING);
  await Promise.all([assertRejects(() => placed, StoreError), k.run(60_000)]);
  assertEquals(k.kernel.state, "stopped");
  assert(await k.kernel.closed instanceof StoreError);
});
