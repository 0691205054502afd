import { assertEquals } from "@std/assert";
import fc from "fast-check";
import { Backlog } from "../../machines/backlog.ts";

function drained<T>(backlog: Backlog<T>) {
  const taken: (readonly [T, number])[] = [];
  for (let next = backlog.take(); next !== undefined; next = backlog.take()) {
    taken.push([next.item, next.dropped]);
  }
  return taken;
}

Deno.test("backlog: of one key only the newest waits, in the place of the first", () => {
  const backlog = new Backlog<string>(10);
  backlog.push("btc", "b1");
  backlog.push("eth", "e1");
  backlog.push("btc", "b2");
  assertEquals(backlog.size, 2);
  assertEquals(drained(backlog), [["b2", 0], ["e1", 0]]);
  backlog.push("btc", "b3");
  assertEquals(drained(backlog), [["b3", 0]]);
});

Deno.test("backlog: what has no key all waits; the oldest is dropped and told with the next", () => {
  const backlog = new Backlog<number>(3);
  const dropped = [1, 2, 3, 4, 5].map((item) => backlog.push(null, item));
  assertEquals(dropped, [false, false, false, true, true]);
  assertEquals(drained(backlog), [[3, 2], [4, 0], [5, 0]]);
});

Deno.test("backlog: what is no longer wanted is forgotten, the others keep their order", () => {
  const backlog = new Backlog<number>(10);
  for (const item of [1, 2, 3, 4]) backlog.push(null, item);
  backlog.take();
  backlog.keepOnly((item) => item !== 3);
  assertEquals(drained(backlog), [[2, 0], [4, 0]]);
});

Deno.test("backlog: any pushes and takes lose nothing that is not counted", () => {
  const act = fc.oneof(fc.constant("take" as const), fc.constant("push" as const));
  fc.assert(fc.property(fc.array(act, { maxLength: 2_000 }), (acts) => {
    const backlog = new Backlog<number>(5);
    let pushed = 0;
    let seen = 0;
    const take = () => {
      const next = backlog.take();
      if (next === undefined) return;
      assertEquals(next.item, seen + next.dropped);
      seen = next.item + 1;
    };
    for (const each of acts) {
      if (each === "push") backlog.push(null, pushed++);
      else take();
    }
    while (backlog.size > 0) take();
    assertEquals(seen, pushed);
  }));
});
