/** What simulated worlds found, as small scenarios, each with a seed that showed it. */
import { assert, assertEquals } from "@std/assert";
import { restoreIntent } from "../../actors/restore.ts";
import { aFill, aVenueOrder, POLICY, say } from "../machines/intent_builders.ts";
import { clientIdOf, HeldStore, listener, openDesk, place } from "../actors/fakes.ts";
import { openIntakeKernel } from "./one_kernel.ts";
import { World } from "./world.ts";

Deno.test("found: the commit of an earlier turn does not acknowledge a later cancel", async () => {
  const desk = openDesk();
  place(desk);
  await desk.settle();
  desk.log.length = 0;
  desk.held.hold();
  desk.book.tell("i1", say.accepted());
  await desk.settle(); // that turn is on its way to the disk
  const cancel = { type: "order.cancel", at: desk.clock.now() } as const;
  desk.book.tell("i1", cancel, listener(desk.log));
  desk.held.release();
  desk.held.hold();
  await desk.settle(); // the earlier turn is durable, the cancel is not
  assertEquals(desk.log.includes("durable answered"), false);
  assertEquals(desk.held.inner.intent("main", "i1")?.intent.desired, "WORKING");
  desk.held.release();
  await desk.settle();
  assertEquals(desk.log.includes("durable answered"), true);
  assertEquals(desk.held.inner.intent("main", "i1")?.intent.desired, "CANCELED");
  desk.close();
});

Deno.test("found: an end that is not durable acknowledges neither a cancel nor a repeat", async () => {
  const { kernel, disk, settle, heal } = await openIntakeKernel();
  const order = { symbolId: "AAA/USD", side: "BUY", amount: "1", limitPrice: "90" };
  const heard: string[] = [];
  disk.hold();
  // Canceled before it was ever stored: it has ended in memory alone.
  const tell = (what: string) => () => void heard.push(what);
  void kernel.placeOrder(order, { intentId: "i1" }).then(tell("placed"));
  void kernel.cancelOrder("i1").then(tell("canceled"));
  void kernel.cancelOrder("i1").then(tell("canceled again"));
  void kernel.placeOrder(order, { intentId: "i1" }).then(tell("placed again"));
  await settle();
  assertEquals(heard, []);
  disk.release();
  await settle();
  assertEquals(heard.toSorted(), ["canceled", "canceled again", "placed", "placed again"]);
  await heal();
});

Deno.test("found: a wall clock set back does not put an intent to sleep for ever", async () => {
  const desk = openDesk();
  place(desk);
  await desk.settle();
  desk.calls[0]?.answer({ kind: "unknown", cause: { code: "TIMEOUT", message: "no answer" } });
  await desk.settle();
  desk.calls[1]?.answer({ kind: "absent", venueTime: desk.clock.now() });
  await desk.settle();
  const asked = desk.calls.length;
  desk.clock.stepWall(-400);
  for (let ms = 0; ms < 2_000; ms += 100) {
    desk.clock.advance(100);
    await desk.settle();
  }
  assert(desk.calls.length > asked, "it is looked up again");
  desk.close();
});

Deno.test("found: a restart forgets the deadlines of the process that died", async () => {
  const desk = openDesk();
  place(desk);
  await desk.settle();
  desk.calls[0]?.answer({ kind: "unknown", cause: { code: "TIMEOUT", message: "no answer" } });
  await desk.settle();
  const stored = desk.held.inner.intent("main", "i1");
  assert(stored !== undefined);
  assertEquals(restoreIntent(stored, POLICY).deadlines, {});
  desk.close();
});

Deno.test("found: fills parked during a doubt are stored after the turn that ends it", async () => {
  const desk = openDesk(new HeldStore());
  const entry = place(desk);
  await desk.settle();
  desk.calls[0]?.answer({ kind: "unknown", cause: { code: "TIMEOUT", message: "no answer" } });
  await desk.settle();
  desk.router.fill(aFill("t1", "1", { clientOrderId: null, exchangeOrderId: "x1" }));
  assertEquals(desk.router.parkedCount, 1);
  const order = aVenueOrder({
    clientOrderId: clientIdOf(entry),
    exchangeOrderId: "x1",
    status: "FILLED",
    filled: aFill("t1", "1").quantity,
  });
  desk.calls[1]?.answer({ kind: "found", order, venueTime: desk.clock.now() });
  await desk.settle();
  assertEquals(entry.context.phase, "COMPLETED");
  const stored = desk.held.inner.intent("main", "i1");
  assertEquals([stored?.state, stored?.terminal], ["COMPLETED", true]);
  desk.close();
});

/** Worlds that showed what is now fixed; each must stay clean. */
const SEEDS: readonly (readonly [seed: number, what: string])[] = [
  [13, "a cancel acknowledged by an earlier turn's commit"],
  [22, "a placement acknowledged by an end that was not durable"],
  [10, "an intent asleep after the wall clock was set back"],
  [1, "an intent asleep after a restart, by the deadlines of the dead process"],
  [24, "parked fills stored before the turn that released them"],
  [362, "an amend that landed after its successor"],
  [79, "a stale read that brought the price before an amend back"],
  [413, "a nameless trade of an order whose first copy was refused, after a crash"],
  [1037, "the same, while the stream was silent"],
  [5433, "a second copy that filled while the process was down and its intent had ended"],
  [6096, "nameless trades of a second order"],
  [1146, "a trade counted twice, as ours and as a stranger's"],
  [207030, "a second copy that filled, and a first read after the start that was behind"],
  [2008666, "what is still open of an order whose second copy filled beyond the amount"],
];

for (const [seed, what] of SEEDS) {
  Deno.test(`found: seed ${seed}, ${what}`, async () => {
    assertEquals((await new World({ seed }).run()).violations, []);
  });
}
