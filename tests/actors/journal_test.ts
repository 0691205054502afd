import { assert, assertEquals, assertRejects } from "@std/assert";
import { Journal, type JournalEntry, RIDE_MAX_MS } from "../../actors/journal.ts";
import { StoreError } from "../../src/model/errors.ts";
import type { KernelEvent } from "../../src/model/event.ts";
import { COMMIT_TURNS_MAX } from "../../src/model/limits.ts";
import type { TurnRecord } from "../../src/stores/store.ts";
import { VirtualClock } from "../../src/system/virtual_clock.ts";
import { anIntent } from "../machines/intent_builders.ts";
import { HeldStore } from "./fakes.ts";

function setup() {
  const clock = new VirtualClock();
  const held = new HeldStore();
  const deferred: (() => void)[] = [];
  const log: string[] = [];
  const journal = new Journal({
    store: held.store,
    clock,
    defer: (callback) => void deferred.push(callback),
    publish: (events) => void log.push(...events.map(({ type }) => type)),
    onFailure: ({ name }) => void log.push(`failed: ${name}`),
  });
  const flush = () => {
    for (const callback of deferred.splice(0)) callback();
  };
  const entry = (name: string, changes: Partial<JournalEntry> = {}): JournalEntry => ({
    turn: turn(name),
    side: null,
    answer: () => void log.push(`${name} answered`),
    dispatch: () => void log.push(`${name} dispatched`),
    failed: (error) => void log.push(`${name} told ${error.name}`),
    crashed: () => void log.push(`${name} crashed`),
    ...changes,
  });
  return { clock, held, journal, log, flush, entry };
}

const EVENT: KernelEvent = {
  eventId: 0,
  type: "OrderSubmitted",
  exchangeId: "main",
  intentId: null,
  groupId: null,
  symbolId: null,
  at: 1,
  cause: "test",
  payload: {},
};

function turn(intentId: string): TurnRecord {
  return {
    exchangeId: "main",
    intentId,
    symbolId: "BTC/USDT",
    intent: { ...anIntent(), intentId },
    original: "{}",
    version: "1",
    state: "PENDING.ready",
    context: "{}",
    terminal: false,
    clientOrderIds: [],
    exchangeOrderIds: [],
    events: [EVENT],
    fills: [],
  };
}

Deno.test("journal: nothing takes effect before the commit", () => {
  const { journal, log, entry, held } = setup();
  journal.enqueue(entry("a"));
  assertEquals([log, held.batches], [[], []]);
});

Deno.test("journal: effects follow commit order: answers, then requests, then events", () => {
  const { journal, log, flush, entry } = setup();
  journal.enqueue(entry("a"));
  journal.enqueue(entry("b"));
  flush();
  assertEquals(log, [
    "a answered",
    "b answered",
    "a dispatched",
    "b dispatched",
    "OrderSubmitted",
    "OrderSubmitted",
  ]);
});

Deno.test("journal: what gathered while the loop was busy is one batch", () => {
  const { journal, held, flush, entry } = setup();
  for (const name of ["a", "b", "c"]) journal.enqueue(entry(name));
  flush();
  assertEquals(held.batches.map(({ turns }) => turns.length), [3]);
});

Deno.test("journal: a riding turn shares the row of its intent's earlier turn in the batch", () => {
  const { journal, log, held, flush, entry } = setup();
  const quiet = (name: string, context: string): Partial<JournalEntry> => ({
    turn: { ...turn(name), intent: null, original: null, events: [], context },
    mayRide: true,
  });
  journal.enqueue(entry("c"));
  flush();
  journal.enqueue(entry("a"));
  journal.enqueue(entry("b"));
  journal.enqueue(entry("a again", quiet("a", '{"n":1}')));
  journal.enqueue(entry("a again", quiet("a", '{"n":2}')));
  journal.enqueue(entry("c", quiet("c", '{"n":3}')));
  flush();
  const rows = held.batches[1]?.turns.map(({ intentId, context, events }) =>
    `${intentId} ${context} ${events.length}`
  );
  assertEquals(rows, ['a {"n":2} 1', "b {} 1", 'c {"n":3} 0']);
  // Each turn takes its own effect all the same.
  assertEquals(log.filter((line) => line.startsWith("a ") && line.endsWith("answered")).length, 3);
});

Deno.test("journal: while a commit is under way, the next batch gathers behind it", async () => {
  const { journal, held, log, flush, entry } = setup();
  held.hold();
  journal.enqueue(entry("a"));
  flush();
  journal.enqueue(entry("b"));
  flush();
  assertEquals([held.batches.length, log], [1, []]);
  held.release();
  await Promise.resolve();
  flush();
  assertEquals(held.batches.length, 2);
  assertEquals(log.filter((line) => line.includes("answered")), ["a answered", "b answered"]);
});

Deno.test("journal: after a failed append every waiting turn is told and nothing is done", async () => {
  const { journal, held, log, flush, entry } = setup();
  held.hold();
  journal.enqueue(entry("a"));
  flush();
  journal.enqueue(entry("b"));
  held.failWith(new StoreError("disk full"));
  held.release();
  await Promise.resolve();
  journal.enqueue(entry("c"));
  flush();
  assertEquals(log, [
    "a told StoreError",
    "b told StoreError",
    "failed: StoreError",
    "c told StoreError",
  ]);
  assertEquals(held.batches.length, 1, "nothing more is appended");
  await assertRejects(() => journal.write({ events: [EVENT] }), StoreError);
});

Deno.test("journal: an append that throws at once fails like one that rejects", () => {
  const { journal, held, log, flush, entry } = setup();
  held.failWith(new Error("EIO"));
  journal.enqueue(entry("a"));
  flush();
  assertEquals(log, ["a told StoreError", "failed: StoreError"]);
  assert(journal.failure?.message.includes("EIO"));
});

Deno.test("journal: an effect that throws is reported and the others go on", () => {
  const { journal, log, flush, entry } = setup();
  const broken = () => {
    throw new Error("broken");
  };
  journal.enqueue(entry("a", { answer: broken }));
  journal.enqueue(entry("b", { dispatch: broken }));
  flush();
  assertEquals(log.slice(0, 4), ["a crashed", "b answered", "a dispatched", "b crashed"]);
});

Deno.test("journal: rows of no intent are durable once their write resolves", async () => {
  const { journal, held, flush } = setup();
  const written = journal.write({ meta: [{ key: "k", value: "v" }] });
  flush();
  await written;
  assertEquals(held.store.meta("k"), "v");
});

Deno.test("journal: drained means that what followed is durable too", async () => {
  const { journal, held, flush, entry } = setup();
  journal.enqueue(entry("a", { dispatch: () => journal.enqueue(entry("b")) }));
  let drained = false;
  const done = journal.drain().then(() => drained = true);
  flush();
  await Promise.resolve();
  assertEquals(drained, false);
  flush();
  await done;
  assertEquals(held.batches.length, 2);
});

Deno.test("journal: a quiet turn rides with the next commit, or goes alone after a while", () => {
  const { clock, journal, held, flush, entry } = setup();
  journal.enqueue(entry("a", { mayRide: true }));
  flush();
  assertEquals(held.batches.length, 0);
  journal.enqueue(entry("b"));
  flush();
  assertEquals(held.batches.map(({ turns }) => turns.length), [2]);
  journal.enqueue(entry("c", { mayRide: true }));
  clock.advance(RIDE_MAX_MS);
  assertEquals(held.batches.length, 2);
});

Deno.test("journal: a commit takes so many turns at most, the rest follows in the same order", () => {
  const { held, journal, log, flush, entry } = setup();
  const count = 2 * COMMIT_TURNS_MAX + 1;
  for (let n = 0; n < count; n++) journal.enqueue(entry(`i${n}`));
  flush();
  assertEquals(held.batches.map(({ turns }) => turns.length), [COMMIT_TURNS_MAX]);
  assertEquals(log.filter((line) => line.endsWith("answered")).length, COMMIT_TURNS_MAX);
  flush();
  flush();
  assertEquals(held.batches.map(({ turns }) => turns.length), [
    COMMIT_TURNS_MAX,
    COMMIT_TURNS_MAX,
    1,
  ]);
  const answered = log.filter((line) => line.endsWith("answered"));
  assertEquals(answered, Array.from({ length: count }, (_, n) => `i${n} answered`));
});

Deno.test("journal: one that chokes on the failure keeps neither the others nor the kernel from hearing", () => {
  const { held, journal, log, flush, entry } = setup();
  held.failWith(new Error("disk full"));
  journal.enqueue(entry("i1", {
    failed: () => {
      throw new TypeError("bug");
    },
  }));
  journal.enqueue(entry("i2"));
  flush();
  assertEquals(log, ["i1 crashed", "i2 told StoreError", "failed: StoreError"]);
});
