import { assertEquals, assertThrows } from "@std/assert";
import fc from "fast-check";
import { VIRTUAL_START, VirtualClock } from "../../src/system/virtual_clock.ts";

Deno.test("virtual clock: timers fire by due time, then by insertion, each at its own time", () => {
  const clock = new VirtualClock(0);
  const fired: string[] = [];
  const note = (name: string) => () => fired.push(`${name}@${clock.now()}`);
  clock.setTimer(note("late"), 30);
  clock.setTimer(note("first"), 10);
  clock.setTimer(note("second"), 10);
  clock.setTimer(note("now"), 0);
  clock.advance(20);
  assertEquals(fired, ["now@0", "first@10", "second@10"]);
  assertEquals(clock.now(), 20);
  clock.advance(10);
  assertEquals(fired.at(-1), "late@30");
});

Deno.test("virtual clock: a chain of timers fires at the right times in one advance", () => {
  const clock = new VirtualClock(0);
  const at: number[] = [];
  const link = () => {
    at.push(clock.now());
    if (at.length < 3) clock.setTimer(link, 100);
  };
  clock.setTimer(link, 100);
  clock.advance(1_000);
  assertEquals(at, [100, 200, 300]);
  assertEquals(clock.now(), 1_000);
});

Deno.test("virtual clock: a canceled timer does not fire, and canceling twice does nothing", () => {
  const clock = new VirtualClock();
  let fired = 0;
  const cancel = clock.setTimer(() => fired++, 10);
  const other = clock.setTimer(() => fired++, 20);
  assertEquals(clock.pending, 2);
  cancel();
  cancel();
  assertEquals(clock.pending, 1);
  clock.advance(100);
  other();
  assertEquals(fired, 1);
  assertEquals(clock.pending, 0);
});

Deno.test("virtual clock: delays of 2^31 ms and more are kept", () => {
  const clock = new VirtualClock(0);
  let fired = false;
  clock.setTimer(() => fired = true, 2 ** 40);
  clock.advance(2 ** 40 - 1);
  assertEquals(fired, false);
  clock.advance(1);
  assertEquals(fired, true);
});

Deno.test("virtual clock: a delay that is not finite is refused, a past one is due now", () => {
  const clock = new VirtualClock(0);
  for (const delay of [NaN, Infinity]) {
    assertThrows(() => clock.setTimer(() => {}, delay), RangeError, "must be finite");
  }
  clock.setTimer(() => {}, -5);
  assertEquals(clock.nextDue(), 0);
});

Deno.test("virtual clock: nextDue and runNext step from timer to timer", () => {
  const clock = new VirtualClock(1_000);
  const fired: number[] = [];
  clock.setTimer(() => fired.push(1), 5);
  const cancel = clock.setTimer(() => fired.push(2), 7);
  clock.setTimer(() => fired.push(3), 9);
  assertEquals(clock.nextDue(), 1_005);
  assertEquals(clock.runNext(), true);
  cancel();
  assertEquals(clock.nextDue(), 1_009);
  assertEquals(clock.runNext(), true);
  assertEquals([clock.now(), clock.nextDue(), clock.runNext()], [1_009, null, false]);
  assertEquals(fired, [1, 3]);
});

Deno.test("virtual clock: advanceTo goes to a wall time, never back", () => {
  const clock = new VirtualClock(1_000);
  let at = 0;
  clock.setTimer(() => at = clock.now(), 50);
  clock.advanceTo(1_100);
  assertEquals([at, clock.now()], [1_050, 1_100]);
  clock.advanceTo(500);
  assertEquals(clock.now(), 1_100);
});

Deno.test("virtual clock: a step of the wall clock moves neither timers nor monotonic time", () => {
  const clock = new VirtualClock(0);
  let fired = false;
  clock.setTimer(() => fired = true, 10);
  clock.advance(5);
  clock.stepWall(-3_000);
  assertEquals([clock.now(), clock.monotonic(), clock.nextDue()], [-2_995, 5, -2_990]);
  clock.advance(5);
  assertEquals([fired, clock.monotonic()], [true, 10]);
});

Deno.test("virtual clock: advanceAsync lets promises settle between timers", async () => {
  const clock = new VirtualClock(0);
  const sleep = (ms: number) => new Promise<void>((resolve) => clock.setTimer(resolve, ms));
  const log: number[] = [];
  const running = (async () => {
    for (let turn = 0; turn < 3; turn++) {
      await sleep(10);
      await Promise.resolve();
      log.push(clock.now());
    }
  })();
  await clock.advanceAsync(100);
  assertEquals(log, [10, 20, 30]);
  assertEquals(clock.now(), 100);
  await running;
});

Deno.test("virtual clock: it starts at a plausible date", () => {
  assertEquals(new VirtualClock().now(), VIRTUAL_START);
  assertEquals(new Date(VIRTUAL_START).toISOString(), "2026-01-01T00:00:00.000Z");
});

Deno.test("virtual clock: any mix of timers and cancels fires like a sorted list", () => {
  const timer = fc.record({ delay: fc.integer({ min: 0, max: 50 }), canceled: fc.boolean() });
  fc.assert(
    fc.property(fc.array(timer, { maxLength: 400 }), (timers) => {
      const clock = new VirtualClock(0);
      const fired: number[] = [];
      const cancels = timers.map(({ delay }, at) => clock.setTimer(() => fired.push(at), delay));
      cancels.forEach((cancel, at) => timers[at]!.canceled && cancel());
      const expected = timers.map((_, at) => at)
        .filter((at) => !timers[at]!.canceled)
        .sort((a, b) => timers[a]!.delay - timers[b]!.delay || a - b);
      assertEquals(clock.pending, expected.length);
      clock.advance(50);
      assertEquals(fired, expected);
    }),
    { seed: 20260101, numRuns: 300 },
  );
});
