/**
 * Pairs of Kraken into instruments. Source: docs.kraken.com/api-reference/market-data
 * (get-tradable-asset-pairs), read on 2026-11-21.
 */
import { capabilities } from "../../../../model/capabilities.ts";
import type { Decimal } from "../../../../model/decimal.ts";
import type { SymbolMetadata } from "../../../../model/instrument.ts";
import type { CcxtExchange, CcxtMarket } from "../../ccxt.ts";
import { asRow, decimalOf, optionalText, type Row, RowError } from "../../rows/fields.ts";
import { type InstrumentExtras, readInstrument } from "../../instruments/instrument.ts";
import { newName } from "./assets.ts";

export function readKrakenInstrument(
  market: CcxtMarket,
  { precisionMode }: Pick<CcxtExchange, "precisionMode">,
): SymbolMetadata {
  return readInstrument(market, { extras, precisionMode });
}

/**
 * Pairs whose assets are called on the WebSocket as here. The others (synthetic ones, and those of
 * an asset that another one has taken the name of, like LUNA) would be taken for one another.
 */
export function isServed(market: CcxtMarket): boolean {
  return socketName(market) === `${market.base}/${market.quote}`;
}

/** `XBT/USD` is `BTC/USD` on WebSocket v2. */
export function socketName({ info }: CcxtMarket): string | null {
  const wsname = optionalText(asRow(info), "wsname");
  return wsname === null ? null : wsname.split("/").map(newName).join("/");
}

/** Lists and rows name a pair in four ways: `XXBTZUSD`, `XBTUSD`, `XBT/USD`, `BTC/USD`. */
export function namesOf(market: CcxtMarket): readonly string[] {
  const row = asRow(market.info);
  const names = [optionalText(row, "altname"), optionalText(row, "wsname"), socketName(market)];
  return names.filter((name) => name !== null);
}

/** What is left of a row when the list is kept. */
export function keptInfo(info: unknown): unknown {
  const { altname, wsname } = asRow(info);
  return { altname, wsname };
}

/** Decimals of prices and quantities in the texts that checksums are made of. */
export interface Decimals {
  readonly price: number;
  readonly quantity: number;
}

export function decimalsOf({ instrument }: SymbolMetadata): Decimals {
  const { pairDecimals, lotDecimals } = instrument.metadata;
  if (typeof pairDecimals !== "number" || typeof lotDecimals !== "number") {
    throw new RowError(`the decimals of ${instrument.symbol} are not known`);
  }
  return { price: pairDecimals, quantity: lotDecimals };
}

const extras: InstrumentExtras = {
  capabilities: () => CAPABILITIES,
  // ccxt knows the number of decimals only; older rows have no tick size.
  price: ({ info }) => {
    const tickSize = tickOf(asRow(info));
    return tickSize === null ? {} : { tickSize };
  },
  metadata: ({ info }) => {
    const row = asRow(info);
    return {
      status: optionalText(row, "status") ?? "unknown",
      pairDecimals: countOf(row, "pair_decimals"),
      lotDecimals: countOf(row, "lot_decimals"),
    };
  },
};

function tickOf(row: Row): Decimal | null {
  return optionalText(row, "tick_size") === null ? null : decimalOf(row, "tick_size");
}

function countOf(row: Row, field: string): number {
  const value = row[field];
  if (typeof value === "number" && Number.isInteger(value) && value >= 0) return value;
  throw new RowError(`${field} is not a number of decimals`);
}

/**
 * Triggers, icebergs, trailing stops and quote amounts exist at the venue, and stay NO until the
 * kernel's order model has them. `CancelAll` cancels every pair's orders, so it is none of one pair.
 */
const CAPABILITIES = capabilities({
  market: "NATIVE",
  limit: "NATIVE",
  // FOK over REST since 2026-05-12 (changelog), and over the WebSocket (add_order).
  timeInForce: { GTC: "NATIVE", IOC: "NATIVE", FOK: "NATIVE", DAY: "EMULATED", GTD: "EMULATED" },
  postOnly: "NATIVE",
  amendInPlace: "NATIVE",
  deadManSwitch: "NATIVE",
  lookupByClientOrderId: "NATIVE",
});
