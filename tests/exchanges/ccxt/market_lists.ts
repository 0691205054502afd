/** The market lists of all venues, as ccxt's own classes parse the recorded answers. */
import {
  type BadInstrument,
  Catalogue,
} from "../../../src/exchanges/ccxt/instruments/catalogue.ts";
import type { CcxtExchange, CcxtExchangeClass } from "../../../src/exchanges/ccxt/ccxt.ts";
import {
  type InstrumentExtras,
  readInstrument,
} from "../../../src/exchanges/ccxt/instruments/instrument.ts";
import { capabilities } from "../../../src/model/capabilities.ts";

export const VENUES = [
  "binance",
  "bybit",
  "coinbase",
  "hyperliquid",
  "kraken",
  "krakenfutures",
  "okx",
] as const;
export type Venue = typeof VENUES[number];

/** The first whose parts are in URL and body is the answer. */
export interface RecordedAnswer {
  readonly url: string;
  readonly body?: string;
  readonly answer: unknown;
}

export interface LoadedList {
  readonly catalogue: Catalogue;
  readonly bad: readonly BadInstrument[];
  readonly exchange: CcxtExchange;
}

export async function recorded(venue: Venue): Promise<readonly RecordedAnswer[]> {
  const file = new URL(`../../fixtures/markets/${venue}.json`, import.meta.url);
  return JSON.parse(await Deno.readTextFile(file));
}

/** ccxt's class of the venue, whose requests get the recorded answers; nothing is sent. */
export async function exchangeOf(
  venue: Venue,
  answers: () => readonly RecordedAnswer[],
): Promise<CcxtExchange> {
  const module = await import(`ccxt/pro/${venue}.js`) as { readonly default: CcxtExchangeClass };
  const exchange = new module.default({ number: String, ...OPTIONS[venue] });
  exchange.throttle = () => Promise.resolve();
  exchange.has["fetchCurrencies"] = venue === "hyperliquid";
  exchange.fetchImplementation = (url, { body = "" }) => {
    const fits = (one: RecordedAnswer) => url.includes(one.url) && body.includes(one.body ?? "");
    const found = answers().find(fits);
    if (found === undefined) return Promise.reject(new TypeError(`no answer to ${url} ${body}`));
    const text = JSON.stringify(found.answer);
    const headers = new Headers({ "content-type": "application/json" });
    return Promise.resolve({
      status: 200,
      statusText: "OK",
      headers,
      text: () => Promise.resolve(text),
    });
  };
  return exchange;
}

export async function loaded(
  venue: Venue,
  extras: Partial<InstrumentExtras> = {},
): Promise<LoadedList> {
  const answers = await recorded(venue);
  const exchange = await exchangeOf(venue, () => answers);
  const catalogue = new Catalogue();
  const bad = await catalogue.load(exchange, profileOf(venue, extras));
  return { catalogue, bad, exchange };
}

/** What a profile adds about instruments, without any other part of it. */
export function profileOf(venue: Venue, extras: Partial<InstrumentExtras> = {}) {
  const all: InstrumentExtras = { capabilities: () => CAPABILITIES, ...extras };
  return {
    instrumentParams: {},
    serves: () => true,
    instrument: (market: Parameters<typeof readInstrument>[0], { precisionMode }: CcxtExchange) =>
      readInstrument(market, { extras: all, precisionMode }),
    names: NAMES[venue] ?? (() => []),
    keptInfo: () => ({}),
  };
}

/** What the venues call their markets beside the id: Kraken has three spellings more. */
const NAMES: Partial<Record<Venue, (market: { readonly info: unknown }) => readonly string[]>> = {
  kraken: ({ info }) => {
    const { altname, wsname } = info as { readonly altname: string; readonly wsname: string };
    return [altname, wsname, wsname.replace("XBT", "BTC").replace("XDG", "DOGE")];
  },
};

const OPTIONS: Readonly<Record<Venue, Readonly<Record<string, unknown>>>> = {
  binance: { options: { fetchMarkets: { types: ["spot", "linear", "inverse", "option"] } } },
  bybit: {},
  coinbase: {},
  hyperliquid: { options: { fetchMarkets: { types: ["spot", "swap", "hip3"] } } },
  kraken: {},
  krakenfutures: {},
  okx: {},
};

export const CAPABILITIES = capabilities({
  market: "NATIVE",
  limit: "NATIVE",
  timeInForce: { GTC: "NATIVE", IOC: "NATIVE", FOK: "NATIVE", DAY: "EMULATED", GTD: "EMULATED" },
  postOnly: "NATIVE",
  lookupByClientOrderId: "NATIVE",
});
