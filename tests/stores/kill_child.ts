/** Appends without end and tells of each intent once it is durable, until it is killed. */
import { openSqliteStore } from "../../src/stores/sqlite.ts";
import { placement, turn } from "./records.ts";

const store = await openSqliteStore({ path: Deno.args[0] ?? "" });
const round = Deno.args[1] ?? "";
const encoder = new TextEncoder();
for (let n = 0;; n++) {
  const ids = Array.from({ length: 1 + (n % 8) }, (_, i) => `${round}-${n}-${i}`);
  store.append({ turns: ids.map((id) => placement(id, { clientOrderIds: [`c-${id}`] })) });
  store.append({ turns: ids.map((id) => turn(id, { state: "ACTIVE.open" })) });
  Deno.stdout.writeSync(encoder.encode(ids.map((id) => `${id}\n`).join("")));
}
