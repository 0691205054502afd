/** A private stream that answers its pings and leaves out facts is dialed anew once an audit proves it. */
import { assert, assertEquals } from "@std/assert";
import {
  BALANCES_AUDIT_MS,
  FRAME_LATE_MS,
  ORDERS_AUDIT_MS,
  SOCKET_REDIAL_PAUSE_MS,
} from "../../machines/timeouts.ts";
import { PAPER_ACCOUNT } from "../../src/exchanges/paper/factory.ts";
import { decimal } from "../../src/model/decimal.ts";
import { openPaperKernel, type PaperKernel, RESTING } from "./paper_kernel.ts";

const BTC = "BTC/USDT";
const AUDITED_MS = BALANCES_AUDIT_MS + FRAME_LATE_MS + 1_000;

async function resting(): Promise<PaperKernel> {
  const k = await openPaperKernel(["a"]);
  await k.run(1_000);
  const placed = k.kernel.exchange("a").placeOrder(RESTING, { intentId: "i1" });
  await k.run(0);
  await placed;
  return k;
}

function fillPart(k: PaperKernel): void {
  k.exchangeEngine("a").engine.trade(BTC, {
    price: decimal("19999"),
    quantity: decimal("0.001"),
    takerSide: "SELL",
  });
}

const filledOf = (k: PaperKernel) => k.kernel.exchange("a").getOrderState("i1").filledAmount;
const lossesOf = (k: PaperKernel) =>
  k.held.store.events({ since: 0, limit: 1_000 }).items
    .filter(({ type }) => type === "ConnectionDown").map(({ payload }) => payload["reason"]);
const WHY = "an audit found what it did not tell";

Deno.test("missed: a fill that only an audit found has the private socket dialed anew", async () => {
  const k = await resting();
  await k.run(5_000);
  await k.loseFrames("a", () => fillPart(k));
  await k.run(AUDITED_MS);
  assertEquals([filledOf(k), lossesOf(k)], ["0.001", [WHY]]);
  await k.run(5_000);
  const { ready, errors } = k.kernel.exchange("a").healthCheck();
  assertEquals([ready, errors["stream.missed"]], [true, 1]);
  assertEquals(k.exchange("a").connections.map(({ state }) => state), ["open"]);
  await k.close();
});

Deno.test("missed: an order that ended without a word has the private socket dialed anew", async () => {
  const k = await resting();
  await k.run(5_000);
  const { engine } = k.exchangeEngine("a");
  const [order] = engine.openOrders(PAPER_ACCOUNT);
  assert(order !== undefined);
  const { symbolId, orderId } = order;
  await k.loseFrames("a", () => void engine.cancel(PAPER_ACCOUNT, { symbolId, orderId }));
  await k.run(ORDERS_AUDIT_MS + BALANCES_AUDIT_MS + FRAME_LATE_MS + 1_000);
  assertEquals(lossesOf(k), [WHY]);
  await k.close();
});

Deno.test("missed: what the stream tells, however late within reason, costs no connection", async () => {
  const k = await resting();
  for (let round = 0; round < 5; round++) {
    fillPart(k);
    await k.run(BALANCES_AUDIT_MS);
  }
  const before = filledOf(k);
  await k.loseFrames("a", () => fillPart(k));
  while (filledOf(k) === before) await k.run(100);
  await k.run(FRAME_LATE_MS / 2);
  const listing = k.exchange("a").adapter.execution.openOrders();
  await k.run(100);
  const open = await listing;
  assert(open.kind === "read" && open.value[0] !== undefined);
  k.tell("a", { kind: "order", order: open.value[0], receivedAt: k.clock.now() });
  await k.run(FRAME_LATE_MS);
  assertEquals(lossesOf(k), []);
  await k.close();
});

Deno.test("missed: a venue that always leaves something out is dialed anew rarely", async () => {
  const k = await resting();
  await k.run(5_000);
  for (let round = 0; round < 8; round++) {
    await k.loseFrames("a", () => fillPart(k));
    await k.run(SOCKET_REDIAL_PAUSE_MS / 5);
  }
  assertEquals(filledOf(k), "0.008");
  assertEquals(lossesOf(k), [WHY, WHY]);
  await k.close();
});
