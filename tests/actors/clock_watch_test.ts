import { assert, assertEquals } from "@std/assert";
import { ClockWatch } from "../../actors/clock_watch.ts";
import { CLOCK_SKEW_MAX_MS } from "../../machines/timeouts.ts";
import { VirtualClock } from "../../src/system/virtual_clock.ts";

/** A venue whose clock is carried on our monotonic one, as an adapter does. */
function setup() {
  const clock = new VirtualClock();
  const venue = { aheadMs: 0, roundTripMs: 20, resolutionMs: 1, reachable: true };
  let anchor: { readonly venue: number; readonly monotonic: number } | null = null;
  const real = () => 1_000_000 + clock.monotonic() + venue.aheadMs;
  const watch = new ClockWatch({
    clock,
    adapter: {
      venueNow: () => anchor && anchor.venue + (clock.monotonic() - anchor.monotonic),
      syncClock: () => {
        if (!venue.reachable) {
          const cause = { code: "TIMEOUT", message: "no answer" };
          return Promise.resolve({ kind: "failed", cause });
        }
        const { roundTripMs, resolutionMs } = venue;
        const told = Math.floor(real() / resolutionMs) * resolutionMs;
        anchor = { venue: told, monotonic: clock.monotonic() };
        const value = { offsetMs: 0, roundTripMs, resolutionMs };
        return Promise.resolve({ kind: "read", value, venueTime: real() });
      },
    },
  });
  const measure = async () => {
    const read = await watch.measure();
    return read.kind === "read" ? "read" : read.cause.code;
  };
  return { clock, venue, watch, measure };
}

Deno.test("clock watch: before a measure nothing is trusted", async () => {
  const { watch, measure } = setup();
  assert(!watch.isTrusted);
  assertEquals(await measure(), "read");
  assert(watch.isTrusted);
});

Deno.test("clock watch: a measure that leaves more than the limit open is none", async () => {
  const { venue, watch, measure } = setup();
  venue.roundTripMs = 2 * CLOCK_SKEW_MAX_MS;
  assertEquals(await measure(), "read");
  venue.roundTripMs += 2;
  assertEquals(await measure(), "CLOCK_UNCERTAIN");
  assert(!watch.isTrusted);
});

Deno.test("clock watch: a venue that tells whole seconds is no drifting one", async () => {
  const { clock, venue, watch, measure } = setup();
  venue.resolutionMs = 1_000;
  for (let round = 0; round < 20; round++) {
    assertEquals(await measure(), "read");
    clock.advance(370);
  }
  assert(watch.isTrusted);
  venue.aheadMs += 3_000;
  assertEquals(await measure(), "CLOCK_DRIFT");
});

for (const moved of [-800, 800]) {
  Deno.test(`clock watch: a venue clock moved by ${moved} ms has to be measured twice`, async () => {
    const { clock, venue, watch, measure } = setup();
    await measure();
    await measure();
    clock.advance(60_000);
    venue.aheadMs += moved;
    assertEquals(await measure(), "CLOCK_DRIFT");
    assert(!watch.isTrusted);
    assertEquals(await measure(), "read");
    assert(watch.isTrusted);
  });
}

Deno.test("clock watch: a small drift, and what the measures leave open, are borne", async () => {
  const { clock, venue, watch, measure } = setup();
  await measure();
  clock.advance(60_000);
  venue.aheadMs += CLOCK_SKEW_MAX_MS;
  assertEquals(await measure(), "read");
  assert(watch.isTrusted);
});

for (const step of [-3_600_000, -501, 501, 3_600_000]) {
  Deno.test(`clock watch: a wall clock stepped by ${step} ms is trusted after a measure`, async () => {
    const { clock, watch, measure } = setup();
    await measure();
    clock.stepWall(step);
    assert(!watch.isTrusted);
    assertEquals(await measure(), "read");
    assert(watch.isTrusted);
  });
}

Deno.test("clock watch: a measure that fails takes no trust away by itself", async () => {
  const { venue, watch, measure } = setup();
  await measure();
  venue.reachable = false;
  assertEquals(await measure(), "TIMEOUT");
  assert(watch.isTrusted);
});
