/** What the tests talk to the local Coinbase with: signed requests, sockets, the real ccxt class. */
import { Buffer } from "node:buffer";
import { sign } from "node:crypto";
// @ts-types="../../../node_modules/ccxt/js/src/pro/coinbase.d.ts"
import coinbase from "ccxt/pro/coinbase.js";
import type { Clock } from "../../../src/model/clock.ts";
import { SeededRandom } from "../../../src/system/seeded_random.ts";
import { VirtualClock } from "../../../src/system/virtual_clock.ts";
import { defaultCredentials } from "../../../src/testnet/credentials.ts";
import { startTestnet, type Testnet, type TestnetOptions } from "../../../src/testnet/server.ts";
import { type Answer, type Json, sendOnce, Socket } from "../client.ts";

export const ACCOUNT = defaultCredentials("coinbase");
export const REST = "api.coinbase.com";
export const V3 = "/api/v3/brokerage";

/** What of a token a test may spoil. */
export interface Spoiled {
  readonly header?: Json;
  readonly claims?: Json;
  /** PEM. */
  readonly secret?: string;
  /** In place of the whole header line. */
  readonly authorization?: string;
}

export function openCoinbase(
  options: Partial<TestnetOptions> & { readonly clock?: Clock } = {},
): { readonly testnet: Testnet; readonly clock: VirtualClock; readonly client: CoinbaseClient } {
  const clock = new VirtualClock();
  const testnet = startTestnet({
    clock,
    random: new SeededRandom(1),
    exchanges: ["coinbase"],
    ...options,
  });
  return { testnet, clock, client: new CoinbaseClient(testnet.url, options.clock ?? clock) };
}

export class CoinbaseClient {
  readonly #url: string;
  readonly #clock: Pick<Clock, "now">;

  constructor(url: string, clock: Pick<Clock, "now">) {
    this.#url = url;
    this.#clock = clock;
  }

  /** Unsigned; `path` below the brokerage. */
  get(path: string): Promise<Answer> {
    return this.#send(V3 + path, { method: "GET" });
  }

  signed(
    method: "GET" | "POST",
    path: string,
    body: Json | null = null,
    spoiled: Spoiled = {},
  ): Promise<Answer> {
    const [bare] = path.split("?");
    const token = this.token(`${method} ${REST}${V3}${bare}`, spoiled);
    return this.#send(V3 + path, {
      method,
      headers: {
        authorization: spoiled.authorization ?? `Bearer ${token}`,
        "content-type": "application/json",
      },
      ...(body === null ? {} : { body: JSON.stringify(body) }),
    });
  }

  place(fields: Json = {}, configuration: Json = limit()): Promise<Answer> {
    return this.signed("POST", "/orders", newOrder(fields, configuration));
  }

  token(uri: string | null, { header, claims, secret = ACCOUNT.secret }: Spoiled = {}): string {
    const now = Math.floor(this.#clock.now() / 1_000);
    const key = ACCOUNT.apiKey;
    const head = part({ alg: "ES256", typ: "JWT", kid: key, nonce: "a1b2c3", ...header });
    const body = part({
      iss: "cdp",
      sub: key,
      nbf: now,
      exp: now + 120,
      ...(uri === null ? {} : { uri }),
      ...claims,
    });
    const data = Buffer.from(`${head}.${body}`);
    const signature = sign("sha256", data, { key: secret, dsaEncoding: "ieee-p1363" });
    return `${head}.${body}.${signature.toString("base64url")}`;
  }

  socket(host = "advanced-trade-ws.coinbase.com"): Promise<Socket> {
    return Socket.open(this.#url, host);
  }

  async #send(path: string, init: RequestInit): Promise<Answer> {
    const response = await fetch(`${this.#url}/${REST}${path}`, init);
    const text = await response.text();
    const isJson = response.headers.get("content-type")?.startsWith("application/json");
    const body = isJson ? JSON.parse(text) : text;
    return { status: response.status, headers: response.headers, body };
  }
}

export function limit(fields: Json = {}): Json {
  return {
    limit_limit_gtc: { base_size: "0.01", limit_price: "40000", post_only: false, ...fields },
  };
}

export function newOrder(fields: Json = {}, order_configuration: Json = limit()): Json {
  return {
    client_order_id: "11111111-2222-4333-8444-555555555555",
    product_id: "BTC-USD",
    side: "BUY",
    order_configuration,
    ...fields,
  };
}

/** The next message of a channel; others are passed over. */
// deno-lint-ignore no-explicit-any -- whatever JSON came; every test reads its own part.
export async function messageOf(socket: Socket, channel: string): Promise<any> {
  for (;;) {
    const message = await socket.next();
    if (message.channel === channel) return message;
  }
}

/** The real ccxt class; its tokens name the venue's hosts, so requests are led here in the hook. */
export function ccxtAt(testnet: Testnet): coinbase {
  const exchange = new coinbase({
    apiKey: ACCOUNT.apiKey,
    secret: ACCOUNT.secret,
    enableRateLimit: false,
    timeout: 1_000,
    options: { fetchBalance: "v3PrivateGetBrokerageAccounts" },
  });
  exchange.has["fetchCurrencies"] = false; // Of the wallet API, which is not served.
  sendOnce(exchange, (url) => url.replace("https://", `${testnet.url}/`));
  exchange.urls.api.ws = `${testnet.url.replace("http", "ws")}/advanced-trade-ws.coinbase.com`;
  return exchange;
}

function part(value: Json): string {
  return Buffer.from(JSON.stringify(value)).toString("base64url");
}
