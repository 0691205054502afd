/** The market as Kraken shows it: pairs, tickers, books, trades and candles. */
import type { DepthLevel } from "../../exchanges/paper/messages.ts";
import type { Candle, TapeTrade } from "../../exchanges/paper/tape.ts";
import { type Decimal, divide, isZero, subtract, ZERO } from "../../model/decimal.ts";
import type { EpochMs } from "../../model/scalars.ts";
import type { SymbolMarket } from "../kit/market.ts";
import { ASSETS, type KrakenListing } from "./listing.ts";
import { fixed, numeric } from "./numbers.ts";
import { instant } from "./order_payloads.ts";

export type KrakenMarket = SymbolMarket<KrakenListing>;

/** Minutes → ms. */
export const INTERVALS: Readonly<Record<string, number>> = Object.fromEntries(
  [1, 5, 15, 30, 60, 240, 1_440, 10_080, 21_600].map((minutes) => [minutes, minutes * 60_000]),
);

export function pairRow(listing: KrakenListing) {
  const { altname, wsname, base, quote, pairDecimals, lotDecimals } = listing;
  return {
    altname,
    wsname,
    aclass_base: "currency",
    base,
    aclass_quote: "currency",
    quote,
    lot: "unit",
    pair_decimals: pairDecimals,
    cost_decimals: 5,
    lot_decimals: lotDecimals,
    lot_multiplier: 1,
    leverage_buy: [],
    leverage_sell: [],
    fees: [[0, 0.4], [10_000, 0.35]],
    fees_maker: [[0, 0.25], [10_000, 0.2]],
    fee_volume_currency: "ZUSD",
    margin_call: 80,
    margin_stop: 40,
    ordermin: listing.ordermin,
    costmin: listing.costmin,
    tick_size: listing.tick,
    status: "online",
  };
}

export function assetRows() {
  return Object.fromEntries(
    Object.values(ASSETS).map(([name, altname, decimals]) => [name, {
      aclass: "currency",
      altname,
      decimals,
      display_decimals: Math.min(decimals, 5),
      status: "enabled",
    }]),
  );
}

/** `{"a":["2432.77000","1","1.000"],"b":[…],"c":["2430.58000","0.04408910"],"v":[…],…}` */
export function tickerRow(market: KrakenMarket) {
  const { listing } = market;
  const { top, day, lastQuantity } = market.day;
  const price = (value: Decimal | null) => fixed(value ?? ZERO, listing.pairDecimals);
  const lots = (value: Decimal | null) => fixed(value ?? ZERO, listing.lotDecimals);
  const both = (text: string) => [text, text];
  const last = top.last ?? market.lastPrice;
  return {
    a: [price(top.ask), "1", lots(top.askSize)],
    b: [price(top.bid), "1", lots(top.bidSize)],
    c: [price(last), lots(lastQuantity)],
    v: both(lots(day?.volume ?? ZERO)),
    p: both(price(averagePrice(day) ?? last)),
    t: [day?.trades ?? 0, day?.trades ?? 0],
    l: both(price(day?.low ?? last)),
    h: both(price(day?.high ?? last)),
    o: price(day?.open ?? last),
  };
}

function averagePrice(candle: Candle | undefined): Decimal | null {
  if (candle === undefined || isZero(candle.volume)) return null;
  return divide(candle.quoteVolume, candle.volume, "HALF_EVEN");
}

/** `["0.023480","4.000",1586321307]` */
export function levelRow({ price, quantity }: DepthLevel, listing: KrakenListing, now: EpochMs) {
  const { pairDecimals, lotDecimals } = listing;
  return [fixed(price, pairDecimals), fixed(quantity, lotDecimals), Math.floor(now / 1_000)];
}

/** `["0.032310","4.28169434",1541390792.763,"s","l","",68230622]` */
export function tradeRow(trade: TapeTrade, { pairDecimals, lotDecimals }: KrakenListing) {
  return [
    fixed(trade.price, pairDecimals),
    fixed(trade.quantity, lotDecimals),
    trade.time / 1_000,
    trade.buyerIsMaker ? "s" : "b",
    "l",
    "",
    trade.id,
  ];
}

/** `[1591475640,"0.02500","0.02500","0.02500","0.02500","0.02500","9.12201000",5]` */
export function candleRow(candle: Candle, { pairDecimals, lotDecimals }: KrakenListing) {
  const price = (value: Decimal) => fixed(value, pairDecimals);
  return [
    candle.openTime / 1_000,
    price(candle.open),
    price(candle.high),
    price(candle.low),
    price(candle.close),
    price(averagePrice(candle) ?? ZERO),
    fixed(candle.volume, lotDecimals),
    candle.trades,
  ];
}

/** `{"symbol":"BTC/USD","bid":108359.8,"bid_qty":0.01362603,"ask":108359.9,"last":108359.8,…}` */
export function tickerItem(market: KrakenMarket) {
  const { listing } = market;
  const { top, day, now } = market.day;
  const price = (value: Decimal | null) => numeric(value ?? ZERO, listing.pairDecimals);
  const lots = (value: Decimal | null) => numeric(value ?? ZERO, listing.lotDecimals);
  const last = top.last ?? market.lastPrice;
  const change = subtract(last, day?.open ?? last);
  return {
    symbol: listing.symbolId,
    bid: price(top.bid),
    bid_qty: lots(top.bidSize),
    ask: price(top.ask),
    ask_qty: lots(top.askSize),
    last: price(last),
    volume: lots(day?.volume ?? ZERO),
    vwap: price(averagePrice(day) ?? last),
    low: price(day?.low ?? last),
    high: price(day?.high ?? last),
    change: Number(change),
    change_pct: 0,
    timestamp: instant(now),
  };
}

/** `{"symbol":"MATIC/USD","side":"sell","price":0.5117,"qty":40.0,"trade_id":4665906,…}` */
export function tradeItem({ listing }: KrakenMarket, trade: TapeTrade) {
  return {
    symbol: listing.symbolId,
    side: trade.buyerIsMaker ? "sell" : "buy",
    price: numeric(trade.price, listing.pairDecimals),
    qty: numeric(trade.quantity, listing.lotDecimals),
    ord_type: "market",
    trade_id: trade.id,
    timestamp: instant(trade.time),
  };
}

/** `{"symbol":"MATIC/USD","open":0.5624,…,"interval_begin":"2023-10-04T16:25:00.000000000Z",…}` */
export function candleItem({ listing }: KrakenMarket, candle: Candle, minutes: string) {
  const price = (value: Decimal) => numeric(value, listing.pairDecimals);
  return {
    symbol: listing.symbolId,
    open: price(candle.open),
    high: price(candle.high),
    low: price(candle.low),
    close: price(candle.close),
    trades: candle.trades,
    volume: numeric(candle.volume, listing.lotDecimals),
    vwap: price(averagePrice(candle) ?? ZERO),
    interval_begin: instant(candle.openTime),
    interval: Number(minutes),
    timestamp: instant(candle.openTime + INTERVALS[minutes]!),
  };
}

export interface Sides {
  readonly bids: readonly DepthLevel[];
  readonly asks: readonly DepthLevel[];
}

/** @param book what the listener has once it has read this. */
export function bookItem({ listing }: KrakenMarket, told: Sides, book: Sides, now: EpochMs) {
  const { pairDecimals, lotDecimals } = listing;
  const levels = (side: readonly DepthLevel[]) =>
    side.map(({ price, quantity }) => ({
      price: numeric(price, pairDecimals),
      qty: numeric(quantity, lotDecimals),
    }));
  return {
    symbol: listing.symbolId,
    bids: levels(told.bids),
    asks: levels(told.asks),
    checksum: checksumOf(book, listing),
    timestamp: instant(now),
  };
}

/** CRC-32 of the ten best asks, then bids, without points and without zeros in front. */
export function checksumOf({ bids, asks }: Sides, listing: KrakenListing): number {
  const { pairDecimals, lotDecimals } = listing;
  const digits = (value: Decimal, decimals: number) =>
    fixed(value, decimals).replace(".", "").replace(/^0+/, "");
  const text = [...asks.slice(0, 10), ...bids.slice(0, 10)].map(({ price, quantity }) =>
    digits(price, pairDecimals) + digits(quantity, lotDecimals)
  ).join("");
  return crc32(text);
}

/** CRC-32 (IEEE 802.3), bit by bit: clients have their own, which this one checks. */
function crc32(text: string): number {
  let crc = 0xffffffff;
  for (const letter of text) {
    crc ^= letter.charCodeAt(0);
    for (let bit = 0; bit < 8; bit++) crc = crc & 1 ? (crc >>> 1) ^ 0xedb88320 : crc >>> 1;
  }
  return (crc ^ 0xffffffff) >>> 0;
}
