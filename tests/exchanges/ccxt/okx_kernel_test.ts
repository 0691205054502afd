/** OKX through a whole kernel: what is placed is there once, whatever becomes of the answer. */
import { assertEquals } from "@std/assert";
import type { Testnet } from "../../../src/testnet/server.ts";
import { type Fault, type OnKernel, openKernelOn, settled } from "./kernel_stage.ts";
import { SWAP } from "./okx.ts";

function opened(faults: readonly Fault[] = []): Promise<OnKernel> {
  return openKernelOn("okx", { faults });
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
