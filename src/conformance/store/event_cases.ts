/** Events: their ids, filters and pruning. */
import type { Store } from "../../stores/store.ts";
import { holds } from "../expect.ts";
import { alike } from "./expect.ts";
import { event, intentOf, NOON, placement, turn } from "./records.ts";
import { append, idsOf, type Test } from "./subject.ts";

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
    alike(
      events.map(({ type }) => type),
      ["OrderSubmitted", "OrderAccepted", "OrderSubmitted", "ConnectionUp"],
    );
    const ids = events.map(({ eventId }) => eventId);
    alike(ids, ids.toSorted((x, y) => x - y));
    alike(new Set(ids).size, 4);
    holds((ids[0] ?? 0) > 0, "ids are positive", ids);
    alike(store.events({ since: 0, limit: 100 }), { items: events, oldest: 1 });
  });

  test("events go on after an id, up to the limit", async (store) => {
    const { events } = await append(store, {
      turns: [placement("a", { events: Array.from({ length: 5 }, () => event("a")) })],
    });
    alike(
      store.events({ since: events[1]?.eventId ?? 0, limit: 2 }).items,
      pick(events, 2, 3),
    );
    alike(store.events({ since: store.lastEventId, limit: 10 }).items, []);
    holds(store.lastEventId >= (events[4]?.eventId ?? Infinity), "the last id is the newest");
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
    alike(by({ type: "OrderAccepted" }), pick(events, 1));
    alike(by({ type: ["OrderAccepted", "ConnectionUp"] }), pick(events, 1, 4));
    alike(by({ type: [] }), []);
    alike(by({ exchangeId: "other" }), pick(events, 4));
    alike(by({ symbolId: "ETH/USDT" }), pick(events, 3));
    alike(by({ intentId: "a" }), pick(events, 0, 1, 2));
    alike(by({ intentId: "nobody" }), []);
    alike(by({ groupId: "g" }), pick(events, 0));
    alike(by({ labels: { app: "grid" } }), pick(events, 0, 1, 2));
    alike(by({ labels: { app: "other" } }), []);
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
    alike(store.events({ since: 0, limit: 100, filter }).items, own);
    const since = own[12]?.eventId ?? 0;
    alike(store.events({ since, limit: 5, filter }).items, own.slice(13, 18));
  });

  test("an event about another intent rides in a turn", async (store) => {
    await append(store, { turns: [placement("a"), placement("b")] });
    const { events } = await append(store, {
      turns: [turn("a", { state: "COMPLETED", terminal: true, events: [event("b")] })],
    });
    alike(store.events({ since: 0, limit: 9, filter: { intentId: "b" } }).items, events);
    alike(store.intent("main", "a")?.state, "COMPLETED");
    alike(store.intent("main", "b")?.state, "SUBMITTING.inFlight");
  });
}

export function pruneTests(test: Test): void {
  test("prune removes old events and tells the oldest that is left", async (store) => {
    const at = (offset: number) => event("a", { at: NOON + offset });
    const { events } = await append(store, {
      turns: [placement("a", { events: [at(0), at(1), at(2)] })],
    });
    alike(store.prune({ eventsBefore: NOON + 2 }), 2);
    const third = events[2]?.eventId ?? 0;
    alike(store.events({ since: 0, limit: 9 }), { items: events.slice(2), oldest: third });
    alike(store.prune({ eventsBefore: NOON + 2 }), 0);
  });

  test("pruned events take neither intents nor ids with them", async (store) => {
    await append(store, {
      turns: [
        placement("a", { events: [event("a")], context: '{"kept":true}' }),
        placement("b", { events: [event("b")], state: "COMPLETED", terminal: true }),
      ],
    });
    const last = store.lastEventId;
    alike(store.prune({ eventsBefore: NOON + 1 }), 2);
    alike(store.events({ since: 0, limit: 9 }), { items: [], oldest: last + 1 });
    alike(store.lastEventId, last);
    alike(store.intent("main", "a")?.context, '{"kept":true}');
    alike([...store.live("main")].map(({ intentId }) => intentId), ["a"]);
    alike(idsOf(store, { state: "COMPLETED" }), ["b"]);
    const { events } = await append(store, { turns: [turn("a", { events: [event("a")] })] });
    holds((events[0]?.eventId ?? 0) > last, "ids go on after what was pruned", events);
    alike(store.events({ since: last, limit: 9, filter: { intentId: "a" } }).items, events);
  });
}

function pick<T>(list: readonly T[], ...positions: readonly number[]): readonly T[] {
  return list.filter((_, position) => positions.includes(position));
}
