import { assertEquals, assertThrows } from "@std/assert";
import { MarketHub } from "../../actors/market_hub.ts";
import { DeniedError } from "../../src/model/errors.ts";
import { MARKET_SUBSCRIPTIONS_MAX } from "../../src/model/limits.ts";
import { type Topic, topicKey } from "../../src/model/market_feed.ts";

const BTC: Topic = { channel: "ticker", symbolId: "BTC/USDT" };
const ETH: Topic = { channel: "ticker", symbolId: "ETH/USDT" };

function publish(
  hub: MarketHub,
  topic: Topic,
  value: number,
  key: string | null = topicKey(topic),
) {
  const present = ({ dropped }: { readonly dropped: number }) => ({ value, dropped });
  hub.publish({ topic: topicKey(topic), key, present }, { keep: key !== null });
}

function subscribe(hub: MarketHub, topics: readonly Topic[], options = {}) {
  return hub.subscribe<{ value: number; dropped: number }>(topics, {
    depth: 1,
    backlogMax: 3,
    ...options,
  });
}

Deno.test("hub: a slow reader gets the newest of each symbol", async () => {
  const hub = new MarketHub();
  const subscription = subscribe(hub, [BTC, ETH]);
  for (let value = 1; value <= 100; value++) publish(hub, BTC, value);
  publish(hub, ETH, 7);
  const reader = subscription[Symbol.asyncIterator]();
  assertEquals((await reader.next()).value, { value: 100, dropped: 0 });
  assertEquals((await reader.next()).value, { value: 7, dropped: 0 });
  await reader.return?.();
  assertEquals(hub.subscriptions, 0);
});

Deno.test("hub: of what is all told a slow reader loses the oldest, and is told how many", async () => {
  const hub = new MarketHub();
  const subscription = subscribe(hub, [BTC]);
  for (let value = 1; value <= 5; value++) publish(hub, BTC, value, null);
  const reader = subscription[Symbol.asyncIterator]();
  assertEquals((await reader.next()).value, { value: 3, dropped: 2 });
  assertEquals((await reader.next()).value, { value: 4, dropped: 0 });
  assertEquals(hub.dropped, 2);
  subscription.close();
  assertEquals((await reader.next()).done, true);
});

Deno.test("hub: who comes later hears the newest at once", () => {
  const hub = new MarketHub();
  subscribe(hub, [BTC]);
  publish(hub, BTC, 4);
  const told: number[] = [];
  subscribe(hub, [BTC], { onUpdate: ({ value }: { value: number }) => told.push(value) });
  assertEquals(told, [4]);
});

Deno.test("hub: a symbol is taken out of every subscription, and its server is told", () => {
  const hub = new MarketHub();
  const dropped: Topic[] = [];
  hub.attach({ want: () => {}, drop: (topics) => dropped.push(...topics) });
  const both = subscribe(hub, [BTC, ETH]);
  const one = subscribe(hub, [BTC]);
  hub.leave("BTC/USDT");
  assertEquals([both.symbols, one.symbols, dropped], [["ETH/USDT"], [], [BTC]]);
  assertEquals(hub.subscriptions, 1);
});

Deno.test("hub: an abort and a callback that throws hurt nobody else", () => {
  const hub = new MarketHub();
  const abort = new AbortController();
  subscribe(hub, [BTC], { signal: abort.signal });
  subscribe(hub, [BTC], {
    onUpdate: () => {
      throw new Error("a mistake of the caller");
    },
  });
  const told: number[] = [];
  subscribe(hub, [BTC], { onUpdate: ({ value }: { value: number }) => told.push(value) });
  publish(hub, BTC, 1);
  assertEquals([told, hub.threw, hub.subscriptions], [[1], 1, 3]);
  abort.abort();
  assertEquals(hub.subscriptions, 2);
});

Deno.test("hub: subscriptions are bounded, and a closed hub ends them", async () => {
  const hub = new MarketHub();
  const first = subscribe(hub, [BTC]);
  for (let i = 1; i < MARKET_SUBSCRIPTIONS_MAX; i++) subscribe(hub, [BTC]);
  assertThrows(() => subscribe(hub, [BTC]), DeniedError, "at most");
  const end = first[Symbol.asyncIterator]().next();
  hub.close();
  assertEquals((await end).done, true);
  assertEquals([hub.subscriptions, hub.listeners(topicKey(BTC))], [0, 0]);
});
