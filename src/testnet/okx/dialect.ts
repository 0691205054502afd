/** OKX: REST, public and private WebSockets, on its own hosts. */
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
import { type OkxStreams, openStreams, watchBooks } from "./channels.ts";
import { OkxCore, type OkxOptions, REST_HOST, WS_HOST } from "./core.ts";
import { RestCall } from "./rest.ts";
import { OkxSocket, type SocketUrl } from "./socket.ts";

/** Real and demo names alike, so that either configuration of a client lands here. */
const WS_HOSTS = [WS_HOST, "wspap.okx.com"];
const HOSTS: readonly string[] = [REST_HOST, "aws.okx.com", ...WS_HOSTS];
const URLS: Readonly<Record<string, SocketUrl | undefined>> = {
  "/ws/v5/public": "public",
  "/ws/v5/business": "business",
  "/ws/v5/private": "private",
};

export class OkxDialect implements Dialect {
  readonly name = "okx";
  readonly hosts = HOSTS;
  readonly #options: OkxOptions;
  readonly #context: DialectContext;
  readonly #streams: { readonly users: UserStreams; readonly market: OkxStreams };
  #core: OkxCore;

  constructor(options: OkxOptions, context: DialectContext) {
    this.#options = options;
    this.#context = context;
    this.#streams = {
      users: new UserStreams(context.frameFaults),
      market: openStreams(context.clock),
    };
    this.#core = new OkxCore(options, context, this.#streams);
  }

  understand(request: HostRequest): Call {
    return new RestCall(this.#core, request);
  }

  openSocket(request: HostRequest, port: SocketPort): SocketSession | HttpAnswer {
    const url = WS_HOSTS.includes(request.host) ? URLS[request.path] : undefined;
    if (url !== undefined) return new OkxSocket(() => this.#core, { request, url }, port);
    return jsonAnswer(404, { code: "60017", msg: "Invalid url path" });
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
    this.#core.end();
    this.#streams.users.reset();
    this.#streams.market.stop();
    this.#core = new OkxCore(this.#options, this.#context, this.#streams);
    watchBooks(this.#streams.market, this.#core.venue.market);
  }

  [Symbol.dispose](): void {
    this.#core.end();
    this.#streams.market.stop();
  }
}
