/** Which keys an exchange knows, what proves that a request is theirs, and whose account they use. */
import { createPublicKey } from "node:crypto";
import type { TestnetAccount } from "../credentials.ts";

export interface Key {
  /** What a request names itself by: an API key, a key's path, a wallet's address. */
  readonly id: string;
  /** The engine's account; several keys may share one. */
  readonly accountId: string;
  readonly account: TestnetAccount;
}

/** Null: the account lacks what this exchange's keys need, and is none of its accounts. */
export type KeyReader = (account: TestnetAccount) => Key | null;

export class KeyRing {
  readonly #keys = new Map<string, Key>();

  constructor(accounts: readonly TestnetAccount[], read: KeyReader = apiKeyOf) {
    for (const account of accounts) {
      const key = read(account);
      if (key !== null) this.#keys.set(key.id, key);
    }
  }

  get(id: string): Key | undefined {
    return this.#keys.get(id);
  }

  all(): Iterable<Key> {
    return this.#keys.values();
  }
}

/** Key and secret, and for some exchanges a passphrase: the account is named by the key. */
export function apiKeyOf(account: TestnetAccount): Key {
  return { id: account.apiKey, accountId: account.accountId ?? account.apiKey, account };
}

/** As `apiKeyOf`, for exchanges whose keys have a passphrase. */
export function passphraseKeyOf(account: TestnetAccount): Key | null {
  return account.password === undefined ? null : apiKeyOf(account);
}

/**
 * Wallets sign for themselves or, as API wallets, for another: the key is the signer's address, the
 * account the wallet's. Addresses compare in lower case.
 */
export function walletKeyOf(account: TestnetAccount): Key | null {
  if (account.walletAddress === undefined) return null;
  return {
    id: account.apiKey.toLowerCase(),
    accountId: account.accountId ?? account.walletAddress.toLowerCase(),
    account,
  };
}

/** What an exchange keeps of a key pair, in PEM. @param privateKey PEM, SEC1 or PKCS8. */
export function publicKeyOf(privateKey: string): string {
  return createPublicKey(privateKey).export({ type: "spki", format: "pem" }).toString();
}
