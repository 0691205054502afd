/**
 * Market data of Bybit v5. Source: bybit-exchange.github.io/docs/v5 (websocket/public/orderbook,
 * trade, ticker, kline; market/orderbook, recent-trade, kline), read on 2026-11-21.
 */
import type { Ohlcv, Trade } from "../../../../model/market.ts";
import { MARKET_ROWS_MAX } from "../../../../model/limits.ts";
import type {
  BookDelta,
  BookSnapshot,
  MarketFact,
  Timeframe,
} from "../../../../model/market_feed.ts";
import {
  asRow,
  asRows,
  flagOf,
  idOf,
  optionalText,
  type Row,
  RowError,
} from "../../rows/fields.ts";
import { decimalOf, textOf, timeOf } from "../../rows/fields.ts";
import type {
  MarketContext,
  MarketPlan,
  MarketSocketPlan,
  VenueTopic,
} from "../../plans/market_plan.ts";
import { candleOf, levelsOf } from "../../rows/market_rows.ts";
import type { StreamReading } from "../../plans/socket_plan.ts";
import type { RowContext, VenueCall } from "../../plans/venue_call.ts";
import type { BybitCategory } from "./entry.ts";
import { sideOf } from "./rows.ts";
import { isProbeAnswer, STALE_AFTER_MS } from "./stream.ts";
import { Tickers } from "./tickers.ts";

const TIMEFRAMES: Readonly<Partial<Record<Timeframe, string>>> = {
  "1m": "1",
  "3m": "3",
  "5m": "5",
  "15m": "15",
  "30m": "30",
  "1h": "60",
  "2h": "120",
  "4h": "240",
  "6h": "360",
  "12h": "720",
  "1d": "D",
  "1w": "W",
  "1M": "M",
};

/** Depths that are streamed; level 1 has snapshots alone, which a ticker takes. */
const STREAM_DEPTHS: readonly number[] = [50, 200, 1_000];
/** "Args limits: 10 for each subscription request" of spot; contracts take them, too. */
const ARGS_MAX = 10;
/** "limit: spot [1,60], others [1,1000]". */
const TRADES_MAX: Readonly<Record<BybitCategory, number>> = { spot: 60, linear: 1_000 };

export function bybitMarket(category: BybitCategory): MarketPlan {
  const call = (path: string, params: Readonly<Record<string, unknown>>): VenueCall => ({
    api: "public",
    path: `v5/market/${path}`,
    method: "GET",
    params: { category, ...params },
  });
  return {
    sockets: [marketSocket(category)],
    books: {
      // "Once you have subscribed successfully, you will receive a snapshot"; then deltas.
      snapshot: "stream",
      window: streamDepth,
      // orderbook: "spot: [1, 200]; linear: [1, 500]", and 1,000 as of 2025.
      readDepths: category === "spot" ? [50, 200] : [50, 200, 500],
    },
    timeframes: TIMEFRAMES,
    reads: {
      book: { call: (symbol, limit) => call("orderbook", { symbol, limit }), read: readBook },
      trades: {
        call: (symbol, limit) =>
          call("recent-trade", { symbol, limit: Math.min(limit, TRADES_MAX[category]) }),
        // The newest come first.
        read: (answer, context) =>
          listOf(answer).map((row) => readTrade(asRow(row), context)).toReversed(),
      },
      ohlcv: {
        call: (symbol, { timeframe, since, limit }) =>
          call("kline", {
            symbol,
            interval: timeframe,
            limit,
            // With a start alone the newest would come, as many as the limit.
            ...(since === null ? {} : { start: since, end: endOf(timeframe, { since, limit }) }),
          }),
        read: (answer): readonly Ohlcv[] => listOf(answer).map(candleOf).toReversed(),
      },
    },
  };
}

function marketSocket(category: BybitCategory): MarketSocketPlan {
  return {
    id: "market",
    staleAfterMs: STALE_AFTER_MS,
    url: ({ exchange }) => {
      const ws = asRow(exchange.urls.api["ws"]);
      return textOf(asRow(ws["public"]), category);
    },
    greet: async ({ client }) => void await client.connect(),
    probe: (requestId) => ({ req_id: requestId, op: "ping" }),
    isProbeAnswer,
    carries: () => true,
    frames(action, topics, requestId) {
      const args = [...new Set(topics.flatMap(topicsOf))];
      const frames: unknown[] = [];
      for (let at = 0; at < args.length; at += ARGS_MAX) {
        const req_id = `${requestId}-${at}`;
        frames.push({ req_id, op: action, args: args.slice(at, at + ARGS_MAX) });
      }
      return frames;
    },
    read: (message, context) => readMessage(message, { context, tickers: new Tickers() }),
    reader() {
      const tickers = new Tickers();
      return (message, context) => readMessage(message, { context, tickers });
    },
  };
}

/** Tickers of spot have no quotes, so level 1 of the book goes with them. */
function topicsOf(topic: VenueTopic): readonly string[] {
  const { rawSymbol } = topic;
  switch (topic.channel) {
    case "ticker":
      return [`tickers.${rawSymbol}`, `orderbook.1.${rawSymbol}`];
    case "trades":
      return [`publicTrade.${rawSymbol}`];
    case "book":
      return [`orderbook.${streamDepth(topic.depth)}.${rawSymbol}`];
    case "ohlcv":
      return [`kline.${TIMEFRAMES[topic.timeframe] ?? topic.timeframe}.${rawSymbol}`];
  }
}

function streamDepth(depth: number): number {
  return STREAM_DEPTHS.find((each) => each >= depth) ?? STREAM_DEPTHS.at(-1)!;
}

const MINUTE_MS = 60_000;

/** Enough for `limit` candles; of weeks and months by their longest. */
function endOf(
  timeframe: string,
  { since, limit }: { readonly since: number; readonly limit: number },
): number {
  const minutes = LONG[timeframe] ?? Number(timeframe);
  return since + minutes * MINUTE_MS * limit - 1;
}

const LONG: Readonly<Record<string, number>> = { D: 1_440, W: 10_080, M: 44_640 };

export function readMessage(
  message: unknown,
  { context, tickers }: { readonly context: RowContext; readonly tickers: Tickers },
): StreamReading {
  const frame = asRow(message);
  const topic = optionalText(frame, "topic");
  if (topic === null) {
    if (frame["success"] !== false) return { kind: "ignored" };
    throw new RowError(`the venue refused: ${optionalText(frame, "ret_msg") ?? "no reason"}`);
  }
  const [kind, detail = ""] = topic.split(".");
  switch (kind) {
    case "orderbook":
      return facts([readBookFrame(frame, { depth: detail, context, tickers })]);
    case "publicTrade": {
      const trades = asRows(frame["data"], MARKET_ROWS_MAX)
        .map((row) => readTradeEvent(asRow(row), context));
      return facts([{ kind: "trades", trades, receivedAt: context.receivedAt }]);
    }
    case "tickers": {
      const ticker = tickers.told(frame, context);
      if (ticker === null) return { kind: "ignored" };
      return facts([{ kind: "ticker", ticker, receivedAt: context.receivedAt }]);
    }
    case "kline":
      return facts(readCandles(frame, { topic, context }));
    default:
      return { kind: "ignored" };
  }
}

/**
 * `{"topic":"orderbook.50.BTCUSDT","type":"snapshot","ts":1672304484978,"data":{"s":"BTCUSDT",`
 * `"b":[["16493.50","0.006"]],"a":[["16611.00","0.029"]],"u":18521288,"seq":7961638724}}`. Update
 * ids follow each other; one that is 1 comes with a snapshot after a restart of the service.
 */
function readBookFrame(
  frame: Row,
  { depth, context, tickers }: {
    readonly depth: string;
    readonly context: RowContext;
    readonly tickers: Tickers;
  },
): MarketFact {
  const data = asRow(frame["data"]);
  const { receivedAt } = context;
  const book = {
    symbolId: context.symbolOf(textOf(data, "s")),
    bids: levelsOf(data["b"]),
    asks: levelsOf(data["a"]),
    checksum: null,
    venueTime: timeOf(frame, "ts"),
  };
  const sequence = countOf(data, "u");
  if (depth === "1") {
    return { kind: "ticker", ticker: tickers.quoted(book, receivedAt), receivedAt };
  }
  if (frame["type"] === "snapshot") {
    return {
      kind: "bookSnapshot",
      book: { ...book, sequence, levelsMax: Number(depth) },
      receivedAt,
    };
  }
  if (frame["type"] !== "delta") throw new RowError("type is neither snapshot nor delta");
  const delta: BookDelta = { ...book, previous: sequence - 1, last: sequence };
  return { kind: "bookDelta", delta, receivedAt };
}

/** `{"T":1672304486865,"s":"BTCUSDT","S":"Buy","v":"0.001","p":"16578.50","i":"20f43950-d8dd"}` */
function readTradeEvent(row: Row, context: RowContext): Trade {
  return {
    tradeId: idOf(row, "i"),
    symbol: context.symbolOf(textOf(row, "s")),
    price: decimalOf(row, "p"),
    quantity: decimalOf(row, "v"),
    side: sideOf(textOf(row, "S")),
    venueTime: timeOf(row, "T"),
  };
}

/** `{"execId":"2100000000007764263","price":"16618.49","size":"0.00012","side":"Buy","time":"…"}` */
function readTrade(row: Row, { symbolId }: MarketContext): Trade {
  return {
    tradeId: idOf(row, "execId"),
    symbol: symbolId,
    price: decimalOf(row, "price"),
    quantity: decimalOf(row, "size"),
    side: sideOf(textOf(row, "side")),
    venueTime: timeOf(row, "time"),
  };
}

/** `{"s":"BTCUSDT","b":[["65485.47","47.081829"]],"a":[["65557.7","16.60"]],"ts":1716863719031,"u":230704}` */
function readBook(
  answer: unknown,
  { symbolId, depth }: MarketContext & { readonly depth: number },
): BookSnapshot {
  const row = asRow(asRow(answer)["result"]);
  return {
    symbolId,
    bids: levelsOf(row["b"]),
    asks: levelsOf(row["a"]),
    sequence: countOf(row, "u"),
    levelsMax: depth,
    checksum: null,
    venueTime: timeOf(row, "ts"),
  };
}

/**
 * `{"topic":"kline.5.BTCUSDT","data":[{"start":1672324800000,"interval":"5","open":"16649.5",`
 * `"close":"16677","high":"16677","low":"16608","volume":"2.081","confirm":false}]}`
 */
function readCandles(
  frame: Row,
  { topic, context }: { readonly topic: string; readonly context: RowContext },
): readonly MarketFact[] {
  const [, interval = "", symbol = ""] = topic.split(".");
  const timeframe = OURS.get(interval);
  if (timeframe === undefined) throw new RowError(`interval ${interval} is not listed`);
  return asRows(frame["data"], MARKET_ROWS_MAX).map((each) => {
    const row = asRow(each);
    return {
      kind: "candle",
      symbolId: context.symbolOf(symbol),
      timeframe,
      candle: {
        openTime: timeOf(row, "start"),
        open: decimalOf(row, "open"),
        high: decimalOf(row, "high"),
        low: decimalOf(row, "low"),
        close: decimalOf(row, "close"),
        volume: decimalOf(row, "volume"),
      },
      isClosed: flagOf(row, "confirm"),
      receivedAt: context.receivedAt,
    };
  });
}

/** The venue's name of a candle's length → ours. */
const OURS: ReadonlyMap<string, Timeframe> = new Map(
  Object.entries(TIMEFRAMES).map(([ours, theirs]) => [theirs, ours as Timeframe]), // Its own keys.
);

function countOf(row: Row, field: string): number {
  const value = row[field];
  if (typeof value === "number" && Number.isSafeInteger(value) && value >= 0) return value;
  throw new RowError(`${field} is not a number of updates`);
}

function listOf(answer: unknown): readonly unknown[] {
  return asRows(asRow(asRow(answer)["result"])["list"], MARKET_ROWS_MAX);
}

function facts(list: readonly MarketFact[]): StreamReading {
  return { kind: "facts", facts: list };
}
