/**
 * MessagePack of what JSON can hold, each value in its shortest form, keys in the order they came:
 * an action is signed in these bytes. Source: github.com/msgpack/msgpack, spec.md.
 */

/** Deeper actions are none. */
const DEPTH_MAX = 16;

/** @throws {RangeError} for what an action never holds: fractions, and whole numbers too large. */
export function packed(value: unknown): Uint8Array {
  const bytes: number[] = [];
  write(bytes, value, 0);
  return Uint8Array.from(bytes);
}

function write(bytes: number[], value: unknown, depth: number): void {
  if (depth > DEPTH_MAX) throw new RangeError(`Cannot pack: deeper than ${DEPTH_MAX}`);
  if (value === null || value === undefined) return void bytes.push(0xc0);
  switch (typeof value) {
    case "boolean":
      return void bytes.push(value ? 0xc3 : 0xc2);
    case "number":
      return writeInteger(bytes, value);
    case "string":
      return writeText(bytes, value);
  }
  if (Array.isArray(value)) {
    writeHead(bytes, value.length, { small: 0x90, word: 0xdc, long: 0xdd });
    for (const each of value) write(bytes, each, depth + 1);
    return;
  }
  const entries = Object.entries(value);
  writeHead(bytes, entries.length, { small: 0x80, word: 0xde, long: 0xdf });
  for (const [key, each] of entries) {
    writeText(bytes, key);
    write(bytes, each, depth + 1);
  }
}

function writeInteger(bytes: number[], value: number): void {
  if (!Number.isSafeInteger(value)) throw new RangeError(`Cannot pack ${value}: no whole number`);
  if (value >= 0) {
    if (value < 0x80) bytes.push(value);
    else if (value < 0x100) bytes.push(0xcc, value);
    else if (value < 0x10000) bytes.push(0xcd, ...bigEndian(value, 2));
    else if (value < 0x1_0000_0000) bytes.push(0xce, ...bigEndian(value, 4));
    else bytes.push(0xcf, ...bigEndian(value, 8));
    return;
  }
  if (value >= -0x20) bytes.push(0x100 + value);
  else if (value >= -0x80) bytes.push(0xd0, 0x100 + value);
  else if (value >= -0x8000) bytes.push(0xd1, ...bigEndian(value, 2));
  else if (value >= -0x8000_0000) bytes.push(0xd2, ...bigEndian(value, 4));
  else bytes.push(0xd3, ...bigEndian(value, 8));
}

function writeText(bytes: number[], text: string): void {
  const encoded = new TextEncoder().encode(text);
  const { length } = encoded;
  if (length < 0x20) bytes.push(0xa0 | length);
  else if (length < 0x100) bytes.push(0xd9, length);
  else if (length < 0x10000) bytes.push(0xda, ...bigEndian(length, 2));
  else bytes.push(0xdb, ...bigEndian(length, 4));
  for (const byte of encoded) bytes.push(byte);
}

function writeHead(
  bytes: number[],
  length: number,
  { small, word, long }: { readonly small: number; readonly word: number; readonly long: number },
): void {
  if (length < 0x10) bytes.push(small | length);
  else if (length < 0x10000) bytes.push(word, ...bigEndian(length, 2));
  else bytes.push(long, ...bigEndian(length, 4));
}

export function bigEndian(value: number, size: 2 | 4 | 8): Uint8Array {
  const bytes = new Uint8Array(8);
  new DataView(bytes.buffer).setBigInt64(0, BigInt(value));
  return bytes.slice(8 - size);
}
