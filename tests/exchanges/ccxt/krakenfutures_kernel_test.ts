/** Kraken Futures through a whole kernel: positions are opened and closed, no order is there twice. */
import { assert, assertEquals } from "@std/assert";
import { openKernel } from "../../../mod.ts";
import { systemClock } from "../../../src/system/clock.ts";
import { systemRandom } from "../../../src/system/random.ts";
import type { FaultInput } from "../../../src/testnet/faults.ts";
import { startTestnet } from "../../../src/testnet/server.ts";
import { PERP } from "./krakenfutures.ts";

/** Loopback answers at once: a request lost there is proven absent within three seconds. */
const TIMING = { validityMs: 500, engineBoundMs: 50, settleMs: 50 };
const TIMEOUT_MS = 250;
const WAIT_MS = 8_000;
const RESTING = { symbolId: PERP, side: "BUY", amount: "0.01", limitPrice: "40000" } as const;

async function opened(faults: readonly Omit<FaultInput, "exchange">[] = []) {
  const clock = systemClock;
  const testnet = startTestnet({
    clock,
    random: systemRandom,
    exchanges: ["krakenfutures"],
    limits: "none",
  });
  const kernel = await openKernel({
    exchanges: {
      main: {
        kind: "krakenfutures",
        testnet: "local",
        endpoints: testnet.url,
        timing: TIMING,
        requestTimeoutMs: TIMEOUT_MS,
      },
    },
    clock,
  });
  for (const fault of faults) testnet.arm({ exchange: "krakenfutures", ...fault });
  return {
    testnet,
    exchange: kernel.exchange("main"),
    async [Symbol.asyncDispose]() {
      await kernel.stop();
      await testnet.close();
    },
  };
}

Deno.test("krakenfutures kernel: placed, replaced by a change, canceled", async () => {
  await using futures = await opened();
  const { exchange, testnet } = futures;
  const id = await exchange.placeOrder(RESTING, { waitFor: "accepted" });
  await exchange.modifyOrder(id, { ...RESTING, limitPrice: "41000" });
  const live = () =>
    testnet.ledger("krakenfutures").orders.filter(({ status }) => status === "NEW");
  await settled(() => live()[0]?.price === "41000");
  assertEquals(live().length, 1);
  await exchange.cancelOrder(id);
  await settled(() => exchange.getOrderState(id).state === "CANCELED");
  assertEquals(live(), []);
});

Deno.test("krakenfutures kernel: a short is opened and closed reduce-only", async () => {
  await using futures = await opened();
  const { exchange, testnet } = futures;
  const short = { symbolId: PERP, side: "SELL", amount: "0.02", limitPrice: null } as const;
  await exchange.placeOrder(short, { waitFor: "final" });
  assertEquals(testnet.ledger("krakenfutures").positions.length, 1);
  await exchange.placeOrder({ ...short, side: "BUY", reduceOnly: true }, { waitFor: "final" });
  assertEquals(testnet.ledger("krakenfutures").positions, []);
});

for (const fault of ["responseLost", "neverAnswers", "htmlAnswer", "unavailableAfter"] as const) {
  Deno.test(`krakenfutures kernel: after ${fault} there is one order, and it is known`, async () => {
    await using futures = await opened([{ fault, match: { operation: "order.place" }, count: 1 }]);
    const { exchange, testnet } = futures;
    const id = await exchange.placeOrder(RESTING);
    await settled(() => exchange.getOrderState(id).state === "ACTIVE.open");
    assertEquals(testnet.ledger("krakenfutures").orders.length, 1);
  });
}

for (const fault of ["duplicateFrame", "reorderFrames"] as const) {
  Deno.test(`krakenfutures kernel: ${fault}: two parts of a fill are counted once each`, async () => {
    await using futures = await opened([
      { fault, match: { operation: "userData" }, count: 1_000 },
    ]);
    const { exchange, testnet } = futures;
    const id = await exchange.placeOrder(RESTING, { waitFor: "accepted" });
    for (const quantity of ["0.004", "0.006"]) {
      testnet.setPrice("krakenfutures", { symbol: "PF_XBTUSD", price: "39999", quantity });
    }
    await settled(() => exchange.getOrderState(id).state === "COMPLETED");
    assertEquals(exchange.getOrderState(id).filledAmount, "0.01");
    const fills = exchange.getFills({}).items;
    assertEquals(fills.map(({ quantity }) => quantity).sort(), ["0.004", "0.006"]);
  });
}

async function settled(condition: () => boolean): Promise<void> {
  const end = performance.now() + WAIT_MS;
  while (!condition()) {
    assert(performance.now() < end, `not within ${WAIT_MS} ms`);
    await new Promise((resolve) => setTimeout(resolve, 5));
  }
}
