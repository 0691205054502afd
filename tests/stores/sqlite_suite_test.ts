import { openSqliteStore } from "../../src/stores/sqlite.ts";
import { storeSuite } from "./store_suite.ts";

storeSuite({
  name: "sqlite",
  open: async () => {
    const path = await Deno.makeTempDir();
    return {
      store: await openSqliteStore({ path }),
      dispose: () => Deno.remove(path, { recursive: true }),
    };
  },
});
