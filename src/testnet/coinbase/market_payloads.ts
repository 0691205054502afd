/** Products, books, trades and candles as Coinbase shows them. */
import type { DepthLevel } from "../../exchanges/paper/messages.ts";
import type { Candle, TapeTrade } from "../../exchanges/paper/tape.ts";
import type { EpochMs } from "../../model/scalars.ts";
import type { SymbolMarket } from "../kit/market.ts";
import type { CoinbaseListing } from "./listing.ts";
import { isoOf } from "./order_payloads.ts";

export type CoinbaseMarket = SymbolMarket<CoinbaseListing>;

const MINUTE_MS = 60_000;

export const GRANULARITIES: Readonly<Record<string, number>> = {
  ONE_MINUTE: MINUTE_MS,
  FIVE_MINUTE: 5 * MINUTE_MS,
  FIFTEEN_MINUTE: 15 * MINUTE_MS,
  THIRTY_MINUTE: 30 * MINUTE_MS,
  ONE_HOUR: 60 * MINUTE_MS,
  TWO_HOUR: 120 * MINUTE_MS,
  FOUR_HOUR: 240 * MINUTE_MS,
  SIX_HOUR: 360 * MINUTE_MS,
  ONE_DAY: 1_440 * MINUTE_MS,
};

export function productRow(market: CoinbaseMarket) {
  const { listing, day: { day } } = market;
  const { symbol, base, quote, tick, step, minSize, maxSize, minQuote } = listing;
  return {
    product_id: symbol,
    price: market.lastPrice,
    price_percentage_change_24h: "0",
    volume_24h: day?.volume ?? "0",
    volume_percentage_change_24h: "0",
    base_increment: step,
    quote_increment: tick,
    quote_min_size: minQuote,
    quote_max_size: "150000000",
    base_min_size: minSize,
    base_max_size: maxSize,
    base_name: base,
    quote_name: quote,
    watched: false,
    is_disabled: false,
    new: false,
    status: "online",
    cancel_only: false,
    limit_only: false,
    post_only: false,
    trading_disabled: false,
    auction_mode: false,
    product_type: "SPOT",
    quote_currency_id: quote,
    base_currency_id: base,
    fcm_trading_session_details: null,
    mid_market_price: "",
    alias: "",
    alias_to: [],
    base_display_symbol: base,
    quote_display_symbol: quote,
    view_only: false,
    price_increment: tick,
    display_name: symbol,
    product_venue: "CBE",
  };
}

/** The side is the maker's. */
function makerSideOf({ buyerIsMaker }: TapeTrade): "BUY" | "SELL" {
  return buyerIsMaker ? "BUY" : "SELL";
}

export function tradeRow({ listing }: CoinbaseMarket, trade: TapeTrade) {
  return {
    trade_id: String(trade.id),
    product_id: listing.symbol,
    price: trade.price,
    size: trade.quantity,
    time: isoOf(trade.time),
    side: makerSideOf(trade),
    bid: "",
    ask: "",
  };
}

/** `GET market/products/{product_id}/ticker`: the newest trades, newest first, and best prices. */
export function tickerBody(market: CoinbaseMarket, limit: number) {
  const { bid, ask } = market.top;
  return {
    trades: market.tape.trades(limit).map((trade) => tradeRow(market, trade)).toReversed(),
    best_bid: bid ?? "",
    best_ask: ask ?? "",
  };
}

export function bookBody(market: CoinbaseMarket, { limit, now }: {
  readonly limit: number;
  readonly now: EpochMs;
}) {
  const { bids, asks } = market.book.snapshot(limit).depth;
  const level = ({ price, quantity }: DepthLevel) => ({ price, size: quantity });
  return {
    pricebook: {
      product_id: market.listing.symbol,
      bids: bids.map(level),
      asks: asks.map(level),
      time: isoOf(now),
    },
    last: market.lastPrice,
    mid_market: "",
    spread_bps: "",
    spread_absolute: "",
  };
}

export function candleRow(candle: Candle) {
  return {
    start: String(candle.openTime / 1_000),
    low: candle.low,
    high: candle.high,
    open: candle.open,
    close: candle.close,
    volume: candle.volume,
  };
}

/** On the stream, of one side of a book. */
export function updatesOf(side: "bid" | "offer", levels: readonly DepthLevel[], time: string) {
  return levels.map(({ price, quantity }) => ({
    side,
    event_time: time,
    price_level: price,
    new_quantity: quantity,
  }));
}

export function streamTickerRow(market: CoinbaseMarket) {
  const { top, day } = market.day;
  const last = market.lastPrice;
  return {
    type: "ticker",
    product_id: market.listing.symbol,
    price: last,
    volume_24_h: day?.volume ?? "0",
    low_24_h: day?.low ?? last,
    high_24_h: day?.high ?? last,
    low_52_w: day?.low ?? last,
    high_52_w: day?.high ?? last,
    price_percent_chg_24_h: "0",
    best_bid: top.bid ?? "",
    best_bid_quantity: top.bidSize ?? "",
    best_ask: top.ask ?? "",
    best_ask_quantity: top.askSize ?? "",
  };
}
