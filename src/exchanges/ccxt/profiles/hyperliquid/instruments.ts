/**
 * Perpetuals and spot pairs of Hyperliquid into instruments. Source: hyperliquid.gitbook.io, "Tick
 * and lot size" and "Asset IDs", read on 2026-11-21: prices have up to 5 significant figures and no
 * more than `6 - szDecimals` decimals (spot: 8), integers are always taken; sizes have `szDecimals`.
 */
import { capabilities } from "../../../../model/capabilities.ts";
import { type Decimal, decimalsOf } from "../../../../model/decimal.ts";
import type {
  MarketCapabilities,
  PriceConstraints,
  SymbolMetadata,
} from "../../../../model/instrument.ts";
import type { CcxtExchange, CcxtMarket } from "../../ccxt.ts";
import { exactNumber } from "../../instruments/exact_number.ts";
import { RowError } from "../../rows/fields.ts";
import { type InstrumentExtras, readInstrument } from "../../instruments/instrument.ts";

/** What `market` of the configuration says. */
export type HyperliquidMarket = "perp" | "spot";

/**
 * What the venue's own pages call tokens that stand for a coin of another chain, as ccxt 4.5.84 has
 * them. Markets and balances have to be read by one table.
 */
export const TOKEN_NAMES: Readonly<Record<string, string>> = {
  UDZ: "2Z",
  UBONK: "BONK",
  UBTC: "BTC",
  UETH: "ETH",
  UFART: "FARTCOIN",
  HPENGU: "PENGU",
  UPUMP: "PUMP",
  USOL: "SOL",
  UUUSPX: "SPX",
  USDT0: "USDT",
  XAUT0: "XAUT",
  UXPL: "XPL",
};

export function assetOf(token: string): string {
  return TOKEN_NAMES[token] ?? token;
}

export function readHyperliquidInstrument(
  market: CcxtMarket,
  exchange: CcxtExchange,
): SymbolMetadata {
  return readInstrument(market, { extras: EXTRAS, precisionMode: exchange.precisionMode });
}

/** What orders, rows and subscriptions name a market by: `BTC`, `PURR/USDC`, `@107`. */
export function coinOf(market: CcxtMarket): string {
  if (market.spot === true) return market.id;
  const { baseName } = market as CcxtMarket & { readonly baseName?: unknown };
  if (typeof baseName !== "string" || baseName === "") throw new RowError("baseName is missing");
  return baseName;
}

/** Spot pairs are `BASE/QUOTE` or `@INDEX`; a colon names a perpetual of somebody else's dex. */
export function isCoinOf(coin: string, market: HyperliquidMarket): boolean {
  const isSpot = coin.includes("/") || coin.startsWith("@");
  return market === "spot" ? isSpot : !isSpot && !coin.includes(":");
}

/** Whether a market is traded here: perpetuals of other dexes come with the venue's own. */
export function isServed(each: CcxtMarket, market: HyperliquidMarket): boolean {
  if (market === "spot") return each.spot === true;
  const { baseName } = each as CcxtMarket & { readonly baseName?: unknown };
  return each.swap === true && !(typeof baseName === "string" && baseName.includes(":"));
}

const SIGNIFICANT_DIGITS = 5;

/** ccxt's own precision of a price is that of the moment's price. */
export function priceRule(market: CcxtMarket): PriceConstraints {
  const step = exactNumber(market.precision?.amount, "precision.amount");
  if (step === null) throw new RowError("precision.amount is missing");
  const decimals = (market.spot === true ? 8 : 6) - decimalsOf(step);
  return {
    tickSize: exactNumber(`1e${-decimals}`, "tick") as Decimal, // null only where nothing is given
    spacing: "DYNAMIC",
    significantDigits: SIGNIFICANT_DIGITS,
    min: null,
    max: null,
    bands: [],
  };
}

const EXTRAS: InstrumentExtras = {
  rawSymbol: coinOf,
  price: priceRule,
  capabilities: capabilitiesOf,
};

/**
 * There are no market orders: an order that takes at once, at a bound beside the middle price,
 * stands for one. Changing an order in place is NO: the venue's `modify` is a cancel and a new order
 * of the whole size given, whatever the old one has filled meanwhile, so the two could fill more
 * than was asked for. Trigger orders exist and stay NO until the kernel's order model has them.
 */
function capabilitiesOf(market: CcxtMarket): MarketCapabilities {
  return capabilities({
    market: "EMULATED",
    limit: "NATIVE",
    timeInForce: { GTC: "NATIVE", IOC: "NATIVE", DAY: "EMULATED", GTD: "EMULATED" },
    postOnly: "NATIVE",
    reduceOnly: market.spot === true ? "NO" : "NATIVE",
    lookupByClientOrderId: "NATIVE",
  });
}
