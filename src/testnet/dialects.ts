/** Every exchange the testnet speaks: one entry each. */
import { binanceDialect } from "./binance/dialect.ts";
import { DEFAULT_LIMITS, NO_LIMITS } from "./binance/limits.ts";
import { binanceUsdmDialect } from "./binance_usdm/dialect.ts";
import {
  DEFAULT_LIMITS as BINANCE_USDM_LIMITS,
  NO_LIMITS as BINANCE_USDM_NO_LIMITS,
} from "./binance_usdm/limits.ts";
import { bybitDialect } from "./bybit/dialect.ts";
import { DEFAULT_LIMITS as BYBIT_LIMITS, NO_LIMITS as BYBIT_NO_LIMITS } from "./bybit/limits.ts";
import { coinbaseDialect } from "./coinbase/dialect.ts";
import {
  DEFAULT_LIMITS as COINBASE_LIMITS,
  NO_LIMITS as COINBASE_NO_LIMITS,
} from "./coinbase/limits.ts";
import type { TestnetAccount } from "./credentials.ts";
import { defaultCredentials } from "./credentials.ts";
import type { Dialect, DialectContext, DialectOptions } from "./dialect.ts";
import { hyperliquidDialect } from "./hyperliquid/dialect.ts";
import {
  DEFAULT_LIMITS as HYPERLIQUID_LIMITS,
  NO_LIMITS as HYPERLIQUID_NO_LIMITS,
} from "./hyperliquid/limits.ts";
import { krakenDialect } from "./kraken/dialect.ts";
import { DEFAULT_LIMITS as KRAKEN_LIMITS, NO_LIMITS as KRAKEN_NO_LIMITS } from "./kraken/limits.ts";
import { krakenFuturesDialect } from "./krakenfutures/dialect.ts";
import {
  DEFAULT_LIMITS as KRAKENFUTURES_LIMITS,
  NO_LIMITS as KRAKENFUTURES_NO_LIMITS,
} from "./krakenfutures/limits.ts";
import { okxDialect } from "./okx/dialect.ts";
import { DEFAULT_LIMITS as OKX_LIMITS, NO_LIMITS as OKX_NO_LIMITS } from "./okx/limits.ts";

/** Limits by the names dialects give them. */
export type LimitValues = Readonly<Record<string, number>>;

interface DialectSpec<N extends string, L extends object> {
  readonly name: N;
  /** As published by the exchange, and what nobody reaches. */
  readonly limits: { readonly published: L; readonly none: L };
  readonly make: (options: DialectOptions<L>, context: DialectContext) => Dialect;
}

/** What of the server's options a dialect is made from. */
export interface DialectChoice {
  readonly accounts?: readonly TestnetAccount[];
  readonly limits?: "none" | LimitValues;
  readonly openOrdersMax?: number;
}

export interface DialectEntry<N extends string = string> {
  readonly name: N;
  /** The names that `limits` may give. */
  readonly limitNames: readonly string[];
  readonly make: (choice: DialectChoice, context: DialectContext) => Dialect;
}

const DIALECTS = [
  entry({
    name: "binance",
    limits: { published: DEFAULT_LIMITS, none: NO_LIMITS },
    make: binanceDialect,
  }),
  entry({
    name: "binanceusdm",
    limits: { published: BINANCE_USDM_LIMITS, none: BINANCE_USDM_NO_LIMITS },
    make: binanceUsdmDialect,
  }),
  entry({
    name: "okx",
    limits: { published: OKX_LIMITS, none: OKX_NO_LIMITS },
    make: okxDialect,
  }),
  entry({
    name: "bybit",
    limits: { published: BYBIT_LIMITS, none: BYBIT_NO_LIMITS },
    make: bybitDialect,
  }),
  entry({
    name: "hyperliquid",
    limits: { published: HYPERLIQUID_LIMITS, none: HYPERLIQUID_NO_LIMITS },
    make: hyperliquidDialect,
  }),
  entry({
    name: "coinbase",
    limits: { published: COINBASE_LIMITS, none: COINBASE_NO_LIMITS },
    make: coinbaseDialect,
  }),
  entry({
    name: "kraken",
    limits: { published: KRAKEN_LIMITS, none: KRAKEN_NO_LIMITS },
    make: krakenDialect,
  }),
  entry({
    name: "krakenfutures",
    limits: { published: KRAKENFUTURES_LIMITS, none: KRAKENFUTURES_NO_LIMITS },
    make: krakenFuturesDialect,
  }),
] as const;

export type ExchangeName = typeof DIALECTS[number]["name"];
export const EXCHANGE_NAMES: readonly ExchangeName[] = DIALECTS.map(({ name }) => name);

/** @throws {RangeError} naming those there are. */
export function dialectOf(name: ExchangeName): DialectEntry {
  const found = DIALECTS.find((each) => each.name === name);
  if (found !== undefined) return found;
  throw new RangeError(`exchange: must be one of ${EXCHANGE_NAMES.join(", ")}, got ${name}`);
}

function entry<N extends string, L extends object>(spec: DialectSpec<N, L>): DialectEntry<N> {
  const { published, none } = spec.limits;
  return {
    name: spec.name,
    limitNames: Object.keys(published),
    make: (choice, context) =>
      spec.make({
        accounts: choice.accounts ?? [defaultCredentials(spec.name)],
        limits: choice.limits === "none" ? none : withGiven(published, choice.limits ?? {}),
        ...openOrders(choice),
      }, context),
  };
}

/** Names of other dialects are not this one's to read. */
function withGiven<L extends object>(published: L, given: LimitValues): L {
  const own = Object.entries(given).filter(([name]) => name in published);
  return { ...published, ...Object.fromEntries(own) };
}

const OPEN_ORDERS_UNLIMITED = 200_000;

function openOrders({ openOrdersMax, limits }: DialectChoice): { readonly openOrdersMax?: number } {
  if (openOrdersMax !== undefined) return { openOrdersMax };
  return limits === "none" ? { openOrdersMax: OPEN_ORDERS_UNLIMITED } : {};
}
