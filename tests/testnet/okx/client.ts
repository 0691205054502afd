/** What the tests talk to the local OKX with: signed requests, sockets, the real ccxt class. */
import { createHmac } from "node:crypto";
// @ts-types="../../../node_modules/ccxt/js/src/pro/okx.d.ts"
import okx from "ccxt/pro/okx.js";
import { defaultCredentials, type TestnetAccount } from "../../../src/testnet/credentials.ts";
import type { Testnet, TestnetOptions } from "../../../src/testnet/server.ts";
import { SeededRandom } from "../../../src/system/seeded_random.ts";
import { VirtualClock } from "../../../src/system/virtual_clock.ts";
import { startTestnet } from "../../../src/testnet/server.ts";
import type { Answer, Json } from "../client.ts";
import { sendOnce } from "../client.ts";

export const ACCOUNT = defaultCredentials("okx");
export const SYMBOL = "BTC-USDT";
export const SWAP = "BTC-USDT-SWAP";

export interface Opened {
  readonly testnet: Testnet;
  readonly clock: VirtualClock;
  readonly client: OkxClient;
}

/** A local OKX on a virtual clock, without a feed; closes with its testnet. */
export function open(options: Partial<TestnetOptions> = {}): Opened {
  const clock = new VirtualClock();
  const random = new SeededRandom(1);
  const testnet = startTestnet({ clock, random, exchanges: ["okx"], ...options });
  return { testnet, clock, client: new OkxClient(testnet.url, clock) };
}

/** Overrides what a signed request says of itself. */
export interface Signing {
  readonly account?: Partial<TestnetAccount>;
  readonly timestamp?: string;
  readonly sign?: string;
  readonly headers?: Readonly<Record<string, string>>;
}

export class OkxClient {
  readonly #url: string;
  readonly #clock: Pick<VirtualClock, "now">;

  constructor(url: string, clock: Pick<VirtualClock, "now">) {
    this.#url = url;
    this.#clock = clock;
  }

  get(path: string): Promise<Answer> {
    return this.#send("GET", path, { headers: {} });
  }

  signed(method: string, path: string, body?: unknown, signing: Signing = {}): Promise<Answer> {
    const account = { ...ACCOUNT, ...signing.account };
    const timestamp = signing.timestamp ?? new Date(this.#clock.now()).toISOString();
    const text = body === undefined ? "" : JSON.stringify(body);
    return this.#send(method, path, {
      headers: {
        "OK-ACCESS-KEY": account.apiKey,
        "OK-ACCESS-PASSPHRASE": account.password ?? "",
        "OK-ACCESS-TIMESTAMP": timestamp,
        "OK-ACCESS-SIGN": signing.sign ?? hmac(timestamp + method + path + text, account.secret),
        "Content-Type": "application/json",
        ...signing.headers,
      },
      ...(body === undefined ? {} : { body: text }),
    });
  }

  place(fields: Json = {}, signing: Signing = {}): Promise<Answer> {
    return this.signed("POST", "/api/v5/trade/order", limitOrder(fields), signing);
  }

  async #send(method: string, path: string, init: RequestInit): Promise<Answer> {
    const response = await fetch(`${this.#url}/www.okx.com${path}`, { ...init, method });
    const text = await response.text();
    let body: unknown = text;
    try {
      body = JSON.parse(text);
    } catch { /* A page of a firewall is none. */ }
    return { status: response.status, headers: response.headers, body };
  }

  async socket(path: "public" | "business" | "private"): Promise<OkxSocketClient> {
    const url = `${this.#url.replace("http", "ws")}/ws.okx.com:8443/ws/v5/${path}`;
    const socket = new WebSocket(url);
    const client = new OkxSocketClient(socket);
    await new Promise<void>((resolve, reject) => {
      socket.onopen = () => resolve();
      socket.onerror = (event) => reject(new Error((event as ErrorEvent).message));
    });
    socket.onerror = null;
    return client;
  }

  /** A private socket that is logged in. */
  async private(account: TestnetAccount = ACCOUNT): Promise<OkxSocketClient> {
    const socket = await this.socket("private");
    socket.send(loginFrame(account, this.#clock.now()));
    await socket.next();
    return socket;
  }
}

/** Frames are read one by one. */
export class OkxSocketClient {
  readonly #socket: WebSocket;
  readonly #frames: unknown[] = [];
  readonly #readers: ((frame: unknown) => void)[] = [];
  readonly closed: Promise<void>;

  constructor(socket: WebSocket) {
    this.#socket = socket;
    this.closed = new Promise((resolve) => socket.onclose = () => resolve());
    socket.onmessage = ({ data }) => {
      const frame = data === "pong" ? data : JSON.parse(data);
      const reader = this.#readers.shift();
      if (reader === undefined) this.#frames.push(frame);
      else reader(frame);
    };
  }

  // deno-lint-ignore no-explicit-any -- whatever JSON came; every test reads its own part.
  next(): Promise<any> {
    if (this.#frames.length > 0) return Promise.resolve(this.#frames.shift());
    return new Promise((resolve) => this.#readers.push(resolve));
  }

  send(message: unknown): void {
    this.#socket.send(typeof message === "string" ? message : JSON.stringify(message));
  }

  /** The next frame of a channel; others are passed over. */
  // deno-lint-ignore no-explicit-any -- as above.
  async of(channel: string): Promise<any> {
    for (;;) {
      const frame = await this.next();
      if (frame?.arg?.channel === channel && frame.data !== undefined) return frame;
    }
  }

  async subscribe(args: readonly Json[]): Promise<readonly Json[]> {
    this.send({ op: "subscribe", args });
    const events: Json[] = [];
    while (events.length < args.length) {
      const frame = await this.next();
      if (frame.event !== undefined) events.push(frame);
    }
    return events;
  }

  async close(): Promise<void> {
    this.#socket.close();
    await this.closed;
  }
}

export function loginFrame(account: Partial<TestnetAccount>, now: number, sign?: string) {
  const timestamp = String(Math.floor(now / 1_000));
  return {
    op: "login",
    args: [{
      apiKey: account.apiKey,
      passphrase: account.password,
      timestamp,
      sign: sign ?? hmac(`${timestamp}GET/users/self/verify`, account.secret ?? ""),
    }],
  };
}

export function limitOrder(fields: Json = {}): Json {
  return {
    instId: SYMBOL,
    tdMode: "cash",
    side: "buy",
    ordType: "limit",
    sz: "0.01",
    px: "40000",
    ...fields,
  };
}

/** The real class with its URLs pointed at the testnet, and nothing else changed. */
export function ccxtAt(testnet: Testnet, options: Json = {}): okx {
  const exchange = new okx({
    apiKey: ACCOUNT.apiKey,
    secret: ACCOUNT.secret,
    password: ACCOUNT.password ?? "",
    enableRateLimit: false,
    timeout: 1_000,
    options: { ...options },
  });
  exchange.has["fetchCurrencies"] = false; // Of the funding account, which is not served.
  sendOnce(exchange);
  exchange.urls.api = {
    rest: `${testnet.url}/www.okx.com`,
    ws: `${testnet.url.replace("http", "ws")}/ws.okx.com/ws/v5`,
  };
  return exchange;
}

function hmac(payload: string, secret: string): string {
  return createHmac("sha256", secret).update(payload).digest("base64");
}
