/** One process, one open store per data directory. */
import { StoreError } from "../model/errors.ts";

const FILE = "kernel.lock";

export interface DirectoryLock {
  release(): void;
}

/**
 * Takes the directory's lock. The system frees it when the process ends, however it ends; the file
 * stays, because deleting a lock file lets two processes hold locks on two files of one name.
 * @throws {StoreError} naming the process that holds it.
 */
export function lockDirectory(directory: string): DirectoryLock {
  const path = `${directory}/${FILE}`;
  const file = Deno.openSync(path, { read: true, write: true, create: true, mode: 0o600 });
  try {
    if (!file.tryLockSync(true)) {
      throw new StoreError(
        `Cannot open store: data directory ${directory} is in use by ${holderOf(file)}; ` +
          "stop that kernel, or give this one a data directory of its own",
        { directory },
      );
    }
    file.truncateSync(0);
    file.writeSync(new TextEncoder().encode(`${Deno.pid}\n`));
  } catch (error) {
    file.close();
    throw error;
  }
  return { release: () => file.close() };
}

/** The file holds the process id only so that this message can name it. */
function holderOf(file: Deno.FsFile): string {
  const bytes = new Uint8Array(20);
  const length = file.readSync(bytes) ?? 0;
  const pid = Number.parseInt(new TextDecoder().decode(bytes.subarray(0, length)));
  if (!Number.isSafeInteger(pid)) return "another process";
  return pid === Deno.pid ? `this process (${pid})` : `process ${pid}`;
}
