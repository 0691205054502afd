/** Bybit v5 with a unified account: spot and linear contracts, over REST and WebSocket. */
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
import { BybitCore, type BybitOptions, type BybitStreamParts, STREAM_HOST } from "./core.ts";
import { BybitVoice, openStreams } from "./market_streams.ts";
import { PrivateSession } from "./private_socket.ts";
import { PublicSession } from "./public_socket.ts";
import { RestCall } from "./rest.ts";
import { TradeSession } from "./trade_socket.ts";

const STREAM_HOSTS: readonly string[] = [STREAM_HOST, "stream-testnet.bybit.com"];
/** Real and sandbox names alike, so that either configuration of a client lands here. */
const HOSTS: readonly string[] = ["api.bybit.com", "api-testnet.bybit.com", ...STREAM_HOSTS];

export class BybitDialect implements Dialect {
  readonly name = "bybit";
  readonly hosts = HOSTS;
  readonly #options: BybitOptions;
  readonly #context: DialectContext;
  #streams: BybitStreamParts;
  #core: BybitCore;
  #connections = 0;

  constructor(options: BybitOptions, context: DialectContext) {
    this.#options = options;
    this.#context = context;
    const voice = new BybitVoice(context.clock);
    this.#streams = {
      users: new UserStreams(context.frameFaults),
      market: openStreams(context.clock, voice),
      voice,
    };
    this.#core = new BybitCore(options, context, this.#streams);
  }

  understand(request: HostRequest): Call {
    return new RestCall(this.#core, request);
  }

  openSocket(request: HostRequest, port: SocketPort): SocketSession | HttpAnswer {
    const core = () => this.#core;
    const connection = `local-${++this.#connections}`;
    if (STREAM_HOSTS.includes(request.host)) {
      switch (request.path) {
        case "/v5/private":
          return new PrivateSession(core, request, { port, connection });
        case "/v5/trade":
          return new TradeSession(core, request, { port, connection });
        case "/v5/public/spot":
          return new PublicSession(core, request, { port, connection, category: "spot" });
        case "/v5/public/linear":
          return new PublicSession(core, request, { port, connection, category: "linear" });
      }
    }
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
    this.#core = new BybitCore(this.#options, this.#context, this.#streams);
  }

  [Symbol.dispose](): void {
    this.#streams.market.stop();
  }
}
