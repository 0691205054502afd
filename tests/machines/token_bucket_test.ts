import { assert, assertEquals, assertThrows } from "@std/assert";
import {
  advanceTokens,
  availableTokens,
  banTokens,
  type BudgetLimits,
  budgetUse,
  correctTokens,
  newTokenBucket,
  spendTokens,
  type TokenBucket,
  type TokenCost,
  type TokenTier,
  waitForTokens,
} from "../../machines/token_bucket.ts";
import { SeededRandom } from "../../src/system/seeded_random.ts";

const ORDER: TokenCost = { weight: 1, orders: 1 };
const CANCEL: TokenCost = { weight: 1, orders: 0 };

function limits(orders: number, weight = 6_000): BudgetLimits {
  return {
    weight: { capacity: weight, intervalMs: 60_000 },
    orders: { capacity: orders, intervalMs: 10_000 },
  };
}

/** Sends as soon as allowed, from `start` on, for `forMs`. @returns when each went. */
function flood(bucket: TokenBucket, cost: TokenCost, tier: TokenTier, forMs: number): number[] {
  const sent: number[] = [];
  const end = bucket.updatedAt + forMs;
  for (;;) {
    const waitMs = waitForTokens(bucket, cost, tier);
    if (bucket.updatedAt + waitMs > end) return sent;
    if (waitMs > 0) advanceTokens(bucket, bucket.updatedAt + waitMs + 1e-6);
    spendTokens(bucket, cost);
    sent.push(bucket.updatedAt);
  }
}

/** The most requests in any window of `windowMs`. */
function densest(times: readonly number[], windowMs: number): number {
  let most = 0;
  let from = 0;
  times.forEach((time, to) => {
    while (time - (times[from] ?? time) >= windowMs) from++;
    most = Math.max(most, to - from + 1);
  });
  return most;
}

Deno.test("token bucket: after a boot the first order waits for its refill, not for a window", () => {
  const bucket = newTokenBucket(limits(50), 0);
  const waitMs = waitForTokens(bucket, ORDER, "other");
  assert(waitMs > 0 && waitMs < 400, `waited ${waitMs} ms`);
});

Deno.test("token bucket: after a boot a cancel goes at once", () => {
  assertEquals(waitForTokens(newTokenBucket(limits(50), 0), CANCEL, "cancel"), 0);
});

Deno.test("token bucket: nothing but a cancel may touch the reserve", () => {
  const bucket = newTokenBucket(limits(100), 0);
  assertEquals(availableTokens(bucket), { weight: 0, orders: 0 });
  assert(waitForTokens(bucket, CANCEL, "other") > 0);
});

for (const capacity of [1, 2, 3, 4, 5, 9, 10, 20, 50, 300, 6_000]) {
  Deno.test(`token bucket: no window of ${capacity} overflows, even over a restart in it`, () => {
    for (const restartAfter of [0, 1, 500, 5_000, 9_999]) {
      const first = newTokenBucket(limits(capacity, 1e9), 0);
      advanceTokens(first, 100_000);
      const sent = flood(first, ORDER, "other", restartAfter);
      const second = newTokenBucket(limits(capacity, 1e9), 100_000 + restartAfter);
      sent.push(...flood(second, ORDER, "other", 30_000));
      const most = densest(sent, 10_000);
      assert(most <= capacity, `${most} of ${capacity}, restart after ${restartAfter} ms`);
    }
  });
}

Deno.test("token bucket: the reserve spent by cancels before and after a restart fits as well", () => {
  const limit = limits(1_000, 600);
  const first = newTokenBucket(limit, 0);
  advanceTokens(first, 100_000);
  const sent = flood(first, CANCEL, "cancel", 100);
  const second = newTokenBucket(limit, 100_100);
  sent.push(...flood(second, CANCEL, "cancel", 120_000));
  assert(densest(sent, 60_000) <= 600);
});

Deno.test("token bucket: in steady state most of the capacity is used", () => {
  const bucket = newTokenBucket(limits(100, 1e9), 0);
  advanceTokens(bucket, 60_000);
  const sent = flood(bucket, ORDER, "other", 100_000);
  assert(sent.length > 650, `${sent.length} of 1000`);
});

Deno.test("token bucket: a request dearer than the burst goes when the burst is full", () => {
  const bucket = newTokenBucket(limits(50, 100), 0);
  const dear: TokenCost = { weight: 80, orders: 0 };
  const waitMs = waitForTokens(bucket, dear, "other");
  assert(waitMs > 0 && waitMs < 60_000, `waits ${waitMs}`);
  advanceTokens(bucket, waitMs + 1);
  assertEquals(waitForTokens(bucket, dear, "other"), 0);
  spendTokens(bucket, dear);
  assert(waitForTokens(bucket, CANCEL, "other") > 60_000, "it leaves a debt behind");
});

Deno.test("token bucket: the venue's stricter count holds requests back until its window is over", () => {
  const bucket = newTokenBucket(limits(1_000, 1_000), 0);
  advanceTokens(bucket, 60_000);
  correctTokens(bucket, { weightUsed: 1_000, ordersUsed: null });
  assertEquals(waitForTokens(bucket, ORDER, "other"), 60_000);
  advanceTokens(bucket, 120_000);
  assertEquals(waitForTokens(bucket, ORDER, "other"), 0);
});

Deno.test("token bucket: the venue's count never adds tokens", () => {
  const bucket = newTokenBucket(limits(50), 0);
  correctTokens(bucket, { weightUsed: 0, ordersUsed: 0 });
  assert(waitForTokens(bucket, ORDER, "other") > 0);
});

Deno.test("token bucket: our own requests under way count against the venue's number", () => {
  const bucket = newTokenBucket(limits(100, 1_000), 0);
  advanceTokens(bucket, 60_000);
  correctTokens(bucket, { weightUsed: 898, ordersUsed: null });
  spendTokens(bucket, ORDER);
  spendTokens(bucket, ORDER);
  correctTokens(bucket, { weightUsed: 898, ordersUsed: null });
  assert(waitForTokens(bucket, ORDER, "other") > 0, "100 are kept for cancels, 2 are under way");
  assertEquals(waitForTokens(bucket, CANCEL, "cancel"), 0);
});

Deno.test("token bucket: a usage that falls by half is a new window of the venue", () => {
  const bucket = newTokenBucket(limits(100, 1_000), 0);
  advanceTokens(bucket, 60_000);
  correctTokens(bucket, { weightUsed: 950, ordersUsed: null });
  correctTokens(bucket, { weightUsed: 5, ordersUsed: null });
  assertEquals(waitForTokens(bucket, ORDER, "other"), 0);
});

Deno.test("token bucket: a ban stops everything, cancels too, and is never shortened", () => {
  const bucket = newTokenBucket(limits(50), 0);
  advanceTokens(bucket, 60_000);
  banTokens(bucket, 5_000);
  banTokens(bucket, 1_000);
  assertEquals(waitForTokens(bucket, CANCEL, "cancel"), 5_000);
  assertEquals(availableTokens(bucket), { weight: 0, orders: 0 });
});

Deno.test("token bucket: after a ban the budgets start from empty", () => {
  const bucket = newTokenBucket(limits(50), 0);
  advanceTokens(bucket, 60_000);
  banTokens(bucket, 0);
  assert(waitForTokens(bucket, ORDER, "other") > 0);
});

Deno.test("token bucket: time that stands still or goes back refills nothing", () => {
  const bucket = newTokenBucket(limits(50), 1_000);
  advanceTokens(bucket, 1_000);
  advanceTokens(bucket, 10);
  assertEquals(availableTokens(bucket).orders, 0);
  assertEquals(bucket.updatedAt, 1_000);
});

Deno.test("token bucket: use is told in the venue's units", () => {
  const bucket = newTokenBucket(limits(50), 0);
  assertEquals(budgetUse(bucket.orders), { used: 50, capacity: 50 });
  advanceTokens(bucket, 60_000);
  assertEquals(budgetUse(bucket.orders), { used: 0, capacity: 50 });
});

Deno.test("token bucket: waiting as long as it says is always enough", () => {
  const random = new SeededRandom(7);
  const bucket = newTokenBucket(limits(50, 600), 0);
  for (let i = 0; i < 2_000; i++) {
    const cost = { weight: random.below(60), orders: random.below(3) };
    const tier = random.next() < 0.3 ? "cancel" : "other";
    if (random.next() < 0.05) banTokens(bucket, random.below(500));
    if (random.next() < 0.1) {
      correctTokens(bucket, { weightUsed: random.below(700), ordersUsed: random.below(60) });
    }
    const waitMs = waitForTokens(bucket, cost, tier);
    advanceTokens(bucket, bucket.updatedAt + Math.ceil(waitMs));
    // A debt can reach below what the venue's roll-over frees; a second look must then suffice.
    const again = waitForTokens(bucket, cost, tier);
    advanceTokens(bucket, bucket.updatedAt + Math.ceil(again));
    assertEquals(waitForTokens(bucket, cost, tier), 0);
    spendTokens(bucket, cost);
  }
});

Deno.test("token bucket: limits that allow nothing are refused", () => {
  assertThrows(() => newTokenBucket(limits(0), 0), RangeError, "orders budget: capacity 0");
});

Deno.test("token bucket: a report is read without what of ours is still under way", () => {
  const bucket = newTokenBucket(limits(100, 1_000), 0);
  advanceTokens(bucket, 60_000);
  for (let i = 0; i < 5; i++) spendTokens(bucket, ORDER);
  // 895 are others'; with our 5 under way and 100 kept for cancels nothing is left.
  correctTokens(bucket, { weightUsed: 895, ordersUsed: null });
  assert(waitForTokens(bucket, ORDER, "other") > 0);
});

Deno.test("token bucket: what a report has come to contain is not counted twice", () => {
  const bucket = newTokenBucket(limits(100, 1_000), 0);
  advanceTokens(bucket, 60_000);
  correctTokens(bucket, { weightUsed: 890, ordersUsed: null });
  for (let i = 0; i < 5; i++) spendTokens(bucket, ORDER);
  correctTokens(bucket, { weightUsed: 895, ordersUsed: null });
  assertEquals(waitForTokens(bucket, ORDER, "other"), 0);
});

Deno.test("token bucket: what was sent long ago is under way no more", () => {
  const bucket = newTokenBucket(limits(100, 1_000), 0);
  advanceTokens(bucket, 60_000);
  for (let i = 0; i < 5; i++) spendTokens(bucket, ORDER);
  advanceTokens(bucket, 61_000);
  advanceTokens(bucket, 62_000);
  correctTokens(bucket, { weightUsed: 895, ordersUsed: null });
  assertEquals(waitForTokens(bucket, ORDER, "other"), 0);
});
