/**
 * All budgets of one exchange account: by name, and of a name that counts by symbol or by endpoint
 * one bucket for each, made when it is first asked for. Changed in place, before every request; the
 * arithmetic of one bucket is `token_bucket.ts`. All times are monotonic milliseconds.
 *
 * I1 A bucket made late is as one that was there from the boot, or from the last ban, and unused.
 * I2 Of one name at most {@linkcode SCOPED_BUDGETS_MAX} are kept. One that nothing is used of makes
 *    room (by I1 it is not missed); where there is none, further symbols share one bucket, and what
 *    is made after that counts as born when it was last used.
 * I3 A ban holds back everything, or all that takes from the budgets it names; it is never
 *    shortened, and cancels wait for no budget but their own.
 */
import { SCOPED_BUDGETS_MAX } from "../src/model/limits.ts";
import type { Budget, RateLimits, ReportedUsage, RequestCost } from "../src/model/rate_limits.ts";
import {
  advanceTokens,
  availableTokens,
  budgetUse,
  correctTokens,
  emptyTokens,
  isRested,
  newTokenBucket,
  spendTokens,
  type TokenBucket,
  type TokenTier,
  waitForTokens,
} from "./token_bucket.ts";

/** Whose buckets a request counts in, where they are kept by symbol or by endpoint. */
export interface BudgetKeys {
  readonly symbolId: string;
  readonly endpoint: string;
}

/** What one request takes, found and brought up to the moment; not to be kept. */
export interface Charge {
  readonly bucket: TokenBucket;
  readonly amount: number;
  /** How long a ban of its budget still lasts, ms. */
  readonly heldMs: number;
}

export type BudgetsUse = Readonly<
  Record<string, { readonly used: number; readonly capacity: number }>
>;

export class RequestBudgets {
  readonly #shelves = new Map<string, Shelf>();
  #bannedUntil = 0;
  /** When the last ban of a single budget ends. */
  #heldUntil = 0;

  /** As after a boot. @throws {RangeError} for limits that allow nothing */
  constructor(limits: RateLimits, now: number) {
    for (const [name, budget] of Object.entries(limits.budgets)) {
      this.#shelves.set(name, {
        name,
        budget,
        bornAt: now,
        heldUntil: 0,
        // One for all is made at once, so that limits that allow nothing are refused at once.
        single: newTokenBucket(budget, name, now),
        byKey: budget.scope === "symbol" || budget.scope === "endpoint" ? new Map() : null,
      });
    }
  }

  /** Nothing at all may be sent before; 0 while there is no ban. */
  get bannedUntil(): number {
    return this.#bannedUntil;
  }

  /** @throws {RangeError} for a budget that the limits do not name */
  charges(cost: RequestCost, keys: BudgetKeys, now: number): readonly Charge[] {
    const charges: Charge[] = [];
    for (const { budget, amount } of cost) {
      if (amount <= 0) continue;
      const shelf = this.#shelves.get(budget);
      if (shelf === undefined) throw this.#unknown(budget);
      const bucket = bucketOf(shelf, keys, now);
      advanceTokens(bucket, now);
      charges.push({ bucket, amount, heldMs: Math.max(0, shelf.heldUntil - now) });
    }
    return charges;
  }

  /** @returns 0 when the request may go now, else the milliseconds until it may at the earliest. */
  wait(charges: readonly Charge[], tier: TokenTier, now: number): number {
    let waitMs = Math.max(0, this.#bannedUntil - now);
    for (const { bucket, amount, heldMs } of charges) {
      waitMs = Math.max(waitMs, heldMs, waitForTokens(bucket, amount, tier));
    }
    return waitMs;
  }

  /** The venue's own count. @param venueNow the venue's clock at `now`, to read `resetAt` by */
  correct(usage: ReportedUsage, now: number, venueNow: number): void {
    for (const [name, told] of Object.entries(usage.budgets)) {
      const shelf = this.#shelves.get(name);
      if (shelf === undefined) continue;
      const { scope } = shelf.budget;
      const key = scope === "symbol" ? usage.symbolId : usage.endpoint;
      // It speaks of one of many, and nobody knows of which.
      if (shelf.byKey !== null && key === undefined) continue;
      const bucket = bucketOf(shelf, { symbolId: key ?? "", endpoint: key ?? "" }, now);
      advanceTokens(bucket, now);
      correctTokens(bucket, told, told.resetAt === undefined ? null : told.resetAt - venueNow);
    }
  }

  /**
   * @param names the budgets it is about; absent, or with a name that is none: it is about all
   * @returns whether it is about all
   */
  ban(retryAfterMs: number, now: number, names?: readonly string[]): boolean {
    const until = now + Math.max(0, retryAfterMs);
    const named = names?.map((name) => this.#shelves.get(name)).filter((shelf) =>
      shelf !== undefined
    );
    const isOfAll = named === undefined || named.length === 0 || named.length !== names?.length;
    if (isOfAll) this.#bannedUntil = Math.max(this.#bannedUntil, until);
    else this.#heldUntil = Math.max(this.#heldUntil, until);
    for (const shelf of isOfAll ? this.#shelves.values() : named) {
      if (!isOfAll) shelf.heldUntil = Math.max(shelf.heldUntil, until);
      shelf.bornAt = now;
      for (const bucket of bucketsOf(shelf)) {
        advanceTokens(bucket, now);
        emptyTokens(bucket);
      }
    }
    return isOfAll;
  }

  /** How long no request of this cost may be sent because of a ban, ms. */
  bannedForMs(cost: RequestCost, now: number): number {
    let leftMs = Math.max(0, this.#bannedUntil - now);
    if (this.#heldUntil <= now) return leftMs;
    for (const { budget, amount } of cost) {
      if (amount > 0) leftMs = Math.max(leftMs, (this.#shelves.get(budget)?.heldUntil ?? 0) - now);
    }
    return leftMs;
  }

  /** How many such requests could go at once; Infinity for one that takes nothing. */
  remaining(cost: RequestCost, keys: BudgetKeys, now: number): number {
    if (this.bannedForMs(cost, now) > 0) return 0;
    let times = Infinity;
    for (const { bucket, amount } of this.charges(cost, keys, now)) {
      times = Math.min(times, Math.floor(availableTokens(bucket, "other") / amount));
    }
    return times;
  }

  /** For health: of each name how much cannot be used now; of many buckets, of the fullest. */
  use(now: number): BudgetsUse {
    const all: Record<string, { used: number; capacity: number }> = {};
    for (const shelf of this.#shelves.values()) {
      for (const bucket of bucketsOf(shelf)) {
        advanceTokens(bucket, now);
        const { used, capacity } = budgetUse(bucket);
        if (used >= (all[shelf.name]?.used ?? 0)) all[shelf.name] = { used, capacity };
      }
    }
    return all;
  }

  /** Requests of one lane take from the same buckets. */
  laneOf(cost: RequestCost, { symbolId, endpoint }: BudgetKeys): string {
    let lane = "";
    for (const { budget, amount } of cost) {
      if (amount <= 0) continue;
      const scope = this.#shelves.get(budget)?.budget.scope;
      lane += `${budget} ${scope === "symbol" ? symbolId : scope === "endpoint" ? endpoint : ""}\n`;
    }
    return lane;
  }

  /** How many buckets are kept, for those who watch that they stay few. */
  get size(): number {
    let count = 0;
    for (const { byKey } of this.#shelves.values()) count += 1 + (byKey?.size ?? 0);
    return count;
  }

  #unknown(budget: string): RangeError {
    const known = [...this.#shelves.keys()].join(", ");
    return new RangeError(`Cannot charge a request: no budget ${budget}, only ${known}`);
  }
}

export function spendCharges(charges: readonly Charge[]): void {
  for (const { bucket, amount } of charges) spendTokens(bucket, amount);
}

/** The buckets that lack what the request takes. */
export function lackOf(charges: readonly Charge[], tier: TokenTier): readonly TokenBucket[] {
  const lacking: TokenBucket[] = [];
  for (const { bucket, amount, heldMs } of charges) {
    if (heldMs > 0 || waitForTokens(bucket, amount, tier) > 0) lacking.push(bucket);
  }
  return lacking;
}

/** Whether a request needs a bucket that another waits for. */
export function collides(lacking: Iterable<TokenBucket>, charges: readonly Charge[]): boolean {
  for (const bucket of lacking) {
    for (const charge of charges) if (charge.bucket === bucket) return true;
  }
  return false;
}

/** The buckets of one name. */
interface Shelf {
  readonly name: string;
  readonly budget: Budget;
  /** What is made now counts as there since then (I1, I2). */
  bornAt: number;
  /** A ban of this budget alone lasts until then. */
  heldUntil: number;
  /** The only one, or what symbols share that found no room. */
  readonly single: TokenBucket;
  readonly byKey: Map<string, TokenBucket> | null;
}

function bucketOf(shelf: Shelf, { symbolId, endpoint }: BudgetKeys, now: number): TokenBucket {
  const { byKey, budget, single } = shelf;
  if (byKey === null) return single;
  const key = budget.scope === "symbol" ? symbolId : endpoint;
  const kept = byKey.get(key);
  if (kept !== undefined) return kept;
  if (byKey.size >= SCOPED_BUDGETS_MAX && !makeRoom(byKey, now)) {
    shelf.bornAt = now;
    return single;
  }
  const made = newTokenBucket(budget, shelf.name, shelf.bornAt);
  byKey.set(key, made);
  return made;
}

function makeRoom(byKey: Map<string, TokenBucket>, now: number): boolean {
  for (const [key, bucket] of byKey) {
    advanceTokens(bucket, now);
    if (!isRested(bucket)) continue;
    byKey.delete(key);
    return true;
  }
  return false;
}

function* bucketsOf({ single, byKey }: Shelf): Generator<TokenBucket, void> {
  yield single;
  if (byKey !== null) yield* byKey.values();
}
