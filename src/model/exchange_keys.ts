/**
 * Whether the keys of a section are the ones its venue takes. Nothing here shows a value: a rule
 * says what is expected and never what was found.
 */
import { CCXT_VENUES, type CcxtKind, type KeyField } from "./exchange_kinds.ts";

type Section = Readonly<Record<string, unknown>>;

export interface KeyMistake {
  readonly field: KeyField;
  readonly rule: string;
}

/** A key that lies in a file of its own. */
export interface KeyFileReference {
  /** Its path, relative to the working directory. */
  readonly file: string;
}

/** Every option that may hold a key, whatever the venue. */
export const KEY_FIELDS: readonly KeyField[] = [
  "apiKey",
  "secret",
  "password",
  "privateKey",
  "walletAddress",
];

export function isKeyFileReference(value: unknown): value is KeyFileReference {
  return typeof value === "object" && value !== null && "file" in value &&
    typeof value.file === "string" && value.file !== "" && Object.keys(value).length === 1;
}

/**
 * The keys that are missing; `testnet: local` alone brings its own, all of them.
 *
 * @param wanted how one is given here, e.g. `a ${VARIABLE} or { file }`.
 */
export function missingKeys(
  kind: CcxtKind,
  section: Section,
  wanted: string,
): readonly KeyMistake[] {
  const { name, keys } = CCXT_VENUES[kind];
  const missing = keys.filter((field) => section[field] === undefined);
  const isLocal = section["testnet"] === "local";
  if (missing.length === 0 || (isLocal && missing.length === keys.length)) return [];
  const rule = isLocal
    ? `expected ${andList(keys)} together, or none of them, got nothing`
    : `${name} needs ${andList(keys)}: expected ${wanted}, got nothing; ` +
      "only `testnet: local` needs no keys";
  return missing.map((field) => ({ field, rule }));
}

/** What is wrong with the form of keys that are given as text. */
export function malformedKeys(kind: CcxtKind, section: Section): readonly KeyMistake[] {
  // The keys of the local testnet are of its own making.
  if (section["testnet"] === "local") return [];
  return CCXT_VENUES[kind].keys.flatMap((field) => {
    const value = section[field];
    if (typeof value !== "string") return [];
    const rule = formRule(kind, field, normalKey(kind, { field, value }));
    return rule === null ? [] : [{ field, rule }];
  });
}

/** A key as the venue's code takes it. */
export function normalKey(
  kind: CcxtKind,
  { field, value }: { readonly field: KeyField; readonly value: string },
): string {
  // In JSON and in environment variables the line breaks of a PEM text are written as \n.
  return kind === "coinbase" && field === "secret" ? value.replaceAll("\\n", "\n") : value;
}

/** Coinbase's name of a key, as its key file has it. Source: docs.cdp.coinbase.com, API keys. */
const COINBASE_KEY = /^organizations\/[\w-]+\/apiKeys\/[\w-]+$/;
/** SEC 1 form, as Coinbase hands it out for ES256. */
const EC_PEM =
  /^-----BEGIN EC PRIVATE KEY-----\r?\n[\w+/=\r\n]+\r?\n-----END EC PRIVATE KEY-----\s*$/;
const WALLET = /^0x[0-9a-f]{40}$/i;
const PRIVATE_KEY = /^(0x)?[0-9a-f]{64}$/i;
/** A header value with one of these throws, and the error quotes the value. */
// deno-lint-ignore no-control-regex -- control characters are what it looks for
const CONTROL = /[\u0000-\u001f\u007f]/;

/** @returns what is expected, or null. */
function formRule(kind: CcxtKind, field: KeyField, value: string): string | null {
  if (kind === "coinbase" && field === "secret") {
    return EC_PEM.test(value)
      ? null
      : "expected the EC private key as PEM text (-----BEGIN EC PRIVATE KEY-----…), " +
        "with line breaks or \\n";
  }
  if (CONTROL.test(value)) return "expected one line of text";
  if (kind === "coinbase" && !COINBASE_KEY.test(value)) {
    return "expected the name of the key: organizations/…/apiKeys/…";
  }
  if (field === "walletAddress" && !WALLET.test(value)) return "expected 0x and 40 hex digits";
  if (field === "privateKey" && !PRIVATE_KEY.test(value)) {
    return "expected 64 hex digits, with or without 0x";
  }
  return null;
}

function andList(words: readonly string[]): string {
  return `${words.slice(0, -1).join(", ")} and ${words.at(-1)}`;
}
