/**
 * One side of the stream bench. The sockets are open and authenticated at the local testnet, which
 * says nothing by itself; the frames are put in where the platform would.
 */
import { answerParent } from "./child.ts";
import { until } from "./scratch.ts";
import { drive, type Sample } from "./stats.ts";
import { BookFrames, ExecutionFrames, type FilledOrder } from "./stream_frames.ts";
import {
  type Feed,
  openOurs,
  openParser,
  openTheirs,
  type Ours,
  type Theirs,
} from "./stream_sides.ts";

/**
 * Books; executions without what makes an event of them (order state, journal, risk, accounting);
 * and with it.
 */
export const SUBJECTS = [
  "book",
  "execution_facts",
  "execution_memory",
  "execution_sqlite",
] as const;

/** As fast as it goes, or 10,000 a second. */
export type Pace = "fast" | "paced";

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

if (import.meta.main) {
  const [url = "", side, subject = ""] = Deno.args;
  await using opened = side === "ours" ? await ours(url, subject) : await theirs(url, subject);
  const measures = { fast: fastSide(opened.subject), paced: pacedSide(opened.subject) };
  await answerParent(null, (pace) => measures[pace as Pace]());
}

interface Opened extends AsyncDisposable {
  readonly subject: Subject;
}

async function ours(url: string, name: string): Promise<Opened> {
  if (name === "execution_facts") return await parsed(url);
  const side = await openOurs(url, name === "execution_sqlite" ? "sqlite" : "memory");
  const subject = name === "book"
    ? await bookOfOurs(side)
    : executionsOfOurs(side, await placed(side));
  return { subject, [Symbol.asyncDispose]: () => side[Symbol.asyncDispose]() };
}

async function theirs(url: string, name: string): Promise<Opened> {
  const side = await openTheirs(url);
  const subject = name === "book" ? await bookOfTheirs(side) : await executionsOfTheirs(side);
  return { subject, [Symbol.asyncDispose]: () => side.close() };
}

async function parsed(url: string): Promise<Opened> {
  const { tell, told, listen } = counter();
  const parser = await openParser(url, tell);
  const frames = new ExecutionFrames(strangers());
  const take = (count: number) => frames.take(count);
  return {
    subject: { take, feed: parser.feed, told, listen, ready: null },
    [Symbol.asyncDispose]: () => parser[Symbol.asyncDispose](),
  };
}

/** Orders that nobody placed: where nobody looks for them they read as well as others. */
function strangers(): readonly FilledOrder[] {
  return Array.from({ length: ORDERS }, (_, at) => ({
    exchangeOrderId: String(at + 1),
    clientOrderId: "c".repeat(32),
  }));
}

function fastSide({ take, feed, told, ready }: Subject): () => Promise<Sample> {
  return async () => {
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
  };
}

/** Each frame is due at its own time; what waits for its turn has waited since then. */
function pacedSide({ take, feed, told, listen, ready }: Subject): () => Promise<Sample> {
  return async () => {
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

function executionsOfOurs({ exchange, feed }: Ours, orders: readonly FilledOrder[]): Subject {
  const { tell, told, listen } = counter();
  exchange.subscribeEvents(tell, { type: "OrderPartiallyFilled" });
  const frames = new ExecutionFrames(orders);
  const into = feed("ws-api");
  return { take: (count) => frames.take(count), feed: into, told, listen, ready: null };
}

function executionsOfTheirs(theirs: Theirs): Promise<Subject> {
  const loop = () => theirs.watchOrders(SYMBOL);
  const frames = new ExecutionFrames(strangers());
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
