/**
 * How a fill of a contract is paid, in its settle asset: profit or loss when a position is closed,
 * of options the premium. The house stands between all holders: it pays out profits, takes in losses
 * and holds what they do not, so the ledger's sums never change.
 *
 * I1 A balance never goes below zero: what a loss takes beyond it, the house pays (insurance).
 */
import type { Desk, Place } from "./matching.ts";
import { FEES, HOUSE } from "./ledger.ts";
import { hold } from "./funds.ts";
import type { OrderEntry } from "./order_entry.ts";
import { floorTo, UNIT } from "./units.ts";

/** One fill as far as its payment is concerned. */
export interface SettledMatch {
  readonly price: bigint;
  readonly quantity: bigint;
  readonly isMaker: boolean;
}

/** What a fill cost and brought besides what was exchanged. */
export interface Settled {
  readonly fee: bigint;
  readonly feeAsset: string;
  /** Null on spot. */
  readonly realized: bigint | null;
}

/** Called when the fill is counted in the order already. */
export function settleContract(
  entry: OrderEntry,
  match: SettledMatch,
  { desk, market, turn }: Place,
): Settled {
  const { owner, accountId } = desk.account(entry.terms.accountId);
  const position = desk.margin.entry(accountId, market);
  const asset = market.settle;
  const realized = position.fill(entry.terms.side, match);
  position.updatedAt = turn.time;
  desk.margin.touch(position);
  hold(entry, desk, market);
  const fee = feeOf(market.worth(match, "down"), match, desk);
  const paid = market.settlement === "option" ? -market.costOf(entry.terms.side, match) : realized;
  const moved = paid - fee;
  const short = -(desk.ledger.free(owner, asset) + moved);
  const cover = short > 0n ? short : 0n; // I1
  desk.ledger.credit(HOUSE, asset, -paid - cover);
  desk.ledger.credit(owner, asset, moved + cover);
  if (fee > 0n) desk.ledger.credit(FEES, asset, fee);
  return { fee, feeAsset: asset, realized };
}

/** The rate is below one, so a fee is never more than what it is taken of. */
export function feeOf(
  value: bigint,
  { isMaker }: Pick<SettledMatch, "isMaker">,
  desk: Pick<Desk, "makerRate" | "takerRate">,
): bigint {
  return floorTo(value * (isMaker ? desk.makerRate : desk.takerRate) / UNIT, FEE_GRID);
}

/** Binance charges commissions in 8 decimals; finer fees would not survive its wire format. */
const FEE_GRID = 10n ** 10n;
