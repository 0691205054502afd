/**
 * The rate-limit arithmetic of one exchange account: two budgets (weight per IP, orders per
 * account) kept below what the venue allows by any way of counting. Plain functions over a plain
 * state that they change in place, because this runs before every request: an XState event costs
 * 5–8 µs, this 0.1. All times are monotonic milliseconds.
 *
 * I1 Burst + refill over one interval + one boot's cancel reserve ≤ the venue's capacity: neither a
 *    fixed nor a sliding window of the venue overflows, not even over one restart in it.
 * I2 Booted empty: only the cancel reserve is there, everything else is refilled from zero.
 * I3 The reserve is spent by cancels alone.
 * I4 A report of the venue is read as if it did not contain what of ours may still be under way.
 */
import { BUDGET_CANCEL_RESERVE_PERCENT } from "../src/model/limits.ts";

/** What may be used at once after a pause. The rest of the capacity flows in evenly. */
export const BURST_SHARE = 0.2;
/** Of the burst, kept for cancels; also what a restart may spend unseen (I1). */
export const CANCEL_RESERVE_SHARE = BUDGET_CANCEL_RESERVE_PERCENT / 100;
/** Refilled per interval; what is left to 1 (0.05) absorbs requests bunched up by the network. */
export const REFILL_SHARE = 0.65;
/** An answer rarely takes longer; what does is covered by I1, which needs no report. */
const IN_FLIGHT_MS = 1_000;
/** Below this capacity a reserve of one whole request would break I1; cancels wait as all do. */
const RESERVE_CAPACITY_MIN = 10;

/** What a venue allows; the exchange port's `RateLimits` has this shape. */
export interface BudgetLimit {
  readonly capacity: number;
  readonly intervalMs: number;
}
export interface BudgetLimits {
  readonly weight: BudgetLimit;
  readonly orders: BudgetLimit;
}

/** What one request takes; the exchange port's `RequestCost` has this shape. */
export interface TokenCost {
  readonly weight: number;
  readonly orders: number;
}

/** One budget. `tokens` may be negative after a request that costs more than the burst. */
export interface Budget {
  readonly capacity: number;
  readonly intervalMs: number;
  readonly burst: number;
  readonly reserve: number;
  readonly refillPerMs: number;
  tokens: number;
  /** What the venue says is left of its own window; null while it has not said or that is old. */
  venueLeft: number | null;
  /** The venue's window has certainly rolled over by then. */
  venueLeftUntil: number;
  venueUsed: number;
  /** Spent of late, and not in a report yet as far as its growth tells: of this span … */
  unseen: number;
  /** … and of the one before. */
  unseenBefore: number;
  unseenSince: number;
}

export interface TokenBucket {
  readonly weight: Budget;
  readonly orders: Budget;
  updatedAt: number;
  /** Nothing at all may be sent before; 0 while there is no ban. */
  bannedUntil: number;
}

/** What the venue counts as used in its window, from response headers. */
export interface ReportedUsage {
  readonly weightUsed: number | null;
  readonly ordersUsed: number | null;
}

/** Who asks: only cancels may touch the reserve. */
export type TokenTier = "cancel" | "other";

/** @returns a bucket as after a boot (I2). @throws {RangeError} for limits that allow nothing */
export function newTokenBucket(limits: BudgetLimits, now: number): TokenBucket {
  return {
    weight: newBudget(limits.weight, "weight"),
    orders: newBudget(limits.orders, "orders"),
    updatedAt: now,
    bannedUntil: 0,
  };
}

/** Brings the refill up to `now`; call it before the functions below. */
export function advanceTokens(bucket: TokenBucket, now: number): void {
  const elapsed = now - bucket.updatedAt;
  if (elapsed <= 0) return;
  bucket.updatedAt = now;
  refill(bucket.weight, elapsed, now);
  refill(bucket.orders, elapsed, now);
}

/** @returns 0 when the request may go now, else the milliseconds until it may at the earliest. */
export function waitForTokens(bucket: TokenBucket, cost: TokenCost, tier: TokenTier): number {
  const ban = Math.max(0, bucket.bannedUntil - bucket.updatedAt);
  const weight = waitForBudget(bucket.weight, cost.weight, tier, bucket.updatedAt);
  const orders = waitForBudget(bucket.orders, cost.orders, tier, bucket.updatedAt);
  return Math.max(ban, weight, orders);
}

/** As {@linkcode waitForTokens} of one budget, without the ban. */
export function waitForBudget(
  budget: Budget,
  cost: number,
  tier: TokenTier,
  now: number,
): number {
  if (cost <= 0) return 0;
  const kept = tier === "cancel" ? 0 : budget.reserve;
  // A request dearer than the burst goes when the burst is full and leaves a debt behind.
  const needed = Math.min(cost + kept, budget.burst);
  const missing = needed - budget.tokens;
  const own = missing > EPSILON ? missing / budget.refillPerMs : 0;
  const venueBlocks = budget.venueLeft !== null && budget.venueLeft < cost + kept;
  return venueBlocks ? Math.max(own, budget.venueLeftUntil - now) : own;
}

/** Which budgets a request waits for. */
export interface Lack {
  readonly weight: boolean;
  readonly orders: boolean;
}

/** @returns what a request would have to wait for, the ban aside. */
export function lackOf(bucket: TokenBucket, cost: TokenCost, tier: TokenTier): Lack {
  const { weight, orders, updatedAt } = bucket;
  return {
    weight: waitForBudget(weight, cost.weight, tier, updatedAt) > 0,
    orders: waitForBudget(orders, cost.orders, tier, updatedAt) > 0,
  };
}

/** Whether a request needs a budget that another waits for. */
export function collides(lack: Lack, cost: TokenCost): boolean {
  return (lack.weight && cost.weight > 0) || (lack.orders && cost.orders > 0);
}

/** Takes what the request costs; ask {@linkcode waitForTokens} first. */
export function spendTokens(bucket: TokenBucket, cost: TokenCost): void {
  spend(bucket.weight, cost.weight);
  spend(bucket.orders, cost.orders);
}

/** The venue's own count wins where it is the stricter one; it never adds tokens. */
export function correctTokens(bucket: TokenBucket, usage: ReportedUsage): void {
  if (usage.weightUsed !== null) correct(bucket.weight, usage.weightUsed, bucket.updatedAt);
  if (usage.ordersUsed !== null) correct(bucket.orders, usage.ordersUsed, bucket.updatedAt);
}

/** A ban is only ever extended. After it the budgets start from empty, as after a boot. */
export function banTokens(bucket: TokenBucket, retryAfterMs: number): void {
  bucket.bannedUntil = Math.max(bucket.bannedUntil, bucket.updatedAt + Math.max(0, retryAfterMs));
  bucket.weight.tokens = Math.min(bucket.weight.tokens, bucket.weight.reserve);
  bucket.orders.tokens = Math.min(bucket.orders.tokens, bucket.orders.reserve);
}

/** @returns what a request other than a cancel could take now, per budget. */
export function availableTokens(bucket: TokenBucket): TokenCost {
  if (bucket.bannedUntil > bucket.updatedAt) return { weight: 0, orders: 0 };
  return { weight: available(bucket.weight), orders: available(bucket.orders) };
}

/** How much of what the venue allows cannot be used right now, in the venue's own units. */
export function budgetUse(budget: Budget): { readonly used: number; readonly capacity: number } {
  const free = available(budget) / Math.max(1, budget.burst - budget.reserve);
  return { used: Math.round(budget.capacity * (1 - Math.min(1, free))), capacity: budget.capacity };
}

/** Tokens are floats: a remainder this small is a rounding error, not a missing token. */
const EPSILON = 1e-9;

function newBudget(limit: BudgetLimit, name: string): Budget {
  const { capacity, intervalMs } = limit;
  if (!(capacity >= 1) || !(intervalMs > 0)) {
    throw new RangeError(
      `Cannot keep the ${name} budget: capacity ${capacity} per ${intervalMs} ms must be at ` +
        "least 1 per more than 0 ms",
    );
  }
  const reserve = capacity < RESERVE_CAPACITY_MIN
    ? 0
    : Math.max(1, capacity * CANCEL_RESERVE_SHARE);
  return {
    capacity,
    intervalMs,
    burst: Math.max(1, capacity * BURST_SHARE),
    reserve,
    refillPerMs: capacity * REFILL_SHARE / intervalMs,
    tokens: reserve,
    venueLeft: null,
    venueLeftUntil: 0,
    venueUsed: 0,
    unseen: 0,
    unseenBefore: 0,
    unseenSince: 0,
  };
}

function refill(budget: Budget, elapsedMs: number, now: number): void {
  budget.tokens = Math.min(budget.burst, budget.tokens + elapsedMs * budget.refillPerMs);
  if (budget.venueLeft !== null && now >= budget.venueLeftUntil) budget.venueLeft = null;
  const age = now - budget.unseenSince;
  if (age < IN_FLIGHT_MS) return;
  budget.unseenBefore = age < 2 * IN_FLIGHT_MS ? budget.unseen : 0;
  budget.unseen = 0;
  budget.unseenSince = now;
}

function spend(budget: Budget, cost: number): void {
  budget.tokens -= cost;
  budget.unseen += cost;
  if (budget.venueLeft !== null) budget.venueLeft -= cost;
}

function correct(budget: Budget, used: number, now: number): void {
  // Answers overtake each other by a few requests; only a window that rolled over falls by half.
  const rolledOver = used < budget.venueUsed / 2;
  const comparable = budget.venueLeft !== null && !rolledOver;
  see(budget, comparable ? used - budget.venueUsed : 0);
  const left = budget.capacity - used - budget.unseen - budget.unseenBefore;
  if (budget.venueLeft === null || rolledOver) {
    budget.venueLeft = left;
    budget.venueLeftUntil = now + budget.intervalMs;
  } else {
    // Our own count already contains what is under way; the venue's contains other senders.
    budget.venueLeft = Math.min(budget.venueLeft, left);
  }
  budget.venueUsed = used;
}

/** I4: what the report has grown by is taken to be ours, the oldest first. */
function see(budget: Budget, grown: number): void {
  const before = Math.min(budget.unseenBefore, Math.max(0, grown));
  budget.unseenBefore -= before;
  budget.unseen -= Math.min(budget.unseen, Math.max(0, grown - before));
}

function available(budget: Budget): number {
  const own = Math.max(0, budget.tokens - budget.reserve);
  return budget.venueLeft === null
    ? own
    : Math.max(0, Math.min(own, budget.venueLeft - budget.reserve));
}
