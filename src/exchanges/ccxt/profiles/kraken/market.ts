/**
 * Market data of Kraken spot. Source: docs.kraken.com/api-reference/market-data,
 * docs.kraken.com/exchange/api-reference/spot-websocket-v2 (ticker, trade, book, ohlc) and
 * docs.kraken.com/exchange/guides/websockets/book-checksum-v2, read on 2026-11-21.
 */
import { BOOK_LEVELS_MAX, MARKET_ROWS_MAX } from "../../../../model/limits.ts";
import type { SymbolMetadata } from "../../../../model/instrument.ts";
import type { BookLevel, Ohlcv, Ticker, Trade } from "../../../../model/market.ts";
import type {
  BookDelta,
  BookSnapshot,
  MarketFact,
  Timeframe,
} from "../../../../model/market_feed.ts";
import { decimal } from "../../../../model/decimal.ts";
import { exactNumber } from "../../instruments/exact_number.ts";
import {
  asRow,
  asRows,
  idOf,
  optionalText,
  type Row,
  RowError,
  textOf,
} from "../../rows/fields.ts";
import type {
  CandleCall,
  MarketContext,
  MarketPlan,
  MarketSocketPlan,
  VenueTopic,
} from "../../plans/market_plan.ts";
import { candleOf, crc32, levelsOf } from "../../rows/market_rows.ts";
import type { StreamReading } from "../../plans/socket_plan.ts";
import type { RowContext, VenueCall } from "../../plans/venue_call.ts";
import {
  instantOf,
  isProbeAnswer,
  keepDigits,
  probe,
  socketUrl,
  STALE_AFTER_MS,
  SUBSCRIPTION_ID,
} from "./frames.ts";
import { decimalsOf } from "./instruments.ts";
import { numberOf, secondsOf, sideOf } from "./rows.ts";

/** Ours → the venue's, in minutes. */
const TIMEFRAMES: Readonly<Partial<Record<Timeframe, string>>> = {
  "1m": "1",
  "5m": "5",
  "15m": "15",
  "30m": "30",
  "1h": "60",
  "4h": "240",
  "1d": "1440",
  "1w": "10080",
};
const BY_MINUTES = new Map(
  // The keys of TIMEFRAMES are timeframes by its type.
  Object.entries(TIMEFRAMES).map(([ours, minutes]) => [minutes, ours as Timeframe]),
);

/** "Depth: 10, 25, 100, 500, 1000"; REST gives up to 500. */
const DEPTHS: readonly number[] = [10, 25, 100, 500, 1_000];
const READ_DEPTHS: readonly number[] = [10, 25, 100, 500];
const TRADES_MAX = 1_000;
/** "The checksum is always calculated over the top 10 price levels". */
const CHECKSUM_LEVELS = 10;

const publicSocket: MarketSocketPlan = {
  id: "market",
  staleAfterMs: STALE_AFTER_MS,
  url: ({ exchange }) => socketUrl(exchange, "publicV2"),
  greet: async ({ client }) => {
    keepDigits(client);
    await client.connect();
  },
  probe,
  isProbeAnswer,
  read: readMessage,
  carries: (topic) => topic.channel !== "ohlcv" || TIMEFRAMES[topic.timeframe] !== undefined,
  frames: (method, topics, requestId) =>
    topics.map((topic) => ({
      method,
      params: {
        ...subscriptionOf(topic),
        ...(method === "subscribe" ? OPENING[topic.channel] : {}),
      },
      req_id: requestOf(topic, Number(requestId)),
    })),
};

/** What comes first: quotes and books as they stand; trades and candles from now on. */
const OPENING: Readonly<Record<VenueTopic["channel"], Readonly<Record<string, unknown>>>> = {
  // By itself the ticker speaks only after trades.
  ticker: { event_trigger: "bbo", snapshot: true },
  trades: { snapshot: false },
  book: { snapshot: true },
  ohlcv: { snapshot: false },
};

function subscriptionOf(topic: VenueTopic): Readonly<Record<string, unknown>> {
  const symbol = [topic.symbolId]; // Pairs are served only where the socket names them as we do.
  switch (topic.channel) {
    case "ticker":
      return { channel: "ticker", symbol };
    case "trades":
      return { channel: "trade", symbol };
    case "book":
      return { channel: "book", symbol, depth: depthOf(topic.depth) };
    case "ohlcv":
      return { channel: "ohlc", symbol, interval: Number(TIMEFRAMES[topic.timeframe]) };
  }
}

function depthOf(wanted: number): number {
  return DEPTHS.find((depth) => depth >= wanted) ?? DEPTHS.at(-1)!;
}

/** A refusal names the pair alone, so the channel is put into the id of the request. */
function requestOf(topic: VenueTopic, request: number): number {
  return SUBSCRIPTION_ID + (request % 10_000) * CODES + codeOf(topic);
}

const CODES = 100_000;
const [TICKER_CODE, TRADES_CODE, OHLC_CODE, BOOK_CODE] = [1, 2, 10_000, 50_000];

function codeOf(topic: VenueTopic): number {
  switch (topic.channel) {
    case "ticker":
      return TICKER_CODE!;
    case "trades":
      return TRADES_CODE!;
    case "ohlcv":
      return OHLC_CODE! + Number(TIMEFRAMES[topic.timeframe]);
    case "book":
      return BOOK_CODE! + Math.min(topic.depth, CODES - BOOK_CODE! - 1);
  }
}

type Refused = Extract<MarketFact, { kind: "topicRefused" }>["topic"];

function topicOf(request: number, symbolId: string): Refused | null {
  const code = (request - SUBSCRIPTION_ID) % CODES;
  if (code === TICKER_CODE) return { channel: "ticker", symbolId };
  if (code === TRADES_CODE) return { channel: "trades", symbolId };
  if (code >= BOOK_CODE!) return { channel: "book", symbolId, depth: code - BOOK_CODE! };
  const timeframe = BY_MINUTES.get(String(code - OHLC_CODE!));
  return timeframe === undefined ? null : { channel: "ohlcv", symbolId, timeframe };
}

export const krakenMarket: MarketPlan = {
  sockets: [publicSocket],
  books: { snapshot: "stream", window: depthOf, readDepths: READ_DEPTHS, checksum },
  timeframes: TIMEFRAMES,
  reads: {
    book: {
      call: (pair, count) => call("Depth", { pair, count }),
      read: (answer, context): BookSnapshot => {
        const row = asRow(ofPair(answer));
        return {
          symbolId: context.symbolId,
          bids: levelsOf(row["bids"]),
          asks: levelsOf(row["asks"]),
          sequence: null,
          levelsMax: context.depth,
          checksum: null,
          venueTime: context.receivedAt,
        };
      },
    },
    trades: {
      call: (pair, limit) => call("Trades", { pair, count: Math.min(limit, TRADES_MAX) }),
      read: (answer, context) =>
        asRows(ofPair(answer), MARKET_ROWS_MAX).map((row) => readTradeRow(row, context)),
    },
    ohlcv: {
      call: candles,
      read: (answer) => asRows(ofPair(answer), MARKET_ROWS_MAX).map(readCandleRow),
    },
  },
};

/**
 * Over the ten best asks, then bids: price and quantity with all their decimals, without the point
 * and without zeros in front.
 */
function checksum(
  market: SymbolMetadata,
  { bids, asks }: { readonly bids: readonly BookLevel[]; readonly asks: readonly BookLevel[] },
): string {
  const decimals = decimalsOf(market);
  const text = [asks, bids].flatMap((side) => side.slice(0, CHECKSUM_LEVELS))
    .map(({ price, quantity }) =>
      digits(price, decimals.price) + digits(quantity, decimals.quantity)
    ).join("");
  return String(crc32(text));
}

function digits(value: string, decimals: number): string {
  const [whole = "", fraction = ""] = value.split(".");
  return (whole + fraction.padEnd(decimals, "0")).replace(/^0+/, "");
}

function call(path: string, params: Readonly<Record<string, unknown>>): VenueCall {
  return { api: "public", path, method: "GET", params };
}

/** "since: … (exclusive)"; always up to 720 candles, the last of which is not done. */
function candles(pair: string, { timeframe, since }: CandleCall): VenueCall {
  return call("OHLC", {
    pair,
    interval: timeframe,
    ...(since === null ? {} : { since: Math.max(0, Math.floor((since - 1) / 1_000)) }),
  });
}

/** `{"error":[],"result":{"XETHXXBT":[…],"last":1591517580}}` */
function ofPair(answer: unknown): unknown {
  const pairs = Object.entries(asRow(asRow(answer)["result"])).filter(([name]) => name !== "last");
  if (pairs.length !== 1) throw new RowError(`${pairs.length} pairs where one was asked for`);
  return pairs[0]![1];
}

/** `["0.032310","4.28169434",1541390792.763,"s","l","",68230622]`; older rows had no id. */
function readTradeRow(value: unknown, { symbolId }: MarketContext): Trade {
  const [price, quantity, time, side, , , tradeId] = asRows(value, 7);
  const row = { price, quantity, time, tradeId };
  return {
    tradeId: idOf(row, "tradeId"),
    symbol: symbolId,
    price: decimal(textOf(row, "price")),
    quantity: decimal(textOf(row, "quantity")),
    side: sideOf(side === "b" ? "buy" : side === "s" ? "sell" : String(side)),
    venueTime: secondsOf(row, "time"),
  };
}

/** `[1591475640,"0.02500","0.02500","0.02500","0.02500","0.02500","9.12201000",5]` */
function readCandleRow(value: unknown): Ohlcv {
  const [seconds, open, high, low, close, , volume] = asRows(value, 8);
  if (typeof seconds !== "number") throw new RowError("the time of a candle is not a number");
  return candleOf([seconds * 1_000, open, high, low, close, volume]);
}

export function readMessage(message: unknown, context: RowContext): StreamReading {
  const frame = asRow(message);
  if (frame["success"] === false) return readRefusal(frame, context);
  const { receivedAt } = context;
  switch (frame["channel"]) {
    case "ticker":
      return facts(
        rowsOf(frame).map((row) => ({
          kind: "ticker",
          ticker: readTicker(row, context),
          receivedAt,
        })),
      );
    case "trade":
      return facts([{
        kind: "trades",
        trades: rowsOf(frame).map((row) => readTrade(row, context)),
        receivedAt,
      }]);
    case "book":
      return facts(rowsOf(frame).map((row) => readBook(row, frame, context)));
    case "ohlc":
      return facts(rowsOf(frame).flatMap((row) => readCandle(row, context)));
    default: // Acknowledgements, heartbeats, the venue's status.
      return { kind: "ignored" };
  }
}

function rowsOf(frame: Row): readonly Row[] {
  return asRows(frame["data"], MARKET_ROWS_MAX).map(asRow);
}

/** `{"method":"subscribe","success":false,"error":"Currency pair not supported A/B","symbol":"A/B"}` */
function readRefusal(frame: Row, context: RowContext): StreamReading {
  const { method, req_id } = frame;
  const symbol = optionalText(frame, "symbol");
  if (method !== "subscribe" || typeof req_id !== "number" || symbol === null) {
    return { kind: "ignored" };
  }
  const topic = topicOf(req_id, context.symbolOf(symbol));
  const text = optionalText(frame, "error") ?? "";
  // "Already subscribed": it is streamed, then.
  if (topic === null || text.startsWith("Already subscribed")) return { kind: "ignored" };
  return facts([{ kind: "topicRefused", topic, message: text.slice(0, 200) }]);
}

/** `{"symbol":"BTC/USD","bid":108359.8,"bid_qty":0.01,"ask":108359.9,"ask_qty":17.1,"last":108359.8}` */
function readTicker(row: Row, context: RowContext): Ticker {
  const optional = (field: string) => {
    const number = exactNumber(row[field], field);
    return number === "0" ? null : number;
  };
  return {
    symbol: context.symbolOf(textOf(row, "symbol")),
    bid: optional("bid"),
    bidSize: optional("bid_qty"),
    ask: optional("ask"),
    askSize: optional("ask_qty"),
    last: optional("last"),
    mark: null,
    index: null,
    venueTime: row["timestamp"] === undefined ? context.receivedAt : instantOf(row, "timestamp"),
    receivedAt: context.receivedAt,
  };
}

/** `{"symbol":"MATIC/USD","side":"sell","price":0.5117,"qty":40.0,"trade_id":4665906,…}` */
function readTrade(row: Row, context: RowContext): Trade {
  return {
    tradeId: idOf(row, "trade_id"),
    symbol: context.symbolOf(textOf(row, "symbol")),
    price: numberOf(row, "price"),
    quantity: numberOf(row, "qty"),
    side: sideOf(textOf(row, "side")), // "Side of the taker order."
    venueTime: instantOf(row, "timestamp"),
  };
}

/** `{"symbol":"MATIC/USD","bids":[{"price":0.5666,"qty":4831.75}],"asks":[…],"checksum":2439117997}` */
function readBook(row: Row, { type }: Row, context: RowContext): MarketFact {
  const { receivedAt } = context;
  const { checksum: sum } = row;
  if (typeof sum !== "number") throw new RowError("checksum is missing");
  const told = {
    symbolId: context.symbolOf(textOf(row, "symbol")),
    bids: bookLevels(row["bids"]),
    asks: bookLevels(row["asks"]),
    checksum: String(sum),
    venueTime: row["timestamp"] === undefined ? receivedAt : instantOf(row, "timestamp"),
  };
  if (type === "snapshot") {
    const book: BookSnapshot = { ...told, sequence: null, levelsMax: null };
    return { kind: "bookSnapshot", book, receivedAt };
  }
  const delta: BookDelta = { ...told, previous: null, last: null };
  return { kind: "bookDelta", delta, receivedAt };
}

function bookLevels(value: unknown): readonly BookLevel[] {
  return asRows(value, BOOK_LEVELS_MAX).map(asRow).map((row) => ({
    price: numberOf(row, "price"),
    quantity: numberOf(row, "qty"),
    numOrders: null,
  }));
}

/** `{"symbol":"MATIC/USD","open":0.5624,…,"volume":30927.68,"interval_begin":"2023-10-04T16:25:00Z",…}` */
function readCandle(row: Row, context: RowContext): readonly MarketFact[] {
  const timeframe = BY_MINUTES.get(String(row["interval"]));
  if (timeframe === undefined) return [];
  const [open, high, low, close, volume] = ["open", "high", "low", "close", "volume"]
    .map((field) => numberOf(row, field));
  return [{
    kind: "candle",
    symbolId: context.symbolOf(textOf(row, "symbol")),
    timeframe,
    candle: {
      openTime: instantOf(row, "interval_begin"),
      open: open!,
      high: high!,
      low: low!,
      close: close!,
      volume: volume!,
    },
    isClosed: false, // It is told while it grows; the first message of the next one ends it.
    receivedAt: context.receivedAt,
  }];
}

function facts(list: readonly MarketFact[]): StreamReading {
  return { kind: "facts", facts: list };
}
