/** The page's files, read once and served from memory. They hold no secret and need no token. */

export interface Asset {
  readonly bytes: Uint8Array<ArrayBuffer>;
  readonly contentType: string;
  readonly etag: string;
}

const PAGE = new URL("./page/", import.meta.url);
/** Lower-case names; a dot only before the ending, so no path leaves the page's folder. */
const ASSET_NAME = /^(?:[a-z0-9_-]+\/)*[a-z0-9_-]+\.([a-z0-9]+)$/;
/** The page has some 30 files; a name that is none of them is not kept. */
const ASSETS_MAX = 128;

const TYPES: Readonly<Record<string, string>> = {
  html: "text/html; charset=utf-8",
  js: "text/javascript; charset=utf-8",
  css: "text/css; charset=utf-8",
  svg: "image/svg+xml",
  woff2: "font/woff2",
  txt: "text/plain; charset=utf-8",
};

export class Assets {
  readonly #kept = new Map<string, Asset>();

  /** @returns undefined for a name that is no file of the page. */
  async get(name: string): Promise<Asset | undefined> {
    const kept = this.#kept.get(name);
    if (kept !== undefined) return kept;
    const ending = ASSET_NAME.exec(name)?.[1];
    const contentType = ending === undefined ? undefined : TYPES[ending];
    if (contentType === undefined) return undefined;
    const bytes = await Deno.readFile(new URL(name, PAGE)).catch(() => undefined);
    if (bytes === undefined) return undefined;
    const asset = { bytes, contentType, etag: await etagOf(bytes) };
    if (this.#kept.size < ASSETS_MAX) this.#kept.set(name, asset);
    return asset;
  }
}

async function etagOf(bytes: Uint8Array<ArrayBuffer>): Promise<string> {
  const digest = new Uint8Array(await crypto.subtle.digest("SHA-256", bytes));
  return `"${digest.slice(0, 12).toHex()}"`;
}
