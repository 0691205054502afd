/** Binance spot: REST, the WebSocket API, market streams and account events, on its own hosts. */
import type { FeedPrint } from "../../exchanges/paper/feed.ts";
import { compare, decimal, ZERO } from "../../model/decimal.ts";
import type {
  Call,
  Dialect,
  DialectContext,
  HostRequest,
  Ledger,
  LedgerBalance,
  LedgerOrder,
  LedgerTrade,
  MarketChange,
  SocketPort,
  SocketSession,
} from "../dialect.ts";
import { type HttpAnswer, jsonAnswer } from "../http.ts";
import { BinanceCore, type BinanceOptions, WS_API_HOST } from "./core.ts";
import { fixed, LISTINGS, toMetadata } from "./listing.ts";
import { MarketStreams } from "./market_streams.ts";
import { statusOf, typeOf } from "./order_payloads.ts";
import { RestCall } from "./rest.ts";
import { StreamSession } from "./stream_socket.ts";
import { UserStreams } from "./user_stream.ts";
import { WsApiSession } from "./ws_api.ts";

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
  "fapi.binance.com",
  "dapi.binance.com",
  WS_API_HOST,
  ...STREAM_HOSTS,
];
/** Base units of the print a price change makes: more than any test rests on a level. */
const MARKET_CHANGE_QUANTITY = decimal("1000000");

export class BinanceDialect implements Dialect {
  readonly name = "binance";
  readonly hosts = HOSTS;
  readonly symbols = LISTINGS.map((listing) => ({
    metadata: toMetadata(listing),
    start: listing.startPrice,
  }));
  readonly #options: BinanceOptions;
  readonly #context: DialectContext;
  readonly #streams: { readonly users: UserStreams; readonly market: MarketStreams };
  #core: BinanceCore;

  constructor(options: BinanceOptions, context: DialectContext) {
    this.#options = options;
    this.#context = context;
    this.#streams = {
      users: new UserStreams(context.frameFaults),
      market: new MarketStreams(context.clock),
    };
    this.#core = new BinanceCore(options, context, this.#streams);
  }

  understand(request: HostRequest): Call {
    return new RestCall(this.#core, request);
  }

  openSocket(request: HostRequest, port: SocketPort): SocketSession | HttpAnswer {
    const core = () => this.#core;
    if (request.host === WS_API_HOST && request.path === "/ws-api/v3") {
      return new WsApiSession(core, request, port);
    }
    if (STREAM_HOSTS.includes(request.host)) return new StreamSession(core, request, port);
    return jsonAnswer(404, { error: `no WebSocket at ${request.host}${request.path}` });
  }

  symbolOf(symbolId: string): string | null {
    const symbol = symbolId.replace("/", "");
    return this.#core.listings.has(symbol) ? symbol : null;
  }

  /** Dated by the exchange's clock: a recording's own dates would tear candles apart. */
  print({ symbolId, price, quantity, takerSide }: FeedPrint): void {
    this.#core.engine.trade(symbolId, { price, quantity, takerSide });
  }

  setPrice(change: MarketChange): void {
    const listing = this.#core.listings.get(change.symbol);
    if (listing === undefined) {
      const known = [...this.#core.listings.keys()].join(", ");
      throw new RangeError(`symbol: must be one of ${known}, got ${change.symbol}`);
    }
    const price = decimal(change.price);
    const last = this.#core.engine.lastPrice(listing.symbolId) ?? ZERO;
    this.#core.engine.trade(listing.symbolId, {
      price,
      quantity: change.quantity === undefined ? MARKET_CHANGE_QUANTITY : decimal(change.quantity),
      takerSide: compare(price, last) < 0 ? "SELL" : "BUY",
    });
  }

  ledger(): Ledger {
    const { engine, orders, accounts } = this.#core;
    const ids = [...accounts];
    const views = new Map(
      ids.flatMap((id) => engine.orders(id).map((o) => [o.orderId, orders.view(o)] as const)),
    );
    return {
      exchange: this.name,
      orders: [...views.values()].map(({ order, listing, clientOrderId }): LedgerOrder => ({
        orderId: String(order.orderId),
        clientOrderId,
        account: order.accountId,
        symbol: listing.symbol,
        side: order.side,
        type: typeOf(order),
        status: statusOf(order),
        price: fixed(order.price ?? ZERO),
        origQty: fixed(order.quantity),
        executedQty: fixed(order.filled),
        time: order.createdAt,
        updateTime: order.updatedAt,
      })),
      trades: ids.flatMap((id) => engine.trades(id)).map((trade): LedgerTrade => ({
        tradeId: String(trade.tradeId),
        orderId: String(trade.orderId),
        clientOrderId: views.get(trade.orderId)?.clientOrderId ?? trade.clientOrderId,
        account: trade.accountId,
        symbol: trade.symbolId.replace("/", ""),
        side: trade.side,
        price: fixed(trade.price),
        qty: fixed(trade.quantity),
        fee: fixed(trade.fee),
        feeAsset: trade.feeAsset,
        isMaker: trade.isMaker,
        time: trade.time,
      })),
      balances: ids.flatMap((account) =>
        engine.balances(account).map((balance): LedgerBalance => ({
          account,
          asset: balance.asset,
          free: fixed(balance.free),
          locked: fixed(balance.locked),
        }))
      ),
    };
  }

  reset(): void {
    this.#streams.users.reset();
    this.#streams.market.stop();
    this.#core = new BinanceCore(this.#options, this.#context, this.#streams);
    this.#streams.market.watchBooks(this.#core.market.all());
  }

  [Symbol.dispose](): void {
    this.#streams.market.stop();
  }
}
