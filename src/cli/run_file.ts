/** `<data>/kernel.json`: where the kernel of a data directory listens, for commands beside it. */
import { z } from "zod";

export interface RunFile {
  readonly url: string;
  readonly token: string;
  readonly pid: number;
}

const RunFileSchema = z.strictObject({
  url: z.string().regex(/^http:\/\/(127\.0\.0\.1|localhost|\[::1\]):\d+$/),
  token: z.string().min(16),
  pid: z.int().positive(),
});

export function runFilePath(data: string): string {
  return `${data.replace(/\/+$/, "") || "/"}/kernel.json`;
}

/** Readable by its owner only, and never seen half written. */
export async function writeRunFile(data: string, run: RunFile): Promise<void> {
  const path = runFilePath(data);
  const draft = `${path}.${run.pid}`;
  // A file left behind could have wider permissions, which a plain write would keep.
  await removeIfThere(draft);
  await Deno.writeTextFile(draft, JSON.stringify(run) + "\n", { mode: 0o600, createNew: true });
  await Deno.rename(draft, path);
}

/** @returns null when there is none or it is not readable as one. */
export async function readRunFile(data: string): Promise<RunFile | null> {
  try {
    const parsed = RunFileSchema.safeParse(JSON.parse(await Deno.readTextFile(runFilePath(data))));
    return parsed.success ? parsed.data : null;
  } catch (error) {
    if (error instanceof Deno.errors.NotFound || error instanceof SyntaxError) return null;
    throw error;
  }
}

/** Removes the file unless another kernel has written its own meanwhile. */
export async function removeRunFile(data: string, run: RunFile): Promise<void> {
  const now = await readRunFile(data);
  if (now?.token === run.token) await removeIfThere(runFilePath(data));
}

async function removeIfThere(path: string): Promise<void> {
  try {
    await Deno.remove(path);
  } catch (error) {
    if (!(error instanceof Deno.errors.NotFound)) throw error;
  }
}
