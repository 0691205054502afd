/** Client order ids of one data dir are never made twice (order safety, placement protocol, 1). */
import { assert, assertEquals, assertRejects } from "@std/assert";
import { openIdentity } from "../../src/identity.ts";
import { StoreError } from "../../src/model/errors.ts";
import { clientOrderId, hasTag, type InstanceIdentity } from "../../src/model/ids.ts";
import { openMemoryStore } from "../../src/stores/memory.ts";
import { SeededRandom } from "../../src/system/seeded_random.ts";
import { HeldStore } from "../actors/fakes.ts";
import { withDataDir } from "../stores/data_dir.ts";

const NAME = { intentId: "i1", generation: 1, attempt: 1 };

Deno.test("identity: tag and key are made once per data dir, the epoch grows by one per boot", async () => {
  await withDataDir(async (dir) => {
    const boots: InstanceIdentity[] = [];
    for (const seed of [1, 2, 3]) {
      const store = await dir.open();
      boots.push(await openIdentity(store, new SeededRandom(seed)));
      await store.close();
    }
    assertEquals(boots.map(({ epoch }) => epoch), [1, 2, 3]);
    assertEquals(new Set(boots.map(({ tag }) => tag)).size, 1);
    assertEquals(new Set(boots.map(({ key }) => key.toString())).size, 1);
  });
});

Deno.test("identity: another data dir has a tag and a key of its own", async () => {
  const one = await openIdentity(openMemoryStore(), new SeededRandom(1));
  const other = await openIdentity(openMemoryStore(), new SeededRandom(2));
  assert(one.tag !== other.tag && one.key.toString() !== other.key.toString());
  assert(!hasTag(clientOrderId(other, NAME), one.tag));
});

Deno.test("identity: the same attempt after another boot is another id", async () => {
  const store = openMemoryStore();
  const ids = new Set<string>();
  for (let boot = 0; boot < 3; boot++) {
    ids.add(clientOrderId(await openIdentity(store, new SeededRandom(1)), NAME));
  }
  assertEquals(ids.size, 3);
});

Deno.test("identity: a restored backup goes through an epoch again, and makes other ids in it", async () => {
  const ids: string[] = [];
  for (const seed of [1, 2]) {
    const backup = openMemoryStore();
    await openIdentity(backup, new SeededRandom(7));
    const restored = await openIdentity(backup, new SeededRandom(seed));
    assertEquals(restored.epoch, 2);
    ids.push(clientOrderId(restored, NAME));
  }
  assert(ids[0] !== ids[1], `${ids[0]} twice`);
  assertEquals(ids[0]?.slice(0, 8), ids[1]?.slice(0, 8), "under one tag");
});

Deno.test("identity: no id can be made before the epoch of this boot is durable", async () => {
  const held = new HeldStore();
  held.hold();
  let identity: InstanceIdentity | null = null;
  const opening = openIdentity(held.store, new SeededRandom(1)).then((made) => identity = made);
  await Promise.resolve();
  assertEquals([identity, held.store.meta("identity.epoch") ?? null], [null, null]);
  held.release();
  await opening;
  assertEquals(held.store.meta("identity.epoch"), "1");
});

Deno.test("identity: without a durable epoch there is no identity", async () => {
  const held = new HeldStore();
  held.failWith(new StoreError("disk full"));
  await assertRejects(() => openIdentity(held.store, new SeededRandom(1)), StoreError, "disk full");
});

const BAD = [
  ["identity.tag", "c0ffee", "8 hex digits"],
  ["identity.key", "secret", "64 hex digits"],
  ["identity.epoch", "-1", "a counter"],
  ["identity.epoch", "soon", "a counter"],
] as const;

for (const [key, value, rule] of BAD) {
  Deno.test(`identity: ${key} stored as ${value} is refused`, async () => {
    const store = openMemoryStore();
    await store.append({ turns: [], meta: [{ key, value }] });
    const open = () => openIdentity(store, new SeededRandom(1));
    const { message } = await assertRejects(open, StoreError, `${key} must be ${rule}`);
    if (key === "identity.key") assert(!message.includes(value), "a key is not told");
  });
}
