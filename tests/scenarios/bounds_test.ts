/** Reports of other systems about memory that grew until the process died. */
import { assert, assertEquals } from "@std/assert";
import { AUDIT_INTERVAL_MS, RETIRE_AFTER_MS } from "../../machines/timeouts.ts";
import { Scene } from "./line.ts";

const EVENTS = 200_000;
const ORDERS_A_ROUND = 50;
const ORDER = { symbolId: "BTC/USDT", side: "BUY", amount: "0.001", limitPrice: "20000" };
/** One fill of a hundredth of an order; after so many some orders are left to be canceled. */
const SOLD = "0.00001";
const SALES_A_ROUND = 4_050;
const SALES_A_TURN = 50;

Deno.test("hummingbot 7462; ccxt 21369, 26753: after 200,000 events nothing has grown", async () => {
  const scene = await Scene.open();
  let told = 0;
  scene.exchange.subscribeEvents(() => void told++);
  await round(scene);
  const first = kept(scene);
  let most = first["intents"]!;
  while (told < EVENTS) {
    most = Math.max(most, await round(scene));
    assertEquals(kept(scene), first, `after ${told} events`);
  }
  assert(most <= ORDERS_A_ROUND, `${most} intents at once`);
  await scene.close();
});

/** @returns how many intents were in memory at most. */
async function round(scene: Scene): Promise<number> {
  for (let at = 0; at < ORDERS_A_ROUND; at++) void scene.exchange.placeOrder(ORDER);
  await scene.run(50);
  for (let sales = 0; sales < SALES_A_ROUND; sales++) {
    scene.sell(SOLD);
    if (sales % SALES_A_TURN === 0) await scene.run(1);
  }
  await scene.run(50);
  void scene.exchange.cancelAllOrders();
  await scene.run(2_000);
  const { intents } = kept(scene);
  await scene.run(2 * RETIRE_AFTER_MS + 2 * AUDIT_INTERVAL_MS);
  return intents!;
}

/** What a kernel keeps in memory beside its store, by count. */
function kept(scene: Scene): Readonly<Record<string, number>> {
  const { book, router, runner } = scene.kernel.exchange("a");
  const { errors } = scene.exchange.healthCheck();
  return {
    intents: [...book.entries()].length,
    held: book.heldCount,
    parked: router.parkedCount,
    queued: runner.queued,
    timers: scene.kernel.clock.pending,
    errors: Object.keys(errors).length,
  };
}
