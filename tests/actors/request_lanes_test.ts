/** Budgets by symbol and by endpoint, and the face that adapters use. */
import { assert, assertEquals, assertRejects } from "@std/assert";
import fc from "fast-check";
import { RequestRunner } from "../../actors/request.ts";
import { PRIORITIES, type RequestPriority } from "../../machines/request_queue.ts";
import { REQUEST_TIMEOUT_MS } from "../../machines/timeouts.ts";
import type {
  RateLimits,
  RequestAbout,
  RequestCost,
  RequestKind,
} from "../../src/exchanges/exchange.ts";
import { VirtualClock } from "../../src/system/virtual_clock.ts";

const PLACE_MAX = 60;
const TRADING_MAX = 60;
const CANCEL_BY_AGE = 8;
/** A counter by symbol for orders and cancels, a window by symbol for placing, one for reads. */
const LIMITS: RateLimits = {
  budgets: {
    place: { kind: "window", scope: "symbol", capacity: PLACE_MAX, intervalMs: 2_000 },
    trading: { kind: "decay", scope: "symbol", capacity: TRADING_MAX, decayPerSecond: 1 },
    reads: { kind: "window", scope: "endpoint", capacity: 20, intervalMs: 1_000 },
    all: { kind: "window", scope: "ip", capacity: 600, intervalMs: 5_000 },
  },
};
const BTC = "BTC/USDT";
const ETH = "ETH/USDT";

function cost(kind: RequestKind, { ageMs }: RequestAbout): RequestCost {
  const all = { budget: "all", amount: 1 };
  switch (kind) {
    case "submit":
      return [all, { budget: "place", amount: 1 }, { budget: "trading", amount: 1 }];
    case "cancel":
      return [all, { budget: "trading", amount: (ageMs ?? 0) < 5_000 ? CANCEL_BY_AGE : 1 }];
    default:
      return [all, { budget: "reads", amount: 1 }];
  }
}

function setup() {
  const clock = new VirtualClock();
  const granted: string[] = [];
  const runner = new RequestRunner({ clock, limits: LIMITS, cost });
  clock.advance(600_000);
  let count = 0;
  const ask = (
    kind: RequestKind,
    about: RequestAbout = {},
    priority: RequestPriority = kind === "cancel" ? "cancel" : "submit",
  ) => {
    const key = `${kind}${count++}`;
    const onGranted = () => granted.push(`${about.symbolId ?? ""} ${key}`);
    return runner.ask({ kind, priority, about, key, onGranted });
  };
  return { clock, runner, granted, ask };
}

Deno.test("request lanes: orders of one symbol that wait hold back no other symbol's", () => {
  const { clock, runner, granted, ask } = setup();
  for (let i = 0; i < 40; i++) ask("submit", { symbolId: BTC });
  assert(runner.queued > 0);
  assertEquals(ask("submit", { symbolId: ETH }), "granted");
  const before = granted.length;
  for (let i = 0; i < 30; i++) ask("submit", { symbolId: ETH });
  clock.advance(1_000);
  const since = granted.slice(before).map((each) => each.split(" ")[0]);
  assert(since.includes(BTC) && since.includes(ETH), `${since}`);
  runner.stop();
});

Deno.test("request lanes: one that waits long keeps no other symbol waiting behind it", () => {
  const { clock, runner, granted, ask } = setup();
  for (let i = 0; i < 12; i++) ask("cancel", { symbolId: BTC, ageMs: 0 });
  ask("submit", { symbolId: BTC });
  while (ask("submit", { symbolId: ETH }) === "granted");
  const before = granted.length;
  clock.advance(100);
  assertEquals(granted.slice(before).map((each) => each.split(" ")[0]), [ETH]);
  runner.stop();
});

Deno.test("request lanes: of one symbol nobody overtakes", () => {
  const { clock, runner, granted, ask } = setup();
  for (let i = 0; i < 60; i++) ask("submit", { symbolId: i % 3 === 0 ? ETH : BTC });
  clock.advance(120_000);
  for (const symbolId of [BTC, ETH]) {
    const order = granted.filter((each) => each.startsWith(symbolId))
      .map((each) => Number(each.slice(each.indexOf("submit") + "submit".length)));
    assertEquals(order, [...order].sort((a, b) => a - b));
  }
  assertEquals(granted.length, 60);
  runner.stop();
});

Deno.test("request lanes: a hundred reads that wait let a cancel through at once", () => {
  const { runner, granted, ask } = setup();
  for (let i = 0; i < 100; i++) ask("lookup", { symbolId: BTC }, "probe");
  assert(runner.queued >= 90, `${runner.queued}`);
  assertEquals(ask("cancel", { symbolId: BTC, ageMs: 60_000 }), "granted");
  assert(granted.at(-1)?.includes("cancel"));
  runner.stop();
});

Deno.test("request lanes: a cancel that waits goes before the orders of its symbol", () => {
  const { clock, runner, granted, ask } = setup();
  for (let i = 0; i < 12; i++) ask("cancel", { symbolId: BTC, ageMs: 0 });
  const from = granted.length;
  for (let i = 0; i < 3; i++) ask("submit", { symbolId: BTC });
  assertEquals(ask("submit", { symbolId: ETH }), "granted");
  clock.advance(600_000);
  const order = granted.slice(from).filter((each) => each.startsWith(BTC));
  assertEquals(order.slice(-3).every((each) => each.includes("submit")), true);
  assertEquals(order.slice(0, -3).every((each) => each.includes("cancel")), true);
  runner.stop();
});

Deno.test("request lanes: a young order is dearer to cancel where the venue says so", () => {
  const { runner } = setup();
  const young = runner.remaining({ kind: "cancel", symbolId: BTC, ageMs: 10 });
  const old = runner.remaining({ kind: "cancel", symbolId: BTC, ageMs: 10_000 });
  assertEquals(young, Math.floor(old / CANCEL_BY_AGE));
  runner.stop();
});

Deno.test("request lanes: reads of one endpoint wait for that endpoint alone", () => {
  const { runner, ask } = setup();
  while (ask("balances", {}, "resync") === "granted");
  assertEquals(ask("positions", {}, "resync"), "granted");
  assertEquals(ask("balances", { endpoint: "wallet" }, "resync"), "granted");
  runner.stop();
});

Deno.test("request lanes: whatever is asked, no symbol's counter and no window goes beyond", () => {
  const step = fc.record({
    afterMs: fc.oneof(fc.constant(0), fc.integer({ min: 0, max: 4_000 })),
    kind: fc.constantFrom<RequestKind>("submit", "cancel", "lookup"),
    priority: fc.constantFrom(...PRIORITIES),
    symbolId: fc.constantFrom(BTC, ETH, "SOL/USDT"),
    ageMs: fc.integer({ min: 0, max: 10_000 }),
    times: fc.integer({ min: 1, max: 30 }),
  });
  fc.assert(
    fc.property(fc.array(step, { minLength: 3, maxLength: 30 }), (steps) => {
      const clock = new VirtualClock();
      const runner = new RequestRunner({ clock, limits: LIMITS, cost });
      const sent: { at: number; symbolId: string; taken: RequestCost }[] = [];
      let count = 0;
      for (const { afterMs, kind, priority, symbolId, ageMs, times } of steps) {
        clock.advance(afterMs);
        const taken = cost(kind, { ageMs });
        for (let i = 0; i < times; i++) {
          runner.ask({
            kind,
            priority: kind === "cancel" ? "cancel" : priority,
            about: { symbolId, ageMs },
            key: `k${count++}`,
            onGranted: () => sent.push({ at: clock.monotonic(), symbolId, taken }),
          });
        }
      }
      clock.advance(60_000);
      runner.stop();
      for (const symbolId of [BTC, ETH, "SOL/USDT"]) {
        const own = sent.filter((each) => each.symbolId === symbolId);
        let counter = 0;
        let before = 0;
        for (const { at, taken } of own) {
          counter = Math.max(0, counter - (at - before) / 1_000) + amountOf(taken, "trading");
          before = at;
          assert(counter <= TRADING_MAX + 1e-9, `${symbolId}: counter ${counter}`);
          const recent = own.filter((each) => each.at <= at && each.at > at - 2_000);
          const placed = recent.reduce((sum, each) => sum + amountOf(each.taken, "place"), 0);
          assert(placed <= PLACE_MAX, `${symbolId}: ${placed} placed`);
        }
      }
    }),
    { numRuns: 100 },
  );
});

Deno.test("request limits: an adapter waits for its turn, and takes as many as it says", async () => {
  const { clock, runner } = setup();
  const { signal } = new AbortController();
  const room = runner.remaining("balances");
  assertEquals(await runner.acquire("balances", room, "resync", signal), "granted");
  assertEquals(runner.remaining("balances"), 0);
  let outcome: string | null = null;
  runner.acquire("balances", 1, "resync", signal).then((each) => outcome = each);
  await clock.advanceAsync(0);
  assertEquals([outcome, runner.queued], [null, 1]);
  await clock.advanceAsync(1_000);
  assertEquals(outcome, "granted");
  assertEquals(clock.pending, 0);
  runner.stop();
});

Deno.test("request limits: a wait that is aborted leaves the queue", async () => {
  const { clock, runner } = setup();
  const aborter = new AbortController();
  await runner.acquire("balances", runner.remaining("balances"), "resync", aborter.signal);
  const waiting = runner.acquire("balances", 1, "resync", aborter.signal);
  aborter.abort(new RangeError("enough"));
  await assertRejects(() => waiting, RangeError, "enough");
  await assertRejects(() => runner.acquire("balances", 1, "resync", aborter.signal), RangeError);
  assertEquals([runner.queued, clock.pending], [0, 0]);
  runner.stop();
});

Deno.test("request limits: who waits hears of a full queue, of draining and of the end", async () => {
  const clock = new VirtualClock();
  const runner = new RequestRunner({
    clock,
    limits: LIMITS,
    cost,
    queueMax: 3,
    reservedForCancels: 1,
  });
  const { signal } = new AbortController();
  const submit = runner.acquire({ kind: "submit", symbolId: BTC }, 1, "submit", signal);
  const read = runner.acquire("balances", 1, "probe", signal);
  assertEquals(await runner.acquire("balances", 1, "probe", signal), "full");
  runner.drain();
  assertEquals(await submit, "stopped");
  runner.stop();
  assertEquals(await read, "stopped");
  assertEquals(await runner.acquire("balances", 1, "probe", signal), "stopped");
});

Deno.test("request limits: a read is not given up while its next page waits for its turn", async () => {
  const { clock, runner } = setup();
  const { signal } = new AbortController();
  const reading = runner.run("fillsSince", "resync", async () => {
    runner.banned(3 * REQUEST_TIMEOUT_MS);
    await runner.acquire("fillsSince", 1, "probe", signal);
    await new Promise<void>((resolve) => clock.setTimer(resolve, REQUEST_TIMEOUT_MS - 1));
    return { kind: "read" };
  });
  await clock.advanceAsync(5 * REQUEST_TIMEOUT_MS);
  assertEquals(await reading, { kind: "read" });
  const silent = runner.run("fillsSince", "resync", async () => {
    await runner.acquire("fillsSince", 1, "probe", signal);
    return await new Promise<{ kind: "read" }>(() => {});
  });
  await clock.advanceAsync(REQUEST_TIMEOUT_MS + 1);
  const answer = await silent;
  assertEquals(answer.kind === "failed" && answer.cause.code, "TIMEOUT");
  assertEquals(clock.pending, 0);
  runner.stop();
});

Deno.test("request limits: health shows each budget by its name", () => {
  const { runner, ask } = setup();
  ask("submit", { symbolId: BTC });
  const budgets = runner.budgets();
  assertEquals(Object.keys(budgets).sort(), ["all", "place", "reads", "trading"]);
  assertEquals(budgets["reads"], { used: 0, capacity: 20 });
  assert((budgets["trading"]?.used ?? 0) > 0);
  runner.stop();
});

function amountOf(taken: RequestCost, budget: string): number {
  return taken.find((each) => each.budget === budget)?.amount ?? 0;
}
