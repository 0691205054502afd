import { assert, assertEquals, assertThrows } from "@std/assert";
import { Deadlines, TIMER_MAX_MS } from "../../actors/deadlines.ts";
import { SeededRandom } from "../../src/system/seeded_random.ts";
import { VirtualClock } from "../../src/system/virtual_clock.ts";

function setup(onDue?: (key: string, name: string) => void) {
  const clock = new VirtualClock();
  const start = clock.now();
  const fired: string[] = [];
  const deadlines = new Deadlines({
    clock,
    onDue: (key, name) => {
      fired.push(`${key}.${name}@${clock.monotonic()}`);
      onDue?.(key, name);
    },
  });
  return { clock, start, fired, deadlines };
}

Deno.test("deadlines: each fires at its time, in order of time and then of setting", () => {
  const { clock, start, fired, deadlines } = setup();
  deadlines.set("a", "ack", start + 30);
  deadlines.set("b", "ack", start + 10);
  deadlines.set("c", "ack", start + 30);
  deadlines.set("b", "look", start + 30);
  clock.advance(100);
  assertEquals(fired, ["b.ack@10", "a.ack@30", "c.ack@30", "b.look@30"]);
  assertEquals(deadlines.size, 0);
  assertEquals(clock.pending, 0);
});

Deno.test("deadlines: one that was cleared never fires", () => {
  const { clock, start, fired, deadlines } = setup();
  deadlines.set("a", "ack", start + 10);
  deadlines.set("a", "look", start + 10);
  assert(deadlines.clear("a", "ack"));
  assert(!deadlines.clear("a", "ack"));
  assert(!deadlines.clear("nobody", "ack"));
  clock.advance(100);
  assertEquals(fired, ["a.look@10"]);
});

Deno.test("deadlines: clearAll forgets a key and no other", () => {
  const { clock, start, fired, deadlines } = setup();
  for (const name of ["x", "y", "z"]) deadlines.set("a", name, start + 10);
  deadlines.set("b", "x", start + 10);
  deadlines.clearAll("a");
  assertEquals(deadlines.of("a"), []);
  clock.advance(100);
  assertEquals(fired, ["b.x@10"]);
});

Deno.test("deadlines: setting one again moves it, earlier or later", () => {
  const { clock, start, fired, deadlines } = setup();
  deadlines.set("a", "x", start + 50);
  deadlines.set("a", "x", start + 10);
  deadlines.set("b", "x", start + 10);
  deadlines.set("b", "x", start + 50);
  assertEquals(deadlines.size, 2);
  clock.advance(100);
  assertEquals(fired, ["a.x@10", "b.x@50"]);
});

Deno.test("deadlines: those of a key are listed, the earliest first", () => {
  const { start, deadlines } = setup();
  deadlines.set("a", "late", start + 20);
  deadlines.set("a", "soon", start + 10);
  assertEquals(deadlines.of("a"), [
    { name: "soon", dueAt: start + 10 },
    { name: "late", dueAt: start + 20 },
  ]);
});

Deno.test("deadlines: what is overdue fires from the timer, not from set", () => {
  const { clock, start, fired, deadlines } = setup();
  deadlines.set("a", "x", start - 5_000);
  assertEquals(fired, []);
  clock.advance(0);
  assertEquals(fired, ["a.x@0"]);
});

Deno.test("deadlines: a step of the wall clock moves none that is set", () => {
  const { clock, start, fired, deadlines } = setup();
  deadlines.set("a", "x", start + 1_000);
  clock.stepWall(-3_600_000);
  clock.advance(999);
  assertEquals(fired, []);
  clock.advance(1);
  assertEquals(fired, ["a.x@1000"]);
});

Deno.test("deadlines: a month is waited for in parts, and to the millisecond", () => {
  const { clock, start, fired, deadlines } = setup();
  const month = 30 * 24 * 3_600_000;
  deadlines.set("gtd", "x", start + month);
  clock.advance(TIMER_MAX_MS);
  assertEquals(clock.pending, 1);
  clock.advance(month - TIMER_MAX_MS - 1);
  assertEquals(fired, []);
  clock.advance(1);
  assertEquals(fired, [`gtd.x@${month}`]);
});

Deno.test("deadlines: a callback may set and clear; one always overdue does not starve the rest", () => {
  const t = setup((key) => {
    if (key === "loop" && t.fired.length < 5) t.deadlines.set("loop", "x", t.start - 1);
    if (key === "loop") t.deadlines.clear("victim", "x");
  });
  t.deadlines.set("loop", "x", t.start);
  t.deadlines.set("victim", "x", t.start);
  t.deadlines.set("other", "x", t.start);
  assert(t.clock.runNext());
  assertEquals(t.fired, ["loop.x@0", "other.x@0"].slice(0, t.fired.length));
  t.clock.advance(0);
  assert(t.fired.includes("other.x@0"));
  assert(!t.fired.includes("victim.x@0"));
});

Deno.test("deadlines: a callback that throws costs no other deadline", () => {
  const t = setup((key) => {
    if (key === "bad") throw new Error("boom");
  });
  t.deadlines.set("bad", "x", t.start + 10);
  t.deadlines.set("good", "x", t.start + 10);
  assertThrows(() => t.clock.advance(100), Error, "boom");
  t.clock.advance(100);
  assertEquals(t.fired, ["bad.x@10", "good.x@10"]);
});

Deno.test("deadlines: after stop nothing fires and no timer is left", () => {
  const { clock, start, fired, deadlines } = setup();
  deadlines.set("a", "x", start + 10);
  deadlines.stop();
  deadlines.set("b", "x", start + 10);
  assertEquals(clock.pending, 0);
  clock.advance(100);
  assertEquals(fired, []);
});

Deno.test("deadlines: one timer serves all", () => {
  const { clock, start, deadlines } = setup();
  for (let i = 0; i < 1_000; i++) deadlines.set(`k${i}`, "x", start + 1_000 - i);
  assertEquals(clock.pending, 1);
});

Deno.test("deadlines: 100,000 at once, a third cleared, fire in order", () => {
  const { clock, start, fired, deadlines } = setup();
  const random = new SeededRandom(3);
  const expected = new Map<string, number>();
  for (let i = 0; i < 100_000; i++) {
    const key = `k${random.below(60_000)}`;
    const dueAt = start + random.below(1_000_000);
    deadlines.set(key, "x", dueAt);
    expected.set(key, dueAt);
  }
  for (let i = 0; i < 60_000; i += 3) {
    deadlines.clear(`k${i}`, "x");
    expected.delete(`k${i}`);
  }
  assertEquals(deadlines.size, expected.size);
  clock.advance(1_000_000);
  assertEquals(fired.length, expected.size);
  let last = 0;
  for (const line of fired) {
    const [key, at] = line.split(".x@");
    assertEquals(start + Number(at), expected.get(key!));
    assert(Number(at) >= last);
    last = Number(at);
  }
});

Deno.test("deadlines: a time that is no number is refused", () => {
  const { deadlines } = setup();
  assertThrows(() => deadlines.set("a", "x", NaN), RangeError, "dueAt NaN is not finite");
});
