/** Binance USDⓈ-M through a whole kernel: no order is there twice, and what is held is known. */
import { assert, assertEquals } from "@std/assert";
import { PERP } from "./binance_usdm.ts";
import { type Fault, type OnKernel, openKernelOn, settled } from "./kernel_stage.ts";

const RESTING = { symbolId: PERP, side: "BUY", amount: "0.01", limitPrice: "40000" } as const;

function opened(
  given: Readonly<Record<string, unknown>> = {},
  faults: readonly Fault[] = [],
): Promise<OnKernel> {
  return openKernelOn("binanceusdm", {
    account: { kind: "binance", market: "usdm", testnet: "local" },
    section: given,
    exchanges: ["binanceusdm", "binance"],
    faults,
  });
}

for (const orderEntry of ["rest", "auto"] as const) {
  Deno.test(`binance usdm kernel over ${orderEntry}: placed, changed in place, canceled`, async () => {
    await using on = await opened({ orderEntry });
    const { exchange, testnet } = on;
    const orders = () => testnet.ledger("binanceusdm").orders;
    const id = await exchange.placeOrder(RESTING, { waitFor: "accepted" });
    await exchange.modifyOrder(id, { ...RESTING, limitPrice: "41000" });
    await settled(() => orders()[0]?.price === "41000");
    assertEquals(orders().length, 1); // Changed, not replaced.
    await exchange.cancelOrder(id);
    await settled(() => exchange.getOrderState(id).state === "CANCELED");
    assertEquals(orders().map(({ status }) => status), ["CANCELED"]);
  });

  for (
    const fault of ["responseLost", "neverAnswers", "unavailableAfter", "requestLost"] as const
  ) {
    Deno.test(`binance usdm kernel over ${orderEntry}: after ${fault} there is one order, and it is known`, async () => {
      const match = { operation: "order.place" };
      await using on = await opened({ orderEntry }, [{ fault, match, count: 1 }]);
      const { exchange, testnet } = on;
      const id = await exchange.placeOrder(RESTING);
      await settled(() => exchange.getOrderState(id).state === "ACTIVE.open");
      assertEquals(testnet.ledger("binanceusdm").orders.length, 1);
    });
  }
}

Deno.test("binance usdm kernel: a short is opened and closed reduce-only", async () => {
  await using on = await opened();
  const { exchange, testnet } = on;
  const short = { symbolId: PERP, side: "SELL", amount: "0.02", limitPrice: null } as const;
  await exchange.placeOrder(short, { waitFor: "final" });
  await settled(() => exchange.getPositions(PERP).length === 1);
  assertEquals(exchange.getPositions(PERP)[0]?.asset.quantity, "-0.02");
  await exchange.placeOrder(
    { ...short, side: "BUY", reduceOnly: true },
    { waitFor: "final" },
  );
  await settled(() => exchange.getPositions(PERP).length === 0);
  assertEquals(testnet.ledger("binanceusdm").positions, []);
});

Deno.test("binance usdm kernel: what the stream kept to itself is read once it is open again", async () => {
  await using on = await opened({}, [
    { fault: "dropFrame", match: { operation: "userData" }, count: 1_000 },
  ]);
  const { exchange, testnet } = on;
  const id = await exchange.placeOrder(RESTING, { waitFor: "accepted" });
  testnet.setPrice("binanceusdm", { symbol: "BTCUSDT", price: "39999" });
  testnet.arm({ exchange: "binanceusdm", fault: "dropSocket", match: "socket.private" });
  await settled(() => exchange.getOrderState(id).state === "COMPLETED");
  assertEquals(exchange.getOrderState(id).filledAmount, "0.01");
});

Deno.test("binance usdm kernel: the switch is armed where orders are, also on a second symbol at once", async () => {
  await using on = await opened({
    exclusiveAccount: true,
    deadMansSwitch: { timeoutMs: 60_000 },
  });
  const { exchange, testnet } = on;
  const armed = () =>
    testnet.heard("binanceusdm").map(({ operation }) => operation)
      .filter(({ name }) => name === "openOrders.countdown").map(({ symbol }) => symbol);
  await exchange.placeOrder(RESTING, { waitFor: "accepted" });
  await settled(() => armed().includes("BTCUSDT"));
  assert(!armed().includes("ETHUSDT"));
  await exchange.placeOrder(
    { ...RESTING, symbolId: "ETH/USDT:PERP", amount: "0.1", limitPrice: "2000" },
    { waitFor: "accepted" },
  );
  await settled(() => armed().includes("ETHUSDT"));
});
