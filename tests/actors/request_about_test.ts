/** What the kernel tells of a request, so that venues that charge by symbol or age can be kept to. */
import { assertEquals } from "@std/assert";
import { Dispatcher, type DispatcherOptions } from "../../actors/dispatcher.ts";
import { ExchangeGate } from "../../actors/gate.ts";
import type { Ask } from "../../actors/request.ts";
import type { AttemptRecord } from "../../machines/intent_context.ts";
import { VirtualClock } from "../../src/system/virtual_clock.ts";

const TARGET = { intentId: "i1", symbolId: "ETH/USDT" };

function setup() {
  const clock = new VirtualClock();
  const asks: Ask[] = [];
  const runner = { ask: (ask: Ask) => asks.push(ask) };
  // Nothing is granted, so nothing of the rest is used.
  const options = { clock, runner, gate: new ExchangeGate(), onCrash: () => {} };
  const dispatcher = new Dispatcher(options as unknown as DispatcherOptions);
  const attempt = (sentAt: number | null) => ({ attempt: 1, sentAt }) as unknown as AttemptRecord;
  return { clock, asks, dispatcher, attempt };
}

Deno.test("request about: a cancel names its symbol and how old the order is", () => {
  const { clock, asks, dispatcher, attempt } = setup();
  const sentAt = clock.now();
  clock.advance(4_000);
  dispatcher.cancel(TARGET, { type: "cancel", attempt: attempt(sentAt) });
  assertEquals(asks.map(({ kind, priority, about }) => ({ kind, priority, about })), [
    { kind: "cancel", priority: "cancel", about: { symbolId: "ETH/USDT", ageMs: 4_000 } },
  ]);
});

Deno.test("request about: an age that is not known is not told, and none is negative", () => {
  const { clock, asks, dispatcher, attempt } = setup();
  dispatcher.cancel(TARGET, { type: "cancel", attempt: attempt(null) });
  dispatcher.cancel(TARGET, { type: "cancel", attempt: attempt(clock.now() + 5) });
  assertEquals(asks.map(({ about }) => about), [
    { symbolId: "ETH/USDT" },
    { symbolId: "ETH/USDT", ageMs: 0 },
  ]);
});

Deno.test("request about: a look-up names its symbol", () => {
  const { asks, dispatcher, attempt } = setup();
  dispatcher.lookup(TARGET, { type: "lookup", attempt: attempt(null) });
  assertEquals(asks.map(({ kind, about }) => [kind, about]), [
    ["lookup", { symbolId: "ETH/USDT" }],
  ]);
});
