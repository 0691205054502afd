/** One account at work on the local testnet, with ccxt's own instance in the hand of the test. */
import { assert } from "@std/assert";
import { Stage } from "../../src/conformance/stage.ts";
import { CcxtAdapter } from "../../src/exchanges/ccxt/adapter.ts";
import type { CcxtClient, CcxtExchange } from "../../src/exchanges/ccxt/ccxt.ts";
import { parseOptions } from "../../src/exchanges/ccxt/options.ts";
import { VENUES } from "../../src/exchanges/ccxt/profiles/registry.ts";
import type { ExchangeSocket } from "../../src/exchanges/exchange.ts";
import { decimal } from "../../src/model/decimal.ts";
import type { Topic } from "../../src/model/market_feed.ts";
import { parseSymbol } from "../../src/model/symbol.ts";
import { systemClock } from "../../src/system/clock.ts";
import { systemRandom } from "../../src/system/random.ts";
import { credentialOptions, defaultCredentials } from "../../src/testnet/credentials.ts";
import { startTestnet } from "../../src/testnet/server.ts";
import { patientClock } from "../patient_clock.ts";
import type { TestnetMarket } from "../conformance/testnet_target.ts";
import { reachable } from "./reachable.ts";

/** What a client of ccxt keeps beside what we name of it. */
interface KeptByClient extends CcxtClient {
  readonly subscriptions: Readonly<Record<string, unknown>>;
  readonly rejections: Readonly<Record<string, unknown>>;
  readonly messageQueue?: Readonly<Record<string, unknown>>;
}

/** Where ccxt's own `watch*` loops keep what they have seen; null and undefined are empty. */
const CACHES = ["orders", "myTrades", "triggerOrders", "positions", "balance"] as const;
const BOOKS = ["orderbooks", "trades", "tickers", "ohlcvs", "bidsasks", "liquidations"] as const;
const ORDERS_A_ROUND = 5;
const PRINTS_A_ROUND = 20;

export interface Held {
  readonly clients: number;
  readonly subscriptions: number;
  readonly futures: number;
  readonly rejections: number;
  /** Entries of ccxt's own caches of what streams told. */
  readonly cached: number;
  readonly reachable: number;
}

export class CcxtWork implements AsyncDisposable {
  readonly stage: Stage;
  readonly exchange: CcxtExchange;
  /** Frames that went to ccxt's own handler. */
  readonly handled: { count: number };
  readonly #close: () => Promise<void>;
  readonly #open: ExchangeSocket[] = [];
  #frames = 0;
  #rounds = 0;

  private constructor(
    { stage, exchange, handled, close }: {
      readonly stage: Stage;
      readonly exchange: CcxtExchange;
      readonly handled: { count: number };
      readonly close: () => Promise<void>;
    },
  ) {
    this.stage = stage;
    this.exchange = exchange;
    this.handled = handled;
    this.#close = close;
  }

  static async open(name: string, market: TestnetMarket): Promise<CcxtWork> {
    const { base, quote } = parseSymbol(market.symbolId)!;
    const account = defaultCredentials(market.exchange);
    const testnet = startTestnet({
      clock: systemClock,
      random: systemRandom,
      exchanges: [market.exchange],
      accounts: [{ ...account, balances: { [base]: "1000", [quote]: "100000000" } }],
      limits: "none",
    });
    const kind = market.kind ?? market.exchange;
    const venue = VENUES[kind]!;
    const given = {
      kind,
      ...(market.market === undefined ? {} : { market: market.market }),
      ...credentialOptions(account),
      endpoints: testnet.url,
      requestTimeoutMs: 2_000,
    };
    const options = parseOptions(kind, given, { kind, ...venue });
    const profile = await venue.load(options.market);
    const instances: CcxtExchange[] = [];
    const handled = { count: 0 };
    const configure = (exchange: CcxtExchange): void => {
      // Before the profile and the tap put themselves in front of it.
      const handle = exchange.handleMessage.bind(exchange);
      exchange.handleMessage = (...message) => {
        handled.count += 1;
        handle(...message);
      };
      profile.configure(exchange);
      instances.push(exchange);
    };
    const adapter = new CcxtAdapter({
      id: kind,
      clock: patientClock,
      options,
      profile: { ...profile, configure },
    });
    let ids = 0;
    const stage = await Stage.open(
      {
        name,
        marketType: market.marketType,
        symbolId: market.symbolId,
        open: () => Promise.resolve(adapter),
        reset: () => {},
        market: {
          trade: (price, quantity) =>
            testnet.setPrice(market.exchange, { symbol: market.symbol, price, quantity }),
        },
      },
      { clock: systemClock, nextId: () => (++ids).toString(16).padStart(32, "0") },
    );
    assert(instances.length === 1, "one instance a connect");
    return new CcxtWork({
      stage,
      exchange: instances[0]!,
      handled,
      close: () => testnet.close(),
    });
  }

  get frames(): number {
    return this.#frames;
  }

  /** Every socket of the account and of the market, with everything subscribed. */
  async listen(): Promise<void> {
    const { adapter, target: { symbolId } } = this.stage;
    const { stream } = adapter.marketData;
    assert(stream !== undefined);
    const topics: Topic[] = [
      { channel: "ticker", symbolId },
      { channel: "trades", symbolId },
      { channel: "book", symbolId, depth: 10 },
    ];
    const routes = topics.map((topic) => stream.route(topic));
    const own = stream.sockets.filter(({ id }) =>
      routes.some((route) => route.kind === "socket" && route.socketId === id)
    );
    for (const socket of [...adapter.sockets, ...own]) {
      await socket.open(
        { onFrame: () => void this.#frames++, onClose() {} },
        new AbortController().signal,
      );
      this.#open.push(socket);
    }
    stream.subscribe(topics);
    await this.stage.sleep(20);
  }

  async deafen(): Promise<void> {
    for (const socket of this.#open.splice(0)) await socket.close();
  }

  /** Orders that rest, fill and are canceled, every read there is, and a moving market. */
  async round(): Promise<void> {
    const { stage } = this;
    const { adapter, target: { symbolId } } = stage;
    const { execution, marketData } = adapter;
    this.#rounds += 1;
    for (let n = 0; n < ORDERS_A_ROUND; n++) {
      const placed = await stage.place();
      const canceled = await execution.cancel(placed.both, stage.gate());
      assert(canceled.kind === "accepted", `${canceled.kind}`);
    }
    const { ref } = await stage.buy();
    await execution.fillsOf(ref);
    await execution.openOrders(symbolId);
    await execution.fillsSince(symbolId, stage.clock.now() - 60_000);
    await execution.balances();
    await execution.positions();
    await adapter.syncClock();
    await marketData.readTicker?.(symbolId);
    await marketData.readBook?.(symbolId, 10);
    await marketData.readTrades?.(symbolId, 50);
    const [timeframe] = marketData.timeframes ?? [];
    if (timeframe !== undefined) {
      await marketData.readOhlcv?.(symbolId, { timeframe, since: null, limit: 10 });
    }
    for (const socket of this.#open) socket.probe();
    for (let n = 0; n < PRINTS_A_ROUND; n++) {
      await stage.target.market?.trade(stage.price, decimal("0.1"));
    }
    await stage.sleep(10);
    stage.facts.length = 0;
  }

  held(): Held {
    const { exchange } = this;
    const clients = Object.values(exchange.clients) as unknown as readonly KeptByClient[];
    const own = exchange as unknown as Readonly<Record<string, unknown>>;
    return {
      clients: clients.length,
      subscriptions: sumOf(clients.map(({ subscriptions }) => entriesOf(subscriptions))),
      futures: sumOf(clients.map(({ futures }) => entriesOf(futures))),
      rejections: sumOf(clients.map(({ rejections }) => entriesOf(rejections))),
      cached: sumOf([...CACHES, ...BOOKS].map((cache) => entriesOf(own[cache]))),
      reachable: reachable(exchange),
    };
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.deafen();
    await this.stage[Symbol.asyncDispose]();
    await this.#close();
  }
}

function sumOf(counts: readonly number[]): number {
  return counts.reduce((sum, count) => sum + count, 0);
}

function entriesOf(cache: unknown): number {
  return typeof cache === "object" && cache !== null ? Object.keys(cache).length : 0;
}
