/**
 * Linear contracts of Binance USDⓈ-M futures into instruments. `PRICE_FILTER`, `LOT_SIZE` and
 * `MIN_NOTIONAL` reach ccxt's `precision` and `limits` whole. Source: developers.binance.com,
 * USDⓈ-M Futures, "Exchange Information", read on 2026-11-21. One contract is one base unit.
 */
import { capabilities } from "../../../../model/capabilities.ts";
import type { MarketCapabilities, SymbolMetadata } from "../../../../model/instrument.ts";
import type { CcxtExchange, CcxtMarket } from "../../ccxt.ts";
import { asRow, asRows, optionalText } from "../../rows/fields.ts";
import { type InstrumentExtras, readInstrument } from "../../instruments/instrument.ts";

export function readUsdmInstrument(market: CcxtMarket, exchange: CcxtExchange): SymbolMetadata {
  return readInstrument(market, { extras: EXTRAS, precisionMode: exchange.precisionMode });
}

const EXTRAS: InstrumentExtras = {
  capabilities: capabilitiesOf,
  metadata: (market) => {
    const row = asRow(market.info);
    const largest = largestMarketOrder(row["filters"]);
    return {
      status: optionalText(row, "status"),
      contractType: optionalText(row, "contractType"),
      ...(largest === null ? {} : { maxMarketOrderSize: largest }),
    };
  },
};

/** `{"filterType":"MARKET_LOT_SIZE","maxQty":"120","minQty":"0.001","stepSize":"0.001"}` */
function largestMarketOrder(filters: unknown): string | null {
  const rows = asRows(filters ?? [], LIST_MAX).map(asRow);
  const filter = rows.find((row) => row["filterType"] === "MARKET_LOT_SIZE");
  return filter === undefined ? null : optionalText(filter, "maxQty");
}

/**
 * Conditional orders are of an API of their own since December 2025 (`algoOrder`) and stay NO until
 * the kernel's order model has them. DAY does not exist, so the kernel ends those orders itself. A
 * whole symbol can be canceled, but the answer does not say which orders went.
 */
function capabilitiesOf({ info }: CcxtMarket): MarketCapabilities {
  const row = asRow(info);
  const types = asRows(row["orderTypes"], LIST_MAX);
  const rules = asRows(row["timeInForce"], LIST_MAX);
  const type = (name: string) => types.includes(name) ? "NATIVE" : "NO";
  const rule = (name: string) => rules.includes(name) ? "NATIVE" : "NO";
  return capabilities({
    market: type("MARKET"),
    limit: type("LIMIT"),
    timeInForce: {
      GTC: rule("GTC"),
      IOC: rule("IOC"),
      FOK: rule("FOK"),
      DAY: "EMULATED",
      GTD: rule("GTD"),
    },
    postOnly: rule("GTX"),
    reduceOnly: "NATIVE",
    amendInPlace: "NATIVE",
    deadManSwitch: "NATIVE",
    lookupByClientOrderId: "NATIVE",
  });
}

/** A symbol has seven order types, eight filters and six times in force. */
const LIST_MAX = 32;
