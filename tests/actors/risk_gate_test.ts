import { assert, assertEquals } from "@std/assert";
import { decimal } from "../../src/model/decimal.ts";
import type { Ticker } from "../../src/model/market.ts";
import { riskLimits } from "../../src/model/risk.ts";
import { openPaperKernel, RESTING } from "./paper_kernel.ts";
import { a, during, order, orders, place, risk, trade, TWICE } from "./risk_kernel.ts";

risk(
  "a price that moves between admission and the wire stops the order at the gate",
  {},
  async (k) => {
    k.held.hold();
    const placed = a(k).placeOrder(order({ limitPrice: "52000" }), { intentId: "i1" });
    await k.run(0);
    trade(k, "49000"); // 5 % above it are 51450
    k.held.release();
    await during(k, placed);
    const { state, attempts, errorMessage, cause } = a(k).getOrderState("i1");
    assertEquals([state, cause, attempts[0]?.outcome], ["FAILED", "PRICE_COLLAR", "NOT_SENT"]);
    assertEquals([attempts[0]?.sentAt, orders(k)], [null, []]);
    const message =
      "Cannot send: limitPrice within 5 % of the market price 49000 must be at most " +
      "51450, got 52000";
    assertEquals(errorMessage, message);
    const { items } = k.kernel.storedEvents({ since: 0, limit: 100 });
    const event = items.find(({ type }) => type === "OrderDenied");
    assertEquals(event?.payload, { cause: "PRICE_COLLAR", filledAmount: "0", reason: message });
    assertEquals(k.exchange("a").risk.openCount, 0);
  },
);

risk(
  "a change that the market outruns is stopped at the gate and the order stays",
  {},
  async (k) => {
    const id = await place(k, { limitPrice: "49000" });
    k.held.hold();
    const changed = a(k).modifyOrder(id, order({ limitPrice: "52000" }));
    await k.run(0);
    trade(k, "49200");
    k.held.release();
    await during(k, changed, 1_000);
    const { state, refusedGeneration, errorMessage } = a(k).getOrderState(id);
    assertEquals([state, refusedGeneration], ["ACTIVE.open", 2]);
    assert(errorMessage?.startsWith("Cannot change: limitPrice within 5 %"), `${errorMessage}`);
    assertEquals<unknown>(orders(k).map(({ price }) => price), ["49000"]);
  },
);

risk("a replacement that breaks a cap is not even attempted", {}, async (k) => {
  const id = await place(k, { limitPrice: "49000", onExternalCancel: "REPLACE" });
  trade(k, "50000");
  const [live] = orders(k);
  k.tell("a", {
    kind: "ticker",
    receivedAt: k.clock.now(),
    ticker: aTicker("46000", k.clock.now()),
  });
  k.exchangeEngine("a").engine.cancel("main", {
    symbolId: RESTING.symbolId,
    orderId: live?.orderId ?? 0,
  });
  await k.run(5_000);
  const { state, cause, attempts } = a(k).getOrderState(id);
  assertEquals([state, cause, attempts.length], ["FAILED", "PRICE_COLLAR", 1]);
});

risk(
  "money that is gone before the wire stops the order at the gate",
  { risk: TWICE },
  async (k) => {
    k.held.hold();
    const placed = a(k).placeOrder(order({ amount: "1.5", limitPrice: "49000" }), {
      intentId: "i1",
    });
    await k.run(0);
    const updatedAt = k.clock.now();
    const balance = { assetId: "USDT", total: decimal("70000"), available: decimal("70000") };
    const rest = {
      locked: decimal("0"),
      borrowed: decimal("0"),
      interest: decimal("0"),
      updatedAt,
    };
    k.tell("a", { kind: "balances", balances: [{ ...balance, ...rest }], receivedAt: updatedAt });
    k.held.release();
    await during(k, placed);
    assertEquals(a(k).getOrderState("i1").cause, "INSUFFICIENT_BALANCE");
  },
);

function aTicker(price: string, at: number): Ticker {
  const none = { bid: null, bidSize: null, ask: null, askSize: null, mark: null, index: null };
  return { symbol: RESTING.symbolId, last: decimal(price), ...none, venueTime: at, receivedAt: at };
}

Deno.test("risk: an order placed before the account was read is checked before it leaves", async () => {
  let reads = false;
  const k = await openPaperKernel(["a"], undefined, ({ execution }) => {
    const balances = execution.balances.bind(execution);
    const cause = { code: "SERVER_ERROR", message: "later" };
    execution.balances = () => reads ? balances() : Promise.resolve({ kind: "failed", cause });
  }, { risk: riskLimits() });
  trade(k, "50000");
  const sale = { side: "SELL", amount: "0.1", limitPrice: "60000" };
  const short = { ...sale, symbolId: "SOL/USDT", amount: "1", limitPrice: "200" };
  await place(k, short, { intentId: "short" });
  await place(k, sale, { intentId: "good" });
  assertEquals(a(k).getOrderState("short").state, "PENDING.ready");
  reads = true;
  await k.run(60_000);
  assertEquals(a(k).getOrderState("short").cause, "INSUFFICIENT_BALANCE");
  assertEquals(a(k).getOrderState("good").state, "ACTIVE.open");
  await k.close();
});
