/**
 * Which instrument a name stands for. Invariants: I1 a name that fits two instruments resolves to
 * neither. I2 a name once bound stays bound when its market is no longer listed, until another
 * market takes it. I3 a canonical name is its instrument's, whatever else the venue calls so.
 */
import type { Decimal } from "../../../model/decimal.ts";
import { ONE } from "../../../model/decimal.ts";
import { SYMBOL_NAMES_MAX } from "../../../model/limits.ts";
import type { SymbolResolution } from "../../../model/symbol.ts";
import { RowError } from "../rows/fields.ts";
import { CANDIDATES_MAX } from "../limits.ts";

/** Where two markets share a raw name (Bybit: `BTCUSDT`), the rows tell by other fields which. */
export type SymbolScope = "spot" | "contract";

/** One market with all it is called. */
export interface NamedMarket {
  readonly symbolId: string;
  /** What the venue takes in calls. */
  readonly rawSymbol: string;
  /** ccxt's unified symbol. */
  readonly unified: string;
  /** Every spelling of the venue, `rawSymbol` among them. */
  readonly names: readonly string[];
  /** Null on spot. */
  readonly contractSize: Decimal | null;
}

interface Binding {
  /** Null where another market of the list has the same canonical symbol. */
  readonly symbolId: string | null;
  readonly rawSymbol: string;
  readonly scope: SymbolScope;
  readonly contractSize: Decimal | null;
}

export class SymbolNames {
  #listed = new Set<string>();
  /** Names of markets that share a canonical symbol, by that symbol. */
  #clashes = new Map<string, readonly string[]>();
  /** Newest last, so that the name lists have not shown for longest is forgotten first. */
  readonly #byName = new Map<string, readonly Binding[]>();
  readonly #raw = new Map<string, string>();

  /**
   * Replaces what is listed; what is no longer listed keeps its names.
   *
   * @returns the canonical symbols that several markets have; none of those is listed.
   * @throws {RangeError} when one list has more names than are kept; nothing has changed then.
   */
  list(markets: readonly NamedMarket[]): ReadonlyMap<string, readonly string[]> {
    const clashes = clashesOf(markets);
    const byName = bindingsOf(markets, clashes);
    if (byName.size > SYMBOL_NAMES_MAX) {
      throw new RangeError(
        `Cannot list instruments: ${byName.size} names are more than ${SYMBOL_NAMES_MAX}`,
      );
    }
    for (const [name, bindings] of byName) renew(this.#byName, name, bindings);
    const bound = markets.filter(({ symbolId }) => !clashes.has(symbolId));
    for (const { symbolId, rawSymbol } of bound) renew(this.#raw, symbolId, rawSymbol);
    this.#clashes = clashes;
    this.#listed = new Set(bound.map(({ symbolId }) => symbolId));
    return clashes;
  }

  resolve(name: string): SymbolResolution {
    if (this.#listed.has(name)) return { kind: "listed", symbolId: name };
    const clash = this.#clashes.get(name);
    if (clash !== undefined) return ambiguous(clash);
    if (this.#raw.has(name)) return { kind: "delisted", symbolId: name };
    const bindings = this.#byName.get(name) ?? [];
    const fitting = [...new Set(bindings.map(({ symbolId }) => symbolId))];
    const [symbolId] = fitting;
    if (symbolId === undefined) return { kind: "unknown" };
    if (fitting.length === 1 && symbolId !== null) {
      return { kind: this.#listed.has(symbolId) ? "listed" : "delisted", symbolId };
    }
    return ambiguous(bindings.map((binding) => binding.symbolId ?? binding.rawSymbol));
  }

  /** A name that does not fit exactly one market stands for itself rather than for a wrong one. */
  symbolOf(rawSymbol: string, scope?: SymbolScope): string {
    const [only, ...others] = this.#fitting(rawSymbol, scope);
    return others.length > 0 ? rawSymbol : only?.symbolId ?? rawSymbol;
  }

  /** The venue's name in calls, also of what is no longer listed. */
  rawOf(symbolId: string): string | undefined {
    return this.#raw.get(symbolId);
  }

  /**
   * Null on spot, and for a name never listed.
   *
   * @throws {RowError} when the name fits markets with contracts of different sizes.
   */
  contractSizeOf(rawSymbol: string, scope?: SymbolScope): Decimal | null {
    const [first, ...others] = this.#fitting(rawSymbol, scope);
    if (first === undefined) return null;
    const size = first.contractSize;
    if (others.every(({ contractSize }) => (contractSize ?? ONE) === (size ?? ONE))) return size;
    throw new RowError(`${rawSymbol} has contracts of several sizes`);
  }

  #fitting(name: string, scope: SymbolScope | undefined): readonly Binding[] {
    const bindings = this.#byName.get(name) ?? [];
    return scope === undefined ? bindings : bindings.filter((binding) => binding.scope === scope);
  }
}

function clashesOf(markets: readonly NamedMarket[]): Map<string, readonly string[]> {
  const raws = Map.groupBy(markets, ({ symbolId }) => symbolId);
  const clashes = new Map<string, readonly string[]>();
  for (const [symbolId, sharing] of raws) {
    if (sharing.length > 1) clashes.set(symbolId, sharing.map(({ rawSymbol }) => rawSymbol));
  }
  return clashes;
}

function bindingsOf(
  markets: readonly NamedMarket[],
  clashes: ReadonlyMap<string, unknown>,
): Map<string, Binding[]> {
  const byName = new Map<string, Binding[]>();
  for (const { symbolId, rawSymbol, unified, names, contractSize } of markets) {
    const scope = symbolId.includes(":") ? "contract" : "spot";
    const id = clashes.has(symbolId) ? null : symbolId;
    const binding: Binding = { symbolId: id, rawSymbol, scope, contractSize };
    // ccxt's name of a spot market is the canonical one, which needs no binding (I3).
    const spellings = scope === "spot" ? names : [...names, unified];
    for (const name of new Set(spellings)) {
      const bindings = byName.get(name);
      if (bindings === undefined) byName.set(name, [binding]);
      else bindings.push(binding);
    }
  }
  return byName;
}

/** Becomes the newest; the oldest makes room. */
function renew<Value>(map: Map<string, Value>, key: string, value: Value): void {
  map.delete(key);
  if (map.size >= SYMBOL_NAMES_MAX) {
    const [oldest] = map.keys();
    if (oldest !== undefined) map.delete(oldest);
  }
  map.set(key, value);
}

function ambiguous(candidates: readonly string[]): SymbolResolution {
  return { kind: "ambiguous", candidates: [...new Set(candidates)].slice(0, CANDIDATES_MAX) };
}
