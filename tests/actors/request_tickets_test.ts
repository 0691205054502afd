import { assertEquals } from "@std/assert";
import { ExchangeGate } from "../../actors/gate.ts";
import { RequestRunner } from "../../actors/request.ts";
import { Tickets } from "../../actors/tickets.ts";
import { CIRCUIT_COOL_DOWN_MS } from "../../machines/timeouts.ts";
import type { OrderIntent } from "../../src/model/intent.ts";
import { CIRCUIT_REFUSALS } from "../../src/model/limits.ts";
import { VirtualClock } from "../../src/system/virtual_clock.ts";
import { twoBudgets, twoCosts } from "../budgets.ts";
import { anIntent } from "../machines/intent_builders.ts";

const COST = twoCosts({ weight: 1, orders: 1 });

/** Leave to submit on a runner long after its boot: ten orders may go at once. */
function setup() {
  const clock = new VirtualClock();
  const gate = new ExchangeGate();
  gate.open();
  const runner = new RequestRunner({
    clock,
    limits: twoBudgets({
      weight: { capacity: 6_000, intervalMs: 60_000 },
      orders: { capacity: 100, intervalMs: 10_000 },
    }),
    cost: () => COST,
  });
  clock.advance(60_000);
  const granted: string[] = [];
  const tickets = new Tickets({
    gate,
    runner,
    onGranted: (id) => granted.push(id),
    onFull: () => {},
  });
  const ask = (intentId: string, order: Partial<OrderIntent["order"]> = {}) => {
    const intent = anIntent();
    const asked = { ...intent, intentId, order: { ...intent.order, ...order } };
    if (tickets.ask(asked)) granted.push(intentId);
  };
  return { clock, gate, runner, granted, tickets, ask };
}

Deno.test("tickets: an order that can only reduce goes before those that waited longer", () => {
  const { clock, runner, granted, ask } = setup();
  for (let i = 0; i < 15; i++) ask(`s${i}`);
  assertEquals(granted.length, 10);
  ask("reduces", { reduceOnly: true });
  clock.advance(200);
  assertEquals(granted[10], "reduces");
  runner.stop();
});

Deno.test("tickets: what the gate held asks with its own priority and symbol once it opens", () => {
  const { clock, gate, runner, granted, tickets, ask } = setup();
  gate.hold();
  for (let i = 0; i < 15; i++) ask(`s${i}`);
  ask("reduces", { reduceOnly: true });
  ask("elsewhere", { symbolId: "ETH/USDT" });
  const symbolId = anIntent().order.symbolId;
  for (let i = 0; i < CIRCUIT_REFUSALS; i++) runner.refusal({ code: "FILTER", symbolId });
  gate.open();
  tickets.release();
  assertEquals(granted, ["reduces", "elsewhere"]);
  clock.advance(CIRCUIT_COOL_DOWN_MS + 1);
  assertEquals(granted, ["reduces", "elsewhere", "s0"]);
  runner.stop();
});

Deno.test("tickets: an intent that no longer wants one does not get it from a circuit either", () => {
  const { clock, runner, granted, tickets, ask } = setup();
  const symbolId = anIntent().order.symbolId;
  for (let i = 0; i < CIRCUIT_REFUSALS; i++) runner.refusal({ code: "FILTER", symbolId });
  ask("gone");
  tickets.forget("gone");
  clock.advance(60_000);
  assertEquals([granted, runner.queued], [[], 0]);
  runner.stop();
});
