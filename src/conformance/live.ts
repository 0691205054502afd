/** A target at an exchange's own public sandbox, with somebody's keys. */
import { createCcxtAdapter } from "../exchanges/ccxt/factory.ts";
import type { Clock, Random } from "../model/clock.ts";
import type { InstrumentType } from "../model/instrument.ts";
import { CCXT_VENUES, type CcxtKind, type KeyField } from "../model/exchange_kinds.ts";
import { parseSymbol } from "../model/symbol.ts";
import type { ConformanceTarget } from "./target.ts";

/** What is asked for on the command line. */
export interface LiveChoice {
  readonly kind: CcxtKind;
  /** Where a kind has several; absent: its default. */
  readonly market?: string;
  readonly symbolId: string;
  /** By the adapter's names of them. */
  readonly keys: Readonly<Partial<Record<KeyField, string>>>;
}

/** Between two cases, so that no sandbox takes us for an attack. */
const PAUSE_MS = 1_500;
/** A sandbox is slower than the exchange it stands for. */
const PATIENCE_MS = 20_000;

const TYPES: Readonly<Record<"SPOT" | "PERP" | "FUT" | "OPT", InstrumentType>> = {
  SPOT: "SPOT",
  PERP: "PERPETUAL",
  FUT: "FUTURES",
  OPT: "OPTION",
};

/**
 * Where each key of a kind is read from, e.g. `BINANCE_API_KEY`.
 *
 * @returns variable → the adapter's option.
 */
export function keyVariables(kind: CcxtKind): ReadonlyMap<string, KeyField> {
  const variable = (field: KeyField) =>
    `${kind}_${field.replaceAll(/[A-Z]/g, (letter) => `_${letter}`)}`.toUpperCase();
  return new Map(CCXT_VENUES[kind].keys.map((field) => [variable(field), field]));
}

/** @throws {RangeError} when the symbol is not a canonical one. */
export function liveTarget(
  { kind, market, symbolId, keys }: LiveChoice,
  { clock, random }: { readonly clock: Clock; readonly random: Random },
): ConformanceTarget {
  const symbol = parseSymbol(symbolId);
  if (symbol === null) throw new RangeError(`--symbol: must be like BTC/USDT, got ${symbolId}`);
  return {
    name: `${kind} sandbox, ${symbolId}`,
    marketType: TYPES[symbol.kind],
    symbolId,
    pauseMs: PAUSE_MS,
    patienceMs: PATIENCE_MS,
    open: () =>
      createCcxtAdapter({
        id: kind,
        clock,
        random,
        options: { kind, ...(market === undefined ? {} : { market }), ...keys, testnet: true },
      }),
  };
}
