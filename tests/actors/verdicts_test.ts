import { assert, assertEquals, assertRejects } from "@std/assert";
import { AUDIT_INTERVAL_MS } from "../../machines/timeouts.ts";
import { decimal } from "../../src/model/decimal.ts";
import { ConflictError, NotFoundError, ValidationError } from "../../src/model/errors.ts";
import type { ExchangeKernel } from "../../src/model/facade.ts";
import type { PlaceOptions } from "../../src/model/facade.ts";
import { aFill, aVenueOrder } from "../machines/intent_builders.ts";
import { openPaperKernel, type PaperKernel, RESTING } from "./paper_kernel.ts";

const facade = (k: PaperKernel) => k.kernel.exchange("a");
const YEAR_MS = 365 * 24 * 3_600_000;

async function run<T>(k: PaperKernel, work: Promise<T>, ms = 1_000): Promise<T> {
  await k.run(ms);
  return await work;
}

/** The venue never answers the submit, and its reads come too late to prove anything. */
async function lost(options: PlaceOptions = {}, changes = {}): Promise<PaperKernel> {
  const k = await openPaperKernel(["a"], undefined, (adapter) => {
    const submit = adapter.execution.submit.bind(adapter.execution);
    let submits = 0;
    adapter.execution.submit = (request, gate) => {
      if (++submits > 1) return submit(request, gate);
      gate.sent();
      const cause = { code: "TIMEOUT", message: "no answer" };
      return Promise.resolve({ kind: "unknown", cause });
    };
    adapter.execution.lookup = () => {
      return Promise.resolve({ kind: "absent", venueTime: (adapter.venueNow() ?? 0) + YEAR_MS });
    };
  });
  const order = { ...RESTING, ...changes };
  await run(k, facade(k).placeOrder(order, { intentId: "i1", ...options }), 5_000);
  return k;
}

function missing(ex: ExchangeKernel) {
  const [drift, ...more] = ex.drift.list({ kind: "MissingOrder" }).items;
  assertEquals(more, []);
  assert(drift !== undefined);
  return drift;
}

const eventsOf = (k: PaperKernel) =>
  k.held.store.events({ since: 0, limit: 200 }).items.filter(({ intentId }) => intentId === "i1");

function knowledge(k: PaperKernel): readonly string[] {
  const state = facade(k).getOrderState("i1");
  const known = state.conditions.find(({ type }) => type === "OutcomeKnown");
  return [state.state, `${known?.status} ${known?.reason}`];
}

Deno.test("verdict: an outcome that cannot be proven is shown with its evidence, and stays", async () => {
  const k = await lost();
  assertEquals(knowledge(k), ["SUBMITTING.inDoubt", "False Indeterminate"]);
  const { status, evidence, intentId } = missing(facade(k));
  assertEquals([status, intentId], ["OPEN", "i1"]);
  const [read] = evidence as readonly { venueTime: number; found: boolean }[];
  assertEquals(read?.found, false);
  const told = eventsOf(k).filter(({ type }) => type === "OrderOutcomeUnknown");
  const { payload } = told.at(-1)!;
  assertEquals([payload["reason"], (payload["evidence"] as unknown[]).length], [
    "INDETERMINATE",
    1,
  ]);
  await k.run(10 * AUDIT_INTERVAL_MS);
  assertEquals(knowledge(k), ["SUBMITTING.inDoubt", "False Indeterminate"]);
  assertEquals(missing(facade(k)).status, "OPEN");
  await k.close();
});

Deno.test("verdict: absent ends it, and onAbsent FAIL makes it FAILED", async () => {
  const k = await lost({}, { onAbsent: "FAIL" });
  const ex = facade(k);
  await run(k, ex.resolveIntent("i1", { kind: "absent", note: "not on the venue's page" }));
  const { state, cause } = ex.getOrderState("i1");
  assertEquals([state, cause], ["FAILED", "RESOLVED_ABSENT"]);
  assertEquals(missing(ex).status, "RESOLVED");
  const told = eventsOf(k).filter(({ type }) => type === "OrderOutcomeResolved");
  assertEquals(told.map((event) => event.cause), ["order.resolve"]);
  const { payload } = told[0]!;
  const { attempt, outcome, by, verdict, note } = payload;
  assertEquals([attempt, outcome, by, verdict], [1, "ABSENT", "person", "absent"]);
  assertEquals(note, "not on the venue's page");
  await k.close();
});

Deno.test("verdict: absent with onAbsent RETRY places it anew, under a new id", async () => {
  const k = await lost();
  const ex = facade(k);
  await run(k, ex.resolveIntent("i1", { kind: "absent" }), 5_000);
  const { state, attempts } = ex.getOrderState("i1");
  assertEquals([state, attempts.length], ["ACTIVE.open", 2]);
  assert(attempts[0]?.clientOrderId !== attempts[1]?.clientOrderId);
  await k.close();
});

Deno.test("verdict: canceled with a part filled books that part, and says whose word it is", async () => {
  const k = await lost();
  const ex = facade(k);
  const verdict = { kind: "canceled", filled: "0.004", price: "19990" };
  await run(k, ex.resolveIntent("i1", verdict));
  const { state, filledAmount, filledQuote } = ex.getOrderState("i1");
  assertEquals([state, filledAmount, filledQuote], ["CANCELED", "0.004", "79.96"]);
  const [fill] = ex.getFills({ intentId: "i1" }).items;
  assert(fill?.tradeId.startsWith("verdict:") === true);
  assertEquals([fill?.quantity, fill?.price], [decimal("0.004"), decimal("19990")]);
  const booked = eventsOf(k).find(({ type }) => type === "OrderPartiallyFilled");
  assertEquals(booked?.payload["approved"], true);
  await k.close();
});

Deno.test("verdict: filled books all of it", async () => {
  const k = await lost();
  const ex = facade(k);
  await run(k, ex.resolveIntent("i1", { kind: "filled", price: "20000" }));
  const { state, filledAmount, status } = ex.getOrderState("i1");
  assertEquals([state, filledAmount, status], ["COMPLETED", "0.01", "FILLED"]);
  await k.close();
});

Deno.test("verdict: the venue's own trades that come later are not counted twice", async () => {
  const k = await lost();
  const ex = facade(k);
  await run(k, ex.resolveIntent("i1", { kind: "canceled", filled: "0.004", price: "19990" }));
  const { clientOrderId } = ex.getOrderState("i1");
  const trade = (tradeId: string, quantity: string) =>
    k.tell("a", {
      kind: "fill",
      receivedAt: k.clock.now(),
      fill: aFill(tradeId, quantity, { clientOrderId, price: decimal("19990"), fee: null }),
    });
  trade("t1", "0.003");
  trade("t1", "0.003");
  await k.run(1_000);
  assertEquals(ex.getOrderState("i1").filledAmount, "0.004", "met by what was booked");
  trade("t2", "0.002");
  await k.run(1_000);
  assertEquals(ex.getOrderState("i1").filledAmount, "0.005", "only what goes beyond is new");
  const quantities = ex.getFills({ intentId: "i1" }).items.map(({ quantity }) => `${quantity}`);
  assertEquals(quantities, ["0.004", "0.001"], "the rows add up to it");
  assertEquals(ex.drift.list({ kind: "LateFill" }).items.length, 1, "and a person sees both");
  await k.close();
});

Deno.test("verdict: an order that lives after all is canceled and told", async () => {
  const k = await lost({}, { onAbsent: "FAIL" });
  const ex = facade(k);
  await run(k, ex.resolveIntent("i1", { kind: "absent" }));
  const { clientOrderId } = ex.getOrderState("i1");
  const order = aVenueOrder({ clientOrderId, exchangeOrderId: "77", amount: decimal("0.01") });
  k.tell("a", { kind: "order", order, receivedAt: k.clock.now() });
  await k.run(100);
  assertEquals(ex.getOrderState("i1").state, "RECONCILING.canceling");
  assertEquals(ex.drift.list({ kind: "DuplicateExecution" }).items.length, 1);
  await k.close();
});

Deno.test("verdict: a fact of the venue ends the doubt without a person", async () => {
  const k = await lost();
  const ex = facade(k);
  const { clientOrderId } = ex.getOrderState("i1");
  const order = aVenueOrder({ clientOrderId, exchangeOrderId: "77", amount: decimal("0.01") });
  k.tell("a", { kind: "order", order, receivedAt: k.clock.now() });
  await k.run(100);
  assertEquals(knowledge(k), ["ACTIVE.open", "True Answered"]);
  assertEquals(missing(ex).status, "RESOLVED");
  await assertRejects(() => ex.resolveIntent("i1", { kind: "absent" }), ConflictError);
  await k.close();
});

Deno.test("verdict: it needs an indeterminate outcome", async () => {
  const k = await openPaperKernel(["a"]);
  const ex = facade(k);
  await run(k, ex.placeOrder(RESTING, { intentId: "i1" }));
  const live = await assertRejects(
    () => ex.resolveIntent("i1", { kind: "absent" }),
    ConflictError,
    "not indeterminate, it is ACTIVE.open",
  );
  assertEquals(live.details["intentId"], "i1");
  await assertRejects(() => ex.resolveIntent("i2", { kind: "absent" }), NotFoundError);
  await k.close();
});

for (
  const [name, verdict, code] of [
    ["a price where something is booked", { kind: "filled" }, "VERDICT_PRICE_MISSING"],
    [
      "no more than the order",
      { kind: "canceled", filled: "0.02", price: "1" },
      "VERDICT_ABOVE_AMOUNT",
    ],
    ["a kind there is", { kind: "vanished" }, "SCHEMA"],
    ["no unknown field", { kind: "absent", when: 1 }, "SCHEMA"],
  ] as const
) {
  Deno.test(`verdict: it needs ${name}`, async () => {
    const k = await lost();
    const ex = facade(k);
    const error = await assertRejects(() => ex.resolveIntent("i1", verdict), ValidationError);
    assertEquals(error.code, code);
    assertEquals(knowledge(k), ["SUBMITTING.inDoubt", "False Indeterminate"], "nothing changed");
    await k.close();
  });
}

Deno.test("verdict: what was known live is never absent", async () => {
  const k = await openPaperKernel(["a"], undefined, (adapter) => {
    adapter.execution.lookup = () => {
      return Promise.resolve({ kind: "absent", venueTime: (adapter.venueNow() ?? 0) + YEAR_MS });
    };
  });
  const ex = facade(k);
  await run(k, ex.placeOrder(RESTING, { intentId: "i1" }));
  await run(k, ex.forceReconciliation("i1"), 5_000);
  assertEquals(knowledge(k), ["RECONCILING.resolving", "False Indeterminate"]);
  const error = await assertRejects(
    () => ex.resolveIntent("i1", { kind: "absent" }),
    ValidationError,
  );
  assertEquals(error.code, "VERDICT_CONTRADICTS");
  await run(k, ex.resolveIntent("i1", { kind: "canceled", filled: "0" }));
  assertEquals(ex.getOrderState("i1").state, "CANCELED");
  await k.close();
});

Deno.test("verdict: it survives a restart, and so does the doubt before it", async () => {
  const first = await lost({}, { onAbsent: "FAIL" });
  await first.close();
  const second = await openPaperKernel(["a"], first, (adapter) => {
    adapter.execution.lookup = () => {
      return Promise.resolve({ kind: "absent", venueTime: (adapter.venueNow() ?? 0) + YEAR_MS });
    };
  });
  await second.run(5_000);
  assertEquals(knowledge(second), ["SUBMITTING.inDoubt", "False Indeterminate"]);
  assertEquals(missing(facade(second)).status, "OPEN");
  await run(second, facade(second).resolveIntent("i1", { kind: "absent" }));
  await second.close();
  const third = await openPaperKernel(["a"], second);
  assertEquals(facade(third).getOrderState("i1").state, "FAILED");
  assertEquals(missing(facade(third)).status, "RESOLVED");
  await third.close();
});

Deno.test("verdict: its drift cannot be approved without one; dismissed, the doubt stays", async () => {
  const k = await lost();
  const ex = facade(k);
  const { driftId } = missing(ex);
  await assertRejects(() => ex.drift.approve(driftId), ConflictError, "resolveIntent");
  await run(k, ex.drift.dismiss(driftId, "known"));
  assertEquals(missing(ex).status, "DISMISSED");
  assertEquals(knowledge(k), ["SUBMITTING.inDoubt", "False Indeterminate"]);
  await run(k, ex.resolveIntent("i1", { kind: "filled", price: "20000" }));
  assertEquals(ex.getOrderState("i1").state, "COMPLETED");
  await k.close();
});

Deno.test("verdict: forced reconciliation looks once more, and a find ends the doubt", async () => {
  const k = await lost();
  const ex = facade(k);
  const lookups = ex.getReconciliationMetrics().lookups;
  await run(k, ex.forceReconciliation("i1"), 5_000);
  assertEquals(ex.getReconciliationMetrics().lookups, lookups + 1);
  assertEquals(knowledge(k), ["SUBMITTING.inDoubt", "False Indeterminate"]);
  const { clientOrderId } = ex.getOrderState("i1");
  const order = aVenueOrder({ clientOrderId, exchangeOrderId: "77", status: "CANCELED" });
  k.exchange("a").adapter.execution.lookup = () =>
    Promise.resolve({ kind: "found", order, venueTime: k.clock.now() });
  await run(k, ex.forceReconciliation("i1"), 5_000);
  assertEquals(ex.getOrderState("i1").state, "CANCELED");
  assertEquals(missing(ex).status, "RESOLVED");
  await k.close();
});

/** The venue counts 0.003 as filled and shows no trade of it. */
async function owed(): Promise<[PaperKernel, string]> {
  const k = await openPaperKernel(["a"], undefined, (adapter) => {
    adapter.execution.fillsOf = () => Promise.resolve({ kind: "read", value: [], venueTime: 0 });
  });
  const ex = facade(k);
  await run(k, ex.placeOrder(RESTING, { intentId: "i1" }));
  const { clientOrderId, exchangeOrderId } = ex.getOrderState("i1");
  const order = aVenueOrder({
    clientOrderId,
    exchangeOrderId: exchangeOrderId!,
    amount: decimal("0.01"),
    filled: decimal("0.003"),
    status: "PARTIALLY_FILLED",
  });
  k.tell("a", { kind: "order", order, receivedAt: k.clock.now() });
  const price = decimal("20000");
  const driftId = k.exchange("a").drifts.found({
    kind: "FillMismatch",
    symbolId: "BTC/USDT",
    intentId: "i1",
    venue: { filled: "0.003" },
    local: { filled: "0" },
    evidence: [],
    fix: { kind: "bookFill", attempt: 1, price, quantity: decimal("0.003") },
  });
  await k.run(1_000);
  assert(driftId !== null);
  return [k, driftId];
}

Deno.test("proposed fill: it is booked once approved, and not before", async () => {
  const [k, driftId] = await owed();
  const ex = facade(k);
  assertEquals(ex.getOrderState("i1").filledAmount, "0", "nothing is booked by itself");
  await run(k, ex.drift.approve(driftId, "on the statement"));
  assertEquals(ex.getOrderState("i1").filledAmount, "0.003");
  const [fill] = ex.getFills({ intentId: "i1" }).items;
  assertEquals(fill?.tradeId, `approved:${driftId}`);
  const [drift] = ex.drift.list({ kind: "FillMismatch" }).items;
  assertEquals([drift?.status, drift?.note], ["APPROVED", "on the statement"]);
  await assertRejects(() => ex.drift.approve(driftId), ConflictError);
  await k.close();
});

Deno.test("proposed fill: it is dated by the venue's clock, as the readings of balances are", async () => {
  const [k, driftId] = await owed();
  const ex = facade(k);
  const { adapter } = k.exchange("a");
  adapter.venueNow = () => k.clock.now() - 20_000;
  const approvedAt = k.clock.now();
  await run(k, ex.drift.approve(driftId));
  const [fill] = ex.getFills({ intentId: "i1" }).items;
  assertEquals([fill?.venueTime, fill?.receivedAt], [approvedAt - 20_000, approvedAt]);
  await k.close();
});

Deno.test("proposed fill: what the venue has shown meanwhile is not booked again", async () => {
  const [k, driftId] = await owed();
  const ex = facade(k);
  const { clientOrderId, exchangeOrderId } = ex.getOrderState("i1");
  const ids = { clientOrderId, exchangeOrderId: exchangeOrderId! };
  k.tell("a", { kind: "fill", fill: aFill("t1", "0.002", ids), receivedAt: k.clock.now() });
  await k.run(100);
  await run(k, ex.drift.approve(driftId));
  assertEquals(ex.getOrderState("i1").filledAmount, "0.003");
  const quantities = ex.getFills({ intentId: "i1" }).items.map(({ quantity }) => `${quantity}`);
  assertEquals(quantities, ["0.002", "0.001"]);
  await k.close();
});

Deno.test("proposed fill: dismissed, it is never booked", async () => {
  const [k, driftId] = await owed();
  const ex = facade(k);
  await run(k, ex.drift.dismiss(driftId));
  await k.run(AUDIT_INTERVAL_MS);
  assertEquals(ex.getFills().items, []);
  await k.close();
});
