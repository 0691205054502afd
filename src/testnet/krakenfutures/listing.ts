/**
 * What the local Kraken Futures lists: linear multi-collateral perpetuals, settled in dollars, and an
 * inverse one and a dated inverse one, counted in dollars and settled in bitcoin.
 */
import { decimal } from "../../model/decimal.ts";
import { type Listing, metadataOf } from "../kit/listing.ts";

export interface FuturesListing extends Listing {
  readonly base: string;
  readonly settle: string;
  readonly tick: string;
  readonly priceDecimals: number;
  /** "contractValueTradePrecision": decimals of a size. */
  readonly sizeDecimals: number;
  /** When a dated contract ends; null for perpetuals. */
  readonly lastTradingTime: string | null;
}

interface Row {
  readonly symbol: string;
  readonly base: string;
  /** Default: USD. */
  readonly settle?: string;
  readonly tick: string;
  readonly priceDecimals: number;
  readonly sizeDecimals: number;
  readonly start: string;
  /** As `YYYYMMDD`; default: a perpetual. */
  readonly expiry?: string;
}

/** Ticks and sizes as the exchange listed them in 2025; those of inverse contracts are dollars. */
const ROWS: readonly Row[] = [
  row("PF_XBTUSD", "BTC", { tick: "1", priceDecimals: 0, sizeDecimals: 4, start: "50000" }),
  row("PF_ETHUSD", "ETH", { tick: "0.1", priceDecimals: 1, sizeDecimals: 3, start: "3000" }),
  row("PF_SOLUSD", "SOL", { tick: "0.01", priceDecimals: 2, sizeDecimals: 2, start: "150" }),
  row("PI_XBTUSD", "BTC", { ...inverse(), start: "50000" }),
  row("FI_XBTUSD_270326", "BTC", { ...inverse(), start: "51000", expiry: "20270326" }),
];

export const LISTINGS: readonly FuturesListing[] = ROWS.map(listing);

function row(symbol: string, base: string, more: Omit<Row, "symbol" | "base">): Row {
  return { symbol, base, ...more };
}

function inverse() {
  return { settle: "BTC", tick: "0.5", priceDecimals: 1, sizeDecimals: 0 } as const;
}

function listing(
  { symbol, base, settle = "USD", tick, priceDecimals, sizeDecimals, start, expiry }: Row,
): FuturesListing {
  const kind = expiry === undefined ? "PERP" : `FUT:${expiry}`;
  const symbolId = `${base}/USD:${kind}${settle === "USD" ? "" : `@${settle}`}`;
  return {
    symbol,
    symbolId,
    aliases: [symbol.toLowerCase()],
    base,
    settle,
    tick,
    priceDecimals,
    sizeDecimals,
    lastTradingTime: expiry === undefined ? null : lastTradingTime(expiry),
    startPrice: decimal(start),
    metadata: metadataOf({
      symbol,
      symbolId,
      base,
      quote: "USD",
      settle,
      instrumentType: expiry === undefined ? "PERPETUAL" : "FUTURES",
      contractSize: decimal("1"),
      tickSize: decimal(tick),
      stepSize: decimal(sizeDecimals === 0 ? "1" : `0.${"0".repeat(sizeDecimals - 1)}1`),
    }),
  };
}

/** The exchange's contracts end at 15:00. */
function lastTradingTime(expiry: string): string {
  return `${expiry.slice(0, 4)}-${expiry.slice(4, 6)}-${expiry.slice(6)}T15:00:00.000Z`;
}
