/** Hyperliquid: REST and WebSocket on one host, and on that of its test network. */
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
import type { HttpAnswer } from "../http.ts";
import { UserStreams } from "../kit/user_streams.ts";
import { type HyperliquidStreams, openStreams } from "./channels.ts";
import { HOST, HyperliquidCore, type HyperliquidOptions, TEST_HOST } from "./core.ts";
import { RestCall } from "./rest.ts";
import { HyperliquidSocket } from "./socket.ts";

export class HyperliquidDialect implements Dialect {
  readonly name = "hyperliquid";
  readonly hosts: readonly string[] = [HOST, TEST_HOST];
  readonly #options: HyperliquidOptions;
  readonly #context: DialectContext;
  readonly #streams: { readonly users: UserStreams; readonly market: HyperliquidStreams };
  #core: HyperliquidCore;

  constructor(options: HyperliquidOptions, context: DialectContext) {
    this.#options = options;
    this.#context = context;
    this.#streams = {
      users: new UserStreams(context.frameFaults),
      market: openStreams(context.clock),
    };
    this.#core = new HyperliquidCore(options, context, this.#streams);
  }

  understand(request: HostRequest): Call {
    return new RestCall(this.#core, request);
  }

  openSocket(request: HostRequest, port: SocketPort): SocketSession | HttpAnswer {
    if (request.path === "/ws") return new HyperliquidSocket(() => this.#core, request, port);
    return { status: 404, headers: "", body: "" };
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
    this.#core = new HyperliquidCore(this.#options, this.#context, this.#streams);
  }

  [Symbol.dispose](): void {
    this.#streams.market.stop();
  }
}
