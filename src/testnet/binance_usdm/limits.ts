/**
 * The rate limits of Binance USDⓈ-M futures: weight as on spot, and new orders in windows of ten
 * seconds and of a minute. Source: `rateLimits` of GET /fapi/v1/exchangeInfo, read on 2026-11-21.
 */
import { DEFAULT_LIMITS as SPOT_LIMITS, type LimitRules } from "../binance/limits.ts";

export interface UsdmLimits {
  /** Per minute. */
  readonly weightMax: number;
  /** Per account in ten seconds. */
  readonly ordersPer10sMax: number;
  /** Per account in a minute. */
  readonly ordersPerMinuteMax: number;
  /** Requests answered 429 in a row before the ban; the exchange does not tell its number. */
  readonly warningsMax: number;
  /** The first ban, doubled each time, up to three days. */
  readonly banMs: number;
}

export const DEFAULT_LIMITS: UsdmLimits = {
  weightMax: 2_400,
  ordersPer10sMax: 300,
  ordersPerMinuteMax: 1_200,
  warningsMax: SPOT_LIMITS.warningsMax,
  banMs: SPOT_LIMITS.banMs,
};

/** For benchmarks: limits nobody reaches. */
export const NO_LIMITS: UsdmLimits = {
  ...DEFAULT_LIMITS,
  weightMax: 1_000_000_000,
  ordersPer10sMax: 1_000_000_000,
  ordersPerMinuteMax: 1_000_000_000,
};

export function limitRules(limits: UsdmLimits): LimitRules {
  return {
    ...limits,
    orders: [
      {
        interval: "SECOND",
        intervalNum: 10,
        max: limits.ordersPer10sMax,
        name: { header: "10s", text: "10 SECOND" },
      },
      {
        interval: "MINUTE",
        intervalNum: 1,
        max: limits.ordersPerMinuteMax,
        name: { header: "1m", text: "1 MINUTE" },
      },
    ],
    uncounted: [],
  };
}
