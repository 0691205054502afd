/** Coinbase through a whole kernel: fills are read, ids are awaited, no order is there twice. */
import { assertEquals } from "@std/assert";
import { SYMBOL as symbolId } from "./coinbase.ts";
import { type Fault, type OnKernel, openKernelOn, settled } from "./kernel_stage.ts";

const RESTING = { symbolId, side: "BUY", amount: "0.01", limitPrice: "40000" } as const;

function opened(faults: readonly Fault[] = []): Promise<OnKernel> {
  return openKernelOn("coinbase", { faults });
}

Deno.test("coinbase kernel: placed, changed in place, canceled", async () => {
  await using coinbase = await opened();
  const { exchange, testnet } = coinbase;
  const id = await exchange.placeOrder(RESTING, { waitFor: "accepted" });
  await exchange.modifyOrder(id, { ...RESTING, limitPrice: "41000" });
  await settled(() => testnet.ledger("coinbase").orders[0]?.price === "41000");
  assertEquals(testnet.ledger("coinbase").orders.length, 1); // Changed, not replaced.
  await exchange.cancelOrder(id);
  await settled(() => exchange.getOrderState(id).state === "CANCELED");
  assertEquals(testnet.ledger("coinbase").orders.map(({ status }) => status), ["CANCELED"]);
});

Deno.test("coinbase kernel: two parts of a fill are read once the stream tells of them", async () => {
  await using coinbase = await opened();
  const { exchange, testnet } = coinbase;
  const id = await exchange.placeOrder(RESTING, { waitFor: "accepted" });
  for (const quantity of ["0.004", "0.006"]) {
    testnet.setPrice("coinbase", { symbol: "BTC-USD", price: "39999", quantity });
  }
  await settled(() => exchange.getOrderState(id).state === "COMPLETED");
  assertEquals(exchange.getOrderState(id).filledAmount, "0.01");
  const fills = exchange.getFills({}).items;
  assertEquals(fills.map(({ quantity }) => quantity).sort(), ["0.004", "0.006"]);
});

for (const fault of ["responseLost", "neverAnswers", "htmlAnswer", "unavailableAfter"] as const) {
  Deno.test(`coinbase kernel: after ${fault} there is one order, and it is known`, async () => {
    await using coinbase = await opened([{ fault, match: { operation: "order.place" }, count: 1 }]);
    const { exchange, testnet } = coinbase;
    const id = await exchange.placeOrder(RESTING);
    await settled(() => exchange.getOrderState(id).state === "ACTIVE.open");
    assertEquals(testnet.ledger("coinbase").orders.length, 1);
  });
}

Deno.test("coinbase kernel: one that never arrived is placed once more, and is one", async () => {
  const lost = { fault: "requestLost", match: { operation: "order.place" }, count: 1 } as const;
  await using coinbase = await opened([lost]);
  const { exchange, testnet } = coinbase;
  const id = await exchange.placeOrder(RESTING);
  await settled(() => exchange.getOrderState(id).state === "ACTIVE.open");
  assertEquals(testnet.ledger("coinbase").orders.length, 1);
});

Deno.test("coinbase kernel: an order canceled before its id is known is looked up, then canceled", async () => {
  const lost = { fault: "responseLost", match: { operation: "order.place" }, count: 1 } as const;
  await using coinbase = await opened([lost, {
    fault: "dropFrame",
    match: { operation: "userData" },
    count: 1,
  }]);
  const { exchange, testnet } = coinbase;
  const id = await exchange.placeOrder(RESTING);
  await settled(() => testnet.ledger("coinbase").orders.length === 1);
  await exchange.cancelOrder(id);
  await settled(() => exchange.getOrderState(id).state === "CANCELED");
  assertEquals(testnet.ledger("coinbase").orders.map(({ status }) => status), ["CANCELED"]);
});

Deno.test("coinbase kernel: what the stream lost is read once it is open again", async () => {
  await using coinbase = await opened([
    { fault: "dropFrame", match: { operation: "userData" }, count: 1 },
  ]);
  const { exchange, testnet } = coinbase;
  const market = { ...RESTING, limitPrice: null } as const;
  const id = await exchange.placeOrder(market);
  await settled(() => exchange.getOrderState(id).state === "COMPLETED");
  assertEquals(testnet.ledger("coinbase").orders.length, 1);
});

Deno.test("coinbase kernel: what the venue declines is tried once and FAILED", async () => {
  await using coinbase = await opened();
  const { exchange, testnet } = coinbase;
  const id = await exchange.placeOrder({ ...RESTING, limitPrice: "51000", postOnly: true });
  await settled(() => exchange.getOrderState(id).state === "FAILED");
  const placed = testnet.heard("coinbase").filter(({ operation }) =>
    operation.name === "order.place"
  );
  assertEquals(placed.length, 1);
});
