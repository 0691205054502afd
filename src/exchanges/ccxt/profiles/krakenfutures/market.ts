/**
 * Market data of Kraken Futures. Source: docs.kraken.com/api-reference/market-data,
 * docs.kraken.com/exchange/api-reference/futures-websocket (ticker, trade, book), read on
 * 2026-11-21. Candles are not streamed. That the numbers of a book's messages have no gaps is an
 * assumption of ours.
 */
import { MARKET_ROWS_MAX } from "../../../../model/limits.ts";
import type { BookLevel, Ohlcv, Ticker, Trade } from "../../../../model/market.ts";
import type { BookDelta, MarketFact, Timeframe } from "../../../../model/market_feed.ts";
import type { Decimal } from "../../../../model/decimal.ts";
import { unitsOf } from "../../rows/contracts.ts";
import { exactNumber } from "../../instruments/exact_number.ts";
import { asRow, asRows, idOf, type Row, RowError, textOf, timeOf } from "../../rows/fields.ts";
import { listedSize } from "../../rows/unlisted.ts";
import type { MarketPlan, MarketSocketPlan, VenueTopic } from "../../plans/market_plan.ts";
import type { StreamReading } from "../../plans/socket_plan.ts";
import type { RowContext, VenueCall } from "../../plans/venue_call.ts";
import { instantOf, keepDigits, STALE_AFTER_MS } from "../kraken/frames.ts";
import { numberOf, sideOf } from "../kraken/rows.ts";
import { priceOf } from "./rows.ts";
import { isHeartbeat, PROBE, socketUrl } from "./stream.ts";

const TIMEFRAMES: Readonly<Partial<Record<Timeframe, string>>> = {
  "1m": "1m",
  "5m": "5m",
  "15m": "15m",
  "30m": "30m",
  "1h": "1h",
  "4h": "4h",
  "12h": "12h",
  "1d": "1d",
  "1w": "1w",
};

const FEEDS: Readonly<Partial<Record<VenueTopic["channel"], string>>> = {
  ticker: "ticker",
  trades: "trade",
  book: "book",
};

const publicSocket: MarketSocketPlan = {
  id: "market",
  staleAfterMs: STALE_AFTER_MS,
  url: ({ exchange }) => socketUrl(exchange),
  greet: async ({ client }) => {
    keepDigits(client);
    await client.connect();
  },
  probe: () => PROBE,
  isProbeAnswer: isHeartbeat,
  read: readMessage,
  carries: ({ channel }) => FEEDS[channel] !== undefined,
  frames: (event, topics) =>
    Object.entries(FEEDS).flatMap(([channel, feed]) => {
      const product_ids = topics.filter((topic) => topic.channel === channel)
        .map(({ rawSymbol }) => rawSymbol);
      return product_ids.length === 0 ? [] : [{ event, feed, product_ids }];
    }),
};

export const krakenFuturesMarket: MarketPlan = {
  sockets: [publicSocket],
  // Stream and reads tell of all levels.
  books: { snapshot: "stream", window: () => null, readDepths: [MARKET_ROWS_MAX] },
  timeframes: TIMEFRAMES,
  reads: {
    book: {
      call: (symbol) => call("orderbook", { symbol }),
      read: (answer, context) => {
        const told = asRow(answer);
        const book = asRow(told["orderBook"]);
        const size = listedSize(context.rawSymbol, context);
        return {
          symbolId: context.symbolId,
          bids: pairs(book["bids"], size),
          asks: pairs(book["asks"], size),
          sequence: null,
          levelsMax: null,
          checksum: null,
          venueTime: instantOf(told, "serverTime"),
        };
      },
    },
    trades: {
      // "The last 100", the newest first.
      call: (symbol) => call("history", { symbol }),
      read: (answer, context) => {
        const size = listedSize(context.rawSymbol, context);
        return asRows(asRow(answer)["history"], MARKET_ROWS_MAX).map((value) => {
          const row = asRow(value);
          return { ...readTrade(row, context.symbolId, size), venueTime: instantOf(row, "time") };
        }).reverse();
      },
    },
    ohlcv: {
      call: (symbol, { timeframe, since }) => ({
        api: "charts",
        path: "{price_type}/{symbol}/{interval}",
        method: "GET",
        params: {
          price_type: "trade",
          symbol,
          interval: timeframe,
          ...(since === null ? {} : { from: Math.floor(since / 1_000) }),
        },
      }),
      read: (answer, context) => {
        const size = listedSize(context.rawSymbol, context);
        return asRows(asRow(answer)["candles"], MARKET_ROWS_MAX).map((row) =>
          readCandle(asRow(row), size)
        );
      },
    },
  },
};

function call(path: string, params: Readonly<Record<string, unknown>>): VenueCall {
  return { api: "public", path, method: "GET", params };
}

/** `[[4213,2000],…]` */
function pairs(value: unknown, size: Decimal): readonly BookLevel[] {
  return asRows(value, MARKET_ROWS_MAX).map((row) => {
    const [price, qty] = asRows(row, 2);
    return levelOf({ price, qty }, size);
  });
}

function levelOf(row: Row, size: Decimal): BookLevel {
  return {
    price: numberOf(row, "price"),
    quantity: unitsOf(numberOf(row, "qty"), size),
    numOrders: null,
  };
}

/** `{"uid":"05af78ac…","side":"sell","price":34969.5,…}`; the size is `qty` or `size`. */
function readTrade(row: Row, symbol: string, size: Decimal): Omit<Trade, "venueTime"> {
  return {
    tradeId: idOf(row, "uid"),
    symbol,
    price: numberOf(row, "price"),
    quantity: unitsOf(numberOf(row, row["qty"] === undefined ? "size" : "qty"), size),
    side: sideOf(textOf(row, "side")), // "The classification of the taker side."
  };
}

/** `{"time":1645198500000,"open":"309.15000000000",…,"volume":0}` */
function readCandle(row: Row, size: Decimal): Ohlcv {
  return {
    openTime: timeOf(row, "time"),
    open: numberOf(row, "open"),
    high: numberOf(row, "high"),
    low: numberOf(row, "low"),
    close: numberOf(row, "close"),
    volume: unitsOf(numberOf(row, "volume"), size),
  };
}

export function readMessage(message: unknown, context: RowContext): StreamReading {
  const frame = asRow(message);
  const { receivedAt } = context;
  const { feed, event } = frame;
  if (event !== undefined || typeof frame["product_id"] !== "string") return { kind: "ignored" };
  const product = textOf(frame, "product_id");
  const size = listedSize(product, context);
  const symbolId = context.symbolOf(product);
  switch (feed) {
    case "ticker":
      return fact({ kind: "ticker", ticker: readTicker(frame, context), receivedAt });
    case "trade": {
      const trade = { ...readTrade(frame, symbolId, size), venueTime: timeOf(frame, "time") };
      return fact({ kind: "trades", trades: [trade], receivedAt });
    }
    case "book_snapshot": {
      const side = (name: string) =>
        asRows(frame[name], MARKET_ROWS_MAX).map((row) => levelOf(asRow(row), size));
      const book = {
        symbolId,
        bids: side("bids"),
        asks: side("asks"),
        sequence: sequenceOf(frame),
        levelsMax: null,
        checksum: null,
        venueTime: timeOf(frame, "timestamp"),
      };
      return fact({ kind: "bookSnapshot", book, receivedAt });
    }
    case "book":
      return fact({ kind: "bookDelta", delta: readDelta(frame, symbolId, size), receivedAt });
    default: // The snapshot of trades, and what was not subscribed to.
      return { kind: "ignored" };
  }
}

/** One level: `{"side":"sell","seq":326094134,"price":34981,"qty":0,"timestamp":1612269953629}` */
function readDelta(frame: Row, symbolId: string, size: Decimal): BookDelta {
  const last = sequenceOf(frame);
  const isBid = sideOf(textOf(frame, "side")) === "BUY";
  const level = levelOf(frame, size);
  return {
    symbolId,
    bids: isBid ? [level] : [],
    asks: isBid ? [] : [level],
    previous: last - 1,
    last,
    checksum: null,
    venueTime: timeOf(frame, "timestamp"),
  };
}

function readTicker(frame: Row, context: RowContext): Ticker {
  const product = textOf(frame, "product_id");
  const contracts = listedSize(product, context);
  const size = (field: string) => {
    const number = exactNumber(frame[field], field);
    return number === null ? null : unitsOf(number, contracts);
  };
  return {
    symbol: context.symbolOf(product),
    bid: priceOf(frame, "bid"),
    bidSize: size("bid_size"),
    ask: priceOf(frame, "ask"),
    askSize: size("ask_size"),
    last: priceOf(frame, "last"),
    mark: priceOf(frame, "markPrice"),
    index: priceOf(frame, "index"),
    venueTime: timeOf(frame, "time"),
    receivedAt: context.receivedAt,
  };
}

function sequenceOf({ seq }: Row): number {
  if (typeof seq === "number" && Number.isSafeInteger(seq)) return seq;
  throw new RowError("seq is not a number");
}

function fact(told: MarketFact): StreamReading {
  return { kind: "facts", facts: [told] };
}
