/**
 * Keccak-256 as Ethereum uses it: the sponge of SHA-3 with the older padding, which the platform
 * does not offer. Source: Keccak reference, version 3.0.
 */

const RATE_BYTES = 136;
const ROUNDS = 24;
const MASK = (1n << 64n) - 1n;
const LANES = 25;

const ROUND_CONSTANTS = roundConstants();
/** Where each lane goes, and by how much it turns. */
const MOVES = moves();

export function keccak256(bytes: Uint8Array): Uint8Array<ArrayBuffer> {
  const lanes: bigint[] = Array.from({ length: LANES }, () => 0n);
  const padded = pad(bytes);
  const words = new DataView(padded.buffer);
  for (let block = 0; block < padded.length; block += RATE_BYTES) {
    for (let lane = 0; lane < RATE_BYTES / 8; lane++) {
      lanes[lane]! ^= words.getBigUint64(block + lane * 8, true);
    }
    permute(lanes);
  }
  const digest = new Uint8Array(32);
  const out = new DataView(digest.buffer);
  for (let lane = 0; lane < 4; lane++) out.setBigUint64(lane * 8, lanes[lane]!, true);
  return digest;
}

function pad(bytes: Uint8Array): Uint8Array<ArrayBuffer> {
  const length = (Math.floor(bytes.length / RATE_BYTES) + 1) * RATE_BYTES;
  const padded = new Uint8Array(length);
  padded.set(bytes);
  padded[bytes.length]! ^= 0x01;
  padded[length - 1]! ^= 0x80;
  return padded;
}

function permute(lanes: bigint[]): void {
  const columns: bigint[] = Array.from({ length: 5 }, () => 0n);
  const moved: bigint[] = Array.from({ length: LANES }, () => 0n);
  for (let round = 0; round < ROUNDS; round++) {
    for (let x = 0; x < 5; x++) {
      columns[x] = lanes[x]! ^ lanes[x + 5]! ^ lanes[x + 10]! ^ lanes[x + 15]! ^ lanes[x + 20]!;
    }
    for (let x = 0; x < 5; x++) {
      const mixed = columns[(x + 4) % 5]! ^ turn(columns[(x + 1) % 5]!, 1n);
      for (let y = 0; y < LANES; y += 5) lanes[x + y]! ^= mixed;
    }
    for (let lane = 0; lane < LANES; lane++) {
      const { to, by } = MOVES[lane]!;
      moved[to] = turn(lanes[lane]!, by);
    }
    for (let y = 0; y < LANES; y += 5) {
      for (let x = 0; x < 5; x++) {
        lanes[x + y] = moved[x + y]! ^ (~moved[(x + 1) % 5 + y]! & MASK & moved[(x + 2) % 5 + y]!);
      }
    }
    lanes[0]! ^= ROUND_CONSTANTS[round]!;
  }
}

function turn(lane: bigint, by: bigint): bigint {
  return ((lane << by) | (lane >> (64n - by))) & MASK;
}

function moves(): readonly { readonly to: number; readonly by: bigint }[] {
  const offsets = Array.from({ length: LANES }, () => 0);
  let [x, y] = [1, 0];
  for (let step = 0; step < LANES - 1; step++) {
    offsets[x + 5 * y] = ((step + 1) * (step + 2) / 2) % 64;
    [x, y] = [y, (2 * x + 3 * y) % 5];
  }
  return offsets.map((offset, lane) => {
    const [fromX, fromY] = [lane % 5, Math.floor(lane / 5)];
    return { to: fromY + 5 * ((2 * fromX + 3 * fromY) % 5), by: BigInt(offset) };
  });
}

/** Bits of a shift register at the places 2^j - 1. */
function roundConstants(): readonly bigint[] {
  let register = 1;
  const nextBit = (): number => {
    const bit = register & 1;
    register = (register << 1) ^ ((register >> 7) * 0x171);
    return bit;
  };
  return Array.from({ length: ROUNDS }, () => {
    let constant = 0n;
    for (let j = 0; j < 7; j++) {
      if (nextBit() === 1) constant |= 1n << (2n ** BigInt(j) - 1n);
    }
    return constant;
  });
}
