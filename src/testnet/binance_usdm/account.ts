/** Reads about one account: wallets, positions, trades, and how it is set up. */
import type { PaperPosition } from "../../exchanges/paper/messages.ts";
import { decimal, isZero, sum, ZERO } from "../../model/decimal.ts";
import { integerParam, limitParam, type Params, required } from "../binance/params.ts";
import { missing, Refusal } from "../binance/refusal.ts";
import type { UsdmCore } from "./core.ts";
import { tradeBody } from "./order_payloads.ts";
import { engineRefusal } from "./refusals.ts";
import { checkedTimes, READ_SPAN_MS } from "./trading.ts";

const TRADES = { fallback: 500, max: 1_000 };
const LEVERAGE_MAX = 125;
const MAINTENANCE_RATE = 0.005;
const MAX_NOTIONAL = "1000000000";

/** GET /fapi/v3/account. */
export function accountBody(core: UsdmCore, account: string) {
  const assets = assetsOf(core, account);
  const total = (field: keyof typeof assets[number]) =>
    sum(assets.map((asset) => asset[field] as ReturnType<typeof decimal>)); // amounts all
  return {
    totalInitialMargin: total("initialMargin"),
    totalMaintMargin: total("maintMargin"),
    totalWalletBalance: total("walletBalance"),
    totalUnrealizedProfit: total("unrealizedProfit"),
    totalMarginBalance: total("marginBalance"),
    totalPositionInitialMargin: total("positionInitialMargin"),
    totalOpenOrderInitialMargin: total("openOrderInitialMargin"),
    totalCrossWalletBalance: total("crossWalletBalance"),
    totalCrossUnPnl: total("crossUnPnl"),
    availableBalance: total("availableBalance"),
    maxWithdrawAmount: total("maxWithdrawAmount"),
    assets,
    positions: heldOf(core, account).map((position) => ({
      symbol: symbolOf(core, position),
      positionSide: "BOTH",
      positionAmt: position.quantity,
      unrealizedProfit: position.unrealizedPnl,
      isolatedMargin: ZERO,
      notional: signedNotional(position),
      isolatedWallet: ZERO,
      initialMargin: position.initialMargin,
      maintMargin: position.maintenanceMargin,
      updateTime: position.updatedAt,
    })),
  };
}

/** GET /fapi/v3/balance. */
export function balanceBody(core: UsdmCore, account: string) {
  return assetsOf(core, account).map((asset) => ({
    accountAlias: "SgsR",
    asset: asset.asset,
    balance: asset.walletBalance,
    crossWalletBalance: asset.crossWalletBalance,
    crossUnPnl: asset.crossUnPnl,
    availableBalance: asset.availableBalance,
    maxWithdrawAmount: asset.maxWithdrawAmount,
    marginAvailable: true,
    updateTime: asset.updateTime,
  }));
}

/** GET /fapi/v3/positionRisk: only symbols with a position or open orders. */
export function positionRiskBody(core: UsdmCore, account: string, params: Params) {
  const symbolId = params.has("symbol") ? core.trading.listingOf(params).symbolId : null;
  return heldOf(core, account)
    .filter((position) => symbolId === null || position.symbolId === symbolId)
    .map((position) => ({
      symbol: symbolOf(core, position),
      positionSide: "BOTH",
      positionAmt: position.quantity,
      entryPrice: position.entryPrice ?? ZERO,
      breakEvenPrice: position.entryPrice ?? ZERO,
      markPrice: position.markPrice ?? ZERO,
      unRealizedProfit: position.unrealizedPnl,
      liquidationPrice: position.liquidationPrice ?? ZERO,
      isolatedMargin: ZERO,
      notional: signedNotional(position),
      marginAsset: position.settleAsset,
      isolatedWallet: ZERO,
      initialMargin: position.initialMargin,
      maintMargin: position.maintenanceMargin,
      positionInitialMargin: position.initialMargin,
      openOrderInitialMargin: ZERO,
      adl: 2,
      bidNotional: ZERO,
      askNotional: ZERO,
      updateTime: position.updatedAt,
    }));
}

/** GET /fapi/v1/symbolConfig. */
export function symbolConfigBody(core: UsdmCore, account: string, params: Params) {
  const listings = params.has("symbol")
    ? [core.trading.listingOf(params)]
    : core.venue.listings.all;
  return listings.map(({ symbol, symbolId }) => ({
    symbol,
    marginType: "CROSSED",
    isAutoAddMargin: false,
    leverage: Number(core.venue.engine.leverage(account, symbolId)),
    maxNotionalValue: MAX_NOTIONAL,
  }));
}

/** GET /fapi/v1/accountConfig. */
export function accountConfigBody(core: UsdmCore, account: string) {
  return {
    feeTier: 0,
    canTrade: true,
    canDeposit: true,
    canWithdraw: true,
    dualSidePosition: core.isHedged(account),
    updateTime: 0,
    multiAssetsMargin: false,
    tradeGroupId: -1,
  };
}

/** POST /fapi/v1/positionSide/dual. */
export function setPositionMode(core: UsdmCore, account: string, params: Params) {
  const isHedged = required(params, "dualSidePosition") === "true";
  if (isHedged === core.isHedged(account)) {
    throw new Refusal(-4059, "No need to change position side.");
  }
  if (core.venue.engine.openOrders(account).length > 0) {
    throw new Refusal(-4067, "Position side cannot be changed if there exists open orders.");
  }
  if (core.venue.engine.positions(account).length > 0) {
    throw new Refusal(-4068, "Position side cannot be changed if there exists position.");
  }
  core.setHedged(account, { isHedged });
  return { code: 200, msg: "success" };
}

/** POST /fapi/v1/leverage. */
export function setLeverage(core: UsdmCore, account: string, params: Params) {
  const { symbol, symbolId } = core.trading.listingOf(params);
  const leverage = integerParam(params, "leverage");
  if (leverage === null) throw missing("leverage");
  const refused = core.venue.engine.setLeverage(account, symbolId, decimal(leverage));
  if (refused !== null) throw engineRefusal(refused);
  return { symbol, leverage, maxNotionalValue: MAX_NOTIONAL };
}

/** GET /fapi/v1/leverageBracket, which ccxt reads before positions. */
export function leverageBracketBody(core: UsdmCore) {
  return core.venue.listings.all.map(({ symbol }) => ({
    symbol,
    notionalCoef: 1,
    brackets: [{
      bracket: 1,
      initialLeverage: LEVERAGE_MAX,
      notionalCap: Number(MAX_NOTIONAL),
      notionalFloor: 0,
      maintMarginRatio: MAINTENANCE_RATE,
      cum: 0,
    }],
  }));
}

/** From `fromId` or `startTime` on, oldest first; without either, the newest of seven days. */
export function userTradesBody(core: UsdmCore, account: string, params: Params) {
  const listing = core.trading.listingOf(params);
  const orderId = integerParam(params, "orderId");
  const fromId = integerParam(params, "fromId");
  const times = checkedTimes(params);
  if (fromId !== null && Object.keys(times).length > 0) {
    throw new Refusal(-1128, "Combination of optional parameters invalid.");
  }
  const newest = times.since === undefined && fromId === null;
  const since = times.since ?? (fromId === null ? core.clock.now() - READ_SPAN_MS : 0);
  return core.venue.orders.trades(account, {
    symbolId: listing.symbolId,
    limit: limitParam(params, TRADES),
    keep: newest ? "newest" : "oldest",
    ...times,
    since,
    ...(orderId === null ? {} : { orderId: String(orderId) }),
    ...(fromId === null ? {} : { fromId }),
  }).map(({ trade }) => tradeBody(trade, listing));
}

export function commissionBody(core: UsdmCore, _account: string, params: Params) {
  const { symbol } = core.trading.listingOf(params);
  return { symbol, makerCommissionRate: "0.000200", takerCommissionRate: "0.000500" };
}

function assetsOf({ venue: { engine, listings }, clock }: UsdmCore, account: string) {
  const assets = new Set(listings.all.map(({ quote }) => quote));
  return [...assets].map((asset) => {
    const margin = engine.margin(account, asset);
    const available = margin.available;
    return {
      asset,
      walletBalance: margin.wallet,
      unrealizedProfit: margin.unrealizedPnl,
      marginBalance: sum([margin.wallet, margin.unrealizedPnl]),
      maintMargin: margin.maintenanceMargin,
      initialMargin: sum([margin.initialMargin, margin.orderMargin]),
      positionInitialMargin: margin.initialMargin,
      openOrderInitialMargin: margin.orderMargin,
      crossWalletBalance: margin.wallet,
      crossUnPnl: margin.unrealizedPnl,
      availableBalance: available,
      maxWithdrawAmount: available,
      updateTime: clock.now(),
    };
  });
}

function heldOf({ venue: { engine, orders } }: UsdmCore, account: string) {
  return engine.contracts(account).filter(({ quantity, symbolId }) =>
    !isZero(quantity) || orders.openCount(account, symbolId) > 0
  );
}

function symbolOf({ venue }: UsdmCore, { symbolId }: PaperPosition): string {
  return venue.listings.bySymbolId(symbolId)!.symbol;
}

/** Negative for a short one. */
function signedNotional({ notional, quantity }: PaperPosition): string {
  return quantity.startsWith("-") ? `-${notional}` : notional;
}
