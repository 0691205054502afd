import { assert, assertEquals } from "@std/assert";
import fc from "fast-check";
import type { IntentContext } from "../../machines/intent_context.ts";
import { exposureBounds } from "../../machines/order_state.ts";
import { holdOf } from "../../machines/risk_exposure.ts";
import { RiskLedger } from "../../machines/risk_ledger.ts";
import { RiskLevels } from "../../machines/risk_levels.ts";
import { RiskRepeats } from "../../machines/risk_repeats.ts";
import { RiskWindow } from "../../machines/risk_window.ts";
import { step } from "../../machines/step.ts";
import {
  compare,
  type Decimal,
  decimal,
  fromUnits,
  multiply,
  ONE,
} from "../../src/model/decimal.ts";
import { aContext, aFill, say } from "./intent_builders.ts";
import { anOrder } from "../orders.ts";
import { choices, startContext, starts, Walk } from "./intent_walk.ts";

const PAIR = { base: "BTC", settle: "USDT", kind: "spot" } as const;

function openLedger(price: { now: Decimal | null } = { now: decimal("100") }): RiskLedger {
  return new RiskLedger({ assetsOf: () => PAIR, worstPrice: () => price.now });
}

const locked = (ledger: RiskLedger, asset: string) => fromUnits(ledger.asset(asset).locked);
const buying = (ledger: RiskLedger) => fromUnits(ledger.asset("BTC").buying);

/** What an intent holds after these events. */
function hold(context: IntentContext, ...events: Parameters<typeof step>[1][]) {
  return holdOf(events.reduce(step, context));
}

Deno.test("risk exposure: an intent holds its whole amount from the first, and nothing once ended", () => {
  const context = aContext();
  const at = {
    symbolId: "BTC/USDT",
    side: "BUY",
    price: "100",
    best: "100",
    reduceOnly: false,
  } as const;
  assertEquals<unknown>(hold(context), { ...at, quantity: "1" });
  assertEquals<unknown>(hold(context, say.granted()), { ...at, quantity: "1" });
  assertEquals<unknown>(hold(context, say.granted(), say.accepted()), { ...at, quantity: "1" });
  assertEquals(hold(context, say.granted(), say.refused()), null);
});

Deno.test("risk exposure: an attempt of unknown outcome holds as if it were live", () => {
  assertEquals(hold(aContext(), say.granted(), say.unknown())?.quantity, "1");
});

Deno.test("risk exposure: what has filled is no longer held", () => {
  const filled = say.filled("t1", "0.4", {
    filled: decimal("0.4"),
    status: "PARTIALLY_FILLED",
  });
  assertEquals(hold(aContext(), say.granted(), say.accepted(), filled)?.quantity, "0.6");
});

Deno.test("risk exposure: a change holds the larger of old and new, at the worse price", () => {
  const changes = { amount: decimal("0.5"), limitPrice: decimal("120") };
  const modify = { type: "order.modify", at: 1_000, order: anOrder(changes) } as const;
  const both = hold(aContext(), say.granted(), say.accepted(), modify);
  assertEquals([both?.quantity, both?.price], ["1", "120"]);
});

Deno.test("risk exposure: a change that the venue refused holds what is live", () => {
  const context = aContext({}, { amendInPlace: true });
  const order = anOrder({ amount: decimal("3"), limitPrice: decimal("120") });
  const modify = { type: "order.modify", at: 1_000, order } as const;
  const live = [say.granted(), say.accepted(), modify] as const;
  assertEquals(hold(context, ...live)?.quantity, "3");
  const after = hold(context, ...live, say.amendRefused(2));
  assertEquals([after?.quantity, after?.price], ["1", "100"]);
});

Deno.test("risk exposure: an order that is to become reduce-only is not until it is replaced", () => {
  const context = aContext({}, { amendInPlace: true });
  const order = anOrder({ reduceOnly: true });
  const modify = { type: "order.modify", at: 1_000, order } as const;
  const asked = [say.granted(), say.accepted(), modify] as const;
  assertEquals(hold(context, ...asked)?.reduceOnly, false);
  const gone = say.updated({ status: "CANCELED" });
  assertEquals(hold(context, ...asked, gone, say.granted("c2"))?.reduceOnly, true);
});

Deno.test("risk exposure: a change in doubt has two prices, the worse for us first", () => {
  const modify = {
    type: "order.modify",
    at: 1_000,
    order: anOrder({ limitPrice: decimal("90") }),
  } as const;
  const held = hold(aContext(), say.granted(), say.accepted(), modify);
  assertEquals<unknown>([held?.price, held?.best], ["100", "90"]);
});

Deno.test("risk exposure: a canceled intent holds its order until the end is proven", () => {
  const cancel = { type: "order.cancel", at: 1_000 } as const;
  assertEquals(hold(aContext(), say.granted(), say.accepted(), cancel)?.quantity, "1");
  const gone = say.found({ status: "CANCELED" });
  assertEquals(hold(aContext(), say.granted(), say.accepted(), cancel, gone), null);
});

Deno.test("risk ledger: a BUY locks quote at its price, rounded up, and a SELL locks base", () => {
  const ledger = openLedger();
  const price = decimal("100.000000001");
  const quantity = decimal("0.000000000000000001");
  ledger.set("a", {
    symbolId: "BTC/USDT",
    side: "BUY",
    quantity,
    price,
    best: price,
    reduceOnly: false,
  });
  assertEquals(locked(ledger, "USDT"), "0.000000000000000101");
  ledger.set("b", {
    symbolId: "BTC/USDT",
    side: "SELL",
    quantity: decimal("2"),
    price,
    best: price,
    reduceOnly: false,
  });
  assertEquals([locked(ledger, "BTC"), buying(ledger)], ["2", quantity]);
  ledger.set("a", null);
  ledger.set("b", null);
  assertEquals([locked(ledger, "USDT"), locked(ledger, "BTC"), buying(ledger)], ["0", "0", "0"]);
  assertEquals(ledger.openCount, 0);
});

Deno.test("risk ledger: a market order keeps the price it was locked at as it fills", () => {
  const market = { now: decimal("100") };
  const ledger = openLedger(market);
  const order = {
    symbolId: "BTC/USDT",
    side: "BUY",
    price: null,
    best: null,
    reduceOnly: false,
  } as const;
  ledger.set("a", { ...order, quantity: decimal("3") });
  market.now = decimal("1000");
  ledger.set("a", { ...order, quantity: decimal("1") });
  assertEquals(locked(ledger, "USDT"), "100");
  ledger.set("a", null);
  assertEquals(locked(ledger, "USDT"), "0");
});

Deno.test("risk ledger: a lock without a price is known to be unknown until there is one", () => {
  const market: { now: Decimal | null } = { now: null };
  const ledger = openLedger(market);
  const quantity = decimal("2");
  ledger.set("a", {
    symbolId: "BTC/USDT",
    side: "BUY",
    quantity,
    price: null,
    best: null,
    reduceOnly: false,
  });
  assertEquals([ledger.asset("USDT").unpriced.size, locked(ledger, "USDT")], [1, "0"]);
  market.now = decimal("7");
  assertEquals([ledger.asset("USDT").unpriced.size, locked(ledger, "USDT")], [0, "14"]);
  ledger.set("a", null);
  assertEquals(locked(ledger, "USDT"), "0");
});

Deno.test("risk ledger: what a fill moved counts until a balance is as new as the fill", () => {
  const ledger = openLedger();
  ledger.filled(aFill("t1", "0.5", { venueTime: 1_000 }));
  const moved = (asset: string, at: number) => ledger.movedSince(ledger.asset(asset), at).net;
  assertEquals(fromUnits(moved("BTC", 999)), "0.499", "less the fee that was taken in it");
  assertEquals(fromUnits(moved("USDT", 999)), "-50");
  ledger.filled(aFill("t2", "1", { venueTime: 2_000, side: "SELL", fee: null }));
  assertEquals(fromUnits(moved("USDT", 1_000)), "100");
  assertEquals([moved("USDT", 2_000), moved("BTC", 2_000)], [0n, 0n]);
});

Deno.test("risk ledger: what fills took and what they brought are told apart", () => {
  const ledger = openLedger();
  ledger.filled(aFill("t1", "0.5", { venueTime: 1_000, fee: null }));
  ledger.filled(aFill("t2", "0.2", { venueTime: 1_000, fee: null, side: "SELL" }));
  const { net, spent } = ledger.movedSince(ledger.asset("USDT"), 0);
  assertEquals([fromUnits(net), fromUnits(spent)], ["-30", "50"]);
});

Deno.test("risk ledger: fills between two balances are bounded and none is forgotten", () => {
  const ledger = openLedger();
  for (let i = 0; i < 1_000; i++) {
    ledger.filled(aFill(`t${i}`, "1", { venueTime: i, fee: null }));
  }
  const sums = ledger.asset("BTC");
  assert(sums.moved.length <= 256);
  assertEquals(fromUnits(ledger.movedSince(sums, -1).net), "1000");
});

Deno.test("risk ledger: it knows the best own price of each side", () => {
  const ledger = openLedger();
  const quantity = ONE;
  const put = (id: string, side: "BUY" | "SELL", price: string) =>
    ledger.set(id, {
      symbolId: "BTC/USDT",
      side,
      quantity,
      price: decimal(price),
      best: decimal(price),
      reduceOnly: false,
    });
  const best = () => [ledger.opposite("BTC/USDT", "SELL"), ledger.opposite("BTC/USDT", "BUY")];
  assertEquals(best(), [null, null]);
  put("a", "BUY", "99");
  put("b", "BUY", "101");
  put("c", "SELL", "103");
  put("d", "SELL", "102.5");
  assertEquals<unknown>(best(), ["101", "102.5"]);
  ledger.set("b", null);
  put("d", "SELL", "110");
  assertEquals<unknown>(best(), ["99", "103"]);
});

Deno.test("risk ledger: after any turns of any intents the sums are those of a recount", () => {
  const walks = fc.array(fc.record({ start: starts, choices }), { minLength: 1, maxLength: 4 });
  fc.assert(fc.property(walks, fc.nat(), (all, seed) => {
    const ledger = openLedger();
    const intents = all.map(({ start, choices }, i) => {
      const context = startContext(start);
      return { id: `i${i}`, context, choices: [...choices], walk: new Walk() };
    });
    for (const { id, context } of intents) ledger.set(id, holdOf(context));
    for (let turn = seed; intents.some(({ choices }) => choices.length > 0); turn++) {
      const intent = intents[turn % intents.length]!;
      const choice = intent.choices.shift();
      if (choice === undefined) continue;
      intent.context = step(intent.context, intent.walk.next(intent.context, choice));
      ledger.set(intent.id, holdOf(intent.context));
      for (const asset of ["BTC", "USDT"]) {
        assert(ledger.asset(asset).locked >= 0n && ledger.asset(asset).buying >= 0n, "below zero");
      }
    }
    const recount = openLedger();
    for (const { id, context } of intents) recount.set(id, holdOf(context));
    assertEquals(ledger.snapshot(), { ...emptied(ledger), ...recount.snapshot() });
  }));
});

Deno.test("risk exposure: an intent never holds less than may be live of it", () => {
  fc.assert(fc.property(starts, choices, (start, list) => {
    const walk = new Walk();
    let context = startContext(start);
    for (const choice of list) {
      context = step(context, walk.next(context, choice));
      const { possiblyLive } = exposureBounds(context);
      const held = holdOf(context);
      if (held === null) assertEquals(possiblyLive, "0");
      else assert(compare(held.quantity, possiblyLive) >= 0, `${held.quantity} < ${possiblyLive}`);
      for (const { outcome, status, limitPrice } of held === null ? [] : context.attempts) {
        if (outcome !== "ACCEPTED" || status !== "OPEN" || limitPrice === null) continue;
        assert(compare(held?.price ?? limitPrice, limitPrice) >= 0, "a BUY locks its worst price");
      }
    }
  }));
});

/** The rows of what was held once and is not any more: a recount never heard of them. */
function emptied(ledger: RiskLedger): Readonly<Record<string, string>> {
  const rows = Object.entries(ledger.snapshot()).filter(([, row]) => /^(0\/0\/0|-\/-)$/.test(row));
  return Object.fromEntries(rows);
}

Deno.test("risk levels: the best of any multiset of prices is its true best", () => {
  const prices = ["1", "2", "2.5", "3", "10", "99.9", "100"].map(decimal);
  const moves = fc.array(fc.tuple(fc.boolean(), fc.nat(prices.length - 1)), { maxLength: 400 });
  fc.assert(fc.property(moves, fc.constantFrom("BUY" as const, "SELL" as const), (list, side) => {
    const levels = new RiskLevels(side);
    const held: Decimal[] = [];
    for (const [adds, pick] of list) {
      const price = prices[pick]!;
      const at = held.indexOf(price);
      if (adds) {
        held.push(price);
        levels.add(price);
      } else if (at >= 0) {
        held.splice(at, 1);
        levels.remove(price);
      }
      const sorted = held.toSorted((a, b) => side === "BUY" ? compare(b, a) : compare(a, b));
      assertEquals(levels.best(), sorted[0] ?? null);
    }
  }));
});

Deno.test("risk levels: prices that come and go leave nothing behind", () => {
  const levels = new RiskLevels("SELL");
  levels.add(decimal("1"));
  for (let i = 2; i < 5_000; i++) {
    levels.add(decimal(String(i)));
    if (i > 10) levels.remove(decimal(String(i - 5)));
  }
  assert(levels.size < 200, `${levels.size} prices are kept of 7`);
  assertEquals<string | null>(levels.best(), "1");
});

Deno.test("risk window: never more than the limit in any span, and no fewer than that", () => {
  const gaps = fc.array(fc.nat(400), { maxLength: 300 });
  fc.assert(fc.property(gaps, fc.integer({ min: 1, max: 150 }), (list, limit) => {
    const window = new RiskWindow(limit, 1_000);
    const passed: number[] = [];
    let now = 0;
    for (const gap of list) {
      now += gap;
      const within = passed.filter((at) => now - at < 1_000).length;
      assertEquals(window.hasRoom(now), within < limit);
      if (within >= limit) continue;
      window.add(now);
      passed.push(now);
    }
  }));
});

Deno.test("risk window: there is room again exactly one span after the oldest", () => {
  const window = new RiskWindow(2, 1_000);
  window.add(0);
  window.add(400);
  assertEquals([window.hasRoom(999), window.hasRoom(1_000)], [false, true]);
  window.add(1_000);
  assertEquals([window.hasRoom(1_399), window.hasRoom(1_400)], [false, true]);
});

Deno.test("risk repeats: the same order within the window is known, and only there", () => {
  const repeats = new RiskRepeats({ windowMs: 1_000, max: 2 });
  repeats.add("a", 0);
  assertEquals([repeats.since("a", 999), repeats.since("a", 1_000)], [999, null]);
  assertEquals(repeats.since("b", 0), null);
  repeats.add("b", 500);
  assertEquals([repeats.isFull(999), repeats.isFull(1_000)], [true, false]);
});

Deno.test("risk ledger: a market BUY is held at the worst price it is expected to get", () => {
  const ledger = openLedger({ now: decimal("105") });
  const quantity = decimal("0.3");
  ledger.set("a", {
    symbolId: "BTC/USDT",
    side: "BUY",
    quantity,
    price: null,
    best: null,
    reduceOnly: false,
  });
  assertEquals(locked(ledger, "USDT"), multiply(quantity, decimal("105")));
  assertEquals(ledger.opposite("BTC/USDT", "SELL"), null, "it has no price of its own");
});
