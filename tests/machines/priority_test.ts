import { assertEquals } from "@std/assert";
import { submitPriority } from "../../machines/priority.ts";
import { StandardOrderSchema } from "../../src/model/order.ts";

const BASE = { symbolId: "BTC/USDT:PERP", side: "SELL", amount: "1", limitPrice: "100" };
const STOP = { kind: "STOP_LOSS", triggerPrice: "90", role: "ENTRY" };

function priority(order: Readonly<Record<string, unknown>>, ownerIntentId: string | null = null) {
  return submitPriority({ order: StandardOrderSchema.parse({ ...BASE, ...order }), ownerIntentId });
}

Deno.test("priority: an order that may raise a position is a plain submit", () => {
  assertEquals(priority({}), "submit");
  assertEquals(priority({ positionSide: "SHORT" }), "submit");
  assertEquals(priority({ conditionalTriggers: [STOP] }), "submit");
});

Deno.test("priority: what can only lower a position goes before it", () => {
  assertEquals(priority({ reduceOnly: true }), "reduce");
  assertEquals(priority({ positionSide: "LONG" }), "reduce");
  assertEquals(priority({ positionSide: "SHORT", side: "BUY" }), "reduce");
});

Deno.test("priority: a stop that closes, and a child that guards its parent, protect", () => {
  assertEquals(priority({ reduceOnly: true, conditionalTriggers: [STOP] }), "protect");
  assertEquals(priority({}, "parent"), "protect");
});
