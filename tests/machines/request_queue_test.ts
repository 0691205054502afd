import { assert, assertEquals, assertThrows } from "@std/assert";
import { PRIORITIES, type RequestPriority, RequestQueue } from "../../machines/request_queue.ts";
import { SeededRandom } from "../../src/system/seeded_random.ts";

function queueOf(capacity = 10, reservedForCancels = 3): RequestQueue<string> {
  return new RequestQueue({ capacity, reservedForCancels });
}

/** All that waits, in order, taken out one by one. */
function taken(queue: RequestQueue<string>): string[] {
  const keys: string[] = [];
  for (const priority of PRIORITIES) {
    for (let head = queue.first(priority); head; head = queue.first(priority)) {
      keys.push(head.key);
      queue.remove(head.key);
    }
  }
  return keys;
}

Deno.test("request queue: cancels come first, resyncs last", () => {
  const queue = queueOf();
  for (const priority of [...PRIORITIES].reverse()) queue.push(priority, priority, "");
  assertEquals(taken(queue), ["cancel", "reduce", "protect", "submit", "probe", "resync"]);
});

Deno.test("request queue: within a priority first come, first served", () => {
  const queue = queueOf();
  for (const key of ["a", "b", "c"]) queue.push("submit", key, "");
  assertEquals(taken(queue), ["a", "b", "c"]);
});

Deno.test("request queue: others are turned away earlier, so that cancels find room", () => {
  const queue = queueOf(10, 3);
  for (let i = 0; i < 7; i++) assertEquals(queue.push("submit", `s${i}`, ""), "queued");
  assertEquals(queue.push("submit", "s7", ""), "full");
  assertEquals(queue.push("reduce", "r", ""), "full");
  for (let i = 0; i < 3; i++) assertEquals(queue.push("cancel", `c${i}`, ""), "queued");
  assertEquals(queue.push("cancel", "c3", ""), "full");
  assertEquals(queue.size, 10);
});

Deno.test("request queue: what is removed from the middle leaves the order of the rest", () => {
  const queue = queueOf();
  for (const key of ["a", "b", "c"]) queue.push("submit", key, key.toUpperCase());
  assertEquals(queue.remove("b"), "B");
  assertEquals(queue.remove("b"), undefined);
  queue.push("submit", "d", "");
  assertEquals(taken(queue), ["a", "c", "d"]);
});

Deno.test("request queue: a key pushed again replaces what waits and keeps its place", () => {
  const queue = queueOf();
  queue.push("submit", "a", "old");
  queue.push("submit", "b", "");
  assertEquals(queue.push("submit", "a", "new"), "queued");
  assertEquals(queue.first("submit")?.item, "new");
  assertEquals(taken(queue), ["a", "b"]);
});

Deno.test("request queue: a key pushed again with another priority waits there alone", () => {
  const queue = queueOf();
  queue.push("submit", "a", "");
  queue.push("reduce", "a", "");
  assertEquals(queue.first("submit"), undefined);
  assertEquals(queue.size, 1);
  assert(queue.has("a"));
});

Deno.test("request queue: a key that waits already is replaced in a full queue too", () => {
  const queue = queueOf(2, 1);
  queue.push("submit", "a", "old");
  assertEquals(queue.push("submit", "a", "new"), "queued");
  assertEquals(queue.push("submit", "b", ""), "full");
});

Deno.test("request queue: clear answers all that waited, the most urgent first", () => {
  const queue = queueOf();
  queue.push("probe", "p", "");
  queue.push("cancel", "c", "");
  assertEquals(queue.clear().map((entry) => entry.key), ["c", "p"]);
  assertEquals(queue.size, 0);
  assertEquals(queue.push("probe", "p", ""), "queued");
});

Deno.test("request queue: behaves as a list per priority under random use", () => {
  const random = new SeededRandom(11);
  const queue = queueOf(50, 10);
  const model: { key: string; priority: RequestPriority }[] = [];
  for (let i = 0; i < 5_000; i++) {
    const key = `k${random.below(80)}`;
    const priority = PRIORITIES[random.below(PRIORITIES.length)]!;
    if (random.next() < 0.6) {
      const at = model.findIndex((entry) => entry.key === key);
      if (queue.push(priority, key, "") === "full") {
        assert(model.length >= (priority === "cancel" ? 50 : 40));
      } else if (at < 0) model.push({ key, priority });
      else if (model[at]!.priority !== priority) {
        model.splice(at, 1);
        model.push({ key, priority });
      }
    } else {
      const at = model.findIndex((entry) => entry.key === key);
      assertEquals(queue.remove(key) !== undefined, at >= 0);
      if (at >= 0) model.splice(at, 1);
    }
    assertEquals(queue.size, model.length);
    const first = model.find((entry) => entry.priority === priority);
    assertEquals(queue.first(priority)?.key, first?.key);
  }
  const rest = PRIORITIES.flatMap((p) => model.filter((e) => e.priority === p).map((e) => e.key));
  assertEquals(taken(queue), rest);
});

Deno.test("request queue: a reserve as large as the queue is refused", () => {
  assertThrows(() => queueOf(3, 3), RangeError, "reservedForCancels 3 must be within 0..2");
});
