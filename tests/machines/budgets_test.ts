import { assert, assertEquals, assertThrows } from "@std/assert";
import fc from "fast-check";
import { type BudgetKeys, RequestBudgets, spendCharges } from "../../machines/budgets.ts";
import { SCOPED_BUDGETS_MAX } from "../../src/model/limits.ts";
import type { Budget, RequestCost } from "../../src/model/rate_limits.ts";

const CAPACITY = 60;
const INTERVAL_MS = 2_000;
/** As OKX counts placements: 60 in 2 s of one account on one instrument. */
const PLACE: Budget = {
  kind: "window",
  scope: "symbol",
  capacity: CAPACITY,
  intervalMs: INTERVAL_MS,
};
const READS: Budget = { kind: "window", scope: "endpoint", capacity: 50, intervalMs: 1_000 };
const ONE: RequestCost = [{ budget: "place", amount: 1 }];

function keys(symbolId: string, endpoint = ""): BudgetKeys {
  return { symbolId, endpoint };
}

function open(budgets: Readonly<Record<string, Budget>> = { place: PLACE, reads: READS }) {
  const all = new RequestBudgets({ budgets }, 0);
  /** @returns whether it went. */
  const take = (now: number, symbolId: string, cost = ONE, endpoint = "") => {
    const charges = all.charges(cost, keys(symbolId, endpoint), now);
    if (all.wait(charges, "other", now) > 0) return false;
    spendCharges(charges);
    return true;
  };
  const takeAll = (now: number, symbolId: string) => {
    let count = 0;
    while (take(now, symbolId)) count++;
    return count;
  };
  return { all, take, takeAll };
}

Deno.test("budgets: a symbol whose budget is used up holds back no other", () => {
  const { take, takeAll } = open();
  const burst = takeAll(60_000, "BTC/USDT");
  assert(burst > 0);
  assertEquals(take(60_000, "BTC/USDT"), false);
  assertEquals(takeAll(60_000, "ETH/USDT"), burst);
});

Deno.test("budgets: every endpoint has one of its own, whatever the symbol", () => {
  const { take } = open();
  const read: RequestCost = [{ budget: "reads", amount: 5 }];
  assert(take(60_000, "A", read, "balances"));
  assert(!take(60_000, "B", read, "balances"));
  assert(take(60_000, "B", read, "positions"));
});

Deno.test("budgets: one that is made late is as if it had been there from the boot", () => {
  const early = open();
  early.take(0, "A", [{ budget: "place", amount: 0.000001 }]); // made at the boot, unused
  for (const now of [0, 10, 100, 1_000, 60_000]) {
    const late = open();
    assertEquals(
      late.all.remaining(ONE, keys("A"), now),
      early.all.remaining(ONE, keys("A"), now),
      `after ${now} ms`,
    );
  }
});

Deno.test("budgets: one made after a ban starts from empty, as those that were there", () => {
  const { all } = open();
  const there = all.remaining(ONE, keys("there"), 59_999);
  all.ban(100, 60_000);
  assertEquals(all.bannedUntil, 60_100);
  assertEquals(all.wait(all.charges([], keys("there"), 60_040), "cancel", 60_040), 60);
  assertEquals(all.remaining(ONE, keys("there"), 60_099), 0);
  const after = all.remaining(ONE, keys("new"), 60_101);
  assert(after < there, `${after} of ${there}`);
  assertEquals(after, all.remaining(ONE, keys("there"), 60_101));
  all.ban(10, 60_050);
  assertEquals(all.bannedUntil, 60_100);
});

Deno.test("budgets: of one name only so many are kept, and what rests makes room", () => {
  const { all, take } = open();
  for (let i = 0; i < 3 * SCOPED_BUDGETS_MAX; i++) assert(take(60_000 + i * 10, `S${i}`));
  assert(all.size <= SCOPED_BUDGETS_MAX + 2, `${all.size}`);
});

Deno.test("budgets: beyond the bound symbols share one budget, and none gets more than its own", () => {
  const { all, take, takeAll } = open();
  const at = 60_000;
  for (let i = 0; i < SCOPED_BUDGETS_MAX; i++) assert(take(at, `S${i}`));
  const shared = takeAll(at, "x");
  assert(shared > 0);
  assertEquals(takeAll(at, "y"), 0);
  assert(all.size <= SCOPED_BUDGETS_MAX + 2);
});

Deno.test("budgets: one of its own does not forget what was spent of the shared one", () => {
  const { all, take } = open();
  for (let i = 0; i < SCOPED_BUDGETS_MAX; i++) assert(take(60_000, `S${i}`));
  const cancelAll = (now: number) => {
    for (let count = 0;; count++) {
      const charges = all.charges(ONE, keys("x"), now);
      if (all.wait(charges, "cancel", now) > 0) return count;
      spendCharges(charges);
    }
  };
  // Those rest from 62,500 on: what is used counts until a quarter more of the interval is over.
  const at = 62_499;
  let spent = cancelAll(at);
  for (let now = at + 1; now < at + INTERVAL_MS; now++) spent += cancelAll(now);
  assert(spent > CAPACITY / 2 && spent <= CAPACITY, `${spent} of ${CAPACITY}`);
});

Deno.test("budgets: no symbol ever takes more than its capacity in any interval", () => {
  const step = fc.record({
    afterMs: fc.oneof(fc.constant(0), fc.integer({ min: 0, max: 1_500 })),
    symbol: fc.constantFrom("A", "B", "C"),
    times: fc.integer({ min: 1, max: 40 }),
  });
  fc.assert(
    fc.property(fc.array(step, { maxLength: 60 }), (steps) => {
      const { take } = open();
      const sent: { symbol: string; at: number }[] = [];
      let now = 60_000;
      for (const { afterMs, symbol, times } of steps) {
        now += afterMs;
        for (let i = 0; i < times; i++) if (take(now, symbol)) sent.push({ symbol, at: now });
      }
      for (const { symbol, at } of sent) {
        const count = sent.filter((each) =>
          each.symbol === symbol && each.at <= at && each.at > at - INTERVAL_MS
        ).length;
        assert(count <= CAPACITY, `${symbol}: ${count}`);
      }
    }),
    { numRuns: 100 },
  );
});

Deno.test("budgets: a report about one symbol corrects that one, one about none is passed over", () => {
  const { all } = open();
  const remaining = (symbolId: string) => all.remaining(ONE, keys(symbolId), 60_000);
  const free = remaining("A");
  all.correct({ budgets: { place: { remaining: 0 } } }, 60_000, 0);
  all.correct({ budgets: { other: { used: 5 } }, symbolId: "A" }, 60_000, 0);
  assertEquals(remaining("A"), free);
  all.correct({ budgets: { place: { remaining: 0 } }, symbolId: "A" }, 60_000, 0);
  assertEquals([remaining("A"), remaining("B")], [0, free]);
});

Deno.test("budgets: when a window is reset is read by the venue's clock", () => {
  const { all } = open({ orders: { ...PLACE, scope: "account" } });
  const cost: RequestCost = [{ budget: "orders", amount: 1 }];
  const wait = (now: number) => all.wait(all.charges(cost, keys(""), now), "other", now);
  const venueNow = 1_800_000_000_000;
  const told = { orders: { remaining: 0, resetAt: venueNow + 300 } };
  all.correct({ budgets: told }, 60_000, venueNow);
  assertEquals(wait(60_000), 300);
  assertEquals(wait(60_300), 0);
});

Deno.test("budgets: health shows the fullest of those kept by symbol", () => {
  const { all, takeAll, take } = open();
  assertEquals(all.use(60_000)["place"], { used: 0, capacity: CAPACITY });
  takeAll(60_000, "A");
  take(60_000, "B");
  assertEquals(all.use(60_000)["place"], { used: CAPACITY, capacity: CAPACITY });
});

Deno.test("budgets: a cost that names no budget is the profile's mistake and says so", () => {
  const { all } = open();
  assertThrows(
    () => all.charges([{ budget: "plase", amount: 1 }], keys("A"), 0),
    RangeError,
    "no budget plase, only place, reads",
  );
});

Deno.test("budgets: limits that allow nothing are refused before anything is sent", () => {
  const budgets = { place: { ...PLACE, capacity: 0 } };
  assertThrows(() => new RequestBudgets({ budgets }, 0), RangeError, "place budget: capacity 0");
});

Deno.test("budgets: a ban of one budget is never shortened, and starts it from empty", () => {
  const { all, take } = open();
  const read: RequestCost = [{ budget: "reads", amount: 1 }];
  all.ban(5_000, 60_000, ["place"]);
  all.ban(1_000, 60_000, ["place"]);
  assertEquals([take(64_999, "A"), take(64_999, "B")], [false, false]);
  assertEquals(take(60_000, "A", read, "balances"), true);
  assertEquals([all.bannedUntil, all.bannedForMs(ONE, 61_000)], [0, 4_000]);
  assertEquals(all.remaining(ONE, keys("A"), 61_000), 0);
  const short = open();
  short.all.ban(100, 60_000, ["place"]);
  const [taken, burst] = [short.takeAll(60_100, "A"), open().takeAll(60_100, "A")];
  assert(taken < burst, `${taken} at once after a ban, ${burst} after a rest`);
});
