import { assert, assertEquals, assertRejects, assertThrows } from "@std/assert";
import { AUDIT_INTERVAL_MS, RETIRE_AFTER_MS } from "../../machines/timeouts.ts";
import { decimal } from "../../src/model/decimal.ts";
import { DeniedError, ValidationError } from "../../src/model/errors.ts";
import type { ExchangeKernel } from "../../src/model/facade.ts";
import { aFill } from "../machines/intent_builders.ts";
import { IDENTITY } from "./fakes.ts";
import { openPaperKernel, type PaperKernel, RESTING } from "./paper_kernel.ts";

const BTC = "BTC/USDT";
const OURS = IDENTITY.tag + "0123456789abcdef01234567";

const engineOf = (k: PaperKernel) => k.exchangeEngine("a").engine;
const facade = (k: PaperKernel) => k.kernel.exchange("a");

/** Somebody else's order, resting far below the market. */
function byHand(k: PaperKernel, clientOrderId = "by-hand", symbolId = BTC): void {
  engineOf(k).submit("main", {
    symbolId,
    side: "BUY",
    type: "LIMIT",
    price: decimal("19500"),
    quantity: decimal("0.5"),
    clientOrderId,
  });
}

function sell(k: PaperKernel, quantity: string): void {
  engineOf(k).trade(BTC, {
    price: decimal("19499"),
    quantity: decimal(quantity),
    takerSide: "SELL",
  });
}

async function withForeign(clientOrderId = "by-hand"): Promise<[PaperKernel, string]> {
  const k = await openPaperKernel(["a"]);
  byHand(k, clientOrderId);
  await k.run(0);
  const [order] = facade(k).getAllOrders({ external: true }).items;
  assert(order?.exchangeOrderId);
  return [k, order.exchangeOrderId];
}

async function run<T>(k: PaperKernel, work: Promise<T>, ms = 1_000): Promise<T> {
  await k.run(ms);
  return await work;
}

async function adopted(k: PaperKernel, id: string, intentId = "mine"): Promise<ExchangeKernel> {
  await run(k, facade(k).adopt(id, { intentId }));
  return facade(k);
}

const liveAt = (k: PaperKernel) => engineOf(k).openOrders("main").map((o) => o.clientOrderId);

Deno.test("adoption: orders of others are listed only if asked for, behind ours", async () => {
  const [k, foreign] = await withForeign();
  await run(k, facade(k).placeOrder(RESTING, { intentId: "i1" }));
  assertEquals(facade(k).getAllOrders(BTC).items.map((each) => each.intentId), ["i1"]);
  const { items } = facade(k).getAllOrders({ external: true });
  assertEquals(items.map((each) => [each.external, each.intentId]), [[false, "i1"], [true, null]]);
  const [, theirs] = items;
  const { exchangeOrderId, clientOrderId, amount, limitPrice, status } = theirs!;
  assertEquals([exchangeOrderId, clientOrderId], [foreign, "by-hand"]);
  assertEquals([`${amount}`, `${limitPrice}`, status], ["0.5", "19500", "OPEN"]);
  await k.close();
});

Deno.test("adoption: pages go on from our orders to those of others, each shown once", async () => {
  const [k] = await withForeign();
  byHand(k, "by-hand-2");
  await run(k, facade(k).placeOrder(RESTING, { intentId: "i1" }));
  const seen: (string | null)[] = [];
  let cursor: string | undefined;
  for (let pages = 0; pages < 4; pages++) {
    const page = facade(k).getAllOrders({
      external: true,
      limit: 1,
      ...(cursor === undefined ? {} : { cursor }),
    });
    seen.push(...page.items.map((each) => each.intentId ?? each.clientOrderId));
    if (page.next === null) break;
    cursor = page.next;
  }
  assertEquals(seen, ["i1", "by-hand", "by-hand-2"]);
  assertThrows(() => facade(k).getAllOrders({ external: true, cursor: "pyz" }), ValidationError);
  await k.close();
});

Deno.test("adoption: what somebody else cancels is listed no more, also if nobody told", async () => {
  const [k] = await withForeign();
  byHand(k, "second");
  await k.run(0);
  engineOf(k).cancel("main", { symbolId: BTC, clientOrderId: "by-hand" });
  await k.run(0);
  const external = () => facade(k).getAllOrders({ external: true }).items;
  assertEquals(external().map((each) => each.clientOrderId), ["second"]);
  await k.loseFrames("a", () => {
    engineOf(k).cancel("main", { symbolId: BTC, clientOrderId: "second" });
  });
  await k.run(AUDIT_INTERVAL_MS + 5_000);
  assertEquals(external(), []);
  await k.close();
});

Deno.test("adoption: nothing touches an order of somebody else that was not adopted", async () => {
  const [k] = await withForeign();
  await run(k, facade(k).cancelAllOrders());
  await k.run(2 * AUDIT_INTERVAL_MS);
  await k.close();
  assertEquals(liveAt(k), ["by-hand"]);
});

Deno.test("adoption: adopted, it is an intent of ours, durable, and nothing was sent for it", async () => {
  const [k, foreign] = await withForeign();
  const before = engineOf(k).orders("main").length;
  const ex = await adopted(k, foreign);
  const { intent, state } = ex.getAllIntents().items[0]!;
  assertEquals([intent.intentId, `${intent.order.amount}`], ["mine", "0.5"]);
  assertEquals([state.state, state.exchangeOrderId], ["ACTIVE.open", foreign]);
  assertEquals(engineOf(k).orders("main").length, before);
  const types = k.held.store.events({ since: 0, limit: 100 }).items
    .filter(({ intentId }) => intentId === "mine").map(({ type }) => type);
  assertEquals(types, ["OrderAdopted"]);
  assertEquals(ex.getAllOrders({ external: true }).items.map((o) => o.external), [false]);
  await k.close();
});

Deno.test("adoption: what it had filled before counts, and what fills after it too", async () => {
  const [k, foreign] = await withForeign();
  sell(k, "0.2");
  await k.run(0);
  const ex = await adopted(k, foreign);
  await k.run(2_000);
  assertEquals(ex.getOrderState("mine").filledAmount, "0.2");
  sell(k, "0.3");
  await k.run(2_000);
  const { state, filledAmount } = ex.getOrderState("mine");
  assertEquals([state, filledAmount], ["COMPLETED", "0.5"]);
  assertEquals(ex.drift.list({ status: "OPEN" }).items, [], "the account adds up");
  await k.close();
});

Deno.test("adoption: adopted, it is canceled as ours", async () => {
  const [k, foreign] = await withForeign();
  const ex = await adopted(k, foreign);
  await run(k, ex.cancelOrder("mine", { waitFor: "final" }), 5_000);
  assertEquals(ex.getOrderState("mine").state, "CANCELED");
  assertEquals(liveAt(k), []);
  await k.close();
});

Deno.test("adoption: adopted, it is modified as ours", async () => {
  const [k, foreign] = await withForeign();
  const ex = await adopted(k, foreign);
  const order = { ...ex.getOrderIntent("mine").order, limitPrice: "19501" };
  await run(k, ex.modifyOrder("mine", order, { waitFor: "accepted" }), 5_000);
  const prices = engineOf(k).openOrders("main").map(({ price }) => `${price}`);
  assertEquals(prices, ["19501"]);
  await k.close();
});

Deno.test("adoption: it survives a restart: the order stays ours", async () => {
  const [k, foreign] = await withForeign();
  await adopted(k, foreign);
  await k.close();
  const second = await openPaperKernel(["a"], k);
  await second.run(5_000);
  assertEquals(facade(second).getOrderState("mine").state, "ACTIVE.open");
  await run(second, facade(second).cancelOrder("mine", { waitFor: "final" }), 5_000);
  assertEquals(liveAt(second), []);
  await second.close();
});

Deno.test("adoption: another order that reuses the foreign client id is nobody's of ours", async () => {
  const [k, foreign] = await withForeign();
  const ex = await adopted(k, foreign);
  await run(k, ex.cancelOrder("mine", { waitFor: "final" }), 5_000);
  byHand(k, "by-hand");
  await k.run(2 * AUDIT_INTERVAL_MS);
  assertEquals(liveAt(k), ["by-hand"], "it was not canceled as a second of ours");
  assertEquals(ex.drift.list().items, []);
  await k.close();
});

Deno.test("adoption: a late trade of an adopted order that has ended still counts for it", async () => {
  const [k, foreign] = await withForeign();
  const ex = await adopted(k, foreign);
  await k.loseFrames("a", () => sell(k, "0.1"));
  engineOf(k).cancel("main", { symbolId: BTC, clientOrderId: "by-hand" });
  await k.run(3 * AUDIT_INTERVAL_MS);
  assertEquals(ex.getOrderState("mine").filledAmount, "0.1");
  await k.close();
});

Deno.test("adoption: a trade that comes after it has left the memory finds it in the store", async () => {
  const [k, foreign] = await withForeign();
  const ex = await adopted(k, foreign);
  await run(k, ex.cancelOrder("mine", { waitFor: "final" }), 5_000);
  await k.run(2 * RETIRE_AFTER_MS);
  assertEquals(k.exchange("a").book.entry("mine"), undefined);
  const fill = aFill("t77", "0.1", { exchangeOrderId: foreign, clientOrderId: "by-hand" });
  k.tell("a", { kind: "fill", fill, receivedAt: k.clock.now() });
  await k.run(1_000);
  assertEquals(ex.getOrderState("mine").filledAmount, "0.1");
  await k.close();
});

Deno.test("adoption: an order placed a moment ago is asked for at the venue", async () => {
  const k = await openPaperKernel(["a"]);
  await k.loseFrames("a", () => byHand(k));
  assertEquals(facade(k).getAllOrders({ external: true }).items, []);
  const id = `${engineOf(k).openOrders("main")[0]?.orderId}`;
  await adopted(k, id);
  assertEquals(facade(k).getOrderState("mine").state, "ACTIVE.open");
  await k.close();
});

Deno.test("adoption: refusals name what is wrong", async () => {
  const [k, foreign] = await withForeign();
  const ex = facade(k);
  await run(k, ex.placeOrder(RESTING, { intentId: "i1" }));
  const own = ex.getOrderState("i1").exchangeOrderId!;
  const refused = async (name: string, work: () => Promise<unknown>, says: string) => {
    const failed = assertRejects(work, Error, says);
    await k.run(1_000);
    assertEquals((await failed).name, name);
  };
  await refused("NotFoundError", () => ex.adopt("4711"), "shows no open order 4711");
  await refused("NotFoundError", () => ex.adopt(foreign, "ETH/USDT"), `no open order ${foreign}`);
  await refused("ConflictError", () => ex.adopt(own), "belongs to intent i1");
  await refused("AlreadyExistsError", () => ex.adopt(foreign, { intentId: "i1" }), "i1 exists");
  await adopted(k, foreign);
  await refused("ConflictError", () => ex.adopt(foreign), "belongs to intent mine");
  await k.close();
});

Deno.test("adoption: an exchange that is only watched takes no order on", async () => {
  const [k, foreign] = await withForeign();
  k.exchange("a").gate.observe();
  const denied = await assertRejects(() => facade(k).adopt(foreign), DeniedError, "mode observe");
  assertEquals(denied.code, "OBSERVE_ONLY");
  await k.close();
});

Deno.test("adoption: an id that two symbols share needs the symbol", async () => {
  const [k, foreign] = await withForeign();
  const order = k.exchange("a").externalOrders.list()[0]!;
  k.exchange("a").externalOrders.saw({ ...order, symbolId: "ETH/USDT" });
  const failed = assertRejects(() => facade(k).adopt(foreign), ValidationError, "symbolId must be");
  await k.run(0);
  await failed;
  assertEquals(await run(k, facade(k).adopt(foreign, { symbolId: BTC, intentId: "x" })), "x");
  await k.close();
});

for (
  const [name, changes] of [
    ["a trigger order", { status: "PENDING_TRIGGER" }],
    ["an order without a limit price", { limitPrice: null }],
  ] as const
) {
  Deno.test(`adoption: ${name} cannot be described, and is refused`, async () => {
    const [k, foreign] = await withForeign();
    const order = k.exchange("a").externalOrders.list()[0]!;
    k.exchange("a").externalOrders.saw({ ...order, ...changes, exchangeOrderId: "77" });
    const failed = assertRejects(() => facade(k).adopt("77"), ValidationError, "Cannot adopt");
    await k.run(0);
    await failed;
    assert(foreign !== "77");
    await k.close();
  });
}

Deno.test("store behind venue: an unknown order of ours halts creates, and cancels go on", async () => {
  const k = await openPaperKernel(["a"]);
  const ex = facade(k);
  await run(k, ex.placeOrder(RESTING, { intentId: "i1" }));
  byHand(k, OURS);
  await k.run(0);
  const [drift] = ex.drift.list({ status: "OPEN" }).items;
  assertEquals(drift?.kind, "StoreBehindVenue");
  const denied = await assertRejects(() => ex.placeOrder(RESTING), DeniedError);
  assertEquals(denied.code, "STORE_BEHIND_VENUE");
  assertEquals([ex.healthCheck().state, ex.healthCheck().ready], ["degraded", false]);
  await run(k, ex.cancelOrder("i1", { waitFor: "final" }), 5_000);
  assertEquals(liveAt(k), [OURS], "and the unknown order is left alone");
  await k.close();
});

Deno.test("store behind venue: a replacement waits for a person, and goes on afterwards", async () => {
  const k = await openPaperKernel(["a"], undefined, (adapter) => {
    const { capabilities } = adapter;
    Object.defineProperty(adapter, "capabilities", {
      value: { ...capabilities, amendInPlace: false },
    });
  });
  const ex = facade(k);
  await run(k, ex.placeOrder(RESTING, { intentId: "i1" }));
  byHand(k, OURS);
  await k.run(0);
  void ex.modifyOrder("i1", { ...RESTING, limitPrice: "20001" });
  await k.run(10_000);
  assertEquals(ex.getOrderState("i1").state, "PENDING.ready");
  assertEquals(liveAt(k), [OURS]);
  const [drift] = ex.drift.list({ status: "OPEN" }).items;
  await run(k, ex.drift.approve(drift!.driftId, "the other instance is stopped"), 5_000);
  assertEquals(ex.getOrderState("i1").state, "ACTIVE.open");
  assertEquals(ex.drift.list({ kind: "StoreBehindVenue" }).items[0]?.status, "APPROVED");
  await k.close();
});

Deno.test("store behind venue: the halt is there again after a restart, before anything is sent", async () => {
  const k = await openPaperKernel(["a"]);
  byHand(k, OURS);
  await k.run(0);
  await k.close();
  const second = await openPaperKernel(["a"], k);
  await assertRejects(() => facade(second).placeOrder(RESTING), DeniedError);
  const [drift] = facade(second).drift.list({ status: "OPEN" }).items;
  await run(second, facade(second).drift.dismiss(drift!.driftId, "looked at"));
  await run(second, facade(second).placeOrder(RESTING, { intentId: "i1" }));
  assertEquals(facade(second).getOrderState("i1").state, "ACTIVE.open");
  await second.close();
  const third = await openPaperKernel(["a"], second);
  assertEquals(facade(third).drift.list({ status: "OPEN" }).items, [], "a person has had a word");
  await third.close();
});

Deno.test("store behind venue: adopting the order ends it, under its own client id", async () => {
  const k = await openPaperKernel(["a"]);
  byHand(k, OURS);
  await k.run(0);
  const ex = facade(k);
  const [order] = ex.getAllOrders({ external: true }).items;
  await adopted(k, order!.exchangeOrderId!);
  assertEquals(ex.getOrderState("mine").clientOrderId, OURS);
  assertEquals(ex.drift.list().items.map(({ status }) => status), ["RESOLVED"]);
  await run(k, ex.placeOrder(RESTING, { intentId: "i1" }));
  assertEquals(ex.getOrderState("i1").state, "ACTIVE.open");
  await k.close();
});
