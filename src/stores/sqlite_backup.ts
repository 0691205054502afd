/**
 * Copies of a live database. In WAL mode only a checkpoint writes the main file; so with everything
 * checkpointed and checkpoints held, the file stands still while commits go to the log, and an
 * ordinary copy of it, made off the event loop, is the database at that moment.
 */
import type { DatabaseSync } from "node:sqlite";
import { StoreError } from "../model/errors.ts";
import { CHECKPOINT_PAGES } from "./sqlite_database.ts";

export class SqliteBackup {
  readonly #db: DatabaseSync;
  readonly #file: string;
  #running: Promise<void> | null = null;

  constructor({ db, file }: { readonly db: DatabaseSync; readonly file: string }) {
    this.#db = db;
    this.#file = file;
  }

  /** One at a time: a second one would have to copy an earlier moment than its own. */
  async copyTo(path: string): Promise<void> {
    if (this.#running !== null) {
      throw new StoreError(`Cannot back up to ${path}: another backup is under way`);
    }
    this.#running = this.#copyTo(path);
    try {
      await this.#running;
    } finally {
      this.#running = null;
    }
  }

  /** The file may be closed once this resolves. */
  async settled(): Promise<void> {
    await this.#running?.catch(() => {}); // its caller has the error
  }

  /** The copy has its name only once it is complete and on the disk. */
  async #copyTo(path: string): Promise<void> {
    if (await exists(path)) throw new StoreError(`Cannot back up to ${path}: it exists already`);
    const partial = `${path}.partial`;
    try {
      this.#holdFileStill();
      await Deno.copyFile(this.#file, partial); // takes the file's mode, 0600, along
      using copy = await Deno.open(partial, { read: true, write: true });
      await copy.sync();
    } catch (error) {
      await Deno.remove(partial).catch(() => {}); // may not exist; the first error counts
      throw error;
    } finally {
      this.#db.exec(`PRAGMA wal_autocheckpoint=${CHECKPOINT_PAGES}`);
    }
    await Deno.rename(partial, path);
  }

  #holdFileStill(): void {
    this.#db.exec("PRAGMA wal_autocheckpoint=0");
    const { busy, log, checkpointed } = this.#db.prepare("PRAGMA wal_checkpoint(FULL)").get() ?? {};
    if (busy !== 0 || log !== checkpointed) {
      throw new StoreError(`Cannot back up ${this.#file}: its log is not copied back completely`);
    }
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
