/** What the tests talk to the local Bybit with: signed requests, sockets, the real ccxt class. */
// @ts-types="../../../node_modules/ccxt/js/src/pro/bybit.d.ts"
import bybit from "ccxt/pro/bybit.js";
import type { Clock } from "../../../src/model/clock.ts";
import { SeededRandom } from "../../../src/system/seeded_random.ts";
import { VirtualClock } from "../../../src/system/virtual_clock.ts";
import { defaultCredentials } from "../../../src/testnet/credentials.ts";
import { startTestnet, type Testnet, type TestnetOptions } from "../../../src/testnet/server.ts";
import { type Answer, hmac, type Json, pointUrls, Socket } from "../client.ts";

const ACCOUNT = defaultCredentials("bybit");

/** What of a signed request a test may spoil. */
export interface Spoiled {
  readonly apiKey?: string;
  readonly secret?: string;
  readonly timestamp?: number;
  readonly window?: string;
}

export function openBybit(
  options: Partial<TestnetOptions> & { readonly clock?: Clock } = {},
): { readonly testnet: Testnet; readonly clock: VirtualClock; readonly client: BybitClient } {
  const clock = new VirtualClock();
  const testnet = startTestnet({
    clock,
    random: new SeededRandom(1),
    exchanges: ["bybit"],
    ...options,
  });
  return { testnet, clock, client: new BybitClient(testnet.url, options.clock ?? clock) };
}

export class BybitClient {
  readonly #url: string;
  readonly #clock: Pick<Clock, "now">;

  constructor(url: string, clock: Pick<Clock, "now">) {
    this.#url = url;
    this.#clock = clock;
  }

  /** Unsigned. */
  get(path: string): Promise<Answer> {
    return this.send(path, { method: "GET" });
  }

  signed(
    method: "GET" | "POST",
    path: string,
    params: Readonly<Record<string, unknown>> = {},
    spoiled: Spoiled = {},
  ): Promise<Answer> {
    const query = Object.entries(params).map(([name, value]) => `${name}=${value}`).join("&");
    const body = JSON.stringify(params);
    const { apiKey = ACCOUNT.apiKey, secret = ACCOUNT.secret, window = "5000" } = spoiled;
    const timestamp = String(spoiled.timestamp ?? this.#clock.now());
    const sent = method === "POST" ? body : query;
    return this.send(method === "POST" ? path : `${path}?${query}`, {
      method,
      headers: {
        "X-BAPI-API-KEY": apiKey,
        "X-BAPI-TIMESTAMP": timestamp,
        "X-BAPI-RECV-WINDOW": window,
        "X-BAPI-SIGN": hmac(timestamp + apiKey + window + sent, secret),
      },
      ...(method === "POST" ? { body } : {}),
    });
  }

  /** A resting spot order unless told otherwise. */
  create(params: Readonly<Record<string, unknown>> = {}): Promise<Answer> {
    return this.signed("POST", "/v5/order/create", spotOrder(params));
  }

  async send(path: string, init: RequestInit): Promise<Answer> {
    const response = await fetch(`${this.#url}/api.bybit.com${path}`, init);
    const text = await response.text();
    const isJson = response.headers.get("content-type")?.startsWith("application/json");
    const body = isJson ? JSON.parse(text) : text;
    return { status: response.status, headers: response.headers, body };
  }

  socket(path: string): Promise<Socket> {
    return Socket.open(this.#url, `stream.bybit.com${path}`);
  }

  loginFrame({ apiKey = ACCOUNT.apiKey, secret = ACCOUNT.secret }: Spoiled = {}): Json {
    const expires = this.#clock.now() + 10_000;
    return { op: "auth", args: [apiKey, expires, hmac(`GET/realtime${expires}`, secret)] };
  }

  /** Logged in and subscribed. */
  async privateSocket(topics: readonly string[]): Promise<Socket> {
    const socket = await this.socket("/v5/private");
    for (const frame of [this.loginFrame(), { op: "subscribe", args: topics }]) {
      socket.send(frame);
      await socket.next();
    }
    return socket;
  }
}

export function spotOrder(params: Readonly<Record<string, unknown>> = {}): Json {
  return {
    category: "spot",
    symbol: "BTCUSDT",
    side: "Buy",
    orderType: "Limit",
    qty: "0.01",
    price: "40000",
    ...params,
  };
}

export function contractOrder(params: Readonly<Record<string, unknown>> = {}): Json {
  return { ...spotOrder(), category: "linear", ...params };
}

/** The real ccxt class with every URL pointed at the testnet. */
export function ccxtAt(testnet: Testnet): bybit {
  const exchange = new bybit({
    apiKey: ACCOUNT.apiKey,
    secret: ACCOUNT.secret,
    enableRateLimit: false,
    timeout: 1_000,
  });
  pointUrls(exchange, testnet);
  return exchange;
}
