import { assert, assertEquals, assertThrows } from "@std/assert";
import { delay } from "@std/async";
import { systemClock } from "../../src/system/clock.ts";

function elapse(ms: number): Promise<void> {
  return new Promise((resolve) => systemClock.setTimer(resolve, ms));
}

Deno.test("system clock: now is the wall clock, an integer", () => {
  assert(Number.isSafeInteger(systemClock.now()));
  assert(Math.abs(systemClock.now() - Date.now()) < 1_000);
});

Deno.test("system clock: monotonic time measures a timer's delay", async () => {
  const start = systemClock.monotonic();
  await elapse(10);
  assert(systemClock.monotonic() - start >= 9);
});

Deno.test("system clock: a delay of 2^31 ms or more does not fire at once", async () => {
  let fired = false;
  const cancels = [2 ** 31, 2 ** 40].map((ms) => systemClock.setTimer(() => fired = true, ms));
  await delay(10);
  assertEquals(fired, false);
  for (const cancel of cancels) cancel();
});

Deno.test("system clock: a canceled timer does not fire, however often canceled", async () => {
  let fired = false;
  const cancel = systemClock.setTimer(() => fired = true, 1);
  cancel();
  cancel();
  await delay(5);
  assertEquals(fired, false);
});

Deno.test("system clock: a past deadline fires, an infinite delay is refused", async () => {
  await elapse(-1_000);
  for (const ms of [NaN, Infinity, -Infinity]) {
    assertThrows(() => systemClock.setTimer(() => {}, ms), RangeError, "must be finite");
  }
});
