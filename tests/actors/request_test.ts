import { assert, assertEquals } from "@std/assert";
import { RequestRunner, type RequestRunnerOptions } from "../../actors/request.ts";
import type { RequestPriority } from "../../machines/request_queue.ts";
import type { RequestsMode } from "../../machines/requests.ts";
import { REQUEST_TIMEOUT_MS } from "../../machines/timeouts.ts";
import { VirtualClock } from "../../src/system/virtual_clock.ts";
import { twoBudgets, twoCosts, twoUsed } from "../budgets.ts";

const ORDER = twoCosts({ weight: 1, orders: 1 });
const READ = twoCosts({ weight: 10, orders: 0 });

/** 100 orders per 10 s: 6.5 flow in per second, 10 may burst. */
function setup(options: Partial<RequestRunnerOptions> = {}) {
  const clock = new VirtualClock();
  const modes: RequestsMode[] = [];
  const granted: string[] = [];
  const runner = new RequestRunner({
    clock,
    limits: twoBudgets({
      weight: { capacity: 6_000, intervalMs: 60_000 },
      orders: { capacity: 100, intervalMs: 10_000 },
    }),
    cost: (kind) => kind === "submit" ? ORDER : READ,
    onMode: (mode) => modes.push(mode),
    ...options,
  });
  const ask = (priority: RequestPriority, key: string, cost = ORDER) =>
    runner.ask({ kind: "submit", priority, cost, key, onGranted: () => granted.push(key) });
  const submitAll = (count: number, prefix = "s") => {
    for (let i = 0; i < count; i++) ask("submit", `${prefix}${i}`);
  };
  return { clock, runner, modes, granted, ask, submitAll };
}

/** As {@linkcode setup}, long after the boot: the burst is there. */
function rested(options: Partial<RequestRunnerOptions> = {}) {
  const t = setup(options);
  t.clock.advance(60_000);
  return t;
}

Deno.test("request runner: grants at once while there are tokens", () => {
  const { clock, runner, granted, ask } = rested();
  assertEquals(ask("submit", "a"), "granted");
  assertEquals(granted, ["a"]);
  assertEquals(runner.mode, "flowing");
  assertEquals(clock.pending, 0);
  runner.stop();
});

Deno.test("request runner: after a boot an order waits briefly, a cancel not at all", () => {
  const { clock, runner, granted, ask } = setup();
  assertEquals(ask("submit", "a"), "queued");
  assertEquals(ask("cancel", "c", twoCosts({ weight: 1, orders: 0 })), "granted");
  clock.advance(200);
  assertEquals(granted, ["c", "a"]);
  runner.stop();
});

Deno.test("request runner: what waits is granted from the timer, in order, as tokens come", () => {
  const { clock, runner, granted, submitAll } = rested();
  submitAll(13);
  assertEquals(granted.length, 10);
  assertEquals(runner.queued, 3);
  clock.advance(1_000);
  assertEquals(granted, Array.from({ length: 13 }, (_, i) => `s${i}`));
  assertEquals(clock.pending, 0);
  runner.stop();
});

Deno.test("request runner: a queued request is granted once and spends its tokens", () => {
  const { clock, runner, granted, submitAll } = rested();
  submitAll(200);
  clock.advance(10_000);
  assertEquals(new Set(granted).size, granted.length);
  assert(granted.length <= 10 + 65 + 1, `${granted.length} in 10 s`);
  runner.stop();
});

Deno.test("request runner: a cancel overtakes the orders that wait", () => {
  const { clock, runner, granted, ask, submitAll } = rested();
  submitAll(30);
  const before = granted.length;
  for (let i = 0; i < 12; i++) ask("cancel", `c${i}`);
  clock.advance(100_000);
  const order = granted.slice(before);
  assertEquals(order.slice(0, 12), Array.from({ length: 12 }, (_, i) => `c${i}`));
  runner.stop();
});

Deno.test("request runner: a read passes orders that wait for a budget it does not need", () => {
  const { runner, ask, submitAll } = rested();
  submitAll(20);
  assertEquals(ask("probe", "look", READ), "granted");
  runner.stop();
});

Deno.test("request runner: nobody passes one of higher priority waiting for the same budget", () => {
  const { runner, granted, ask } = setup();
  ask("reduce", "r", twoCosts({ weight: 500, orders: 0 }));
  assertEquals(ask("submit", "s", twoCosts({ weight: 0, orders: 1 })), "queued");
  assertEquals(ask("probe", "p", READ), "queued");
  assertEquals(granted, []);
  runner.stop();
});

Deno.test("request runner: a cheap one waits behind a dear one, though its tokens are there", () => {
  const { clock, runner, granted, ask } = rested();
  ask("submit", "some", twoCosts({ weight: 100, orders: 0 }));
  assertEquals(ask("reduce", "dear", twoCosts({ weight: 700, orders: 0 })), "queued");
  assertEquals(ask("probe", "cheap", READ), "queued");
  assertEquals(ask("cancel", "c", twoCosts({ weight: 1, orders: 0 })), "granted");
  clock.advance(60_000);
  assertEquals(granted, ["some", "c", "dear", "cheap"]);
  runner.stop();
});

Deno.test("request runner: a full queue says so, but still takes cancels", () => {
  const { runner, ask, submitAll } = setup({ queueMax: 5, reservedForCancels: 2 });
  submitAll(3);
  assertEquals(ask("submit", "more"), "full");
  runner.banned(1_000);
  assertEquals(ask("cancel", "c"), "queued");
  runner.stop();
});

Deno.test("request runner: a canceled wait is never granted, and frees what is behind it", () => {
  const { clock, runner, granted, ask } = setup();
  ask("reduce", "dear", twoCosts({ weight: 600, orders: 0 }));
  ask("submit", "cheap", twoCosts({ weight: 1, orders: 0 }));
  clock.advance(200);
  assertEquals(granted, []);
  assert(runner.cancelWaiting("dear"));
  assert(!runner.cancelWaiting("dear"));
  clock.advance(0);
  assertEquals(granted, ["cheap"]);
  runner.stop();
});

Deno.test("request runner: with nobody waiting any more no timer is left", () => {
  const { clock, runner, ask } = setup();
  ask("submit", "a");
  runner.cancelWaiting("a");
  assertEquals(clock.pending, 0);
  assertEquals(runner.mode, "flowing");
  runner.stop();
});

Deno.test("request runner: acquiring a key that waits replaces it", () => {
  const { clock, runner, granted, ask } = setup();
  ask("submit", "a");
  const onGranted = () => granted.push("newer");
  runner.ask({ kind: "submit", priority: "submit", cost: ORDER, key: "a", onGranted });
  assertEquals(runner.queued, 1);
  clock.advance(1_000);
  assertEquals(granted, ["newer"]);
  runner.stop();
});

Deno.test("request runner: a grant may acquire again", () => {
  const { clock, runner, granted, ask } = setup();
  const onGranted = () => {
    granted.push("a");
    ask("submit", "b");
  };
  runner.ask({ kind: "submit", priority: "submit", cost: ORDER, key: "a", onGranted });
  clock.advance(1_000);
  assertEquals(granted, ["a", "b"]);
  runner.stop();
});

Deno.test("request runner: its mode tells a queue that waits from one that flows", () => {
  const { clock, runner, modes, submitAll } = rested();
  submitAll(12);
  assertEquals(runner.mode, "throttled");
  assertEquals(runner.actor.getSnapshot().value, "throttled");
  clock.advance(1_000);
  assertEquals(modes, ["throttled", "flowing"]);
  runner.stop();
});

Deno.test("request runner: a ban stops cancels too, and ends by itself", () => {
  const { clock, runner, granted, modes, ask } = rested();
  runner.banned(5_000);
  assertEquals(ask("cancel", "c"), "queued");
  clock.advance(4_999);
  assertEquals(granted, []);
  clock.advance(2);
  assertEquals(granted, ["c"]);
  assertEquals(modes, ["banned", "flowing", "throttled", "flowing"]);
  runner.stop();
});

Deno.test("request runner: the venue's own count holds requests back", () => {
  const { clock, runner, granted, ask } = rested();
  runner.usage(twoUsed({ weight: 6_000, orders: null }));
  assertEquals(ask("submit", "a"), "queued");
  clock.advance(59_999);
  assertEquals(granted, []);
  clock.advance(1);
  assertEquals(granted, ["a"]);
  runner.stop();
});

Deno.test("request runner: a read waits for its turn and answers what the adapter answers", async () => {
  const { clock, runner } = setup();
  const reading = runner.run("openOrders", "resync", () => Promise.resolve({ kind: "read", n: 7 }));
  assertEquals(runner.queued, 1);
  await clock.advanceAsync(1_000);
  assertEquals(await reading, { kind: "read", n: 7 });
  assertEquals(clock.pending, 0);
  runner.stop();
});

Deno.test("request runner: a read the adapter never answers fails by its timeout", async () => {
  const { clock, runner } = rested();
  const reading = runner.run("lookup", "probe", () => new Promise<{ kind: "read" }>(() => {}));
  await clock.advanceAsync(REQUEST_TIMEOUT_MS);
  const answer = await reading;
  assertEquals(answer.kind === "failed" && answer.cause.code, "TIMEOUT");
  runner.stop();
});

Deno.test("request runner: an adapter that throws makes a failed read without its message", async () => {
  const { runner } = rested();
  const answer = await runner.run("lookup", "probe", () => {
    throw new TypeError("https://venue/?signature=canary");
  });
  assertEquals(answer, {
    kind: "failed",
    cause: { code: "ADAPTER_THREW", message: "lookup threw TypeError" },
  });
  runner.stop();
});

Deno.test("request runner: a read that finds the queue full answers so", async () => {
  const { runner, submitAll } = setup({ queueMax: 3, reservedForCancels: 1 });
  submitAll(2);
  const answer = await runner.run("balances", "resync", () => Promise.resolve({ kind: "read" }));
  assertEquals(answer.kind === "failed" && "cause" in answer && answer.cause.code, "QUEUE_FULL");
  runner.stop();
});

Deno.test("request runner: stop answers reads that wait and reads under way, and clears timers", async () => {
  const { clock, runner, granted, ask } = rested();
  const underWay = runner.run("lookup", "probe", () => new Promise<{ kind: "read" }>(() => {}));
  runner.banned(60_000);
  const waiting = runner.run("balances", "resync", () => Promise.resolve({ kind: "read" }));
  ask("submit", "a");
  runner.stop();
  for (const answer of await Promise.all([underWay, waiting])) {
    assertEquals("cause" in answer && answer.cause.code, "STOPPED");
  }
  assertEquals(clock.pending, 0);
  assertEquals(ask("cancel", "late"), "full");
  const late = await runner.run("lookup", "probe", () => Promise.resolve({ kind: "read" }));
  assertEquals("cause" in late && late.cause.code, "STOPPED");
  clock.advance(100_000);
  assertEquals(granted, []);
});

Deno.test("request runner: draining drops orders that wait, and still takes cancels and reads", () => {
  const { clock, runner, granted, ask } = setup();
  ask("submit", "s");
  ask("reduce", "r");
  ask("probe", "p", READ);
  assertEquals(runner.drain(), ["r", "s"]);
  assertEquals(runner.mode, "draining");
  assertEquals(ask("submit", "late"), "full");
  ask("cancel", "c");
  clock.advance(1_000);
  assertEquals([...granted].sort(), ["c", "p"]);
  runner.stop();
});

Deno.test("request runner: health shows what can be used", () => {
  const { clock, runner } = setup();
  assertEquals(runner.remaining("submit"), 0);
  assertEquals(runner.budgets()["orders"], { used: 100, capacity: 100 });
  clock.advance(60_000);
  assertEquals(runner.remaining("submit"), 10);
  assertEquals(runner.remaining({ kind: "lookup", symbolId: "BTC/USDT" }), 60);
  assertEquals(runner.budgets()["orders"], { used: 0, capacity: 100 });
  runner.stop();
});

Deno.test("request runner: killed, it reports its crash once and grants nothing", () => {
  const crashes: unknown[] = [];
  const { clock, runner, ask } = rested({ onCrash: (error) => crashes.push(error) });
  const poison = {
    get type(): never {
      throw new Error("killed");
    },
  };
  runner.actor.send(poison);
  assertEquals(crashes.map(String), ["Error: killed"]);
  assertEquals(ask("submit", "a"), "full");
  assertEquals(clock.pending, 0);
});

Deno.test("request runner: after a ban cancels go first, then what reduces, then the rest", () => {
  const { clock, runner, granted, ask } = rested();
  runner.banned(5_000);
  ask("probe", "p", READ);
  ask("submit", "s");
  ask("protect", "t");
  ask("reduce", "r");
  for (let i = 0; i < 9; i++) ask("cancel", `c${i}`, twoCosts({ weight: 1, orders: 0 }));
  clock.advance(5_001);
  assertEquals(granted.slice(0, 9), Array.from({ length: 9 }, (_, i) => `c${i}`));
  clock.advance(10_000);
  assertEquals(granted.slice(9), ["r", "t", "s", "p"]);
  runner.stop();
});

Deno.test("request runner: it tells how long a ban still lasts", () => {
  const { clock, runner } = rested();
  assertEquals(runner.bannedForMs(), 0);
  runner.banned(5_000);
  clock.advance(2_000);
  assertEquals(runner.bannedForMs(), 3_000);
  clock.advance(4_000);
  assertEquals(runner.bannedForMs(), 0);
  runner.stop();
});

Deno.test("request runner: a ban of one budget holds back what takes from it, and nothing else", () => {
  const { clock, runner, modes, granted, ask } = rested();
  runner.banned(2_000, ["orders"]);
  assertEquals(ask("submit", "s"), "queued");
  assertEquals(ask("cancel", "c", twoCosts({ weight: 1, orders: 0 })), "granted");
  assertEquals(ask("probe", "p", READ), "granted");
  assertEquals([runner.bannedForMs(), runner.bannedForMs("submit")], [0, 2_000]);
  assertEquals([runner.bannedForMs("serverTime"), runner.remaining("submit")], [0, 0]);
  assert(!modes.includes("banned"));
  clock.advance(1_999);
  assertEquals(granted, ["c", "p"]);
  clock.advance(1_000);
  assertEquals(granted, ["c", "p", "s"]);
  assertEquals(runner.bannedForMs("submit"), 0);
  runner.stop();
});

Deno.test("request runner: who waits for a banned budget holds back nobody who does not need it", () => {
  const { clock, runner, ask } = rested();
  runner.banned(10_000, ["orders"]);
  ask("submit", "s");
  clock.advance(9_000); // Its tokens are back long before the ban ends.
  assertEquals(ask("probe", "p", READ), "granted");
  runner.stop();
});

Deno.test("request runner: a ban of a budget that nobody knows holds back everything", () => {
  const { runner, ask } = rested();
  runner.banned(2_000, ["orders", "no such budget"]);
  assertEquals(ask("probe", "p", READ), "queued");
  assertEquals(runner.bannedForMs(), 2_000);
  runner.stop();
});
