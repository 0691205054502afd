/** Linear contracts through `openKernel` and the paper exchange, over a restart. */
import { assertEquals, assertRejects } from "@std/assert";
import {
  DeniedError,
  ExchangeError,
  type ExchangeKernel,
  type Kernel,
  type KernelEvent,
  openKernel,
  ValidationError,
} from "../../mod.ts";

const PERP = "BTC/USDT:PERP";
const SHORT = { symbolId: PERP, side: "SELL", amount: "0.05" };
const COVER = { symbolId: PERP, side: "BUY", amount: "0.02", reduceOnly: true };

interface Files {
  readonly store: string;
  readonly venue: string;
}

/** The market is printed once, at the start, and stands still. */
function open({ store, venue }: Files): Promise<Kernel> {
  const feed = { kind: "synthetic", seed: 1, intervalMs: 86_400_000 };
  return openKernel({
    exchanges: {
      paper: { kind: "paper", feed, balances: { USDT: "10000" }, statePath: venue },
    },
    store: { kind: "sqlite", path: store },
  });
}

async function withFiles(use: (files: Files) => Promise<void>): Promise<void> {
  const folder = await Deno.makeTempDir();
  try {
    await use({ store: `${folder}/kernel.sqlite`, venue: `${folder}/venue.sqlite` });
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
}

/** Its position events, as they come. */
function watch(exchange: ExchangeKernel) {
  const told: string[] = [];
  let wake = () => {};
  const id = exchange.subscribeEvents(({ type, symbolId, payload }: KernelEvent) => {
    told.push(`${type} ${symbolId} ${payload["previousQuantity"]} -> ${payload["quantity"]}`);
    wake();
  }, { type: ["PositionOpened", "PositionModified", "PositionClosed"] });
  return {
    next: async () => {
      while (told.length === 0) await new Promise<void>((resolve) => wake = resolve);
      return told.shift();
    },
    [Symbol.dispose]: () => exchange.unsubscribeEvents(id),
  };
}

const held = (exchange: ExchangeKernel) =>
  exchange.getPositions().map(({ symbolId, asset }) => [symbolId, asset.quantity]);

Deno.test("contracts: a short is opened, reduced and closed over a restart, and told each time", async () => {
  await withFiles(async (files) => {
    {
      await using kernel = await open(files);
      const exchange = kernel.exchange("paper");
      using events = watch(exchange);
      const intentId = await exchange.placeOrder(SHORT, { waitFor: "final" });
      assertEquals(exchange.getOrderState(intentId).reconciliationStatus, "COMPLETED");
      assertEquals(await events.next(), `PositionOpened ${PERP} 0 -> -0.05`);
      assertEquals(held(exchange), [[PERP, "-0.05"]]);
      await exchange.placeOrder(COVER, { waitFor: "final" });
      assertEquals(await events.next(), `PositionModified ${PERP} -0.05 -> -0.03`);
      const [position] = exchange.getAccountState().positions;
      assertEquals([position?.asset.quantity, position?.leverage], ["-0.03", "10"]);
      assertEquals(exchange.getPositions("ETH/USDT"), []);
    }
    await using kernel = await open(files);
    const exchange = kernel.exchange("paper");
    using events = watch(exchange);
    assertEquals(held(exchange), [[PERP, "-0.03"]]);
    // More than there is: the venue cuts it to the position, and the intent has done what it could.
    const order = { ...COVER, amount: "0.04" };
    const intentId = await exchange.placeOrder(order, { waitFor: "final" });
    const { reconciliationStatus, filledAmount } = exchange.getOrderState(intentId);
    assertEquals([reconciliationStatus, filledAmount], ["COMPLETED", "0.03"]);
    assertEquals(await events.next(), `PositionClosed ${PERP} -0.03 -> 0`, "and nothing before it");
    assertEquals(held(exchange), []);
    await exchange.forceReconciliation();
    assertEquals(exchange.drift.list().items, []);
  });
});

Deno.test("contracts: what cannot be margined is denied, what reduces nothing fails", async () => {
  await withFiles(async (files) => {
    await using kernel = await open(files);
    const exchange = kernel.exchange("paper");
    const idle = () => exchange.placeOrder(COVER, { waitFor: "final" });
    assertEquals((await assertRejects(idle, ExchangeError)).code, "REDUCE_ONLY_REJECTED");
    const low = { ...SHORT, side: "BUY", limitPrice: "90000" };
    // 10,000 at ten times are 100,000; the cap on a single order is 10,000.
    for (let nth = 0; nth < 11; nth++) {
      await exchange.placeOrder({ ...low, amount: "0.1" }, { waitFor: "accepted" });
    }
    const error = await assertRejects(() => exchange.placeOrder(low), DeniedError);
    assertEquals(error.code, "INSUFFICIENT_MARGIN");
    await exchange.cancelAllOrders();
  });
});

Deno.test("contracts: reduce-only is refused on spot", async () => {
  await withFiles(async (files) => {
    await using kernel = await open(files);
    const exchange = kernel.exchange("paper");
    const order = { ...COVER, symbolId: "BTC/USDT", limitPrice: "50000" };
    const error = await assertRejects(() => exchange.placeOrder(order), ValidationError);
    assertEquals(error.code, "REDUCE_ONLY_UNSUPPORTED");
  });
});
