/**
 * Every `type` of `/info` that is answered: what it is called, its weight, and its answer. Source:
 * hyperliquid.gitbook.io, "Info endpoint" and "Rate limits", as read on 2026-11-21.
 */
import type { EpochMs } from "../../model/scalars.ts";
import { marginState, tokenState } from "./account_payloads.ts";
import type { HyperliquidCore } from "./core.ts";
import {
  bookOf,
  candleRow,
  contextOf,
  type HyperliquidMarket,
  INTERVALS,
  lengthOf,
  midOf,
  perpMeta,
  spotMeta,
  tradeRow,
} from "./market_payloads.ts";
import { basicRow, fillRow, orderRow, statusRow } from "./order_payloads.ts";
import { malformed } from "./refusal.ts";

export type Fields = Readonly<Record<string, unknown>>;

export interface InfoOperation {
  readonly name: string;
  readonly weight: number;
  readonly run: (core: HyperliquidCore, asked: Fields) => unknown;
}

const LIST_ROWS = 2_000;
const CANDLES_MAX = 5_000;
const RECENT_TRADES = 10;
const LIGHT = 2;
const LIST = 20;
const ROLE = 60;

export const INFO: Readonly<Record<string, InfoOperation>> = {
  exchangeStatus: at("general.time", LIGHT, (core) => ({
    time: core.clock.now(),
    specialStatuses: null,
  })),
  meta: at("market.instruments", LIST, perpMeta),
  metaAndAssetCtxs: at("market.instruments", LIST, (core) => [
    perpMeta(),
    contexts(core, ({ listing }) => !listing.isSpot),
  ]),
  spotMeta: at("market.instruments", LIST, spotMeta),
  spotMetaAndAssetCtxs: at("market.instruments", LIST, (core) => [
    spotMeta(),
    contexts(core, ({ listing }) => listing.isSpot),
  ]),
  perpDexs: at("market.instruments", LIST, () => [null]),
  allMids: at("market.ticker", LIGHT, allMids),
  l2Book: at("market.depth", LIGHT, (core, { coin }) => bookOf(marketOf(core, coin))),
  recentTrades: at("market.trades", LIST, (core, { coin }) => {
    const market = marketOf(core, coin);
    return market.tape.trades(RECENT_TRADES).toReversed().map((trade) => tradeRow(trade, market));
  }),
  candleSnapshot: at("market.candles", LIST, candles),
  orderStatus: at("order.status", LIGHT, orderStatus),
  openOrders: at(
    "openOrders.status",
    LIST,
    (core, { user }) =>
      ofAccount(core, user, (account) => core.venue.orders.open(account).map(basicRow)),
  ),
  frontendOpenOrders: at(
    "openOrders.status",
    LIST,
    (core, { user }) =>
      ofAccount(core, user, (account) => core.venue.orders.open(account).map(orderRow)),
  ),
  historicalOrders: at(
    "allOrders",
    LIST,
    (core, { user }) =>
      ofAccount(
        core,
        user,
        (account) =>
          core.venue.orders.history(account, { limit: LIST_ROWS, keep: "newest" })
            .toReversed().map(statusRow),
      ),
  ),
  userFills: at(
    "myTrades",
    LIST,
    (core, { user }) => ofAccount(core, user, (account) => core.newestFills(account, LIST_ROWS)),
  ),
  userFillsByTime: at("myTrades", LIST, fillsByTime),
  clearinghouseState: at(
    "account.status",
    LIGHT,
    (core, { user }) => marginState(core.stateOf(core.accountOf(user) ?? "")),
  ),
  spotClearinghouseState: at(
    "account.status",
    LIGHT,
    (core, { user }) => tokenState(core.stateOf(core.accountOf(user) ?? "")),
  ),
  userRole: at("account.role", ROLE, roleOf),
  userRateLimit: at("account.limits", LIST, limitsOf),
  userAbstraction: at("account.abstraction", LIST, () => "disabled"),
};

function at(name: string, weight: number, run: InfoOperation["run"]): InfoOperation {
  return { name, weight, run };
}

/** Of an account nobody has, every list is empty. */
function ofAccount(
  core: HyperliquidCore,
  user: unknown,
  read: (account: string) => readonly unknown[],
): readonly unknown[] {
  const account = core.accountOf(user);
  return account === null ? [] : read(account);
}

export function allMids(core: HyperliquidCore): Readonly<Record<string, string>> {
  return Object.fromEntries(
    [...core.venue.market.all()].map((market) => [market.listing.symbol, midOf(market)]),
  );
}

/** @throws {Refusal} 422 for a coin that is not listed. */
export function marketOf(core: HyperliquidCore, coin: unknown): HyperliquidMarket {
  const market = typeof coin === "string" ? core.venue.market.get(coin) : undefined;
  if (market === undefined) throw malformed();
  return market;
}

function contexts(core: HyperliquidCore, fits: (market: HyperliquidMarket) => boolean) {
  return [...core.venue.market.all()].filter(fits).map(contextOf);
}

function candles(core: HyperliquidCore, { req }: Fields): unknown {
  if (typeof req !== "object" || req === null) throw malformed();
  const { coin, interval, startTime, endTime } = req as Fields;
  const market = marketOf(core, coin);
  if (typeof interval !== "string" || INTERVALS[interval] === undefined) throw malformed();
  const [from, to] = [timeIn(startTime, 0), timeIn(endTime, Number.MAX_SAFE_INTEGER)];
  return market.tape.candles(lengthOf(interval), from)
    .filter(({ openTime }) => openTime <= to)
    .slice(-CANDLES_MAX)
    .map((candle) => candleRow(candle, market, interval));
}

function orderStatus(core: HyperliquidCore, { user, oid }: Fields): unknown {
  const account = core.accountOf(user);
  const ref = typeof oid === "string" && oid.startsWith("0x")
    ? { clientOrderId: oid.toLowerCase() }
    : { orderId: String(oid) };
  const view = account === null ? undefined : core.venue.orders.find(account, ref);
  if (view === undefined) return { status: "unknownOid" };
  return { status: "order", order: statusRow(view) };
}

/** "At most 2000 fills per response", the oldest first. */
function fillsByTime(core: HyperliquidCore, { user, startTime, endTime }: Fields): unknown {
  const since = timeIn(startTime, 0);
  const until = timeIn(endTime, Number.MAX_SAFE_INTEGER);
  return ofAccount(
    core,
    user,
    (account) => core.venue.orders.trades(account, { since, until, limit: LIST_ROWS }).map(fillRow),
  );
}

function roleOf(core: HyperliquidCore, { user }: Fields): unknown {
  const address = typeof user === "string" ? user.toLowerCase() : "";
  const wallet = core.venue.keys.get(address)?.account.walletAddress?.toLowerCase();
  if (wallet !== undefined && wallet !== address) {
    return { role: "agent", data: { user: wallet } };
  }
  return { role: wallet === undefined && core.accountOf(address) === null ? "missing" : "user" };
}

function limitsOf(core: HyperliquidCore, { user }: Fields): unknown {
  const account = core.accountOf(user) ?? "";
  const volume = core.volumeOf(account);
  return {
    cumVlm: `${volume}.0`,
    nRequestsUsed: core.limits.usedBy(account),
    nRequestsCap: core.limits.capOf(volume),
    nRequestsSurplus: 0,
  };
}

function timeIn(value: unknown, fallback: EpochMs): EpochMs {
  if (value === undefined || value === null) return fallback;
  if (typeof value === "number" && Number.isSafeInteger(value) && value >= 0) return value;
  throw malformed();
}
