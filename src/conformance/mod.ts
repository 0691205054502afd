/**
 * The conformance suite: what every exchange adapter of the kernel must do, and how it shows.
 *
 * It works on the port alone, so that adapters from outside this project can be put through it.
 * {@linkcode runConformance} plays every case against a {@linkcode ConformanceTarget} and answers
 * with a {@linkcode Scorecard}; an adapter conforms when nothing in it has failed. Controls of the
 * target (its market, its faults, its books) are optional: without them, as with a real sandbox,
 * the cases that need them are told as not run.
 *
 * @example The paper exchange, which has all a case needs but faults
 * ```ts
 * import { assertEquals } from "@std/assert";
 * import { type Clock, decimal } from "@exchange-kernel/kernel";
 * import { runConformance } from "@exchange-kernel/kernel/conformance";
 * import { createPaperAdapter } from "../exchanges/paper/factory.ts";
 *
 * const clock: Clock = {
 *   now: () => Date.now(),
 *   monotonic: () => performance.now(),
 *   setTimer(callback, delayMs) {
 *     const timer = setTimeout(callback, delayMs);
 *     return () => clearTimeout(timer);
 *   },
 * };
 * const random = { next: () => 0.5, bytes: (length: number) => new Uint8Array(length) };
 * const { failed, unsupported } = await runConformance({
 *   name: "paper",
 *   marketType: "SPOT",
 *   symbolId: "BTC/USDT",
 *   async open() {
 *     const options = { feed: { kind: "none" } };
 *     const paper = await createPaperAdapter({ id: "paper", clock, random, options });
 *     const print = { price: decimal(50_000), quantity: decimal(0), takerSide: "BUY" } as const;
 *     paper.engine.trade("BTC/USDT", print);
 *     return paper;
 *   },
 * }, { clock, themes: ["place", "reduce-only"] });
 * assertEquals([failed, unsupported > 0], [0, true]);
 * ```
 * @module
 */
import { type ConformanceOptions, Run } from "./run.ts";
import type { Scorecard } from "./scorecard.ts";
import type { ConformanceTarget } from "./target.ts";

export { type Theme, THEMES } from "./case.ts";
export type { ConformanceOptions } from "./run.ts";
export { type CaseResult, type Scorecard, ScorecardSchema, type Verdict } from "./scorecard.ts";
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
