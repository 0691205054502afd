/** Adapter kinds by name; each loads its code only when an exchange of that kind is opened. */
import type { Clock, Random } from "../model/clock.ts";
import type { MarketDataControl } from "../model/market_data.ts";
import type { ExchangeAdapter } from "./exchange.ts";

/** What an adapter is made from. Time and randomness come from here and from nowhere else. */
export interface AdapterContext {
  /** The key of the exchange in `openKernel({ exchanges })`. */
  readonly id: string;
  /** The kernel's clock; virtual in a simulation. */
  readonly clock: Clock;
  /** The kernel's randomness; from a seed in a simulation. */
  readonly random: Random;
  /** The exchange's section of the configuration, already parsed. */
  readonly options: Readonly<Record<string, unknown>>;
  /**
   * The market data of another exchange of the same kernel. What it returns is called once this
   * adapter connects, and throws while the other one is not running.
   *
   * @throws {ConfigError} when no other exchange of that name is configured.
   */
  readonly marketOf?: (exchangeId: string, field: string) => () => MarketDataControl;
}

/**
 * Makes the adapter of one exchange, not connected yet.
 *
 * @throws {ConfigError} naming the option.
 */
export type AdapterFactory = (context: AdapterContext) => Promise<ExchangeAdapter>;
