/** Wallet, positions and key of a local Bybit account, in the exchange's words. */
import type { MatchingEngine } from "../../exchanges/paper/engine.ts";
import type { PaperBalance, PaperMargin, PaperPosition } from "../../exchanges/paper/messages.ts";
import { absolute, add, isNegative, isZero, sum, ZERO } from "../../model/decimal.ts";
import type { EpochMs } from "../../model/scalars.ts";
import type { BybitListing } from "./listing.ts";

/** `{"coin":"USDT","walletBalance":"11728.5","equity":"11726.6","locked":"0",…}` */
export function coinRow({ asset, free, locked }: PaperBalance, margin: PaperMargin) {
  const walletBalance = add(free, locked);
  return {
    availableToBorrow: "",
    bonus: "0",
    accruedInterest: "0",
    availableToWithdraw: "",
    totalOrderIM: margin.orderMargin,
    equity: add(walletBalance, margin.unrealizedPnl),
    totalPositionMM: margin.maintenanceMargin,
    usdValue: walletBalance,
    unrealisedPnl: margin.unrealizedPnl,
    collateralSwitch: true,
    spotHedgingQty: "0",
    borrowAmount: "0",
    totalPositionIM: margin.initialMargin,
    walletBalance,
    cumRealisedPnl: "0",
    locked,
    marginCollateral: true,
    coin: asset,
  };
}

/** One unified account; totals are of what settles in dollars. */
export function walletRow(engine: MatchingEngine, account: string, assets?: readonly string[]) {
  const balances = engine.balances(account)
    .filter(({ asset }) => assets === undefined || assets.includes(asset));
  const coin = balances.map((each) => coinRow(each, engine.margin(account, each.asset)));
  const dollars = coin.filter((each) => each.coin === "USDT" || each.coin === "USDC");
  return {
    totalEquity: sum(dollars.map(({ equity }) => equity)),
    accountIMRate: "0",
    totalMarginBalance: sum(dollars.map(({ equity }) => equity)),
    totalInitialMargin: sum(dollars.map(({ totalPositionIM }) => totalPositionIM)),
    accountType: "UNIFIED",
    totalAvailableBalance: sum(dollars.map((each) => engine.margin(account, each.coin).available)),
    accountMMRate: "0",
    totalPerpUPL: sum(dollars.map(({ unrealisedPnl }) => unrealisedPnl)),
    totalWalletBalance: sum(dollars.map(({ walletBalance }) => walletBalance)),
    accountLTV: "0",
    totalMaintenanceMargin: sum(dollars.map(({ totalPositionMM }) => totalPositionMM)),
    coin,
  };
}

/** `{"symbol":"XRPUSDT","side":"Sell","size":"15","avgPrice":"0.49","positionIdx":0,…}` */
export function positionRow(position: PaperPosition, listing: BybitListing, now: EpochMs) {
  const { quantity, entryPrice, markPrice, liquidationPrice } = position;
  const updated = String(position.updatedAt === 0 ? now : position.updatedAt);
  return {
    positionIdx: 0,
    riskId: 1,
    riskLimitValue: "150",
    symbol: listing.name,
    side: isZero(quantity) ? "" : isNegative(quantity) ? "Sell" : "Buy",
    size: absolute(quantity),
    avgPrice: entryPrice ?? ZERO,
    positionValue: position.notional,
    tradeMode: 0,
    positionStatus: "Normal",
    autoAddMargin: 0,
    adlRankIndicator: 0,
    leverage: position.leverage,
    positionBalance: "0",
    markPrice: markPrice ?? "",
    liqPrice: liquidationPrice ?? "",
    bustPrice: "",
    positionMM: position.maintenanceMargin,
    positionIM: position.initialMargin,
    tpslMode: "Full",
    takeProfit: "",
    stopLoss: "",
    trailingStop: "0",
    unrealisedPnl: position.unrealizedPnl,
    curRealisedPnl: position.realizedPnl,
    cumRealisedPnl: position.realizedPnl,
    seq: 0,
    isReduceOnly: false,
    mmrSysUpdatedTime: "",
    leverageSysUpdatedTime: "",
    createdTime: updated,
    updatedTime: updated,
  };
}

/** On the stream `entryPrice` stands where lists have `avgPrice`. */
export function positionEvent(position: PaperPosition, listing: BybitListing, now: EpochMs) {
  const { avgPrice, ...row } = positionRow(position, listing, now);
  return { ...row, entryPrice: avgPrice, category: listing.category };
}

/** A key that trades and may not withdraw. */
export function keyBody(apiKey: string) {
  return {
    id: "13770661",
    note: "local testnet",
    apiKey,
    readOnly: 0,
    secret: "",
    permissions: {
      ContractTrade: ["Order", "Position"],
      Spot: ["SpotTrade"],
      Wallet: [],
      Options: [],
      Derivatives: [],
      CopyTrading: [],
      BlockTrade: [],
      Exchange: [],
      NFT: [],
      Affiliate: [],
    },
    ips: ["*"],
    type: 1,
    deadlineDay: 83,
    expiredAt: "2027-05-15T03:21:05Z",
    createdAt: "2026-10-16T02:24:40Z",
    unified: 0,
    uta: 1,
    userID: 24600000,
    inviterID: 0,
    vipLevel: "No VIP",
    mktMakerLevel: "0",
    affiliateID: 0,
    rsaPublicKey: "",
    isMaster: true,
  };
}

export function accountInfoBody(now: EpochMs) {
  return {
    marginMode: "REGULAR_MARGIN",
    updatedTime: String(now),
    unifiedMarginStatus: 6,
    dcpStatus: "OFF",
    timeWindow: 10,
    smpGroup: 0,
    isMasterTrader: false,
    spotHedgingStatus: "OFF",
  };
}
