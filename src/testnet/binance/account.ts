/** Reads about one account: balances, own trades, key rights, fees, coins. */
import type { PaperBalance } from "../../exchanges/paper/messages.ts";
import { type Decimal, decimal, ZERO } from "../../model/decimal.ts";
import type { BinanceCore } from "./core.ts";
import { fixed } from "./listing.ts";
import { tradeBody } from "./order_payloads.ts";
import { timesOf } from "./orders.ts";
import { integerParam, limitParam, type Params } from "./params.ts";

/** In hundredths of a percent, as `makerCommission` counts. */
const COMMISSION = 10;
const COMMISSION_RATE = decimal("0.001");
const MY_TRADES = { fallback: 500, max: 1_000 };
/** Made up: uids of the exchange are numbers. */
const UID = 354_937_868;

export function accountBody(core: BinanceCore, account: string, params: Params) {
  const omitZero = params.get("omitZeroBalances") === "true";
  const held = core.venue.engine.balances(account).filter((balance) =>
    !omitZero || !isZero(balance)
  );
  return {
    makerCommission: COMMISSION,
    takerCommission: COMMISSION,
    buyerCommission: 0,
    sellerCommission: 0,
    commissionRates: {
      maker: fixed(COMMISSION_RATE),
      taker: fixed(COMMISSION_RATE),
      buyer: fixed(ZERO),
      seller: fixed(ZERO),
    },
    canTrade: true,
    canWithdraw: false,
    canDeposit: true,
    brokered: false,
    requireSelfTradePrevention: false,
    preventSor: false,
    updateTime: core.clock.now(),
    accountType: "SPOT",
    balances: held.map((b) => ({ asset: b.asset, free: fixed(b.free), locked: fixed(b.locked) })),
    permissions: ["SPOT"],
    uid: UID,
  };
}

/** From `fromId` or `startTime` on, oldest first; without either, the newest. */
export function myTradesBody(core: BinanceCore, account: string, params: Params) {
  const listing = core.trading.listingOf(params);
  const limit = limitParam(params, MY_TRADES);
  const orderId = integerParam(params, "orderId");
  const since = integerParam(params, "startTime");
  const fromId = integerParam(params, "fromId");
  const newest = since === null && fromId === null;
  const trades = core.venue.orders.trades(account, {
    symbolId: listing.symbolId,
    limit,
    keep: newest ? "newest" : "oldest",
    ...timesOf(params),
    ...(orderId === null ? {} : { orderId: String(orderId) }),
    ...(fromId === null ? {} : { fromId }),
  });
  return trades.map(({ trade }) => tradeBody(trade, listing.symbol));
}

/** What the key may do; withdrawals are never among it. */
export function restrictionsBody(core: BinanceCore) {
  return {
    ipRestrict: false,
    createTime: core.clock.now(),
    enableReading: true,
    enableWithdrawals: false,
    enableInternalTransfer: false,
    enableMargin: false,
    enableFutures: true,
    permitsUniversalTransfer: false,
    enableVanillaOptions: false,
    enableSpotAndMarginTrading: true,
    enablePortfolioMarginTrading: false,
    enableFixApiTrade: false,
    enableFixReadOnly: false,
  };
}

export function tradeFeeBody(core: BinanceCore) {
  return core.venue.listings.all.map(({ symbol }) => ({
    symbol,
    makerCommission: COMMISSION_RATE,
    takerCommission: COMMISSION_RATE,
  }));
}

export function commissionBody(core: BinanceCore, _account: string, params: Params) {
  const rates = {
    maker: fixed(COMMISSION_RATE),
    taker: fixed(COMMISSION_RATE),
    buyer: fixed(ZERO),
    seller: fixed(ZERO),
  };
  const none = {
    maker: fixed(ZERO),
    taker: fixed(ZERO),
    buyer: fixed(ZERO),
    seller: fixed(ZERO),
  };
  return {
    symbol: core.trading.listingOf(params).symbol,
    standardCommission: rates,
    specialCommission: none,
    taxCommission: none,
    discount: {
      enabledForAccount: false,
      enabledForSymbol: false,
      discountAsset: "BNB",
      discount: fixed(ZERO),
    },
  };
}

/** GET /sapi/v1/capital/config/getall, which ccxt's loadMarkets calls when it has a key. */
export function coinsBody(core: BinanceCore, account: string) {
  const assets = new Set(core.venue.listings.all.flatMap((l) => [l.base, l.quote]));
  return [...assets].map((asset) => coinBody(asset, core.venue.engine.balance(account, asset)));
}

function coinBody(coin: string, balance: PaperBalance) {
  return {
    coin,
    depositAllEnable: true,
    withdrawAllEnable: true,
    name: coin,
    free: balance.free,
    locked: balance.locked,
    freeze: ZERO,
    withdrawing: ZERO,
    ipoing: ZERO,
    ipoable: ZERO,
    storage: ZERO,
    isLegalMoney: false,
    trading: true,
    networkList: [networkBody(coin)],
  };
}

function networkBody(coin: string) {
  return {
    network: "LOCAL",
    coin,
    withdrawIntegerMultiple: "0.00000001",
    isDefault: true,
    depositEnable: true,
    withdrawEnable: true,
    depositDesc: "",
    withdrawDesc: "",
    specialTips: "",
    name: "Local testnet",
    resetAddressStatus: false,
    addressRegex: "^[0-9a-z]{8,64}$",
    addressRule: "",
    memoRegex: "",
    withdrawFee: "0",
    withdrawMin: "0.00000001",
    withdrawMax: "10000000000",
    minConfirm: 1,
    unLockConfirm: 0,
    sameAddress: false,
    estimatedArrivalTime: 1,
    busy: false,
    contractAddressUrl: "",
    contractAddress: "",
  };
}

function isZero(balance: { readonly free: Decimal; readonly locked: Decimal }): boolean {
  return balance.free === ZERO && balance.locked === ZERO;
}
