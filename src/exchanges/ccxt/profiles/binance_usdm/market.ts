/**
 * Market data of Binance USDⓈ-M futures. Source: developers.binance.com, USDⓈ-M Futures, "WebSocket
 * Market Streams" and "Market Data", read on 2026-11-21. Books and quotes come over /public,
 * everything else over /market.
 */
import { MARKET_ROWS_MAX } from "../../../../model/limits.ts";
import type { Ohlcv, Ticker, Trade } from "../../../../model/market.ts";
import type { BookDelta, MarketFact } from "../../../../model/market_feed.ts";
import {
  asRow,
  asRows,
  decimalOf,
  flagOf,
  idOf,
  type Row,
  textOf,
  timeOf,
} from "../../rows/fields.ts";
import type { MarketPlan, MarketSocketPlan, VenueTopic } from "../../plans/market_plan.ts";
import { candleOf, levelsOf } from "../../rows/market_rows.ts";
import type { StreamReading } from "../../plans/socket_plan.ts";
import type { RowContext, VenueCall } from "../../plans/venue_call.ts";
import {
  quotesOf,
  readBook,
  readMessage as readSpot,
  TIMEFRAMES,
  updateIdOf,
} from "../binance/market.ts";
import { priceOrNull } from "../binance/rows.ts";
import { answersStreamProbe, STALE_AFTER_MS, streamProbe, streamUrl } from "./stream.ts";

export const binanceUsdmMarket: MarketPlan = {
  sockets: [
    socket("market-public", { category: "public", channels: ["book", "ticker"] }),
    {
      ...socket("market-regular", { category: "market", channels: ["trades", "ohlcv"] }),
      besides: ({ channel }) => channel === "ticker",
    },
  ],
  books: {
    // "How to manage a local order book correctly": a snapshot by REST, then the diffs after it.
    snapshot: "read",
    window: () => null,
    // `limit` of GET /fapi/v1/depth: weight 5 to 100 levels, 10 to 500, 20 to 1000.
    readDepths: [100, 500, 1_000],
  },
  timeframes: TIMEFRAMES,
  reads: {
    book: { call: (symbol, limit) => call("depth", { symbol, limit }), read: readBook },
    // The stream tells trades by taker and price, and so does this read, under the same ids.
    trades: {
      call: (symbol, limit) => call("aggTrades", { symbol, limit }),
      read: (answer, { symbolId }) =>
        asRows(answer, MARKET_ROWS_MAX).map((row) => readAggregate(asRow(row), symbolId)),
    },
    ohlcv: {
      call: (symbol, { timeframe, since, limit }) =>
        call("klines", {
          symbol,
          interval: timeframe,
          limit,
          ...(since === null ? {} : { startTime: since }),
        }),
      read: (answer): readonly Ohlcv[] => asRows(answer, MARKET_ROWS_MAX).map(candleOf),
    },
  },
};

function socket(
  id: string,
  { category, channels }: {
    readonly category: "public" | "market";
    readonly channels: readonly VenueTopic["channel"][];
  },
): MarketSocketPlan {
  return {
    id,
    staleAfterMs: STALE_AFTER_MS,
    url: ({ exchange }) => streamUrl(exchange, category),
    greet: async ({ client }) => void await client.connect(),
    probe: streamProbe,
    isProbeAnswer: answersStreamProbe,
    carries: ({ channel }) => channels.includes(channel),
    // "A single connection can listen to a maximum of 1024 streams"; one frame takes many.
    frames: (action, topics, requestId) => [{
      method: action.toUpperCase(),
      params: topics.flatMap(category === "public" ? publicStreams : marketStreams),
      id: Number(requestId),
    }],
    read: readMessage,
  };
}

function call(path: string, params: Readonly<Record<string, unknown>>): VenueCall {
  return { api: "fapiPublic", path, method: "GET", params };
}

/** "Public": books and quotes. */
function publicStreams({ channel, rawSymbol }: VenueTopic): readonly string[] {
  return [`${rawSymbol.toLowerCase()}@${channel === "ticker" ? "bookTicker" : "depth@100ms"}`];
}

/**
 * "Market". Of a ticker the last price, as the day's statistics tell it every 2 s (one stream for
 * trades and ticker could not be ended for one of them), and mark and index every second.
 */
function marketStreams(topic: VenueTopic): readonly string[] {
  const symbol = topic.rawSymbol.toLowerCase();
  switch (topic.channel) {
    case "ticker":
      return [`${symbol}@ticker`, `${symbol}@markPrice@1s`];
    case "ohlcv":
      return [`${symbol}@kline_${TIMEFRAMES[topic.timeframe] ?? topic.timeframe}`];
    default:
      return [`${symbol}@aggTrade`];
  }
}

export function readMessage(message: unknown, context: RowContext): StreamReading {
  const row = asRow(message);
  const { receivedAt } = context;
  switch (row["e"]) {
    case "depthUpdate":
      return fact({ kind: "bookDelta", delta: readDelta(row, context), receivedAt });
    case "aggTrade": {
      const trade = readAggregate(row, context.symbolOf(textOf(row, "s")));
      return fact({ kind: "trades", trades: [trade], receivedAt });
    }
    case "bookTicker": {
      const quotes = { ...quotesOf(row, context), last: null, venueTime: timeOf(row, "T") };
      return fact({ kind: "ticker", ticker: quotes, receivedAt });
    }
    case "24hrTicker": // Without quotes, unlike spot's.
      return pricesOf(row, context, { last: priceOrNull(decimalOf(row, "c")) });
    case "markPriceUpdate":
      return pricesOf(row, context, {
        mark: priceOrNull(decimalOf(row, "p")),
        index: priceOrNull(decimalOf(row, "i")),
      });
    default:
      return readSpot(message, context);
  }
}

/**
 * `{"e":"24hrTicker","E":123456789,"s":"BTCUSDT","c":"0.0025",…}`, and `{"e":"markPriceUpdate",`
 * `"E":1562305380000,"s":"BTCUSDT","p":"11794.15000000","i":"11784.62659091",…}`, whose `T` is the
 * next funding's.
 */
function pricesOf(
  row: Row,
  context: RowContext,
  told: Partial<Pick<Ticker, "last" | "mark" | "index">>,
): StreamReading {
  return fact({
    kind: "prices",
    symbolId: context.symbolOf(textOf(row, "s")),
    prices: { last: null, mark: null, index: null, ...told, venueTime: timeOf(row, "E") },
    receivedAt: context.receivedAt,
  });
}

/**
 * `{"e":"depthUpdate","E":123456789,"T":123456788,"s":"BTCUSDT","U":157,"u":160,"pu":149,`
 * `"b":[["0.0024","10"]],"a":[["0.0026","100"]]}`: `pu` is the `u` of the event before.
 */
function readDelta(row: Row, context: RowContext): BookDelta {
  return {
    symbolId: context.symbolOf(textOf(row, "s")),
    bids: levelsOf(row["b"]),
    asks: levelsOf(row["a"]),
    previous: updateIdOf(row, "pu"),
    last: updateIdOf(row, "u"),
    checksum: null,
    venueTime: timeOf(row, "T"),
  };
}

/** `{"a":26129,"p":"0.01633102","q":"4.7","f":27781,"l":27781,"T":1498793709153,"m":true}` */
function readAggregate(row: Row, symbol: string): Trade {
  return {
    tradeId: idOf(row, "a"),
    symbol,
    price: decimalOf(row, "p"),
    quantity: decimalOf(row, "q"),
    side: flagOf(row, "m") ? "SELL" : "BUY",
    venueTime: timeOf(row, "T"),
  };
}

function fact(told: MarketFact): StreamReading {
  return { kind: "facts", facts: [told] };
}
