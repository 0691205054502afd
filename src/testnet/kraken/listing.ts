/** What the local Kraken lists: spot pairs with the four names and the filters it publishes. */
import { decimal } from "../../model/decimal.ts";
import { type Listing, metadataOf } from "../kit/listing.ts";

export interface KrakenListing extends Listing {
  readonly altname: string;
  readonly wsname: string;
  /** As assets are called over REST. */
  readonly base: string;
  readonly quote: string;
  readonly tick: string;
  readonly pairDecimals: number;
  readonly lotDecimals: number;
  readonly ordermin: string;
  readonly costmin: string;
}

/** Ours → as REST calls it, as its alternative and older WebSocket names have it, decimals. */
export const ASSETS: Readonly<Record<string, readonly [string, string, number]>> = {
  BTC: ["XXBT", "XBT", 10],
  ETH: ["XETH", "ETH", 10],
  SOL: ["SOL", "SOL", 10],
  ADA: ["ADA", "ADA", 8],
  USD: ["ZUSD", "USD", 4],
  USDT: ["USDT", "USDT", 8],
};

/** [pair, base, quote, tick, pair decimals, least quantity, least cost, start price] */
type Row = readonly [string, string, string, string, number, string, string, string];

const ROWS: readonly Row[] = [
  ["XXBTZUSD", "BTC", "USD", "0.1", 1, "0.00005", "0.5", "50000"],
  ["XETHZUSD", "ETH", "USD", "0.01", 2, "0.001", "0.5", "3000"],
  ["SOLUSD", "SOL", "USD", "0.01", 2, "0.02", "0.5", "150"],
  ["ADAUSD", "ADA", "USD", "0.000001", 6, "4", "0.5", "0.5"],
  ["XBTUSDT", "BTC", "USDT", "0.1", 1, "0.00005", "0.5", "50000"],
  ["ETHUSDT", "ETH", "USDT", "0.01", 2, "0.001", "0.5", "3000"],
  ["SOLUSDT", "SOL", "USDT", "0.01", 2, "0.02", "0.5", "150"],
  ["ADAUSDT", "ADA", "USDT", "0.000001", 6, "4", "0.5", "0.5"],
  ["XETHXXBT", "ETH", "BTC", "0.00001", 5, "0.001", "0.00002", "0.06"],
];
const LOT_DECIMALS = 8;

export const LISTINGS: readonly KrakenListing[] = ROWS.map(listing);

/** As REST calls it. */
export function assetName(asset: string): string {
  return ASSETS[asset]?.[0] ?? asset;
}

function listing(row: Row): KrakenListing {
  const [symbol, base, quote, tick, pairDecimals, ordermin, costmin, start] = row;
  const symbolId = `${base}/${quote}`;
  const [oldBase, oldQuote] = [ASSETS[base]![1], ASSETS[quote]![1]];
  const names = [oldBase + oldQuote, `${oldBase}/${oldQuote}`, symbolId];
  return {
    symbol,
    symbolId,
    altname: oldBase + oldQuote,
    wsname: `${oldBase}/${oldQuote}`,
    aliases: [...new Set(names)].filter((name) => name !== symbol),
    base: assetName(base),
    quote: assetName(quote),
    tick,
    pairDecimals,
    lotDecimals: LOT_DECIMALS,
    ordermin,
    costmin,
    startPrice: decimal(start),
    metadata: metadataOf({
      symbol,
      symbolId,
      base,
      quote,
      tickSize: decimal(tick),
      stepSize: decimal(`0.${"0".repeat(LOT_DECIMALS - 1)}1`),
      minQuantity: decimal(ordermin),
      minNotional: decimal(costmin),
    }),
  };
}
