import { assert, assertEquals, assertMatch, assertNotEquals, assertThrows } from "@std/assert";
import { createHmac } from "node:crypto";
import { InvariantError } from "../../src/model/assert.ts";
import {
  as0x,
  asHex,
  asUuid,
  clientOrderId,
  clientOrderIdFrom,
  ClientOrderIdSchema,
  hashIntentId,
  hasTag,
  IntentIdSchema,
  makeIntentId,
} from "../../src/model/ids.ts";
import { SeededRandom } from "../../src/system/seeded_random.ts";
import { VirtualClock } from "../../src/system/virtual_clock.ts";

const IDENTITY = { tag: "0badcafe", key: new SeededRandom(1).bytes(32), epoch: 3 };
const NAME = { intentId: "grid-7", generation: 1, attempt: 1 };

Deno.test("ids: an intent id is 1 to 64 characters that are safe in URLs, files and logs", () => {
  for (const id of ["a", "A-b_c.9", "x".repeat(64)]) assertEquals(IntentIdSchema.parse(id), id);
  for (const id of ["", "x".repeat(65), "a b", "a/b", "a:b", "é", "a\n", 5, null]) {
    assert(!IntentIdSchema.safeParse(id).success, String(id));
  }
});

Deno.test("ids: a made intent id is a UUIDv7 of the clock's time", () => {
  const clock = new VirtualClock(0x0123456789ab);
  const id = makeIntentId(clock, new SeededRandom(1));
  assertMatch(id, /^01234567-89ab-7[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/);
  assertEquals(IntentIdSchema.parse(id), id);
});

Deno.test("ids: made intent ids sort in the order they were made, whatever the clock does", () => {
  const clock = new VirtualClock();
  const random = new SeededRandom(2);
  const ids: string[] = [];
  for (let round = 0; round < 4; round++) {
    for (let made = 0; made < 5_000; made++) ids.push(makeIntentId(clock, random));
    if (round === 1) clock.stepWall(-60_000);
    else clock.advance(1);
  }
  assertEquals(ids, [...ids].sort());
  assertEquals(new Set(ids).size, ids.length);
});

Deno.test("ids: one clock and one seed make the same ids", () => {
  const made = () => makeIntentId(new VirtualClock(), new SeededRandom(5));
  assertEquals(made(), made());
});

Deno.test("ids: a client order id is the tag and 96 bits of HMAC-SHA256", () => {
  const digest = createHmac("sha256", IDENTITY.key).update("3:1:1:grid-7").digest("hex");
  assertEquals(clientOrderId(IDENTITY, NAME), "0badcafe" + digest.slice(0, 24));
  const long = { ...IDENTITY, key: new SeededRandom(9).bytes(100) };
  const longDigest = createHmac("sha256", long.key).update("3:1:1:grid-7").digest("hex");
  assertEquals(clientOrderId(long, NAME), "0badcafe" + longDigest.slice(0, 24));
});

Deno.test("ids: every part of an attempt's name changes the client order id", () => {
  const others = [
    clientOrderId(IDENTITY, { ...NAME, intentId: "grid-8" }),
    clientOrderId(IDENTITY, { ...NAME, generation: 2 }),
    clientOrderId(IDENTITY, { ...NAME, attempt: 2 }),
    clientOrderId(IDENTITY, { intentId: "grid-7", generation: 11, attempt: 1 }),
    clientOrderId(IDENTITY, { intentId: "grid-7", generation: 1, attempt: 11 }),
    clientOrderId({ ...IDENTITY, epoch: 4 }, NAME),
    clientOrderId({ ...IDENTITY, key: new SeededRandom(2).bytes(32) }, NAME),
  ];
  assertEquals(new Set([clientOrderId(IDENTITY, NAME), ...others]).size, others.length + 1);
  for (const id of others) assertEquals(ClientOrderIdSchema.parse(id), id);
});

Deno.test("ids: a tag that is not 8 hex digits is a bug of ours", () => {
  for (const tag of ["", "0BADCAFE", "0badcafe0"]) {
    assertThrows(() => clientOrderId({ ...IDENTITY, tag }, NAME), InvariantError);
  }
});

Deno.test("ids: only our form of an id can have our tag", () => {
  const id = clientOrderId(IDENTITY, NAME);
  assert(hasTag(id, "0badcafe"));
  assert(!hasTag(id, "0badcaff"));
  assert(!hasTag("0badcafe", "0badcafe"));
  assert(!hasTag("0badcafe-somebody-elses-order-id", "0badcafe"));
});

Deno.test("ids: every rendering reads back as the same id", () => {
  const id = clientOrderId(IDENTITY, NAME);
  assertEquals(asHex(id), id);
  assertMatch(as0x(id), /^0x[0-9a-f]{32}$/);
  assertMatch(asUuid(id), /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/);
  for (const rendered of [asHex(id), as0x(id), asUuid(id), asUuid(id).toUpperCase()]) {
    assertEquals(clientOrderIdFrom(rendered), id);
  }
  for (const foreign of ["", "web_abc", id + "0", id.slice(1), `0x${asUuid(id)}`]) {
    assertEquals(clientOrderIdFrom(foreign), null);
  }
});

Deno.test("ids: a child's id fits, is stable, and differs by parent and by suffix", () => {
  const id = hashIntentId("grid-7", "stop:1");
  assertMatch(id, /^grid-7\.stop-1\.[0-9a-f]{24}$/);
  assertEquals(hashIntentId("grid-7", "stop:1"), id);
  assertNotEquals(hashIntentId("grid-7", "stop.1"), id);
  assertNotEquals(hashIntentId("grid-7.stop", "1"), hashIntentId("grid-7", "stop.1"));
  const longest = hashIntentId("p".repeat(64), "s".repeat(100));
  assertEquals(IntentIdSchema.parse(longest), longest);
  assertEquals(IntentIdSchema.parse(hashIntentId(longest, "")).length <= 64, true);
});
