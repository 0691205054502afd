/** Reports of other systems about what a restart made of orders and books. */
import { assertEquals } from "@std/assert";
import { Scene } from "./line.ts";

const MINUTE = 60_000;

Deno.test("nautilus 3176: five restarts place no order twice and keep its client id", async () => {
  const scene = await Scene.open();
  const id = await scene.place();
  const { clientOrderId } = scene.exchange.getOrderState(id);
  for (let restarts = 0; restarts < 5; restarts++) {
    await scene.restart();
    assertEquals(scene.exchange.getOrderState(id).clientOrderId, clientOrderId);
    // A strategy that starts again declares its orders again.
    await scene.place({}, id);
  }
  assertEquals(scene.orders().map((order) => order.clientOrderId), [clientOrderId]);
  assertEquals(scene.state(id), "ACTIVE.open");
  await scene.close();
});

Deno.test("nautilus 3176: a restart with a submit in doubt looks it up under the stored id", async () => {
  const scene = await Scene.open();
  scene.line.submits = "answerLost";
  scene.line.reads = "dead";
  const id = await scene.placeUnheard();
  await scene.run(1_000);
  const { clientOrderId } = scene.exchange.getOrderState(id);
  scene.line.mend();
  await scene.restart();
  await scene.run(MINUTE);
  assertEquals(scene.state(id), "ACTIVE.open");
  assertEquals(scene.orders().map((order) => order.clientOrderId), [clientOrderId]);
  await scene.close();
});

Deno.test("nautilus 4736, 3476: a warm restart books the venue's own trades and invents none", async () => {
  const scene = await Scene.open();
  const id = await scene.place();
  scene.sell("0.002");
  await scene.run(100);
  await scene.restart(() => scene.sell("0.003"));
  const tradeIds = () =>
    scene.exchange.getFills({ intentId: id }).items.map(({ tradeId }) => tradeId);
  const booked = tradeIds();
  assertEquals(booked.length, 2);
  assertEquals(scene.exchange.getOrderState(id).filledAmount, "0.005");
  for (let restarts = 0; restarts < 3; restarts++) {
    await scene.restart();
    await scene.run(2 * MINUTE);
    assertEquals(tradeIds(), booked, "no fill beside the venue's, none twice");
  }
  assertEquals(scene.exchange.getAllIntents().items.length, 1, "no opposite order appeared");
  assertEquals(scene.orders().length, 1);
  await scene.close();
});

Deno.test("hummingbot 7133, OctoBot 3190, freqtrade 3638: what was asked before a restart is done after it", async () => {
  // The part that exists: every order is an intent on disk, so that none is left alone. Orders
  // that protect a position (stops, groups) are not built.
  const scene = await Scene.open();
  const kept = await scene.place();
  const gone = await scene.place({ limitPrice: "20100" });
  scene.line.cancels = "lost";
  await scene.cancel(gone);
  await scene.run(1_000);
  assertEquals(scene.live().length, 2, "the cancel has not arrived");
  scene.line.mend();
  await scene.restart();
  await scene.run(MINUTE);
  assertEquals([scene.state(kept), scene.state(gone)], ["ACTIVE.open", "CANCELED"]);
  assertEquals(scene.live().length, 1);
  await scene.close();
});
