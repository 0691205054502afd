/** Reports of other systems about streams that look healthy and are not. */
import { assert, assertEquals } from "@std/assert";
import { BALANCES_AUDIT_MS, FRAME_LATE_MS } from "../../machines/timeouts.ts";
import { Scene } from "./line.ts";

Deno.test("LEAN TradeStation 101, IB 249; ccxt 19152, 26945, 27532: one silently dropped fill is found", async () => {
  const scene = await Scene.open();
  const id = await scene.place();
  await scene.unheard(() => scene.sell("0.004"));
  await scene.run(100);
  const before = scene.exchange.healthCheck();
  assert(before.ready && before.sockets.every(({ state }) => state === "open"), "all looks well");
  assertEquals(scene.exchange.getOrderState(id).filledAmount, "0");

  const reconnects = () => scene.exchange.healthCheck().sockets.map((each) => each.reconnects);
  await scene.run(BALANCES_AUDIT_MS);
  assertEquals(scene.exchange.getOrderState(id).filledAmount, "0.004");
  assertEquals(reconnects(), [0], "found on a socket that seems well");
  await scene.run(FRAME_LATE_MS + 1_000);
  assertEquals(reconnects(), [1], "and then not trusted any more");
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
