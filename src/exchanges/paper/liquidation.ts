/**
 * Takes over the contracts of accounts whose equity no longer covers the maintenance margin: their
 * open orders of the contract are canceled, and what is held is closed at market, the contract with
 * the largest loss first, until the margin is covered again. An option that is held is left alone. What a thin book leaves is tried again
 * with the next price.
 */
import { fromUnits } from "../../model/decimal.ts";
import { hold } from "./funds.ts";
import { byName } from "./margin.ts";
import { type Desk, end, match } from "./matching.ts";
import { OrderEntry } from "./order_entry.ts";
import type { PositionEntry } from "./position.ts";
import type { Turn } from "./turn.ts";

export interface LiquidationDesk extends Desk {
  takeOrderId(): number;
}

/** Checks every account that holds something whose price this turn has moved. */
export function liquidate(desk: LiquidationDesk, turn: Turn): void {
  // A take-over moves prices itself. Each contract is tried once a turn, so this ends.
  const tried = new Set<PositionEntry>();
  for (;;) {
    const next = worst(desk, turn, tried);
    if (next === null) return;
    tried.add(next);
    takeOver(next, desk, turn);
  }
}

function worst(
  desk: LiquidationDesk,
  turn: Turn,
  tried: ReadonlySet<PositionEntry>,
): PositionEntry | null {
  // Sorted: the order in which accounts were opened is not the order of a restored engine.
  for (const accountId of [...desk.margin.holders()].sort()) {
    const held = [...desk.margin.of(accountId)].filter((entry) => entry.quantity !== 0n)
      .sort(byName);
    for (const { market: { settle } } of held.filter((entry) => turn.markets.has(entry.market))) {
      const { margin } = desk;
      if (margin.equity(accountId, settle) >= margin.maintenance(accountId, settle)) continue;
      const left = held.filter((entry) =>
        entry.market.settle === settle && isLiable(entry) && !tried.has(entry)
      );
      if (left.length > 0) return left.reduce((a, b) => isWorse(b, a) ? b : a);
    }
  }
  return null;
}

/** What is paid for can lose nothing more. */
function isLiable({ market, quantity }: PositionEntry): boolean {
  return market.settlement !== "option" || quantity < 0n;
}

function isWorse(a: PositionEntry, b: PositionEntry): boolean {
  if (a.unrealized !== b.unrealized) return a.unrealized < b.unrealized;
  return a.market.symbolId < b.market.symbolId;
}

function takeOver(position: PositionEntry, desk: LiquidationDesk, turn: Turn): void {
  const { accountId, market } = position;
  const account = desk.account(accountId);
  const place = { desk, market, turn };
  for (const entry of [...account.open.values()]) {
    if (entry.terms.symbolId !== market.symbolId) continue;
    end(entry, { status: "CANCELED", cause: "LIQUIDATION" }, place);
  }
  const side = position.quantity < 0n ? "BUY" : "SELL";
  if (market.bestMaker(side) === null) return;
  const orderId = desk.takeOrderId();
  const entry = new OrderEntry({
    orderId,
    accountId,
    symbolId: market.symbolId,
    side,
    type: "MARKET",
    timeInForce: "IOC",
    postOnly: false,
    selfTradePrevention: "NONE",
    reduceOnly: true,
    origin: "LIQUIDATION",
    quoteQuantity: null,
    createdAt: turn.time,
  }, {
    clientOrderId: `liquidation-${orderId}`,
    price: null,
    quantity: fromUnits(position.reducible(side)),
  });
  account.add(entry);
  hold(entry, desk, market);
  turn.report("NEW", entry);
  if (match(entry, place) === "dry") {
    end(entry, { status: "EXPIRED", cause: "TIME_IN_FORCE" }, place);
  }
}
