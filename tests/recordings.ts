/** Payloads that venues have sent, by the method of ccxt that reads them. */

/** @param T what the caller takes them for; nothing checks it. */
export async function recorded<T = unknown>(
  venue: string,
  file: "rest" | "ws",
): Promise<Readonly<Record<string, readonly T[]>>> {
  const path = new URL(`fixtures/ccxt_comments/${venue}.${file}.json`, import.meta.url);
  return JSON.parse(await Deno.readTextFile(path));
}
