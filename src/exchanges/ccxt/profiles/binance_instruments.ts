/** Spot symbols of Binance into instruments. Source: binance-spot-api-docs, filters.md. */
import { type Decimal, decimalsOf, isZero, ZERO } from "../../../model/decimal.ts";
import type { Instrument, MarketCapabilities, SymbolMetadata } from "../../../model/instrument.ts";
import type { TriggerKind } from "../../../model/order.ts";
import type { CcxtMarket } from "../ccxt.ts";
import { asRow, asRows, decimalOf, optionalText, type Row, RowError, textOf } from "../fields.ts";

/**
 * The filters of one symbol, in exact texts:
 * `{"filterType":"PRICE_FILTER","minPrice":"0.01","maxPrice":"1000000.00","tickSize":"0.01"}`,
 * `{"filterType":"LOT_SIZE","minQty":"0.00001","maxQty":"9000","stepSize":"0.00001"}`,
 * `{"filterType":"NOTIONAL","minNotional":"5.0","maxNotional":"9000000.0",…}`.
 */
export function readInstrument(market: CcxtMarket): SymbolMetadata {
  const info = asRow(market.info);
  const filters = asRows(info["filters"], FILTERS_MAX).map(asRow);
  const price = required(filters, "PRICE_FILTER");
  const lot = required(filters, "LOT_SIZE");
  const notional = find(filters, "NOTIONAL") ?? find(filters, "MIN_NOTIONAL");
  const tickSize = decimalOf(price, "tickSize");
  const step = decimalOf(lot, "stepSize");
  if (isZero(tickSize) || isZero(step)) throw new RowError("tickSize or stepSize is zero");
  const amount = {
    min: decimalOf(lot, "minQty"),
    max: limitOf(lot, "maxQty"),
    step,
    minNotional: notional === undefined ? null : limitOf(notional, "minNotional"),
    maxNotional: notional === undefined ? null : limitOf(notional, "maxNotional"),
  };
  return {
    symbolId: market.symbol,
    instrument: instrument(market, info, { tickSize, ...amount }),
    amount,
    price: {
      tickSize,
      spacing: "FIXED",
      min: limitOf(price, "minPrice"),
      max: limitOf(price, "maxPrice"),
      bands: [],
      significantDigits: null,
    },
    capabilities: capabilities(info),
  };
}

/** `createOrderRequest` checks the order type against this list and reads nothing else of it. */
export function keptInfo(info: unknown): unknown {
  return { orderTypes: asRow(info)["orderTypes"] };
}

function instrument(
  market: CcxtMarket,
  info: Row,
  size: {
    readonly tickSize: Decimal;
    readonly step: Decimal;
    readonly min: Decimal;
    readonly max: Decimal | null;
  },
): Instrument {
  return {
    symbol: market.symbol,
    rawSymbol: market.id,
    baseCurrency: market.base,
    quoteCurrency: market.quote,
    settleCurrency: null,
    instrumentType: "SPOT",
    contractSize: null,
    tickSize: size.tickSize,
    minOrderSize: size.min,
    maxOrderSize: size.max,
    pricePrecision: decimalsOf(size.tickSize),
    quantityPrecision: decimalsOf(size.step),
    metadata: { status: textOf(info, "status") },
  };
}

/**
 * Conditional, iceberg and quote amounts exist at the venue and stay NO until the kernel's order
 * model has them; DAY and GTD do not exist on spot, so the kernel ends those orders itself.
 */
function capabilities(info: Row): MarketCapabilities {
  const types = asRows(info["orderTypes"], ORDER_TYPES_MAX);
  const native = (type: string) => types.includes(type) ? "NATIVE" : "NO";
  const conditional: Record<TriggerKind, "NO"> = {
    STOP_LOSS: "NO",
    TAKE_PROFIT: "NO",
    TRAILING_STOP: "NO",
  };
  return {
    sides: ["BUY", "SELL"],
    amountTypes: ["BASE"],
    market: native("MARKET"),
    limit: native("LIMIT"),
    timeInForce: { GTC: "NATIVE", IOC: "NATIVE", FOK: "NATIVE", DAY: "EMULATED", GTD: "EMULATED" },
    conditional,
    trailing: "NO",
    postOnly: native("LIMIT_MAKER"),
    reduceOnly: "NO",
    iceberg: "NO",
    // `order/amend/keepPriority` can only shrink a quantity: the kernel replaces instead.
    amendInPlace: "NO",
    cancelAll: "NO",
    deadManSwitch: "NO",
    lookupByClientOrderId: "NATIVE",
  };
}

/** A limit of zero switches the rule off. */
function limitOf(filter: Row, field: string): Decimal | null {
  if (optionalText(filter, field) === null) return null;
  const limit = decimalOf(filter, field);
  return limit === ZERO ? null : limit;
}

function required(filters: readonly Row[], type: string): Row {
  const found = find(filters, type);
  if (found === undefined) throw new RowError(`the filter ${type} is missing`);
  return found;
}

function find(filters: readonly Row[], type: string): Row | undefined {
  return filters.find((filter) => filter["filterType"] === type);
}

/** filters.md lists 17 symbol filters and enums.md seven order types. */
const FILTERS_MAX = 64;
const ORDER_TYPES_MAX = 32;
