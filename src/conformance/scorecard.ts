/** What the suite found, for machines. */
import { z } from "zod";
import { type Support, SupportSchema } from "../model/instrument.ts";
import { type EpochMs, EpochMsSchema } from "../model/scalars.ts";
import { type Theme, THEMES } from "./case.ts";

/**
 * `unsupported`: the adapter says that it cannot be done, and refuses it. `not run`: the target
 * has no such control, or the account cannot show it.
 */
export type Verdict = "passed" | "failed" | "unsupported" | "not run";

/** What came of one case. */
export interface CaseResult {
  /** Its name, unique in a scorecard. */
  readonly case: string;
  /** What it is about. */
  readonly theme: Theme;
  /** What the adapter had to claim for it; null where every adapter must. */
  readonly capability: string | null;
  /** How it ended. */
  readonly verdict: Verdict;
  /** The rule that was broken, or what is missing; empty where it passed. */
  readonly detail: string;
  /** How long it took. */
  readonly ms: number;
}

/** What one target showed. */
export interface Scorecard {
  /** The target's name. */
  readonly target: string;
  /** Of the suite; the caller's own where it gave one. */
  readonly version: string;
  /** When the run began. */
  readonly at: EpochMs;
  /** What the adapter claims. */
  readonly capabilities: Readonly<Record<string, Support>>;
  /** In the order they were run. */
  readonly results: readonly CaseResult[];
  /** How many passed. */
  readonly passed: number;
  /** How many failed: none, where the adapter conforms. */
  readonly failed: number;
  /** How many the adapter cannot do, and says so. */
  readonly unsupported: number;
  /** How many could not be shown. */
  readonly notRun: number;
}

/** A case's words are the suite's own; this only bounds what is read back from a file. */
const TEXT_MAX = 4_096;
const RESULTS_MAX = 10_000;
const TextSchema = z.string().max(TEXT_MAX);
const CountSchema = z.int().min(0).max(RESULTS_MAX);

/** What a scorecard looks like as JSON. */
export const ScorecardSchema: z.ZodType<Scorecard, unknown> = z.strictObject({
  target: TextSchema,
  version: TextSchema,
  at: EpochMsSchema,
  capabilities: z.record(TextSchema, SupportSchema),
  results: z.array(z.strictObject({
    case: TextSchema,
    theme: z.enum(THEMES),
    capability: TextSchema.nullable(),
    verdict: z.enum(["passed", "failed", "unsupported", "not run"]),
    detail: TextSchema,
    ms: z.number().min(0),
  })).max(RESULTS_MAX),
  passed: CountSchema,
  failed: CountSchema,
  unsupported: CountSchema,
  notRun: CountSchema,
}).refine(
  ({ results, passed, failed, unsupported, notRun }) =>
    results.length === passed + failed + unsupported + notRun,
  "the counts must add up to the results",
);

/**
 * A scorecard as another run wrote it.
 *
 * @param value what `JSON.parse` made of its file.
 * @throws {TypeError} naming the field and the rule it breaks.
 */
export function readScorecard(value: unknown): Scorecard {
  const parsed = ScorecardSchema.safeParse(value);
  if (parsed.success) return parsed.data;
  const [issue] = parsed.error.issues;
  const field = issue?.path.join(".") || "the whole";
  throw new TypeError(`Cannot read a scorecard: ${field}: ${issue?.message ?? "not valid"}`);
}
