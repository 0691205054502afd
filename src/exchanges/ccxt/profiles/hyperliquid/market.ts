/**
 * Market data of Hyperliquid. Source: hyperliquid.gitbook.io, "Subscriptions" and "Info endpoint",
 * read on 2026-11-21.
 */
import { READ_ROWS_MAX } from "../../../../model/limits.ts";
import type { Ohlcv, Ticker } from "../../../../model/market.ts";
import type { MarketFact, Timeframe, Topic } from "../../../../model/market_feed.ts";
import { asRow, asRows, type Row, RowError, textOf, timeOf } from "../../rows/fields.ts";
import type { MarketPlan, MarketSocketPlan, VenueTopic } from "../../plans/market_plan.ts";
import type { StreamReading } from "../../plans/socket_plan.ts";
import type { RowContext } from "../../plans/venue_call.ts";
import {
  oldestFirst,
  readCandle,
  readQuotes,
  readTrade,
  sidesOf,
  valuationOf,
} from "./market_rows.ts";
import { info } from "./reads.ts";
import { NOW } from "./session.ts";

/** "The server will close any connection if it hasn't sent a message to it in the last 60 s." */
export const STALE_AFTER_MS = 15_000;
/** "Returns at most 20 levels per side." */
const LEVELS = 20;

/** Of one candle each; a month is taken at its longest, for a window that is wide enough. */
const MINUTE_MS = 60_000;
const MINUTES = {
  "1m": 1,
  "3m": 3,
  "5m": 5,
  "15m": 15,
  "30m": 30,
  "1h": 60,
  "2h": 120,
  "4h": 240,
  "8h": 480,
  "12h": 720,
  "1d": 1_440,
  "3d": 4_320,
  "1w": 10_080,
  "1M": 44_640,
} as const satisfies Partial<Record<Timeframe, number>>;
type Interval = keyof typeof MINUTES;
const isInterval = (text: string): text is Interval => Object.hasOwn(MINUTES, text);

export function wsUrl({ exchange }: { readonly exchange: { readonly urls: { api: unknown } } }) {
  return textOf(asRow(asRow(exchange.urls.api)["ws"]), "public");
}

export const PING = { method: "ping" } as const;

export function isPong(message: unknown): boolean {
  return typeof message === "object" && message !== null && "channel" in message &&
    message.channel === "pong";
}

const marketSocket: MarketSocketPlan = {
  id: "market",
  staleAfterMs: STALE_AFTER_MS,
  url: wsUrl,
  greet: async ({ client }) => void await client.connect(),
  probe: () => PING,
  isProbeAnswer: isPong,
  carries: () => true,
  frames: (method, topics) =>
    topics.flatMap(subscriptionsOf).map((subscription) => ({ method, subscription })),
  read: (message, context) => new Reader().read(message, context),
  reader: () => {
    const reader = new Reader();
    return (message, context) => reader.read(message, context);
  },
};

export const hyperliquidMarket: MarketPlan = {
  sockets: [marketSocket],
  books: { snapshot: "stream", window: () => LEVELS, readDepths: [LEVELS] },
  timeframes: Object.fromEntries(Object.keys(MINUTES).map((name) => [name, name])),
  reads: {
    book: {
      call: (coin) => info("l2Book", { coin }),
      read: (answer, { symbolId, depth }) => {
        const row = asRow(answer);
        const venueTime = timeOf(row, "time");
        return {
          symbolId,
          ...sidesOf(row),
          sequence: null,
          levelsMax: depth,
          checksum: null,
          venueTime,
        };
      },
    },
    trades: {
      // The venue decides how many; it takes no limit.
      call: (coin) => info("recentTrades", { coin }),
      read: (answer, context) =>
        oldestFirst(asRows(answer, READ_ROWS_MAX).map((row) => readTrade(row, context))),
    },
    ohlcv: {
      call: (coin, { timeframe, since, limit }) => {
        if (!isInterval(timeframe)) throw new RowError(`there are no candles of ${timeframe}`);
        const length = limit * MINUTES[timeframe] * MINUTE_MS;
        const window = since === null
          ? { startTime: length, endTime: NOW }
          : { startTime: since, endTime: since + length - 1 };
        return info("candleSnapshot", { req: { coin, interval: timeframe, ...window } });
      },
      read: (answer): readonly Ohlcv[] => asRows(answer, READ_ROWS_MAX).map(readCandle),
    },
  },
};

/** Prices come at once with each block, marks and oracles on their own. */
function subscriptionsOf(topic: VenueTopic): readonly Readonly<Record<string, string>>[] {
  const coin = topic.rawSymbol;
  switch (topic.channel) {
    case "ticker":
      return [{ type: "bbo", coin }, { type: "activeAssetCtx", coin }];
    case "trades":
      return [{ type: "trades", coin }];
    case "book":
      return [{ type: "l2Book", coin }];
    case "ohlcv":
      return [{ type: "candle", coin, interval: topic.timeframe }];
  }
}

/** As many as can be subscribed to; see the venue's limit of subscriptions. */
const KEPT_MAX = 1_000;

/** One connection's: a valuation is told with the quotes, and a candle ends with the next one. */
class Reader {
  readonly #quotes = new Map<string, Ticker>();
  readonly #candles = new Map<string, Ohlcv>();

  read(message: unknown, context: RowContext): StreamReading {
    const frame = asRow(message);
    const { receivedAt } = context;
    const data = frame["data"];
    switch (frame["channel"]) {
      case "bbo":
        return facts([this.#quote(readQuotes(data, context))]);
      case "activeAssetCtx":
      case "activeSpotAssetCtx":
        return facts(this.#valuation(asRow(data), context));
      case "trades": {
        const trades = asRows(data, READ_ROWS_MAX).map((row) => readTrade(row, context));
        return facts([{ kind: "trades", trades: oldestFirst(trades), receivedAt }]);
      }
      case "l2Book":
        return facts([bookFact(asRow(data), context)]);
      case "candle":
        return facts(this.#candle(asRow(data), context));
      case "error": {
        const topic = refusedTopic(data, context);
        return topic === null ? refused(data) : facts([topic]);
      }
      default: // `subscriptionResponse`, `pong`
        return { kind: "ignored" };
    }
  }

  #quote(ticker: Ticker): MarketFact {
    keep(this.#quotes, ticker.symbol, ticker);
    return { kind: "ticker", ticker, receivedAt: ticker.receivedAt };
  }

  #valuation(row: Row, { symbolOf, receivedAt }: RowContext): readonly MarketFact[] {
    const quotes = this.#quotes.get(symbolOf(textOf(row, "coin")));
    if (quotes === undefined) return []; // The next one comes with quotes to stand beside.
    const ticker = { ...quotes, ...valuationOf(asRow(row["ctx"])), receivedAt };
    return [{ kind: "ticker", ticker, receivedAt }];
  }

  #candle(row: Row, { symbolOf, receivedAt }: RowContext): readonly MarketFact[] {
    const timeframe = textOf(row, "i");
    if (!isInterval(timeframe)) throw new RowError(`there are no candles of ${timeframe}`);
    const symbolId = symbolOf(textOf(row, "s"));
    const candle = readCandle(row);
    const key = `${symbolId} ${timeframe}`;
    const before = this.#candles.get(key);
    keep(this.#candles, key, candle);
    const of = { kind: "candle", symbolId, timeframe, receivedAt } as const;
    const told: MarketFact = { ...of, candle, isClosed: false };
    if (before === undefined || before.openTime >= candle.openTime) return [told];
    return [{ ...of, candle: before, isClosed: true }, told];
  }
}

function keep<Value>(map: Map<string, Value>, key: string, value: Value): void {
  if (map.size >= KEPT_MAX && !map.has(key)) map.clear();
  map.set(key, value);
}

function bookFact(row: Row, { symbolOf, receivedAt }: RowContext): MarketFact {
  return {
    kind: "bookSnapshot",
    book: {
      symbolId: symbolOf(textOf(row, "coin")),
      ...sidesOf(row),
      sequence: null,
      levelsMax: null,
      checksum: null,
      venueTime: timeOf(row, "time"),
    },
    receivedAt,
  };
}

/** `Invalid subscription {"type":"candle","coin":"BTC","interval":"7m"}`; null for other words. */
function refusedTopic(words: unknown, { symbolOf }: RowContext): MarketFact | null {
  if (typeof words !== "string" || !words.startsWith(INVALID)) return null;
  const asked = asRow(jsonIn(words.slice(INVALID.length)));
  const topic = topicOf(asked, symbolOf(textOf(asked, "coin")));
  return topic === null ? null : { kind: "topicRefused", topic, message: words.slice(0, 200) };
}

const INVALID = "Invalid subscription ";

function jsonIn(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    throw new RowError("a refused subscription is not JSON");
  }
}

function topicOf(asked: Row, symbolId: string): Topic | null {
  switch (asked["type"]) {
    case "bbo":
    case "activeAssetCtx":
      return { channel: "ticker", symbolId };
    case "trades":
      return { channel: "trades", symbolId };
    case "l2Book":
      return { channel: "book", symbolId, depth: LEVELS };
    case "candle": {
      const timeframe = textOf(asked, "interval");
      return isInterval(timeframe) ? { channel: "ohlcv", symbolId, timeframe } : null;
    }
    default:
      return null;
  }
}

/** `Already subscribed: …` changes nothing; what else is refused is told as a bad frame. */
export function refused(words: unknown): StreamReading {
  const text = typeof words === "string" ? words : "an error without words";
  if (text.startsWith("Already subscribed") || text.startsWith("Already unsubscribed")) {
    return { kind: "ignored" };
  }
  throw new RowError(`the venue refused: ${text.slice(0, 200)}`);
}

function facts(list: readonly MarketFact[]): StreamReading {
  return { kind: "facts", facts: list };
}
