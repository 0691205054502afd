/** The public streams of Binance USDⓈ-M: their names, their routes, and what is sent on them. */
import type { TapeTrade } from "../../exchanges/paper/tape.ts";
import type { Clock } from "../../model/clock.ts";
import { INTERVALS, klineEvent } from "../binance/market_payloads.ts";
import type { BookDiff } from "../kit/books.ts";
import type { Market, SymbolMarket } from "../kit/market.ts";
import { MarketStreams, type MarketVoice, type SendTopic } from "../kit/market_streams.ts";
import type { UsdmListing } from "./listing.ts";
import { aggregateEvent, dayEvent, diffEvent, markEvent, quotesEvent } from "./market_payloads.ts";

export type UsdmStreams = MarketStreams<UsdmListing>;
export type Route = "public" | "market" | "private";

/** Diffs leave this often; the exchange offers 100, 250 and 500 ms, here all come at 100. */
const DIFF_INTERVAL_MS = 100;
const STREAM = /^([a-z0-9_]+)@([a-zA-Z0-9_]+)(@(100|250|500)ms|@1s)?$/;
/** "Public (high-frequency public market data)", "Market (regular market data)". */
const KINDS: Readonly<Record<Route, ReadonlySet<string>>> = {
  public: new Set(["depth", "bookTicker"]),
  market: new Set([
    "aggTrade",
    "ticker",
    "markPrice",
    ...Object.keys(INTERVALS).map((interval) => `kline_${interval}`),
  ]),
  private: new Set(),
};

export function openStreams(clock: Clock): UsdmStreams {
  return new MarketStreams({ clock, voice: new Voice(clock), beatMs: DIFF_INTERVAL_MS });
}

/** Whether the exchange has such a stream on that route; the symbol is not checked, as there. */
export function isStream(name: string, route: Route): boolean {
  return KINDS[route].has(STREAM.exec(name)?.[2] ?? "");
}

export function watchBooks(streams: UsdmStreams, market: Market<UsdmListing>): void {
  streams.watchBooks(market.all(), (each) => streams.has(topic(each, "depth")));
}

class Voice implements MarketVoice<UsdmListing> {
  readonly #clock: Clock;

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  onTrade(market: SymbolMarket<UsdmListing>, trade: TapeTrade, send: SendTopic): void {
    const { symbol } = market.listing;
    const now = this.#clock.now();
    send(topic(market, "aggTrade"), () => aggregateEvent(symbol, trade, now));
    send(topic(market, "ticker"), () => dayEvent(market.day));
    send(topic(market, "markPrice"), () => markEvent(symbol, trade.price, now));
    for (const [interval, intervalMs] of Object.entries(INTERVALS)) {
      send(topic(market, `kline_${interval}`), () => {
        const candle = market.tape.candles(intervalMs).at(-1)!;
        return klineEvent(candle, { symbol, interval, now });
      });
    }
  }

  onTouch(market: SymbolMarket<UsdmListing>, updateId: number, send: SendTopic): void {
    const { symbol } = market.listing;
    const now = this.#clock.now();
    send(topic(market, "bookTicker"), () => quotesEvent(symbol, market.top, { updateId, now }));
  }

  onDiff(market: SymbolMarket<UsdmListing>, diff: BookDiff, send: SendTopic): void {
    const { symbol } = market.listing;
    send(topic(market, "depth"), () => diffEvent(symbol, diff, this.#clock.now()));
  }

  onBeat(): void {}
}

function topic({ listing }: SymbolMarket<UsdmListing>, kind: string): string {
  return `${listing.symbol.toLowerCase()}@${kind}`;
}
