/** What the venue and the caps remember of an exchange outlives the actors that stand for it. */
import { assert, assertEquals, assertRejects } from "@std/assert";
import type { RequestRunner } from "../../actors/request.ts";
import { BURST_SHARE, CANCEL_RESERVE_SHARE } from "../../machines/token_bucket.ts";
import { DISCONNECT_TIMEOUT_MS } from "../../machines/timeouts.ts";
import { DeniedError, StoreError } from "../../src/model/errors.ts";
import { CIRCUIT_REFUSALS } from "../../src/model/limits.ts";
import { riskLimits } from "../../src/model/risk.ts";
import type { PaperAdapter } from "../../src/exchanges/paper/adapter.ts";
import { openPaperKernel, type PaperKernel, RESTING } from "./paper_kernel.ts";

/** A fact that its account chokes on ends the exchange; its supervisor starts another. */
function crash(k: PaperKernel): void {
  k.exchange("a").account.merge = () => {
    throw new TypeError("bug");
  };
  k.tell("a", { kind: "balances", balances: [], receivedAt: k.clock.now() });
}

async function restart(k: PaperKernel): Promise<void> {
  const dead = k.exchange("a");
  crash(k);
  await k.run(10_000);
  assert(k.exchange("a") !== dead, "it was started anew");
}

Deno.test("exchange lives: a ban is kept over a restart by the supervisor, and nobody connects before", async () => {
  let connects = 0;
  const k = await openPaperKernel(["a"], undefined, (adapter: PaperAdapter) => {
    const connect = adapter.connect.bind(adapter);
    adapter.connect = (signal) => {
      connects += 1;
      return connect(signal);
    };
  });
  k.tell("a", { kind: "banned", status: 418, retryAfterMs: 120_000 });
  crash(k);
  await k.run(119_000);
  assertEquals([connects, k.exchange("a").runner.mode], [1, "banned"]);
  await k.run(60_000);
  assertEquals([connects, k.exchange("a").state], [2, "ready"]);
  await k.close();
});

Deno.test("exchange lives: a ban is kept over a restart of the process", async () => {
  const first = await openPaperKernel(["a"]);
  first.tell("a", { kind: "banned", status: 418, retryAfterMs: 300_000 });
  await first.close(); // takes a minute
  let connects = 0;
  const k = await openPaperKernel(["a"], first, (adapter: PaperAdapter) => {
    const connect = adapter.connect.bind(adapter);
    adapter.connect = (signal) => {
      connects += 1;
      return connect(signal);
    };
  });
  await k.run(200_000);
  assertEquals([connects, k.exchange("a").runner.mode], [0, "banned"]);
  await k.run(60_000);
  assertEquals([connects, k.exchange("a").state], [1, "ready"]);
  await k.close();
});

Deno.test("exchange lives: a ban that is told between two lives holds the next one", async () => {
  const k = await openPaperKernel(["a"]);
  const dead = k.exchange("a");
  crash(k);
  k.tell("a", { kind: "banned", status: 429, retryAfterMs: 60_000 });
  await k.run(10_000);
  assert(k.exchange("a") !== dead);
  assertEquals(k.exchange("a").runner.mode, "banned");
  await k.close();
});

Deno.test("exchange lives: what was spent of the budgets stays spent", async () => {
  const k = await openPaperKernel(["a"]);
  const dead = k.exchange("a");
  const budget = dead.adapter.capabilities.rateLimits.budgets["orders"];
  assert(budget?.kind === "window");
  const { capacity } = budget;
  await k.run(60_000);
  // All of the burst, and the reserve of the cancels with it.
  const ask = (runner: RequestRunner, share: number) => {
    const cost = [{ budget: "orders", amount: capacity * share }];
    return runner.ask({ kind: "cancel", priority: "cancel", cost, key: "c", onGranted: () => {} });
  };
  assertEquals(ask(dead.runner, BURST_SHARE), "granted");
  crash(k);
  while (k.exchange("a") === dead) await k.run(1);
  assertEquals(ask(k.exchange("a").runner, CANCEL_RESERVE_SHARE), "queued");
  await k.close();
});

Deno.test("exchange lives: a restart gives no order rate back", async () => {
  const risk = riskLimits({ maxOrdersPerMinute: 2 });
  const k = await openPaperKernel(["a"], undefined, undefined, { risk });
  const a = k.kernel.exchange("a");
  for (const _ of [1, 2]) await Promise.all([a.placeOrder(RESTING), k.run(10)]);
  await restart(k);
  await assertRejects(() => a.placeOrder(RESTING), DeniedError, "in any minute");
  await k.run(60_000);
  await Promise.all([a.placeOrder(RESTING), k.run(10)]);
  await k.close();
});

Deno.test("exchange lives: a restart does not forget what was ordered a moment ago", async () => {
  const risk = riskLimits({ duplicateWindowMs: 60_000, priceMaxAgeMs: 86_400_000 });
  const k = await openPaperKernel(["a"], undefined, undefined, { risk });
  const a = k.kernel.exchange("a");
  const MARKET = { symbolId: "BTC/USDT", side: "SELL", amount: "0.01" } as const;
  k.exchangeEngine("a").engine.trade("BTC/USDT", {
    price: RESTING.limitPrice as never,
    quantity: "1" as never,
    takerSide: "BUY",
  });
  await Promise.all([a.placeOrder(MARKET), k.run(100)]);
  await restart(k);
  const again = assertRejects(() => a.placeOrder(MARKET), DeniedError);
  await k.run(100);
  assertEquals((await again).code, "DUPLICATE_MARKET_ORDER");
  await k.close();
});

Deno.test("exchange lives: an open circuit stays open, and its trial waits for its time", async () => {
  const k = await openPaperKernel(["a"]);
  const symbolId = RESTING.symbolId;
  const { runner } = k.exchange("a");
  for (let n = 0; n < CIRCUIT_REFUSALS; n++) runner.refusal({ code: "FILTER", symbolId });
  await restart(k);
  const [circuit] = k.kernel.exchange("a").healthCheck().circuits;
  assertEquals([circuit?.code, circuit?.symbolId], ["FILTER", symbolId]);
  await k.close();
});

Deno.test("exchange lives: one that fails while it starts is stopped before the next one starts", async () => {
  const k = await openPaperKernel(["a"]);
  const dead = k.exchange("a");
  const { store } = k.held;
  const { inner } = k.held;
  const parked = inner.parked.bind(inner);
  let fails = 1;
  inner.parked = (id) => {
    if (fails-- > 0) throw new StoreError("Cannot read parked facts: disk I/O error");
    return parked(id);
  };
  assert(store !== undefined);
  crash(k);
  while (k.exchange("a") === dead) await k.run(1);
  const stillborn = k.exchange("a");
  assertEquals(stillborn.state, "stopped");
  await k.run(20_000);
  assert(k.exchange("a") !== stillborn);
  assertEquals(k.exchange("a").state, "ready");
  await k.close();
});

Deno.test("exchange lives: one whose chart is broken closes its gate all the same when it stops", async () => {
  const k = await openPaperKernel(["a"]);
  const { gate, actor } = k.exchange("a");
  assert(gate.isOpen);
  actor.stop();
  crash(k);
  assertEquals(gate.isOpen, false);
  await k.close();
});

Deno.test("exchange lives: started again while it still stops, the new one is known to the kernel", async () => {
  const k = await openPaperKernel(["a"]);
  const { adapter } = k.exchange("a");
  const disconnect = adapter.disconnect.bind(adapter);
  adapter.disconnect = async () => {
    await disconnect();
    await new Promise<void>((resolve) => k.clock.setTimer(resolve, DISCONNECT_TIMEOUT_MS - 1));
  };
  const a = k.kernel.exchange("a");
  const controls = [a.stop(), a.start(), a.start()];
  await k.run(20_000);
  await Promise.all(controls);
  assertEquals(k.exchange("a").state, "ready");
  await k.close();
});

Deno.test("exchange lives: one that comes back while the kernel stops sends nothing any more", async () => {
  const k = await openPaperKernel(["a", "b"]);
  const { execution } = k.exchange("b").adapter;
  execution.submit = () => new Promise(() => {}); // keeps the kernel waiting
  k.exchange("a").gate.hold();
  const placed = ["a", "b"].map((id) => k.kernel.exchange(id).placeOrder(RESTING));
  await k.run(100);
  await Promise.all(placed);
  crash(k);
  await k.close();
  assertEquals(k.exchangeEngine("a").engine.openOrders("main"), []);
});
