/** What the tests talk to the testnet with: signed requests, sockets, the real ccxt class. */
import { createHmac } from "node:crypto";
// @ts-types="../../node_modules/ccxt/js/src/pro/binance.d.ts"
import binance from "ccxt/pro/binance.js";
import type { Clock } from "../../src/model/clock.ts";
import {
  TESTNET_API_KEY,
  TESTNET_API_SECRET,
  type TestnetAccount,
} from "../../src/testnet/credentials.ts";
import { startTestnet, type Testnet, type TestnetOptions } from "../../src/testnet/server.ts";
import { SeededRandom } from "../../src/system/seeded_random.ts";
import { VirtualClock } from "../../src/system/virtual_clock.ts";

export type Json = Record<string, unknown>;

export interface Answer {
  readonly status: number;
  readonly headers: Headers;
  // deno-lint-ignore no-explicit-any -- whatever JSON came; every test reads its own part.
  readonly body: any;
}

/** A testnet on a virtual clock, without a feed; closes itself with `await using`. */
export function open(
  options: Partial<TestnetOptions> & { readonly clock?: Clock } = {},
): { readonly testnet: Testnet; readonly clock: VirtualClock; readonly client: Client } {
  const clock = new VirtualClock();
  const testnet = startTestnet({ clock, random: new SeededRandom(1), ...options });
  return { testnet, clock, client: new Client(testnet.url, options.clock ?? clock) };
}

export class Client {
  readonly #url: string;
  readonly #clock: Pick<Clock, "now">;
  readonly #account: TestnetAccount;

  constructor(
    url: string,
    clock: Pick<Clock, "now">,
    account: TestnetAccount = { apiKey: TESTNET_API_KEY, secret: TESTNET_API_SECRET },
  ) {
    this.#url = url;
    this.#clock = clock;
    this.#account = account;
  }

  /** Unsigned; `path` as the exchange has it. */
  get(path: string): Promise<Answer> {
    return this.send(`/api.binance.com${path}`, { method: "GET" });
  }

  signed(method: string, path: string, params: Readonly<Record<string, unknown>> = {}) {
    return this.signedAt("api.binance.com", method, path, params);
  }

  /** Of USDⓈ-M futures. */
  futures(method: string, path: string, params: Readonly<Record<string, unknown>> = {}) {
    return this.signedAt("fapi.binance.com", method, path, params);
  }

  private signedAt(
    host: string,
    method: string,
    path: string,
    params: Readonly<Record<string, unknown>>,
  ): Promise<Answer> {
    const query = this.sign({ timestamp: this.#clock.now(), ...params });
    const inBody = method === "POST" || method === "PUT";
    return this.send(`/${host}${path}${inBody ? "" : "?" + query}`, {
      method,
      headers: { "X-MBX-APIKEY": this.#account.apiKey },
      ...(inBody ? { body: query } : {}),
    });
  }

  /** With the key alone, of USDⓈ-M futures. */
  keyed(method: string, path: string): Promise<Answer> {
    const headers = { "X-MBX-APIKEY": this.#account.apiKey };
    return this.send(`/fapi.binance.com${path}`, { method, headers });
  }

  place(params: Readonly<Record<string, unknown>> = {}): Promise<Answer> {
    return this.signed("POST", "/api/v3/order", limitOrder(params));
  }

  control(method: string, path: string, body?: unknown): Promise<Answer> {
    return this.send(`/_control/${path}`, {
      method,
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    });
  }

  async send(path: string, init: RequestInit): Promise<Answer> {
    const response = await fetch(this.#url + path, init);
    const text = await response.text();
    return { status: response.status, headers: response.headers, body: parsed(text) };
  }

  /** `a=1&…&signature=…` over exactly these characters. */
  sign(params: Readonly<Record<string, unknown>>): string {
    const query = Object.entries(params).map(([k, v]) => `${k}=${encodeURIComponent(String(v))}`)
      .join("&");
    return `${query}&signature=${hmac(query, this.#account.secret)}`;
  }

  /** Parameters of a signed WebSocket request. */
  signedParams(params: Readonly<Record<string, unknown>> = {}): Json {
    const all: Json = {
      apiKey: this.#account.apiKey,
      timestamp: this.#clock.now(),
      ...params,
    };
    const payload = Object.keys(all).sort().map((name) => `${name}=${all[name]}`).join("&");
    return { ...all, signature: hmac(payload, this.#account.secret) };
  }

  wsApi(): Promise<Socket> {
    return Socket.open(this.#url, "ws-api.binance.com:443/ws-api/v3");
  }

  stream(path: string): Promise<Socket> {
    return Socket.open(this.#url, `stream.binance.com:9443${path}`);
  }

  /** A WebSocket API connection that receives the account's events. */
  async userStream(): Promise<Socket> {
    const socket = await this.wsApi();
    await socket.ask("userDataStream.subscribe.signature", this.signedParams());
    return socket;
  }
}

export function limitOrder(params: Readonly<Record<string, unknown>> = {}): Json {
  return {
    symbol: "BTCUSDT",
    side: "BUY",
    type: "LIMIT",
    timeInForce: "GTC",
    quantity: "0.01",
    price: "49000",
    ...params,
  };
}

/** A WebSocket whose frames are read one by one. */
export class Socket {
  readonly #socket: WebSocket;
  readonly #frames: Json[] = [];
  readonly #readers: ((frame: Json) => void)[] = [];
  readonly closed: Promise<void>;
  #nextId = 1;

  private constructor(socket: WebSocket) {
    this.#socket = socket;
    socket.onmessage = ({ data }) => {
      const frame = parsed(data);
      const reader = this.#readers.shift();
      if (reader === undefined) this.#frames.push(frame);
      else reader(frame);
    };
    this.closed = new Promise((resolve) => {
      socket.onclose = () => resolve();
    });
  }

  static async open(url: string, path: string): Promise<Socket> {
    const socket = new WebSocket(`${url.replace("http", "ws")}/${path}`);
    const opened = new Promise<void>((resolve, reject) => {
      socket.onopen = () => resolve();
      socket.onerror = (event) => reject(new Error((event as ErrorEvent).message));
    });
    const wrapped = new Socket(socket);
    await opened;
    socket.onerror = null;
    return wrapped;
  }

  /** How many frames wait to be read. */
  get waiting(): number {
    return this.#frames.length;
  }

  // deno-lint-ignore no-explicit-any -- as above.
  next(): Promise<any> {
    const frame = this.#frames.shift();
    if (frame !== undefined) return Promise.resolve(frame);
    return new Promise((resolve) => this.#readers.push(resolve));
  }

  send(message: unknown): void {
    this.#socket.send(typeof message === "string" ? message : JSON.stringify(message));
  }

  /** Sends a request and reads the next frame. */
  // deno-lint-ignore no-explicit-any -- as above.
  ask(method: string, params: unknown): Promise<any> {
    this.send({ id: this.#nextId++, method, params });
    return this.next();
  }

  async close(): Promise<void> {
    this.#socket.close();
    await this.closed;
  }
}

/** The real ccxt class with every URL pointed at the testnet. */
export function ccxtAt(testnet: Testnet): binance {
  const exchange = new binance({
    apiKey: TESTNET_API_KEY,
    secret: TESTNET_API_SECRET,
    enableRateLimit: false,
    timeout: 1_000,
    options: { fetchMarkets: ["spot"], fetchCurrencies: false, fetchMargins: false },
  });
  pointAt(exchange, testnet);
  return exchange;
}

/** Every URL of a class of ccxt's at the testnet. */
export function pointAt(exchange: Pointable, testnet: Testnet): void {
  pointUrls(exchange, testnet);
  // ccxt picks its table of error codes by the prefix of the real URL.
  const byUrl = exchange.getExceptionsByUrl.bind(exchange);
  exchange.getExceptionsByUrl = (url: string, key: string) =>
    byUrl(url.replace(testnet.url + "/", "https://"), key);
}

/** As `pointAt`, for classes that tell errors apart by nothing of a URL. */
export function pointUrls(
  exchange: Pick<Pointable, "fetchImplementation" | "urls">,
  testnet: Testnet,
): void {
  sendOnce(exchange);
  exchange.urls.api = pointed(exchange.urls.api, testnet.url);
}

/** Deno's fetch may send a text body twice when a pooled connection breaks, a stream never. */
export function sendOnce(
  exchange: Pick<Pointable, "fetchImplementation">,
  led: (url: string) => string = (url) => url,
): void {
  exchange.fetchImplementation = (url: string, init: RequestInit) =>
    fetch(
      led(url),
      init.body ? { ...init, body: new Blob([init.body as string]).stream() } : init,
    );
}

type Pointable = Pick<binance, "fetchImplementation" | "urls" | "getExceptionsByUrl">;

/** Names every key of `recorded` that `answer` lacks or has another kind of value in. */
export function differences(answer: unknown, recorded: unknown, path = ""): readonly string[] {
  if (Array.isArray(recorded)) {
    if (!Array.isArray(answer)) return [`${path}: not a list`];
    if (recorded.length === 0 || answer.length === 0) return [];
    return differences(answer[0], recorded[0], `${path}[0]`);
  }
  if (recorded === null || answer === null || typeof recorded !== "object") {
    const same = recorded === null || answer === null || typeof answer === typeof recorded;
    return same ? [] : [`${path}: ${typeof answer} instead of ${typeof recorded}`];
  }
  return Object.entries(recorded).flatMap(([key, item]) =>
    Object.hasOwn(answer as object, key)
      ? differences((answer as Json)[key], item, `${path}.${key}`)
      : [`${path}.${key}: missing`]
  );
}

export async function recorded(file: "rest" | "ws"): Promise<Json> {
  const path = new URL(`../fixtures/binance/spot.${file}.json`, import.meta.url);
  return JSON.parse(await Deno.readTextFile(path));
}

// deno-lint-ignore no-explicit-any -- ccxt types its URL tables so.
function pointed(urls: any, base: string): any {
  if (typeof urls === "string") {
    return urls.replace(/^https:\/\//, base + "/")
      .replace(/^wss:\/\//, base.replace("http", "ws") + "/");
  }
  if (urls === null || typeof urls !== "object") return urls;
  return Object.fromEntries(Object.entries(urls).map(([key, url]) => [key, pointed(url, base)]));
}

/** Hex HMAC SHA256. */
export function hmac(payload: string, secret: string): string {
  return createHmac("sha256", secret).update(payload).digest("hex");
}

// deno-lint-ignore no-explicit-any -- JSON where it is JSON, text where a fault made it none.
function parsed(text: string): any {
  try {
    return JSON.parse(text);
  } catch {
    return text;
  }
}
