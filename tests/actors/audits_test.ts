import { assert, assertEquals } from "@std/assert";
import {
  ALARM_AFTER_MS,
  BALANCES_AUDIT_MS,
  ORDERS_AUDIT_MS,
  RECHECK_MS,
} from "../../machines/timeouts.ts";
import { policyOf } from "../../machines/supervision.ts";
import type { PaperAdapter } from "../../src/exchanges/paper/adapter.ts";
import { PAPER_ACCOUNT } from "../../src/exchanges/paper/factory.ts";
import { decimal } from "../../src/model/decimal.ts";
import type { Drift } from "../../src/model/drift.ts";
import { aFill, aVenueOrder } from "../machines/intent_builders.ts";
import { openPaperKernel, type PaperKernel, RESTING } from "./paper_kernel.ts";

const BTC = "BTC/USDT";

async function resting(prepare?: (adapter: PaperAdapter) => void): Promise<PaperKernel> {
  const k = await openPaperKernel(["a"], undefined, prepare);
  await k.run(1_000);
  const placed = k.kernel.exchange("a").placeOrder(RESTING, { intentId: "i1" });
  await k.run(0);
  await placed;
  await k.run(5_000);
  return k;
}

const engineOf = (k: PaperKernel) => k.exchangeEngine("a").engine;
const filledOf = (k: PaperKernel, intentId = "i1") =>
  k.kernel.exchange("a").getOrderState(intentId).filledAmount;
const stateOf = (k: PaperKernel) => {
  const { state, filledAmount } = k.kernel.exchange("a").getOrderState("i1");
  return [state, filledAmount];
};
const driftsOf = (k: PaperKernel): readonly Drift[] => k.held.store.drifts("a");
const brief = (k: PaperKernel) => driftsOf(k).map(({ kind, status }) => `${kind} ${status}`);

/** Somebody sells a fifth of our order to us. */
function fillPart(k: PaperKernel): void {
  engineOf(k).trade(BTC, {
    price: decimal("19999"),
    quantity: decimal("0.002"),
    takerSide: "SELL",
  });
}

/** From now on the venue's lists of trades leave out what happens. */
function hideTrades(adapter: PaperAdapter): { hidden: boolean } {
  const state = { hidden: false };
  const { fillsSince, fillsOf, openOrders, lookup } = adapter.execution;
  const unfilled = { filled: decimal("0"), fills: [] } as const;
  adapter.execution.lookup = async (ref) => {
    const read = await lookup.call(adapter.execution, ref);
    if (!state.hidden || read.kind !== "found") return read;
    return { ...read, order: { ...read.order, ...unfilled } };
  };
  adapter.execution.fillsSince = (symbolId, since) =>
    state.hidden
      ? Promise.resolve({ kind: "read", value: [], venueTime: 0 })
      : fillsSince.call(adapter.execution, symbolId, since);
  adapter.execution.fillsOf = (ref) =>
    state.hidden
      ? Promise.resolve({ kind: "read", value: [], venueTime: 0 })
      : fillsOf.call(adapter.execution, ref);
  adapter.execution.openOrders = async (symbolId) => {
    const read = await openOrders.call(adapter.execution, symbolId);
    if (!state.hidden || read.kind === "failed") return read;
    return { ...read, value: read.value.map((order) => ({ ...order, ...unfilled })) };
  };
  return state;
}

Deno.test("audits: one fill whose frame was lost is booked within one audit of balances", async () => {
  const k = await resting();
  await k.loseFrames("a", () => fillPart(k));
  assertEquals(filledOf(k), "0");
  await k.run(BALANCES_AUDIT_MS);
  assertEquals(filledOf(k), "0.002");
  assertEquals(brief(k), []);
  await k.close();
});

Deno.test("audits: trades that are told, with their fees, leave nothing unexplained", async () => {
  const k = await resting();
  for (let round = 0; round < 4; round++) {
    fillPart(k);
    await k.run(BALANCES_AUDIT_MS * 0.9);
  }
  await k.run(BALANCES_AUDIT_MS * 3);
  assertEquals(filledOf(k), "0.008");
  assertEquals(brief(k), []);
  await k.close();
});

Deno.test("audits: what no read shows is told with both sides, and books nothing", async () => {
  let venue = { hidden: false };
  const k = await resting((adapter) => void (venue = hideTrades(adapter)));
  venue.hidden = true;
  await k.loseFrames("a", () => fillPart(k));
  await k.run(BALANCES_AUDIT_MS + RECHECK_MS + 1_000);
  assertEquals(filledOf(k), "0");
  assertEquals(brief(k).toSorted(), ["BalanceMismatch OPEN", "BalanceMismatch OPEN"]);
  const base = driftsOf(k).find(({ venue }) => JSON.stringify(venue).includes('BTC"'));
  assert(base !== undefined);
  const { venue: theirs, local, evidence } = base;
  assertEquals(theirs, { assetId: "BTC", before: "1", now: "1.001998" });
  assertEquals((local as { unexplained: string }).unexplained, "0.001998");
  assertEquals(evidence.length, 2);
  const told = k.held.store.events({ since: 0, limit: 1_000 }).items
    .filter(({ type }) => type === "DriftDetected");
  assertEquals(told.length, 2);
  await k.run(BALANCES_AUDIT_MS * 10);
  assertEquals(driftsOf(k).length, 2, "told once");
  venue.hidden = false;
  await k.run(BALANCES_AUDIT_MS * 4);
  assertEquals(filledOf(k), "0.002");
  assertEquals(brief(k).toSorted(), ["BalanceMismatch RESOLVED", "BalanceMismatch RESOLVED"]);
  await k.close();
});

Deno.test("audits: a deposit is told as drift, and gone once it is withdrawn again", async () => {
  const k = await resting();
  engineOf(k).deposit(PAPER_ACCOUNT, "USDT", decimal("500"));
  await k.run(BALANCES_AUDIT_MS + RECHECK_MS + 1_000);
  assertEquals(brief(k), ["BalanceMismatch OPEN"]);
  engineOf(k).deposit(PAPER_ACCOUNT, "USDT", decimal("-500"));
  await k.run(BALANCES_AUDIT_MS + 1_000);
  assertEquals(brief(k), ["BalanceMismatch RESOLVED"]);
  await k.close();
});

Deno.test("audits: what a person has dismissed is not told again", async () => {
  const k = await resting();
  engineOf(k).deposit(PAPER_ACCOUNT, "USDT", decimal("500"));
  await k.run(BALANCES_AUDIT_MS + RECHECK_MS + 1_000);
  const { drifts } = k.exchange("a");
  const open = drifts.toSettle(driftsOf(k)[0]?.driftId ?? "", "dismiss");
  const settled = drifts.settle(open, {
    status: "DISMISSED",
    note: "my deposit",
    act: () => Promise.resolve(),
  });
  await k.run(0);
  await settled;
  await k.run(BALANCES_AUDIT_MS * 3);
  assertEquals(brief(k), ["BalanceMismatch DISMISSED"]);
  engineOf(k).deposit(PAPER_ACCOUNT, "USDT", decimal("1"));
  await k.run(BALANCES_AUDIT_MS + RECHECK_MS + 1_000);
  assertEquals(brief(k).toSorted(), ["BalanceMismatch DISMISSED", "BalanceMismatch OPEN"]);
  await k.close();
});

Deno.test("audits: trading by hand is no mismatch, also where we never traded", async () => {
  const k = await resting();
  const submit = (symbolId: string, side: "BUY" | "SELL", price: string, quantity: string) =>
    engineOf(k).submit(PAPER_ACCOUNT, {
      symbolId,
      side,
      type: "LIMIT",
      price: decimal(price),
      quantity: decimal(quantity),
      clientOrderId: `hand-${symbolId}`,
    });
  submit(BTC, "BUY", "21000", "0.01");
  engineOf(k).trade(BTC, {
    price: decimal("20999"),
    quantity: decimal("0.01"),
    takerSide: "SELL",
  });
  await k.loseFrames("a", () => {
    submit("ETH/USDT", "BUY", "1000", "0.1");
    engineOf(k).trade("ETH/USDT", {
      price: decimal("999"),
      quantity: decimal("0.1"),
      takerSide: "SELL",
    });
  });
  await k.run(BALANCES_AUDIT_MS * 4);
  assertEquals(brief(k), []);
  assertEquals(filledOf(k), "0");
  await k.close();
});

Deno.test("audits: while an exchange is syncing, submits wait and cancels go out", async () => {
  const k = await resting();
  k.dropSocket("a");
  await k.run(0);
  const exchange = k.exchange("a");
  assertEquals(exchange.gate.isOpen, false);
  const facade = k.kernel.exchange("a");
  const placed = facade.placeOrder(RESTING, { intentId: "i2" });
  const canceled = facade.cancelOrder("i1");
  await k.run(10);
  await Promise.all([placed, canceled]);
  await k.run(100);
  assertEquals(exchange.gate.isOpen, false, "it has not come back yet");
  assertEquals(facade.getOrderState("i2").attempts, []);
  assertEquals(engineOf(k).openOrders(PAPER_ACCOUNT), [], "the cancel went out meanwhile");
  await k.run(10_000);
  assertEquals(facade.getOrderState("i2").state, "ACTIVE.open");
  await k.close();
});

Deno.test("overdue: an intent that ended owed trades is looked at after a restart", async () => {
  let venue = { hidden: false };
  const first = await resting((adapter) => void (venue = hideTrades(adapter)));
  venue.hidden = true;
  await first.loseFrames("a", () => {
    fillPart(first);
    engineOf(first).cancelAll(PAPER_ACCOUNT);
  });
  await first.run(BALANCES_AUDIT_MS * 3);
  assertEquals(stateOf(first), ["CANCELED", "0"]);
  const clientOrderId = first.kernel.exchange("a").getOrderState("i1").clientOrderId;
  const order = engineOf(first).orders(PAPER_ACCOUNT)[0];
  assert(order !== undefined);
  // The one frame that says how much it had filled comes late.
  first.tell("a", {
    kind: "order",
    order: aVenueOrder({
      clientOrderId,
      exchangeOrderId: String(order.orderId),
      status: "CANCELED",
      filled: decimal("0.002"),
    }),
    receivedAt: first.clock.now(),
  });
  await first.run(1_000);
  await first.close();
  venue.hidden = false;
  const second = await openPaperKernel(["a"], first, (adapter) => {
    adapter.execution.fillsSince = () => Promise.resolve({ kind: "read", value: [], venueTime: 0 });
  });
  await second.run(10_000);
  assertEquals(stateOf(second), ["CANCELED", "0.002"]);
  await second.close();
});

Deno.test("overdue: trades that never come are told with the fill they imply", async () => {
  const k = await resting((adapter) => void (hideTrades(adapter).hidden = true));
  const { clientOrderId, exchangeOrderId } = k.kernel.exchange("a").getOrderState("i1");
  const filled = { status: "PARTIALLY_FILLED", filled: decimal("0.002") } as const;
  const known = { clientOrderId, exchangeOrderId: exchangeOrderId ?? "" };
  const order = aVenueOrder({ ...known, ...filled });
  k.tell("a", { kind: "order", order, receivedAt: k.clock.now() });
  await k.run(ALARM_AFTER_MS + 30_000);
  assertEquals(brief(k), ["FillMismatch OPEN"]);
  const [drift] = driftsOf(k);
  const fix = { kind: "bookFill", attempt: 1, price: "20000", quantity: "0.002" };
  assertEquals([drift?.intentId, drift?.fix], ["i1", fix]);
  await k.close();
  const next = await openPaperKernel(
    ["a"],
    k,
    (adapter) => void (hideTrades(adapter).hidden = true),
  );
  await next.run(5_000);
  assertEquals(brief(next), ["FillMismatch OPEN"], "the same one");
  const [fill] = [aFill("t1", "0.002", { ...known, clientOrderId, price: decimal("20000") })];
  assert(fill !== undefined);
  next.tell("a", { kind: "fill", fill, receivedAt: k.clock.now() });
  await next.run(1_000);
  assertEquals(brief(next), ["FillMismatch RESOLVED"]);
  await next.close();
});

Deno.test("overdue: an order on a symbol that is delisted is given to a person, in time", async () => {
  let gone = false;
  const k = await resting((adapter) => {
    const { lookup, openOrders } = adapter.execution;
    adapter.execution.lookup = (ref) =>
      gone
        ? Promise.resolve({ kind: "failed", cause: { code: "UNLISTED_SYMBOL", message: BTC } })
        : lookup.call(adapter.execution, ref);
    adapter.execution.openOrders = async (symbolId) => {
      const read = await openOrders.call(adapter.execution, symbolId);
      return gone && read.kind === "read" ? { ...read, value: [] } : read;
    };
  });
  gone = true;
  await k.run(ORDERS_AUDIT_MS + ALARM_AFTER_MS + 30_000);
  const { conditions } = k.kernel.exchange("a").getOrderState("i1");
  const known = conditions.find(({ type }) => type === "OutcomeKnown");
  assertEquals([known?.status, known?.reason], ["False", "Indeterminate"]);
  assert(brief(k).includes("MissingOrder OPEN"));
  await k.close();
});

Deno.test("overdue: a held order past its submitBy fails while nothing happens", async () => {
  const k = await resting();
  k.dropSocket("a");
  k.exchangeEngine("a");
  const submitBy = k.clock.now() + 100;
  const placed = k.kernel.exchange("a").placeOrder({ ...RESTING, submitBy }, { intentId: "i2" });
  await k.run(50);
  await placed;
  assertEquals(k.kernel.exchange("a").getOrderState("i2").state, "PENDING.ready");
  await k.run(100);
  const { state, cause } = k.kernel.exchange("a").getOrderState("i2");
  assertEquals([state, cause], ["FAILED", "SUBMIT_BY_PASSED"]);
  await k.close();
});

Deno.test("audits: an exchange parked without its stream goes on reading what rests there", async () => {
  const k = await resting();
  const exchange = k.exchange("a");
  for (let i = 0; i <= policyOf("connection").restartsMax; i++) {
    const broken = {
      type: "socket.closed",
      get reason(): string {
        throw new TypeError("bug");
      },
    };
    exchange.connections[0]?.actor.send(broken as never);
    await k.run(policyOf("connection").backoffCapMs);
  }
  assertEquals(exchange.state, "parked");
  await k.loseFrames("a", () => fillPart(k));
  await k.run(BALANCES_AUDIT_MS + 1_000);
  assertEquals(filledOf(k), "0.002");
  assertEquals(exchange.gate.isOpen, false);
  await k.loseFrames("a", () => fillPart(k));
  const forced = k.kernel.exchange("a").forceReconciliation();
  await k.run(1_000);
  await forced;
  assertEquals(filledOf(k), "0.004");
  await k.close();
});
