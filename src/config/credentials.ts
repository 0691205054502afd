/** Which exchanges need keys, where keys may be written, and those that lie in files. */
import {
  isKeyFileReference,
  KEY_FIELDS,
  malformedKeys,
  missingKeys,
  normalKey,
} from "../model/exchange_keys.ts";
import { isCcxtKind, type KeyField } from "../model/exchange_kinds.ts";
import type { Path } from "./interpolation.ts";
import { readKeyFile } from "./key_file.ts";
import type { Mistakes } from "./mistakes.ts";
import type { ExchangeConfig } from "./schema.ts";

type Section = Readonly<Record<string, unknown>>;

/** Every option that may hold a key, of a traditional venue as well. */
export const KEY_OPTIONS: readonly string[] = [...KEY_FIELDS, "accessToken"];

/** How a key is given in the file. */
const WANTED = "a ${VARIABLE} or { file: path }";

/** Adds a mistake for each key that is missing or cannot be one of this venue. */
export function checkKeys(kind: string, section: object, { base, mistakes }: {
  readonly base: Path;
  readonly mistakes: Mistakes;
}): void {
  if (!isCcxtKind(kind)) return;
  const given = section as Section; // a parsed map has text keys
  for (const { field, rule } of missingKeys(kind, given, WANTED)) {
    mistakes.add([...base, field], rule);
  }
  for (const { field, rule } of malformedKeys(kind, given)) {
    mistakes.add([...base, field], `${rule}, got a value that is not shown`);
  }
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
  for (const field of KEY_OPTIONS) {
    const path = [...base, field];
    // A wallet's address is public.
    if (field === "walletAddress" || typeof (exchange as Section)[field] !== "string") continue;
    if (substituted.has(path.join("\n"))) continue;
    const rule = `expected ${WANTED}, or a file that only its owner can read (chmod 600)`;
    mistakes.add(path, `${rule}; this file has mode ${(mode & 0o777).toString(8)}`);
  }
}

/**
 * The section with the keys that lie in files, and with those of a venue as its code takes them.
 *
 * @param refuse told of each key that cannot be read; its words name no value.
 */
export async function withReadKeys<Exchange extends object>(
  exchange: Exchange,
  refuse: (field: string, rule: string) => void,
): Promise<Exchange> {
  const options = exchange as Section; // a section has text keys
  const kind = String(options["kind"]);
  const read: Record<string, unknown> = {};
  for (const field of KEY_OPTIONS) {
    const given = options[field];
    if (isKeyFileReference(given)) {
      const key = await readKeyFile(given.file);
      if (key.kind === "read") read[field] = key.value;
      else refuse(field, key.rule);
    } else if (typeof given === "string") read[field] = given;
  }
  const section = { ...exchange, ...read };
  if (!isCcxtKind(kind)) return section;
  for (const { field, rule } of malformedKeys(kind, section)) {
    refuse(field, `${rule}, got a value that is not shown`);
  }
  return { ...section, ...normalKeys(kind, read) };
}

function normalKeys(kind: Parameters<typeof normalKey>[0], keys: Section): Section {
  return Object.fromEntries(
    Object.entries(keys).map(([field, value]) => [
      field,
      typeof value === "string" && isKeyField(field) ? normalKey(kind, { field, value }) : value,
    ]),
  );
}

function isKeyField(field: string): field is KeyField {
  return KEY_FIELDS.some((each) => each === field);
}
