/** Prices and trades of Coinbase Advanced Trade; a row of each is beside its reader. */
import { type Decimal, decimal, isZero } from "../../../../model/decimal.ts";
import type { Side } from "../../../../model/order.ts";
import type { Ticker, Trade } from "../../../../model/market.ts";
import type { EpochMs } from "../../../../model/scalars.ts";
import { MARKET_ROWS_MAX } from "../../../../model/limits.ts";
import {
  asRow,
  asRows,
  decimalOf,
  idOf,
  isoTimeOf,
  optionalText,
  type Row,
  textOf,
} from "../../rows/fields.ts";
import type { RowContext } from "../../plans/venue_call.ts";
import { sideOf } from "./rows.ts";

/** `{"trades":[{"trade_id":"518078013","price":"28208.1",…}],"best_bid":"28208.61",…}` */
export function readTicker(answer: unknown, context: RowContext & { readonly symbolId?: string }) {
  const row = asRow(answer);
  const [newest] = asRows(row["trades"], MARKET_ROWS_MAX);
  const trade = newest === undefined ? null : asRow(newest);
  const symbol = context.symbolId ??
    context.symbolOf(trade === null ? "" : textOf(trade, "product_id"));
  return {
    symbol,
    bid: priceOf(row, "best_bid"),
    bidSize: null,
    ask: priceOf(row, "best_ask"),
    askSize: null,
    last: trade === null ? null : decimalOf(trade, "price"),
    mark: null,
    index: null,
    venueTime: trade === null ? context.receivedAt : isoTimeOf(trade, "time"),
    receivedAt: context.receivedAt,
  } satisfies Ticker;
}

/** `{"type":"ticker","product_id":"BTC-USD","price":"21932.98","best_bid":"21835.29",…}` */
export function readStreamTicker(
  row: Row,
  { context, venueTime }: { readonly context: RowContext; readonly venueTime: EpochMs },
): Ticker {
  return {
    symbol: context.symbolOf(textOf(row, "product_id")),
    bid: priceOf(row, "best_bid"),
    bidSize: priceOf(row, "best_bid_quantity"),
    ask: priceOf(row, "best_ask"),
    askSize: priceOf(row, "best_ask_quantity"),
    last: priceOf(row, "price"),
    mark: null,
    index: null,
    venueTime,
    receivedAt: context.receivedAt,
  };
}

/** `{"trade_id":"10092327","product_id":"BTC-USDT","price":"17488.12","side":"BUY",…}` */
export function readTrade(value: unknown, context: RowContext): Trade {
  const row = asRow(value);
  return {
    tradeId: idOf(row, "trade_id"),
    symbol: context.symbolOf(textOf(row, "product_id")),
    price: decimalOf(row, "price"),
    quantity: decimalOf(row, "size"),
    side: takerOf(sideOf(row, "side")),
    venueTime: isoTimeOf(row, "time"),
  };
}

/**
 * The side told is the maker's. Coinbase Exchange, whose trades these are, documents it
 * (docs.cdp.coinbase.com/exchange, "The side field indicates the maker order side"); Advanced Trade
 * does not, and prints compared with best prices by others show the same.
 */
function takerOf(maker: Side): Side {
  return maker === "BUY" ? "SELL" : "BUY";
}

/** Empty or zero: there is none. */
function priceOf(row: Row, field: string): Decimal | null {
  const text = optionalText(row, field);
  if (text === null) return null;
  const price = decimal(text);
  return isZero(price) ? null : price;
}
