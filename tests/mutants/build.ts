/** A copy of the tree with a bug in it, in a directory of its own. */
import type { Edit, Mutant } from "./mutants.ts";

const ROOT = new URL("../../", import.meta.url);
/** All that a simulation needs; packages are the tree's own. */
const COPIED = ["actors", "machines", "src", "links", "tests/simulation"];
const FILES = ["deno.json", "deno.lock", "mod.ts", "tests/budgets.ts"];

export class PatchError extends Error {
  override readonly name = "PatchError";
}

/** @throws {PatchError} naming the edit that does not apply to `text`. */
export function patched(text: string, { file, find, replace }: Edit): string {
  const parts = text.split(find);
  if (parts.length === 2) return parts.join(replace);
  throw new PatchError(`Cannot patch ${file}: found ${parts.length - 1} times: ${find}`);
}

/** The files of a mutant as it changes them. @throws {PatchError} */
export async function mutated({ edits }: Mutant): Promise<ReadonlyMap<string, string>> {
  const files = new Map<string, string>();
  for (const edit of edits) {
    const text = files.get(edit.file) ?? await Deno.readTextFile(new URL(edit.file, ROOT));
    files.set(edit.file, patched(text, edit));
  }
  return files;
}

/** A copy without any change; `apply` makes it a mutant, and `remove` leaves nothing behind. */
export interface Copy {
  readonly path: string;
  apply(mutant: Mutant): Promise<void>;
  /** Takes the last mutant's changes back. */
  restore(): Promise<void>;
  remove(): Promise<void>;
}

export async function copyTree(): Promise<Copy> {
  const path = await Deno.makeTempDir({ prefix: "mutants-" });
  for (const folder of COPIED) await copyFolder(new URL(`${folder}/`, ROOT), `${path}/${folder}`);
  for (const file of FILES) await Deno.copyFile(new URL(file, ROOT), `${path}/${file}`);
  await Deno.symlink(new URL("node_modules", ROOT), `${path}/node_modules`);
  const originals = new Map<string, string>();
  return {
    path,
    apply: async ({ edits }) => {
      for (const edit of edits) {
        const text = await Deno.readTextFile(`${path}/${edit.file}`);
        if (!originals.has(edit.file)) originals.set(edit.file, text);
        await Deno.writeTextFile(`${path}/${edit.file}`, patched(text, edit));
      }
    },
    restore: async () => {
      for (const [file, text] of originals) await Deno.writeTextFile(`${path}/${file}`, text);
      originals.clear();
    },
    remove: () => Deno.remove(path, { recursive: true }),
  };
}

export async function copyFolder(from: URL, to: string): Promise<void> {
  await Deno.mkdir(to, { recursive: true });
  for await (const { name, isDirectory } of Deno.readDir(from)) {
    if (isDirectory) await copyFolder(new URL(`${name}/`, from), `${to}/${name}`);
    else await Deno.copyFile(new URL(name, from), `${to}/${name}`);
  }
}
