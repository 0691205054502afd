/**
 * A folder with one file for each key, `<name>.<kind>`: what `xk keys` writes and `{ file: path }`
 * in a configuration reads. Values go in and never come out of here.
 */
import { KEY_FILE_BYTES_MAX } from "../model/limits.ts";
import { KEY_OPTIONS } from "./credentials.ts";
import { readKeyFile } from "./key_file.ts";
import { ExchangeNameSchema } from "./schema.ts";
import { didYouMean } from "./suggestion.ts";

export interface KeyName {
  /** Whose it is, e.g. the exchange's name in the configuration. */
  readonly name: string;
  /** Which option it is for, e.g. `secret`. */
  readonly kind: string;
}

export interface StoredKey extends KeyName {
  readonly path: string;
}

/** In the words of a mistake; nothing was changed. */
export interface KeyRefusal {
  readonly kind: "refused";
  readonly rule: string;
}

/** @returns the name and kind as they may stand in a file's name. */
export function checkKeyName({ name, kind }: KeyName): KeyRefusal | null {
  const named = ExchangeNameSchema.safeParse(name);
  if (!named.success) return refused(`name: ${named.error.issues[0]?.message}`);
  if (KEY_OPTIONS.includes(kind)) return null;
  const known = `expected one of ${KEY_OPTIONS.join(", ")}`;
  // A value given in the place of a kind must not be shown; a slip of one is none.
  return refused(`kind: ${known}${didYouMean(kind, KEY_OPTIONS)}`);
}

/**
 * Writes one key for its owner's eyes only. The file is never seen half written or with another
 * mode, and is read back as the kernel will read it.
 */
export async function addKey(
  directory: string,
  { name, kind, value, replace }: KeyName & { readonly value: string; readonly replace: boolean },
): Promise<{ readonly kind: "written"; readonly path: string } | KeyRefusal> {
  const bytes = new TextEncoder().encode(value.replace(/[\r\n]+$/, ""));
  if (bytes.length === 0) return refused("expected a value, got nothing");
  if (bytes.length > KEY_FILE_BYTES_MAX) {
    return refused(`expected at most ${KEY_FILE_BYTES_MAX} bytes, got ${bytes.length}`);
  }
  const path = pathOf(directory, { name, kind });
  await Deno.mkdir(directory, { recursive: true, mode: 0o700 });
  if (!replace && await exists(path)) {
    return refused(`${path} exists; --replace overwrites it, xk keys rm removes it`);
  }
  const draft = `${path}.draft`;
  await removeIfThere(draft); // left behind, it could have a wider mode, which writing would keep
  try {
    await Deno.writeFile(draft, bytes, { mode: 0o600, createNew: true });
    const read = await readKeyFile(draft);
    if (read.kind === "refused") return refused(read.rule.replaceAll(draft, path));
    await Deno.rename(draft, path);
    return { kind: "written", path };
  } finally {
    await removeIfThere(draft);
  }
}

/** By name, then by kind in the order of the options; other files of the folder are left out. */
export async function listKeys(directory: string): Promise<readonly StoredKey[]> {
  const keys: StoredKey[] = [];
  for await (const { name: file } of entriesOf(directory)) {
    const dot = file.lastIndexOf(".");
    const key = { name: file.slice(0, dot), kind: file.slice(dot + 1) };
    if (dot > 0 && checkKeyName(key) === null) keys.push({ ...key, path: pathOf(directory, key) });
  }
  const rank = ({ kind }: KeyName) => KEY_OPTIONS.indexOf(kind);
  return keys.sort((a, b) => a.name.localeCompare(b.name, "en") || rank(a) - rank(b));
}

/** Removes all keys of a name, or those of the kinds. @returns what was removed. */
export async function removeKeys(
  directory: string,
  { name, kinds }: { readonly name: string; readonly kinds: readonly string[] },
): Promise<readonly StoredKey[]> {
  const gone = (await listKeys(directory)).filter((key) =>
    key.name === name && (kinds.length === 0 || kinds.includes(key.kind))
  );
  for (const { path } of gone) await Deno.remove(path);
  return gone;
}

function pathOf(directory: string, { name, kind }: KeyName): string {
  return `${directory.replace(/\/+$/, "") || "/"}/${name}.${kind}`;
}

async function* entriesOf(directory: string): AsyncIterable<Deno.DirEntry> {
  try {
    yield* Deno.readDir(directory);
  } catch (error) {
    if (!(error instanceof Deno.errors.NotFound)) throw error;
  }
}

async function exists(path: string): Promise<boolean> {
  try {
    await Deno.lstat(path);
    return true;
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) return false;
    throw error;
  }
}

async function removeIfThere(path: string): Promise<void> {
  if (await exists(path)) await Deno.remove(path);
}

function refused(rule: string): KeyRefusal {
  return { kind: "refused", rule };
}
