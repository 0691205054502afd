/**
 * ccxt's own class of Binance for a day on a virtual clock: its REST calls are answered here, and
 * its WebSocket clients get a connection that this file holds both ends of.
 */
import { CcxtAdapter } from "../../src/exchanges/ccxt/adapter.ts";
import type { CcxtClient, CcxtExchange } from "../../src/exchanges/ccxt/ccxt.ts";
import { parseOptions } from "../../src/exchanges/ccxt/options.ts";
import { binanceSpot } from "../../src/exchanges/ccxt/profiles/binance.ts";
import { binancePrivateSocket } from "../../src/exchanges/ccxt/profiles/binance/stream.ts";
import type { SocketPlan } from "../../src/exchanges/ccxt/plans/socket_plan.ts";
import type { VenueFact } from "../../src/exchanges/exchange.ts";
import type { VirtualClock } from "../../src/system/virtual_clock.ts";
import { EXCHANGE_INFO } from "../exchanges/ccxt/stub_data.ts";
import { API_KEY, SECRET } from "../exchanges/ccxt/fixtures.ts";

const RENEW_EVERY_MS = 20 * 60_000;
const TOKENS_PATH = "userDataStream";

/** What of ccxt's client its own `connect` sets up; it is played here instead. */
interface PlayedClient extends CcxtClient {
  connection?: Connection;
  connect: () => Promise<unknown>;
  onOpen(): void;
  onClose(event: { readonly code: number }): void;
  readonly subscriptions: Readonly<Record<string, unknown>>;
  readonly rejections: Readonly<Record<string, unknown>>;
}

interface Connection {
  readyState: number;
  send(text: string, ...rest: readonly unknown[]): void;
  close(): void;
}

export class CcxtDay {
  readonly adapter: CcxtAdapter;
  exchange: CcxtExchange | null = null;
  facts = 0;
  dials = 0;
  keys = 0;
  renewals = 0;
  refusedRenewals = 0;
  readonly #clock: VirtualClock;
  /** By socket: what the venue is connected by. */
  readonly #clients = new Map<string, PlayedClient>();
  /** Every sixteenth renewal of a token is refused. */
  readonly #refuseEvery = 16;

  constructor(clock: VirtualClock) {
    this.#clock = clock;
    const { credentials } = binanceSpot;
    const given = { kind: "binance", apiKey: API_KEY, secret: SECRET };
    const options = parseOptions("a", given, { kind: "binance", credentials, markets: ["spot"] });
    const profile = {
      ...binanceSpot,
      sockets: [binancePrivateSocket, this.#tokenSocket()],
      configure: (exchange: CcxtExchange) => {
        binanceSpot.configure(exchange);
        this.#play(exchange);
      },
    };
    this.adapter = new CcxtAdapter({ id: "a", clock, options, profile });
    this.adapter.onFact((fact: VenueFact) => {
      if (fact.kind !== "usage") this.facts += 1;
    });
  }

  /** Clients the venue is connected with. */
  get open(): number {
    return this.#clients.size;
  }

  clients(): readonly PlayedClient[] {
    return Object.values(this.exchange?.clients ?? {}) as unknown as readonly PlayedClient[];
  }

  /** Something arrives on every open connection. */
  send(frames: readonly unknown[]): void {
    for (const client of this.#clients.values()) {
      for (const frame of frames) client.onMessage({ data: JSON.stringify(frame) });
    }
  }

  /** The venue hangs up. */
  cut(): void {
    for (const client of [...this.#clients.values()]) client.connection?.close();
  }

  /** In place of `fetch`. */
  readonly answer = (input: string | URL | Request, init?: RequestInit): Promise<Response> => {
    const url = String(input);
    if (url.includes("/api/v3/time")) {
      return Promise.resolve(Response.json({ serverTime: this.#clock.now() }));
    }
    if (url.includes("exchangeInfo")) return Promise.resolve(Response.json(EXCHANGE_INFO));
    if (init?.method === "PUT") {
      this.renewals += 1;
      if (this.renewals % this.#refuseEvery !== 0) return Promise.resolve(Response.json({}));
      this.refusedRenewals += 1;
      const error = { code: -1125, msg: "This listenKey does not exist." };
      return Promise.resolve(Response.json(error, { status: 400 }));
    }
    if (url.includes(TOKENS_PATH)) {
      this.keys += 1;
      return Promise.resolve(Response.json({ listenKey: `key-${this.keys}` }));
    }
    return Promise.reject(new TypeError(`no answer to ${url}`));
  };

  /** As the venues with a listen key have it: a URL of its own for every dial, and renewals. */
  #tokenSocket(): SocketPlan {
    const call = (method: "POST" | "PUT", params: Readonly<Record<string, string>>) => ({
      api: "public",
      path: TOKENS_PATH,
      method,
      params,
    });
    return {
      ...binancePrivateSocket,
      id: "token",
      url: async ({ ask }) => {
        const { listenKey } = await ask(call("POST", {})) as { readonly listenKey: string };
        return `wss://stream.binance.com/ws/${listenKey}`;
      },
      greet: async ({ client }) => void await client.connect(),
      renewal: {
        everyMs: RENEW_EVERY_MS,
        call: () => call("PUT", { listenKey: `key-${this.keys}` }),
      },
    };
  }

  #play(exchange: CcxtExchange): void {
    this.exchange = exchange;
    const make = exchange.client.bind(exchange);
    exchange.client = (url) => {
      const isNew = exchange.clients[url] === undefined;
      const client = make(url) as PlayedClient;
      if (isNew) this.#connectByHand(client);
      return client;
    };
  }

  #connectByHand(client: PlayedClient): void {
    let connecting: Promise<unknown> | null = null;
    client.connect = () => {
      connecting ??= this.#dial(client);
      return connecting;
    };
  }

  #dial(client: PlayedClient): Promise<unknown> {
    this.dials += 1;
    const gone = () => {
      if (this.#clients.get(client.url) !== client) return;
      this.#clients.delete(client.url);
      connection.readyState = 3;
      this.#clock.setTimer(() => client.onClose({ code: 1006 }), 1);
    };
    const connection: Connection = {
      readyState: 1,
      close: gone,
      send: (text, ...rest) => {
        const sent = rest.at(-1);
        if (typeof sent === "function") sent();
        const { id } = JSON.parse(text) as { readonly id: string };
        const answer = JSON.stringify({ id, status: 200, result: { subscriptionId: 0 } });
        this.#clock.setTimer(() => {
          if (connection.readyState === 1) client.onMessage({ data: answer });
        }, 5);
      },
    };
    return new Promise((resolve) => {
      this.#clock.setTimer(() => {
        client.connection = connection;
        this.#clients.set(client.url, client);
        client.onOpen();
        resolve(client.url);
      }, 5);
    });
  }
}
