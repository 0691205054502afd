/**
 * Market data of Binance spot. Source: binance-spot-api-docs, web-socket-streams.md and
 * rest-api.md ("Market data endpoints"), as read on 2026-11-21.
 */
import { isZero } from "../../../../model/decimal.ts";
import { MARKET_ROWS_MAX } from "../../../../model/limits.ts";
import type { Ohlcv, Ticker, Trade } from "../../../../model/market.ts";
import type {
  BookDelta,
  BookSnapshot,
  MarketFact,
  Timeframe,
} from "../../../../model/market_feed.ts";
import {
  asRow,
  asRows,
  decimalOf,
  flagOf,
  idOf,
  type Row,
  RowError,
  textOf,
  timeOf,
} from "../../rows/fields.ts";
import type {
  MarketContext,
  MarketPlan,
  MarketSocketPlan,
  VenueTopic,
} from "../../plans/market_plan.ts";
import { candleOf, levelsOf } from "../../rows/market_rows.ts";
import { answersId, type StreamReading } from "../../plans/socket_plan.ts";
import type { RowContext, VenueCall } from "../../plans/venue_call.ts";
import { priceOrNull } from "./rows.ts";

/** The venue pings every 20 s, unseen; a stream of a quiet symbol may say nothing for longer. */
const STALE_AFTER_MS = 15_000;

/** The same on futures. */
export const TIMEFRAMES: Readonly<Partial<Record<Timeframe, string>>> = {
  "1m": "1m",
  "3m": "3m",
  "5m": "5m",
  "15m": "15m",
  "30m": "30m",
  "1h": "1h",
  "2h": "2h",
  "4h": "4h",
  "6h": "6h",
  "8h": "8h",
  "12h": "12h",
  "1d": "1d",
  "3d": "3d",
  "1w": "1w",
  "1M": "1M",
};

const marketSocket: MarketSocketPlan = {
  id: "market",
  staleAfterMs: STALE_AFTER_MS,
  url: ({ exchange }) => textOf(asRow(exchange.urls.api["ws"]), "spot"),
  greet: async ({ client }) => void await client.connect(),
  probe: (requestId) => ({ method: "LIST_SUBSCRIPTIONS", id: requestId }),
  isProbeAnswer: answersId,
  carries: () => true,
  // "A single connection can listen to a maximum of 1024 streams"; one frame takes many.
  frames: (action, topics, requestId) => [{
    method: action.toUpperCase(),
    params: topics.flatMap(streamsOf),
    id: requestId,
  }],
  read: readMessage,
};

export const binanceMarket: MarketPlan = {
  sockets: [marketSocket],
  books: {
    // "How to manage a local order book correctly": a snapshot by REST, then the diffs after it.
    snapshot: "read",
    window: () => null,
    // `limit` of GET /api/v3/depth: weight 5 to 100 levels, 25 to 500, 50 to 1000, 250 to 5000.
    readDepths: [100, 500, 1_000, 5_000],
  },
  timeframes: TIMEFRAMES,
  reads: {
    book: {
      call: (symbol, limit) => call("depth", { symbol, limit }),
      read: readBook,
    },
    trades: {
      call: (symbol, limit) => call("trades", { symbol, limit }),
      read: (answer, context) =>
        asRows(answer, MARKET_ROWS_MAX).map((row) => readTrade(asRow(row), context)),
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

function call(path: string, params: Readonly<Record<string, unknown>>): VenueCall {
  return { api: "public", path, method: "GET", params };
}

/** Quotes come at once and without the last price, which the day's statistics tell each second. */
function streamsOf(topic: VenueTopic): readonly string[] {
  const symbol = topic.rawSymbol.toLowerCase();
  switch (topic.channel) {
    case "ticker":
      return [`${symbol}@bookTicker`, `${symbol}@ticker`];
    case "trades":
      return [`${symbol}@trade`];
    case "book":
      return [`${symbol}@depth@100ms`];
    case "ohlcv":
      return [`${symbol}@kline_${TIMEFRAMES[topic.timeframe] ?? topic.timeframe}`];
  }
}

export function readMessage(message: unknown, context: RowContext): StreamReading {
  const row = asRow(message);
  const { receivedAt } = context;
  switch (row["e"]) {
    case "depthUpdate":
      return facts({ kind: "bookDelta", delta: readDelta(row, context), receivedAt });
    case "trade":
      return facts({ kind: "trades", trades: [readTradeEvent(row, context)], receivedAt });
    case "kline":
      return facts(readKline(row, context));
    case "24hrTicker":
      return facts({ kind: "ticker", ticker: readDay(row, context), receivedAt });
    case "serverShutdown":
      return { kind: "ended", reason: "the venue is about to end the connection" };
    case undefined:
      break;
    default:
      return { kind: "ignored" };
  }
  if (row["u"] !== undefined && row["B"] !== undefined) {
    return facts({ kind: "ticker", ticker: readQuotes(row, context), receivedAt });
  }
  if (row["error"] !== undefined) throw new RowError(`the venue refused: ${errorOf(row)}`);
  return { kind: "ignored" }; // `{"result":null,"id":"1"}`
}

/**
 * `{"e":"depthUpdate","E":1577554482280,"s":"BNBBTC","U":157,"u":160,"b":[["0.0024","10"]],`
 * `"a":[["0.0026","100"]]}`: the update ids from `U` to `u` are in it.
 */
function readDelta(row: Row, context: RowContext): BookDelta {
  return {
    symbolId: context.symbolOf(textOf(row, "s")),
    bids: levelsOf(row["b"]),
    asks: levelsOf(row["a"]),
    previous: updateIdOf(row, "U") - 1,
    last: updateIdOf(row, "u"),
    checksum: null,
    venueTime: timeOf(row, "E"),
  };
}

/** `{"lastUpdateId":1027024,"bids":[["4.00000000","431.00000000"]],"asks":[[…]]}` */
export function readBook(
  answer: unknown,
  { symbolId, receivedAt, depth }: MarketContext & { readonly depth: number },
): BookSnapshot {
  const row = asRow(answer);
  return {
    symbolId,
    bids: levelsOf(row["bids"]),
    asks: levelsOf(row["asks"]),
    sequence: updateIdOf(row, "lastUpdateId"),
    levelsMax: depth,
    checksum: null,
    venueTime: receivedAt,
  };
}

/**
 * `{"e":"trade","E":1579481530912,"s":"ETHBTC","t":158410082,"p":"0.01914100","q":"0.00700000",`
 * `"T":1579481530910,"m":false,"M":true}`; `m`: the buyer is the maker.
 */
function readTradeEvent(row: Row, context: RowContext): Trade {
  return {
    tradeId: idOf(row, "t"),
    symbol: context.symbolOf(textOf(row, "s")),
    price: decimalOf(row, "p"),
    quantity: decimalOf(row, "q"),
    side: flagOf(row, "m") ? "SELL" : "BUY",
    venueTime: timeOf(row, "T"),
  };
}

/** `{"id":28457,"price":"4.00000100","qty":"12.0","time":1499865549590,"isBuyerMaker":true}` */
function readTrade(row: Row, { symbolId }: MarketContext): Trade {
  return {
    tradeId: idOf(row, "id"),
    symbol: symbolId,
    price: decimalOf(row, "price"),
    quantity: decimalOf(row, "qty"),
    side: flagOf(row, "isBuyerMaker") ? "SELL" : "BUY",
    venueTime: timeOf(row, "time"),
  };
}

/** `{"e":"kline","s":"ETHBTC","k":{"t":1579482900000,"i":"1m","o":"0.01913200",…,"x":false}}` */
function readKline(row: Row, context: RowContext): MarketFact {
  const k = asRow(row["k"]);
  const interval = textOf(k, "i");
  if (!(interval in TIMEFRAMES)) throw new RowError(`interval ${interval} is not listed`);
  return {
    kind: "candle",
    symbolId: context.symbolOf(textOf(row, "s")),
    timeframe: interval as Timeframe, // a key of the table, as just checked
    candle: {
      openTime: timeOf(k, "t"),
      open: decimalOf(k, "o"),
      high: decimalOf(k, "h"),
      low: decimalOf(k, "l"),
      close: decimalOf(k, "c"),
      volume: decimalOf(k, "v"),
    },
    isClosed: flagOf(k, "x"),
    receivedAt: context.receivedAt,
  };
}

/** `{"u":400900217,"s":"BNBUSDT","b":"25.35190000","B":"31.21","a":"25.36520000","A":"40.66"}` */
function readQuotes(row: Row, context: RowContext): Ticker {
  return { ...quotesOf(row, context), last: null, venueTime: context.receivedAt };
}

/** `{"e":"24hrTicker","E":1579485598569,"s":"ETHBTC","c":"0.01912500","b":"0.01912200",…}` */
function readDay(row: Row, context: RowContext): Ticker {
  return {
    ...quotesOf(row, context),
    last: priceOrNull(decimalOf(row, "c")),
    venueTime: timeOf(row, "E"),
  };
}

export function quotesOf(row: Row, context: RowContext): Omit<Ticker, "last" | "venueTime"> {
  const bid = decimalOf(row, "b");
  const ask = decimalOf(row, "a");
  return {
    symbol: context.symbolOf(textOf(row, "s")),
    bid: priceOrNull(bid),
    bidSize: isZero(bid) ? null : decimalOf(row, "B"),
    ask: priceOrNull(ask),
    askSize: isZero(ask) ? null : decimalOf(row, "A"),
    mark: null,
    index: null,
    receivedAt: context.receivedAt,
  };
}

export function updateIdOf(row: Row, field: string): number {
  const value = row[field];
  if (typeof value === "number" && Number.isSafeInteger(value)) return value;
  throw new RowError(`${field} is not an update id`);
}

function errorOf(row: Row): string {
  const { code, msg } = asRow(row["error"]);
  return `code ${typeof code === "number" ? code : "none"}, ${String(msg).slice(0, 100)}`;
}

function facts(fact: MarketFact): StreamReading {
  return { kind: "facts", facts: [fact] };
}
