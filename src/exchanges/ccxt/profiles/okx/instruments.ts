/** Markets of OKX into instruments. Source: OKX API guide v5, "Get instruments". */
import { capabilities } from "../../../../model/capabilities.ts";
import { type Decimal, multiply } from "../../../../model/decimal.ts";
import type { MarketCapabilities, Support, SymbolMetadata } from "../../../../model/instrument.ts";
import type { CcxtExchange, CcxtMarket } from "../../ccxt.ts";
import { asRow, decimalOf, optionalText } from "../../fields.ts";
import { type InstrumentExtras, readInstrument } from "../../instruments.ts";
import { isLinear } from "./entry.ts";

export function readOkxInstrument(
  market: CcxtMarket,
  { precisionMode }: Pick<CcxtExchange, "precisionMode">,
): SymbolMetadata {
  return readInstrument(market, { extras, precisionMode });
}

/** What of a row is read again when the list is loaded anew. */
export function keptInfo(_info: unknown): unknown {
  return {};
}

const extras: InstrumentExtras = {
  capabilities: capabilitiesOf,
  /** "ctVal" of an option is 1 unit, of which a contract is "ctMult"; ccxt leaves that out. */
  contractSize(market: CcxtMarket): Decimal {
    const info = asRow(market.info);
    const value = decimalOf(info, "ctVal");
    return optionalText(info, "ctMult") === null
      ? value
      : multiply(value, decimalOf(info, "ctMult"));
  },
  // ccxt shows "maxMktSz" there, which bounds market orders alone and counts the base.
  amount: ({ spot }) => spot === true ? { maxNotional: null } : {},
  metadata: ({ info }) => ({ state: optionalText(asRow(info), "state") ?? "unknown" }),
};

/**
 * Conditional orders, icebergs and quote amounts exist at the venue, the first two as algo orders,
 * and stay NO until the kernel's order model has them; canceling all is NO as `mass-cancel` is for
 * market makers' options alone. Inverse contracts and options are listed only.
 */
function capabilitiesOf(market: CcxtMarket): MarketCapabilities {
  const contract = isLinear(market);
  const traded: Support = market.spot === true || contract ? "NATIVE" : "NO";
  return capabilities({
    market: traded,
    limit: traded,
    timeInForce: {
      GTC: traded,
      IOC: traded,
      FOK: traded,
      DAY: traded === "NO" ? "NO" : "EMULATED",
      GTD: traded === "NO" ? "NO" : "EMULATED",
    },
    postOnly: traded,
    reduceOnly: contract ? "NATIVE" : "NO",
    amendInPlace: traded,
    deadManSwitch: traded,
    lookupByClientOrderId: "NATIVE",
  });
}
