/**
 * What an account of Hyperliquid holds. Source: hyperliquid.gitbook.io, "Info endpoint / Perpetuals"
 * and "/ Spot", read on 2026-11-21.
 */
import type { Balance, Position } from "../../../../model/account.ts";
import { absolute, type Decimal, decimal, subtract, sum, ZERO } from "../../../../model/decimal.ts";
import { POSITIONS_MAX } from "../../../../model/limits.ts";
import type { EpochMs } from "../../../../model/scalars.ts";
import { exactNumber } from "../../instruments/exact_number.ts";
import {
  asRow,
  asRows,
  decimalOf,
  optionalText,
  type Row,
  textOf,
  timeOf,
} from "../../rows/fields.ts";
import { contractPosition } from "../../rows/positions.ts";
import type { RowContext } from "../../plans/venue_call.ts";
import { assetOf } from "./instruments.ts";

/** `{"coin":"PURR","token":1,"total":"2000","hold":"0","entryNtl":"1234.56"}`: of the spot wallet. */
export function readToken(value: unknown, { receivedAt }: RowContext): Balance {
  const row = asRow(value);
  const [total, locked] = [decimalOf(row, "total"), decimalOf(row, "hold")];
  return balance(assetOf(textOf(row, "coin")), { total, locked, updatedAt: receivedAt });
}

/**
 * The wallet of the perpetuals, which is USDC: the account's value without what positions have not
 * realized. `{"marginSummary":{"accountValue":"100.0","totalMarginUsed":"0.0",…},`
 * `"assetPositions":[…],"time":1704261007014}`
 */
export function readMargin(value: unknown): Balance {
  const row = asRow(value);
  const summary = asRow(row["marginSummary"]);
  const unrealized = sum(positionRows(row).map((held) => decimalOf(held, "unrealizedPnl")));
  const total = subtract(decimalOf(summary, "accountValue"), unrealized);
  const locked = decimalOf(summary, "totalMarginUsed");
  return balance("USDC", { total, locked, updatedAt: timeOf(row, "time") });
}

/** The positions of the same answer, with the time it was made at. */
export function heldIn(value: unknown): readonly HeldRow[] {
  const row = asRow(value);
  const time = timeOf(row, "time");
  return positionRows(row).map((held) => ({ held, time }));
}

export interface HeldRow {
  readonly held: Row;
  readonly time: EpochMs;
}

/**
 * `{"coin":"ETH","szi":"0.2259","entryPx":"2213.9","liquidationPx":"2125.0","marginUsed":"24.8",`
 * `"unrealizedPnl":"0.0","leverage":{"type":"cross","value":20},…}`; `szi` is signed.
 */
export function readPosition({ held, time }: HeldRow, context: RowContext): Position {
  return contractPosition({
    positionId: textOf(held, "coin"),
    rawSymbol: textOf(held, "coin"),
    quantity: decimalOf(held, "szi"),
    entryPrice: priceOf(held, "entryPx"),
    markPrice: null, // Only the rounded value of the whole is told.
    liquidationPrice: priceOf(held, "liquidationPx"),
    unrealizedPnl: decimalOf(held, "unrealizedPnl"),
    realizedPnl: null,
    marginUsed: decimalOf(held, "marginUsed"),
    leverage: exactNumber(asRow(held["leverage"])["value"], "leverage.value"),
    side: null,
    updatedAt: time,
  }, context);
}

/** Of a contract that is no longer among those held. */
export function closedPosition(coin: string, time: EpochMs, context: RowContext): Position {
  return contractPosition({
    positionId: coin,
    rawSymbol: coin,
    quantity: ZERO,
    entryPrice: null,
    markPrice: null,
    liquidationPrice: null,
    unrealizedPnl: ZERO,
    realizedPnl: null,
    marginUsed: ZERO,
    leverage: null,
    side: null,
    updatedAt: time,
  }, context);
}

export function emptyBalance(assetId: string, updatedAt: EpochMs): Balance {
  return balance(assetId, { total: ZERO, locked: ZERO, updatedAt });
}

function positionRows(row: Row): readonly Row[] {
  return asRows(row["assetPositions"], POSITIONS_MAX)
    .map((each) => asRow(asRow(each)["position"]));
}

function priceOf(row: Row, field: string): Decimal | null {
  const text = optionalText(row, field);
  return text === null ? null : absolute(decimal(text));
}

function balance(
  assetId: string,
  { total, locked, updatedAt }: {
    readonly total: Decimal;
    readonly locked: Decimal;
    readonly updatedAt: EpochMs;
  },
): Balance {
  const available = subtract(total, locked);
  return { assetId, total, available, locked, borrowed: ZERO, interest: ZERO, updatedAt };
}
