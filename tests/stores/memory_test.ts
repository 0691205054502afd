import { assertEquals, assertRejects } from "@std/assert";
import { StoreError } from "../../src/model/errors.ts";
import { openMemoryStore } from "../../src/stores/memory.ts";
import { event } from "./records.ts";
import { storeSuite } from "./store_suite.ts";

storeSuite({
  name: "memory",
  open: () => Promise.resolve({ store: openMemoryStore(), dispose: () => Promise.resolve() }),
});

Deno.test("memory store: append answers synchronously", () => {
  const receipt = openMemoryStore().append({ turns: [] });
  assertEquals(receipt, { events: [] });
});

Deno.test("memory store: keeps the newest 100,000 events and says so", () => {
  const store = openMemoryStore();
  const events = Array.from({ length: 10_000 }, () => event(null));
  for (let i = 0; i < 12; i++) store.append({ turns: [], events });
  const { items, oldest } = store.events({ since: 0, limit: 1 });
  assertEquals(items[0]?.eventId, oldest);
  assertEquals(oldest > 1 && oldest <= 20_001, true);
  assertEquals(store.lastEventId, 120_000);
});

Deno.test("memory store: backup is refused with the reason", async () => {
  await assertRejects(() => openMemoryStore().backup("copy"), StoreError, "no file");
});
