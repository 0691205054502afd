/** Adapter kinds by name; each loads its code only when an exchange of that kind is opened. */
import type { Clock, Random } from "../model/clock.ts";
import type { ExchangeAdapter } from "./exchange.ts";

export interface AdapterContext {
  readonly id: string;
  readonly clock: Clock;
  readonly random: Random;
  /** The exchange's section of the configuration, already parsed. */
  readonly options: Readonly<Record<string, unknown>>;
}

/** @throws {ConfigError} naming the option. */
export type AdapterFactory = (context: AdapterContext) => Promise<ExchangeAdapter>;
