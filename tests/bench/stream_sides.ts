/**
 * Both sides of the stream bench at the point where a frame's text leaves the platform's WebSocket:
 * the client's `onMessage`. Everything behind it is the code that runs in production.
 */
import { type ExchangeKernel, type OpenedKernel, openKernel, registerExchange } from "../../mod.ts";
import type { AdapterContext, StoreOptions } from "../../mod.ts";
import { CcxtAdapter } from "../../src/exchanges/ccxt/adapter.ts";
import type { CcxtExchange } from "../../src/exchanges/ccxt/ccxt.ts";
import { allowedHosts, pointSockets } from "../../src/exchanges/ccxt/wire/endpoints.ts";
import { parseOptions } from "../../src/exchanges/ccxt/options.ts";
import { binanceSpot } from "../../src/exchanges/ccxt/profiles/binance.ts";
import { systemClock } from "../../src/system/clock.ts";
import { systemRandom } from "../../src/system/random.ts";
import { makeScratchDir, NO_CAPS, NO_LIMITS, until } from "./scratch.ts";
import { BASELINE_KEYS, KERNEL_KEYS } from "./venue_process.ts";

/** As `Client.onMessage` takes it. */
export type Feed = (text: string) => void;

export interface Ours extends AsyncDisposable {
  readonly exchange: ExchangeKernel;
  /** Where the frames of one socket go in: `ws-api` (private) or `stream.binance` (public). */
  feed(urlPart: string): Feed;
}

/** The exchange that the next opened kernel's adapter has made. */
let made: CcxtExchange | null = null;

registerExchange("tapped", (context) => Promise.resolve(adapterOf(context)));

function adapterOf({ id, clock, options: given }: AdapterContext): CcxtAdapter {
  const rules = { kind: "binance", credentials: binanceSpot.credentials, markets: ["spot"] };
  const options = parseOptions(id, { ...given, kind: "binance" }, rules);
  const profile = {
    ...binanceSpot,
    configure: (exchange: CcxtExchange) => {
      binanceSpot.configure(exchange);
      made = exchange;
    },
  };
  return new CcxtAdapter({ id, clock, options, profile });
}

/** The adapter alone, without a kernel behind it: frames become facts. */
export interface Parser extends AsyncDisposable {
  readonly feed: Feed;
}

export async function openParser(url: string, onFact: () => void): Promise<Parser> {
  const options = { ...KERNEL_KEYS, endpoints: url };
  const adapter = adapterOf({ id: "main", clock: systemClock, random: systemRandom, options });
  const { signal } = new AbortController();
  await adapter.connect(signal);
  const exchange = made;
  const [socket] = adapter.sockets;
  if (exchange === null || socket === undefined) throw new Error("Cannot feed frames: no socket");
  await socket.open({ onFrame: () => {}, onClose: () => {} }, signal);
  adapter.onFact(onFact);
  return { feed: feedOf(exchange, "ws-api"), [Symbol.asyncDispose]: () => adapter.disconnect() };
}

/** A kernel on the testnet at `url`, whose sockets can be fed. */
export async function openOurs(url: string, kind: StoreOptions["kind"]): Promise<Ours> {
  const path = await makeScratchDir();
  const kernel: OpenedKernel = await openKernel({
    exchanges: { main: { kind: "tapped", ...KERNEL_KEYS, endpoints: url, limits: NO_LIMITS } },
    store: kind === "sqlite" ? { kind, path } : { kind },
    risk: NO_CAPS,
  });
  const exchange = made;
  if (exchange === null) throw new Error("Cannot feed frames: no adapter was made");
  await until(() => kernel.exchange("main").healthCheck().ready, "open gate");
  return {
    exchange: kernel.exchange("main"),
    feed: (urlPart) => feedOf(exchange, urlPart),
    [Symbol.asyncDispose]: async () => {
      await kernel.stop();
      await Deno.remove(path, { recursive: true });
    },
  };
}

/** ccxt's own class and loop, as its users have it. */
export interface Theirs {
  watchOrderBook(symbol: string): Promise<unknown>;
  watchOrders(symbol: string): Promise<unknown>;
  close(): Promise<void>;
  readonly orderbooks: Readonly<Record<string, { readonly nonce?: number }>>;
  readonly clients: CcxtExchange["clients"];
  feed(urlPart: string): Feed;
}

export async function openTheirs(url: string): Promise<Theirs> {
  const { Exchange } = await binanceSpot.load();
  const exchange = new Exchange({ ...binanceSpot.ccxtOptions, ...BASELINE_KEYS });
  binanceSpot.configure(exchange);
  exchange.enableRateLimit = false;
  const hosts = allowedHosts(exchange.urls.api);
  const { api } = exchange.urls;
  pointSockets(api, url);
  for (const [name, value] of Object.entries(api)) {
    if (typeof value !== "string") continue;
    const { host } = new URL(value);
    if (hosts.has(host)) api[name] = value.replace("https://", `${url}/`);
  }
  // ccxt's unified methods, which the adapter never calls and so does not declare.
  const raw = exchange as unknown as Omit<Theirs, "feed">;
  await exchange.loadMarkets(false, {});
  return Object.assign(raw, { feed: (urlPart: string) => feedOf(exchange, urlPart) });
}

function feedOf(exchange: CcxtExchange, urlPart: string): Feed {
  const client = Object.values(exchange.clients).find(({ url }) => url.includes(urlPart));
  if (client === undefined) throw new Error(`Cannot feed frames: no socket of ${urlPart} is open`);
  return (data) => client.onMessage({ data });
}
