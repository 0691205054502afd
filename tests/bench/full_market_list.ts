/** Binance's list of spot symbols at its full size: one recorded row under 3,000 names. */

const RECORDED = new URL("../fixtures/markets/binance.json", import.meta.url);

export async function writeMarketList(path: string, symbols: number): Promise<void> {
  const [{ answer }] = JSON.parse(await Deno.readTextFile(RECORDED)) as [
    { readonly answer: { readonly symbols: readonly Readonly<Record<string, unknown>>[] } },
  ];
  const row = answer.symbols.find(({ symbol }) => symbol === "BTCUSDT");
  if (row === undefined) throw new Error("Cannot write a market list: no recorded row to copy");
  const rows = Array.from({ length: symbols }, (_, at) => {
    const baseAsset = at === 0 ? "BTC" : `A${at.toString(36).toUpperCase().padStart(3, "0")}`;
    return { ...row, baseAsset, symbol: `${baseAsset}USDT` };
  });
  await Deno.writeTextFile(path, JSON.stringify({ ...answer, symbols: rows }));
}
