/** One thing every adapter must do, and how it is told. */
import type { Stage } from "./stage.ts";

/** What a case is about; the order is that of the report. */
export const THEMES = [
  "place",
  "time in force",
  "post-only",
  "reduce-only",
  "amend",
  "cancel",
  "look-up",
  "fills",
  "rejects",
  "precision",
  "instruments",
  "account",
  "stream",
  "reconnect",
  "resync",
  "rate limits",
  "duplicates",
  "gate",
  "faults",
] as const;
/** What a case is about. */
export type Theme = typeof THEMES[number];

/** What a case cannot do without. */
export type Need = "market" | "faults" | "ledger" | "contract" | "spot";

/** One case; the adapter is connected and its sockets are closed when it begins. */
export interface ConformanceCase {
  readonly name: string;
  readonly theme: Theme;
  /** The name in `capabilitiesOf` that says whether it can be done; null: every adapter must. */
  readonly capability: string | null;
  readonly needs?: readonly Need[];
  /** Faults by name that it plays. */
  readonly faults?: readonly string[];
  /** @throws {Breach} where the adapter fails. */
  readonly run: (stage: Stage) => Promise<void>;
  /** Shows that what is claimed `NO` is refused, not ignored; run instead of `run` then. */
  readonly without?: (stage: Stage) => Promise<void>;
}

/** Many results of one stage: what costs time once for all of them. */
export interface ConformanceBatch {
  readonly theme: Theme;
  readonly needs: readonly Need[];
  readonly names: (stage: Stage) => readonly string[];
  /** By name the reason for which it failed; those that are absent have passed. */
  readonly run: (stage: Stage) => Promise<ReadonlyMap<string, string>>;
}
