/**
 * The conformance suite: what every exchange adapter of the kernel must do, and how it shows.
 *
 * It works on the port alone, so that adapters from outside this project can be put through it.
 * {@linkcode runConformance} plays every case against a {@linkcode ConformanceTarget} and answers
 * with a {@linkcode Scorecard}; an adapter conforms when nothing in it has failed. Controls of the
 * target (its market, its faults, its books) are optional: without them, as with a real sandbox,
 * the cases that need them are told as not run.
 *
 * @example An adapter of one's own, without any control
 * ```ts
 * import type { Clock, ExchangeAdapter } from "@exchange-kernel/kernel";
 * import { runConformance } from "@exchange-kernel/kernel/conformance";
 *
 * async function mistakes(open: () => Promise<ExchangeAdapter>, clock: Clock) {
 *   const target = { name: "mine", marketType: "SPOT", symbolId: "BTC/USDT", open } as const;
 *   const { results } = await runConformance(target, { clock, themes: ["place", "gate"] });
 *   return results.filter(({ verdict }) => verdict === "failed");
 * }
 * ```
 * @module
 */
import type { Clock } from "../model/clock.ts";
import { type ConformanceOptions, Run } from "./run.ts";
import type { Scorecard } from "./scorecard.ts";
import { type StoreCaseResult, storeResults } from "./store/suite.ts";
import type { StoreTarget } from "./store/subject.ts";
import type { ConformanceTarget } from "./target.ts";

export { type Theme, THEMES } from "./case.ts";
export type { ConformanceOptions } from "./run.ts";
export { type CaseResult, readScorecard, type Scorecard, type Verdict } from "./scorecard.ts";
export type { StoreCaseResult } from "./store/suite.ts";
export type { StoreTarget } from "./store/subject.ts";
export type {
  Batch,
  EventQuery,
  ParkedFact,
  Receipt,
  SideRecords,
  Store,
  StoredIntent,
  TurnRecord,
} from "../stores/store.ts";
export { capabilityTable, renderReport, type ReportTable, verdictTable } from "./report.ts";
export type {
  ConformanceTarget,
  FaultControl,
  FaultPlace,
  Lack,
  LedgerEntry,
  MarketControl,
  VenueLedger,
} from "./target.ts";

/**
 * Plays every case against the target, one after another, each on an adapter of its own.
 *
 * Nothing rejects because of the adapter: what it does wrong is a result. Without `target.reset`
 * every order that a case placed and that still rests is canceled when it ends.
 *
 * @param target the account and the controls there are.
 * @param options the clock everything is waited by, and which themes are played.
 * @returns every result, and how many there are of each verdict.
 * @example
 * ```ts
 * import type { Clock } from "@exchange-kernel/kernel";
 * import { type ConformanceTarget, runConformance } from "@exchange-kernel/kernel/conformance";
 *
 * async function conforms(target: ConformanceTarget, clock: Clock): Promise<boolean> {
 *   const { results, failed } = await runConformance(target, { clock, version: "1.0.0" });
 *   for (const { case: name, verdict, detail } of results) console.log(verdict, name, detail);
 *   return failed === 0;
 * }
 * ```
 */
export function runConformance(
  target: ConformanceTarget,
  options: ConformanceOptions,
): Promise<Scorecard> {
  return new Run(target, options).scorecard();
}

/**
 * Plays every behaviour of a store, each on an empty store that is closed afterwards.
 *
 * @param target opens such a store, and removes what it left behind.
 * @param options the clock results are timed by.
 * @returns every result; the store conforms when none has failed.
 * @example
 * ```ts
 * import type { Clock } from "@exchange-kernel/kernel";
 * import { runStoreConformance, type StoreTarget } from "@exchange-kernel/kernel/conformance";
 *
 * async function conforms(target: StoreTarget, clock: Clock): Promise<boolean> {
 *   const results = await runStoreConformance(target, { clock });
 *   return results.every(({ verdict }) => verdict === "passed");
 * }
 * ```
 */
export function runStoreConformance(
  target: StoreTarget,
  { clock }: { readonly clock: Clock },
): Promise<readonly StoreCaseResult[]> {
  return storeResults(target, clock);
}
