/** Reports of other systems about streams that look healthy and are not. */
import { assert, assertEquals } from "@std/assert";
import { AUDIT_INTERVAL_MS } from "../../machines/timeouts.ts";
import { Scene } from "./line.ts";

Deno.test("LEAN TradeStation 101, IB 249; ccxt 19152, 26945, 27532: one silently dropped fill is found", async () => {
  const scene = await Scene.open();
  const id = await scene.place();
  await scene.unheard(() => scene.sell("0.004"));
  await scene.run(100);
  const before = scene.exchange.healthCheck();
  assert(before.ready && before.sockets.every(({ state }) => state === "open"), "all looks well");
  assertEquals(scene.exchange.getOrderState(id).filledAmount, "0");

  await scene.run(AUDIT_INTERVAL_MS + 5_000);
  assertEquals(scene.exchange.getOrderState(id).filledAmount, "0.004");
  assertEquals(scene.exchange.healthCheck().sockets.map(({ reconnects }) => reconnects), [0]);
  assertEquals(scene.exchange.getFills({ intentId: id }).items.length, 1);
  await scene.close();
});

Deno.test("the same: a fill dropped before others is missed by its trade, not by the sum", async () => {
  const scene = await Scene.open();
  const id = await scene.place();
  await scene.unheard(() => scene.sell("0.004"));
  scene.sell("1");
  await scene.run(5_000);
  assertEquals(scene.state(id), "COMPLETED");
  assertEquals(scene.exchange.getFills({ intentId: id }).items.length, 2);
  assertEquals(scene.exchange.getOrderState(id).filledAmount, "0.01");
  await scene.close();
});
