/** Binance USDⓈ-M futures: REST, the WebSocket API, market streams and account events. */
import type { FeedPrint } from "../../exchanges/paper/feed.ts";
import { parseForm } from "../binance/params.ts";
import { RestCall } from "../binance/rest.ts";
import { type StreamRules, StreamSession } from "../binance/stream_socket.ts";
import { WsApiSession } from "../binance/ws_api.ts";
import type {
  Call,
  Dialect,
  DialectContext,
  HostRequest,
  Ledger,
  ListedSymbol,
  MarketChange,
  SocketPort,
  SocketSession,
} from "../dialect.ts";
import { type HttpAnswer, jsonAnswer } from "../http.ts";
import { UserStreams } from "../kit/user_streams.ts";
import { STREAM_HOST, UsdmCore, type UsdmOptions } from "./core.ts";
import {
  isStream,
  openStreams,
  type Route,
  type UsdmStreams,
  watchBooks,
} from "./market_streams.ts";
import { USDM_REST, USDM_SOCKET } from "./operations.ts";

const WS_API_HOSTS = ["ws-fapi.binance.com", "testnet.binancefuture.com"];
const STREAM_HOSTS = [STREAM_HOST, "fstream.binancefuture.com"];
/** Real and sandbox names alike, so that either configuration of a client lands here. */
const HOSTS: readonly string[] = [
  "fapi.binance.com",
  "demo-fapi.binance.com",
  ...WS_API_HOSTS,
  ...STREAM_HOSTS,
];
/** `/ws` and `/stream` without a route are gone since 2026-04-23. */
const STREAM_PATH = /^\/(public|market|private)\/(ws|stream)(\/|$)/;

export class BinanceUsdmDialect implements Dialect {
  readonly name = "binanceusdm";
  readonly hosts = HOSTS;
  readonly #options: UsdmOptions;
  readonly #context: DialectContext;
  readonly #streams: { readonly users: UserStreams; readonly market: UsdmStreams };
  #core: UsdmCore;

  constructor(options: UsdmOptions, context: DialectContext) {
    this.#options = options;
    this.#context = context;
    this.#streams = {
      users: new UserStreams(context.frameFaults),
      market: openStreams(context.clock),
    };
    this.#core = new UsdmCore(options, context, this.#streams);
  }

  understand(request: HostRequest): Call {
    return new RestCall(this.#core, request, USDM_REST);
  }

  openSocket(request: HostRequest, port: SocketPort): SocketSession | HttpAnswer {
    const core = () => this.#core;
    if (WS_API_HOSTS.includes(request.host) && request.path === "/ws-fapi/v1") {
      return new WsApiSession(core, { request, port, api: USDM_SOCKET });
    }
    const [, route] = STREAM_PATH.exec(request.path) ?? [];
    if (!STREAM_HOSTS.includes(request.host) || route === undefined) {
      return jsonAnswer(404, { error: `no WebSocket at ${request.host}${request.path}` });
    }
    // The pattern knows no other routes.
    return new StreamSession(core, { request, port, rules: RULES[route as Route] });
  }

  get symbols(): readonly ListedSymbol[] {
    return this.#core.venue.listings.symbols;
  }

  symbolOf(symbolId: string): string | null {
    return this.#core.venue.symbolOf(symbolId);
  }

  print(print: FeedPrint): void {
    this.#core.venue.print(print);
  }

  setPrice(change: MarketChange): void {
    this.#core.venue.setPrice(change);
  }

  ledger(): Ledger {
    return this.#core.venue.ledger();
  }

  reset(): void {
    this.#streams.users.reset();
    this.#streams.market.stop();
    this.#core.stop();
    this.#core = new UsdmCore(this.#options, this.#context, this.#streams);
    watchBooks(this.#streams.market, this.#core.venue.market);
  }

  [Symbol.dispose](): void {
    this.#streams.market.stop();
    this.#core.stop();
  }
}

const RULES: Readonly<Record<Route, StreamRules<UsdmCore>>> = {
  public: rulesOf("public"),
  market: rulesOf("market"),
  private: {
    ...rulesOf("private"),
    listenKeyIn: ({ query }) => parseForm(query).get("listenKey"),
  },
};

function rulesOf(route: Route): StreamRules<UsdmCore> {
  return {
    operation: route === "private" ? "socket.private" : "socket.public",
    isStream: (name) => isStream(name, route),
    accountOf: (core, listenKey) => core.accountOf(listenKey),
    streams: (core) => core.streams,
    watchBooks: (core) => watchBooks(core.streams, core.venue.market),
    numericIds: true,
  };
}
