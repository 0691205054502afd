/**
 * From a frame's text to whoever listens, in process: order books and executions, against ccxt's
 * own `watch*` loop on the same frames. The sockets are open and authenticated at the local
 * testnet, which says nothing by itself; the bench puts the frames in where the platform would.
 */
import { type Bench, type BenchOptions, compare, type Compared, type Side } from "./harness.ts";
import { type Figure, latencyFigure, rateFigure } from "./harness.ts";
import { until } from "./scratch.ts";
import { drive, quantile, type Sample } from "./stats.ts";
import { BookFrames, ExecutionFrames, type FilledOrder } from "./stream_frames.ts";
import {
  type Feed,
  openOurs,
  openParser,
  openTheirs,
  type Ours,
  type Theirs,
} from "./stream_sides.ts";
import { startVenue } from "./venue_process.ts";

const SYMBOL = "BTC/USDT";
const DEPTH = 20;
/** Live orders that fill in turn. */
const ORDERS = 500;
const ORDER = { symbolId: SYMBOL, side: "BUY", amount: "1", limitPrice: "20000" };
/** Frames of one block, as fast as they go. */
const FAST = 4_000;
/** Frames that come in one turn of the event loop, as from one read of a socket. */
const CHUNK = 64;
/** Frames of one block at a pace. */
const PACED = 2_000;
const PER_MS = 10;

interface Subject {
  readonly take: (count: number) => readonly string[];
  readonly feed: Feed;
  /** Deliveries so far. */
  readonly told: () => number;
  readonly listen: (told: () => void) => void;
  /** Whether the next frame may go in; null: always. */
  readonly ready: (() => boolean) | null;
}

export const stream: Bench = {
  name: "stream",
  about: "frame → subscriber, books and executions; baseline: ccxt's watch* loop on the frames",
  run: async (options) => {
    await using venue = await startVenue(0);
    const figures: Figure[] = [...await books(venue.url, options)];
    figures.push(...await executionsParsed(venue.url, options));
    for (const store of ["memory", "sqlite"] as const) {
      await using ours = await openOurs(venue.url, store);
      const theirs = await openTheirs(venue.url);
      const orders = await placed(ours);
      const subjects = {
        ours: await executionsOfOurs(ours, orders),
        baseline: await executionsOfTheirs(theirs, orders),
      };
      figures.push(...await measured(`stream_execution_${store}`, subjects, options));
      await theirs.close();
    }
    return figures;
  },
};

async function books(url: string, options: BenchOptions): Promise<readonly Figure[]> {
  await using ours = await openOurs(url, "memory");
  const theirs = await openTheirs(url);
  const subjects = { ours: await bookOfOurs(ours), baseline: await bookOfTheirs(theirs) };
  const figures = await measured("stream_book", subjects, options);
  await theirs.close();
  return figures;
}

/** Without what makes an event of it: order state, journal, risk and accounting. */
async function executionsParsed(url: string, options: BenchOptions): Promise<readonly Figure[]> {
  const { tell, told, listen } = counter();
  await using parser = await openParser(url, tell);
  const theirs = await openTheirs(url);
  // Orders that nobody placed read as well as others here.
  const orders = Array.from({ length: ORDERS }, (_, at) => ({
    exchangeOrderId: String(at + 1),
    clientOrderId: "c".repeat(32),
  }));
  const frames = new ExecutionFrames(orders);
  const take = (count: number) => frames.take(count);
  const subjects = {
    ours: { take, feed: parser.feed, told, listen, ready: null },
    baseline: await executionsOfTheirs(theirs, orders),
  };
  const figures = await measured("stream_execution_facts", subjects, options);
  await theirs.close();
  return figures;
}

async function measured(
  name: string,
  { ours, baseline }: { readonly ours: Subject; readonly baseline: Subject },
  { blocks }: BenchOptions,
): Promise<readonly Figure[]> {
  const fast = await compare({ ours: fastSide(ours), baseline: fastSide(baseline) }, blocks);
  const paced = await compare({ ours: pacedSide(ours), baseline: pacedSide(baseline) }, blocks);
  const { value, baseline: base, ratio } = rateFigure(name, fast);
  return [
    // A frame's own latency means nothing while they queue.
    { name, unit: "frames/s", value, p50: null, p99: null, baseline: base, ratio },
    latencyFigure(`${name}_at_10k`, paced),
    tailFigure(`${name}_at_10k_p99`, paced),
  ];
}

/** The slowest hundredth of both sides: on a busy machine only their ratio says something. */
function tailFigure(name: string, { ours, baseline }: Compared): Figure {
  const tail = (samples: readonly Sample[]) =>
    quantile(samples.flatMap(({ latencies }) => latencies), 0.99);
  const value = tail(ours);
  const base = tail(baseline);
  return { name, unit: "us", value, p50: null, p99: null, baseline: base, ratio: value / base };
}

function fastSide({ take, feed, told, ready }: Subject): Side {
  return {
    measure: async () => {
      const frames = take(FAST);
      const expected = told() + FAST;
      const started = performance.now();
      for (let i = 0; i < FAST; i++) {
        if (ready?.() === false) await armed(ready);
        feed(frames[i]!);
        if (i % CHUNK === CHUNK - 1) await turn();
      }
      await drained(told, expected);
      return { latencies: [], perSecond: FAST / (performance.now() - started) * 1_000 };
    },
  };
}

/** Each frame is due at its own time; what waits for its turn has waited since then. */
function pacedSide({ take, feed, told, listen, ready }: Subject): Side {
  return {
    measure: async (): Promise<Sample> => {
      const frames = take(PACED);
      const due = new Float64Array(PACED);
      const latencies: number[] = [];
      const before = told();
      listen(() => latencies.push((performance.now() - due[latencies.length]!) * 1_000));
      const started = performance.now();
      for (let i = 0; i < PACED; i++) {
        due[i] = started + i / PER_MS;
        while (performance.now() < due[i]!) await turn();
        if (ready?.() === false) await armed(ready);
        feed(frames[i]!);
      }
      await drained(told, before + PACED);
      listen(() => {});
      return { latencies, perSecond: PACED / (performance.now() - started) * 1_000 };
    },
  };
}

/** ccxt's loop asks anew after each delivery; what comes before that is merged or missed. */
async function armed(ready: () => boolean): Promise<void> {
  for (let spins = 0; !ready(); spins++) {
    if (spins > 1_000) throw new Error("Cannot go on: the loop does not ask for the next one");
    await Promise.resolve();
  }
}

/** The rest of a block; what was lost would otherwise be waited for without end. */
async function drained(told: () => number, count: number): Promise<void> {
  const giveUpAt = performance.now() + 10_000;
  while (told() < count) {
    if (performance.now() > giveUpAt) throw new Error(`Cannot go on: ${count - told()} are lost`);
    await turn();
  }
}

function turn(): Promise<void> {
  return new Promise((resolve) => setImmediate(resolve));
}

/** Counts deliveries and passes them on. */
function counter() {
  let count = 0;
  let listener = () => {};
  return {
    tell: () => {
      count += 1;
      listener();
    },
    told: () => count,
    listen: (told: () => void) => void (listener = told),
  };
}

async function bookOfOurs({ exchange, feed }: Ours): Promise<Subject> {
  const { tell, told, listen } = counter();
  let isWhole = false;
  exchange.marketData.subscribeOrderBook(SYMBOL, DEPTH, {
    onUpdate: (book) => {
      isWhole = !book.isStale && book.bids.length > 0;
      tell();
    },
  });
  await until(() => isWhole, "whole book");
  const frames = new BookFrames();
  const into = feed("stream.binance");
  return { take: (count) => frames.take(count), feed: into, told, listen, ready: null };
}

function bookOfTheirs(theirs: Theirs): Promise<Subject> {
  const loop = () => theirs.watchOrderBook(SYMBOL);
  const isWhole = () => theirs.orderbooks[SYMBOL]?.nonce !== undefined;
  const frames = new BookFrames();
  const take = (count: number) => frames.take(count);
  return watched(theirs, {
    loop,
    urlPart: "stream.binance",
    hash: `orderbook::${SYMBOL}`,
    take,
    isWhole,
  });
}

async function placed({ exchange }: Ours): Promise<readonly FilledOrder[]> {
  const orders: FilledOrder[] = [];
  await drive({ count: ORDERS, width: 50 }, async () => {
    const intentId = await exchange.placeOrder(ORDER, { waitFor: "accepted" });
    const attempt = exchange.getOrderState(intentId).attempts.at(-1);
    if (attempt?.exchangeOrderId == null) throw new Error("Cannot fill: an order has no id");
    const { exchangeOrderId, clientOrderId } = attempt;
    orders.push({ exchangeOrderId, clientOrderId });
  });
  return orders;
}

function executionsOfOurs(
  { exchange, feed }: Ours,
  orders: readonly FilledOrder[],
): Promise<Subject> {
  const { tell, told, listen } = counter();
  exchange.subscribeEvents(tell, { type: "OrderPartiallyFilled" });
  const frames = new ExecutionFrames(orders);
  const into = feed("ws-api");
  const subject = { take: (count: number) => frames.take(count), feed: into, told, listen };
  return Promise.resolve({ ...subject, ready: null });
}

function executionsOfTheirs(theirs: Theirs, orders: readonly FilledOrder[]): Promise<Subject> {
  const loop = () => theirs.watchOrders(SYMBOL);
  const frames = new ExecutionFrames(orders);
  const take = (count: number) => frames.take(count);
  return watched(theirs, {
    loop,
    urlPart: "ws-api",
    hash: `orders:${SYMBOL}`,
    take,
    isWhole: null,
  });
}

/** @param given `hash`: what ccxt keeps the promise of the next update under */
async function watched(
  theirs: Theirs,
  given: {
    readonly loop: () => Promise<unknown>;
    readonly urlPart: string;
    readonly hash: string;
    readonly take: (count: number) => readonly string[];
    readonly isWhole: (() => boolean) | null;
  },
): Promise<Subject> {
  const { tell, told, listen } = counter();
  const { loop, urlPart, hash, take, isWhole } = given;
  const watching = async () => {
    for (;;) {
      await loop();
      tell();
    }
  };
  watching().catch(() => {}); // Ends with `close`; ended before, `armed` fails.
  const client = () => Object.values(theirs.clients).find(({ url }) => url.includes(urlPart));
  await until(() => hash in (client()?.futures ?? {}), "watch loop of ccxt");
  if (isWhole !== null) await until(isWhole, "snapshot of ccxt");
  const { futures } = client()!;
  return { take, feed: theirs.feed(urlPart), told, listen, ready: () => hash in futures };
}
