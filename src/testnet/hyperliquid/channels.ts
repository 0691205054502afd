/** Hyperliquid's public channels: what they are called, and what is sent when the market moves. */
import type { TapeTrade } from "../../exchanges/paper/tape.ts";
import type { Clock } from "../../model/clock.ts";
import { MarketStreams, type MarketVoice, type SendTopic } from "../kit/market_streams.ts";
import type { HyperliquidListing } from "./listing.ts";
import {
  bestOf,
  bookOf,
  candleRow,
  contextOf,
  type HyperliquidMarket,
  INTERVALS,
  lengthOf,
  tradeRow,
} from "./market_payloads.ts";

export type HyperliquidStreams = MarketStreams<HyperliquidListing>;

/** "Snapshot feed, pushed on each block that is at least 0.5 s since last push." */
const BEAT_MS = 500;
/** Told to a new subscriber. */
const RECENT_TRADES = 10;

export interface Subscription {
  readonly type: string;
  readonly coin: string;
  readonly interval: string;
}

export const PUBLIC_TYPES: ReadonlySet<string> = new Set([
  "l2Book",
  "trades",
  "bbo",
  "activeAssetCtx",
  "candle",
]);

export function openStreams(clock: Clock): HyperliquidStreams {
  return new MarketStreams({ clock, voice: new Voice(), beatMs: BEAT_MS });
}

export function topicOf({ type, coin, interval }: Subscription): string {
  return type === "candle" ? `${type}:${coin}:${interval}` : `${type}:${coin}`;
}

/** What a new subscriber gets first; null where there is nothing yet. */
export function firstFrame(subscription: Subscription, market: HyperliquidMarket): unknown {
  switch (subscription.type) {
    case "l2Book":
      return { channel: "l2Book", data: bookOf(market) };
    case "bbo":
      return { channel: "bbo", data: bestOf(market) };
    case "activeAssetCtx":
      return valuation(market);
    case "trades": {
      const trades = market.tape.trades(RECENT_TRADES);
      return {
        channel: "trades",
        data: trades.toReversed().map((trade) => tradeRow(trade, market)),
      };
    }
    default:
      return candle(market, subscription.interval);
  }
}

class Voice implements MarketVoice<HyperliquidListing> {
  onTrade(market: HyperliquidMarket, trade: TapeTrade, send: SendTopic): void {
    const coin = market.listing.symbol;
    send(`trades:${coin}`, () => ({ channel: "trades", data: [tradeRow(trade, market)] }));
    send(`activeAssetCtx:${coin}`, () => valuation(market));
    for (const interval of Object.keys(INTERVALS)) {
      send(`candle:${coin}:${interval}`, () => candle(market, interval));
    }
  }

  onTouch(market: HyperliquidMarket, _updateId: number, send: SendTopic): void {
    send(`bbo:${market.listing.symbol}`, () => ({ channel: "bbo", data: bestOf(market) }));
  }

  onDiff(): void {}

  onBeat(market: HyperliquidMarket, send: SendTopic): void {
    send(`l2Book:${market.listing.symbol}`, () => ({ channel: "l2Book", data: bookOf(market) }));
  }
}

function valuation(market: HyperliquidMarket) {
  const { symbol, isSpot } = market.listing;
  return {
    channel: isSpot ? "activeSpotAssetCtx" : "activeAssetCtx",
    data: { coin: symbol, ctx: contextOf(market) },
  };
}

function candle(market: HyperliquidMarket, interval: string) {
  const newest = market.tape.candles(lengthOf(interval)).at(-1);
  return newest === undefined
    ? null
    : { channel: "candle", data: candleRow(newest, market, interval) };
}
