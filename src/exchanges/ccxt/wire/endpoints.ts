/** Which hosts a venue is reached at, and how `endpoints` stands in for all of them. */
import type { CcxtExchange } from "../ccxt.ts";

/** Every REST host among ccxt's URLs; the only ones the transport will talk to. */
export function allowedHosts(urls: Readonly<Record<string, unknown>>): ReadonlySet<string> {
  const hosts = new Set<string>();
  walk(urls, (url) => {
    if (url.startsWith("https://")) hosts.add(url.slice("https://".length).split("/", 1)[0]!);
    return url;
  });
  return hosts;
}

/**
 * Points the sockets at `endpoints`: `wss://HOST/PATH` becomes `ws://ENDPOINTS/HOST/PATH`. REST
 * URLs stay the venue's, since ccxt chooses error tables by them; the transport rewrites those.
 */
export function pointSockets(urls: Record<string, unknown>, endpoints: string): void {
  const base = endpoints.replace(/^http/, "ws");
  urls["ws"] = walk(urls["ws"], (url) => url.replace(/^wss:\/\//, `${base}/`));
}

/** Some classes keep `https://{hostname}` and fill it in where they sign. */
export function fillHostname(exchange: CcxtExchange): void {
  const { hostname } = exchange as CcxtExchange & { readonly hostname: string };
  for (const [name, url] of Object.entries(exchange.urls.api)) {
    exchange.urls.api[name] = walk(url, (text) => text.replace("{hostname}", hostname));
  }
}

function walk(value: unknown, map: (url: string) => string): unknown {
  if (typeof value === "string") return map(value);
  if (typeof value !== "object" || value === null) return value;
  return Object.fromEntries(Object.entries(value).map(([name, entry]) => [name, walk(entry, map)]));
}
