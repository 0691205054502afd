/** Who may open a data directory, and what is done with a file that is not as it should be. */
import {
  assert,
  assertEquals,
  assertRejects,
  assertStrictEquals,
  assertStringIncludes,
  assertThrows,
} from "@std/assert";
import { DatabaseSync } from "node:sqlite";
import { StoreError } from "../../src/model/errors.ts";
import { type Migration, MIGRATIONS } from "../../src/stores/sqlite_schema.ts";
import type { Store } from "../../src/stores/store.ts";
import { type DataDir, withDataDir } from "./data_dir.ts";
import { drift, event, fill, parkedFact, placement } from "./records.ts";

const NEXT: Migration = { version: 2, sql: "ALTER TABLE intent ADD COLUMN note TEXT" };
const CHILD = new URL("./kill_child.ts", import.meta.url).pathname;

/** A directory with one of everything, closed. */
async function filled(dir: DataDir): Promise<void> {
  const store = await dir.open();
  await store.append({
    turns: [
      placement("a", { events: [event("a")], clientOrderIds: ["c1"], fills: [fill("t1")] }),
    ],
    park: [parkedFact("order:1")],
    drifts: [drift("d1")],
    meta: [{ key: "k", value: "v" }],
  });
  await store.close();
}

function damage(dir: DataDir, sql: string): void {
  const db = new DatabaseSync(dir.file);
  db.exec(sql);
  db.close();
}

Deno.test("sqlite store: directory and files are the owner's alone", () =>
  withDataDir(async (dir) => {
    await dir.open();
    const mode = async (path: string) => ((await Deno.stat(path)).mode ?? 0) & 0o777;
    assertStrictEquals(await mode(dir.path), 0o700);
    for (const file of [dir.file, `${dir.file}-wal`, `${dir.path}/kernel.lock`]) {
      assertStrictEquals(await mode(file), 0o600, file);
    }
  }));

Deno.test("sqlite store: a second open in the process is refused, and works after close", () =>
  withDataDir(async (dir) => {
    const first = await dir.open();
    const error = await assertRejects(() => dir.open(), StoreError, "is in use by this process");
    assertStringIncludes(error.message, dir.path);
    await first.append({ turns: [placement("a")] });
    await first.close();
    const second = await dir.open();
    assertStrictEquals(second.intent("main", "a")?.intentId, "a");
  }));

Deno.test("sqlite store: an open by another process is refused by its id", () =>
  withDataDir(async (dir) => {
    const child = new Deno.Command(Deno.execPath(), {
      args: ["run", "--frozen=false", "--allow-read", "--allow-write", CHILD, dir.path, "r"],
      stdout: "piped",
    }).spawn();
    const lines = child.stdout.getReader();
    await lines.read(); // it has opened the store by then
    await assertRejects(() => dir.open(), StoreError, `is in use by process ${child.pid}`);
    child.kill("SIGKILL");
    while (!(await lines.read()).done);
    await child.status;
    const store = await dir.open();
    assert([...store.live("main")].length > 0);
  }));

Deno.test("sqlite store: an older file is brought to the newer schema, its content kept", () =>
  withDataDir(async (dir) => {
    await filled(dir);
    const store = await dir.open({ migrations: [...MIGRATIONS, NEXT] });
    assertStrictEquals(store.intent("main", "a")?.intentId, "a");
    await store.close();
    const db = new DatabaseSync(dir.file);
    assertEquals({ ...db.prepare("PRAGMA user_version").get() }, { user_version: 2 });
    assertEquals({ ...db.prepare("SELECT note FROM intent").get() }, { note: null });
    db.close();
  }));

Deno.test("sqlite store: a migration that fails leaves the older file usable", () =>
  withDataDir(async (dir) => {
    await filled(dir);
    const broken = { version: 2, sql: `${NEXT.sql}; ALTER TABLE absent ADD COLUMN x` };
    await assertRejects(
      () => dir.open({ migrations: [...MIGRATIONS, broken] }),
      StoreError,
      "no such table: absent",
    );
    const store = await dir.open();
    assertStrictEquals(store.intent("main", "a")?.intentId, "a");
  }));

Deno.test("sqlite store: a file of a newer build is refused with both versions", () =>
  withDataDir(async (dir) => {
    await (await dir.open({ migrations: [...MIGRATIONS, NEXT] })).close();
    const error = await assertRejects(() => dir.open(), StoreError, "schema version 2");
    assertStringIncludes(error.message, "this build knows 1");
    assertStringIncludes(error.message, dir.file);
  }));

Deno.test("sqlite store: another program's database is refused and left alone", () =>
  withDataDir(async (dir) => {
    await Deno.mkdir(dir.path);
    damage(dir, "CREATE TABLE theirs(x); INSERT INTO theirs VALUES(1)");
    await assertRejects(() => dir.open(), StoreError, "another program");
    const db = new DatabaseSync(dir.file);
    assertEquals({ ...db.prepare("SELECT x FROM theirs").get() }, { x: 1 });
    db.close();
  }));

Deno.test("sqlite store: a file that is no database is refused by name, with what to do", () =>
  withDataDir(async (dir) => {
    await Deno.mkdir(dir.path);
    await Deno.writeTextFile(dir.file, "not a database at all, but long enough\n".repeat(50));
    const error = await assertRejects(() => dir.open(), StoreError, "not a database");
    assertStringIncludes(error.message, dir.file);
    assertStringIncludes(error.message, "restore a backup");
  }));

Deno.test("sqlite store: damaged and truncated files are refused", () =>
  withDataDir(async (dir) => {
    await filled(dir);
    const good = await Deno.readFile(dir.file);
    const scribbled = good.slice();
    scribbled.fill(0xa5, 4096 * 2, 4096 * 8);
    for (const bytes of [scribbled, good.slice(0, 4096 * 6), good.slice(0, 1000)]) {
      await Deno.writeFile(dir.file, bytes);
      const error = await assertRejects(() => dir.open(), StoreError);
      assertStringIncludes(error.message, dir.file);
    }
    await Deno.writeFile(dir.file, good);
    assertStrictEquals((await dir.open()).meta("k"), "v");
  }));

const BAD_ROWS: readonly {
  readonly sql: string;
  readonly names: readonly string[];
  readonly read: (store: Store) => unknown;
}[] = [
  {
    sql: "UPDATE intent SET intent = substr(intent, 1, 40)",
    names: ["table intent", "a of main", "field intent", "JSON"],
    read: (store) => [...store.live("main")],
  },
  {
    sql: "UPDATE intent SET intent = '[]'",
    names: ["table intent", "field intent"],
    read: (store) => store.intent("main", "a"),
  },
  {
    sql: "UPDATE intent SET intent = json_remove(intent, '$.order')",
    names: ["table intent", "field intent.order"],
    read: (store) => store.intents({}),
  },
  {
    sql: "UPDATE intent SET intent = json_set(intent, '$.intentId', 'b')",
    names: ["table intent", "field intent.intentId"],
    read: (store) => store.intentByClientOrderId("main", "c1"),
  },
  {
    sql: "UPDATE intent SET original = '{'",
    names: ["table intent", "field original"],
    read: (store) => store.intent("main", "a"),
  },
  {
    sql: "UPDATE event SET context = '{\"n\":'",
    names: ["table event", "field context"],
    read: (store) => [...store.live("main")],
  },
  {
    sql: "UPDATE event SET version = NULL",
    names: ["table event", "field version"],
    read: (store) => [...store.live("main")],
  },
  {
    sql: "DELETE FROM event",
    names: ["table state", "field event"],
    read: (store) => [...store.live("main")],
  },
  {
    sql: "UPDATE event SET payload = 'null'",
    names: ["table event", "field payload"],
    read: (store) => store.events({ since: 0, limit: 9 }),
  },
  {
    sql: "UPDATE event SET type = 'OrderSunk'",
    names: ["table event", "field type", "OrderSunk"],
    read: (store) => store.events({ since: 0, limit: 9 }),
  },
  {
    sql: "UPDATE event SET fills = json_set(fills, '$[0][5]', '1e5')",
    names: ["table event", "fills", "field price"],
    read: (store) => store.fills({}),
  },
  {
    sql: "UPDATE event SET fills = json_set(fills, '$[0][10]', 'noon')",
    names: ["table event", "fills", "field venue_time"],
    read: (store) => store.fills({}),
  },
  {
    sql: "UPDATE parked SET fact = 'x'",
    names: ["table parked", "order:1 of main", "field fact"],
    read: (store) => store.parked("main"),
  },
  {
    sql: "UPDATE drift SET drift = json_remove(drift, '$.status')",
    names: ["table drift", "d1", "field drift.status"],
    read: (store) => store.drifts(),
  },
  {
    sql: "UPDATE meta SET value = x'00ff'",
    names: ["table meta", "field value"],
    read: (store) => store.meta("k"),
  },
];

for (const { sql, names, read } of BAD_ROWS) {
  Deno.test(`sqlite store: reports the row after ${sql}`, () =>
    withDataDir(async (dir) => {
      await filled(dir);
      damage(dir, sql);
      const store = await dir.open();
      const error = assertThrows(() => read(store), StoreError);
      for (const name of names) assertStringIncludes(error.message, name);
    }));
}

Deno.test("sqlite store: a state machine version this build cannot read is reported", () =>
  withDataDir(async (dir) => {
    await filled(dir);
    const store = await dir.open({ versions: ["2", "3"] });
    assertThrows(() => [...store.live("main")], StoreError, 'state machine version "1"');
  }));
