/** What a crash leaves is what was acknowledged, however far the folding had come. */
import { assert, assertEquals, assertLessOrEqual, assertStrictEquals } from "@std/assert";
import { DatabaseSync } from "node:sqlite";
import { openMemoryStore } from "../../src/stores/memory.ts";
import { openSqliteStore } from "../../src/stores/sqlite.ts";
import type { Batch, Store } from "../../src/stores/store.ts";
import { type DataDir, withDataDir } from "./data_dir.ts";
import { event, fill, intentOf, NOON, placement, turn } from "./records.ts";

/** The files as a power cut would leave them: everything that was flushed. */
async function crashImage(dir: DataDir): Promise<string> {
  const path = await Deno.makeTempDir({ dir: dir.path });
  await Deno.copyFile(dir.file, `${path}/kernel.db`);
  await Deno.copyFile(`${dir.file}-wal`, `${path}/kernel.db-wal`);
  return path;
}

async function reopened<T>(path: string, read: (store: Store) => T): Promise<T> {
  const store = await openSqliteStore({ path });
  try {
    return read(store);
  } finally {
    await store.close();
  }
}

/** Everything a reader can see, event ids left out: stores number them differently. */
function contentOf(store: Store): unknown {
  const intents = [];
  for (let cursor: string | null = ""; cursor !== null;) {
    const page: ReturnType<Store["intents"]> = store.intents({
      includeTerminal: true,
      limit: 1000,
      ...(cursor === "" ? {} : { cursor }),
    });
    intents.push(...page.items);
    cursor = page.next;
  }
  const events = [];
  for (let since = 0;;) {
    const { items } = store.events({ since, limit: 1000 });
    const last = items.at(-1);
    if (last === undefined) break;
    events.push(...items.map(({ eventId: _, ...rest }) => rest));
    since = last.eventId;
  }
  return {
    intents,
    events,
    live: [...store.live("main")],
    fills: store.fills({ limit: 1000 }),
    keys: intents.map(({ intentId }) => store.fillKeys("main", intentId)),
  };
}

/** Small numbers from a seed; the same ones on every run. */
function numbers(seed: number): (below: number) => number {
  let state = seed;
  return (below) => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    return Math.floor((state / 2 ** 32) * below);
  };
}

Deno.test("sqlite store: a crash image holds every acknowledged turn", () =>
  withDataDir(async (dir) => {
    const store = await dir.open();
    await store.append({ turns: [placement("a", { clientOrderIds: ["c1"], fills: [fill("t")] })] });
    await store.append({ turns: [turn("a", { state: "ACTIVE.open", context: '{"n":2}' })] });
    const before = contentOf(store);
    const image = await crashImage(dir);
    await reopened(image, (again) => {
      assertEquals(contentOf(again), before);
      assertEquals(again.intentByClientOrderId("main", "c1")?.context, '{"n":2}');
      assertStrictEquals(again.lastEventId, store.lastEventId);
    });
  }));

Deno.test("sqlite store: a commit torn by a crash is gone as a whole, earlier ones stay", () =>
  withDataDir(async (dir) => {
    const store = await dir.open();
    await store.append({ turns: [placement("a")], meta: [{ key: "k", value: "first" }] });
    const torn = placement("b", { context: '{"marker":"torn-commit-marker"}' });
    await store.append({ turns: [torn], meta: [{ key: "k", value: "second" }] });
    const image = await crashImage(dir);
    const log = `${image}/kernel.db-wal`;
    const bytes = await Deno.readFile(log);
    const at = indexOf(bytes, "torn-commit-marker");
    assert(at > 0);
    bytes[at] = 0;
    await Deno.writeFile(log, bytes);
    await reopened(image, (again) => {
      assertEquals([...again.live("main")].map(({ intentId }) => intentId), ["a"]);
      assertStrictEquals(again.meta("k"), "first");
    });
  }));

Deno.test("sqlite store: thousands of unfolded and folded states survive a crash alike", () =>
  withDataDir(async (dir) => {
    const store = await dir.open();
    const ids = Array.from({ length: 7_000 }, (_, i) => `i${i}`);
    for (let at = 0; at < ids.length; at += 500) {
      store.append({ turns: ids.slice(at, at + 500).map((id) => placement(id)) });
    }
    for (let at = 0; at < 3_000; at += 250) {
      const done = { state: "COMPLETED", terminal: true };
      store.append({ turns: ids.slice(at, at + 250).map((id) => turn(id, done)) });
    }
    const image = await crashImage(dir);
    assertEquals(await reopened(image, contentOf), contentOf(store));
    assertStrictEquals([...store.live("main")].length, 4_000);
    // The second open starts from folded rows only.
    assertStrictEquals(await reopened(image, (s) => [...s.live("main")].length), 4_000);
  }));

Deno.test("sqlite store: ids and fills are found, folded or not, also after a crash and a prune", () =>
  withDataDir(async (dir) => {
    const store = await dir.open();
    const ids = Array.from({ length: 5_000 }, (_, i) => `i${i}`);
    for (let at = 0; at < ids.length; at += 500) {
      store.append({
        turns: ids.slice(at, at + 500).map((id) =>
          placement(id, {
            clientOrderIds: [`c-${id}`],
            exchangeOrderIds: [`x-${id}`],
            events: [event(id)],
            fills: [fill("t1", { exchangeOrderId: `x-${id}`, intentId: id })],
          })
        ),
      });
    }
    // A second fill and a second attempt of intents whose first ones are folded, and of some not.
    for (const id of ["i0", "i4999"]) {
      const second = fill("t2", { exchangeOrderId: `y-${id}`, intentId: id });
      store.append({
        turns: [
          turn(id, { clientOrderIds: [`d-${id}`], exchangeOrderIds: ["y"], fills: [second] }),
        ],
      });
    }
    const finds = (from: Store) => {
      for (const id of ["i0", "i2047", "i2048", "i4999"]) {
        assertStrictEquals(from.intentByClientOrderId("main", `c-${id}`)?.intentId, id);
        const found = from.intentByExchangeOrderId("main", "BTC/USDT", `x-${id}`);
        assertStrictEquals(found?.intentId, id);
        assertStrictEquals(from.fillKeys("main", id)[0], `x-${id}:t1`);
      }
      assertEquals(from.fillKeys("main", "i4999"), ["x-i4999:t1", "y-i4999:t2"]);
      assertEquals(from.fillKeys("main", "i0"), ["x-i0:t1", "y-i0:t2"]);
      assertStrictEquals(from.intentByClientOrderId("main", "d-i0")?.intentId, "i0");
      // Given twice: the newest counts.
      const taken = from.intentByExchangeOrderId("main", "BTC/USDT", "y");
      assertStrictEquals(taken?.intentId, "i4999");
      assertStrictEquals(from.intentByClientOrderId("other", "c-i0"), undefined);
      assertStrictEquals(fillCount(from), 5_002);
    };
    finds(store);
    const image = await crashImage(dir);
    await reopened(image, (again) => finds(again));
    await reopened(image, (again) => {
      while (again.prune({ eventsBefore: NOON + 1 }) > 0);
      assertEquals(again.events({ since: 0, limit: 9 }).items, []);
      finds(again);
    });
    await reopened(image, (again) => finds(again));
  }));

function fillCount(store: Store): number {
  let count = 0;
  for (let cursor: string | null = ""; cursor !== null;) {
    const query: { readonly cursor?: string } = cursor === "" ? {} : { cursor };
    const page: ReturnType<Store["fills"]> = store.fills({ limit: 999, ...query });
    count += page.items.length;
    cursor = page.next;
  }
  return count;
}

Deno.test("sqlite store: one busy intent does not let the unfolded rows grow without bound", () =>
  withDataDir(async (dir) => {
    const store = await dir.open();
    store.append({ turns: [placement("quiet", { context: '{"quiet":1}' }), placement("busy")] });
    const busy = Array.from({ length: 500 }, (_, n) => turn("busy", { context: `{"n":${n}}` }));
    for (let i = 0; i < 40; i++) store.append({ turns: busy });
    const image = await crashImage(dir);
    const db = new DatabaseSync(`${image}/kernel.db`);
    for (const mark of ["folded", "indexed"]) {
      const value = db.prepare("SELECT value FROM mark WHERE key = ?").get(mark)?.value;
      assertLessOrEqual(store.lastEventId - Number(value), 16_384 + 500, mark);
    }
    db.close();
    await reopened(image, (again) => {
      assertEquals([...again.live("main")].map(({ context }) => context), [
        '{"quiet":1}',
        '{"n":499}',
      ]);
    });
  }));

Deno.test("sqlite store: agrees with the memory store over random turns, prunes and reopens", () =>
  withDataDir(async (dir) => {
    for (const seed of [1, 2, 3]) {
      const random = numbers(seed);
      const memory = openMemoryStore();
      const path = `${dir.path}-${seed}`;
      let sqlite = await openSqliteStore({ path });
      let placed = 0;
      for (let step = 0; step < 120; step++) {
        const batch = randomBatch(random, placed);
        placed += batch.turns.filter(({ original }) => original !== null).length;
        await memory.append(batch);
        await sqlite.append(batch);
        if (random(20) === 0) {
          const before = { eventsBefore: NOON + random(step + 1) };
          assertEquals(sqlite.prune(before), memory.prune(before));
        }
        if (random(30) === 0) {
          await sqlite.close();
          sqlite = await openSqliteStore({ path });
        }
        if (step % 20 === 0) assertEquals(contentOf(sqlite), contentOf(memory), `seed ${seed}`);
      }
      assertEquals(contentOf(sqlite), contentOf(memory), `seed ${seed}`);
      await sqlite.close();
      await Deno.remove(path, { recursive: true });
    }
  }));

let trades = 0;

function randomBatch(random: (below: number) => number, placed: number): Batch {
  const turns = [];
  for (let i = random(6) + (placed === 0 ? 1 : 0); i >= 0; i--) {
    const at = NOON + random(200);
    const first = placed === 0 || random(3) === 0;
    const id = first ? `i${placed++}` : `i${random(placed)}`;
    const terminal = random(4) === 0;
    const changes = {
      state: terminal ? "COMPLETED" : `ACTIVE.${random(3)}`,
      context: `{"n":${random(1000)}}`,
      terminal,
      events: Array.from({ length: random(3) }, () => event(random(9) ? id : "i0", { at })),
      fills: random(3) === 0 ? [fill(`t${trades++}`, { intentId: id })] : [],
    };
    const changed = random(5) === 0 ? { intent: intentOf(id, { generation: 2 + random(9) }) } : {};
    turns.push(first ? placement(id, changes) : turn(id, { ...changes, ...changed }));
  }
  return { turns };
}

function indexOf(bytes: Uint8Array, text: string): number {
  const wanted = new TextEncoder().encode(text);
  return bytes.findIndex((_, at) => wanted.every((byte, i) => bytes[at + i] === byte));
}
