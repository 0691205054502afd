import { assertEquals } from "@std/assert";
import { VirtualClock } from "../../../src/system/virtual_clock.ts";
import {
  type Counter,
  Counters,
  DecayCounter,
  FixedWindow,
  SlidingWindow,
} from "../../../src/testnet/kit/counters.ts";

/** On the minute, so that windows of the clock start here. */
const START = 1_700_000_040_000;

function steps(
  counter: Counter,
  clock: VirtualClock,
  delays: readonly number[],
): readonly boolean[] {
  return delays.map((delayMs) => {
    clock.advance(delayMs);
    return counter.take(1);
  });
}

Deno.test("counters: a fixed window is full at its limit and starts anew with the clock's", () => {
  const clock = new VirtualClock(START);
  const counter = new FixedWindow(clock, { max: 2, lengthMs: 60_000 });
  assertEquals(steps(counter, clock, [50_000, 0, 0, 9_999, 1, 0, 0]), [
    ...[true, true, false, false],
    ...[true, true, false],
  ]);
  clock.advance(500);
  assertEquals([counter.used, counter.resetsAt], [2, START + 120_000]);
});

Deno.test("counters: a sliding window forgets each request after its length", () => {
  const clock = new VirtualClock(START);
  const counter = new SlidingWindow(clock, { max: 2, lengthMs: 1_000 });
  assertEquals(steps(counter, clock, [0, 400, 599, 1, 0, 399, 1]), [
    ...[true, true, false],
    ...[true, false, false],
    true,
  ]);
  assertEquals([counter.used, counter.resetsAt], [2, clock.now() + 1_000]);
  clock.advance(1_000);
  assertEquals(counter.used, 0);
});

Deno.test("counters: a decaying counter makes room steadily", () => {
  const clock = new VirtualClock(START);
  const counter = new DecayCounter(clock, { max: 2, perSecond: 0.5 });
  assertEquals(steps(counter, clock, [0, 0, 0, 1_000, 1_000, 0]), [
    ...[true, true, false],
    ...[false, true, false],
  ]);
  assertEquals([counter.used, counter.resetsAt], [2, clock.now() + 4_000]);
  clock.advance(60_000);
  assertEquals(counter.used, 0);
});

Deno.test("counters: what is counted whatever the limit blocks until it is gone", () => {
  const clock = new VirtualClock(START);
  const size = { max: 2, lengthMs: 1_000 };
  for (const counter of [new FixedWindow(clock, size), new SlidingWindow(clock, size)]) {
    counter.add(5);
    assertEquals([counter.used, counter.take(1)], [5, false]);
    clock.advance(1_000);
    assertEquals([counter.used, counter.take(1)], [0, true]);
  }
});

Deno.test("counters: accounts are counted apart", () => {
  const clock = new VirtualClock(START);
  const counters = new Counters(() => new FixedWindow(clock, { max: 1, lengthMs: 1_000 }));
  assertEquals([counters.of("a").take(1), counters.of("a").take(1)], [true, false]);
  assertEquals(counters.of("b").take(1), true);
  counters.reset();
  assertEquals(counters.of("a").take(1), true);
});
