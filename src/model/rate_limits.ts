/**
 * How a venue counts requests: budgets by name, what a request takes of each, and what the venue
 * says is used. Plain data: the arithmetic is `machines/token_bucket.ts`.
 */
import type { EpochMs } from "./scalars.ts";

/**
 * Whose use a budget counts. Of `symbol` and `endpoint` every symbol and every endpoint has one of
 * its own, with the same limit.
 */
export type BudgetScope = "account" | "ip" | "symbol" | "endpoint";

/** One budget of a venue, as the venue publishes it; what is kept free of it is our business. */
export type Budget = WindowBudget | DecayBudget | AllowanceBudget;

/** At most `capacity` in any `intervalMs`, by whatever way of counting (fixed, sliding, bucket). */
export interface WindowBudget {
  /** Which of the three it is. */
  readonly kind: "window";
  /** Whose use it counts. */
  readonly scope: BudgetScope;
  /** In the venue's units, at least 1. */
  readonly capacity: number;
  /** The length of the window. */
  readonly intervalMs: number;
}

/** A counter that requests raise and time lowers, and that may not go beyond `capacity`. */
export interface DecayBudget {
  /** Which of the three it is. */
  readonly kind: "decay";
  /** Whose use it counts. */
  readonly scope: BudgetScope;
  /** In the venue's units, at least 1. */
  readonly capacity: number;
  /** By how much the counter falls; kept to three decimals, rounded down. */
  readonly decayPerSecond: number;
}

/**
 * A stock that requests use up and the venue tops up by rules of its own, such as the volume that
 * was traded. What is left is known from `usage` facts; once nothing is, it trickles.
 */
export interface AllowanceBudget {
  /** Which of the three it is. */
  readonly kind: "allowance";
  /** Whose use it counts. */
  readonly scope: BudgetScope;
  /** Taken to be left until the venue has said. */
  readonly initial: number;
  /** How many a second the venue still admits when nothing is left. */
  readonly tricklePerSecond: number;
}

/** The venue's budgets by name. */
export interface RateLimits {
  /** Every name that `cost` uses. */
  readonly budgets: Readonly<Record<string, Budget>>;
}

/** What one request takes of one budget. */
export interface BudgetCost {
  /** A name of `RateLimits.budgets`. */
  readonly budget: string;
  /** In the units of its capacity; 0 takes nothing. */
  readonly amount: number;
}

/** What one request takes; empty where it costs nothing. */
export type RequestCost = readonly BudgetCost[];

/** What a request is about, as far as its cost depends on it. */
export interface RequestAbout {
  /** Canonical symbol; without it budgets of scope `symbol` count it among all that have none. */
  readonly symbolId?: string;
  /** Which of the venue's endpoints, where one kind of request has several; default: the kind. */
  readonly endpoint?: string;
  /** How many orders a batch holds; default 1. */
  readonly orders?: number;
  /** How long ago the order to be canceled or amended was sent; absent when that is not known. */
  readonly ageMs?: number;
}

/** What the venue says of one budget; a number that is absent was not said. */
export interface BudgetUsage {
  /** Counted as used now. */
  readonly used?: number;
  /** Left now; taken where `used` is absent. */
  readonly remaining?: number;
  /** When a window is empty again, by the venue's clock. */
  readonly resetAt?: EpochMs;
}

/** What the venue says is used, by the way or asked. */
export interface ReportedUsage {
  /** By name; names that no budget has are passed over. */
  readonly budgets: Readonly<Record<string, BudgetUsage>>;
  /** Whose budget of scope `symbol` it speaks of. */
  readonly symbolId?: string;
  /** Whose budget of scope `endpoint` it speaks of. */
  readonly endpoint?: string;
}

/**
 * What the configuration says of the venue's budgets: the first two are caps of ours, which lower and
 * never raise; `budgets` says what the account's own tier is, which may be more than the lowest.
 */
export interface RateCaps {
  /** Placements and amends together. */
  readonly ordersPerSecond?: number;
  /** Of what budgets of scope `ip` count; where a venue has none every request weighs 1. */
  readonly weightPerMinute?: number;
  /** By a name of `RateLimits.budgets`. */
  readonly budgets?: Readonly<Record<string, BudgetChange>>;
}

/** One budget as it is for this account; what is absent stays as the venue publishes it. */
export interface BudgetChange {
  /** In the venue's units, above 0; of an allowance what it starts with. */
  readonly capacity?: number;
  /** Of a decaying counter alone; above 0. */
  readonly decayPerSecond?: number;
}

/** From the most to the least urgent: what lowers risk goes before what raises it. */
export type RequestPriority = "cancel" | "reduce" | "protect" | "submit" | "probe" | "resync";
