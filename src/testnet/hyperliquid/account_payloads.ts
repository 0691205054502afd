/**
 * What an account holds, as Hyperliquid shows it. The local exchange has one wallet for spot pairs
 * and perpetuals, so USDC is told by both states.
 */
import type { MatchingEngine } from "../../exchanges/paper/engine.ts";
import type { PaperPosition } from "../../exchanges/paper/messages.ts";
import {
  absolute,
  add,
  divide,
  isZero,
  multiply,
  subtract,
  sum,
  ZERO,
} from "../../model/decimal.ts";
import type { EpochMs } from "../../model/scalars.ts";
import type { Listings } from "../kit/listing.ts";
import { type HyperliquidListing, tokenOf, TOKENS } from "./listing.ts";
import { wire } from "./order_payloads.ts";

export interface AccountAt {
  readonly engine: MatchingEngine;
  readonly listings: Listings<HyperliquidListing>;
  readonly account: string;
  readonly now: EpochMs;
}

const SETTLE = "USDC";
const MAX_LEVERAGE = 50;

/** `clearinghouseState`. */
export function marginState({ engine, listings, account, now }: AccountAt) {
  const margin = engine.margin(account, SETTLE);
  const positions = engine.positions(account);
  const notional = sum(positions.map((position) => position.notional));
  const signed = sum(
    positions.map(({ quantity, markPrice }) => multiply(quantity, markPrice ?? ZERO)),
  );
  const summary = {
    accountValue: wire(margin.equity),
    totalNtlPos: wire(notional),
    totalRawUsd: wire(subtract(margin.equity, signed)),
    totalMarginUsed: wire(add(margin.initialMargin, margin.orderMargin)),
  };
  return {
    marginSummary: summary,
    crossMarginSummary: summary,
    crossMaintenanceMarginUsed: wire(margin.maintenanceMargin),
    withdrawable: wire(margin.available),
    assetPositions: positions.map((position) => ({
      type: "oneWay",
      position: positionRow(position, listings),
    })),
    time: now,
  };
}

/** `spotClearinghouseState`. */
export function tokenState({ engine, account }: AccountAt) {
  return {
    balances: engine.balances(account).map(({ asset, free, locked }) => ({
      coin: tokenOf(asset),
      token: TOKENS.findIndex(({ name }) => name === tokenOf(asset)),
      total: wire(add(free, locked)),
      hold: wire(locked),
      entryNtl: "0.0",
    })),
  };
}

function positionRow(position: PaperPosition, listings: Listings<HyperliquidListing>) {
  const { quantity, entryPrice, notional, unrealizedPnl, initialMargin } = position;
  return {
    coin: listings.bySymbolId(position.symbolId)!.symbol,
    szi: wire(quantity),
    leverage: { type: "cross", value: Number(position.leverage) },
    entryPx: entryPrice === null ? null : wire(entryPrice),
    positionValue: wire(notional),
    unrealizedPnl: wire(unrealizedPnl),
    returnOnEquity: wire(
      isZero(initialMargin) ? ZERO : divide(unrealizedPnl, absolute(initialMargin)),
    ),
    liquidationPx: position.liquidationPrice === null ? null : wire(position.liquidationPrice),
    marginUsed: wire(initialMargin),
    maxLeverage: MAX_LEVERAGE,
    cumFunding: { allTime: "0.0", sinceOpen: "0.0", sinceChange: "0.0" },
  };
}
