/** Reports of other systems about how a venue was asked, through the real ccxt class. */
import { assert, assertEquals } from "@std/assert";
import { NO_LIMITS } from "../../src/testnet/binance/limits.ts";
import { FastClock } from "../faults/fast_clock.ts";
import { openStage, resting, until } from "../faults/stage.ts";

Deno.test("nautilus 4411: a look-up asks for the order, then for lists that could show it", async () => {
  await using stage = await openStage({ clock: new FastClock(4) });
  stage.arm("requestLost");
  const id = await stage.exchange.placeOrder(resting({ limitPrice: null }));
  await until(() => stage.state(id) === "FAILED", "absence is proven");
  const asked = stage.testnet.heard("binance").map(({ operation }) => operation);
  const placed = asked.findIndex(({ name }) => name === "order.place");
  const reads = asked.slice(placed + 1).filter(({ endpoint }) => endpoint.startsWith("GET"));
  const { clientOrderId } = stage.exchange.getOrderState(id);
  assertEquals([reads[0]?.name, reads[0]?.clientOrderId], ["order.status", clientOrderId]);
  assertEquals(reads.slice(1, 4).map(({ name }) => name).sort(), [
    "allOrders",
    "myTrades",
    "openOrders.status",
  ]);
  assert(reads.slice(0, 4).every(({ symbol }) => symbol === "BTCUSDT"));
});

/** Two orders a second; the venue counts them in windows of ten. */
const ORDERS_PER_10S = 20;

Deno.test("hummingbot 1379: a burst waits for its budget instead of running into the limit", async () => {
  const limits = { ...NO_LIMITS, ordersPer10sMax: ORDERS_PER_10S, weightMax: 1_200 };
  await using stage = await openStage({
    clock: new FastClock(10),
    testnet: { limits },
    exchange: {
      limits: { ordersPerSecond: ORDERS_PER_10S / 10, weightPerMinute: limits.weightMax },
      timing: { validityMs: 20_000 },
    },
  });
  const first = await stage.exchange.placeOrder(resting(), { waitFor: "accepted" });
  const ids = await Promise.all(
    Array.from(
      { length: 45 },
      (_, at) => stage.exchange.placeOrder(resting({ limitPrice: `${40_001 + at}` })),
    ),
  );
  const before = stage.orders().length;
  await stage.exchange.cancelOrder(first, { waitFor: "final" });
  assert(stage.orders().length < before + 20, "the cancel did not wait behind the burst");
  await until(() => ids.every((id) => stage.state(id) === "ACTIVE.open"), "all are live");
  const attempts = ids.map((id) => stage.exchange.getOrderState(id).attempts.length);
  assertEquals(attempts.filter((count) => count !== 1), [], "none was refused or tried again");
  const { errors } = stage.exchange.healthCheck();
  assertEquals(Object.keys(errors).filter((kind) => /ban|RATE|429|418/i.test(kind)), []);
  assertEquals(stage.orders().length, 46);
});
