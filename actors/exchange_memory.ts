/**
 * What of an exchange outlives its actors: the venue counts what an account has sent and remembers
 * a ban, and the caps of a minute hold for that minute, whoever has been restarted in it.
 */
import { newRiskRates, type RiskRates } from "../machines/risk_rates.ts";
import { banTokens } from "../machines/token_bucket.ts";
import type { RateLimits } from "../src/exchanges/exchange.ts";
import { DEFAULT_RISK } from "../src/model/risk.ts";
import type { Ban } from "./ban.ts";
import type { ExchangeOptions } from "./exchange_options.ts";
import { newRequestMemory, type RequestMemory } from "./request_options.ts";

export interface ExchangeMemory {
  readonly limits: RateLimits;
  readonly requests: RequestMemory;
  readonly rates: RiskRates;
}

/** As after the start of the process: the budgets are empty, and a ban holds on. */
export function newExchangeMemory(
  { clock, adapter, rateLimits, risk = DEFAULT_RISK }: ExchangeOptions,
  ban: Ban,
): ExchangeMemory {
  const limits = rateLimits ?? adapter.capabilities.rateLimits;
  const requests = newRequestMemory({ clock, limits });
  const bannedForMs = ban.leftMs();
  if (bannedForMs > 0) banTokens(requests.bucket, bannedForMs);
  return { limits, requests, rates: newRiskRates(risk) };
}
