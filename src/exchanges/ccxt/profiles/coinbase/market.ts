/**
 * Market data of Coinbase Advanced Trade. Source: docs.cdp.coinbase.com/api-reference/
 * advanced-trade-api (websocket/level2, market-trades, ticker, candles; rest-api/public), read on
 * 2026-11-21.
 */
import { compare } from "../../../../model/decimal.ts";
import { BOOK_LEVELS_MAX, MARKET_ROWS_MAX } from "../../../../model/limits.ts";
import type { BookLevel, Ohlcv } from "../../../../model/market.ts";
import type { BookSnapshot, MarketFact, Timeframe } from "../../../../model/market_feed.ts";
import {
  asRow,
  asRows,
  decimalOf,
  isoTimeOf,
  type Row,
  RowError,
  textOf,
} from "../../rows/fields.ts";
import { timeOf } from "../../rows/fields.ts";
import type {
  MarketContext,
  MarketPlan,
  MarketSocketPlan,
  VenueTopic,
} from "../../plans/market_plan.ts";
import { levelOf } from "../../rows/market_rows.ts";
import type { StreamReading } from "../../plans/socket_plan.ts";
import type { RowContext } from "../../plans/venue_call.ts";
import {
  type Envelope,
  errorOf,
  HEARTBEATS,
  readEnvelope,
  SequenceCount,
  STALE_AFTER_MS,
  subscription,
} from "./frames.ts";
import { open } from "./reads.ts";
import { SECONDS_BACK } from "./session.ts";
import { readStreamTicker, readTrade } from "./tickers.ts";

interface Granularity {
  readonly name: string;
  readonly seconds: number;
}

const GRANULARITIES: Readonly<Partial<Record<Timeframe, Granularity>>> = {
  "1m": { name: "ONE_MINUTE", seconds: 60 },
  "5m": { name: "FIVE_MINUTE", seconds: 300 },
  "15m": { name: "FIFTEEN_MINUTE", seconds: 900 },
  "30m": { name: "THIRTY_MINUTE", seconds: 1_800 },
  "1h": { name: "ONE_HOUR", seconds: 3_600 },
  "2h": { name: "TWO_HOUR", seconds: 7_200 },
  "4h": { name: "FOUR_HOUR", seconds: 14_400 },
  "6h": { name: "SIX_HOUR", seconds: 21_600 },
  "1d": { name: "ONE_DAY", seconds: 86_400 },
};
const SECONDS: ReadonlyMap<string, number> = new Map(
  Object.values(GRANULARITIES).map(({ name, seconds }) => [name, seconds]),
);
/** Fewer than 350 are given at once. */
const CANDLES_MAX = 349;
/** Candles are streamed "grouped into buckets of five minutes" alone. */
const STREAMED: Timeframe = "5m";
/** A whole book: BTC-USD was seen with some 40,000 levels. */
const UPDATES_MAX = 200_000;

/** By the kind of topic; what comes of `level2` is called `l2_data`. */
const CHANNELS: Readonly<Record<VenueTopic["channel"], string>> = {
  ticker: "ticker",
  trades: "market_trades",
  book: "level2",
  ohlcv: "candles",
};

const marketSocket: MarketSocketPlan = {
  id: "market",
  staleAfterMs: STALE_AFTER_MS,
  url: ({ exchange }) => textOf(exchange.urls.api, "ws"),
  // Who has not subscribed to anything within 5 seconds is disconnected.
  greet: ({ send }) => send(HEARTBEATS),
  probe: () => HEARTBEATS,
  isProbeAnswer: () => false,
  // What is asked of BTC-USDC is told of BTC-USD, whose book it is matched in: it is polled.
  carries: (topic) =>
    !topic.rawSymbol.endsWith("-USDC") &&
    (topic.channel !== "ohlcv" || topic.timeframe === STREAMED),
  frames(action, topics) {
    const channels = new Set(topics.map(({ channel }) => channel));
    return [...channels].map((channel) => {
      const asked = topics.filter((topic) => topic.channel === channel);
      const product_ids = [...new Set(asked.map(({ rawSymbol }) => rawSymbol))];
      return subscription(action, CHANNELS[channel], { product_ids });
    });
  },
  read: (message, context) => readMessage(message, { context, count: new SequenceCount() }),
  reader() {
    const count = new SequenceCount();
    return (message, context) => readMessage(message, { context, count });
  },
};

export const coinbaseMarket: MarketPlan = {
  sockets: [marketSocket],
  books: { snapshot: "stream", window: () => null, readDepths: [50, 100, 500, 1_000] },
  timeframes: Object.fromEntries(
    Object.entries(GRANULARITIES).map(([ours, { name }]) => [ours, name]),
  ),
  reads: {
    book: {
      call: (product_id, limit) => open("market/product_book", { product_id, limit }),
      read: readBook,
    },
    trades: {
      call: (product_id, limit) =>
        open("market/products/{product_id}/ticker", { product_id, limit }),
      // The newest come first.
      read: (answer, context) =>
        asRows(asRow(answer)["trades"], MARKET_ROWS_MAX)
          .map((row) => readTrade(row, context)).toReversed(),
    },
    ohlcv: {
      call(product_id, { timeframe: granularity, since, limit }) {
        const seconds = SECONDS.get(granularity);
        if (seconds === undefined) throw new RowError(`there are no candles of ${granularity}`);
        const length = Math.min(limit, CANDLES_MAX) * seconds;
        // Both ends are required, and both are of the candles' opening times.
        const window = since === null ? { [SECONDS_BACK]: length } : {
          start: String(Math.ceil(since / 1_000)),
          end: String(Math.ceil(since / 1_000) + length - 1),
        };
        const path = "market/products/{product_id}/candles";
        return open(path, { product_id, granularity, ...window });
      },
      read: (answer) =>
        asRows(asRow(answer)["candles"], MARKET_ROWS_MAX)
          .map((row) => readCandle(asRow(row))).toReversed(),
    },
  },
};

export function readMessage(
  message: unknown,
  { context, count }: { readonly context: RowContext; readonly count: SequenceCount },
): StreamReading {
  const error = errorOf(message);
  if (error !== null) throw new RowError(`the venue refused: ${error}`);
  const envelope = readEnvelope(message);
  const taken = count.take(envelope.sequence);
  if (taken.kind === "late") return { kind: "ignored" };
  const facts = readable(envelope, context);
  if (taken.kind !== "gap") return { kind: "facts", facts };
  return { kind: "facts", facts: [gap(taken.reason), ...facts] };
}

/** What counts on from the message before: without one of them it is wrong, and nothing shows it. */
const CUMULATIVE: ReadonlySet<string> = new Set(["l2_data", "market_trades"]);

/** Of those a message that cannot be read is as good as lost. */
function readable(envelope: Envelope, context: RowContext): readonly MarketFact[] {
  try {
    return factsOf(envelope, context);
  } catch (error) {
    if (!CUMULATIVE.has(envelope.channel)) throw error;
    const why = error instanceof Error ? error.message : String(error);
    return [gap(`message ${envelope.sequence} of ${envelope.channel} is not readable: ${why}`)];
  }
}

function gap(reason: string): MarketFact {
  return { kind: "marketGap", socketId: marketSocket.id, symbolId: null, reason };
}

function factsOf(envelope: Envelope, context: RowContext): readonly MarketFact[] {
  const { receivedAt } = context;
  const { time: venueTime } = envelope;
  switch (envelope.channel) {
    case "ticker":
      return rowsOf(envelope, "tickers").filter(isNamed).map((row) => ({
        kind: "ticker",
        ticker: readStreamTicker(row, { context, venueTime }),
        receivedAt,
      }));
    case "market_trades": {
      // A snapshot is of the past; what was missed is read.
      const updates = {
        ...envelope,
        events: envelope.events.filter(({ type }) => type === "update"),
      };
      const trades = rowsOf(updates, "trades").map((row) => readTrade(row, context)).toReversed();
      return trades.length === 0 ? [] : [{ kind: "trades", trades, receivedAt }];
    }
    case "l2_data":
      return envelope.events.map((event) => bookFact(event, { context, venueTime }));
    case "candles":
      return candleFacts(envelope, context);
    default: // Heartbeats, and the list of what is subscribed to.
      return [];
  }
}

function rowsOf({ events }: Envelope, list: string): readonly Row[] {
  return events.flatMap((event) => asRows(event[list], MARKET_ROWS_MAX).map(asRow));
}

/** ccxt has seen tickers without a name or a price. */
function isNamed(row: Row): boolean {
  return row["product_id"] !== "";
}

/**
 * `{"type":"snapshot","product_id":"BTC-USD","updates":[{"side":"bid","event_time":"1970-01-01T…",`
 * `"price_level":"21921.74","new_quantity":"0.06317902"}]}`. "new_quantity is the updated size".
 */
function bookFact(
  event: Row,
  { context, venueTime }: { readonly context: RowContext; readonly venueTime: number },
): MarketFact {
  const { receivedAt } = context;
  const symbolId = context.symbolOf(textOf(event, "product_id"));
  const updates = asRows(event["updates"], UPDATES_MAX).map(asRow);
  const side = (name: string) =>
    updates.filter((row) => row["side"] === name)
      .map((row) => levelOf(row["price_level"], row["new_quantity"]));
  const [bids, asks] = [side("bid"), side("offer")];
  if (bids.length + asks.length !== updates.length) throw new RowError("side is not known");
  const state = { symbolId, checksum: null, venueTime };
  if (event["type"] === "update") {
    const delta = { ...state, bids, asks, previous: null, last: null };
    return { kind: "bookDelta", delta, receivedAt };
  }
  if (event["type"] !== "snapshot") throw new RowError("type is neither snapshot nor update");
  const isCut = Math.max(bids.length, asks.length) > BOOK_LEVELS_MAX;
  const book: BookSnapshot = {
    ...state,
    bids: best(bids, (a, b) => compare(b.price, a.price)),
    asks: best(asks, (a, b) => compare(a.price, b.price)),
    sequence: null,
    levelsMax: isCut ? BOOK_LEVELS_MAX : null,
  };
  return { kind: "bookSnapshot", book, receivedAt };
}

/** As many as a book here may have, best first; the venue has them so, and does not say so. */
function best(
  levels: readonly BookLevel[],
  order: (a: BookLevel, b: BookLevel) => number,
): readonly BookLevel[] {
  const isSorted = levels.every((level, i) => i === 0 || order(levels[i - 1]!, level) < 0);
  return (isSorted ? levels : levels.toSorted(order)).slice(0, BOOK_LEVELS_MAX);
}

/** Of a snapshot, which shows a day, the newest of each pair. */
function candleFacts(envelope: Envelope, { symbolOf, receivedAt }: RowContext) {
  const newest = new Map<string, Row>();
  for (const row of rowsOf(envelope, "candles")) {
    const product = textOf(row, "product_id");
    const known = newest.get(product);
    if (known === undefined || startOf(row) > startOf(known)) newest.set(product, row);
  }
  return [...newest].map(([product, row]): MarketFact => ({
    kind: "candle",
    symbolId: symbolOf(product),
    timeframe: STREAMED,
    candle: readCandle(row),
    isClosed: false, // The venue does not say.
    receivedAt,
  }));
}

function startOf(row: Row): number {
  return timeOf(row, "start") * 1_000;
}

/** `{"start":"1673391780","low":"17414.36","high":"17417.99","open":"…","close":"…",…}` */
function readCandle(row: Row): Ohlcv {
  return {
    openTime: startOf(row),
    open: decimalOf(row, "open"),
    high: decimalOf(row, "high"),
    low: decimalOf(row, "low"),
    close: decimalOf(row, "close"),
    volume: decimalOf(row, "volume"),
  };
}

/** `{"pricebook":{"product_id":"BTC-USDT","bids":[{"price":"30757.85","size":"0.115"}],…}}` */
function readBook(
  answer: unknown,
  { symbolId, depth }: MarketContext & { readonly depth: number },
): BookSnapshot {
  const row = asRow(asRow(answer)["pricebook"]);
  const side = (name: string) =>
    asRows(row[name], BOOK_LEVELS_MAX).map((each) => {
      const level = asRow(each);
      return levelOf(level["price"], level["size"]);
    });
  return {
    symbolId,
    bids: side("bids"),
    asks: side("asks"),
    sequence: null,
    levelsMax: depth,
    checksum: null,
    venueTime: isoTimeOf(row, "time"),
  };
}
