/** Kraken's inverse contracts through a whole kernel. */
import { assert, assertEquals, assertRejects } from "@std/assert";
import { DeniedError } from "../../../src/model/errors.ts";
import { openKernelOn, settled } from "./kernel_stage.ts";

const INVERSE = "BTC/USD:PERP@BTC";
const LARGE = { risk: { maxNotionalPerOrder: "10000000", maxPositionNotional: "10000000" } };

Deno.test("krakenfutures kernel: an inverse position is opened, told in dollars, and closed", async () => {
  await using futures = await openKernelOn("krakenfutures");
  const { exchange, events } = futures;
  const order = { symbolId: INVERSE, side: "BUY", amount: "500", limitPrice: null } as const;
  const id = await exchange.placeOrder(order, { waitFor: "final" });
  assertEquals(exchange.getOrderState(id).filledAmount, "500");
  const held = () => exchange.getPositions(INVERSE).map(({ asset }) => asset.quantity as string);
  await settled(() => held()[0] === "500");
  const close = { ...order, side: "SELL", amount: "900", reduceOnly: true } as const;
  await exchange.placeOrder(close, { waitFor: "final" });
  await settled(() => held().length === 0);
  await settled(() => events.some(({ type }) => type === "PositionClosed"));
  assertEquals(events.filter(({ type }) => type === "DriftDetected"), []);
});

Deno.test("krakenfutures kernel: an inverse order needs all its coins, as no leverage is told", async () => {
  await using futures = await openKernelOn("krakenfutures", { section: LARGE });
  const { exchange } = futures;
  const order = { symbolId: INVERSE, side: "BUY", limitPrice: "40000" } as const;
  const error = await assertRejects(() => exchange.placeOrder({ ...order, amount: "4000001" }));
  assert(error instanceof DeniedError, String(error));
  assertEquals(error.code, "INSUFFICIENT_MARGIN"); // 100 coins and a little more.
  await exchange.placeOrder({ ...order, amount: "4000000" }, { waitFor: "accepted" });
});
