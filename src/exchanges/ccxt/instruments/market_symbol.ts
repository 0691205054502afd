/** The canonical symbol of a market as ccxt describes it. */
import { type Decimal, isPositive } from "../../../model/decimal.ts";
import { type CanonicalSymbol, formatSymbol, parseSymbol } from "../../../model/symbol.ts";
import type { CcxtMarket } from "../ccxt.ts";
import { exactNumber } from "./exact_number.ts";
import { RowError } from "../rows/fields.ts";

/**
 * One market, one instrument: what ccxt's own name says of it must be what its fields say. A
 * market it could not name (a synthetic or announced one has the venue's id for a symbol), or
 * that is nothing we know (an index), is refused rather than taken for another one.
 *
 * @throws {RowError} naming what does not fit.
 */
export function canonicalOf(market: CcxtMarket): CanonicalSymbol {
  const symbol = symbolOf(market);
  const text = formatSymbol(symbol);
  if (parseSymbol(text) === null) throw new RowError(`${text} is not a canonical symbol`);
  if (!isNamed(market.symbol, symbol)) {
    throw new RowError(`ccxt's symbol ${market.symbol} does not name ${text}`);
  }
  return symbol;
}

function symbolOf(market: CcxtMarket): CanonicalSymbol {
  const pair = { base: assetOf(market.base, "base"), quote: assetOf(market.quote, "quote") };
  if (market.spot === true) return { kind: "SPOT", ...pair };
  if (market.swap !== true && market.future !== true && market.option !== true) {
    throw new RowError("it is neither spot nor a contract");
  }
  const contract = { ...pair, settle: assetOf(market.settle, "settle") };
  if (market.swap === true) return { kind: "PERP", ...contract };
  const expiry = dayOf(market.expiry);
  if (market.future === true) return { kind: "FUT", ...contract, expiry };
  const strike = exactNumber(market.strike, "strike");
  if (strike === null || !isPositive(strike)) throw new RowError("an option without a strike");
  return { kind: "OPT", ...contract, right: rightOf(market.optionType), strike, expiry };
}

/** ccxt: `BASE/QUOTE`, `…:SETTLE`, `…:SETTLE-YYMMDD`, `…:SETTLE-YYMMDD-STRIKE-C`. */
function isNamed(unified: string, symbol: CanonicalSymbol): boolean {
  const pair = `${symbol.base}/${symbol.quote}`;
  if (symbol.kind === "SPOT") return unified === pair;
  const contract = `${pair}:${symbol.settle}`;
  if (symbol.kind === "PERP") return unified === contract;
  const dated = `${contract}-${symbol.expiry.slice(2)}`;
  if (symbol.kind === "FUT") return unified === dated;
  if (!unified.startsWith(`${dated}-`) || !unified.endsWith(`-${symbol.right}`)) return false;
  return strikeOf(unified.slice(dated.length + 1, -2)) === symbol.strike;
}

function strikeOf(text: string): Decimal | null {
  try {
    return exactNumber(text, "strike");
  } catch {
    return null;
  }
}

function assetOf(value: unknown, field: string): string {
  if (typeof value === "string" && value !== "") return value;
  throw new RowError(`${field} is missing`);
}

function rightOf(optionType: unknown): "C" | "P" {
  if (optionType === "call") return "C";
  if (optionType === "put") return "P";
  throw new RowError("an option that is neither call nor put");
}

/** The day in UTC, as ccxt's own names have it. */
function dayOf(expiry: unknown): string {
  if (typeof expiry !== "number" || !Number.isSafeInteger(expiry) || expiry < 0) {
    throw new RowError("a dated contract without a time of expiry");
  }
  if (expiry > EXPIRY_MAX) throw new RowError(`expiry ${expiry} is beyond the year 9999`);
  return new Date(expiry).toISOString().slice(0, 10).replaceAll("-", "");
}

/** The end of the year 9999, after which a day has more than eight digits. */
const EXPIRY_MAX = 253_402_300_799_999;
