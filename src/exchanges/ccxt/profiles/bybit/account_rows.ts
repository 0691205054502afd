/**
 * Wallets, positions and tickers of Bybit v5. Source: bybit-exchange.github.io/docs/v5
 * (account/wallet-balance, position, market/tickers, websocket/private), read on 2026-11-21.
 */
import type { Balance, Position } from "../../../../model/account.ts";
import { add, isZero, negate, subtract, ZERO } from "../../../../model/decimal.ts";
import type { Ticker } from "../../../../model/market.ts";
import { asRow, asRows, decimalOf, type Row, textOf, timeOf } from "../../rows/fields.ts";
import { contractPosition } from "../../rows/positions.ts";
import type { RowContext } from "../../plans/venue_call.ts";
import { decimalOr, priceOf, sideOf } from "./rows.ts";

/**
 * One coin of a unified wallet, with the time of the answer it came in:
 * `{"coin":"BTC","walletBalance":"0.8","locked":"0","totalOrderIM":"0","totalPositionIM":"0",`
 * `"borrowAmount":"0","accruedInterest":"","unrealisedPnl":"0"}`. `locked` is held by spot orders,
 * the margins by contracts; in cross margin other coins can stand in, so that `available` may be
 * less than what the venue would still admit, and below zero.
 */
export function readBalance({ coin, time }: TimedRow): Balance {
  const total = decimalOf(coin, "walletBalance");
  const locked = HOLDS.reduce((sum, field) => add(sum, decimalOr(coin, field, ZERO)), ZERO);
  return {
    assetId: textOf(coin, "coin"),
    total,
    available: subtract(total, locked),
    locked,
    borrowed: decimalOr(coin, "borrowAmount", ZERO),
    interest: decimalOr(coin, "accruedInterest", ZERO),
    updatedAt: time,
  };
}

const HOLDS = ["locked", "totalOrderIM", "totalPositionIM"] as const;

/** A row that has no time of its own. */
export interface TimedRow {
  readonly coin: Row;
  readonly time: number;
}

/** The coins of every account in a wallet answer or frame; there is one account, UNIFIED. */
export function coinsOf(
  accounts: unknown,
  { time, coinsMax }: { readonly time: number; readonly coinsMax: number },
): readonly TimedRow[] {
  return asRows(accounts, coinsMax).flatMap((account) =>
    asRows(asRow(account)["coin"], coinsMax).map((coin) => ({ coin: asRow(coin), time }))
  );
}

/**
 * `{"symbol":"XRPUSDT","side":"Sell","size":"15","avgPrice":"0.49","markPrice":"0.5","liqPrice":"",`
 * `"leverage":"10","positionIM":"0.7","unrealisedPnl":"-0.1","curRealisedPnl":"0","positionIdx":0,`
 * `"updatedTime":"1676538056258"}`; the stream writes `entryPrice` for `avgPrice`. No side, no size:
 * nothing is held.
 */
export function readPosition(value: unknown, context: RowContext): Position {
  const row = asRow(value);
  const size = decimalOf(row, "size");
  const symbol = textOf(row, "symbol");
  const index = row["positionIdx"];
  const isShort = !isZero(size) && sideOf(textOf(row, "side")) === "SELL";
  const quantity = isShort ? negate(size) : size;
  return contractPosition({
    positionId: `${symbol}:${typeof index === "number" ? index : 0}`,
    rawSymbol: symbol,
    quantity,
    entryPrice: priceOf(row, row["avgPrice"] === undefined ? "entryPrice" : "avgPrice"),
    markPrice: priceOf(row, "markPrice"),
    liquidationPrice: priceOf(row, "liqPrice"),
    unrealizedPnl: decimalOr(row, "unrealisedPnl", null),
    realizedPnl: decimalOr(row, "curRealisedPnl", null),
    marginUsed: decimalOr(row, "positionIM", null),
    leverage: decimalOr(row, "leverage", null),
    // 0 is one-way mode; in hedge mode 1 holds the buys and 2 the sells.
    side: index === 1 ? "LONG" : index === 2 ? "SHORT" : null,
    updatedAt: timeOf(row, "updatedTime"),
  }, context);
}

/** A row of the position list that holds something; the venue lists symbols without, too. */
export function isHeld(row: Row): boolean {
  const size = decimalOr(row, "size", ZERO);
  return !isZero(size);
}

/**
 * `{"symbol":"BTCUSDT","bid1Price":"20517.96","bid1Size":"2","ask1Price":"20527.77",`
 * `"ask1Size":"1.8","lastPrice":"20533.13","indexPrice":"16598.74","markPrice":"16596.00"}`
 */
export function readTicker(
  value: unknown,
  context: RowContext & { readonly time: number },
): Ticker {
  const row = asRow(value);
  return {
    symbol: context.symbolOf(textOf(row, "symbol")),
    bid: priceOf(row, "bid1Price"),
    bidSize: decimalOr(row, "bid1Size", null),
    ask: priceOf(row, "ask1Price"),
    askSize: decimalOr(row, "ask1Size", null),
    last: priceOf(row, "lastPrice"),
    mark: priceOf(row, "markPrice"),
    index: priceOf(row, "indexPrice"),
    venueTime: context.time,
    receivedAt: context.receivedAt,
  };
}
