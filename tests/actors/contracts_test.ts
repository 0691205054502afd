/** What happens to contracts at the venue, as the kernel learns and tells it. */
import { assertEquals } from "@std/assert";
import { decimal } from "../../src/model/decimal.ts";
import type { PaperKernel } from "./paper_kernel.ts";
import { a, open, trade } from "./risk_kernel.ts";

const PERP = "BTC/USDT:PERP";
const LARGE = {
  risk: { maxNotionalPerOrder: decimal("10000000"), maxPositionNotional: decimal("10000000") },
};

function contracts(name: string, run: (k: PaperKernel) => Promise<void>): void {
  Deno.test(`contracts: ${name}`, async () => {
    const k = await open(LARGE);
    try {
      trade(k, "50000", PERP);
      await run(k);
    } finally {
      await k.close();
    }
  });
}

async function place(k: PaperKernel, order: object): Promise<string> {
  const placed = a(k).placeOrder({ symbolId: PERP, side: "BUY", amount: "1", ...order });
  await k.run(100);
  return await placed;
}

async function opened(k: PaperKernel): Promise<void> {
  await place(k, { limitPrice: "50010" });
  assertEquals(held(k), ["1"]);
}

const held = (k: PaperKernel) => a(k).getPositions().map(({ asset }) => asset.quantity);
const drifts = (k: PaperKernel) =>
  a(k).drift.list().items.map(({ kind, subject }) => [kind, subject]);

async function audited(k: PaperKernel): Promise<void> {
  for (let minute = 0; minute < 3; minute++) await k.run(60_000);
}

contracts(
  "profit, loss and fees of contracts are no drift, and the position is compared",
  async (k) => {
    await opened(k);
    trade(k, "52000", PERP);
    await audited(k);
    await place(k, { side: "SELL", reduceOnly: true, limitPrice: "51900" });
    assertEquals(held(k), []);
    await audited(k);
    assertEquals(drifts(k), []);
  },
);

contracts("a frame that is lost is made up for by the next look at the venue", async (k) => {
  await opened(k);
  const { engine } = k.exchangeEngine("a");
  const sale = { symbolId: PERP, side: "SELL", type: "MARKET", quantity: decimal("0.4") } as const;
  await k.loseFrames("a", () => void engine.submit("main", sale));
  assertEquals(held(k), ["1"]);
  await audited(k);
  assertEquals(held(k), ["0.6"]);
  assertEquals(drifts(k), [], "the trade was read, though nobody had told it");
});

contracts("a position that moves without a trade is told as drift", async (k) => {
  await opened(k);
  await audited(k);
  const { execution } = k.exchange("a").adapter;
  const read = execution.positions.bind(execution);
  execution.positions = async () => {
    const answer = await read();
    if (answer.kind === "failed") return answer;
    const value = answer.value.map((position) => ({
      ...position,
      asset: { ...position.asset, quantity: decimal("3") },
    }));
    return { ...answer, value };
  };
  await audited(k);
  assertEquals(drifts(k), [["PositionMismatch", PERP]]);
});

contracts("a liquidation closes the position and ends our orders, with its cause", async (k) => {
  const { engine } = k.exchangeEngine("a");
  engine.deposit("main", "USDT", decimal("-94000"));
  await audited(k);
  await opened(k);
  const rests = await place(k, { side: "SELL", limitPrice: "60000" });
  const causes: unknown[] = [];
  const told = { type: "OrderCanceled" } as const;
  a(k).subscribeEvents(({ payload }) => void causes.push(payload["cause"]), told);
  trade(k, "44000", PERP);
  await k.run(100);
  assertEquals(held(k), []);
  assertEquals(a(k).getOrderState(rests).reconciliationStatus, "CANCELED");
  assertEquals(causes, ["LIQUIDATION"]);
});
