/**
 * Whose key a signature was made with: recovery of the public key from an ECDSA signature on
 * secp256k1, which the platform does not offer. Not in constant time: it knows no secret. Source:
 * SEC 1, version 2.0, section 4.1.6.
 */
import { keccak256 } from "./keccak.ts";

const P = 2n ** 256n - 2n ** 32n - 977n;
const N = 0xfffffffffffffffffffffffffffffffebaaedce6af48a03bbfd25e8cd0364141n;

/** x = X/Z², y = Y/Z³; Z = 0 is the point at infinity. */
interface Point {
  readonly x: bigint;
  readonly y: bigint;
  readonly z: bigint;
}

const INFINITY: Point = { x: 1n, y: 1n, z: 0n };
const G: Point = {
  x: 0x79be667ef9dcbbac55a06295ce870b07029bfcdb2dce28d959f2815b16f81798n,
  y: 0x483ada7726a3c4655da4fbfc0e1108a8fd17b448a68554199c47d08ffb10d4b8n,
  z: 1n,
};

export interface Signature {
  readonly r: bigint;
  readonly s: bigint;
  /** Which of the points with this `r`: 0 for an even y, 1 for an odd one. */
  readonly parity: 0 | 1;
}

/** The address of whoever signed the digest, in lower case; null when nobody can have. */
export function recoverAddress(digest: Uint8Array, { r, s, parity }: Signature): string | null {
  if (r <= 0n || r >= N || s <= 0n || s >= N) return null;
  const nonce = pointAt(r, parity);
  if (nonce === null) return null;
  const inverse = invert(r, N);
  const ofG = modulo(-numberOf(digest) * inverse, N);
  const ofNonce = modulo(s * inverse, N);
  const key = twoTimes({ of: G, by: ofG }, { of: nonce, by: ofNonce });
  return key.z === 0n ? null : addressOf(key);
}

function addressOf(key: Point): string {
  const inverse = invert(key.z, P);
  const squared = inverse * inverse % P;
  const x = key.x * squared % P;
  const y = key.y * squared % P * inverse % P;
  const bytes = new Uint8Array(64);
  write(bytes, 0, x);
  write(bytes, 32, y);
  return "0x" + keccak256(bytes).slice(12).toHex();
}

function pointAt(x: bigint, parity: 0 | 1): Point | null {
  const squared = (x * x % P * x + 7n) % P;
  const root = power(squared, (P + 1n) / 4n);
  if (root * root % P !== squared) return null;
  return { x, y: (root & 1n) === BigInt(parity) ? root : P - root, z: 1n };
}

interface Times {
  readonly of: Point;
  readonly by: bigint;
}

/** The sum of two multiples, bit by bit at once. */
function twoTimes(a: Times, b: Times): Point {
  const both = add(a.of, b.of);
  let sum = INFINITY;
  for (let bit = 255n; bit >= 0n; bit--) {
    sum = double(sum);
    const [inA, inB] = [(a.by >> bit) & 1n, (b.by >> bit) & 1n];
    if (inA === 1n) sum = add(sum, inB === 1n ? both : a.of);
    else if (inB === 1n) sum = add(sum, b.of);
  }
  return sum;
}

function double({ x, y, z }: Point): Point {
  if (z === 0n || y === 0n) return INFINITY;
  const ySquared = y * y % P;
  const s = 4n * x * ySquared % P;
  const m = 3n * x * x % P;
  const newX = modulo(m * m - 2n * s, P);
  return {
    x: newX,
    y: modulo(m * (s - newX) - 8n * ySquared * ySquared, P),
    z: 2n * y * z % P,
  };
}

function add(a: Point, b: Point): Point {
  if (a.z === 0n) return b;
  if (b.z === 0n) return a;
  const [aa, bb] = [a.z * a.z % P, b.z * b.z % P];
  const [u1, u2] = [a.x * bb % P, b.x * aa % P];
  const [s1, s2] = [a.y * b.z % P * bb % P, b.y * a.z % P * aa % P];
  if (u1 === u2) return s1 === s2 ? double(a) : INFINITY;
  const h = modulo(u2 - u1, P);
  const r = modulo(s2 - s1, P);
  const hh = h * h % P;
  const hhh = hh * h % P;
  const v = u1 * hh % P;
  const x = modulo(r * r - hhh - 2n * v, P);
  return { x, y: modulo(r * (v - x) - s1 * hhh, P), z: h * a.z % P * b.z % P };
}

function modulo(value: bigint, by: bigint): bigint {
  const rest = value % by;
  return rest < 0n ? rest + by : rest;
}

function power(base: bigint, exponent: bigint): bigint {
  let [result, square] = [1n, base];
  for (let left = exponent; left > 0n; left >>= 1n) {
    if ((left & 1n) === 1n) result = result * square % P;
    square = square * square % P;
  }
  return result;
}

/** By Euclid; `value` is not zero. */
function invert(value: bigint, by: bigint): bigint {
  let [low, high] = [modulo(value, by), by];
  let [ofLow, ofHigh] = [1n, 0n];
  while (low > 1n) {
    const times = high / low;
    [low, high] = [high - low * times, low];
    [ofLow, ofHigh] = [ofHigh - ofLow * times, ofLow];
  }
  return modulo(ofLow, by);
}

function numberOf(bytes: Uint8Array): bigint {
  return BigInt("0x" + bytes.toHex());
}

function write(bytes: Uint8Array, at: number, value: bigint): void {
  bytes.set(Uint8Array.fromHex(value.toString(16).padStart(64, "0")), at);
}
