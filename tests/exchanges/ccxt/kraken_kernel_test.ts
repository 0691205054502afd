/** Kraken through a whole kernel: over REST and over its socket, and no order is there twice. */
import { assertEquals } from "@std/assert";
import { registerExchange } from "../../../mod.ts";
import { createCcxtAdapter } from "../../../src/exchanges/ccxt/factory.ts";
import { credentialOptions, defaultCredentials } from "../../../src/testnet/credentials.ts";
import { type Fault, type OnKernel, openKernelOn, settled, TIMING } from "./kernel_stage.ts";
import { SYMBOL } from "./kraken.ts";

/** The venue's clock is read in whole seconds, which validity must cover. */
const VALIDITY_MS = 1_500;
const RESTING = { side: "BUY", amount: "0.01", limitPrice: "40000" } as const;

/**
 * The venue's own counter falls by one in three seconds, and a kernel does not know at its start
 * what was counted before: these tests would wait most of their time.
 */
registerExchange("kraken-uncounted", async (context) => {
  const options = { ...context.options, kind: "kraken" };
  const adapter = await createCcxtAdapter({ ...context, options });
  const capabilities = { ...adapter.capabilities, cost: () => [] };
  return Object.defineProperty(adapter, "capabilities", { value: capabilities });
});

type Entry = "rest" | "auto";
function opened(orderEntry: Entry = "rest", faults: readonly Fault[] = []): Promise<OnKernel> {
  return openKernelOn("kraken", {
    account: { kind: "kraken-uncounted", ...credentialOptions(defaultCredentials("kraken")) },
    section: { timing: { ...TIMING, validityMs: VALIDITY_MS }, orderEntry },
    faults,
  });
}

for (const entry of ["rest", "auto"] as const) {
  Deno.test(`kraken kernel: over ${entry}: placed, changed in place, canceled`, async () => {
    await using kraken = await opened(entry);
    const { exchange, testnet } = kraken;
    const symbolId = SYMBOL;
    const id = await exchange.placeOrder({ symbolId, ...RESTING }, { waitFor: "accepted" });
    await exchange.modifyOrder(id, { symbolId, ...RESTING, limitPrice: "41000" });
    await settled(() => testnet.ledger("kraken").orders[0]?.price === "41000");
    assertEquals(testnet.ledger("kraken").orders.length, 1); // Changed, not replaced.
    await exchange.cancelOrder(id);
    await settled(() => exchange.getOrderState(id).state === "CANCELED");
    assertEquals(testnet.ledger("kraken").orders.map(({ status }) => status), ["CANCELED"]);
  });

  Deno.test(`kraken kernel: over ${entry}: a market order ends filled, with its fills counted once`, async () => {
    await using kraken = await opened(entry);
    const { exchange } = kraken;
    const order = { symbolId: SYMBOL, side: "BUY", amount: "0.01", limitPrice: null } as const;
    const id = await exchange.placeOrder(order);
    await settled(() => exchange.getOrderState(id).state === "COMPLETED");
    assertEquals(exchange.getOrderState(id).filledAmount, "0.01");
    assertEquals(
      new Set(exchange.getFills({}).items.map(({ fee }) => fee?.asset)),
      new Set(["USD"]),
    );
  });
}

for (const fault of ["responseLost", "neverAnswers", "htmlAnswer", "unavailableAfter"] as const) {
  Deno.test(`kraken kernel: after ${fault} there is one order, and it is known`, async () => {
    const match = { operation: "order.place" };
    await using kraken = await opened("rest", [{ fault, match, count: 1 }]);
    const { exchange, testnet } = kraken;
    const id = await exchange.placeOrder({ symbolId: SYMBOL, ...RESTING });
    await settled(() => exchange.getOrderState(id).state === "ACTIVE.open");
    assertEquals(testnet.ledger("kraken").orders.length, 1);
  });
}

Deno.test("kraken kernel: one that never arrived is placed once more, and is one", async () => {
  const lost = { fault: "requestLost", match: { operation: "order.place" }, count: 1 } as const;
  await using kraken = await opened("rest", [lost]);
  const { exchange, testnet } = kraken;
  const id = await exchange.placeOrder({ symbolId: SYMBOL, ...RESTING });
  await settled(() => exchange.getOrderState(id).state === "ACTIVE.open");
  assertEquals(testnet.ledger("kraken").orders.length, 1);
});

for (const fault of ["duplicateFrame", "reorderFrames", "dropFrame"] as const) {
  Deno.test(`kraken kernel: ${fault}: two parts of a fill are counted once each`, async () => {
    const faulty = { fault, match: { operation: "userData" }, count: 3 } as const;
    await using kraken = await opened("rest", [faulty]);
    const { exchange, testnet } = kraken;
    const order = { symbolId: SYMBOL, ...RESTING };
    const id = await exchange.placeOrder(order, { waitFor: "accepted" });
    for (const quantity of ["0.004", "0.006"]) {
      testnet.setPrice("kraken", { symbol: "XXBTZUSD", price: "39999", quantity });
    }
    await settled(() => exchange.getOrderState(id).state === "COMPLETED");
    assertEquals(exchange.getOrderState(id).filledAmount, "0.01");
    const fills = exchange.getFills({}).items;
    assertEquals(fills.map(({ quantity }) => quantity).sort(), ["0.004", "0.006"]);
  });
}
