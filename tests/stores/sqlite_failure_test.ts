/** A store that could not write says so for good, and still reads. */
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
import { openSqliteStore } from "../../src/stores/sqlite.ts";
import type { Store } from "../../src/stores/store.ts";
import { withDataDir } from "./data_dir.ts";
import { event, placement, turn } from "./records.ts";

/** Appends until it throws. @returns the error and the ids of the appends that did not. */
function appendUntilFailure(store: Store): { readonly error: unknown; readonly ids: string[] } {
  const ids: string[] = [];
  for (let n = 0; n < 10_000; n++) {
    const context = JSON.stringify("x".repeat(50_000));
    try {
      store.append({ turns: [placement(`i${n}`, { context })] });
    } catch (error) {
      return { error, ids };
    }
    ids.push(`i${n}`);
  }
  throw new Error("the store took 500 MB");
}

Deno.test("sqlite store: a full disk fails the store, keeps what was stored and reads on", () =>
  withDataDir(async (dir) => {
    const store = await dir.open({ pageMax: 2_100 });
    const { error, ids } = appendUntilFailure(store);
    assert(error instanceof StoreError);
    assertStringIncludes(error.message, "full");
    assertStringIncludes(error.message, dir.file);
    assert(ids.length > 10);
    assertStrictEquals(store.failure, error);
    const again = assertThrows(() => store.append({ turns: [turn("i0")] }), StoreError);
    assertStrictEquals(again, error);
    assertEquals([...store.live("main")].map(({ intentId }) => intentId), ids);
    await store.close();
    const reopened = await dir.open();
    assertStrictEquals(reopened.failure, null);
    assertEquals([...reopened.live("main")].map(({ intentId }) => intentId), ids);
  }));

/** A connection whose commits fail from the given one on, and that counts them. */
class FailingCommits extends DatabaseSync {
  commits = 0;
  failing = false;

  override prepare(sql: string): ReturnType<DatabaseSync["prepare"]> {
    const statement = super.prepare(sql);
    if (sql !== "COMMIT") return statement;
    const run = statement.run.bind(statement);
    statement.run = () => {
      this.commits++;
      if (this.failing) throw new Error("disk I/O error");
      return run();
    };
    return statement;
  }
}

Deno.test("sqlite store: a failed commit is never tried again and shows nothing of itself", () =>
  withDataDir(async (dir) => {
    let db: FailingCommits | undefined;
    const store = await dir.open({ openDatabase: (file) => db = new FailingCommits(file) });
    assert(db !== undefined);
    store.append({ turns: [placement("a", { events: [event("a")] })] });
    const last = store.lastEventId;
    db.failing = true;
    db.commits = 0;
    const error = assertThrows(
      () => store.append({ turns: [turn("a", { state: "COMPLETED", terminal: true })] }),
      StoreError,
      "disk I/O error",
    );
    db.failing = false;
    for (let i = 0; i < 3; i++) {
      assertStrictEquals(assertThrows(() => store.append({ turns: [turn("a")] })), error);
    }
    assertThrows(() => store.prune({ eventsBefore: 0 }), StoreError, "disk I/O error");
    await assertRejects(() => store.backup(`${dir.path}/copy`), StoreError, "disk I/O error");
    await store.close();
    assertStrictEquals(db.commits, 1);
    assertStrictEquals(store.failure, error);
    const reopened = await dir.open();
    assertEquals(reopened.intent("main", "a")?.state, "SUBMITTING.inFlight");
    assertStrictEquals(reopened.lastEventId, last);
  }));

Deno.test("sqlite store: a file that has become read-only fails the store", () =>
  withDataDir(async (dir) => {
    let db: DatabaseSync | undefined;
    const store = await dir.open({ openDatabase: (file) => db = new DatabaseSync(file) });
    store.append({ turns: [placement("a")] });
    db?.exec("PRAGMA query_only = ON");
    assertThrows(() => store.append({ turns: [turn("a")] }), StoreError, "readonly");
    assertStrictEquals(store.intent("main", "a")?.intentId, "a");
    assert(store.failure !== null);
  }));

Deno.test("sqlite store: reads after close are a StoreError", () =>
  withDataDir(async (dir) => {
    const store = await dir.open();
    await store.close();
    assertThrows(() => store.intent("main", "a"), StoreError, "closed");
    assertThrows(() => [...store.live("main")], StoreError, "closed");
  }));

Deno.test("sqlite store: groups of 1, 64 and 512 turns are one commit each", () =>
  withDataDir(async (dir) => {
    let db: FailingCommits | undefined;
    const store = await dir.open({ openDatabase: (file) => db = new FailingCommits(file) });
    assert(db !== undefined);
    db.commits = 0;
    for (const size of [1, 64, 512]) {
      const turns = Array.from({ length: size }, (_, i) => placement(`${size}-${i}`));
      store.append({ turns });
    }
    assertStrictEquals(db.commits, 3);
    assertStrictEquals([...store.live("main")].length, 577);
  }));

Deno.test("sqlite store: a backup is a store of its own, private, made while appends go on", () =>
  withDataDir(async (dir) => {
    const store = await dir.open();
    store.append({ turns: [placement("a", { events: [event("a")] })] });
    const restored = `${dir.path}/restored`;
    await Deno.mkdir(restored);
    const file = `${restored}/kernel.db`;
    const copying = store.backup(file);
    store.append({ turns: [placement("b")] });
    await copying;
    assertStrictEquals(((await Deno.stat(file)).mode ?? 0) & 0o777, 0o600);
    const copy = await openSqliteStore({ path: restored });
    assertStrictEquals(copy.intent("main", "a")?.intentId, "a");
    assertStrictEquals(copy.events({ since: 0, limit: 9 }).items.length, 1);
    await copy.close();
    assertEquals([...store.live("main")].map(({ intentId }) => intentId), ["a", "b"]);
  }));

Deno.test("sqlite store: a backup overwrites nothing and leaves no half copy", () =>
  withDataDir(async (dir) => {
    const store = await dir.open();
    await assertRejects(() => store.backup(dir.file), StoreError, "exists already");
    await assertRejects(() => store.backup(`${dir.path}/no/such/copy`), StoreError, "no/such");
    const copies = [store.backup(`${dir.path}/one`), store.backup(`${dir.path}/two`)];
    const [first, second] = await Promise.allSettled(copies);
    assertStrictEquals(first?.status, "fulfilled");
    assertStrictEquals(second?.status, "rejected");
    const names = [...Deno.readDirSync(dir.path)].map(({ name }) => name).sort();
    assertEquals(names, ["kernel.db", "kernel.db-wal", "kernel.lock", "one"]);
  }));

Deno.test("sqlite store: close waits for the backup under way", () =>
  withDataDir(async (dir) => {
    const store = await dir.open();
    store.append({ turns: [placement("a")] });
    const copying = store.backup(`${dir.path}/copy`);
    await store.close();
    await copying;
    assert((await Deno.stat(`${dir.path}/copy`)).size > 0);
  }));
