/** What ccxt keeps of markets: one object for each, by symbol and by id. */
import type { CcxtExchange, CcxtMarket } from "../ccxt.ts";

/**
 * Markets with what ccxt adds to every one of them (fees, limits, its own defaults), in order.
 */
export function mergedMarkets(
  exchange: CcxtExchange,
  markets: readonly CcxtMarket[],
): readonly CcxtMarket[] {
  // What it indexes stays on the copy; the instance has its markets until all are read.
  const copy: CcxtExchange = Object.create(exchange);
  copy.currencies = {};
  copy.setMarkets(markets, NO_CURRENCIES);
  const { markets: merged = {} } = copy;
  // Of those that share a symbol it keeps the last; by an id of its own each is still found.
  return markets.map((market) => {
    const kept = merged[market.symbol];
    return compact(kept?.id === market.id ? kept : market);
  });
}

/** Gives ccxt its markets, which it finds by symbol (the last of those that share it) and by id. */
export function indexMarkets(exchange: CcxtExchange, markets: readonly CcxtMarket[]): void {
  const bySymbol: Record<string, CcxtMarket> = {};
  const byId: Record<string, CcxtMarket[]> = Object.create(null); // As ccxt's own: ids are theirs.
  // Its rule for an id that stands for several: spot markets come first.
  const spotFirst = [...markets].sort((a, b) => Number(b.spot === true) - Number(a.spot === true));
  for (const market of spotFirst) {
    bySymbol[market.symbol] = market;
    (byId[market.id] ??= []).push(market);
  }
  exchange.markets = bySymbol;
  exchange.markets_by_id = byId;
  exchange.symbols = Object.keys(bySymbol).sort();
  exchange.ids = Object.keys(byId).sort();
  exchange.marketsLoading = undefined; // It would answer with the markets before these.
}

/** Any one currency keeps ccxt from making up two for each market; nothing here asks for them. */
const NO_CURRENCIES = { none: { code: "none" } };

/** ccxt writes every field one by one, half of them undefined: V8 keeps that as a hash table. */
function compact(market: CcxtMarket): CcxtMarket {
  const defined = Object.entries(market).filter(([, value]) => value !== undefined);
  return Object.fromEntries(defined) as unknown as CcxtMarket; // The same fields and values.
}
