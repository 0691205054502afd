/**
 * Kraken's names of assets. REST uses the old ones with a letter before them (`XXBT`, `ZUSD`),
 * WebSocket v2 the new ones (`BTC`, `USD`). The tables are those of ccxt 4.5.84
 * (`commonCurrencies`), so that balances and fees carry the codes that symbols are made of.
 */

/** Ours for an asset of REST; what is after a point (`.F` earning, `.M`, `.S`) stays. */
export function assetOf(name: string): string {
  const point = name.indexOf(".");
  const [stem, suffix] = point < 1 ? [name, ""] : [name.slice(0, point), name.slice(point)];
  return (CODES[stem] ?? stem) + suffix;
}

/** WebSocket v2 has two new names, else the one before the slash of `wsname`. */
export function newName(oldName: string): string {
  return NEW_NAMES[oldName] ?? oldName;
}

const NEW_NAMES: Readonly<Record<string, string>> = { XBT: "BTC", XDG: "DOGE" };

const CODES: Readonly<Record<string, string>> = {
  ...NEW_NAMES,
  LUNA: "LUNC",
  LUNA2: "LUNA",
  REPV2: "REP",
  REP: "REPV1",
  UST: "USTC",
  FEE: "KFEE",
  XETC: "ETC",
  XETH: "ETH",
  XLTC: "LTC",
  XMLN: "MLN",
  XREP: "REP",
  XXBT: "BTC",
  XXDG: "DOGE",
  XXLM: "XLM",
  XXMR: "XMR",
  XXRP: "XRP",
  XZEC: "ZEC",
  ZAUD: "AUD",
  ZCAD: "CAD",
  ZEUR: "EUR",
  ZGBP: "GBP",
  ZJPY: "JPY",
  ZUSD: "USD",
};
