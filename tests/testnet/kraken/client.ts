/** What the tests talk to the local Kraken with: signed requests, sockets, the real ccxt class. */
import { createHash, createHmac } from "node:crypto";
// @ts-types="../../../node_modules/ccxt/js/src/pro/kraken.d.ts"
import kraken from "ccxt/pro/kraken.js";
import { defaultCredentials, type TestnetAccount } from "../../../src/testnet/credentials.ts";
import { startTestnet, type Testnet, type TestnetOptions } from "../../../src/testnet/server.ts";
import { SeededRandom } from "../../../src/system/seeded_random.ts";
import { VirtualClock } from "../../../src/system/virtual_clock.ts";
import type { Clock } from "../../../src/model/clock.ts";
import { type Answer, type Json, pointUrls, Socket } from "../client.ts";

export const ACCOUNT = defaultCredentials("kraken");

/** A local Kraken on a virtual clock, without a feed; closes with its testnet. */
export function openKraken(options: Partial<TestnetOptions> & { readonly clock?: Clock } = {}) {
  const clock = new VirtualClock();
  const random = new SeededRandom(1);
  const testnet = startTestnet({
    clock,
    random,
    exchanges: ["kraken"],
    limits: "none",
    ...options,
  });
  return { testnet, clock, client: new KrakenClient(testnet.url) };
}

/** Overrides what a signed request says of itself. */
export interface Signing {
  readonly account?: Partial<TestnetAccount>;
  readonly nonce?: string;
  readonly sign?: string;
}

export class KrakenClient {
  readonly #url: string;
  #nonce = 1_000;

  constructor(url: string) {
    this.#url = url;
  }

  get(path: string): Promise<Answer> {
    return this.#send(`/0/public/${path}`, { method: "GET" });
  }

  signed(method: string, params: Json = {}, signing: Signing = {}): Promise<Answer> {
    const account = { ...ACCOUNT, ...signing.account };
    const nonce = signing.nonce ?? String(++this.#nonce);
    const path = `/0/private/${method}`;
    const texts = Object.entries(params).map(([name, value]) => [name, String(value)]);
    const body = new URLSearchParams([["nonce", nonce], ...texts]).toString();
    const hash = createHash("sha256").update(nonce + body).digest();
    const secret = Uint8Array.from(atob(account.secret), (letter) => letter.charCodeAt(0));
    const sign = createHmac("sha512", secret).update(path).update(hash).digest("base64");
    return this.#send(path, {
      method: "POST",
      headers: {
        "API-Key": account.apiKey,
        "API-Sign": signing.sign ?? sign,
        "Content-Type": "application/x-www-form-urlencoded",
      },
      body,
    });
  }

  place(params: Json = {}, signing: Signing = {}): Promise<Answer> {
    return this.signed("AddOrder", limitOrder(params), signing);
  }

  async socket(host: "ws.kraken.com" | "ws-auth.kraken.com"): Promise<Socket> {
    return await Socket.open(this.#url, `${host}/v2`);
  }

  async token(): Promise<string> {
    return (await this.signed("GetWebSocketsToken")).body.result.token;
  }

  /** Subscribed to a channel; its acknowledgement and its snapshot are read. */
  async privateSocket(channel: "executions" | "balances") {
    const token = await this.token();
    const socket = await this.socket("ws-auth.kraken.com");
    socket.send({ method: "subscribe", params: { channel, token }, req_id: 7 });
    const [acknowledged, snapshot] = [await socket.next(), await socket.next()];
    return { socket, token, acknowledged, snapshot };
  }

  async #send(path: string, init: RequestInit): Promise<Answer> {
    const response = await fetch(`${this.#url}/api.kraken.com${path}`, init);
    const text = await response.text();
    let body: unknown = text;
    try {
      body = JSON.parse(text);
    } catch { /* A page of a firewall is none. */ }
    return { status: response.status, headers: response.headers, body };
  }
}

export function limitOrder(params: Json = {}): Json {
  return {
    pair: "XBTUSD",
    type: "buy",
    ordertype: "limit",
    volume: "0.01",
    price: "40000",
    ...params,
  };
}

/** The real ccxt class with every URL pointed at the testnet. */
export function ccxtAt(testnet: Testnet): kraken {
  const exchange = new kraken({
    apiKey: ACCOUNT.apiKey,
    secret: ACCOUNT.secret,
    enableRateLimit: false,
    timeout: 1_000,
  });
  pointUrls(exchange, testnet);
  return exchange;
}
