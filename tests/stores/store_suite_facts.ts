/** The part of the suite about what rides along with turns: fills, events, parked facts, drifts. */
import { assert, assertEquals, assertStrictEquals } from "@std/assert";
import { decimal } from "../../src/model/decimal.ts";
import type { Store } from "../../src/stores/store.ts";
import { drift, event, fill, intentOf, NOON, parkedFact, placement, turn } from "./records.ts";
import { append, idsOf, type Test } from "./store_subject.ts";

export function fillTests(test: Test): void {
  test("keeps fills with all they say, and their keys", async (store) => {
    const fee = { asset: "BNB", amount: decimal("0.0001") };
    const trade = fill("t1", { fee, clientOrderId: "c1", liquidity: "TAKER" });
    await append(store, { turns: [placement("a", { fills: [trade] })] });
    await append(store, { turns: [turn("a", { fills: [fill("t2")] })] });
    assertEquals(store.fills({}).items, [trade, fill("t2")]);
    assertEquals(store.fillKeys("main", "a"), ["x1:t1", "x1:t2"]);
    assertEquals(store.fillKeys("main", "b"), []);
  });

  test("one trade id of two of our orders is two fills", async (store) => {
    await append(store, {
      turns: [
        placement("a", { fills: [fill("t1")] }),
        placement("b", { fills: [fill("t1", { intentId: "b", exchangeOrderId: "x2" })] }),
      ],
    });
    assertEquals(store.fills({}).items.map(({ intentId }) => intentId), ["a", "b"]);
  });

  test("a fill belongs to the intent of its turn", async (store) => {
    await append(store, { turns: [placement("b", { fills: [fill("t1", { intentId: null })] })] });
    assertEquals(store.fills({ intentId: "b" }).items.map(({ intentId }) => intentId), ["b"]);
  });

  test("filters and pages fills", async (store) => {
    const later = (id: string, i: number) => fill(id, { venueTime: NOON + i });
    const fills = Array.from({ length: 7 }, (_, i) => later(`t${i}`, i));
    const eth = fill("e1", { symbolId: "ETH/USDT", intentId: "b" });
    await append(store, {
      turns: [placement("a", { fills }), placement("b", { symbolId: "ETH/USDT", fills: [eth] })],
    });
    assertEquals(store.fills({ symbolId: "ETH/USDT" }).items, [eth]);
    assertEquals(store.fills({ intentId: "b" }).items, [eth]);
    assertEquals(store.fills({ exchangeId: "other" }).items, []);
    assertEquals(store.fills({ since: NOON + 5 }).items, fills.slice(5));
    const first = store.fills({ limit: 5 });
    assertEquals(first.items, fills.slice(0, 5));
    const rest = store.fills({ limit: 5, cursor: first.next ?? "" });
    assertEquals(rest, { items: [...fills.slice(5), eth], next: null });
  });
}

export function eventTests(test: Test): void {
  test("the receipt holds the events with growing ids, turns' first", async (store) => {
    const { events } = await append(store, {
      turns: [
        placement("a", { events: [event("a"), event("a", { type: "OrderAccepted" })] }),
        placement("b"),
        placement("c", { events: [event("c", { groupId: "g" })] }),
      ],
      events: [event(null, { type: "ConnectionUp", symbolId: null, payload: { url: "w" } })],
    });
    assertEquals(
      events.map(({ type }) => type),
      ["OrderSubmitted", "OrderAccepted", "OrderSubmitted", "ConnectionUp"],
    );
    const ids = events.map(({ eventId }) => eventId);
    assertEquals(ids, ids.toSorted((x, y) => x - y));
    assertEquals(new Set(ids).size, 4);
    assert((ids[0] ?? 0) > 0);
    assertEquals(store.events({ since: 0, limit: 100 }), { items: events, oldest: 1 });
  });

  test("events go on after an id, up to the limit", async (store) => {
    const { events } = await append(store, {
      turns: [placement("a", { events: Array.from({ length: 5 }, () => event("a")) })],
    });
    assertEquals(
      store.events({ since: events[1]?.eventId ?? 0, limit: 2 }).items,
      pick(events, 2, 3),
    );
    assertEquals(store.events({ since: store.lastEventId, limit: 10 }).items, []);
    assert(store.lastEventId >= (events[4]?.eventId ?? Infinity));
  });

  test("filters events by every field of the filter", async (store) => {
    const labeled = intentOf("a", { labels: { app: "grid" } });
    const { events } = await append(store, {
      turns: [
        placement("a", {
          intent: labeled,
          events: [event("a", { groupId: "g" }), event("a", { type: "OrderAccepted" })],
        }),
        placement("b", { symbolId: "ETH/USDT" }),
      ],
      events: [
        event("a", { type: "DriftDetected", symbolId: null }),
        event("b", { symbolId: "ETH/USDT", type: "OrderOrphaned" }),
        event(null, { exchangeId: "other", type: "ConnectionUp", symbolId: null }),
      ],
    });
    const by = (filter: Parameters<Store["events"]>[0]["filter"]) =>
      store.events({ since: 0, limit: 100, filter: filter ?? {} }).items;
    assertEquals(by({ type: "OrderAccepted" }), pick(events, 1));
    assertEquals(by({ type: ["OrderAccepted", "ConnectionUp"] }), pick(events, 1, 4));
    assertEquals(by({ type: [] }), []);
    assertEquals(by({ exchangeId: "other" }), pick(events, 4));
    assertEquals(by({ symbolId: "ETH/USDT" }), pick(events, 3));
    assertEquals(by({ intentId: "a" }), pick(events, 0, 1, 2));
    assertEquals(by({ intentId: "nobody" }), []);
    assertEquals(by({ groupId: "g" }), pick(events, 0));
    assertEquals(by({ labels: { app: "grid" } }), pick(events, 0, 1, 2));
    assertEquals(by({ labels: { app: "other" } }), []);
  });
}

export function intentEventTests(test: Test): void {
  test("an intent's events are found over many turns, from any id on", async (store) => {
    const own = [];
    for (let i = 0; i < 30; i++) {
      const { events } = await append(store, {
        turns: [
          i === 0 ? placement("a", { events: [event("a")] }) : turn("a", { events: [event("a")] }),
          ...(i === 0 ? [placement("b")] : [turn("b", { events: [event("b")] }), turn("a")]),
        ],
      });
      own.push(...events.filter(({ intentId }) => intentId === "a"));
    }
    const filter = { intentId: "a" };
    assertEquals(store.events({ since: 0, limit: 100, filter }).items, own);
    const since = own[12]?.eventId ?? 0;
    assertEquals(store.events({ since, limit: 5, filter }).items, own.slice(13, 18));
  });

  test("an event about another intent rides in a turn", async (store) => {
    await append(store, { turns: [placement("a"), placement("b")] });
    const { events } = await append(store, {
      turns: [turn("a", { state: "COMPLETED", terminal: true, events: [event("b")] })],
    });
    assertEquals(store.events({ since: 0, limit: 9, filter: { intentId: "b" } }).items, events);
    assertEquals(store.intent("main", "a")?.state, "COMPLETED");
    assertEquals(store.intent("main", "b")?.state, "SUBMITTING.inFlight");
  });
}

export function pruneTests(test: Test): void {
  test("prune removes old events and tells the oldest that is left", async (store) => {
    const at = (offset: number) => event("a", { at: NOON + offset });
    const { events } = await append(store, {
      turns: [placement("a", { events: [at(0), at(1), at(2)] })],
    });
    assertEquals(store.prune({ eventsBefore: NOON + 2 }), 2);
    const third = events[2]?.eventId ?? 0;
    assertEquals(store.events({ since: 0, limit: 9 }), { items: events.slice(2), oldest: third });
    assertEquals(store.prune({ eventsBefore: NOON + 2 }), 0);
  });

  test("pruned events take neither intents nor ids with them", async (store) => {
    await append(store, {
      turns: [
        placement("a", { events: [event("a")], context: '{"kept":true}' }),
        placement("b", { events: [event("b")], state: "COMPLETED", terminal: true }),
      ],
    });
    const last = store.lastEventId;
    assertEquals(store.prune({ eventsBefore: NOON + 1 }), 2);
    assertEquals(store.events({ since: 0, limit: 9 }), { items: [], oldest: last + 1 });
    assertEquals(store.lastEventId, last);
    assertEquals(store.intent("main", "a")?.context, '{"kept":true}');
    assertEquals([...store.live("main")].map(({ intentId }) => intentId), ["a"]);
    assertEquals(idsOf(store, { state: "COMPLETED" }), ["b"]);
    const { events } = await append(store, { turns: [turn("a", { events: [event("a")] })] });
    assert((events[0]?.eventId ?? 0) > last);
    assertEquals(store.events({ since: last, limit: 9, filter: { intentId: "a" } }).items, events);
  });
}

export function sideTests(test: Test): void {
  test("parks and unparks facts per exchange, the newest per key", async (store) => {
    await append(store, {
      park: [
        parkedFact("order:1"),
        parkedFact("fill:1:2"),
        parkedFact("order:1", { exchangeId: "other" }),
      ],
    });
    const newer = parkedFact("order:1", { at: NOON + 1, fact: '{"status":"FILLED"}' });
    await append(store, { park: [newer] });
    assertEquals(store.parked("main"), [newer, parkedFact("fill:1:2")]);
    await append(store, { unpark: [{ exchangeId: "main", key: "order:1" }] });
    assertEquals(store.parked("main"), [parkedFact("fill:1:2")]);
    assertEquals(store.parked("other").length, 1);
  });

  test("keeps the newest record of each drift", async (store) => {
    await append(store, { drifts: [drift("d1"), drift("d2", { exchangeId: "other" })] });
    const resolved = drift("d1", { status: "RESOLVED", closedAt: NOON + 9 });
    await append(store, { drifts: [resolved] });
    assertEquals(store.drifts("main"), [resolved]);
    assertEquals(store.drifts().map(({ driftId }) => driftId), ["d1", "d2"]);
  });

  test("keeps the newest value of each meta key", async (store) => {
    await append(store, { meta: [{ key: "epoch", value: "1" }, { key: "epoch", value: "2" }] });
    assertEquals(store.meta("epoch"), "2");
    assertStrictEquals(store.meta("tag"), undefined);
  });
}

function pick<T>(list: readonly T[], ...positions: readonly number[]): readonly T[] {
  return list.filter((_, position) => positions.includes(position));
}
