/**
 * Spot pairs of Coinbase Advanced Trade into instruments. Source:
 * docs.cdp.coinbase.com/api-reference/advanced-trade-api/rest-api/public/list-public-products, read
 * on 2026-11-21.
 */
import { capabilities } from "../../../../model/capabilities.ts";
import type { SymbolMetadata } from "../../../../model/instrument.ts";
import type { CcxtExchange, CcxtMarket } from "../../ccxt.ts";
import { asRow, optionalText } from "../../rows/fields.ts";
import { type InstrumentExtras, readInstrument } from "../../instruments/instrument.ts";

export function readCoinbaseInstrument(
  market: CcxtMarket,
  exchange: CcxtExchange,
): SymbolMetadata {
  return readInstrument(market, { extras: EXTRAS, precisionMode: exchange.precisionMode });
}

const EXTRAS: InstrumentExtras = {
  capabilities: () => CAPABILITIES,
  metadata(market) {
    const row = asRow(market.info);
    const [status, alias] = [optionalText(row, "status"), optionalText(row, "alias")];
    return {
      ...(status === null ? {} : { status }),
      // BTC-USDC is matched in the book of BTC-USD.
      ...(alias === null ? {} : { bookOf: alias }),
    };
  },
};

/**
 * Stop and bracket orders exist at the venue and stay NO until the kernel's order model has them.
 * It ends orders on a date by itself; so does the kernel, the same way everywhere. An order is
 * looked up by its client id in lists of orders.
 */
const CAPABILITIES = capabilities({
  market: "NATIVE",
  limit: "NATIVE",
  timeInForce: { GTC: "NATIVE", IOC: "NATIVE", FOK: "NATIVE", DAY: "EMULATED", GTD: "EMULATED" },
  postOnly: "NATIVE",
  amendInPlace: "NATIVE",
  lookupByClientOrderId: "EMULATED",
});
