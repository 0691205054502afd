/** Binance spot: REST, the WebSocket API, market streams and account events, on its own hosts. */
import type { FeedPrint } from "../../exchanges/paper/feed.ts";
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
import { BinanceCore, type BinanceOptions, WS_API_HOST } from "./core.ts";
import { type BinanceStreams, openStreams, watchBooks } from "./market_streams.ts";
import { RestCall, SPOT_REST } from "./rest.ts";
import { StreamSession } from "./stream_socket.ts";
import { SPOT_SOCKET, WsApiSession } from "./ws_api.ts";

const STREAM_HOSTS = ["stream.binance.com", "data-stream.binance.vision"];
/** Real and sandbox names alike, so that either configuration of a client lands here. */
const HOSTS: readonly string[] = [
  "api.binance.com",
  "api1.binance.com",
  "api2.binance.com",
  "api3.binance.com",
  "api4.binance.com",
  "api-gcp.binance.com",
  "data-api.binance.vision",
  "testnet.binance.vision",
  "dapi.binance.com",
  WS_API_HOST,
  ...STREAM_HOSTS,
];

export class BinanceDialect implements Dialect {
  readonly name = "binance";
  readonly hosts = HOSTS;
  readonly #options: BinanceOptions;
  readonly #context: DialectContext;
  readonly #streams: { readonly users: UserStreams; readonly market: BinanceStreams };
  #core: BinanceCore;

  constructor(options: BinanceOptions, context: DialectContext) {
    this.#options = options;
    this.#context = context;
    this.#streams = {
      users: new UserStreams(context.frameFaults),
      market: openStreams(context.clock),
    };
    this.#core = new BinanceCore(options, context, this.#streams);
  }

  understand(request: HostRequest): Call {
    return new RestCall(this.#core, request, SPOT_REST);
  }

  openSocket(request: HostRequest, port: SocketPort): SocketSession | HttpAnswer {
    const core = () => this.#core;
    if (request.host === WS_API_HOST && request.path === "/ws-api/v3") {
      return new WsApiSession(core, { request, port, api: SPOT_SOCKET });
    }
    if (STREAM_HOSTS.includes(request.host)) return new StreamSession(core, request, port);
    return jsonAnswer(404, { error: `no WebSocket at ${request.host}${request.path}` });
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
    this.#core = new BinanceCore(this.#options, this.#context, this.#streams);
    watchBooks(this.#streams.market, this.#core.venue.market);
  }

  [Symbol.dispose](): void {
    this.#streams.market.stop();
  }
}
