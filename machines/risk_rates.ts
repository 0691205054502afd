/**
 * What the rules about pace remember: how many orders and changes there were of late, and which
 * market orders were placed a moment ago. It outlives the actors of its exchange, whose restart
 * gives nobody a rate back. All times are monotonic milliseconds.
 */
import { RISK_REPEATS_MAX } from "../src/model/limits.ts";
import type { RiskLimits } from "../src/model/risk.ts";
import { RiskRepeats } from "./risk_repeats.ts";
import { RiskWindow } from "./risk_window.ts";

export interface RiskRates {
  readonly orders: readonly RiskWindow[];
  readonly modifies: readonly RiskWindow[];
  readonly repeats: RiskRepeats;
}

export function newRiskRates(limits: RiskLimits): RiskRates {
  return {
    orders: [
      new RiskWindow(limits.maxOrdersPerSecond, SECOND_MS),
      new RiskWindow(limits.maxOrdersPerMinute, MINUTE_MS),
    ],
    modifies: [
      new RiskWindow(limits.maxModifiesPerSecond, SECOND_MS),
      new RiskWindow(limits.maxModifiesPerMinute, MINUTE_MS),
    ],
    repeats: new RiskRepeats({ windowMs: limits.duplicateWindowMs, max: RISK_REPEATS_MAX }),
  };
}

const SECOND_MS = 1_000;
const MINUTE_MS = 60_000;
