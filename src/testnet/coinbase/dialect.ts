/** Coinbase Advanced Trade: spot, over REST and WebSocket. */
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
import { openStreams } from "./channels.ts";
import {
  CoinbaseCore,
  type CoinbaseOptions,
  type CoinbaseStreamParts,
  MARKET_HOST,
  REST_HOST,
  USER_HOST,
} from "./core.ts";
import { RestCall } from "./rest.ts";
import { CoinbaseSocket } from "./socket.ts";

export class CoinbaseDialect implements Dialect {
  readonly name = "coinbase";
  readonly hosts: readonly string[] = [REST_HOST, MARKET_HOST, USER_HOST];
  readonly #options: CoinbaseOptions;
  readonly #context: DialectContext;
  readonly #streams: CoinbaseStreamParts;
  #core: CoinbaseCore;

  constructor(options: CoinbaseOptions, context: DialectContext) {
    this.#options = options;
    this.#context = context;
    this.#streams = {
      users: new UserStreams(context.frameFaults),
      market: openStreams(context.clock),
    };
    this.#core = new CoinbaseCore(options, context, this.#streams);
  }

  understand(request: HostRequest): Call {
    return new RestCall(this.#core, request);
  }

  openSocket(request: HostRequest, port: SocketPort): SocketSession | HttpAnswer {
    if (request.host !== REST_HOST) return new CoinbaseSocket(() => this.#core, request, port);
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
    this.#core = new CoinbaseCore(this.#options, this.#context, this.#streams);
  }

  [Symbol.dispose](): void {
    this.#streams.market.stop();
  }
}
