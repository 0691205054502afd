/** What the tests talk to the local Hyperliquid with: signed actions, and the real ccxt class. */
// @ts-types="../../../node_modules/ccxt/js/src/pro/hyperliquid.d.ts"
import hyperliquid from "ccxt/pro/hyperliquid.js";
import { SeededRandom } from "../../../src/system/seeded_random.ts";
import { VirtualClock } from "../../../src/system/virtual_clock.ts";
import { defaultCredentials } from "../../../src/testnet/credentials.ts";
import { startTestnet, type Testnet, type TestnetOptions } from "../../../src/testnet/server.ts";
import type { Answer, Json } from "../client.ts";
import { sendOnce } from "../client.ts";

export const ACCOUNT = defaultCredentials("hyperliquid");
export const WALLET = ACCOUNT.walletAddress!.toLowerCase();
export const CLOID = "0x0123456789abcdef0123456789abcdef";

export interface Opened {
  readonly testnet: Testnet;
  readonly clock: VirtualClock;
  readonly client: HyperliquidClient;
}

/** A local Hyperliquid on a virtual clock, without a feed; closes with its testnet. */
export function open(options: Partial<TestnetOptions> = {}): Opened {
  const clock = new VirtualClock();
  const random = new SeededRandom(1);
  const testnet = startTestnet({ clock, random, exchanges: ["hyperliquid"], ...options });
  return { testnet, clock, client: new HyperliquidClient(testnet.url, clock) };
}

/** Overrides what a signed action says of itself. */
export interface Signing {
  readonly privateKey?: string;
  readonly nonce?: number;
  readonly expiresAfter?: number;
  readonly host?: string;
  /** Changes what is sent after it was signed. */
  readonly after?: (body: Json) => Json;
}

export class HyperliquidClient {
  readonly #url: string;
  readonly #clock: Pick<VirtualClock, "now">;
  #nonce = 0;

  constructor(url: string, clock: Pick<VirtualClock, "now">) {
    this.#url = url;
    this.#clock = clock;
  }

  info(type: string, fields: Json = {}): Promise<Answer> {
    return this.post("api.hyperliquid.xyz/info", { type, ...fields });
  }

  /** About the account. */
  own(type: string, fields: Json = {}): Promise<Answer> {
    return this.info(type, { user: WALLET, ...fields });
  }

  act(action: Json, signing: Signing = {}): Promise<Answer> {
    const nonce = signing.nonce ?? this.#clock.now() + this.#nonce++;
    const { expiresAfter, host = "api.hyperliquid.xyz" } = signing;
    const signer = new hyperliquid({ privateKey: signing.privateKey ?? ACCOUNT.secret });
    const signature = signer.signL1Action(action, nonce, undefined, expiresAfter);
    const body = {
      action,
      nonce,
      signature,
      ...(expiresAfter === undefined ? {} : { expiresAfter }),
    };
    return this.post(`${host}/exchange`, signing.after?.(body) ?? body);
  }

  place(fields: Json = {}, signing: Signing = {}): Promise<Answer> {
    return this.act(orderAction(fields), signing);
  }

  async post(path: string, given: unknown): Promise<Answer> {
    const init = { method: "POST", body: JSON.stringify(given) };
    const response = await fetch(`${this.#url}/${path}`, init);
    const text = await response.text();
    let body: unknown = text;
    try {
      body = JSON.parse(text);
    } catch { /* Errors of HTTP are plain text. */ }
    return { status: response.status, headers: response.headers, body };
  }
}

export function orderAction(fields: Json = {}): Json {
  return { type: "order", orders: [order(fields)], grouping: "na" };
}

export function order(fields: Json = {}): Json {
  return {
    a: 0,
    b: true,
    p: "40000",
    s: "0.01",
    r: false,
    t: { limit: { tif: "Gtc" } },
    ...fields,
  };
}

/** The only status of an answer about one order. */
export function statusOf({ body }: Answer): Json {
  return body.response.data.statuses[0];
}

/** The real class with its URLs pointed at the testnet, and nothing else changed. */
export function ccxtAt(testnet: Testnet, options: Json = {}): hyperliquid {
  const exchange = new hyperliquid({
    walletAddress: WALLET,
    privateKey: ACCOUNT.secret,
    enableRateLimit: false,
    timeout: 2_000,
    options,
  });
  sendOnce(exchange);
  const base = `${testnet.url}/api.hyperliquid.xyz`;
  exchange.urls.api = {
    public: base,
    private: base,
    ws: { public: `${base.replace("http", "ws")}/ws` },
  };
  return exchange;
}
