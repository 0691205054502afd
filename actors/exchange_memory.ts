/**
 * What of an exchange outlives its actors: the venue counts what an account has sent and remembers
 * a ban, and the caps of a minute hold for that minute, whoever has been restarted in it.
 */
import { newRiskRates, type RiskRates } from "../machines/risk_rates.ts";
import { capped, type Metering } from "../machines/request_caps.ts";
import type { RequestKind } from "../src/exchanges/exchange.ts";
import { DEFAULT_RISK } from "../src/model/risk.ts";
import type { Ban } from "./ban.ts";
import type { ExchangeOptions } from "./exchange_options.ts";
import { MarketHub } from "./market_hub.ts";
import { newRequestMemory, type RequestMemory } from "./request_options.ts";
import { Standing } from "./standing.ts";

export interface ExchangeMemory {
  readonly metering: Metering<RequestKind>;
  readonly requests: RequestMemory;
  readonly rates: RiskRates;
  /** Who listens to the market; they outlast a restart. */
  readonly hub: MarketHub;
  /** Who waits for it to be ready outlasts a restart as well. */
  readonly standing: Standing;
}

/** As after the start of the process: budgets are empty unless it is known better; a ban holds on. */
export function newExchangeMemory(
  { id, clock, adapter, rateLimits, risk = DEFAULT_RISK, untouched = false }: ExchangeOptions,
  ban: Ban,
): ExchangeMemory {
  const { rateLimits: limits, cost } = adapter.capabilities;
  const metering = capped({ limits, cost }, rateLimits);
  const requests = newRequestMemory({ clock, limits: metering.limits, untouched });
  const bannedForMs = ban.leftMs();
  if (bannedForMs > 0) requests.budgets.ban(bannedForMs, clock.monotonic());
  const rates = newRiskRates(risk);
  return { metering, requests, rates, hub: new MarketHub(), standing: new Standing(id) };
}
