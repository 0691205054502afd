/** Bybit through a whole kernel: an acknowledgement is not the end, and no order is there twice. */
import { assertEquals } from "@std/assert";
import { PERP, SPOT } from "./bybit.ts";
import { type Fault, type OnKernel, openKernelOn, settled } from "./kernel_stage.ts";

const RESTING = { side: "BUY", amount: "0.01", limitPrice: "40000" } as const;
/** Above the testnet's price of 50,000, and inside the kernel's own price collar of 5 %. */
const TAKING = { side: "BUY", amount: "0.01", limitPrice: "51000", postOnly: true } as const;

type Market = "spot" | "linear";
type Entry = "rest" | "auto";

function opened(
  market: Market,
  orderEntry: Entry = "rest",
  faults: readonly Fault[] = [],
): Promise<OnKernel> {
  return openKernelOn("bybit", { section: { market, orderEntry }, faults });
}

const MARKETS = [["spot", SPOT], ["linear", PERP]] as const;

for (const [market, symbolId] of MARKETS) {
  for (const entry of ["rest", "auto"] as const) {
    Deno.test(`bybit kernel: ${market} over ${entry}: placed, changed in place, canceled`, async () => {
      await using bybit = await opened(market, entry);
      const { exchange, testnet } = bybit;
      const id = await exchange.placeOrder({ symbolId, ...RESTING }, { waitFor: "accepted" });
      await exchange.modifyOrder(id, { symbolId, ...RESTING, limitPrice: "41000" });
      await settled(() => testnet.ledger("bybit").orders[0]?.price === "41000");
      assertEquals(testnet.ledger("bybit").orders.length, 1); // Changed, not replaced.
      await exchange.cancelOrder(id);
      await settled(() => exchange.getOrderState(id).state === "CANCELED");
      assertEquals(testnet.ledger("bybit").orders.map(({ status }) => status), ["CANCELED"]);
    });
  }

  Deno.test(`bybit kernel: ${market}: acknowledged, then rejected by the engine: FAILED`, async () => {
    await using bybit = await opened(market);
    const { exchange, testnet } = bybit;
    const id = await exchange.placeOrder({ symbolId, ...TAKING });
    await settled(() => exchange.getOrderState(id).state === "FAILED");
    const placed = testnet.heard("bybit").filter(({ operation }) =>
      operation.name === "order.place"
    );
    assertEquals(placed.length, 1); // Tried once.
  });

  for (const fault of ["responseLost", "neverAnswers", "htmlAnswer", "unavailableAfter"] as const) {
    Deno.test(`bybit kernel: ${market}: after ${fault} there is one order, and it is known`, async () => {
      const match = { operation: "order.place" };
      await using bybit = await opened(market, "rest", [{ fault, match, count: 1 }]);
      const { exchange, testnet } = bybit;
      const id = await exchange.placeOrder({ symbolId, ...RESTING });
      await settled(() => exchange.getOrderState(id).state === "ACTIVE.open");
      assertEquals(testnet.ledger("bybit").orders.length, 1);
    });
  }

  Deno.test(`bybit kernel: ${market}: one that never arrived is placed once more, and is one`, async () => {
    const lost = { fault: "requestLost", match: { operation: "order.place" }, count: 1 } as const;
    await using bybit = await opened(market, "rest", [lost]);
    const { exchange, testnet } = bybit;
    const id = await exchange.placeOrder({ symbolId, ...RESTING });
    await settled(() => exchange.getOrderState(id).state === "ACTIVE.open");
    assertEquals(testnet.ledger("bybit").orders.length, 1);
  });
}

const STREAM = { operation: "userData" } as const;

for (const [market, symbolId] of MARKETS) {
  for (const fault of ["duplicateFrame", "reorderFrames"] as const) {
    Deno.test(`bybit kernel: ${market}: ${fault}: two parts of a fill are counted once each`, async () => {
      await using bybit = await opened(market, "rest", [{ fault, match: STREAM, count: 1_000 }]);
      const { exchange, testnet } = bybit;
      const id = await exchange.placeOrder({ symbolId, ...RESTING }, { waitFor: "accepted" });
      const symbol = market === "spot" ? "BTCUSDT" : "linear:BTCUSDT";
      for (const quantity of ["0.004", "0.006"]) {
        testnet.setPrice("bybit", { symbol, price: "39999", quantity });
      }
      await settled(() => exchange.getOrderState(id).state === "COMPLETED");
      assertEquals(exchange.getOrderState(id).filledAmount, "0.01");
      const fills = exchange.getFills({}).items;
      assertEquals(fills.map(({ quantity }) => quantity).sort(), ["0.004", "0.006"]);
    });
  }

  Deno.test(`bybit kernel: ${market}: what the stream kept to itself is read once it is open again`, async () => {
    await using bybit = await opened(market, "rest", [
      { fault: "dropFrame", match: STREAM, count: 1_000 },
    ]);
    const { exchange, testnet } = bybit;
    const id = await exchange.placeOrder({ symbolId, ...TAKING }, { waitFor: "accepted" });
    testnet.arm({ exchange: "bybit", fault: "dropSocket" });
    await settled(() => exchange.getOrderState(id).state === "FAILED");
  });
}

Deno.test("bybit kernel: a short is opened and closed reduce-only", async () => {
  await using bybit = await opened("linear");
  const { exchange, testnet } = bybit;
  const short = { symbolId: PERP, side: "SELL", amount: "0.02", limitPrice: null } as const;
  await exchange.placeOrder(short, { waitFor: "final" });
  assertEquals(testnet.ledger("bybit").positions?.length, 1);
  const close = { ...short, side: "BUY", reduceOnly: true } as const;
  await exchange.placeOrder(close, { waitFor: "final" });
  assertEquals(testnet.ledger("bybit").positions, []);
});
