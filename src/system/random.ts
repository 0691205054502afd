/** The real randomness: floats from the engine, bytes from the operating system's generator. */
import type { Random } from "../model/clock.ts";

/** Web Crypto refuses to fill more at once. */
const FILL_BYTES_MAX = 65_536;

/** The randomness of every kernel that is not under test. */
export const systemRandom: Random = {
  next: () => Math.random(),
  bytes(length: number): Uint8Array {
    const bytes = new Uint8Array(length);
    for (let at = 0; at < length; at += FILL_BYTES_MAX) {
      crypto.getRandomValues(bytes.subarray(at, at + FILL_BYTES_MAX));
    }
    return bytes;
  },
};
