/** Randomness that one number decides, so that a whole run can be repeated. Never for keys. */
import type { Random } from "../model/clock.ts";

const TWO_32 = 2 ** 32;

/** The generator sfc32 (small, fast, period at least 2^64), filled from the seed by splitmix32. */
export class SeededRandom implements Random {
  /** What decides the sequence. */
  readonly seed: number;
  #a: number;
  #b: number;
  #c: number;
  #counter = 1;

  /** @param seed any finite number; 1 and 1.5 and 2^40 + 1 are different seeds. */
  constructor(seed: number) {
    if (!Number.isFinite(seed)) {
      throw new RangeError(`Cannot seed: the seed must be finite, got ${seed}`);
    }
    this.seed = seed;
    const words = new Uint32Array(new Float64Array([seed]).buffer);
    this.#a = mixed(words[0]!);
    this.#b = mixed(words[1]! ^ 0x9e3779b9);
    this.#c = mixed(words[0]! ^ mixed(words[1]!));
    for (let round = 0; round < 12; round++) this.#word();
  }

  /** 53 random bits, as many as a float in [0, 1) holds. */
  next(): number {
    const high = this.#word() >>> 5;
    const low = this.#word() >>> 6;
    return (high * 2 ** 26 + low) / 2 ** 53;
  }

  bytes(length: number): Uint8Array {
    const bytes = new Uint8Array(length);
    for (let at = 0; at < length; at += 4) {
      const word = this.#word();
      for (let shift = 0; shift < 4 && at + shift < length; shift++) {
        bytes[at + shift] = word >>> (8 * shift);
      }
    }
    return bytes;
  }

  /** An integer in [0, limit), without bias worth naming for limits below 2^32. */
  below(limit: number): number {
    return Math.floor(this.next() * limit);
  }

  #word(): number {
    const sum = (this.#a + this.#b + this.#counter) | 0;
    this.#counter = (this.#counter + 1) | 0;
    this.#a = this.#b ^ (this.#b >>> 9);
    this.#b = (this.#c + (this.#c << 3)) | 0;
    this.#c = (((this.#c << 21) | (this.#c >>> 11)) + sum) | 0;
    return ((sum % TWO_32) + TWO_32) % TWO_32;
  }
}

/** The finalizer of splitmix32: every bit of the input reaches every bit of the output. */
function mixed(word: number): number {
  let value = (word + 0x9e3779b9) | 0;
  value = Math.imul(value ^ (value >>> 16), 0x21f0aaad);
  value = Math.imul(value ^ (value >>> 15), 0x735a2d97);
  return (value ^ (value >>> 15)) | 0;
}
