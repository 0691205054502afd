/**
 * What of ccxt this adapter relies on, as structural types: ccxt's own declarations are loose and
 * would pull its whole library into type checking.
 */

/** One market of `exchange.markets`; only what `createOrderRequest` and the mapper read. */
export interface CcxtMarket {
  readonly id: string;
  readonly symbol: string;
  readonly base: string;
  readonly quote: string;
  readonly settle?: string | undefined;
  readonly spot?: boolean | undefined;
  readonly swap?: boolean | undefined;
  readonly future?: boolean | undefined;
  readonly option?: boolean | undefined;
  readonly linear?: boolean | undefined;
  readonly inverse?: boolean | undefined;
  readonly active?: boolean | undefined;
  /** Texts where the instance was made with `number: String`, which keeps every digit. */
  readonly contractSize?: unknown;
  readonly strike?: unknown;
  readonly precision?: { readonly amount?: unknown; readonly price?: unknown } | undefined;
  readonly limits?:
    | Readonly<Partial<Record<"amount" | "price" | "cost", CcxtLimits | undefined>>>
    | undefined;
  /** Milliseconds since 1970. */
  readonly expiry?: number | undefined;
  readonly optionType?: string | undefined;
  /** The venue's own row. Cut to a few fields after loading, since it is most of the memory. */
  info: unknown;
}

export interface CcxtLimits {
  readonly min?: unknown;
  readonly max?: unknown;
}

/** One asset of `exchange.currencies`. */
export interface CcxtCurrency {
  readonly code: string;
  readonly name?: string | undefined;
  info?: unknown;
}

export interface CcxtSigned {
  readonly url: string;
  readonly method: string;
  readonly headers?: Readonly<Record<string, string>> | undefined;
  readonly body?: string | undefined;
}

/** One WebSocket of ccxt. The methods are its own; we replace the callbacks per client. */
export interface CcxtClient {
  readonly url: string;
  readonly futures: Readonly<Record<string, Promise<unknown>>>;
  readonly connection?:
    | { close(): void; send(text: string): void; readonly readyState: number }
    | undefined;
  error?: unknown;
  keepAlive: number;
  connectionTimeout: number;
  log: (...parts: unknown[]) => void;
  onMessage: (event: { readonly data: unknown }) => void;
  onErrorCallback: (client: CcxtClient, error: unknown) => void;
  onCloseCallback: (client: CcxtClient, event: unknown) => void;
  connect(backoffMs?: number): Promise<unknown>;
  send(message: unknown): Promise<unknown>;
  reset(error: unknown): void;
  clearConnectionTimeout(): void;
  clearPingInterval(): void;
}

export type CcxtFetch = (
  url: string,
  init: {
    readonly method: string;
    readonly headers?: Readonly<Record<string, string>> | undefined;
    readonly body?: string | undefined;
    readonly signal?: AbortSignal;
  },
) => Promise<CcxtResponse>;

/** The part of a Response that ccxt reads. */
export interface CcxtResponse {
  readonly status: number;
  readonly statusText: string;
  readonly headers: Headers;
  text(): Promise<string>;
}

export interface CcxtExchange {
  readonly id: string;
  readonly urls: { api: Record<string, unknown> };
  readonly has: Record<string, unknown>;
  readonly options: Record<string, unknown>;
  readonly clients: Record<string, CcxtClient>;
  markets: Record<string, CcxtMarket> | undefined;
  markets_by_id?: Record<string, readonly CcxtMarket[]> | undefined;
  /** Symbols and ids of the markets, sorted. */
  symbols?: readonly string[] | undefined;
  ids?: readonly string[] | undefined;
  /** What `loadMarkets` answers with when it is not asked to load again. */
  marketsLoading?: unknown;
  currencies: Record<string, CcxtCurrency> | undefined;
  /** 2 decimal places, 3 significant digits, 4 tick size: what `precision` of a market counts. */
  readonly precisionMode: number;
  /** Indexes markets, each merged with what ccxt adds to all of them. */
  setMarkets: (markets: readonly CcxtMarket[], currencies?: unknown) => unknown;
  enableRateLimit: boolean;
  enableLastHttpResponse: boolean;
  enableLastJsonResponse: boolean;
  enableLastResponseHeaders: boolean;
  fetchImplementation: CcxtFetch | undefined;
  nonce: () => number;
  milliseconds: () => number;
  seconds: () => number;
  throttle: (cost?: unknown) => Promise<void>;
  log: (...parts: unknown[]) => void;
  calculateWsBackoffDelay: (url: string) => number;
  handleMessage: (client: CcxtClient, message: unknown) => void;
  client(url: string): CcxtClient;
  loadMarkets(reload: boolean, params: Readonly<Record<string, unknown>>): Promise<unknown>;
  fetchMarkets: (params: Readonly<Record<string, unknown>>) => Promise<readonly CcxtMarket[]>;
  fetchCurrencies(): Promise<Record<string, CcxtCurrency>>;
  /** Undefined for what is no JSON. */
  parseJson: (text: string) => unknown;
  setSandboxMode(enabled: boolean): void;
  sign(
    path: string,
    api: string | readonly string[],
    method: string,
    params: Record<string, unknown>,
  ): CcxtSigned;
  createOrderRequest(
    symbol: string,
    type: string,
    side: string,
    amount: string,
    price: string | undefined,
    params: Record<string, unknown>,
  ): Record<string, unknown>;
}

export type CcxtExchangeClass = new (options: Record<string, unknown>) => CcxtExchange;
export type CcxtErrorClass = abstract new (...parts: never[]) => Error;

/** One venue's class and the error class all of ccxt's errors extend. */
export interface CcxtCode {
  readonly Exchange: CcxtExchangeClass;
  readonly BaseError: CcxtErrorClass;
}
