import { assert, assertEquals } from "@std/assert";
import { restoreIntent } from "../../actors/restore.ts";
import { RETIRE_AFTER_MS } from "../../machines/timeouts.ts";
import { decimal } from "../../src/model/decimal.ts";
import { ATTEMPTS_SHOWN_MAX, PARKED_FACTS_MAX } from "../../src/model/limits.ts";
import { aFill, aVenueOrder, POLICY, say } from "../machines/intent_builders.ts";
import { clientIdOf, type Desk, IDENTITY, openDesk, place } from "./fakes.ts";

function desk(name: string, run: (desk: Desk) => Promise<void>): void {
  Deno.test(`router: ${name}`, async () => {
    const opened = openDesk();
    try {
      await run(opened);
    } finally {
      opened.close();
    }
  });
}

const orphans = ({ published }: Desk) =>
  published.filter(({ type }) => type === "OrderOrphaned").map(({ payload }) =>
    payload["exchangeOrderId"]
  );
const foreign = { clientOrderId: "theirs", exchangeOrderId: "x9" };
const noAnswer = { kind: "unknown", cause: { code: "TIMEOUT", message: "no answer" } };

desk("a fact finds its intent by our client order id, before any answer", async (d) => {
  const entry = place(d);
  await d.settle();
  d.router.order(aVenueOrder({ clientOrderId: clientIdOf(entry) }));
  assertEquals(entry.context.phase, "ACTIVE.open");
});

desk("a fill without a client id finds its intent by symbol and exchange order id", async (d) => {
  const entry = place(d);
  await d.settle();
  d.router.order(aVenueOrder({ clientOrderId: clientIdOf(entry) }));
  d.router.fill(aFill("t1", "0.4", { clientOrderId: null }));
  assertEquals(entry.context.filled, "0.4");
});

desk("the same exchange order id on another symbol is another order", async (d) => {
  const entry = place(d);
  await d.settle();
  d.router.order(aVenueOrder({ clientOrderId: clientIdOf(entry) }));
  d.router.fill(aFill("t1", "0.4", { clientOrderId: null, symbolId: "ETH/USDT" }));
  assertEquals(entry.context.filled, "0");
});

desk("a frame that repeats what is known makes no turn", async (d) => {
  const entry = place(d);
  await d.settle();
  const order = aVenueOrder({ clientOrderId: clientIdOf(entry) });
  d.router.order(order);
  await d.settle();
  const turns = entry.turns;
  d.router.order(order);
  assertEquals(entry.turns, turns);
});

desk("a foreign order is told as an orphan, once", async (d) => {
  d.router.order(aVenueOrder(foreign));
  d.router.order(aVenueOrder({ ...foreign, filled: decimal("0.1") }));
  await d.settle();
  assertEquals(orphans(d), ["x9"]);
});

desk("a fact nobody owns is parked durably while its symbol has an attempt in doubt", async (d) => {
  place(d);
  await d.settle();
  d.router.fill(aFill("t1", "0.4", { clientOrderId: null, exchangeOrderId: "x1" }));
  await d.settle();
  assertEquals([d.router.parkedCount, orphans(d)], [1, []]);
  assertEquals(d.held.store.parked("main").length, 1);
});

desk("a parked fill finds its owner once the answer names the exchange order", async (d) => {
  const entry = place(d);
  await d.settle();
  d.router.fill(aFill("t1", "0.4", { clientOrderId: null, exchangeOrderId: "x1" }));
  d.calls[0]?.answer({
    kind: "accepted",
    order: aVenueOrder({ clientOrderId: clientIdOf(entry) }),
  });
  await d.settle();
  assertEquals([entry.context.filled, d.router.parkedCount], ["0.4", 0]);
  assertEquals(d.held.store.parked("main"), []);
});

desk("a parked fact becomes an orphan when the last doubt on its symbol ends", async (d) => {
  const [first, second] = [place(d, "i1"), place(d, "i2")];
  await d.settle();
  d.router.order(aVenueOrder(foreign));
  const accept = (i: number, entry: typeof first, exchangeOrderId: string) =>
    d.calls[i]?.answer({
      kind: "accepted",
      order: aVenueOrder({ clientOrderId: clientIdOf(entry), exchangeOrderId }),
    });
  accept(0, first, "x1");
  await d.settle();
  assertEquals([d.router.parkedCount, orphans(d)], [1, []], "i2 may still own it");
  accept(1, second, "x2");
  await d.settle();
  assertEquals([d.router.parkedCount, orphans(d)], [0, ["x9"]]);
});

desk("doubt on another symbol parks nothing", async (d) => {
  place(d);
  await d.settle();
  d.router.order(aVenueOrder({ ...foreign, symbolId: "ETH/USDT" }));
  await d.settle();
  assertEquals([d.router.parkedCount, orphans(d)], [0, ["x9"]]);
});

desk("after a restart, a doubt that was restored parks facts as before", async (d) => {
  const entry = place(d);
  await d.settle();
  const stored = d.held.store.intent("main", "i1");
  const next = openDesk(d.held);
  const restored = next.book.restore(restoreIntent(stored!, POLICY), stored!.original);
  next.router.load(d.held.store.parked("main"));
  next.router.fill(aFill("t1", "0.4", { clientOrderId: null, exchangeOrderId: "x1" }));
  await next.settle();
  assertEquals([next.router.parkedCount, orphans(next)], [1, []]);
  next.router.order(aVenueOrder({ clientOrderId: clientIdOf(entry) }));
  await next.settle();
  assertEquals([restored.context.filled, next.router.parkedCount], ["0.4", 0]);
  next.close();
});

desk("facts parked before a restart are parked after it", async (d) => {
  place(d);
  await d.settle();
  d.router.fill(aFill("t1", "0.4", { clientOrderId: null, exchangeOrderId: "x1" }));
  await d.settle();
  const next = openDesk(d.held);
  next.router.load(d.held.store.parked("main"));
  assertEquals(next.router.parkedCount, 1);
  next.close();
});

desk("a fact whose doubt ended just before a restart does not wait for ever", async (d) => {
  const entry = place(d);
  await d.settle();
  d.router.order(aVenueOrder({ clientOrderId: clientIdOf(entry) }));
  await d.settle();
  const told = aFill("t1", "0.4", { clientOrderId: null });
  const fact = JSON.stringify({ kind: "fill", fill: told });
  const next = openDesk(d.held); // the turn was durable, taking the fact off the list was not
  const stored = d.held.store.intent("main", "i1")!;
  const restored = next.book.restore(restoreIntent(stored, POLICY), stored.original);
  next.router.load([{ exchangeId: "main", key: "k", symbolId: "BTC/USDT", at: 0, fact }]);
  next.router.reviewAll();
  await next.settle();
  assertEquals([restored.context.filled, next.router.parkedCount], ["0.4", 0]);
  next.close();
});

desk("while a doubt lasts, a review leaves what waits for it", async (d) => {
  place(d);
  await d.settle();
  d.router.fill(aFill("t1", "0.4", { clientOrderId: null, exchangeOrderId: "x1" }));
  d.router.reviewAll();
  assertEquals([d.router.parkedCount, orphans(d)], [1, []]);
});

desk("an order with our tag that the store does not know is reported: a backup", async (d) => {
  const clientOrderId = IDENTITY.tag + "0".repeat(24);
  d.router.order(aVenueOrder({ clientOrderId }));
  await d.settle();
  assertEquals(d.foreign.map((order) => order.clientOrderId), [clientOrderId]);
});

desk("a late fill revives a retired intent from the store and is booked", async (d) => {
  const entry = place(d);
  await d.settle();
  const clientOrderId = clientIdOf(entry);
  d.router.order(aVenueOrder({ clientOrderId }));
  d.book.tell("i1", say.cancel(d.clock.now()));
  d.router.order(aVenueOrder({ clientOrderId, status: "CANCELED" }));
  await d.settle();
  d.calls[1]?.answer({ kind: "accepted", order: null });
  await d.settle();
  await d.clock.advanceAsync(RETIRE_AFTER_MS);
  assertEquals(d.book.size, 0);
  d.router.fill(aFill("t1", "0.3", { clientOrderId: null }));
  await d.settle();
  const revived = d.book.entry("i1");
  assertEquals([revived?.context.phase, revived?.context.filled], ["CANCELED", "0.3"]);
  assertEquals(d.held.store.fills({ intentId: "i1" }).items.length, 1);
  await d.clock.advanceAsync(2 * RETIRE_AFTER_MS);
  assertEquals(d.book.size, 0, "and it retires again");
});

desk("a fill read a second time does not keep its retired intent in memory", async (d) => {
  const entry = place(d);
  await d.settle();
  const clientOrderId = clientIdOf(entry);
  d.router.order(aVenueOrder({ clientOrderId }));
  d.router.fill(aFill("t1", "1", { clientOrderId: null }));
  d.router.order(aVenueOrder({ clientOrderId, status: "FILLED", filled: decimal("1") }));
  await d.settle();
  await d.clock.advanceAsync(RETIRE_AFTER_MS);
  assertEquals(d.book.size, 0);
  d.router.fill(aFill("t1", "1", { clientOrderId: null })); // an audit reads a minute back
  await d.settle();
  await d.clock.advanceAsync(2 * RETIRE_AFTER_MS);
  assertEquals(d.book.size, 0);
  assertEquals(d.held.store.fills({ intentId: "i1" }).items.length, 1);
});

desk("an order that a listing shows settles the doubt about it", async (d) => {
  const entry = place(d);
  await d.settle();
  d.calls[0]?.answer(noAnswer);
  await d.settle();
  d.router.listed(aVenueOrder({ clientOrderId: clientIdOf(entry) }), d.clock.now());
  assertEquals(entry.context.phase, "ACTIVE.open");
});

desk("a second order under one client id is told once, and does not touch the first", async (d) => {
  const entry = place(d);
  await d.settle();
  const clientOrderId = clientIdOf(entry);
  d.router.order(aVenueOrder({ clientOrderId }));
  const second = aVenueOrder({ clientOrderId, exchangeOrderId: "x2", status: "CANCELED" });
  d.router.order(second);
  d.router.order(second);
  assertEquals(d.second.map((order) => order.exchangeOrderId), ["x2"]);
  assertEquals(entry.context.phase, "ACTIVE.open");
  assertEquals(entry.context.attempts[0]?.exchangeOrderId, "x1");
});

desk("a second order that is live is canceled by its own id", async (d) => {
  const entry = place(d);
  await d.settle();
  const clientOrderId = clientIdOf(entry);
  d.router.order(aVenueOrder({ clientOrderId }));
  d.router.order(aVenueOrder({ clientOrderId, exchangeOrderId: "x2" }));
  await d.settle();
  assertEquals(d.calls.filter(({ kind }) => kind === "cancel").length, 1);
  assertEquals(entry.context.phase, "ACTIVE.open");
});

desk("what a second order fills is booked: it was our request", async (d) => {
  const entry = place(d);
  await d.settle();
  const clientOrderId = clientIdOf(entry);
  d.router.order(aVenueOrder({ clientOrderId }));
  const fills = [aFill("t9", "0.3", { clientOrderId, exchangeOrderId: "x2" })];
  d.router.order(aVenueOrder({ clientOrderId, exchangeOrderId: "x2", fills }));
  assertEquals(entry.context.filled, "0.3");
});

/** An intent with more attempts than it shows; returns the client id of its first. */
async function withOldAttempt(d: Desk): Promise<string> {
  const entry = place(d);
  await d.settle();
  const first = clientIdOf(entry);
  for (let n = 1; n <= ATTEMPTS_SHOWN_MAX; n++) {
    const limitPrice = decimal(String(100 + n)); // each its own specification
    d.book.tell("i1", say.notSent("HELD", n, d.clock.now()));
    d.book.tell("i1", say.modify({ limitPrice }, d.clock.now()));
    await d.settle();
  }
  assert(entry.context.attempts.every(({ clientOrderId }) => clientOrderId !== first));
  return first;
}

desk("an attempt older than those shown that comes alive is told and canceled", async (d) => {
  const clientOrderId = await withOldAttempt(d);
  const order = aVenueOrder({ clientOrderId, exchangeOrderId: "x7" });
  d.router.order(order);
  await d.settle();
  assertEquals(d.calls.filter(({ kind }) => kind === "cancel").length, 1);
  assertEquals(d.router.listed(order, d.clock.now()), undefined);
  assertEquals(d.second.map(({ exchangeOrderId }) => exchangeOrderId), ["x7"], "told once");
});

desk("it is known after a restart as well, and its end is no news", async (d) => {
  const clientOrderId = await withOldAttempt(d);
  const next = openDesk(d.held);
  const stored = d.held.store.intent("main", "i1");
  assert(stored !== undefined);
  next.book.restore(restoreIntent(stored, POLICY), stored.original);
  const order = aVenueOrder({ clientOrderId, exchangeOrderId: "x7", status: "CANCELED" });
  next.router.order(order);
  assertEquals([next.second, next.foreign, orphans(next)], [[], [], []]);
  next.router.order({ ...order, status: "OPEN" });
  assertEquals(next.second.length, 1);
  next.close();
});

desk("what it fills is booked on its intent", async (d) => {
  const clientOrderId = await withOldAttempt(d);
  d.router.fill(aFill("t1", "0.3", { clientOrderId, exchangeOrderId: "x7" }));
  assertEquals(d.book.entry("i1")?.context.filled, "0.3");
});

desk("also once its intent has ended and left the memory", async (d) => {
  const clientOrderId = await withOldAttempt(d);
  d.book.tell("i1", say.cancel(d.clock.now()));
  const last = d.book.entry("i1")?.context.attemptCount ?? 0;
  d.book.tell("i1", say.notSent("HELD", last, d.clock.now()));
  await d.settle();
  await d.clock.advanceAsync(2 * RETIRE_AFTER_MS);
  assertEquals(d.book.size, 0);
  d.router.fill(aFill("t1", "0.3", { clientOrderId, exchangeOrderId: "x7" }));
  d.router.order(aVenueOrder({ clientOrderId, exchangeOrderId: "x7", status: "CANCELED" }));
  await d.settle();
  assertEquals(d.book.entry("i1")?.context.filled, "0.3");
  assertEquals([orphans(d), d.foreign], [[], []], "nobody else's, and no sign of a backup");
});

desk("past the bound of waiting facts the symbol is full, until the doubt is over", async (d) => {
  const entry = place(d);
  await d.settle();
  for (let n = 0; n <= PARKED_FACTS_MAX; n++) {
    d.router.fill(aFill(`t${n}`, "0.1", { clientOrderId: null, exchangeOrderId: `y${n}` }));
  }
  assertEquals(d.router.parkedCount, PARKED_FACTS_MAX);
  assertEquals(d.full, ["BTC/USDT"]);
  assert(d.router.isFull("BTC/USDT"));
  d.router.order(aVenueOrder({ clientOrderId: clientIdOf(entry) }));
  assertEquals(d.router.parkedCount, 0);
  assertEquals([d.router.isFull("BTC/USDT"), d.room], [false, ["BTC/USDT"]]);
});
