/**
 * Who signed an action: the action's bytes, its nonce and what else binds it are hashed, the hash
 * stands in a "phantom agent", and that is signed as typed data (EIP-712). Source:
 * hyperliquid-python-sdk, utils/signing.py (`action_hash`, `construct_phantom_agent`,
 * `l1_payload`), as read on 2026-11-21.
 */
import { decimal } from "../../model/decimal.ts";
import { keccak256 } from "./keccak.ts";
import { bigEndian, packed } from "./message_pack.ts";
import { recoverAddress } from "./secp256k1.ts";

export interface SignedAction {
  readonly action: Readonly<Record<string, unknown>>;
  readonly nonce: number;
  readonly vaultAddress: string | null;
  readonly expiresAfter: number | null;
  readonly signature: unknown;
}

/** `a` is the main network and `b` the test network: an action is good for one of them. */
export type Network = "a" | "b";

const ADDRESS = /^0x[0-9a-f]{40}$/i;
const PLAIN = /^\d{1,18}(\.\d{1,18})?$/;
const HEX = /^0x[0-9a-f]{1,64}$/i;

const DOMAIN = keccak256(joined(
  textHash("EIP712Domain(string name,string version,uint256 chainId,address verifyingContract)"),
  textHash("Exchange"),
  textHash("1"),
  word(1337n),
  word(0n),
));
const AGENT_TYPE = textHash("Agent(string source,bytes32 connectionId)");

/** The signer's address in lower case; null when the signature is none. */
export function signerOf(signed: SignedAction, network: Network): string | null {
  const parts = signatureOf(signed.signature);
  if (parts === null) return null;
  const agent = keccak256(joined(AGENT_TYPE, textHash(network), actionHash(signed)));
  const digest = keccak256(joined(Uint8Array.of(0x19, 0x01), DOMAIN, agent));
  return recoverAddress(digest, parts);
}

/** Numbers as texts, and ids, by the fields they stand in. */
const NUMBERS: ReadonlySet<string> = new Set(["p", "s", "triggerPx"]);
const IDS: ReadonlySet<string> = new Set(["c", "cloid"]);

/**
 * What the venue hashes is what it has read: zeros at the end of a number and capitals in an id are
 * gone, so that who signs them seems to be somebody else ("Signing", common errors).
 */
function asRead(value: unknown, field = ""): unknown {
  if (typeof value === "string") {
    if (NUMBERS.has(field) && PLAIN.test(value)) return decimal(value);
    return IDS.has(field) ? value.toLowerCase() : value;
  }
  if (Array.isArray(value)) return value.map((each) => asRead(each, field));
  if (typeof value !== "object" || value === null) return value;
  return Object.fromEntries(
    Object.entries(value).map(([name, each]) => [name, asRead(each, name)]),
  );
}

/** @throws {RangeError} for an action that cannot be packed. */
function actionHash(
  { action, nonce, vaultAddress, expiresAfter }: SignedAction,
): Uint8Array {
  return keccak256(joined(
    packed(asRead(action)),
    bigEndian(nonce, 8),
    ...(vaultAddress === null
      ? [Uint8Array.of(0)]
      : [Uint8Array.of(1), Uint8Array.fromHex(vaultAddress.slice(2))]),
    ...(expiresAfter === null ? [] : [Uint8Array.of(0), bigEndian(expiresAfter, 8)]),
  ));
}

export function isAddress(value: unknown): value is string {
  return typeof value === "string" && ADDRESS.test(value);
}

function signatureOf(given: unknown) {
  if (typeof given !== "object" || given === null) return null;
  const { r, s, v } = given as Readonly<Record<string, unknown>>; // an object has text keys
  if (typeof r !== "string" || !HEX.test(r) || typeof s !== "string" || !HEX.test(s)) return null;
  if (v !== 27 && v !== 28) return null;
  return { r: BigInt(r), s: BigInt(s), parity: v === 28 ? 1 : 0 } as const;
}

function textHash(text: string): Uint8Array {
  return keccak256(new TextEncoder().encode(text));
}

function word(value: bigint): Uint8Array {
  return Uint8Array.fromHex(value.toString(16).padStart(64, "0"));
}

function joined(...parts: readonly Uint8Array[]): Uint8Array {
  const whole = new Uint8Array(parts.reduce((length, part) => length + part.length, 0));
  let at = 0;
  for (const part of parts) {
    whole.set(part, at);
    at += part.length;
  }
  return whole;
}
