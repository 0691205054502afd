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
  for (const priority of [...PRIORITIES].reverse()) {
    queue.push(priority, { key: priority, item: "" });
  }
  assertEquals(taken(queue), ["cancel", "reduce", "protect", "submit", "probe", "resync"]);
});

Deno.test("request queue: within a priority first come, first served", () => {
  const queue = queueOf();
  for (const key of ["a", "b", "c"]) queue.push("submit", { key: key, item: "" });
  assertEquals(taken(queue), ["a", "b", "c"]);
});

Deno.test("request queue: others are turned away earlier, so that cancels find room", () => {
  const queue = queueOf(10, 3);
  for (let i = 0; i < 7; i++) {
    assertEquals(queue.push("submit", { key: `s${i}`, item: "" }), "queued");
  }
  assertEquals(queue.push("submit", { key: "s7", item: "" }), "full");
  assertEquals(queue.push("reduce", { key: "r", item: "" }), "full");
  for (let i = 0; i < 3; i++) {
    assertEquals(queue.push("cancel", { key: `c${i}`, item: "" }), "queued");
  }
  assertEquals(queue.push("cancel", { key: "c3", item: "" }), "full");
  assertEquals(queue.size, 10);
});

Deno.test("request queue: what is removed from the middle leaves the order of the rest", () => {
  const queue = queueOf();
  for (const key of ["a", "b", "c"]) queue.push("submit", { key: key, item: key.toUpperCase() });
  assertEquals(queue.remove("b"), "B");
  assertEquals(queue.remove("b"), undefined);
  queue.push("submit", { key: "d", item: "" });
  assertEquals(taken(queue), ["a", "c", "d"]);
});

Deno.test("request queue: a key pushed again replaces what waits and keeps its place", () => {
  const queue = queueOf();
  queue.push("submit", { key: "a", item: "old" });
  queue.push("submit", { key: "b", item: "" });
  assertEquals(queue.push("submit", { key: "a", item: "new" }), "queued");
  assertEquals(queue.first("submit")?.item, "new");
  assertEquals(taken(queue), ["a", "b"]);
});

Deno.test("request queue: a key pushed again with another priority waits there alone", () => {
  const queue = queueOf();
  queue.push("submit", { key: "a", item: "" });
  queue.push("reduce", { key: "a", item: "" });
  assertEquals(queue.first("submit"), undefined);
  assertEquals(queue.size, 1);
  assert(queue.has("a"));
});

Deno.test("request queue: a key that waits already is replaced in a full queue too", () => {
  const queue = queueOf(2, 1);
  queue.push("submit", { key: "a", item: "old" });
  assertEquals(queue.push("submit", { key: "a", item: "new" }), "queued");
  assertEquals(queue.push("submit", { key: "b", item: "" }), "full");
});

Deno.test("request queue: the longest waiting of all lanes comes first, but for those left out", () => {
  const queue = queueOf();
  for (const [key, lane] of [["a1", "a"], ["b1", "b"], ["a2", "a"], ["c1", "c"]] as const) {
    queue.push("submit", { key, item: "", lane });
  }
  assertEquals([...queue.heads("submit")].map(({ key }) => key).sort(), ["a1", "b1", "c1"]);
  queue.remove("a1");
  assertEquals(queue.first("submit")?.key, "b1");
  assertEquals(queue.first("submit", new Set(["b"]))?.key, "a2");
  assertEquals(queue.entries("submit").map(({ key }) => key), ["b1", "a2", "c1"]);
  assertEquals(taken(queue), ["b1", "a2", "c1"]);
});

Deno.test("request queue: a key that changes its lane waits there alone, behind those before it", () => {
  const queue = queueOf();
  queue.push("submit", { key: "x", item: "", lane: "a" });
  queue.push("submit", { key: "y", item: "", lane: "b" });
  queue.push("submit", { key: "x", item: "", lane: "b" });
  assertEquals([...queue.heads("submit")].map(({ key }) => key), ["y"]);
  assertEquals(taken(queue), ["y", "x"]);
});

Deno.test("request queue: clear answers all that waited, the most urgent first", () => {
  const queue = queueOf();
  queue.push("probe", { key: "p", item: "" });
  queue.push("cancel", { key: "c", item: "" });
  assertEquals(queue.clear().map((entry) => entry.key), ["c", "p"]);
  assertEquals(queue.size, 0);
  assertEquals(queue.push("probe", { key: "p", item: "" }), "queued");
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
      if (queue.push(priority, { key: key, item: "" }) === "full") {
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
