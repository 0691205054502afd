/** Which exchanges need keys, and where keys may be written. */
import type { Path } from "./interpolation.ts";
import type { Mistakes } from "./mistakes.ts";
import type { ExchangeConfig } from "./schema.ts";

const FIELDS = ["apiKey", "secret"] as const;

/** Adds a mistake for each missing key; the local testnet alone brings its own pair. */
export function requireKeys(section: object, base: Path, mistakes: Mistakes): void {
  const isLocal = "testnet" in section && section.testnet === "local";
  const missing = FIELDS.filter((field) => !(field in section));
  if (isLocal && missing.length === FIELDS.length) return;
  const rule = isLocal
    ? "expected apiKey and secret together, or neither, got nothing"
    : "expected a ${VARIABLE}, got nothing; only `testnet: local` needs no keys";
  for (const field of missing) mistakes.add([...base, field], rule);
}

interface KeysContext {
  readonly substituted: ReadonlySet<string>;
  readonly mistakes: Mistakes;
  /** Permission bits of the file, or null where there are none. */
  readonly mode: number | null;
}

/** Keys of real accounts may not lie in a file others can read; our testnet's are no secret. */
export function refuseReadableKeys(
  base: Path,
  exchange: ExchangeConfig,
  { substituted, mistakes, mode }: KeysContext,
): void {
  const isReadable = mode !== null && (mode & 0o077) !== 0;
  if (!isReadable || exchange.kind === "paper" || exchange.testnet === "local") return;
  for (const field of FIELDS) {
    const path = [...base, field];
    if (substituted.has(path.join("\n"))) continue;
    const rule = "expected a ${VARIABLE}, or a file that only its owner can read (chmod 600)";
    mistakes.add(path, `${rule}; this file has mode ${(mode & 0o777).toString(8)}`);
  }
}
