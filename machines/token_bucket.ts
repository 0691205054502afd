/**
 * The arithmetic of one budget of a venue, kept below what the venue allows by any way of counting.
 * Plain functions over a plain state that they change in place, because this runs before every
 * request: an XState event costs 5–8 µs, this 0.1. All times are monotonic milliseconds. Tokens are
 * counted in parts so small that a whole millisecond refills a whole number of them: on a clock of
 * whole milliseconds nothing is ever rounded.
 *
 * I1 Window: burst + refill over one interval + one boot's cancel reserve ≤ the venue's capacity:
 *    neither a fixed nor a sliding window of the venue overflows, not even over one restart in it.
 *    Decay: burst + one boot's cancel reserve ≤ capacity, so the venue's counter stays below.
 * I2 Booted empty: only the cancel reserve is there, everything else is refilled from zero.
 * I3 The reserve is spent by cancels alone.
 * I4 A report of the venue is read as if it did not contain what of ours may still be under way.
 */
import { BUDGET_CANCEL_RESERVE_PERCENT } from "../src/model/limits.ts";
import type { Budget, BudgetUsage } from "../src/model/rate_limits.ts";
import { newRecentUse, type RecentUse, recentUse, recentUseFalls, use } from "./recent_use.ts";

/** What may be used at once after a pause. The rest of the capacity flows in evenly. */
export const BURST_SHARE = 0.2;
/** Of the burst, kept for cancels; also what a restart may spend unseen (I1). */
export const CANCEL_RESERVE_SHARE = BUDGET_CANCEL_RESERVE_PERCENT / 100;
/** Refilled per interval; what is left to 1 (0.05) absorbs requests bunched up by the network. */
export const REFILL_SHARE = 0.65;
/** A counter that decays by itself needs no share for the refill: the same 0.05 are left to 1. */
export const DECAY_BURST_SHARE = 0.85;
/** An answer rarely takes longer; what does is covered by I1, which needs no report. */
const IN_FLIGHT_MS = 1_000;
/** Below this capacity a reserve of one whole request would break I1; cancels wait as all do. */
const RESERVE_CAPACITY_MIN = 10;
/** Parts of a token: makes each share above whole parts for every whole capacity and interval. */
const SHARE_PARTS = 20;
/** Parts of a token that a rate per second is counted in: six decimals of it are exact. */
const RATE_PARTS = 1_000_000;

/** One budget of one account, address, symbol or endpoint. */
export interface TokenBucket {
  readonly kind: Budget["kind"];
  /** In the venue's units. */
  readonly capacity: number;
  /** Parts of one token; all that follows is counted in them. */
  readonly parts: number;
  readonly burst: number;
  readonly reserve: number;
  readonly refillPerMs: number;
  /** Of a window; 0 otherwise. */
  readonly intervalMs: number;
  /** What was spent before is not known. */
  readonly bornAt: number;
  /** May be negative after a request that costs more than the burst. */
  tokens: number;
  updatedAt: number;
  /** Of a window, for requests dearer than the burst. */
  readonly recent: RecentUse;
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

/** Who asks: only cancels may touch the reserve. */
export type TokenTier = "cancel" | "other";

/** A bucket as after a boot (I2). @throws {RangeError} for a limit that allows nothing */
export function newTokenBucket(budget: Budget, name: string, now: number): TokenBucket {
  refuseNothing(budget, name);
  const { capacity, parts, burst, refillPerMs, intervalMs } = measures(budget);
  const kept = Math.max(parts, Math.floor(capacity * parts * CANCEL_RESERVE_SHARE));
  // An allowance is no rate: cancels have one of their own where the venue means them to.
  const reserve = budget.kind === "allowance" || capacity < RESERVE_CAPACITY_MIN ? 0 : kept;
  return {
    kind: budget.kind,
    capacity,
    parts,
    burst,
    reserve,
    refillPerMs,
    intervalMs,
    bornAt: now,
    tokens: budget.kind === "allowance" ? capacity * parts : reserve,
    updatedAt: now,
    recent: newRecentUse(intervalMs, now),
    venueLeft: null,
    venueLeftUntil: 0,
    venueUsed: 0,
    unseen: 0,
    unseenBefore: 0,
    unseenSince: now,
  };
}

/** Brings the refill up to `now`; call it before the functions below. */
export function advanceTokens(bucket: TokenBucket, now: number): void {
  const elapsedMs = now - bucket.updatedAt;
  if (elapsedMs <= 0) return;
  bucket.updatedAt = now;
  if (bucket.tokens < bucket.burst) {
    bucket.tokens = Math.min(bucket.burst, bucket.tokens + elapsedMs * bucket.refillPerMs);
  }
  if (bucket.venueLeft !== null && now >= bucket.venueLeftUntil) bucket.venueLeft = null;
  const age = now - bucket.unseenSince;
  if (age < IN_FLIGHT_MS) return;
  bucket.unseenBefore = age < 2 * IN_FLIGHT_MS ? bucket.unseen : 0;
  bucket.unseen = 0;
  bucket.unseenSince = now;
}

/** @returns 0 when the request may go now, else the milliseconds until it may at the earliest. */
export function waitForTokens(bucket: TokenBucket, amount: number, tier: TokenTier): number {
  if (amount <= 0) return 0;
  const cost = partsOf(bucket, amount);
  const kept = tier === "cancel" ? 0 : bucket.reserve;
  // A request dearer than the burst goes when the burst is full and leaves a debt behind.
  const missing = Math.min(cost + kept, bucket.burst) - bucket.tokens;
  let waitMs = missing > 0 ? missing / bucket.refillPerMs : 0;
  if (cost > bucket.burst && bucket.kind === "window") {
    waitMs = Math.max(waitMs, waitWhenDear(bucket, cost));
  }
  const venueBlocks = bucket.venueLeft !== null && bucket.venueLeft < cost + kept;
  return venueBlocks ? Math.max(waitMs, bucket.venueLeftUntil - bucket.updatedAt) : waitMs;
}

/** Takes what the request costs; ask {@linkcode waitForTokens} first. */
export function spendTokens(bucket: TokenBucket, amount: number): void {
  const cost = partsOf(bucket, amount);
  bucket.tokens -= cost;
  bucket.unseen += cost;
  if (bucket.intervalMs > 0) use(bucket.recent, cost, bucket.updatedAt);
  if (bucket.venueLeft !== null) bucket.venueLeft -= cost;
}

/**
 * The venue's own count wins where it is the stricter one. It never adds tokens, but to an
 * allowance, whose stock the venue alone knows.
 *
 * @param resetInMs when a window is empty again, if the venue has said so
 */
export function correctTokens(
  bucket: TokenBucket,
  usage: BudgetUsage,
  resetInMs: number | null,
): void {
  const { used, remaining } = usage;
  if (bucket.kind === "allowance") {
    if (remaining === undefined) return;
    bucket.tokens = Math.floor(remaining * bucket.parts) - bucket.unseen - bucket.unseenBefore;
    return;
  }
  const counted = used ?? (remaining === undefined ? null : bucket.capacity - remaining);
  if (counted === null || !(counted >= 0)) return;
  const countedParts = Math.ceil(counted * bucket.parts);
  if (bucket.kind === "window") correctWindow(bucket, countedParts, resetInMs);
  else correctDecay(bucket, countedParts);
}

/** After a ban the budget starts from empty, as after a boot. */
export function emptyTokens(bucket: TokenBucket): void {
  if (bucket.kind !== "allowance") bucket.tokens = Math.min(bucket.tokens, bucket.reserve);
}

/** @returns what a request of this tier could take now, in the venue's units. */
export function availableTokens(bucket: TokenBucket, tier: TokenTier): number {
  const kept = tier === "cancel" ? 0 : bucket.reserve;
  const left = bucket.venueLeft === null
    ? bucket.tokens
    : Math.min(bucket.tokens, bucket.venueLeft);
  return Math.max(0, left - kept) / bucket.parts;
}

/** How much of what the venue allows cannot be used right now, in the venue's own units. */
export function budgetUse(
  bucket: TokenBucket,
): { readonly used: number; readonly capacity: number } {
  const { capacity, parts, burst, reserve, kind } = bucket;
  const whole = kind === "allowance" ? capacity : Math.max(1, (burst - reserve) / parts);
  const free = Math.min(1, availableTokens(bucket, "other") / whole);
  return { used: Math.round(capacity * (1 - free)), capacity };
}

/** Nothing of it is used: a new one, born as early, would be the same. */
export function isRested(bucket: TokenBucket): boolean {
  return bucket.kind !== "allowance" && bucket.tokens >= bucket.burst &&
    bucket.venueLeft === null && recentUse(bucket.recent, bucket.updatedAt) === 0;
}

function refuseNothing(budget: Budget, name: string): void {
  if (budget.kind === "window") {
    const { capacity, intervalMs } = budget;
    if (capacity >= 1 && intervalMs > 0) return;
    throw new RangeError(
      `Cannot keep the ${name} budget: capacity ${capacity} per ${intervalMs} ms must be at ` +
        "least 1 per more than 0 ms",
    );
  }
  const [stock, rate] = budget.kind === "decay"
    ? [budget.capacity, budget.decayPerSecond]
    : [budget.initial, budget.tricklePerSecond];
  // A rate that comes to no parts at all would make a request wait for ever.
  if (stock >= 1 && rate * RATE_PARTS >= 1_000) return;
  throw new RangeError(
    `Cannot keep the ${name} budget: ${stock} at ${rate} per second must be at least 1 at 0.001`,
  );
}

function measures(budget: Budget) {
  switch (budget.kind) {
    case "window": {
      const { capacity, intervalMs } = budget;
      const parts = SHARE_PARTS * intervalMs;
      const burst = Math.max(parts, capacity * intervalMs * shareParts(BURST_SHARE));
      return {
        capacity,
        parts,
        burst,
        refillPerMs: capacity * shareParts(REFILL_SHARE),
        intervalMs,
      };
    }
    case "decay": {
      const { capacity, decayPerSecond } = budget;
      const burst = Math.max(RATE_PARTS, Math.floor(capacity * RATE_PARTS * DECAY_BURST_SHARE));
      const refillPerMs = perMs(decayPerSecond);
      return { capacity, parts: RATE_PARTS, burst, refillPerMs, intervalMs: 0 };
    }
    case "allowance": {
      const { initial: capacity, tricklePerSecond } = budget;
      const refillPerMs = perMs(tricklePerSecond);
      return { capacity, parts: RATE_PARTS, burst: RATE_PARTS, refillPerMs, intervalMs: 0 };
    }
  }
}

/** Each share is a whole number of twentieths. */
function shareParts(share: number): number {
  return Math.round(share * SHARE_PARTS);
}

/** Rounded down: never faster than the venue. The rounding of the product itself is undone first. */
function perMs(perSecond: number): number {
  return Math.floor(Math.round(perSecond * RATE_PARTS) / 1_000);
}

function partsOf(bucket: TokenBucket, amount: number): number {
  return Math.ceil(amount * bucket.parts);
}

/**
 * I1 holds for what fits into the burst. What does not is counted exactly: with all that was spent
 * in the interval it has to fit into it, and what was spent before the boot is not known.
 */
function waitWhenDear(bucket: TokenBucket, cost: number): number {
  const { bornAt, intervalMs, recent, capacity, parts, updatedAt } = bucket;
  const unknownMs = bornAt + intervalMs - updatedAt;
  if (unknownMs > 0) return unknownMs;
  // Dearer than the whole capacity: the profile errs, and alone in an interval it harms least.
  const room = Math.max(0, capacity * parts - cost);
  return recentUse(recent, updatedAt) <= room ? 0 : recentUseFalls(recent, updatedAt);
}

function correctWindow(bucket: TokenBucket, used: number, resetInMs: number | null): void {
  const { capacity, parts, intervalMs, updatedAt: now } = bucket;
  // Answers overtake each other by a few requests; only a window that rolled over falls by half.
  const rolledOver = used < bucket.venueUsed / 2;
  const comparable = bucket.venueLeft !== null && !rolledOver;
  see(bucket, comparable ? used - bucket.venueUsed : 0);
  const left = capacity * parts - used - bucket.unseen - bucket.unseenBefore;
  if (bucket.venueLeft === null || rolledOver) {
    bucket.venueLeft = left;
    bucket.venueLeftUntil = now + Math.min(intervalMs, Math.max(0, resetInMs ?? intervalMs));
  } else {
    // Our own count already contains what is under way; the venue's contains other senders.
    bucket.venueLeft = Math.min(bucket.venueLeft, left);
  }
  bucket.venueUsed = used;
}

/** A counter falls by itself, so a report needs no memory: it holds for this moment. */
function correctDecay(bucket: TokenBucket, used: number): void {
  const left = bucket.burst - used - bucket.unseen - bucket.unseenBefore;
  bucket.tokens = Math.min(bucket.tokens, left);
}

/** I4: what the report has grown by is taken to be ours, the oldest first. */
function see(bucket: TokenBucket, grown: number): void {
  const before = Math.min(bucket.unseenBefore, Math.max(0, grown));
  bucket.unseenBefore -= before;
  bucket.unseen -= Math.min(bucket.unseen, Math.max(0, grown - before));
}
