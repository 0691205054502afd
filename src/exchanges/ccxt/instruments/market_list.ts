/**
 * The markets of a venue as ccxt reads them, part by part: neither all rows nor all of ccxt's
 * markets exist at once. They would be ten times what is kept of them, and what the heap has once
 * grown to it keeps.
 */
import type { CcxtExchange, CcxtFetch, CcxtMarket, CcxtResponse } from "../ccxt.ts";
import { LIST_ANSWERS_MAX, LIST_PART_CHARS_MAX } from "../limits.ts";
import { type ListParts, partsOf } from "./list_parts.ts";
import type { VenueProfile } from "../plans/profile.ts";

export type ListProfile = Pick<VenueProfile, "instrumentParams" | "marketRows">;

/**
 * Asks for the list once and has ccxt read it as often as it has parts, each time from the answers
 * that the first time brought. Not to be called while it runs: whatever ccxt asks for by itself is
 * taken for a request of the list.
 *
 * @param read gets every market of ccxt once, unless parts turn out not to fit: then again all.
 * @returns what `read` made of them.
 */
export async function readMarkets<Read>(
  exchange: CcxtExchange,
  profile: ListProfile,
  read: (markets: readonly CcxtMarket[]) => readonly Read[],
): Promise<readonly Read[]> {
  const answers = new ListAnswers(exchange, profile);
  const { fetchImplementation, parseJson } = exchange;
  const ask = () => exchange.fetchMarkets({ ...profile.instrumentParams });
  exchange.fetchImplementation = (...call) => answers.fetch(...call);
  exchange.parseJson = (text) => {
    const value = parseJson.call(exchange, text);
    // ccxt would take it for a list without rows.
    if (value === undefined && answers.count > 1) throw new TypeError("a list that is no JSON");
    return value;
  };
  try {
    const all: Read[] = [];
    do {
      all.push(...read(await ask()));
    } while (answers.next());
    if (answers.areServed) return all;
    answers.serveWhole();
    return read(await ask());
  } finally {
    exchange.fetchImplementation = fetchImplementation;
    exchange.parseJson = parseJson;
  }
}

interface Answer {
  readonly response: CcxtResponse;
  readonly text: string;
  /** Null where it is no list, as far as the profile tells: it then cannot be divided. */
  readonly parts: ListParts | null;
  readonly served: Set<number>;
}

/** What the venue answered to the requests of one load. */
class ListAnswers {
  readonly #answers = new Map<string, Answer>();
  readonly #fetch: CcxtFetch;
  readonly #path: readonly string[] | undefined;
  /** How often each request was made while ccxt reads this part. */
  readonly #asked = new Map<string, number>();
  #part = 0;
  #isWhole = false;

  constructor({ fetchImplementation }: CcxtExchange, { marketRows }: ListProfile) {
    if (fetchImplementation === undefined) throw new TypeError("nothing fetches for ccxt");
    this.#fetch = fetchImplementation;
    this.#path = marketRows;
  }

  get count(): number {
    const counts = this.#all.map(({ parts }) => parts?.count ?? 1);
    // The rows of what cannot be divided would be read once for every part of the others.
    return this.#all.some(({ parts }) => parts === null) ? 1 : Math.max(1, ...counts);
  }

  /** ccxt asks for no further page after one without rows, which the part of a page may be. */
  get areServed(): boolean {
    return this.#all.every(({ parts, served }) => parts === null || served.size === parts.count);
  }

  /** @returns whether there are rows beyond. */
  next(): boolean {
    this.#part += 1;
    this.#asked.clear();
    return this.#part < this.count;
  }

  serveWhole(): void {
    this.#isWhole = true;
    this.#asked.clear();
  }

  async fetch(...[url, init]: Parameters<CcxtFetch>): Promise<CcxtResponse> {
    const about = `${init.method} ${url} ${init.body ?? ""}`;
    // Pages that lead to themselves would else be served without end.
    const times = (this.#asked.get(about) ?? 0) + 1;
    this.#asked.set(about, times);
    const request = `${times} ${about}`;
    const answer = this.#answers.get(request) ?? await this.#ask(request, [url, init]);
    const { status, statusText, headers } = answer.response;
    return { status, statusText, headers, text: () => Promise.resolve(this.#textOf(answer)) };
  }

  get #all(): readonly Answer[] {
    return [...this.#answers.values()];
  }

  async #ask(request: string, call: Parameters<CcxtFetch>): Promise<Answer> {
    if (this.#answers.size >= LIST_ANSWERS_MAX) {
      throw new RangeError(`Cannot list instruments: more than ${LIST_ANSWERS_MAX} answers`);
    }
    const response = await this.#fetch(...call);
    const text = await response.text();
    const path = this.#path;
    const parts = path === undefined
      ? null
      : partsOf(text, { path, charsMax: LIST_PART_CHARS_MAX });
    const answer = { response, text, parts, served: new Set<number>() };
    this.#answers.set(request, answer);
    return answer;
  }

  #textOf({ text, parts, served }: Answer): string {
    if (this.#isWhole || parts === null) return text;
    if (this.#part < parts.count) served.add(this.#part);
    return parts.part(this.#part);
  }
}
