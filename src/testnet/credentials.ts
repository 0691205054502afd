/**
 * The key pair every local exchange knows. It guards nothing: the testnet binds loopback and trades
 * in made-up balances, and a fixed pair lets examples run without set-up.
 */

/** 64 characters, as Binance keys have; the other dialects take it as it is. */
export const TESTNET_API_KEY = "testnetKey0000000000000000000000000000000000000000000000000000AA";
export const TESTNET_API_SECRET =
  "testnetSecret00000000000000000000000000000000000000000000000000BB";

/** One account of the local exchanges. */
export interface TestnetAccount {
  readonly apiKey: string;
  readonly secret: string;
  /** Starting balances by asset, plain decimals; absent: the exchange's default ones. */
  readonly balances?: Readonly<Record<string, string>>;
}

export const DEFAULT_ACCOUNT: TestnetAccount = {
  apiKey: TESTNET_API_KEY,
  secret: TESTNET_API_SECRET,
};
