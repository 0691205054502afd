/** Kraken Futures through a whole kernel: positions are opened and closed, no order is there twice. */
import { assertEquals } from "@std/assert";
import { type Fault, type OnKernel, openKernelOn, settled } from "./kernel_stage.ts";
import { PERP } from "./krakenfutures.ts";

const RESTING = { symbolId: PERP, side: "BUY", amount: "0.01", limitPrice: "40000" } as const;

function opened(faults: readonly Fault[] = []): Promise<OnKernel> {
  return openKernelOn("krakenfutures", { faults });
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
