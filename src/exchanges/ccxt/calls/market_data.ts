/** The market of one venue by its `MarketPlan`: topics to its public sockets, and its reads. */
import type { Timeframe } from "../../../model/market_feed.ts";
import type { BookRules, BookTopic, Topic } from "../../../model/market_feed.ts";
import { ExchangeError } from "../../../model/errors.ts";
import type { MarketData, MarketStream, TopicRoute } from "../../exchange.ts";
import type { MarketPlan, MarketSocketPlan, VenueTopic } from "../plans/market_plan.ts";
import type { VenueProfile } from "../plans/profile.ts";
import { Reads } from "./reads.ts";
import type { SessionSource } from "../session.ts";
import type { CcxtSocket } from "../wire/socket.ts";

/** A public socket with its plan. */
export interface PublicSocket {
  readonly plan: MarketSocketPlan;
  readonly socket: CcxtSocket;
}

export function marketData(
  profile: VenueProfile,
  by: {
    readonly session: SessionSource;
    readonly sockets: readonly PublicSocket[];
  },
): MarketData {
  const reads = new Reads(by.session);
  const always = {
    ticker: () => undefined, // The kernel keeps what the stream tells.
    readTicker: (symbolId: string) => reads.ticker(symbolId),
  };
  const { market } = profile;
  if (market === undefined) return always;
  return { ...always, ...marketReads(market, reads), stream: marketStream(market, by) };
}

function marketReads(plan: MarketPlan, reads: Reads): Partial<MarketData> {
  const { book, trades, ohlcv } = plan.reads;
  // Its keys are timeframes by its type.
  const timeframes = Object.keys(plan.timeframes) as Timeframe[];
  return {
    timeframes,
    readBook: (symbolId, wanted) => {
      const depth = depthFor(plan, wanted);
      return reads.ofSymbol(symbolId, "order book", () => ({
        call: ({ rawSymbol }) => book.call(rawSymbol, depth),
        read: (answer, context) => book.read(answer, { ...context, depth }),
      }));
    },
    readTrades: (symbolId, limit) =>
      reads.ofSymbol(symbolId, "trades", () => ({
        call: ({ rawSymbol }) => trades.call(rawSymbol, limit),
        read: (answer, context) => trades.read(answer, context),
      })),
    readOhlcv: (symbolId, { timeframe, since, limit }) => {
      const theirs = plan.timeframes[timeframe];
      if (theirs === undefined) {
        const message = `the venue has no candles of ${timeframe}`;
        return Promise.resolve({ kind: "failed", cause: { code: "UNSUPPORTED", message } });
      }
      return reads.ofSymbol(symbolId, "candles", () => ({
        call: ({ rawSymbol }) => ohlcv.call(rawSymbol, { timeframe: theirs, since, limit }),
        read: (answer, context) => ohlcv.read(answer, context),
      }));
    },
  };
}

function marketStream(
  plan: MarketPlan,
  { session, sockets }: {
    readonly session: SessionSource;
    readonly sockets: readonly PublicSocket[];
  },
): MarketStream {
  let requests = 0;
  const venueTopic = (topic: Topic): VenueTopic | null => {
    const rawSymbol = session()?.catalogue.rawOf(topic.symbolId);
    return rawSymbol === undefined ? null : { ...topic, rawSymbol };
  };
  const say = (
    action: "subscribe" | "unsubscribe",
    { topics, over }: { readonly topics: readonly Topic[]; readonly over: string | undefined },
  ): void => {
    const named = topics.map(venueTopic).filter((topic) => topic !== null);
    for (const each of sockets) {
      if (over !== undefined && each.plan.id !== over) continue;
      const carried = named.filter((topic) =>
        carrierOf(sockets, topic) === each || each.plan.besides?.(topic) === true
      );
      if (carried.length === 0) continue;
      const frames = each.plan.frames(action, carried, String(++requests));
      for (const frame of frames) each.socket.say(frame);
    }
  };
  return {
    sockets: sockets.map(({ socket }) => socket),
    route: (topic): TopicRoute => {
      const named = venueTopic(topic);
      const carrier = named === null ? undefined : carrierOf(sockets, named);
      if (named === null || carrier === undefined) return { kind: "none" };
      const beside = sockets.find(({ plan }) => plan.besides?.(named) === true);
      return {
        kind: "socket",
        socketId: carrier.plan.id,
        ...(beside === undefined ? {} : { besideId: beside.plan.id }),
      };
    },
    subscribe: (topics, over) => say("subscribe", { topics, over }),
    unsubscribe: (topics, over) => say("unsubscribe", { topics, over }),
    bookRules: (topic) => bookRules(plan, topic, session),
  };
}

function bookRules(
  { books }: MarketPlan,
  { symbolId, depth }: BookTopic,
  session: SessionSource,
): BookRules {
  const rules = { snapshot: books.snapshot, window: books.window(depth) };
  const market = session()?.catalogue.get(symbolId);
  if (books.checksum === undefined || market === undefined) return rules;
  const compute = books.checksum.bind(books);
  return { ...rules, checksum: (book) => compute(market, book) };
}

function carrierOf(sockets: readonly PublicSocket[], topic: VenueTopic): PublicSocket | undefined {
  return sockets.find(({ plan }) => plan.carries(topic));
}

function depthFor({ books: { readDepths } }: MarketPlan, wanted: number): number {
  const depth = readDepths.find((offered) => offered >= wanted) ?? readDepths.at(-1);
  if (depth !== undefined) return depth;
  throw new ExchangeError("DEPTHS", "Cannot read a book: the profile names no depths", {});
}
