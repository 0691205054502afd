import { assert, assertEquals } from "@std/assert";
import { AUDIT_INTERVAL_MS } from "../../machines/timeouts.ts";
import { decimal } from "../../src/model/decimal.ts";
import { openPaperKernel, type PaperKernel, RESTING } from "./paper_kernel.ts";

const BTC = "BTC/USDT";

/** One exchange with one resting order of ours, `i1`. */
async function resting(): Promise<PaperKernel> {
  const k = await openPaperKernel(["a"]);
  const placed = k.kernel.exchange("a").placeOrder(RESTING, { intentId: "i1" });
  await k.run(0);
  await placed;
  await k.run(0);
  return k;
}

const engineOf = (k: PaperKernel) => k.exchangeEngine("a").engine;
const orderOf = (k: PaperKernel, intentId = "i1") => k.kernel.exchange("a").getOrderState(intentId);

/** Somebody sells into our resting order. */
function fillUs(k: PaperKernel): void {
  engineOf(k).trade(BTC, {
    price: decimal("19999"),
    quantity: decimal("1"),
    takerSide: "SELL",
  });
}

const DAY_MS = 24 * 3_600_000;

/** A fifth of it. */
function fillPart(k: PaperKernel): void {
  engineOf(k).trade(BTC, {
    price: decimal("19999"),
    quantity: decimal("0.002"),
    takerSide: "SELL",
  });
}

Deno.test("sync: what filled while the kernel was down is booked at the next start", async () => {
  const first = await resting();
  await first.close();
  fillUs(first);
  const second = await openPaperKernel(["a"], first);
  await second.run(5_000);
  const { state, filledAmount } = orderOf(second);
  assertEquals([state, filledAmount], ["COMPLETED", "0.01"]);
  assertEquals(second.held.store.fills({ intentId: "i1" }).items.length, 1);
  await second.close();
});

Deno.test("sync: what was canceled while the kernel was down is found at the next start", async () => {
  const first = await resting();
  await first.close();
  engineOf(first).cancelAll("main");
  const second = await openPaperKernel(["a"], first);
  await second.run(5_000);
  assertEquals([orderOf(second).state, orderOf(second).cause], ["CANCELED", "USER"]);
  await second.close();
});

Deno.test("sync: an order that rested for months costs no months of trades, and loses none", async () => {
  const first = await resting();
  fillPart(first);
  await first.run(1_000);
  await first.close();
  fillPart(first);
  await first.run(200 * DAY_MS);
  const asked: number[] = [];
  const second = await openPaperKernel(["a"], first, (adapter) => {
    const fillsSince = adapter.execution.fillsSince.bind(adapter.execution);
    adapter.execution.fillsSince = (symbolId, since) => {
      asked.push(first.clock.now() - since);
      return fillsSince(symbolId, since);
    };
  });
  await second.run(5_000);
  assert(asked.length > 0 && asked.every((reach) => reach < 2 * DAY_MS), `${asked}`);
  assertEquals(orderOf(second).filledAmount, "0.004");
  await second.close();
});

Deno.test("sync: a symbol whose intents have ended is read after a restart, and once more", async () => {
  const first = await resting();
  const canceled = first.kernel.exchange("a").cancelOrder("i1", { waitFor: "final" });
  await first.run(5_000);
  await canceled;
  await first.close();
  const asked: string[] = [];
  const second = await openPaperKernel(["a"], first, (adapter) => {
    const fillsSince = adapter.execution.fillsSince.bind(adapter.execution);
    adapter.execution.fillsSince = (symbolId, since) => {
      asked.push(symbolId);
      return fillsSince(symbolId, since);
    };
  });
  await second.run(5_000);
  assertEquals(asked, [BTC]);
  // The first read may have been behind the venue: what it missed is in reach of the next.
  const again = second.kernel.exchange("a").forceReconciliation();
  await second.run(5_000);
  await again;
  assertEquals(asked, [BTC, BTC]);
  await second.close();
});

Deno.test("sync: what still rests is adopted again, not placed again", async () => {
  const first = await resting();
  await first.close();
  const second = await openPaperKernel(["a"], first);
  await second.run(5_000);
  assertEquals(orderOf(second).state, "ACTIVE.open");
  assertEquals(engineOf(second).openOrders("main").length, 1);
  await second.close();
});

Deno.test("sync: a cancel asked for before a restart is carried out after it", async () => {
  const first = await resting();
  void first.kernel.exchange("a").cancelOrder("i1").catch(() => {});
  first.held.release();
  await first.close();
  const second = await openPaperKernel(["a"], first);
  await second.run(10_000);
  assertEquals(orderOf(second).state, "CANCELED");
  assertEquals(engineOf(second).openOrders("main"), []);
  await second.close();
});

Deno.test("sync: new submits wait until the first sync is done", async () => {
  const first = await resting();
  await first.close();
  const second = await openPaperKernel(["a"], first);
  assert(second.exchange("a").gate.isOpen);
  assertEquals(second.exchange("a").state, "ready");
  await second.close();
});

Deno.test("sync: a lost connection holds the gate, and coming back syncs", async () => {
  const k = await resting();
  const exchange = k.exchange("a");
  await k.loseFrames("a", () => fillUs(k));
  k.dropSocket("a");
  await k.run(0);
  assertEquals([exchange.state, exchange.gate.isOpen], ["degraded", false]);
  await k.run(10_000);
  assertEquals([exchange.state, exchange.gate.isOpen], ["ready", true]);
  assertEquals(orderOf(k).state, "COMPLETED", "the fill that nobody heard of");
  await k.close();
});

Deno.test("sync: a fill that the stream lost is found by the audit", async () => {
  const k = await resting();
  await k.loseFrames("a", () => fillUs(k));
  await k.run(1_000);
  assertEquals(orderOf(k).state, "ACTIVE.open");
  await k.run(AUDIT_INTERVAL_MS + 5_000);
  assertEquals([orderOf(k).state, orderOf(k).filledAmount], ["COMPLETED", "0.01"]);
  await k.close();
});

Deno.test("sync: a venue clock that steps back leaves no gap in the trades read", async () => {
  let aheadMs = 600_000;
  const since: number[] = [];
  const k = await openPaperKernel(["a"], undefined, (adapter) => {
    const { venueNow } = adapter;
    adapter.venueNow = () => (venueNow.call(adapter) ?? 0) + aheadMs;
    const fillsSince = adapter.execution.fillsSince.bind(adapter.execution);
    adapter.execution.fillsSince = (symbolId, from) => {
      since.push(from);
      return fillsSince(symbolId, from);
    };
  });
  const placed = k.kernel.exchange("a").placeOrder(RESTING, { intentId: "i1" });
  await k.run(2 * AUDIT_INTERVAL_MS);
  await placed;
  const before = k.clock.now();
  aheadMs = 0;
  since.length = 0;
  await k.run(2 * AUDIT_INTERVAL_MS);
  assert(since.length > 0);
  assert(since.every((from) => from <= before + AUDIT_INTERVAL_MS), `${since} after ${before}`);
  await k.close();
});

Deno.test("sync: an order on a symbol that is delisted keeps no other order waiting", async () => {
  const first = await resting();
  await first.close();
  const second = await openPaperKernel(["a"], first, (adapter) => {
    const get = adapter.instruments.get.bind(adapter.instruments);
    adapter.instruments.get = (symbolId) => symbolId === BTC ? undefined : get(symbolId);
    adapter.execution.fillsSince = () =>
      Promise.resolve({ kind: "failed", cause: { code: "UNLISTED_SYMBOL", message: BTC } });
  });
  await second.run(10_000);
  assertEquals(second.exchange("a").state, "ready");
  await second.close();
});

Deno.test("sync: a failed sync is tried again, and the gate stays held meanwhile", async () => {
  const first = await resting();
  await first.close();
  const second = await openPaperKernel(["a"], first, (adapter) => {
    const openOrders = adapter.execution.openOrders.bind(adapter.execution);
    let failures = 2;
    adapter.execution.openOrders = (symbolId) =>
      failures-- > 0
        ? Promise.resolve({ kind: "failed", cause: { code: "TIMEOUT", message: "no answer" } })
        : openOrders(symbolId);
  });
  await second.run(30_000);
  assertEquals(second.exchange("a").state, "ready");
  assertEquals(second.kernel.exchange("a").healthCheck().errors["sync.openOrders"], 2);
  assertEquals(orderOf(second).state, "ACTIVE.open");
  await second.close();
});

Deno.test("sync: a foreign order is told and left alone", async () => {
  const k = await resting();
  engineOf(k).submit("main", {
    symbolId: BTC,
    side: "BUY",
    type: "LIMIT",
    price: decimal("10000"),
    quantity: decimal("0.01"),
    clientOrderId: "by-hand",
  });
  await k.run(0);
  const { items } = k.held.store.events({ since: 0, limit: 100 });
  assert(items.some(({ type }) => type === "OrderOrphaned"));
  await k.close();
  assertEquals(engineOf(k).openOrders("main").length, 2);
});
