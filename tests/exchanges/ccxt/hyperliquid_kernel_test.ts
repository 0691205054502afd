/** Hyperliquid through a whole kernel: what is placed is there once, whatever becomes of the answer. */
import { assertEquals } from "@std/assert";
import { REQUEST_TIMEOUT_MS_DEFAULT } from "../../../src/exchanges/ccxt/options.ts";
import { PERP, SPOT } from "./hyperliquid.ts";
import { type Fault, type OnKernel, openKernelOn, settled } from "./kernel_stage.ts";

function opened(
  { market = "perp", faults = [] }: {
    readonly market?: string;
    readonly faults?: readonly Fault[];
  } = {},
): Promise<OnKernel> {
  // As long as the adapter waits by itself.
  return openKernelOn("hyperliquid", {
    section: { market, requestTimeoutMs: REQUEST_TIMEOUT_MS_DEFAULT },
    faults,
  });
}

const order = (symbolId: string) =>
  ({ symbolId, side: "BUY", amount: "0.01", limitPrice: "40000" }) as const;

Deno.test("hyperliquid kernel: an order rests, is replaced by another at a new price, and canceled", async () => {
  await using hyperliquid = await opened();
  const { exchange, testnet } = hyperliquid;
  const id = await exchange.placeOrder(order(PERP), { waitFor: "accepted" });
  await exchange.modifyOrder(id, { ...order(PERP), limitPrice: "41000" });
  const open = () =>
    testnet.ledger("hyperliquid").orders.filter(({ status }) => status === "NEW")
      .map(({ price }) => price);
  await settled(() => open()[0] === "41000");
  // The venue's own modify could fill both: the first one ended before the second one began.
  const names = testnet.heard("hyperliquid").map(({ operation }) => operation.name)
    .filter((name) => name.startsWith("order.") && name !== "order.status");
  assertEquals(names, ["order.place", "order.cancel", "order.place"]);
  await exchange.cancelOrder(id);
  await settled(() => exchange.getOrderState(id).state === "CANCELED");
  assertEquals(open(), []);
});

/** [market, symbol, fault]: few, since the venue's weight makes a look-up wait for seconds at first. */
const FAULTS = [["perp", PERP, "responseLost"], ["spot", SPOT, "unavailableAfter"]] as const;

for (const [market, symbolId, fault] of FAULTS) {
  Deno.test(`hyperliquid kernel: ${symbolId}: after ${fault} there is one order, and the kernel knows it`, async () => {
    const faults = [{ fault, match: { operation: "order.place" }, count: 1 }];
    await using hyperliquid = await opened({ market, faults });
    const { exchange, testnet } = hyperliquid;
    const id = await exchange.placeOrder(order(symbolId));
    await settled(() => exchange.getOrderState(id).state === "ACTIVE.open");
    assertEquals(testnet.ledger("hyperliquid").orders.length, 1);
  });
}

Deno.test("hyperliquid kernel: a short is opened and closed reduce-only, without a price", async () => {
  await using hyperliquid = await opened();
  const { exchange, testnet } = hyperliquid;
  const short = { symbolId: PERP, side: "SELL", amount: "0.02", limitPrice: null } as const;
  await exchange.placeOrder(short, { waitFor: "final" });
  const [held] = testnet.ledger("hyperliquid").positions;
  assertEquals([held?.symbol, held?.quantity], ["BTC", "-0.02"]);
  const close = { ...short, side: "BUY", reduceOnly: true } as const;
  const id = await exchange.placeOrder(close, { waitFor: "final" });
  assertEquals(exchange.getOrderState(id).state, "COMPLETED");
  assertEquals(testnet.ledger("hyperliquid").positions, []);
});

Deno.test("hyperliquid kernel: a post-only order that would take ends FAILED, and is not tried again", async () => {
  await using hyperliquid = await opened();
  const { exchange, testnet } = hyperliquid;
  const id = await exchange.placeOrder({ ...order(PERP), limitPrice: "60000", postOnly: true });
  await settled(() => exchange.getOrderState(id).state === "FAILED");
  const placed = testnet.heard("hyperliquid").filter(({ operation }) =>
    operation.name === "order.place"
  );
  assertEquals(placed.length, 1);
});
