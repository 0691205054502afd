import { assert, assertEquals, assertStringIncludes } from "@std/assert";
import { restoreIntent } from "../../actors/restore.ts";
import type { IntentEvent } from "../../machines/intent_events.ts";
import { RETIRE_AFTER_MS } from "../../machines/timeouts.ts";
import { decimal } from "../../src/model/decimal.ts";
import { StoreError } from "../../src/model/errors.ts";
import { aFill, aVenueOrder, POLICY, say } from "../machines/intent_builders.ts";
import { clientIdOf, type Desk, HeldStore, listener, openDesk, ORIGINAL, place } from "./fakes.ts";

/** Opens a desk, runs the test and closes it, so that no timer outlives it. */
function desk(name: string, run: (desk: Desk) => Promise<void> | void): void {
  Deno.test(`book: ${name}`, async () => {
    const opened = openDesk();
    try {
      await run(opened);
    } finally {
      opened.close();
    }
  });
}

/** Places `i1` and has the venue accept it. */
async function live(d: Desk): Promise<ReturnType<typeof place>> {
  const entry = place(d);
  await d.settle();
  d.calls[0]?.answer({
    kind: "accepted",
    order: aVenueOrder({ clientOrderId: clientIdOf(entry) }),
  });
  await d.settle();
  return entry;
}

desk("nothing leaves and nobody hears before the commit", async (d) => {
  d.held.hold();
  const entry = place(d);
  await d.settle();
  assertEquals([d.log, d.calls.length, entry.committed], [[], 0, null]);
  d.held.release();
  await d.settle();
  assertEquals(d.log, ["durable answered", "venue submit", "OrderSubmitted"]);
});

desk("an intent is written with its client order id before that id is sent", async (d) => {
  const entry = place(d);
  await d.settle();
  const id = clientIdOf(entry);
  assertEquals(d.held.store.intentByClientOrderId("main", id)?.intentId, "i1");
  assertEquals((d.calls[0]?.request as { clientOrderId: string }).clientOrderId, id);
});

desk(
  "a crash between commit and dispatch sends nothing twice: the order is looked up",
  async (d) => {
    const entry = place(d);
    // The commit happens; the process dies before its effects.
    d.held.hold();
    await d.settle();
    const [batch] = d.held.batches;
    assert(batch !== undefined);
    const again = new HeldStore();
    again.store.append(batch);
    d.close();
    const next = openDesk(again);
    for (const stored of again.store.live("main")) {
      next.book.restore(restoreIntent(stored, POLICY), stored.original);
    }
    const restored = next.book.entry("i1");
    assertEquals(restored?.context.phase, "SUBMITTING.inDoubt");
    assertEquals(next.calls.length, 0, "a restored intent does nothing until it is told something");
    next.book.tell("i1", { type: "order.verify", at: next.clock.now() });
    await next.settle();
    assertEquals(next.calls.map(({ kind }) => kind), ["lookup"]);
    const asked = next.calls[0]?.request as { clientOrderId: string };
    assertEquals(asked.clientOrderId, clientIdOf(entry), "by the stored id");
    next.close();
  },
);

desk("a store failure tells the caller, and nothing is dispatched", async (d) => {
  d.held.failWith(new StoreError("disk full"));
  place(d);
  await d.settle();
  assertEquals(d.log, ["durable refused: StoreError"]);
  assertEquals([d.calls.length, d.failures.length], [0, 1]);
});

desk("others see an intent as last committed", async (d) => {
  const entry = await live(d);
  d.held.hold();
  d.book.tell("i1", say.cancel(d.clock.now()));
  assertEquals(entry.context.phase, "RECONCILING.canceling");
  await d.settle();
  assertEquals(entry.committed?.phase, "ACTIVE.open");
  d.held.release();
  await d.settle();
  assertEquals(entry.committed?.phase, "RECONCILING.canceling");
});

desk("an acceptance may be told before its commit: the venue holds its record", async (d) => {
  place(d, "i1", "accepted");
  await d.settle();
  d.held.hold();
  d.calls[0]?.answer({ kind: "accepted", order: aVenueOrder() });
  await d.settle();
  assertEquals(d.log.at(-1), "accepted answered");
  d.held.release();
});

desk("a refusal is told only once it is durable", async (d) => {
  place(d, "i1", "accepted");
  await d.settle();
  d.held.hold();
  const reason = { code: "INSUFFICIENT_FUNDS", venueCode: "-2010", message: "no money" };
  d.calls[0]?.answer({ kind: "refused", reason });
  await d.settle();
  assert(!d.log.includes("accepted refused: ExchangeError"));
  d.held.release();
  await d.settle();
  assert(d.log.includes("accepted refused: ExchangeError"));
});

desk("while the gate is held, tickets wait and cancels pass", async (d) => {
  const first = await live(d);
  d.gate.hold();
  const second = place(d, "i2");
  d.book.tell("i1", say.cancel(d.clock.now()));
  await d.settle();
  assertEquals(first.context.phase, "RECONCILING.canceling");
  assertEquals([second.context.phase, d.book.heldCount], ["PENDING.ready", 1]);
  assertEquals(d.calls.map(({ kind }) => kind), ["submit", "cancel"]);
  d.gate.open();
  d.book.releaseHeld();
  await d.settle();
  assertEquals(d.calls.map(({ kind }) => kind), ["submit", "cancel", "submit"]);
});

desk("an intent canceled while it waits for a ticket is forgotten there", async (d) => {
  d.gate.hold();
  const entry = place(d);
  d.book.tell("i1", say.cancel(d.clock.now()));
  await d.settle();
  assertEquals([entry.context.phase, d.book.heldCount], ["CANCELED", 0]);
});

desk("a submit that the adapter throws on is in doubt, never failed", async (d) => {
  const entry = place(d);
  await d.settle();
  d.calls[0]?.answer(Promise.reject(new TypeError("fetch failed")));
  await d.settle();
  assertEquals(entry.context.phase, "SUBMITTING.inDoubt");
  assertEquals(entry.context.attempts[0]?.reason, "ADAPTER_THREW");
});

desk("a submit that is never answered is in doubt after its deadline", async (d) => {
  const entry = place(d);
  await d.settle();
  await d.clock.advanceAsync(15_000);
  await d.settle();
  assertEquals(entry.context.phase, "SUBMITTING.inDoubt");
  assertEquals(d.calls.map(({ kind }) => kind), ["submit", "lookup"]);
});

desk("deadlines are armed again after a restart, once the intent is told something", async (d) => {
  const entry = place(d);
  await d.settle();
  const stored = d.held.store.intent("main", "i1");
  assert(stored !== undefined);
  const next = openDesk(d.held);
  next.book.restore(restoreIntent(stored, POLICY), stored.original);
  next.book.tell("i1", { type: "order.verify", at: next.clock.now() });
  await next.settle();
  next.calls[0]?.answer({ kind: "failed", cause: { code: "TIMEOUT", message: "no answer" } });
  await next.settle();
  assertEquals(next.book.deadlinesOf("i1").map(({ name }) => name), ["lookup", "alarm"]);
  await next.clock.advanceAsync(1_000);
  await next.settle();
  assertEquals(next.calls.length, 2, "it looked again");
  assertEquals(entry.intentId, "i1");
  next.close();
});

desk("a wall clock set back keeps no deadline from firing", async (d) => {
  const entry = place(d);
  await d.settle();
  d.clock.stepWall(-3_600_000);
  await d.clock.advanceAsync(15_000);
  await d.settle();
  assertEquals(entry.context.phase, "SUBMITTING.inDoubt");
});

desk("an ended intent retires after a quiet while", async (d) => {
  await live(d);
  d.book.tell("i1", say.updated({ status: "CANCELED" }, 1, d.clock.now()));
  await d.settle();
  await d.clock.advanceAsync(RETIRE_AFTER_MS);
  assertEquals([d.book.size, d.book.actor("i1")], [0, undefined]);
  assertEquals(d.held.store.intent("main", "i1")?.state, "CANCELED");
});

desk("an ended intent that is still owed fills does not retire", async (d) => {
  await live(d);
  d.book.tell("i1", say.updated({ status: "CANCELED" }, 1, d.clock.now()));
  d.book.tell(
    "i1",
    say.updated({ status: "FILLED", filled: decimal("1") }, 1, d.clock.now()),
  );
  await d.settle();
  for (let i = 0; i < 12; i++) {
    await d.clock.advanceAsync(10_000);
    d.calls.filter(({ kind }) => kind === "fillsOf").at(-1)?.answer({
      kind: "failed",
      cause: { code: "TIMEOUT", message: "no answer" },
    });
    await d.settle();
  }
  assertEquals(d.book.size, 1);
  d.book.tell("i1", say.trades([aFill("t1", "1")], 1, d.clock.now()));
  await d.settle();
  assertEquals(d.book.entry("i1")?.context.phase, "COMPLETED");
});

desk("a fill counts once, whichever way it comes and however often", async (d) => {
  const entry = await live(d);
  const fill = aFill("t1", "0.4", { clientOrderId: clientIdOf(entry) });
  const order = aVenueOrder({
    clientOrderId: clientIdOf(entry),
    status: "PARTIALLY_FILLED",
    filled: decimal("0.4"),
    fills: [fill],
  });
  d.router.order(order); // the stream
  d.router.fill(fill); // the trades since the last sync
  d.router.listed(order, d.clock.now()); // the open orders
  d.router.order(order); // and the stream again
  await d.settle();
  assertEquals(entry.context.filled, "0.4");
  assertEquals(d.held.store.fills({ intentId: "i1" }).items.length, 1);
});

desk("fills stored before a restart are not booked again", async (d) => {
  const entry = await live(d);
  const fill = aFill("t1", "0.4", { clientOrderId: clientIdOf(entry) });
  d.router.fill(fill);
  await d.settle();
  const stored = d.held.store.intent("main", "i1");
  assert(stored !== undefined);
  const next = openDesk(d.held);
  const restored = next.book.restore(restoreIntent(stored, POLICY), stored.original);
  next.router.fill(fill);
  await next.settle();
  assertEquals(restored.context.filled, "0.4");
  next.close();
});

/** Reading what it is about throws, deep within the machine. */
function poisoned(type: "order.updated" | "order.filled", at: number): IntentEvent {
  const poison = {
    type,
    at,
    attempt: 1,
    fills: type === "order.filled" ? [aFill("t9", "0.1")] : [],
    get order(): never {
      throw new TypeError("poisoned");
    },
  };
  return poison as unknown as IntentEvent; // it must lie about its order to throw there
}

desk("an intent whose machine throws is isolated; its siblings go on", async (d) => {
  const entry = await live(d);
  const sibling = place(d, "i2");
  await d.settle();
  const before = entry.context;
  d.book.tell("i1", poisoned("order.updated", d.clock.now()));
  await d.settle();
  assertEquals([entry.isolated, d.isolated], [true, [entry]]);
  assertEquals(entry.context, before, "what the turn produced is discarded");
  d.calls[1]?.answer({
    kind: "accepted",
    order: aVenueOrder({ exchangeOrderId: "x2", clientOrderId: clientIdOf(sibling) }),
  });
  await d.settle();
  assertEquals(sibling.context.phase, "ACTIVE.open");
});

desk("the fills of the event that crashed an intent are kept, and later ones too", async (d) => {
  await live(d);
  d.book.tell("i1", poisoned("order.filled", d.clock.now()));
  d.book.tell("i1", say.trades([aFill("t10", "0.2")], 1, d.clock.now()));
  await d.settle();
  const kept = d.held.store.fills({ intentId: "i1" }).items.map(({ tradeId }) => tradeId);
  assertEquals(kept, ["t9", "t10"]);
});

desk("fills of an isolated intent count in its sum, also after a restart", async (d) => {
  await live(d);
  d.book.tell("i1", poisoned("order.filled", d.clock.now()));
  d.book.tell("i1", say.trades([aFill("t10", "0.2")], 1, d.clock.now()));
  await d.settle();
  const stored = d.held.store.intent("main", "i1");
  assert(stored !== undefined);
  const back = restoreIntent(stored, POLICY);
  assertEquals([back.filled, back.attempts[0]?.filled], ["0.3", "0.3"]);
});

desk("an isolated intent that fills beyond its amount is told as drift, once", async (d) => {
  await live(d);
  d.book.tell("i1", poisoned("order.filled", d.clock.now()));
  d.book.tell("i1", say.trades([aFill("t10", "0.9")], 1, d.clock.now()));
  assertEquals(d.drifts, []);
  d.book.tell("i1", say.trades([aFill("t11", "0.1")], 1, d.clock.now()));
  d.book.tell("i1", say.trades([aFill("t12", "0.1")], 1, d.clock.now()));
  assertEquals(d.drifts, ["Overfill"]);
});

desk("a person's word on an isolated intent is refused, and books nothing", async (d) => {
  await live(d);
  d.book.tell("i1", poisoned("order.updated", d.clock.now()));
  const log: string[] = [];
  d.book.tell("i1", say.approved([aFill("approved:d1", "0.2")]), listener(log));
  await d.settle();
  assertEquals(log, ["durable refused: DeniedError"]);
  assertEquals(d.held.store.fills({ intentId: "i1" }).items, []);
});

desk("an isolated intent is not driven, and whoever waits for it is told so", async (d) => {
  await live(d);
  const log: string[] = [];
  const entry = d.book.entry("i1");
  entry?.waiters.push({ waiter: listener(log, "final"), turn: 0 });
  d.book.tell("i1", poisoned("order.updated", d.clock.now()));
  d.book.tell("i1", say.cancel(d.clock.now()), listener(log));
  await d.settle();
  assertEquals(log, ["final refused: DeniedError", "durable refused: DeniedError"]);
  assertEquals(d.calls.map(({ kind }) => kind), ["submit"]);
});

desk("stopped, it takes nothing more and tells who waits", async (d) => {
  place(d, "i1", "final");
  await d.settle();
  d.book.stop();
  assertStringIncludes(d.log.join(), "final refused: StoreError");
  d.calls[0]?.answer({ kind: "accepted", order: aVenueOrder() });
  await d.settle();
  assertEquals(d.clock.pending, 0);
});

Deno.test("book: an intent of a version or state it does not know is not restored", () => {
  const held = new HeldStore();
  const d = openDesk(held);
  place(d);
  d.close();
  const base = {
    exchangeId: "main",
    intentId: "i1",
    symbolId: "BTC/USDT",
    intent: d.book.entry("i1")!.context.intent,
    original: ORIGINAL,
    version: "1",
    state: "ACTIVE.open",
    context: JSON.stringify({}),
    terminal: false,
  };
  const why = (changes: Partial<typeof base>) => {
    try {
      restoreIntent({ ...base, ...changes }, POLICY);
      return "";
    } catch (error) {
      return error instanceof StoreError ? error.message : String(error);
    }
  };
  assertStringIncludes(why({ version: "0" }), "version must be 1, got 0");
  assertStringIncludes(why({ state: "ACTIVE.gone" }), "state must be");
  assertStringIncludes(why({ context: "{" }), "context must be JSON");
  assertStringIncludes(why({}), "context must be a machine context");
});
