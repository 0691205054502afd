/** Rows of Binance spot's REST answers. Source: binance-spot-api-docs, rest-api.md. */
import type { Balance } from "../../../../model/account.ts";
import { add, type Decimal, isZero, ZERO } from "../../../../model/decimal.ts";
import type { Fill } from "../../../../model/fill.ts";
import type { Ticker } from "../../../../model/market.ts";
import type { Side, StandardOrderStatus } from "../../../../model/order.ts";
import type { VenueOrder } from "../../../../model/venue.ts";
import type { EpochMs } from "../../../../model/scalars.ts";
import {
  asRow,
  asRows,
  decimalOf,
  flagOf,
  idOf,
  optionalText,
  type Row,
  RowError,
  textOf,
  timeOf,
} from "../../rows/fields.ts";
import type { RowContext } from "../../plans/venue_call.ts";

/**
 * An order from any REST answer that shows one:
 * `{"symbol":"LTCBTC","orderId":1,"clientOrderId":"myOrder1","price":"0.1","origQty":"1.0",`
 * `"executedQty":"0.0","status":"NEW","timeInForce":"GTC","type":"LIMIT","side":"BUY",`
 * `"time":1499827319559,"updateTime":1499827319559,"isWorking":true}`; the answer to a new order
 * has `transactTime` and `fills`, a cancel's has `origClientOrderId` for the order and the cancel's
 * own id as `clientOrderId`.
 */
export function readOrder(value: unknown, context: RowContext): VenueOrder {
  const row = asRow(value);
  const exchangeOrderId = idOf(row, "orderId");
  const clientOrderId = optionalText(row, "origClientOrderId") ??
    optionalText(row, "clientOrderId");
  const symbolId = context.symbolOf(textOf(row, "symbol"));
  const side = sideOf(textOf(row, "side"));
  const venueTime = timeOf(row, TIME_FIELDS.find((field) => row[field] !== undefined) ?? "time");
  const resting = row["isWorking"] === undefined || flagOf(row, "isWorking");
  return {
    exchangeOrderId,
    clientOrderId,
    symbolId,
    side,
    amount: decimalOf(row, "origQty"),
    limitPrice: priceOrNull(decimalOf(row, "price")),
    filled: decimalOf(row, "executedQty"),
    venueTime,
    ...statusOf({
      status: textOf(row, "status"),
      type: textOf(row, "type"),
      timeInForce: optionalText(row, "timeInForce"),
      resting,
    }),
    fills: answeredFills(
      row,
      { exchangeOrderId, clientOrderId, symbolId, side, venueTime },
      context,
    ),
  };
}

/**
 * `{"symbol":"BNBBTC","id":28457,"orderId":100234,"price":"4.00000100","qty":"12.00000000",`
 * `"commission":"10.10000000","commissionAsset":"BNB","time":1499865549590,"isBuyer":true,`
 * `"isMaker":false}`. There is no client order id in it.
 */
export function readTrade(value: unknown, context: RowContext): Fill {
  const row = asRow(value);
  return {
    tradeId: idOf(row, "id"),
    intentId: null,
    clientOrderId: null,
    exchangeOrderId: idOf(row, "orderId"),
    symbolId: context.symbolOf(textOf(row, "symbol")),
    side: flagOf(row, "isBuyer") ? "BUY" : "SELL",
    price: decimalOf(row, "price"),
    quantity: decimalOf(row, "qty"),
    fee: { asset: textOf(row, "commissionAsset"), amount: decimalOf(row, "commission") },
    liquidity: flagOf(row, "isMaker") ? "MAKER" : "TAKER",
    venueTime: timeOf(row, "time"),
    receivedAt: context.receivedAt,
  };
}

/** `{"updateTime":123,"balances":[{"asset":"BTC","free":"4723846.89","locked":"0.0"}]}`, a row. */
export function readBalance(value: unknown): Balance {
  const asset = asRow(value);
  return balance(textOf(asset, "asset"), {
    available: decimalOf(asset, "free"),
    locked: decimalOf(asset, "locked"),
    updatedAt: timeOf(asset, "updateTime"),
  });
}

/**
 * GET /api/v3/ticker/24hr of one symbol: `{"symbol":"BNBBTC","lastPrice":"4.00000200",`
 * `"bidPrice":"4.00000000","bidQty":"100.0","askPrice":"4.00000200","askQty":"100.0",`
 * `"closeTime":1499869899040}`. A price of 0 says that there is none.
 */
export function readTicker(value: unknown, context: RowContext): Ticker {
  const row = asRow(value);
  return {
    symbol: context.symbolOf(textOf(row, "symbol")),
    bid: priceOrNull(decimalOf(row, "bidPrice")),
    bidSize: decimalOf(row, "bidQty"),
    ask: priceOrNull(decimalOf(row, "askPrice")),
    askSize: decimalOf(row, "askQty"),
    last: priceOrNull(decimalOf(row, "lastPrice")),
    mark: null,
    index: null,
    venueTime: timeOf(row, "closeTime"),
    receivedAt: context.receivedAt,
  };
}

export function balance(
  assetId: string,
  held: { readonly available: Decimal; readonly locked: Decimal; readonly updatedAt: EpochMs },
): Balance {
  const { available, locked, updatedAt } = held;
  const total = add(available, locked);
  return { assetId, total, available, locked, borrowed: ZERO, interest: ZERO, updatedAt };
}

export function sideOf(text: string): Side {
  if (text === "BUY" || text === "SELL") return text;
  throw new RowError(`side is neither BUY nor SELL`);
}

/** Market orders show a price of zero. */
export function priceOrNull(price: Decimal): Decimal | null {
  return isZero(price) ? null : price;
}

/** Source: "Order status (status)" in enums.md. */
export function statusOf(
  order: {
    readonly status: string;
    readonly type: string;
    readonly timeInForce: string | null;
    /** Whether it stands in the book; a stop that has not fired does not. */
    readonly resting: boolean;
  },
): { readonly status: StandardOrderStatus; readonly cause: string | null } {
  const { status, type, timeInForce, resting } = order;
  switch (status) {
    case "NEW":
    case "PENDING_NEW":
      return {
        status: !resting && CONDITIONAL.test(type) ? "PENDING_TRIGGER" : "OPEN",
        cause: null,
      };
    case "PARTIALLY_FILLED":
    case "FILLED":
    case "CANCELED":
    case "REJECTED":
      return { status, cause: null };
    case "EXPIRED": {
      // Futures' post-only; spot has an order type of its own and refuses.
      if (timeInForce === "GTX") return { status, cause: "POST_ONLY_WOULD_TAKE" };
      const byRule = type === "MARKET" || timeInForce === "IOC" || timeInForce === "FOK";
      return { status: "EXPIRED", cause: byRule ? "TIME_IN_FORCE" : null };
    }
    case "EXPIRED_IN_MATCH":
      return { status: "EXPIRED", cause: "SELF_TRADE_PREVENTION" };
    default: // PENDING_CANCEL is "currently unused"; anything newer is not known either.
      return { status: "UNKNOWN", cause: null };
  }
}

const CONDITIONAL = /^(STOP|TAKE_PROFIT)/;
/** In this order: the answer to a request, then a read of an order that changed, then any read. */
const TIME_FIELDS = ["transactTime", "updateTime", "time"] as const;

/**
 * `"fills":[{"price":"4000.0","qty":"1","commission":"4","commissionAsset":"USDT","tradeId":5}]`:
 * what an order took on arrival, so we are the taker of each.
 */
function answeredFills(
  row: Row,
  order: Pick<
    Fill,
    "exchangeOrderId" | "clientOrderId" | "symbolId" | "side" | "venueTime"
  >,
  { receivedAt }: RowContext,
): readonly Fill[] {
  if (row["fills"] === undefined) return [];
  return asRows(row["fills"], FILLS_MAX).map((entry) => {
    const fill = asRow(entry);
    return {
      ...order,
      intentId: null,
      tradeId: idOf(fill, "tradeId"),
      price: decimalOf(fill, "price"),
      quantity: decimalOf(fill, "qty"),
      fee: { asset: textOf(fill, "commissionAsset"), amount: decimalOf(fill, "commission") },
      liquidity: "TAKER",
      receivedAt,
    };
  });
}

/** One order cannot take more levels than the book's 5,000. */
const FILLS_MAX = 5_000;
