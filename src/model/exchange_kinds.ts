/** The exchange kinds this program brings: what each is called, keyed by and tested on. */

/** An option that holds a key, or names the account. */
export type KeyField = "apiKey" | "secret" | "password" | "privateKey" | "walletAddress";

export interface CcxtVenue {
  /** As people write it. */
  readonly name: string;
  /** What signing needs; all of it, or nothing on the local testnet. */
  readonly keys: readonly KeyField[];
  /** What names the account: two exchanges that share it would fight over one account. */
  readonly account: KeyField;
  /**
   * Whether there is a public sandbox with the same API that ccxt 4.5.84 can be pointed at (its
   * `urls.test`, and for OKX a header). Coinbase's sandbox answers canned texts and Kraken spot has
   * none, so ccxt has neither.
   */
  readonly sandbox: boolean;
  /** What `market` may say, the default first; empty where an exchange trades every market. */
  readonly markets: readonly string[];
  /** Whether each market has a wallet of its own, so that one key may trade each of them once. */
  readonly walletPerMarket: boolean;
}

/**
 * One row for each exchange traded through ccxt, in the order of the documentation. Keys and
 * sandboxes are `requiredCredentials` of each class, and `urls.test`, in ccxt 4.5.84.
 */
const CCXT = {
  // Spot and USD-M futures: a wallet, an API, order ids and budgets of their own.
  binance: { ...venue("Binance"), markets: ["spot", "usdm"], walletPerMarket: true },
  okx: { ...venue("OKX"), keys: ["apiKey", "secret", "password"] },
  // The unified account: one wallet behind every market.
  bybit: { ...venue("Bybit"), markets: ["spot", "linear"] },
  hyperliquid: {
    name: "Hyperliquid",
    keys: ["walletAddress", "privateKey"],
    // One wallet may have many API wallets, each with a private key of its own.
    account: "walletAddress",
    sandbox: true,
    markets: ["perp", "spot"],
    // Nonces are counted by signer, whichever market an action is about.
    walletPerMarket: false,
  },
  coinbase: { ...venue("Coinbase"), sandbox: false },
  kraken: { ...venue("Kraken"), sandbox: false },
  krakenfutures: venue("Kraken Futures"),
} as const satisfies Readonly<Record<string, CcxtVenue>>;

/** Traded through ccxt. */
export type CcxtKind = keyof typeof CCXT;
export const CCXT_VENUES: Readonly<Record<CcxtKind, CcxtVenue>> = CCXT;
export const CCXT_KINDS = Object.keys(CCXT) as readonly CcxtKind[]; // a literal has no other keys

/** Every kind, in the order of the documentation. */
export type ExchangeKind = "paper" | CcxtKind | "cme" | "nse";
export const EXCHANGE_KINDS: readonly ExchangeKind[] = ["paper", ...CCXT_KINDS, "cme", "nse"];

/** Older names people still write. */
export const KIND_ALIASES: Readonly<Record<string, ExchangeKind>> = { okex: "okx" };

export function isCcxtKind(kind: string): kind is CcxtKind {
  return Object.hasOwn(CCXT_VENUES, kind);
}

/** The kind that is meant, e.g. `okx` for `okex`. */
export function canonicalKind(kind: string): string {
  return Object.hasOwn(KIND_ALIASES, kind) ? KIND_ALIASES[kind]! : kind;
}

/** @returns why the venue cannot be used so, or null. */
export function testnetRefusal(kind: string, testnet: unknown): string | null {
  if (kind === "paper") {
    return testnet === undefined ? null : "the paper exchange is a simulation already; remove it";
  }
  if (!isCcxtKind(kind)) {
    return testnet === "local" ? `there is no local testnet of ${kind}; use true or false` : null;
  }
  const { name, sandbox } = CCXT_VENUES[kind];
  if (testnet !== true || sandbox) return null;
  return `${name} has no sandbox with this API; use local (the testnet of this project) or false`;
}

/** What most of them have in common. */
function venue(name: string): CcxtVenue {
  return {
    name,
    keys: ["apiKey", "secret"],
    account: "apiKey",
    sandbox: true,
    markets: [],
    walletPerMarket: false,
  };
}
