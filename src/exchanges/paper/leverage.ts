/** The leverage an account sets for one contract. */
import { type Decimal, toUnits } from "../../model/decimal.ts";
import { rejected } from "./filters.ts";
import type { Floor } from "./floor.ts";
import { isLeverage, LEVERAGE_MAX } from "./margin.ts";
import type { RejectCode, Rejection } from "./messages.ts";
import type { PositionEntry } from "./position.ts";

/** @throws {RangeError} for what is no contract listed here. */
export function contractOf(floor: Floor, accountId: string, symbolId: string): PositionEntry {
  const account = floor.account(accountId);
  const market = floor.market(symbolId);
  if (market.isContract) return floor.margin.entry(account.accountId, market);
  throw new RangeError(`Cannot hold a position in ${symbolId}: it is no contract`);
}

/** More leverage is always granted; less must leave what is open covered. */
export function changeLeverage(
  floor: Floor,
  position: PositionEntry,
  leverage: Decimal,
): Rejection | null {
  const { accountId, market: { symbolId, settle, settlement } } = position;
  const refuse = (code: RejectCode, rule: string) =>
    rejected(code, `Cannot set leverage of ${symbolId} to ${leverage}: ${rule}`);
  if (!isLeverage(leverage)) {
    return refuse("INVALID_LEVERAGE", `it must be from 1 to ${LEVERAGE_MAX}`);
  }
  if (settlement === "option") return refuse("INVALID_LEVERAGE", "an option has none");
  const before = position.leverage;
  const isLess = toUnits(leverage) < floor.margin.leverageOf(position);
  position.leverage = toUnits(leverage);
  if (isLess && floor.margin.available(accountId, settle) < 0n) {
    position.leverage = before;
    return refuse("INSUFFICIENT_MARGIN", "what is open would not be covered");
  }
  const turn = floor.turn();
  floor.margin.touch(position);
  floor.close(turn);
  return null;
}
