/**
 * What ccxt's market does not tell of Binance's spot symbols. Their filters (binance-spot-api-docs,
 * filters.md) reach `precision` and `limits` whole: `PRICE_FILTER`, `LOT_SIZE`, `NOTIONAL` and the
 * older `MIN_NOTIONAL`, each in the venue's own text; zero switches a bound off there as here.
 */
import { capabilities } from "../../../../model/capabilities.ts";
import type { MarketCapabilities, SymbolMetadata } from "../../../../model/instrument.ts";
import type { CcxtExchange, CcxtMarket } from "../../ccxt.ts";
import { asRow, asRows, textOf } from "../../rows/fields.ts";
import { type InstrumentExtras, readInstrument } from "../../instruments/instrument.ts";

export function readSpotInstrument(market: CcxtMarket, exchange: CcxtExchange): SymbolMetadata {
  return readInstrument(market, { extras: EXTRAS, precisionMode: exchange.precisionMode });
}

/** `createOrderRequest` checks the order type against this list and reads nothing else of it. */
export function keptInfo(info: unknown): unknown {
  return { orderTypes: asRow(info)["orderTypes"] };
}

const EXTRAS: InstrumentExtras = {
  capabilities: capabilitiesOf,
  metadata: (market) => ({ status: textOf(asRow(market.info), "status") }),
};

/**
 * Conditional, iceberg and quote amounts exist at the venue and stay NO until the kernel's order
 * model has them; DAY and GTD do not exist on spot, so the kernel ends those orders itself.
 * Amending in place is NO: `order/amend/keepPriority` can only shrink a quantity, so the kernel
 * replaces instead.
 */
function capabilitiesOf({ info }: CcxtMarket): MarketCapabilities {
  const types = asRows(asRow(info)["orderTypes"], ORDER_TYPES_MAX);
  const native = (type: string) => types.includes(type) ? "NATIVE" : "NO";
  return capabilities({
    market: native("MARKET"),
    limit: native("LIMIT"),
    timeInForce: { GTC: "NATIVE", IOC: "NATIVE", FOK: "NATIVE", DAY: "EMULATED", GTD: "EMULATED" },
    postOnly: native("LIMIT_MAKER"),
    lookupByClientOrderId: "NATIVE",
  });
}

/** enums.md lists seven order types. */
const ORDER_TYPES_MAX = 32;
