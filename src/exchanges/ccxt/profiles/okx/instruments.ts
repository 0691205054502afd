/** Markets of OKX into instruments. Source: OKX API guide v5, "Get instruments". */
import { capabilities } from "../../../../model/capabilities.ts";
import { type Decimal, multiply } from "../../../../model/decimal.ts";
import type { MarketCapabilities, Support, SymbolMetadata } from "../../../../model/instrument.ts";
import type { CcxtExchange, CcxtMarket } from "../../ccxt.ts";
import { asRow, decimalOf, optionalText } from "../../rows/fields.ts";
import { type InstrumentExtras, readInstrument } from "../../instruments/instrument.ts";
import { isTraded } from "./entry.ts";

export function readOkxInstrument(
  market: CcxtMarket,
  { precisionMode }: Pick<CcxtExchange, "precisionMode">,
): SymbolMetadata {
  return readInstrument(market, { extras, precisionMode });
}

/** What orders are counted with beside ccxt's `contractSize`; of nearly all contracts it is 1. */
export function keptInfo(info: unknown): unknown {
  const ctMult = optionalText(asRow(info), "ctMult");
  return ctMult === null ? NO_INFO : ctMult === "1" ? ONCE : { ctMult };
}

/** Shared by thousands of markets. */
const NO_INFO = {};
const ONCE = { ctMult: "1" };

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
 * market makers' options alone. Options have neither market orders nor reduce-only ones.
 */
function capabilitiesOf(market: CcxtMarket): MarketCapabilities {
  const isOption = market.option === true;
  const traded: Support = isTraded(market) ? "NATIVE" : "NO";
  return capabilities({
    market: isOption ? "NO" : traded,
    limit: traded,
    timeInForce: {
      GTC: traded,
      IOC: traded,
      FOK: traded,
      DAY: traded === "NO" ? "NO" : "EMULATED",
      GTD: traded === "NO" ? "NO" : "EMULATED",
    },
    postOnly: traded,
    reduceOnly: isOption || market.spot === true ? "NO" : traded,
    amendInPlace: traded,
    deadManSwitch: traded,
    lookupByClientOrderId: "NATIVE",
  });
}
