/** The public reads. */
import type { OkxCore } from "./core.ts";
import { BOOK_LEVELS } from "./channels.ts";
import { FIRST_CODE } from "./order_request.ts";
import {
  BARS,
  candleRow,
  instrumentRow,
  levelRow,
  type OkxMarket,
  tickerRow,
  tradeRow,
  underlyingOf,
} from "./market_payloads.ts";
import { integer, limitOf, optional, type Params, required } from "./params.ts";
import { parameterError, unknownInstrument } from "./refusal.ts";

const TRADES_MAX = 500;
const CANDLES_MAX = 300;

export function instruments(core: OkxCore, params: Params) {
  const type = required(params, "instType");
  const [underlying, instId] = [
    optional(params, "uly") ?? optional(params, "instFamily"),
    optional(params, "instId"),
  ];
  return core.venue.listings.all.flatMap((listing, at) =>
    listing.instType === type && core.venue.listings.isListed(listing) &&
      (underlying === null || underlyingOf(listing) === underlying) &&
      (instId === null || listing.symbol === instId)
      ? [instrumentRow(listing, FIRST_CODE + at)]
      : []
  );
}

export function ticker(core: OkxCore, params: Params) {
  return [tickerRow(marketOf(core, params))];
}

export function tickers(core: OkxCore, params: Params) {
  const type = required(params, "instType");
  return [...core.venue.market.all()]
    .filter(({ listing }) => listing.instType === type).map(tickerRow);
}

export function books(core: OkxCore, params: Params) {
  const { book, listing, day } = marketOf(core, params);
  const levels = Math.min(integer(params, "sz") ?? 1, BOOK_LEVELS);
  const { depth, lastUpdateId } = book.snapshot(levels);
  return [{
    asks: depth.asks.map((level) => levelRow(level, listing)),
    bids: depth.bids.map((level) => levelRow(level, listing)),
    seqId: lastUpdateId,
    ts: String(day.now),
  }];
}

/** Newest first. */
export function trades(core: OkxCore, params: Params) {
  const { tape, listing } = marketOf(core, params);
  return tape.trades(limitOf(params, TRADES_MAX)).toReversed()
    .map((trade) => tradeRow(trade, listing));
}

/** Newest first; `after` is earlier than, `before` is newer than. */
export function candles(core: OkxCore, params: Params) {
  const { tape, listing } = marketOf(core, params);
  const barMs = BARS[optional(params, "bar") ?? "1m"];
  if (barMs === undefined) throw parameterError("bar");
  const [after, before] = [integer(params, "after"), integer(params, "before")];
  const now = core.clock.now();
  return tape.candles(barMs)
    .filter(({ openTime }) =>
      (after === null || openTime < after) && (before === null || openTime > before)
    )
    .toReversed().slice(0, limitOf(params, CANDLES_MAX))
    .map((candle) => candleRow(candle, { listing, barMs, now }));
}

/** @throws {Refusal} 51001. */
export function marketOf(core: OkxCore, params: Params): OkxMarket {
  const market = core.venue.market.get(required(params, "instId"));
  if (market === undefined) throw unknownInstrument();
  return market;
}
