/** Reads a key that lies in a file of its own: for its owner's eyes only, or not at all. */
import { KEY_FILE_BYTES_MAX } from "../model/limits.ts";

export type KeyFileRead =
  | { readonly kind: "read"; readonly value: string }
  /** In the words of a mistake; it names the path and never what the file holds. */
  | { readonly kind: "refused"; readonly rule: string };

/**
 * The text of the file without the line break at its end. A link is followed; what it leads to must
 * be a regular file without a permission for group or others, where the system has permissions.
 */
export async function readKeyFile(path: string): Promise<KeyFileRead> {
  try {
    // Before it is opened: a pipe would keep us waiting.
    const early = refusal(path, await Deno.stat(path));
    if (early !== null) return early;
    using file = await Deno.open(path);
    // Again of what was opened: another file may stand there by now.
    const info = await file.stat();
    return refusal(path, info) ?? textOf(path, await readUpTo(file, KEY_FILE_BYTES_MAX + 1));
  } catch (error) {
    return refused(`cannot read ${path}: ${reasonOf(error)}`);
  }
}

function refusal(path: string, { isFile, mode, size }: Deno.FileInfo): KeyFileRead | null {
  if (!isFile) return refused(`${path} is not a regular file`);
  if (mode !== null && (mode & 0o077) !== 0) {
    const shown = (mode & 0o777).toString(8).padStart(4, "0");
    return refused(
      `${path} has mode ${shown}, so others than its owner can use it: chmod 600 ${path}`,
    );
  }
  if (size > KEY_FILE_BYTES_MAX) {
    return refused(`${path} has ${size} bytes, expected at most ${KEY_FILE_BYTES_MAX}`);
  }
  return null;
}

async function readUpTo(file: Deno.FsFile, max: number): Promise<Uint8Array> {
  const bytes = new Uint8Array(max);
  let length = 0;
  while (length < max) {
    const count = await file.read(bytes.subarray(length));
    if (count === null) break;
    length += count;
  }
  return bytes.subarray(0, length);
}

function textOf(path: string, bytes: Uint8Array): KeyFileRead {
  if (bytes.length > KEY_FILE_BYTES_MAX) {
    return refused(`${path} has more than ${KEY_FILE_BYTES_MAX} bytes`);
  }
  let text: string;
  try {
    text = new TextDecoder("utf-8", { fatal: true }).decode(bytes);
  } catch {
    return refused(`${path} is not UTF-8 text`);
  }
  const value = text.replace(/[\r\n]+$/, "");
  return value === "" ? refused(`${path} is empty`) : { kind: "read", value };
}

function refused(rule: string): KeyFileRead {
  return { kind: "refused", rule };
}

/** Class names only: a message of the system may quote what it likes. */
function reasonOf(error: unknown): string {
  if (error instanceof Deno.errors.NotFound) return "no such file";
  if (error instanceof Deno.errors.NotCapable) return "this process may not read it";
  return error instanceof Error ? error.name : typeof error;
}
