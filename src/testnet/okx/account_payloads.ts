/** Balances, positions and the account's settings as OKX shows them. */
import type { MatchingEngine } from "../../exchanges/paper/engine.ts";
import type { PaperBalance, PaperPosition } from "../../exchanges/paper/messages.ts";
import { absolute, add, compare, min, subtract, ZERO } from "../../model/decimal.ts";
import type { EpochMs } from "../../model/scalars.ts";
import { textOrEmpty, toWire } from "./amounts.ts";
import type { OkxListing } from "./listing.ts";

export interface BalanceAt {
  readonly engine: MatchingEngine;
  readonly account: string;
  readonly now: EpochMs;
}

/** `{"totalEq":"","uTime":"…","details":[…]}`, of the assets given. */
export function balanceRow(balances: readonly PaperBalance[], at: BalanceAt) {
  return {
    adjEq: "",
    availEq: "",
    borrowFroz: "",
    details: balances.map((balance) => detail(balance, at)),
    imr: "",
    isoEq: "0",
    mgnRatio: "",
    mmr: "",
    notionalUsd: "",
    ordFroz: "",
    totalEq: "",
    uTime: String(at.now),
    upl: "",
  };
}

/** Futures mode: cash is held, equity counts unrealized profit, and margin freezes some of it. */
function detail({ asset, free, locked }: PaperBalance, { engine, account, now }: BalanceAt) {
  const { wallet, equity, unrealizedPnl, available, initialMargin, maintenanceMargin } = engine
    .margin(account, asset);
  const spendable = min(free, available);
  return {
    accAvgPx: "",
    availBal: spendable,
    availEq: spendable,
    borrowFroz: "",
    cashBal: wallet,
    ccy: asset,
    collateralEnabled: false,
    crossLiab: "",
    disEq: "",
    eq: add(equity, locked),
    eqUsd: "",
    fixedBal: "0",
    frozenBal: subtract(wallet, spendable),
    imr: initialMargin,
    interest: "",
    isoEq: "0",
    isoLiab: "",
    isoUpl: "0",
    liab: "",
    maxLoan: "",
    mgnRatio: "",
    mmr: maintenanceMargin,
    notionalLever: "0",
    ordFrozen: locked,
    rewardBal: "0",
    spotInUseAmt: "",
    spotIsoBal: "0",
    stgyEq: "0",
    twap: "0",
    uTime: String(now),
    upl: unrealizedPnl,
    uplLiab: "",
    ...UNUSED,
  };
}

/** Of products that are not here: earning, copying, borrowing. */
const UNUSED = {
  autoLendAmt: "0",
  autoLendMtAmt: "0",
  autoLendStatus: "unsupported",
  autoStakingStatus: "unsupported",
  clSpotInUseAmt: "",
  coinUsdPrice: "",
  colBorrAutoConversion: "0",
  colRes: "0",
  collateralRestrict: false,
  frpType: "0",
  maxSpotInUseAmt: "",
  openAvgPx: "",
  smtSyncEq: "0",
  spotBal: "",
  spotCopyTradingEq: "0",
  spotUpl: "",
  spotUplRatio: "",
  totalPnl: "",
  totalPnlRatio: "",
} as const;

/** Of an account in net mode with cross margin. */
export function positionRow(position: PaperPosition, listing: OkxListing, tradeId: string) {
  const { settle, symbol, instType } = listing;
  const isFlat = compare(position.quantity, ZERO) === 0;
  const amount = (value: string) => isFlat ? "" : value;
  return {
    adl: "1",
    availPos: "",
    avgPx: textOrEmpty(position.entryPrice),
    baseBal: "",
    cTime: String(position.updatedAt),
    ccy: settle,
    closeOrderAlgo: [],
    deltaBS: "",
    deltaPA: "",
    gammaBS: "",
    gammaPA: "",
    idxPx: "",
    imr: amount(position.initialMargin),
    instId: symbol,
    instType,
    interest: "",
    last: textOrEmpty(position.markPrice),
    lever: instType === "OPTION" ? "" : position.leverage,
    liab: "",
    liabCcy: "",
    liqPx: textOrEmpty(position.liquidationPrice),
    margin: "",
    markPx: textOrEmpty(position.markPrice),
    mgnMode: "cross",
    mgnRatio: "",
    mmr: amount(position.maintenanceMargin),
    notionalUsd: amount(notionalUsdOf(position, listing)),
    optVal: "",
    pendingCloseOrdLiabVal: "",
    pos: toWire(position.quantity, listing),
    posCcy: "",
    posId: positionIdOf(listing),
    posSide: "net",
    quoteBal: "",
    quoteBorrowed: "",
    quoteInterest: "",
    realizedPnl: position.realizedPnl,
    spotInUseAmt: "",
    spotInUseCcy: "",
    thetaBS: "",
    thetaPA: "",
    tradeId,
    uTime: String(position.updatedAt),
    upl: amount(position.unrealizedPnl),
    uplLastPx: amount(position.unrealizedPnl),
    uplRatio: "",
    uplRatioLastPx: "",
    usdPx: "",
    vegaBS: "",
    vegaPA: "",
  };
}

/** Of options and pairs without dollars not told here. */
function notionalUsdOf({ quantity, notional }: PaperPosition, { contract }: OkxListing): string {
  if (contract.ctType === "inverse") return absolute(quantity);
  return contract.ctType === "linear" ? notional : "";
}

/** `GET account/config`. */
export function configRow(uid: string) {
  return {
    acctLv: "2", // "Futures mode": spot by cash, contracts by cross margin.
    acctStpMode: "cancel_maker",
    autoLoan: false,
    ctIsoMode: "automatic",
    greeksType: "PA",
    ip: "",
    kycLv: "3",
    label: "local",
    level: "Lv1",
    mainUid: uid,
    mgnIsoMode: "automatic",
    perm: "read_only,trade",
    posMode: "net_mode",
    uid,
  };
}

/** The same for every account: within one it is unique. */
function positionIdOf({ symbol }: OkxListing): string {
  let id = 0n;
  for (const char of symbol) id = (id * 131n + BigInt(char.charCodeAt(0))) % 900_000_000_000_000n;
  return String(100_000_000_000_000_000n + id);
}
