/**
 * Market data of OKX. Source: OKX API guide v5, "Order Book Trading / Market Data" and "Public
 * Data", and the log of changes at okx.com/docs-v5/log_en, as read on 2026-11-21.
 */
import { MARKET_ROWS_MAX } from "../../../../model/limits.ts";
import type { BookLevel, Ohlcv, Trade } from "../../../../model/market.ts";
import type {
  BookDelta,
  BookSnapshot,
  MarketFact,
  Timeframe,
} from "../../../../model/market_feed.ts";
import type { Decimal } from "../../../../model/decimal.ts";
import { unitsOf } from "../../rows/contracts.ts";
import type { CcxtExchange } from "../../ccxt.ts";
import {
  asRow,
  asRows,
  decimalOf,
  idOf,
  optionalText,
  type Row,
  RowError,
  textOf,
  timeOf,
} from "../../rows/fields.ts";
import type {
  CandleCall,
  MarketPlan,
  MarketSocketPlan,
  VenueTopic,
} from "../../plans/market_plan.ts";
import { candleOf, levelsOf } from "../../rows/market_rows.ts";
import type { StreamReading } from "../../plans/socket_plan.ts";
import type { RowContext, VenueCall } from "../../plans/venue_call.ts";
import { dataOf, onlyRow } from "./reads.ts";
import { contractSize, readTicker, sideOf } from "./rows.ts";
import { eventOf, readEvent, STALE_AFTER_MS } from "./stream.ts";

/** Days and longer begin at midnight in UTC, as everywhere else here; plain ones do so at 16:00. */
const TIMEFRAMES: Readonly<Partial<Record<Timeframe, string>>> = {
  "1m": "1m",
  "3m": "3m",
  "5m": "5m",
  "15m": "15m",
  "30m": "30m",
  "1h": "1H",
  "2h": "2H",
  "4h": "4H",
  "6h": "6Hutc",
  "12h": "12Hutc",
  "1d": "1Dutc",
  "3d": "3Dutc",
  "1w": "1Wutc",
  "1M": "1Mutc",
};
const BY_BAR = new Map(Object.entries(TIMEFRAMES).map(([ours, bar]) => [bar, ours as Timeframe]));

/** "400 depth levels … pushed every 100 ms when there is change". */
const BOOK_LEVELS = 400;
/** Most rows one answer has. */
const CANDLES_MAX = 300;
const HISTORY_CANDLES_MAX = 100;
const TRADES_MAX = 500;

/** Tickers and books. */
const publicSocket: MarketSocketPlan = {
  ...socketPlan("market", "public"),
  carries: ({ channel }) => channel === "ticker" || channel === "book",
};

/**
 * Candles, and trades one by one: those of the public URL sum up what one order took, under the id
 * of the last, which the reads do not.
 */
const businessSocket: MarketSocketPlan = {
  ...socketPlan("market-business", "business"),
  carries: ({ channel }) => channel === "trades" || channel === "ohlcv",
};

export const okxMarket: MarketPlan = {
  sockets: [publicSocket, businessSocket],
  books: {
    // The first state by REST, which numbers it as the stream does; the stream's own first state
    // is being taken away (log of 2026-02-12).
    snapshot: "read",
    window: () => BOOK_LEVELS,
    readDepths: [5, 20, 50, 100, BOOK_LEVELS],
  },
  timeframes: TIMEFRAMES,
  reads: {
    book: {
      call: (instId, sz) => call("market/books", { instId, sz }),
      read: (answer, context): BookSnapshot => {
        const row = onlyRow(answer);
        const size = contractSize(context.rawSymbol, context);
        return {
          symbolId: context.symbolId,
          bids: levels(row["bids"], size),
          asks: levels(row["asks"], size),
          sequence: numberOf(row, "seqId"),
          levelsMax: context.depth,
          checksum: null,
          venueTime: timeOf(row, "ts"),
        };
      },
    },
    trades: {
      call: (instId, limit) =>
        call("market/trades", { instId, limit: Math.min(limit, TRADES_MAX) }),
      read: (answer, context) =>
        dataOf(answer, MARKET_ROWS_MAX).map((row) => readPublicTrade(row, context)).reverse(),
    },
    ohlcv: {
      call: candles,
      read: (answer, context) => {
        const size = contractSize(context.rawSymbol, context);
        return dataOf(answer, MARKET_ROWS_MAX).map((row) => readCandle(row, size)).reverse();
      },
    },
  },
};

function socketPlan(id: string, url: "public" | "business"): Omit<MarketSocketPlan, "carries"> {
  return {
    id,
    staleAfterMs: STALE_AFTER_MS,
    url: ({ exchange }) => (exchange as CcxtOkx).getUrl("tickers", url),
    greet: async ({ client }) => void await client.connect(),
    probe: () => "ping",
    isProbeAnswer: (message) => message === "pong",
    // "The total length of multiple channels cannot exceed 64 KB": far above what fits 100 topics.
    frames: (op, topics) => chunks(topics.map(argOf)).map((args) => ({ op, args })),
    read: readMessage,
  };
}

/** The method of `pro/okx.js` that knows the URLs; not part of every ccxt class. */
interface CcxtOkx extends CcxtExchange {
  getUrl(channel: string, access: string): string;
}

const ARGS_MAX = 100;

function chunks<T>(all: readonly T[]): readonly (readonly T[])[] {
  return Array.from(
    { length: Math.ceil(all.length / ARGS_MAX) },
    (_, at) => all.slice(at * ARGS_MAX, (at + 1) * ARGS_MAX),
  );
}

function argOf(topic: VenueTopic): { readonly channel: string; readonly instId: string } {
  return { channel: channelOf(topic), instId: topic.rawSymbol };
}

function channelOf(topic: VenueTopic): string {
  switch (topic.channel) {
    case "ticker":
      return "tickers";
    case "trades":
      return "trades-all";
    case "book":
      return "books";
    case "ohlcv":
      return `candle${TIMEFRAMES[topic.timeframe] ?? topic.timeframe}`;
  }
}

function call(path: string, params: Readonly<Record<string, unknown>>): VenueCall {
  return { api: "public", path, method: "GET", params };
}

/** "The latest data will be returned when using before individually": so both ends are given. */
function candles(instId: string, { timeframe: bar, since, limit }: CandleCall): VenueCall {
  if (since === null) {
    return call("market/candles", { instId, bar, limit: Math.min(limit, CANDLES_MAX) });
  }
  const rows = Math.min(limit, HISTORY_CANDLES_MAX);
  const until = since + rows * barMs(bar);
  return call("market/history-candles", {
    instId,
    bar,
    before: since - 1,
    after: until,
    limit: rows,
  });
}

const UNITS: Readonly<Record<string, number>> = {
  m: 60_000,
  H: 3_600_000,
  D: 24 * 3_600_000,
  W: 7 * 24 * 3_600_000,
  M: 31 * 24 * 3_600_000,
};

function barMs(bar: string): number {
  const match = /^(\d+)([mHDWM])/.exec(bar);
  if (match === null) throw new RangeError(`bar ${bar} is not listed`);
  return Number(match[1]) * UNITS[match[2]!]!;
}

export function readMessage(message: unknown, context: RowContext): StreamReading {
  const event = eventOf(message);
  if (event !== null) {
    return event["event"] === "error" ? readError(event, context) : readEvent(event);
  }
  const frame = asRow(message);
  const arg = asRow(frame["arg"]);
  const rows = asRows(frame["data"], MARKET_ROWS_MAX);
  const { receivedAt } = context;
  const instId = textOf(arg, "instId");
  const channel = textOf(arg, "channel");
  switch (channel) {
    case "tickers":
      return facts(rows.map((row) => ({
        kind: "ticker",
        ticker: readTicker(row, context),
        receivedAt,
      })));
    case "trades-all":
      return facts([{
        kind: "trades",
        trades: rows.map((row) => readPublicTrade(row, context)),
        receivedAt,
      }]);
    case "books":
      if (frame["action"] === "snapshot") return { kind: "ignored" };
      return facts(rows.map((row) => ({
        kind: "bookDelta",
        delta: readDelta(asRow(row), instId, context),
        receivedAt,
      })));
  }
  const timeframe = channel.startsWith("candle") ? BY_BAR.get(channel.slice(6)) : undefined;
  if (timeframe === undefined) return { kind: "ignored" };
  const size = contractSize(instId, context);
  return facts(rows.map((row) => ({
    kind: "candle",
    symbolId: context.symbolOf(instId),
    timeframe,
    candle: readCandle(row, size),
    isClosed: Array.isArray(row) && row[8] === "1",
    receivedAt,
  })));
}

/**
 * `{"asks":[["31657.7","0","0","0"]],"bids":[…],"ts":"1626535709008","checksum":0,"prevSeqId":12,`
 * `"seqId":13}`; the checksum is always 0 since 2026-06-23.
 */
function readDelta(row: Row, instId: string, context: RowContext): BookDelta {
  const size = contractSize(instId, context);
  return {
    symbolId: context.symbolOf(instId),
    bids: levels(row["bids"], size),
    asks: levels(row["asks"], size),
    previous: numberOf(row, "prevSeqId"),
    last: numberOf(row, "seqId"),
    checksum: null,
    venueTime: timeOf(row, "ts"),
  };
}

/** `{"instId":"BTC-USDT","tradeId":"130639474","px":"42219.9","sz":"0.12","side":"buy","ts":"16…"}` */
function readPublicTrade(value: unknown, context: RowContext): Trade {
  const row = asRow(value);
  const instId = textOf(row, "instId");
  return {
    tradeId: idOf(row, "tradeId"),
    symbol: context.symbolOf(instId),
    price: decimalOf(row, "px"),
    quantity: unitsOf(decimalOf(row, "sz"), contractSize(instId, context)),
    side: sideOf(row),
    venueTime: timeOf(row, "ts"),
  };
}

function readCandle(row: unknown, size: Decimal | null): Ohlcv {
  const candle = candleOf(row);
  return { ...candle, volume: unitsOf(candle.volume, size) };
}

function levels(value: unknown, size: Decimal | null): readonly BookLevel[] {
  const rows = levelsOf(value);
  if (size === null) return rows;
  return rows.map((level) => ({ ...level, quantity: unitsOf(level.quantity, size) }));
}

/** `{"event":"error","code":"60018","msg":"Wrong URL or channel:books,instId:X doesn't exist. …"}` */
function readError(event: Row, context: RowContext): StreamReading {
  const message = optionalText(event, "msg") ?? "";
  const match = /channel:([\w-]+),instId:([\w-]+)/.exec(message);
  if (match === null) return readEvent(event);
  const [, channel = "", instId = ""] = match;
  const symbolId = context.symbolOf(instId);
  const refuse = (topic: Extract<MarketFact, { kind: "topicRefused" }>["topic"]) =>
    facts([{ kind: "topicRefused", topic, message: message.slice(0, 200) }]);
  switch (channel) {
    case "tickers":
      return refuse({ channel: "ticker", symbolId });
    case "trades-all":
      return refuse({ channel: "trades", symbolId });
    case "books":
      return refuse({ channel: "book", symbolId, depth: BOOK_LEVELS });
  }
  const timeframe = BY_BAR.get(channel.slice("candle".length));
  return timeframe === undefined
    ? { kind: "ignored" }
    : refuse({ channel: "ohlcv", symbolId, timeframe });
}

function numberOf(row: Row, field: string): number {
  const value = row[field];
  if (typeof value === "number" && Number.isSafeInteger(value)) return value;
  throw new RowError(`${field} is not a sequence number`);
}

function facts(list: readonly MarketFact[]): StreamReading {
  return { kind: "facts", facts: list };
}
