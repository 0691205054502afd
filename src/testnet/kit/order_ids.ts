/**
 * The engine's ids as a venue writes them, and back. Deterministic and reversible, so that no table
 * of ids is kept; what looks random at a venue does not sort by age here either.
 */

export interface IdForm {
  toText(id: number): string;
  /** Null when the venue never gave out such an id. */
  toId(text: string): number | null;
}

const INTEGER = /^[1-9]\d{0,18}$/;
const UUID_TAIL = /^[0-9a-f]{12}$/;
const KRAKEN = /^([A-Z0-9]{5})-([A-Z0-9]{5})-([A-Z0-9]{6})$/;
const KRAKEN_DIGITS = 16;

/** Plain numbers counted from `above`: exchanges show ids of a long life, beyond 2^53 some. */
export function numericIds({ above = 0n }: { readonly above?: bigint } = {}): IdForm {
  return {
    toText: (id) => String(above + BigInt(id)),
    toId: (text) => INTEGER.test(text) ? positive(BigInt(text) - above) : null,
  };
}

/** UUIDs of version 4 by their look. @param kind keeps orders, trades and so on apart. */
export function uuidIds(kind: string): IdForm {
  const scramble = new Scramble(2n ** 48n);
  const letters = [...kind].map((letter) => letter.charCodeAt(0).toString(16)).join("");
  const head = letters.padEnd(14, "5").slice(0, 14);
  const prefix = `${head.slice(0, 8)}-${head.slice(8, 11)}e-4${head.slice(11)}-8b2d-`;
  return {
    toText: (id) => prefix + scramble.of(id).toString(16).padStart(12, "0"),
    toId: (text) => {
      const tail = text.startsWith(prefix) ? text.slice(prefix.length) : "";
      return UUID_TAIL.test(tail) ? scramble.back(BigInt("0x" + tail)) : null;
    },
  };
}

/** Kraken's transaction ids, e.g. `OQCLML-BW3P3-BUCMWZ`: a letter, then 5-5-6 digits of base 36. */
export function krakenIds(letter: "O" | "T"): IdForm {
  const digits = new Scramble(36n ** BigInt(KRAKEN_DIGITS));
  return {
    toText: (id) => {
      const text = digits.of(id).toString(36).toUpperCase().padStart(KRAKEN_DIGITS, "0");
      return `${letter}${text.slice(0, 5)}-${text.slice(5, 10)}-${text.slice(10)}`;
    },
    toId: (text) => {
      const match = text.startsWith(letter) ? KRAKEN.exec(text.slice(1)) : null;
      return match === null ? null : digits.back(parsed(match.slice(1).join("")));
    },
  };
}

function parsed(text: string): bigint {
  let value = 0n;
  for (const digit of text) value = value * 36n + BigInt(parseInt(digit, 36));
  return value;
}

/** A one-to-one map of the numbers below a bound onto themselves. */
class Scramble {
  readonly #bound: bigint;
  readonly #factor: bigint;
  readonly #inverse: bigint;

  /** @param bound of the form 2^a or 36^b, with which none of the primes has a factor in common. */
  constructor(bound: bigint) {
    this.#bound = bound;
    this.#factor = PRIMES % bound;
    this.#inverse = inverseOf(this.#factor, bound);
  }

  of(id: number): bigint {
    return BigInt(id) * this.#factor % this.#bound;
  }

  back(value: bigint): number | null {
    return positive(value * this.#inverse % this.#bound);
  }
}

/** Above every bound, so that the ids of the first orders fill all digits and do not sort. */
const PRIMES = 122_949_823n * 86_028_121n * 32_452_843n * 15_485_863n;

function positive(id: bigint): number | null {
  return id > 0n && id <= BigInt(Number.MAX_SAFE_INTEGER) ? Number(id) : null;
}

/** By Euclid's extended algorithm. */
function inverseOf(value: bigint, modulus: bigint): bigint {
  let [r, nextR, t, nextT] = [modulus, value, 0n, 1n];
  while (nextR > 0n) {
    const quotient = r / nextR;
    [r, nextR] = [nextR, r - quotient * nextR];
    [t, nextT] = [nextT, t - quotient * nextT];
  }
  return (t + modulus) % modulus;
}
