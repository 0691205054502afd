/** A data directory that goes away after the test. */
import { openSqliteStore, type SqliteStoreOptions } from "../../src/stores/sqlite.ts";
import type { Store } from "../../src/stores/store.ts";

export interface DataDir {
  readonly path: string;
  readonly file: string;
  open(options?: Omit<SqliteStoreOptions, "path">): Promise<Store>;
}

/** Runs `body`, then closes the stores it opened and removes the directory. */
export async function withDataDir(body: (dir: DataDir) => Promise<void>): Promise<void> {
  const parent = await Deno.makeTempDir();
  const path = `${parent}/data`;
  const stores: Store[] = [];
  try {
    await body({
      path,
      file: `${path}/kernel.db`,
      open: async (options = {}) => {
        const store = await openSqliteStore({ path, ...options });
        stores.push(store);
        return store;
      },
    });
  } finally {
    for (const store of stores) await store.close();
    await Deno.remove(parent, { recursive: true });
  }
}
