/**
 * The keys the local exchanges know by default. They guard nothing: the testnet binds loopback and
 * trades in made-up balances, and fixed keys let examples run without set-up.
 */

/** 64 characters, as Binance keys have. */
export const TESTNET_API_KEY = "testnetKey0000000000000000000000000000000000000000000000000000AA";
export const TESTNET_API_SECRET =
  "testnetSecret00000000000000000000000000000000000000000000000000BB";

/** One key of one account of the local exchanges. */
export interface TestnetAccount {
  /** What requests name themselves by; for a wallet the address that signs. */
  readonly apiKey: string;
  /** A text, or the private key in the form the exchange's clients take it. */
  readonly secret: string;
  /** The passphrase, where the exchange's keys have one. */
  readonly password?: string;
  /** The wallet that is traded, where accounts are wallets; another than `apiKey` for agents. */
  readonly walletAddress?: string;
  /** Two keys with one id trade one account; default: an account for itself. */
  readonly accountId?: string;
  /** Starting balances by asset, plain decimals; absent: the exchange's default ones. */
  readonly balances?: Readonly<Record<string, string>>;
}

export const DEFAULT_ACCOUNT: TestnetAccount = {
  apiKey: TESTNET_API_KEY,
  secret: TESTNET_API_SECRET,
};

/**
 * The first account that development chains for Ethereum open, and the second one as an API wallet
 * that signs for it, which cannot withdraw; both keys are public knowledge.
 */
const WALLET_ADDRESS = "0xf39Fd6e51aad88F6F4ce6aB8827279cffFb92266";
const AGENT_ADDRESS = "0x70997970C51812dc3A010C7d01b50e0d17dc79C8";
const AGENT_KEY = "0x59c6995e998f97a5a0044966f0945389dc9e86dae88c7a8412f4603b6b78690d";
/** Kraken's keys have 56 characters; its secrets are 64 bytes in base 64. */
const KRAKEN_ACCOUNT: TestnetAccount = {
  apiKey: "testnetKey/".padEnd(56, "0"),
  secret: "dGVzdG5ldFNlY3JldA".padEnd(84, "A") + "AA==",
};

/** In the form each exchange's keys have, since clients check it. */
const CREDENTIALS: Readonly<Record<string, TestnetAccount>> = {
  binance: DEFAULT_ACCOUNT,
  // The same keys trade spot and futures.
  binanceusdm: DEFAULT_ACCOUNT,
  okx: {
    apiKey: "00000000-0000-4000-8000-0000000000aa",
    secret: "7E57".repeat(8),
    password: "testnet-Passphrase1",
  },
  bybit: { apiKey: "testnetKey00000000", secret: "testnetSecret00000000000000000000000" },
  coinbase: {
    apiKey: "organizations/00000000-0000-4000-8000-0000000000aa/apiKeys/" +
      "00000000-0000-4000-8000-0000000000bb",
    secret: "-----BEGIN EC PRIVATE KEY-----\n" +
      "MHcCAQEEIESyWWKmlXzL9m+Lh3kiam+9QvN/kCt7m5yfjPGo4vaGoAoGCCqGSM49\n" +
      "AwEHoUQDQgAE+h7J1vt/JJXyZg41K5RzEzyyH+oj+RZI5gYnTxgDMcoYgMoJCYoP\n" +
      "wWMZVoK4fKnZclPsDKZlgy4V0AKzRU7bNA==\n" +
      "-----END EC PRIVATE KEY-----\n",
  },
  kraken: KRAKEN_ACCOUNT,
  krakenfutures: KRAKEN_ACCOUNT,
  hyperliquid: {
    apiKey: AGENT_ADDRESS,
    secret: AGENT_KEY,
    walletAddress: WALLET_ADDRESS,
  },
};

/** Those of the exchange's own kind. @throws {RangeError} naming the exchanges there are. */
export function defaultCredentials(exchange: string): TestnetAccount {
  if (isLocalExchange(exchange)) return CREDENTIALS[exchange]!;
  const known = Object.keys(CREDENTIALS).join(", ");
  throw new RangeError(`exchange: must be one of ${known}, got ${JSON.stringify(exchange)}`);
}

/** Whether an exchange of this kind has a local one. */
export function isLocalExchange(exchange: string): boolean {
  return Object.hasOwn(CREDENTIALS, exchange);
}

/** As an exchange's options name them in a configuration. */
export function credentialOptions(account: TestnetAccount): Readonly<Record<string, string>> {
  const { apiKey, secret, password, walletAddress } = account;
  if (walletAddress !== undefined) return { walletAddress, privateKey: secret };
  return { apiKey, secret, ...(password === undefined ? {} : { password }) };
}
