/**
 * The port between the common server and one exchange's wire protocol. A dialect answers in one
 * synchronous step, so that the order in which requests take effect is the order they arrived in,
 * and never sees a connection: the server owns those, and with them the faults.
 */
import type { FeedPrint } from "../exchanges/paper/feed.ts";
import type { Clock, Random } from "../model/clock.ts";
import type { Decimal } from "../model/decimal.ts";
import type { SymbolMetadata } from "../model/instrument.ts";
import type { EpochMs } from "../model/scalars.ts";
import type { TestnetAccount } from "./credentials.ts";
import type { FrameFaults } from "./faults.ts";
import type { HttpAnswer, HttpRequest } from "./http.ts";

/** A request with its virtual host split off the path. */
export interface HostRequest extends HttpRequest {
  /** Without a port. */
  readonly host: string;
}

/** What a request, a frame or a socket is, in the words faults are matched by. */
export interface Operation {
  /** The dialect's own name, e.g. `order.place`, `userData.executionReport`, `socket.ws-api`. */
  readonly name: string;
  /** E.g. `POST /api/v3/order` or `WS /ws-api/v3`. */
  readonly endpoint: string;
  readonly host: string;
  readonly symbol: string | null;
  readonly clientOrderId: string | null;
}

export interface ProcessOptions {
  /** When the exchange's gateway received it; validity windows are measured against this. */
  readonly receivedAt: EpochMs;
  /** Take it a second time although its client order id is in use: an exchange's own mistake. */
  readonly asDuplicate?: boolean;
  /** An order made by this request stays invisible to reads for so long. */
  readonly hiddenForMs?: number;
}

/** Answers that exchanges give whatever was asked; each dialect has its own words for them. */
export type CannedName =
  | "overloaded"
  | "unexpectedResponse"
  | "backendTimeout"
  | "timestampOutside"
  | "requestTimeout"
  | "halfDone"
  | "maintenance"
  | "unauthorized"
  | "filterRefused"
  | "delisted"
  | "tooManyRequests"
  | "banned"
  | "forbidden";

/** One request, understood but not processed yet. */
export interface Call {
  readonly operation: Operation;
  /** May be called never, once, or twice, and later: that is what faults do. */
  process(options: ProcessOptions): HttpAnswer;
  canned(name: CannedName): HttpAnswer;
  /** The answer is on its way (or never will be): account events it caused may follow now. */
  release(): void;
}

/** What a dialect may do with a socket. */
export interface SocketPort {
  send(text: string): void;
  /** A ping frame; its pong is answered by any client library. */
  ping(payload: string): void;
  close(): void;
}

export interface SocketSession {
  readonly operation: Operation;
  /** Null when the message asks for nothing that is answered (e.g. an unsolicited pong). */
  receive(text: string): Call | null;
  closed(): void;
}

export interface LedgerOrder {
  readonly orderId: string;
  readonly clientOrderId: string;
  /** The account's API key, or what else its keys name it by. */
  readonly account: string;
  readonly symbol: string;
  readonly side: string;
  readonly type: string;
  readonly status: string;
  readonly price: string;
  readonly origQty: string;
  readonly executedQty: string;
  readonly time: EpochMs;
  readonly updateTime: EpochMs;
}

export interface LedgerTrade {
  readonly tradeId: string;
  readonly orderId: string;
  readonly clientOrderId: string;
  readonly account: string;
  readonly symbol: string;
  readonly side: string;
  readonly price: string;
  readonly qty: string;
  readonly fee: string;
  readonly feeAsset: string;
  readonly isMaker: boolean;
  readonly time: EpochMs;
}

export interface LedgerBalance {
  readonly account: string;
  readonly asset: string;
  readonly free: string;
  readonly locked: string;
}

/** Of contracts; only those that are open. */
export interface LedgerPosition {
  readonly account: string;
  readonly symbol: string;
  /** Base units, negative for a short one. */
  readonly quantity: string;
  /** By average. */
  readonly entryPrice: string;
  /** Since it was opened, without fees. */
  readonly realizedPnl: string;
}

/** The exchange's own truth, untouched by any fault. */
export interface Ledger {
  readonly exchange: string;
  readonly orders: readonly LedgerOrder[];
  readonly trades: readonly LedgerTrade[];
  readonly balances: readonly LedgerBalance[];
  readonly positions: readonly LedgerPosition[];
}

export interface MarketChange {
  readonly symbol: string;
  readonly price: string;
  /** Base units the print trades; resting orders it crosses fill up to this. */
  readonly quantity?: string | undefined;
  /** Default true: feeds leave the symbol alone from now on. False lets them move it again. */
  readonly hold?: boolean | undefined;
}

/** A contract that comes to its end. */
export interface Maturity {
  /** The exchange's own name. */
  readonly symbol: string;
  /** Whether positions are told no more, or for a while as they were; what they pay is not played. */
  readonly positions: "settled" | "kept";
}

/** One listed pair and where its market starts. */
export interface ListedSymbol {
  readonly metadata: SymbolMetadata;
  readonly start: Decimal;
}

export interface Dialect extends Disposable {
  readonly name: string;
  readonly hosts: readonly string[];
  readonly symbols: readonly ListedSymbol[];
  understand(request: HostRequest): Call;
  /** A session, or the answer that refuses the upgrade. */
  openSocket(request: HostRequest, port: SocketPort): SocketSession | HttpAnswer;
  ledger(): Ledger;
  /** The exchange's own name of a canonical symbol; null when it is not listed. */
  symbolOf(symbolId: string): string | null;
  /** Only for symbols that are listed. */
  print(print: FeedPrint): void;
  /** @throws {RangeError} naming the field, the rule and the value. */
  setPrice(change: MarketChange): void;
  /**
   * What rests is canceled and the contract leaves the list of instruments; its orders and trades
   * are told as before.
   *
   * @throws {RangeError} where nothing is listed that could end.
   */
  mature(end: Maturity): void;
  /** Forgets orders, trades, balances, limits and sessions; sockets stay open. */
  reset(): void;
}

export interface DialectOptions<L extends object> {
  readonly accounts: readonly TestnetAccount[];
  readonly limits: L;
  /** Per account and symbol; absent: as published by the exchange. */
  readonly openOrdersMax?: number;
}

export interface DialectContext {
  /** The exchange's clock: the server's, shifted by an armed clock skew. */
  readonly clock: Clock;
  readonly random: Random;
  readonly frameFaults: FrameFaults;
}
