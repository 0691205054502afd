/** Reads a secret: from a terminal without showing it, or all of what is piped in. */

export interface SecretStream {
  isTerminal(): boolean;
  /** Keys come one by one and are not shown. */
  setRaw(raw: boolean): void;
  read(bytes: Uint8Array): Promise<number | null>;
}

export type SecretRead =
  | { readonly kind: "read"; readonly value: string }
  | { readonly kind: "refused"; readonly rule: string };

export interface SecretInput {
  readonly stream: SecretStream;
  /** Shows text to the person at the terminal; standard error, so that a pipe stays clean. */
  readonly ask: (text: string) => void;
  readonly bytesMax: number;
}

/** What a terminal sends for keys that are no text. */
const INTERRUPT = 0x03;
const END = 0x04;
const ERASE_LINE = 0x15;
const ERASES: readonly number[] = [0x08, 0x7f];
const LINE_ENDS: readonly number[] = [0x0a, 0x0d];

/** @param question shown at a terminal only. */
export async function readSecret(question: string, input: SecretInput): Promise<SecretRead> {
  const { stream, ask } = input;
  if (!stream.isTerminal()) return decoded(await readAll(input), input);
  ask(question);
  stream.setRaw(true);
  try {
    return await typed(input);
  } finally {
    stream.setRaw(false);
    ask("\n");
  }
}

async function readAll({ stream, bytesMax }: SecretInput): Promise<number[]> {
  const all: number[] = [];
  const chunk = new Uint8Array(1_024);
  while (all.length <= bytesMax) {
    const count = await stream.read(chunk);
    if (count === null) break;
    all.push(...chunk.subarray(0, count));
  }
  return all;
}

async function typed(input: SecretInput): Promise<SecretRead> {
  const { stream, bytesMax } = input;
  const line: number[] = [];
  const chunk = new Uint8Array(1_024);
  while (line.length <= bytesMax) {
    const count = await stream.read(chunk);
    if (count === null) return decoded(line, input);
    for (const byte of chunk.subarray(0, count)) {
      if (byte === INTERRUPT) return { kind: "refused", rule: "canceled: nothing was written" };
      if (byte === END) return decoded(line, input);
      if (byte === ERASE_LINE) line.length = 0;
      else if (ERASES.includes(byte)) erase(line);
      else if (!LINE_ENDS.includes(byte)) line.push(byte);
      else if (!isInsidePem(line)) return decoded(line, input);
      else if (line.at(-1) !== 0x0a) line.push(0x0a); // a terminal sends \r, and a paste \r\n
    }
  }
  return decoded(line, input);
}

/** The last character, all its bytes. */
function erase(line: number[]): void {
  while (((line.pop() ?? 0) & 0xc0) === 0x80);
}

/** A private key as PEM text is pasted as several lines. */
function isInsidePem(line: readonly number[]): boolean {
  const text = String.fromCharCode(...line);
  return text.startsWith("-----BEGIN ") && !/\n-----END [A-Z ]+-----$/.test(text);
}

function decoded(bytes: readonly number[], { bytesMax }: SecretInput): SecretRead {
  if (bytes.length > bytesMax) {
    return { kind: "refused", rule: `expected at most ${bytesMax} bytes` };
  }
  try {
    const value = new TextDecoder("utf-8", { fatal: true }).decode(Uint8Array.from(bytes));
    return { kind: "read", value };
  } catch {
    return { kind: "refused", rule: "expected UTF-8 text" };
  }
}
