/** Kraken spot, over REST and WebSocket v2. */
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
import { KrakenCore, type KrakenOptions, type KrakenStreamParts, PRIVATE_HOST } from "./core.ts";
import { KrakenVoice, openStreams } from "./market_streams.ts";
import { PrivateSession } from "./private_socket.ts";
import { PublicSession } from "./public_socket.ts";
import { RestCall } from "./rest.ts";

const PUBLIC_HOST = "ws.kraken.com";

export class KrakenDialect implements Dialect {
  readonly name = "kraken";
  readonly hosts: readonly string[] = ["api.kraken.com", PUBLIC_HOST, PRIVATE_HOST];
  readonly #options: KrakenOptions;
  readonly #context: DialectContext;
  readonly #streams: KrakenStreamParts;
  #core: KrakenCore;

  constructor(options: KrakenOptions, context: DialectContext) {
    this.#options = options;
    this.#context = context;
    const voice = new KrakenVoice(context.clock);
    this.#streams = {
      users: new UserStreams(context.frameFaults),
      market: openStreams(context.clock, voice),
      voice,
    };
    this.#core = new KrakenCore(options, context, this.#streams);
  }

  understand(request: HostRequest): Call {
    return new RestCall(this.#core, request);
  }

  openSocket(request: HostRequest, port: SocketPort): SocketSession | HttpAnswer {
    const core = () => this.#core;
    if (request.path === "/v2") {
      if (request.host === PRIVATE_HOST) return new PrivateSession(core, request, port);
      if (request.host === PUBLIC_HOST) return new PublicSession(core, request, port);
    }
    return jsonAnswer(404, { error: [`no WebSocket at ${request.host}${request.path}`] });
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
    this.#core.stop();
    this.#streams.users.reset();
    this.#streams.market.stop();
    this.#core = new KrakenCore(this.#options, this.#context, this.#streams);
  }

  [Symbol.dispose](): void {
    this.#core.stop();
    this.#streams.market.stop();
  }
}
