import { assertEquals, assertThrows } from "@std/assert";
import { EventHub } from "../../actors/event_hub.ts";
import { StoreError } from "../../src/model/errors.ts";
import type { EventFilter, KernelEvent } from "../../src/model/event.ts";
import { EVENTS_CACHED_MAX, SUBSCRIBERS_MAX } from "../../src/model/limits.ts";
import { openMemoryStore } from "../../src/stores/memory.ts";

function anEvent(changes: Partial<KernelEvent> = {}): KernelEvent {
  return {
    eventId: 0,
    type: "OrderSubmitted",
    exchangeId: "main",
    intentId: "i1",
    groupId: null,
    symbolId: "BTC/USDT",
    at: 1,
    cause: "test",
    payload: {},
    ...changes,
  };
}

function setup() {
  const store = openMemoryStore();
  const errors: unknown[] = [];
  const hub = new EventHub({
    store,
    labelsOf: (_exchange, intentId) => ({ desk: intentId === "i1" ? "red" : "blue" }),
    onError: (error) => void errors.push(error),
    defer: (callback) => void setTimeout(callback, 0),
  });
  /** Commits and publishes, as the journal does. */
  const commit = (...events: readonly KernelEvent[]) => {
    const receipt = store.append({ turns: [], events });
    if (receipt instanceof Promise) throw new Error("a memory store answers at once");
    hub.publish(receipt.events);
  };
  return { store, hub, errors, commit };
}

async function take(events: AsyncIterable<KernelEvent>, count: number): Promise<number[]> {
  const ids: number[] = [];
  if (count === 0) return ids;
  for await (const { eventId } of events) {
    ids.push(eventId);
    if (ids.length === count) break;
  }
  return ids;
}

Deno.test("event hub: without a cursor a reader hears what comes from now on", async () => {
  const { hub, commit } = setup();
  commit(anEvent());
  const events = hub.events();
  const next = events.next();
  commit(anEvent());
  const { value } = await next;
  assertEquals(value?.eventId, 2);
});

Deno.test("event hub: a reader resumes after its cursor, gap-free and in order", async () => {
  const { hub, commit } = setup();
  for (let i = 0; i < 5; i++) commit(anEvent());
  assertEquals(await take(hub.events({}, { since: 2 }), 3), [3, 4, 5]);
  assertEquals(await take(hub.events({}, { since: "0" }), 5), [1, 2, 3, 4, 5]);
});

Deno.test("event hub: a cursor that is no event id is refused", async () => {
  const { hub } = setup();
  const error = await hub.events({}, { since: "soon" }).next().then(() => null, (e) => e);
  assertEquals(error instanceof RangeError, true);
});

Deno.test("event hub: a slow reader falls back to the store and loses nothing", async () => {
  const { hub, commit } = setup();
  const reader = hub.events({}, { since: 0 });
  const total = EVENTS_CACHED_MAX + 1_000;
  for (let i = 0; i < total; i += 500) {
    commit(...Array.from({ length: 500 }, () => anEvent()));
  }
  const ids = await take(reader, total);
  assertEquals([ids.length, ids[0], ids.at(-1)], [total, 1, total]);
  assertEquals(ids.every((id, i) => id === i + 1), true);
});

Deno.test("event hub: an aborted reader ends at once", async () => {
  const { hub } = setup();
  const abort = new AbortController();
  const next = hub.events({}, { signal: abort.signal }).next();
  abort.abort();
  assertEquals((await next).done, true);
});

Deno.test("event hub: closed, its readers end once they have caught up", async () => {
  const { hub, commit } = setup();
  commit(anEvent(), anEvent());
  const reader = hub.events({}, { since: 0 });
  assertEquals((await reader.next()).value?.eventId, 1);
  hub.close();
  assertEquals((await reader.next()).value?.eventId, 2);
  assertEquals((await reader.next()).done, true);
});

const FILTERS: readonly (readonly [string, EventFilter, readonly number[]])[] = [
  ["exchange", { exchangeId: "other" }, [2]],
  ["intent", { intentId: "i2" }, [3]],
  ["symbol", { symbolId: "ETH/USDT" }, [4]],
  ["type", { type: "OrderFilled" }, [5]],
  ["one of several types", { type: ["OrderFilled", "OrderCanceled"] }, [5]],
  ["group", { groupId: "g1" }, [6]],
  ["labels", { labels: { desk: "blue" } }, [3]],
];

for (const [name, filter, expected] of FILTERS) {
  Deno.test(`event hub: readers and subscribers filter by ${name}`, async () => {
    const { hub, commit } = setup();
    const heard: number[] = [];
    hub.subscribe(({ eventId }) => heard.push(eventId), filter);
    commit(
      anEvent(),
      anEvent({ exchangeId: "other" }),
      anEvent({ intentId: "i2" }),
      anEvent({ symbolId: "ETH/USDT" }),
      anEvent({ type: "OrderFilled" }),
      anEvent({ groupId: "g1" }),
    );
    assertEquals(heard, expected);
    assertEquals(await take(hub.events(filter, { since: 0 }), expected.length), expected);
  });
}

Deno.test("event hub: a subscriber that throws is reported and costs nobody an event", () => {
  const { hub, commit, errors } = setup();
  const heard: number[] = [];
  hub.subscribe(() => {
    throw new Error("mine");
  });
  hub.subscribe(({ eventId }) => heard.push(eventId));
  commit(anEvent(), anEvent());
  assertEquals([errors.length, heard], [2, [1, 2]]);
});

Deno.test("event hub: unsubscribed, it hears nothing more", () => {
  const { hub, commit } = setup();
  const heard: number[] = [];
  const id = hub.subscribe(({ eventId }) => heard.push(eventId));
  commit(anEvent());
  hub.unsubscribe(id);
  commit(anEvent());
  assertEquals(heard, [1]);
});

Deno.test("event hub: subscribers are bounded", () => {
  const { hub } = setup();
  for (let i = 0; i < SUBSCRIBERS_MAX; i++) hub.subscribe(() => {});
  assertThrows(() => hub.subscribe(() => {}));
});

Deno.test("event hub: a long history in which nothing matches keeps nobody else waiting", async () => {
  const inner = openMemoryStore();
  for (let n = 0; n < 5_000; n++) inner.append({ turns: [], events: [anEvent()] });
  let reads = 0;
  const store = new Proxy(inner, {
    get: (target, key) => {
      if (key === "events") reads += 1;
      const value = Reflect.get(target, key, target);
      return typeof value === "function" ? value.bind(target) : value;
    },
  });
  const deferred: (() => void)[] = [];
  const defer = (callback: () => void) => void deferred.push(callback);
  const hub = new EventHub({ store, labelsOf: () => ({}), onError: () => {}, defer });
  const reading = hub.events({ exchangeId: "another" }, { since: 0 }).next();
  for (let turn = 0; turn < 100; turn++) await Promise.resolve();
  assertEquals(reads, 1, "the others have their turn before the second page");
  while (deferred.length > 0) {
    for (const callback of deferred.splice(0)) callback();
    for (let turn = 0; turn < 10; turn++) await Promise.resolve();
  }
  assertEquals(reads, 10);
  hub.close();
  assertEquals((await reading).done, true);
});

Deno.test("event hub: labels that cannot be read cost that subscriber the event, and nobody else", () => {
  const store = openMemoryStore();
  const errors: unknown[] = [];
  const hub = new EventHub({
    store,
    labelsOf: () => {
      throw new StoreError("Cannot read the intent: disk I/O error");
    },
    onError: (error) => void errors.push(error),
    defer: (callback) => void setTimeout(callback, 0),
  });
  const heard: number[] = [];
  hub.subscribe(() => heard.push(1), { labels: { desk: "red" } });
  hub.subscribe(() => heard.push(2));
  hub.publish([anEvent({ eventId: 1 })]);
  assertEquals([heard, errors.length], [[2], 1]);
});
