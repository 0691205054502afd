import { assert, assertEquals, assertRejects } from "@std/assert";
import { holdOf } from "../../machines/risk_exposure.ts";
import { RiskLedger } from "../../machines/risk_ledger.ts";
import { openKernel } from "../../mod.ts";
import { type Decimal, decimal } from "../../src/model/decimal.ts";
import { DeniedError } from "../../src/model/errors.ts";
import type { RiskLimits } from "../../src/model/risk.ts";
import { type PaperKernel, RESTING } from "./paper_kernel.ts";
import {
  a,
  denied,
  during,
  open,
  order,
  orders,
  place,
  risk,
  trade,
  TWICE,
} from "./risk_kernel.ts";

risk(
  "a denied order is thrown with rule, limit and value, and nothing is recorded",
  {},
  async (k) => {
    const error = await assertRejects(
      () => place(k, { amount: "0.20001" }, { intentId: "i1" }),
      DeniedError,
      "Cannot place order: amount × price in dollars must be at most 10000, got 10000.5",
    );
    assertEquals([error.code, error.details], ["MAX_NOTIONAL_PER_ORDER", {
      rule: "amount × price in dollars must be at most",
      limit: "10000",
      actual: "10000.5",
    }]);
    assertEquals([k.exchange("a").book.size, k.held.store.intent("a", "i1")], [0, undefined]);
    assertEquals(k.exchange("a").risk.openCount, 0);
    assertEquals(await place(k, { amount: "0.2" }, { intentId: "i1" }), "i1");
  },
);

const DENIED: readonly (readonly [string, Partial<RiskLimits>, object, string])[] = [
  ["a price outside of the collar", {}, { limitPrice: "52500.01" }, "PRICE_COLLAR"],
  [
    "a quantity above the symbol's cap",
    {
      maxQuantity: { "BTC/USDT": decimal("0.005") },
    },
    {},
    "MAX_QUANTITY",
  ],
  ["one order more than may be open", { maxOpenOrders: 0 }, {}, "MAX_OPEN_ORDERS"],
  [
    "more of an asset than may be held",
    {
      maxPosition: { BTC: decimal("1.00999") },
    },
    {},
    "MAX_POSITION",
  ],
  [
    "more than may be held in dollars",
    {
      maxPositionNotional: decimal("50499.99"),
    },
    {},
    "MAX_POSITION_NOTIONAL",
  ],
  [
    "a sale of what is not there",
    {
      maxNotionalPerOrder: decimal("60000"),
    },
    { side: "SELL", amount: "1.00001" },
    "INSUFFICIENT_BALANCE",
  ],
  [
    "a purchase that cannot be paid",
    {
      maxNotionalPerOrder: decimal("200000"),
    },
    { amount: "2.00001" },
    "INSUFFICIENT_BALANCE",
  ],
  ["a market order on a symbol without a price", {}, {
    symbolId: "ETH/USDT",
    limitPrice: null,
  }, "NO_MARKET_PRICE"],
  [
    "what nobody can value in dollars",
    {
      maxNotionalPerOrder: decimal("100"),
    },
    { symbolId: "XRP/USDT", amount: "1000", limitPrice: "0.5" },
    "MAX_NOTIONAL_PER_ORDER",
  ],
];

for (const [name, caps, changes, code] of DENIED) {
  risk(`${name} is denied: ${code}`, { risk: caps }, async (k) => {
    assertEquals(await denied(() => place(k, changes)), code);
    assertEquals(orders(k), []);
  });
}

risk("two orders at once cannot overspend the balance", { risk: TWICE }, async (k) => {
  const both = Promise.allSettled([
    a(k).placeOrder(order({ amount: "1.2" }), { intentId: "i1" }),
    a(k).placeOrder(order({ amount: "1.2" }), { intentId: "i2" }),
  ]);
  const [first, second] = await during(k, both);
  assertEquals([first?.status, second?.status], ["fulfilled", "rejected"]);
  assertEquals(await place(k, { amount: "0.8", limitPrice: "49000" }), await newest(k));
});

risk("what a canceled order held is free again", { risk: TWICE }, async (k) => {
  const first = await place(k, { amount: "1.5", limitPrice: "49000" });
  const next = { amount: "1.2", limitPrice: "49000" };
  assertEquals(await denied(() => place(k, next)), "INSUFFICIENT_BALANCE");
  await during(k, a(k).cancelOrder(first, { waitFor: "final" }), 1_000);
  await place(k, next);
});

risk(
  "what was bought can be sold as soon as it is known, and no more",
  { risk: TWICE },
  async (k) => {
    await place(k, { limitPrice: null, amount: "0.5" }, { waitFor: "final", intentId: "buy" });
    const { filledAmount } = a(k).getOrderState("buy");
    assertEquals(filledAmount, "0.5");
    // 1 held, 0.5 bought less a fee of 0.1 %.
    const sale = { side: "SELL", limitPrice: "51000" };
    assertEquals(await denied(() => place(k, { ...sale, amount: "1.5" })), "INSUFFICIENT_BALANCE");
    await place(k, { ...sale, amount: "1.4995" });
  },
);

risk("an order that would trade with one of ours is denied", {}, async (k) => {
  await place(k, { side: "SELL", limitPrice: "51000" });
  assertEquals(await denied(() => place(k, { limitPrice: "51000" })), "SELF_TRADE");
  await place(k, { limitPrice: "50999.99" });
});

risk("rates count placements and changes apart", {
  risk: { maxOrdersPerSecond: 2, maxModifiesPerSecond: 1 },
}, async (k) => {
  const id = await place(k, { limitPrice: "40000" });
  await place(k, { limitPrice: "40001" });
  assertEquals(await denied(() => place(k)), "ORDER_RATE");
  const change = (limitPrice: string) => during(k, a(k).modifyOrder(id, order({ limitPrice })));
  await change("40002");
  assertEquals(await denied(() => change("40003")), "MODIFY_RATE");
  await k.run(1_000);
  await place(k, { limitPrice: "40004" });
  await change("40005");
});

risk("the same market order again is denied unless it is named", {}, async (k) => {
  const market = { limitPrice: null };
  await place(k, market);
  assertEquals(await denied(() => place(k, market)), "DUPLICATE_MARKET_ORDER");
  await place(k, { ...market, amount: "0.011" });
  await place(k, market, { intentId: "another" });
  await place(k, market, { intentId: "another" }); // the same intent: nothing new
  await k.run(1_000);
  await place(k, market);
});

risk("a denied change leaves the order as it was, and one to less passes", {}, async (k) => {
  const id = await place(k, { amount: "0.2", limitPrice: "49000" });
  const modify = (changes: object) => during(k, a(k).modifyOrder(id, order(changes)), 1_000);
  const more = { amount: "0.3", limitPrice: "49000" };
  assertEquals(await denied(() => modify(more)), "MAX_NOTIONAL_PER_ORDER");
  assertEquals(await denied(() => modify({ limitPrice: "53000" })), "PRICE_COLLAR");
  const { intent, state } = { intent: a(k).getOrderIntent(id), state: a(k).getOrderState(id) };
  assertEquals([intent.generation, state.state], [1, "ACTIVE.open"]);
  assertEquals(orders(k)[0]?.quantity, "0.2");
  await modify({ amount: "0.1", limitPrice: "49000" });
  assertEquals(orders(k)[0]?.quantity, "0.1");
});

Deno.test("risk: after a restart what live orders hold is known before anything leaves", async () => {
  const first = await open({ risk: TWICE });
  await place(first, { amount: "1.5", limitPrice: "49000" });
  const before = first.exchange("a").risk.sums;
  await first.close();
  const second = await open({ risk: TWICE, world: first });
  assertEquals(second.exchange("a").risk.sums, before);
  const next = { amount: "1.2", limitPrice: "49000" };
  assertEquals(await denied(() => place(second, next)), "INSUFFICIENT_BALANCE");
  await second.close();
});

risk("the sums are those of a recount after any orders, changes, fills and cancels", {
  risk: { maxOpenOrders: 1_000, maxOrdersPerSecond: 1_000, selfTrades: "allow" },
}, async (k) => {
  let state = 7;
  const random = (below: number) => (state = (state * 48271) % 0x7fffffff) % below;
  const ids: string[] = [];
  for (let turn = 0; turn < 300; turn++) {
    const limitPrice = `${48_000 + random(40) * 100}`;
    const changes = { side: random(2) === 0 ? "BUY" : "SELL", limitPrice };
    const id = ids[random(Math.max(1, ids.length))];
    const act = random(10);
    const call = act < 5 || id === undefined
      ? a(k).placeOrder(order(changes)).then((placed) => void ids.push(placed))
      : act < 7
      ? a(k).modifyOrder(id, order({ ...changes, side: a(k).getOrderIntent(id).order.side }))
      : act < 9
      ? a(k).cancelOrder(id)
      : Promise.resolve(trade(k, limitPrice));
    await during(k, call.catch(() => {}), random(3) * 10);
    assertEquals(k.exchange("a").risk.sums, { ...none(k), ...recount(k) });
  }
  assert(k.exchange("a").risk.openCount > 3, "there is something to count");
});

/** Rows of what was held once and is not any more. */
function none(k: PaperKernel): Readonly<Record<string, string>> {
  const rows = Object.entries(k.exchange("a").risk.sums);
  return Object.fromEntries(rows.filter(([, row]) => row === "0/0/0" || row === "-/-"));
}

function recount(k: PaperKernel): Readonly<Record<string, string>> {
  const [base = "", quote = ""] = RESTING.symbolId.split("/");
  const ledger = new RiskLedger({
    assetsOf: () => ({ base, settle: quote, kind: "spot" }),
    worstPrice: () => null,
  });
  for (const { context, intentId } of k.exchange("a").book.entries()) {
    ledger.set(intentId, holdOf(context));
  }
  return ledger.snapshot();
}

async function newest(k: PaperKernel): Promise<string> {
  await k.run(0);
  return [...k.exchange("a").book.entries()].at(-1)?.intentId ?? "";
}

Deno.test("risk: openKernel takes caps for all exchanges and for one", async () => {
  await using kernel = await openKernel({
    exchanges: {
      small: { kind: "paper", risk: { maxNotionalPerOrder: "300" } },
      usual: { kind: "paper" },
    },
    risk: { maxNotionalPerOrder: 1_000, selfTrades: "allow" },
  });
  const cheap = { symbolId: "BTC/USDT", side: "BUY", amount: "0.01", limitPrice: "20000" };
  const dear = { ...cheap, amount: "0.04" };
  await kernel.exchange("small").placeOrder(cheap);
  await kernel.exchange("usual").placeOrder(dear);
  const limits: (string | undefined)[] = [];
  for (const [id, refused] of [["small", dear], ["usual", { ...dear, amount: "0.06" }]] as const) {
    const error = await assertRejects(() => kernel.exchange(id).placeOrder(refused), DeniedError);
    limits.push(error.details["limit"] as Decimal | undefined);
  }
  assertEquals(limits, ["300", "1000"]);
});
