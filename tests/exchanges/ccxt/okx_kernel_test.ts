/** OKX through a whole kernel: what is placed is there once, whatever becomes of the answer. */
import { assert, assertEquals } from "@std/assert";
import { type KernelEvent, openKernel } from "../../../mod.ts";
import { systemClock } from "../../../src/system/clock.ts";
import { systemRandom } from "../../../src/system/random.ts";
import type { FaultInput } from "../../../src/testnet/faults.ts";
import { startTestnet, type Testnet } from "../../../src/testnet/server.ts";
import { SWAP } from "./okx.ts";

/** Loopback answers at once: a request lost there is proven absent within three seconds. */
const TIMING = { validityMs: 500, engineBoundMs: 50, settleMs: 50 };
const TIMEOUT_MS = 250;
const WAIT_MS = 5_000;

async function opened(faults: readonly Omit<FaultInput, "exchange">[] = []) {
  const clock = systemClock;
  const testnet = startTestnet({
    clock,
    random: systemRandom,
    exchanges: ["okx"],
    limits: "none",
  });
  const kernel = await openKernel({
    exchanges: {
      main: {
        kind: "okx",
        testnet: "local",
        endpoints: testnet.url,
        timing: TIMING,
        requestTimeoutMs: TIMEOUT_MS,
      },
    },
    clock,
  });
  for (const fault of faults) testnet.arm({ exchange: "okx", ...fault });
  const exchange = kernel.exchange("main");
  const events: KernelEvent[] = [];
  exchange.subscribeEvents((event) => events.push(event));
  return {
    testnet,
    exchange,
    events,
    async [Symbol.asyncDispose]() {
      await kernel.stop();
      await testnet.close();
    },
  };
}

Deno.test("okx kernel: an order rests, is changed in place, canceled and accounted for", async () => {
  await using okx = await opened();
  const { exchange, testnet } = okx;
  const order = { symbolId: "BTC/USDT", side: "BUY", amount: "0.01", limitPrice: "40000" } as const;
  const id = await exchange.placeOrder(order, { waitFor: "accepted" });
  await exchange.modifyOrder(id, { ...order, limitPrice: "41000" });
  await until(testnet, ({ orders }) => orders[0]?.price === "41000");
  assertEquals(testnet.ledger("okx").orders.length, 1); // Changed, not replaced.
  await exchange.cancelOrder(id);
  await settled(() => exchange.getOrderState(id).state === "CANCELED");
  assertEquals(testnet.ledger("okx").orders.map(({ status }) => status), ["CANCELED"]);
});

for (const symbolId of ["BTC/USDT", SWAP]) {
  for (const fault of ["responseLost", "neverAnswers", "htmlAnswer", "unavailableAfter"] as const) {
    Deno.test(`okx kernel: ${symbolId}: after ${fault} there is one order, and the kernel knows it`, async () => {
      await using okx = await opened([{ fault, match: { operation: "order.place" }, count: 1 }]);
      const { exchange, testnet } = okx;
      const id = await exchange.placeOrder({
        symbolId,
        side: "BUY",
        amount: "0.01",
        limitPrice: "40000",
      });
      await settled(() => exchange.getOrderState(id).state === "ACTIVE.open");
      assertEquals(testnet.ledger("okx").orders.length, 1);
    });
  }
}

Deno.test("okx kernel: an order that never arrived is placed once more, and is one", async () => {
  await using okx = await opened([{
    fault: "requestLost",
    match: { operation: "order.place" },
    count: 1,
  }]);
  const { exchange, testnet } = okx;
  const order = { symbolId: "BTC/USDT", side: "BUY", amount: "0.01", limitPrice: "40000" } as const;
  const id = await exchange.placeOrder(order);
  await settled(() => exchange.getOrderState(id).state === "ACTIVE.open");
  assertEquals(testnet.ledger("okx").orders.length, 1);
});

Deno.test("okx kernel: a post-only order that would take ends FAILED, and is not tried again", async () => {
  await using okx = await opened();
  const { exchange, testnet } = okx;
  const order = {
    symbolId: "BTC/USDT",
    side: "BUY",
    amount: "0.01",
    limitPrice: "51000",
    postOnly: true,
  } as const;
  const id = await exchange.placeOrder(order);
  await settled(() => exchange.getOrderState(id).state === "FAILED");
  const placed = testnet.heard("okx").filter(({ operation }) => operation.name === "order.place");
  assertEquals(placed.length, 1);
});

Deno.test("okx kernel: a short is opened and closed reduce-only", async () => {
  await using okx = await opened();
  const { exchange, testnet } = okx;
  const short = { symbolId: SWAP, side: "SELL", amount: "0.02", limitPrice: null } as const;
  await exchange.placeOrder(short, { waitFor: "final" });
  assertEquals(testnet.ledger("okx").positions?.length, 1);
  const close = { ...short, side: "BUY", reduceOnly: true } as const;
  await exchange.placeOrder(close, { waitFor: "final" });
  assertEquals(testnet.ledger("okx").positions, []);
});

async function until(
  testnet: Testnet,
  holds: (ledger: ReturnType<Testnet["ledger"]>) => boolean,
): Promise<void> {
  await settled(() => holds(testnet.ledger("okx")));
}

async function settled(condition: () => boolean): Promise<void> {
  const end = performance.now() + WAIT_MS;
  while (!condition()) {
    assert(performance.now() < end, `not within ${WAIT_MS} ms`);
    await new Promise((resolve) => setTimeout(resolve, 5));
  }
}
