/** What an adapter claims, flat and by one name each. */
import type { ExchangeCapabilities } from "../exchanges/exchange.ts";
import type { MarketCapabilities, Support } from "../model/instrument.ts";
import type { Lack } from "./target.ts";

/** By name; in the order of the report. */
export type ClaimedCapabilities = Readonly<Record<string, Support>>;

/** All sources in one: what cannot be done by one of them is `NO`. */
export function capabilitiesOf(
  exchange: Pick<
    ExchangeCapabilities,
    "amendInPlace" | "cancelByClientOrderId" | "deadMansSwitch"
  >,
  market: MarketCapabilities,
  lacks: readonly Lack[] = [],
): ClaimedCapabilities {
  const { timeInForce, conditional } = market;
  const claim = (name: Lack): Support => lacks.includes(name) ? "NO" : "NATIVE";
  return {
    limit: market.limit,
    market: market.market,
    GTC: timeInForce.GTC,
    IOC: timeInForce.IOC,
    FOK: timeInForce.FOK,
    DAY: timeInForce.DAY,
    GTD: timeInForce.GTD,
    "post-only": market.postOnly,
    "reduce-only": market.reduceOnly,
    iceberg: market.iceberg,
    "stop loss": conditional.STOP_LOSS,
    "take profit": conditional.TAKE_PROFIT,
    trailing: market.trailing,
    amend: exchange.amendInPlace ? market.amendInPlace : "NO",
    "cancel by client id": exchange.cancelByClientOrderId ? "NATIVE" : "NO",
    "look-up by client id": market.lookupByClientOrderId,
    "trades streamed": claim("trades streamed"),
    "account streamed": claim("account streamed"),
    "client ids unique": claim("client ids unique"),
    "fees with trades": claim("fees with trades"),
    "dead man's switch": (exchange.deadMansSwitch?.kind ?? "none") === "none" ? "NO" : "NATIVE",
  };
}
