/**
 * What every dialect does the same way: one life of its exchange behind one name, and a new one at
 * each reset, while streams and sockets stay. What a venue says and hears is handed in.
 */
import type { FeedPrint } from "../../exchanges/paper/feed.ts";
import type {
  Call,
  Dialect,
  HostRequest,
  Ledger,
  ListedSymbol,
  MarketChange,
  Maturity,
  SocketPort,
  SocketSession,
} from "../dialect.ts";
import type { HttpAnswer } from "../http.ts";
import type { Listing } from "./listing.ts";
import type { UserStreams } from "./user_streams.ts";
import type { Venue } from "./venue.ts";

/** All that a reset forgets. */
export interface Life {
  readonly venue: Pick<
    Venue<Listing>,
    "listings" | "symbolOf" | "print" | "setPrice" | "mature" | "ledger"
  >;
  /** Nothing of it fires any more. */
  stop?(): void;
}

export interface DialectParts<C extends Life> {
  readonly name: string;
  readonly hosts: readonly string[];
  /** They outlive a reset, as sockets do. */
  readonly streams: {
    readonly users: Pick<UserStreams, "reset">;
    readonly market?: { stop(): void };
  };
  readonly start: () => C;
  readonly understand: (core: C, request: HostRequest) => Call;
  /** A socket outlives the core it was opened on, so it asks for the one of now. */
  readonly openSocket: (
    core: () => C,
    request: HostRequest,
    port: SocketPort,
  ) => SocketSession | HttpAnswer;
  /** Its answers heed that a contract is not listed any more; absent: none ever ends. */
  readonly listsEndings?: true;
  /** For those who listened to the books of the life before; absent: diffs are not told. */
  readonly watchBooks?: (core: C) => void;
}

export class VenueDialect<C extends Life> implements Dialect {
  readonly name: string;
  readonly hosts: readonly string[];
  readonly #parts: DialectParts<C>;
  #core: C;

  constructor(parts: DialectParts<C>) {
    this.name = parts.name;
    this.hosts = parts.hosts;
    this.#parts = parts;
    this.#core = parts.start();
  }

  understand(request: HostRequest): Call {
    return this.#parts.understand(this.#core, request);
  }

  openSocket(request: HostRequest, port: SocketPort): SocketSession | HttpAnswer {
    return this.#parts.openSocket(() => this.#core, request, port);
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

  mature(end: Maturity): void {
    if (this.#parts.listsEndings === undefined) {
      throw new RangeError(`exchange: contracts of ${this.name} do not end here`);
    }
    this.#core.venue.mature(end);
  }

  ledger(): Ledger {
    return this.#core.venue.ledger();
  }

  reset(): void {
    this[Symbol.dispose]();
    this.#parts.streams.users.reset();
    this.#core = this.#parts.start();
    this.#parts.watchBooks?.(this.#core);
  }

  [Symbol.dispose](): void {
    this.#core.stop?.();
    this.#parts.streams.market?.stop();
  }
}
