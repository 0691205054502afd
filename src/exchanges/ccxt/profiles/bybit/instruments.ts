/**
 * Spot pairs and linear contracts of Bybit into instruments. Source:
 * bybit-exchange.github.io/docs/v5/market/instrument, read on 2026-11-21.
 */
import { capabilities } from "../../../../model/capabilities.ts";
import type { AmountConstraints, MarketCapabilities } from "../../../../model/instrument.ts";
import type { SymbolMetadata } from "../../../../model/instrument.ts";
import type { CcxtExchange, CcxtMarket } from "../../ccxt.ts";
import { asRow, optionalText, type Row } from "../../rows/fields.ts";
import { type InstrumentExtras, readInstrument } from "../../instruments/instrument.ts";
import { priceOf } from "./rows.ts";

export function readBybitInstrument(market: CcxtMarket, exchange: CcxtExchange): SymbolMetadata {
  return readInstrument(market, { extras: EXTRAS, precisionMode: exchange.precisionMode });
}

const EXTRAS: InstrumentExtras = {
  capabilities: capabilitiesOf,
  amount: largest,
  metadata: (market) => {
    const row = asRow(market.info);
    const status = optionalText(row, "status");
    const largestMarket = optionalText(lotsOf(row), MARKET_MAX.get(market.spot === true)!);
    return {
      ...(status === null ? {} : { status }),
      ...(largestMarket === null ? {} : { maxMarketOrderSize: largestMarket }),
    };
  },
};

/** Market orders have a smaller bound of their own, which the venue enforces. */
const MARKET_MAX: ReadonlyMap<boolean, string> = new Map([
  [true, "maxMarketOrderQty"],
  [false, "maxMktOrderQty"],
]);

/** Spot pairs name `maxLimitOrderQty`; `maxOrderQty`, which ccxt reads, is on its way out there. */
function largest(market: CcxtMarket): Partial<AmountConstraints> {
  const max = priceOf(lotsOf(asRow(market.info)), "maxLimitOrderQty");
  return max === null ? {} : { max };
}

function lotsOf(row: Row): Row {
  return asRow(row["lotSizeFilter"]);
}

/**
 * Conditional orders exist at the venue and stay NO until the kernel's order model has them; DAY
 * and GTD do not, so the kernel ends those orders itself. Canceling a whole symbol exists too, but
 * its answer does not say which of the orders went.
 */
function capabilitiesOf(market: CcxtMarket): MarketCapabilities {
  return capabilities({
    market: "NATIVE",
    limit: "NATIVE",
    timeInForce: { GTC: "NATIVE", IOC: "NATIVE", FOK: "NATIVE", DAY: "EMULATED", GTD: "EMULATED" },
    postOnly: "NATIVE",
    reduceOnly: market.spot === true ? "NO" : "NATIVE",
    amendInPlace: "NATIVE",
    lookupByClientOrderId: "NATIVE",
  });
}
