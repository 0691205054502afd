import { assert, assertEquals, assertThrows } from "@std/assert";
import fc from "fast-check";
import {
  advanceTokens,
  availableTokens,
  budgetUse,
  correctTokens,
  emptyTokens,
  newTokenBucket,
  spendTokens,
  type TokenBucket,
  type TokenTier,
  waitForTokens,
} from "../../machines/token_bucket.ts";
import type { Budget } from "../../src/model/rate_limits.ts";
import { SeededRandom } from "../../src/system/seeded_random.ts";

const INTERVAL_MS = 10_000;

function windowOf(capacity: number, now = 0, intervalMs = INTERVAL_MS): TokenBucket {
  return newTokenBucket({ kind: "window", scope: "account", capacity, intervalMs }, "orders", now);
}

/** Kraken's counter of its lowest tier. */
function decayOf(capacity = 15, decayPerSecond = 0.33, now = 0): TokenBucket {
  return newTokenBucket({ kind: "decay", scope: "account", capacity, decayPerSecond }, "rest", now);
}

function allowanceOf(initial = 10_000): TokenBucket {
  const budget: Budget = { kind: "allowance", scope: "account", initial, tricklePerSecond: 0.1 };
  return newTokenBucket(budget, "actions", 0);
}

function rested(bucket: TokenBucket, now = 100_000): TokenBucket {
  advanceTokens(bucket, now);
  return bucket;
}

/** Spends as soon as allowed for `forMs`, on whole milliseconds. @returns when each went. */
function flood(bucket: TokenBucket, tier: TokenTier, forMs: number, amount = 1): number[] {
  const sent: number[] = [];
  const end = bucket.updatedAt + forMs;
  for (;;) {
    const waitMs = waitForTokens(bucket, amount, tier);
    if (bucket.updatedAt + waitMs > end) return sent;
    if (waitMs > 0) advanceTokens(bucket, bucket.updatedAt + Math.ceil(waitMs));
    spendTokens(bucket, amount);
    sent.push(bucket.updatedAt);
  }
}

/** The most that was spent in any window of `windowMs`. */
function densest(times: readonly number[], windowMs: number, amount = 1): number {
  let most = 0;
  let from = 0;
  times.forEach((time, to) => {
    while (time - (times[from] ?? time) >= windowMs) from++;
    most = Math.max(most, (to - from + 1) * amount);
  });
  return most;
}

/** The highest a counter that decays has been. */
function highest(
  spent: readonly { readonly at: number; readonly amount: number }[],
  decayPerSecond: number,
): number {
  let counter = 0;
  let most = 0;
  let before = 0;
  for (const { at, amount } of spent) {
    counter = Math.max(0, counter - (at - before) * decayPerSecond / 1_000) + amount;
    before = at;
    most = Math.max(most, counter);
  }
  return most;
}

Deno.test("token bucket: after a boot the first order waits for its refill, not for a window", () => {
  const waitMs = waitForTokens(windowOf(50), 1, "other");
  assert(waitMs > 0 && waitMs < 400, `waited ${waitMs} ms`);
});

Deno.test("token bucket: after a boot a cancel goes at once", () => {
  assertEquals(waitForTokens(windowOf(50), 1, "cancel"), 0);
  assertEquals(waitForTokens(decayOf(), 1, "cancel"), 0);
});

Deno.test("token bucket: nothing but a cancel may touch the reserve", () => {
  for (const bucket of [windowOf(100), decayOf()]) {
    assertEquals(availableTokens(bucket, "other"), 0);
    assert(availableTokens(bucket, "cancel") >= 1);
    assert(waitForTokens(bucket, 1, "other") > 0);
  }
});

for (const capacity of [1, 2, 3, 4, 5, 9, 10, 20, 50, 300, 6_000]) {
  Deno.test(`token bucket: no window of ${capacity} overflows, even over a restart in it`, () => {
    for (const restartAfter of [0, 1, 500, 5_000, 9_999]) {
      const first = rested(windowOf(capacity));
      const sent = flood(first, "other", restartAfter);
      const second = windowOf(capacity, 100_000 + restartAfter);
      sent.push(...flood(second, "other", 30_000));
      const most = densest(sent, INTERVAL_MS);
      assert(most <= capacity, `${most} of ${capacity}, restart after ${restartAfter} ms`);
    }
  });
}

Deno.test("token bucket: the reserve spent by cancels before and after a restart fits as well", () => {
  const sent = flood(rested(windowOf(600)), "cancel", 100);
  sent.push(...flood(windowOf(600, 100_100), "cancel", 120_000));
  assert(densest(sent, INTERVAL_MS) <= 600);
});

Deno.test("token bucket: in steady state most of the capacity is used", () => {
  const sent = flood(rested(windowOf(100)), "other", 100_000);
  assert(sent.length > 650, `${sent.length} of 1000`);
});

Deno.test("token bucket: no mix of amounts makes any window overflow", () => {
  const step = fc.record({
    afterMs: fc.oneof(fc.constant(0), fc.integer({ min: 0, max: 12_000 })),
    amount: fc.integer({ min: 1, max: 60 }),
    tier: fc.constantFrom<TokenTier>("cancel", "other", "other"),
  });
  fc.assert(
    fc.property(
      fc.integer({ min: 60, max: 200 }),
      fc.array(step, { maxLength: 60 }),
      (c, steps) => {
        const bucket = windowOf(c);
        const spent: { at: number; amount: number }[] = [];
        for (const { afterMs, amount, tier } of steps) {
          advanceTokens(bucket, bucket.updatedAt + afterMs);
          for (let tries = 0; tries < 20; tries++) {
            const waitMs = waitForTokens(bucket, amount, tier);
            if (waitMs === 0) break;
            advanceTokens(bucket, bucket.updatedAt + Math.ceil(waitMs));
          }
          assertEquals(waitForTokens(bucket, amount, tier), 0);
          spendTokens(bucket, amount);
          spent.push({ at: bucket.updatedAt, amount });
        }
        for (const { at } of spent) {
          const sum = spent.filter((each) => each.at <= at && each.at > at - INTERVAL_MS)
            .reduce((total, each) => total + each.amount, 0);
          assert(sum <= c, `${sum} of ${c}`);
        }
      },
    ),
    { numRuns: 300 },
  );
});

Deno.test("token bucket: a counter that decays never goes beyond its capacity", () => {
  const step = fc.record({
    afterMs: fc.oneof(fc.constant(0), fc.integer({ min: 0, max: 20_000 })),
    amount: fc.integer({ min: 1, max: 8 }),
    tier: fc.constantFrom<TokenTier>("cancel", "other"),
    restart: fc.constantFrom(false),
  });
  const decays = fc.constantFrom([15, 0.33], [20, 0.5], [20, 1], [60, 1], [125, 2.34], [180, 3.75]);
  fc.assert(
    fc.property(
      decays,
      fc.array(step, { maxLength: 80 }),
      fc.nat(79),
      ([capacity, decay], steps, restartAt) => {
        let bucket = rested(decayOf(capacity, decay), 1_000_000);
        const spent: { at: number; amount: number }[] = [];
        steps.forEach(({ afterMs, amount, tier }, i) => {
          if (i === restartAt) bucket = decayOf(capacity, decay, bucket.updatedAt);
          advanceTokens(bucket, bucket.updatedAt + afterMs);
          const waitMs = waitForTokens(bucket, amount, tier);
          advanceTokens(bucket, bucket.updatedAt + Math.ceil(waitMs));
          spendTokens(bucket, amount);
          spent.push({ at: bucket.updatedAt, amount });
        });
        const most = highest(spent, decay ?? 0);
        assert(most <= (capacity ?? 0), `${most} of ${capacity}`);
      },
    ),
    { numRuns: 300 },
  );
});

Deno.test("token bucket: a counter gives back what decays, to the millisecond", () => {
  const bucket = rested(decayOf(20, 0.5), 1_000_000);
  const sent = flood(bucket, "cancel", 0);
  assertEquals(sent.length, 17);
  assertEquals(waitForTokens(bucket, 1, "cancel"), 2_000);
  advanceTokens(bucket, 1_001_999);
  assertEquals(waitForTokens(bucket, 1, "cancel"), 1);
  advanceTokens(bucket, 1_002_000);
  assertEquals(waitForTokens(bucket, 1, "cancel"), 0);
});

Deno.test("token bucket: whole milliseconds are exact, however many they are taken in", () => {
  const slow = windowOf(7, 0, 3_000);
  const quick = windowOf(7, 0, 3_000);
  spendTokens(slow, 3);
  spendTokens(quick, 3);
  advanceTokens(quick, 1_999);
  for (let now = 1; now <= 1_999; now++) advanceTokens(slow, now);
  assertEquals(slow.tokens, quick.tokens);
  assert(Number.isInteger(slow.tokens));
});

Deno.test("token bucket: a request dearer than the burst goes once it fits into the interval", () => {
  const bucket = windowOf(100);
  // What was spent before the boot is not known: a whole interval has to pass.
  assertEquals(waitForTokens(bucket, 80, "other"), INTERVAL_MS);
  rested(bucket);
  assertEquals(waitForTokens(bucket, 80, "other"), 0);
  spendTokens(bucket, 80);
  const waitMs = waitForTokens(bucket, 1, "other");
  assert(waitMs > 9_000, `it leaves a debt behind: ${waitMs} ms`);
});

Deno.test("token bucket: small requests now and then do not hold back a dear one for ever", () => {
  const bucket = rested(windowOf(100));
  let went = false;
  for (let i = 0; i < 20 && !went; i++) {
    spendTokens(bucket, 1);
    advanceTokens(bucket, bucket.updatedAt + 2_000);
    went = waitForTokens(bucket, 80, "other") === 0;
  }
  assert(went);
});

Deno.test("token bucket: a request dearer than the capacity goes alone, not never", () => {
  const bucket = rested(windowOf(10));
  assertEquals(waitForTokens(bucket, 50, "other"), 0);
  spendTokens(bucket, 1);
  const waitMs = waitForTokens(bucket, 50, "other");
  assert(waitMs > 0 && waitMs <= 2 * INTERVAL_MS, `${waitMs}`);
});

Deno.test("token bucket: the venue's stricter count holds requests back until its window is over", () => {
  const bucket = rested(windowOf(1_000));
  correctTokens(bucket, { used: 1_000 }, null);
  assertEquals(waitForTokens(bucket, 1, "other"), INTERVAL_MS);
  advanceTokens(bucket, 100_000 + INTERVAL_MS);
  assertEquals(waitForTokens(bucket, 1, "other"), 0);
});

Deno.test("token bucket: what the venue says remains counts as well, until it says it is reset", () => {
  const bucket = rested(windowOf(20));
  correctTokens(bucket, { remaining: 0 }, 400);
  assertEquals(waitForTokens(bucket, 1, "other"), 400);
  advanceTokens(bucket, 100_400);
  assertEquals(waitForTokens(bucket, 1, "other"), 0);
});

Deno.test("token bucket: a reset that lies far off or behind is no longer than a window", () => {
  const far = rested(windowOf(20));
  correctTokens(far, { remaining: 0 }, 9e9);
  assertEquals(waitForTokens(far, 1, "other"), INTERVAL_MS);
  const behind = rested(windowOf(20));
  correctTokens(behind, { remaining: 20 }, -5);
  assertEquals(waitForTokens(behind, 1, "other"), 0);
});

Deno.test("token bucket: the venue's count never adds tokens", () => {
  const bucket = windowOf(50);
  correctTokens(bucket, { used: 0 }, null);
  assert(waitForTokens(bucket, 1, "other") > 0);
  const counter = decayOf();
  correctTokens(counter, { used: 0 }, null);
  assert(waitForTokens(counter, 1, "other") > 0);
});

Deno.test("token bucket: a higher counter of the venue holds back until it has decayed", () => {
  const bucket = rested(decayOf(20, 1), 1_000_000);
  correctTokens(bucket, { used: 20 }, null);
  assertEquals(waitForTokens(bucket, 1, "cancel"), 4_000); // down to 16: 15 % are kept free
});

Deno.test("token bucket: our own requests under way count against the venue's number", () => {
  const bucket = rested(windowOf(1_000));
  correctTokens(bucket, { used: 898 }, null);
  spendTokens(bucket, 1);
  spendTokens(bucket, 1);
  correctTokens(bucket, { used: 898 }, null);
  assert(waitForTokens(bucket, 1, "other") > 0, "100 are kept for cancels, 2 are under way");
  assertEquals(waitForTokens(bucket, 1, "cancel"), 0);
});

Deno.test("token bucket: a usage that falls by half is a new window of the venue", () => {
  const bucket = rested(windowOf(1_000));
  correctTokens(bucket, { used: 950 }, null);
  correctTokens(bucket, { used: 5 }, null);
  assertEquals(waitForTokens(bucket, 1, "other"), 0);
});

Deno.test("token bucket: emptied by a ban it starts as after a boot", () => {
  const bucket = rested(windowOf(50));
  emptyTokens(bucket);
  assert(waitForTokens(bucket, 1, "other") > 0);
  assertEquals(waitForTokens(bucket, 1, "cancel"), 0);
});

Deno.test("token bucket: time that stands still or goes back refills nothing", () => {
  const bucket = windowOf(50, 1_000);
  advanceTokens(bucket, 1_000);
  advanceTokens(bucket, 10);
  assertEquals(availableTokens(bucket, "other"), 0);
  assertEquals(bucket.updatedAt, 1_000);
});

Deno.test("token bucket: use is told in the venue's units", () => {
  const bucket = windowOf(50);
  assertEquals(budgetUse(bucket), { used: 50, capacity: 50 });
  assertEquals(budgetUse(rested(bucket)), { used: 0, capacity: 50 });
  assertEquals(budgetUse(allowanceOf()), { used: 0, capacity: 10_000 });
});

Deno.test("token bucket: waiting as long as it says is always enough", () => {
  const random = new SeededRandom(7);
  const bucket = windowOf(600);
  for (let i = 0; i < 2_000; i++) {
    const amount = random.below(60);
    const tier = random.next() < 0.3 ? "cancel" : "other";
    if (random.next() < 0.05) emptyTokens(bucket);
    if (random.next() < 0.1) correctTokens(bucket, { used: random.below(700) }, null);
    const waitMs = waitForTokens(bucket, amount, tier);
    advanceTokens(bucket, bucket.updatedAt + Math.ceil(waitMs));
    // A debt can reach below what the venue's roll-over frees; a second look must then suffice.
    const again = waitForTokens(bucket, amount, tier);
    advanceTokens(bucket, bucket.updatedAt + Math.ceil(again));
    assertEquals(waitForTokens(bucket, amount, tier), 0);
    spendTokens(bucket, amount);
  }
});

Deno.test("token bucket: limits that allow nothing are refused", () => {
  assertThrows(() => windowOf(0), RangeError, "orders budget: capacity 0");
  assertThrows(() => decayOf(15, 0), RangeError, "rest budget: 15 at 0 per second");
  assertThrows(() => allowanceOf(0), RangeError, "actions budget: 0 at 0.1 per second");
});

Deno.test("token bucket: a report is read without what of ours is still under way", () => {
  const bucket = rested(windowOf(1_000));
  for (let i = 0; i < 5; i++) spendTokens(bucket, 1);
  // 895 are others'; with our 5 under way and 100 kept for cancels nothing is left.
  correctTokens(bucket, { used: 895 }, null);
  assert(waitForTokens(bucket, 1, "other") > 0);
});

Deno.test("token bucket: what a report has come to contain is not counted twice", () => {
  const bucket = rested(windowOf(1_000));
  correctTokens(bucket, { used: 890 }, null);
  for (let i = 0; i < 5; i++) spendTokens(bucket, 1);
  correctTokens(bucket, { used: 895 }, null);
  assertEquals(waitForTokens(bucket, 1, "other"), 0);
});

Deno.test("token bucket: what was sent long ago is under way no more", () => {
  const bucket = rested(windowOf(1_000));
  for (let i = 0; i < 5; i++) spendTokens(bucket, 1);
  advanceTokens(bucket, 101_000);
  advanceTokens(bucket, 102_000);
  correctTokens(bucket, { used: 895 }, null);
  assertEquals(waitForTokens(bucket, 1, "other"), 0);
});

Deno.test("token bucket: an allowance is used up, then trickles one by one", () => {
  const bucket = allowanceOf(3);
  assertEquals(flood(bucket, "other", 0).length, 3);
  assertEquals(waitForTokens(bucket, 1, "other"), 10_000);
  advanceTokens(bucket, 60_000);
  assertEquals(flood(bucket, "other", 0).length, 1);
});

Deno.test("token bucket: of an allowance the venue alone knows what is left, more and less", () => {
  const bucket = allowanceOf(3);
  correctTokens(bucket, { remaining: 500 }, null);
  assertEquals(availableTokens(bucket, "other"), 500);
  spendTokens(bucket, 2);
  correctTokens(bucket, { remaining: 500 }, null);
  assertEquals(availableTokens(bucket, "other"), 498); // The 2 may be under way still.
  advanceTokens(bucket, 10_000);
  correctTokens(bucket, { remaining: 0 }, null);
  assert(waitForTokens(bucket, 1, "cancel") > 0);
});
