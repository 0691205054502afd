/** "/derivatives: 500 every 10 seconds", by key. */
export interface LimitOptions {
  readonly derivativesPer10s: number;
}

export const DEFAULT_LIMITS: LimitOptions = { derivativesPer10s: 500 };
/** For benchmarks: limits nobody reaches. */
export const NO_LIMITS: LimitOptions = { derivativesPer10s: 1_000_000_000 };
