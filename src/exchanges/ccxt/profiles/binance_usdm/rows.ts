/**
 * Rows of Binance USDⓈ-M futures that are not spot's: trades, wallets, positions, quotes. Source:
 * developers.binance.com, USDⓈ-M Futures, Trade and Account (V3), read on 2026-11-21.
 */
import type { Balance, Position } from "../../../../model/account.ts";
import {
  absolute,
  add,
  type Decimal,
  decimal,
  divide,
  floorToStep,
  isPositive,
  isZero,
  subtract,
  ZERO,
} from "../../../../model/decimal.ts";
import type { Fill } from "../../../../model/fill.ts";
import type { Ticker } from "../../../../model/market.ts";
import { exactNumber } from "../../instruments/exact_number.ts";
import {
  asRow,
  decimalOf,
  flagOf,
  idOf,
  type Row,
  RowError,
  textOf,
  timeOf,
} from "../../rows/fields.ts";
import { contractPosition } from "../../rows/positions.ts";
import type { RowContext } from "../../plans/venue_call.ts";
import { priceOrNull, sideOf } from "../binance/rows.ts";

/**
 * `{"symbol":"BTCUSDT","id":698759,"orderId":25851813,"side":"SELL","price":"7819.01",`
 * `"qty":"0.002","realizedPnl":"-0.91539999","commission":"0.07819010","commissionAsset":"USDT",`
 * `"time":1569514978020,"positionSide":"BOTH","buyer":false,"maker":false}`. A rebate is negative.
 */
export function readTrade(value: unknown, context: RowContext): Fill {
  const row = asRow(value);
  return {
    tradeId: idOf(row, "id"),
    intentId: null,
    clientOrderId: null,
    exchangeOrderId: idOf(row, "orderId"),
    symbolId: context.symbolOf(textOf(row, "symbol")),
    side: sideOf(textOf(row, "side")),
    price: decimalOf(row, "price"),
    quantity: decimalOf(row, "qty"),
    fee: { asset: textOf(row, "commissionAsset"), amount: decimalOf(row, "commission") },
    liquidity: flagOf(row, "maker") ? "MAKER" : "TAKER",
    venueTime: timeOf(row, "time"),
    receivedAt: context.receivedAt,
  };
}

/**
 * An asset of GET /fapi/v3/account: `{"asset":"USDT","walletBalance":"23.72","initialMargin":"1",`
 * `"unrealizedProfit":"0","availableBalance":"22.52","updateTime":1625474304765}`. The margin is of
 * positions and open orders; in multi-assets mode other coins can stand in, so that `available` may
 * be less than what the venue would still admit, and below zero.
 */
export function readBalance(value: unknown): Balance {
  const row = asRow(value);
  const total = decimalOf(row, "walletBalance");
  const locked = decimalOf(row, "initialMargin");
  return walletOf(textOf(row, "asset"), { total, locked, updatedAt: timeOf(row, "updateTime") });
}

export function walletOf(
  assetId: string,
  { total, locked, updatedAt }: Pick<Balance, "total" | "locked" | "updatedAt">,
): Balance {
  const available = subtract(total, locked);
  return { assetId, total, available, locked, borrowed: ZERO, interest: ZERO, updatedAt };
}

/**
 * GET /fapi/v3/positionRisk, of symbols with a position or open orders: `{"symbol":"ADAUSDT",`
 * `"positionSide":"BOTH","positionAmt":"30","entryPrice":"0.385","markPrice":"0.41047590",`
 * `"unRealizedProfit":"0.76427700","liquidationPrice":"0","notional":"12.31427700",`
 * `"positionInitialMargin":"0.61571385","updateTime":1720736417660}`, without the leverage.
 */
export function readPosition(value: unknown, context: RowContext): Position {
  const row = asRow(value);
  const margin = decimalOf(row, "positionInitialMargin");
  return contractPosition({
    ...namedOf(row, "symbol"),
    ...oneWay(row, "positionSide"),
    quantity: decimalOf(row, "positionAmt"),
    entryPrice: priceOrNull(decimalOf(row, "entryPrice")),
    markPrice: priceOrNull(decimalOf(row, "markPrice")),
    liquidationPrice: priceOrNull(decimalOf(row, "liquidationPrice")),
    unrealizedPnl: decimalOf(row, "unRealizedProfit"),
    realizedPnl: null,
    marginUsed: margin,
    leverage: leverageOf(decimalOf(row, "notional"), margin),
    updatedAt: timeOf(row, "updateTime"),
  }, context);
}

/**
 * GET /fapi/v1/symbolConfig, of every symbol: `{"symbol":"BTCUSDT","marginType":"CROSSED",`
 * `"isAutoAddMargin":false,"leverage":21,"maxNotionalValue":"1000000"}`: a flat contract.
 */
export function readSymbolConfig(value: unknown, context: RowContext): Position {
  const row = asRow(value);
  return contractPosition({
    ...namedOf(row, "symbol"),
    side: null,
    quantity: ZERO,
    entryPrice: null,
    markPrice: null,
    liquidationPrice: null,
    unrealizedPnl: null,
    realizedPnl: null,
    marginUsed: null,
    leverage: exactNumber(row["leverage"], "leverage"),
    updatedAt: context.receivedAt,
  }, context);
}

/**
 * A position of an ACCOUNT_UPDATE: `{"s":"BTCUSDT","pa":"-0.089","ep":"19700.03933","up":"1.53",`
 * `"mt":"isolated","iw":"87.13","ps":"BOTH"}`; `time` is the event's.
 */
export function readPositionEvent(
  row: Row,
  { time, ...context }: RowContext & { readonly time: number },
): Position {
  return contractPosition({
    ...namedOf(row, "s"),
    ...oneWay(row, "ps"),
    quantity: decimalOf(row, "pa"),
    entryPrice: priceOrNull(decimalOf(row, "ep")),
    markPrice: null,
    liquidationPrice: null,
    unrealizedPnl: decimalOf(row, "up"),
    realizedPnl: null, // `cr` counts from the symbol's first trade on.
    marginUsed: null,
    leverage: null,
    updatedAt: time,
  }, context);
}

/**
 * GET /fapi/v1/ticker/bookTicker: `{"symbol":"BTCUSDT","bidPrice":"4.0","bidQty":"431.0",`
 * `"askPrice":"4.00000200","askQty":"9.0","time":1589437530011}`. No read tells quotes and the last
 * price together, and without quotes a ticker would say that nobody quotes.
 */
export function readQuotes(value: unknown, context: RowContext): Ticker {
  const row = asRow(value);
  const [bid, ask] = [decimalOf(row, "bidPrice"), decimalOf(row, "askPrice")];
  return {
    symbol: context.symbolOf(textOf(row, "symbol")),
    bid: priceOrNull(bid),
    bidSize: isZero(bid) ? null : decimalOf(row, "bidQty"),
    ask: priceOrNull(ask),
    askSize: isZero(ask) ? null : decimalOf(row, "askQty"),
    last: null,
    mark: null,
    index: null,
    venueTime: timeOf(row, "time"),
    receivedAt: context.receivedAt,
  };
}

function namedOf(row: Row, field: string) {
  const rawSymbol = textOf(row, field);
  return { positionId: `${rawSymbol}:BOTH`, rawSymbol };
}

function oneWay(row: Row, field: string): { readonly side: null } {
  if (textOf(row, field) === "BOTH") return { side: null };
  throw new RowError(HEDGED);
}

/** For people; the same wherever it shows. */
export const HEDGED = "the account is in hedge mode, which is not supported: " +
  "switch its position mode to one-way";

/**
 * The leverage is a whole number, and notional and margin are of one mark price: their ratio is it
 * but for the digits the venue cuts.
 */
function leverageOf(notional: Decimal, margin: Decimal): Decimal | null {
  if (!isPositive(margin)) return null;
  const leverage = floorToStep(add(divide(absolute(notional), margin), HALF), ONE);
  return isPositive(leverage) ? leverage : null;
}

const HALF = decimal("0.5");
const ONE = decimal("1");
