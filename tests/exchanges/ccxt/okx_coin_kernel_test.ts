/** OKX's inverse contracts and options through a whole kernel, its risk rules and its accounts. */
import { assert, assertEquals, assertRejects } from "@std/assert";
import { DeniedError, ValidationError } from "../../../src/model/errors.ts";
import { type OnKernel, openKernelOn, settled } from "./kernel_stage.ts";

const INVERSE = "BTC/USD:PERP@BTC";
const CALL = "BTC/USD:OPT:C:100000:20270326@BTC";
const PUT = "BTC/USD:OPT:P:40000:20270326@BTC";

type Placed = Parameters<OnKernel["exchange"]["placeOrder"]>[0];

const final = (okx: OnKernel, order: Placed) =>
  okx.exchange.placeOrder(order, { waitFor: "final" });

function of(symbolId: string, side: "BUY" | "SELL", amount: string, limitPrice: string | null) {
  return { symbolId, side, amount, limitPrice } as const;
}

const held = ({ exchange }: OnKernel, symbolId: string) =>
  exchange.getPositions(symbolId).map(({ asset }) => asset.quantity);

async function code(call: () => Promise<unknown>): Promise<string> {
  const error = await assertRejects(call);
  assert(error instanceof DeniedError || error instanceof ValidationError, String(error));
  return error.code;
}

Deno.test("okx kernel: an inverse order rests, is changed in place and canceled", async () => {
  await using okx = await openKernelOn("okx");
  const { exchange, testnet } = okx;
  const order = of(INVERSE, "BUY", "500", "40000");
  const id = await exchange.placeOrder(order, { waitFor: "accepted" });
  await exchange.modifyOrder(id, { ...order, amount: "700" });
  await settled(() => testnet.ledger("okx").orders[0]?.origQty === "700");
  await exchange.cancelOrder(id);
  await settled(() => exchange.getOrderState(id).state === "CANCELED");
  assertEquals(testnet.ledger("okx").orders.map(({ status }) => status), ["CANCELED"]);
});

Deno.test("okx kernel: an inverse position is opened, told in dollars, and closed reduce-only", async () => {
  await using okx = await openKernelOn("okx");
  const { exchange, events } = okx;
  const id = await final(okx, of(INVERSE, "BUY", "500", null));
  const { filledAmount, averagePrice, fees } = exchange.getOrderState(id);
  assertEquals([filledAmount, Object.keys(fees)], ["500", ["BTC"]]);
  assert(Number(averagePrice) > 49_000 && Number(averagePrice) < 51_000, String(averagePrice));
  await settled(() => held(okx, INVERSE)[0] === "500");
  await final(okx, { ...of(INVERSE, "SELL", "900", null), reduceOnly: true });
  await settled(() => held(okx, INVERSE).length === 0);
  await settled(() => events.some(({ type }) => type === "PositionClosed"));
  const [opened] = events.filter(({ type }) => type === "PositionOpened");
  assertEquals([opened?.symbolId, opened?.payload["quantity"]], [INVERSE, "500"]);
  assertEquals(events.filter(({ type }) => type === "DriftDetected"), []);
});

Deno.test("okx kernel: inverse orders are margined by the coins there are", async () => {
  const section = { risk: { maxNotionalPerOrder: "1000000", maxPositionNotional: "10000000" } };
  await using okx = await openKernelOn("okx", { section });
  const { exchange } = okx;
  assertEquals(
    await code(() => exchange.placeOrder(of(INVERSE, "BUY", "90000", "40000"))),
    "INSUFFICIENT_MARGIN",
  );
  await exchange.placeOrder(of(INVERSE, "BUY", "70000", "40000"), { waitFor: "accepted" });
  assertEquals(
    await code(() => exchange.placeOrder(of("BTC/USDT", "SELL", "0.5", "60000"))),
    "INSUFFICIENT_BALANCE",
  );
});

Deno.test("okx kernel: an option is bought for its premium, held and sold again", async () => {
  await using okx = await openKernelOn("okx");
  const { exchange, events } = okx;
  const coins = () =>
    Number(exchange.getAccountState().balances.find(({ assetId }) => assetId === "BTC")?.total);
  const before = coins();
  const id = await final(okx, of(CALL, "BUY", "0.04", "0.0525"));
  assertEquals(exchange.getOrderState(id).state, "COMPLETED");
  await settled(() => held(okx, CALL)[0] === "0.04");
  await settled(() => coins() < before - 0.04 * 0.05);
  await final(okx, of(CALL, "SELL", "0.04", "0.048"));
  await settled(() => held(okx, CALL).length === 0);
  assertEquals(events.filter(({ type }) => type === "DriftDetected"), []);
});

Deno.test("okx kernel: a put is sold as far as it is held, and no further", async () => {
  await using okx = await openKernelOn("okx");
  const { exchange, testnet } = okx;
  const sale = (amount: string) => of(PUT, "SELL", amount, "0.0405");
  assertEquals(await code(() => exchange.placeOrder(sale("0.01"))), "OPTION_SHORT_PUT");
  await final(okx, of(PUT, "BUY", "0.03", "0.042"));
  await settled(() => held(okx, PUT)[0] === "0.03");
  const open = await exchange.placeOrder({ ...sale("0.02"), limitPrice: "0.06" }, {
    waitFor: "accepted",
  });
  assertEquals(await code(() => exchange.placeOrder(sale("0.02"))), "OPTION_SHORT_PUT");
  await exchange.cancelOrder(open);
  await settled(() => exchange.getOrderState(open).state === "CANCELED");
  await final(okx, of(PUT, "SELL", "0.03", "0.039"));
  await settled(() => held(okx, PUT).length === 0);
  assertEquals(testnet.ledger("okx").positions, []);
});

Deno.test("okx kernel: a call that is sold is covered by a coin each", async () => {
  const section = { risk: { maxNotionalPerOrder: "1000000", maxPositionNotional: "10000000" } };
  await using okx = await openKernelOn("okx", { section });
  const { exchange } = okx;
  assertEquals(
    await code(() => exchange.placeOrder(of(CALL, "SELL", "2.01", "0.06"))),
    "INSUFFICIENT_MARGIN",
  );
  await final(okx, of(CALL, "SELL", "1", "0.048"));
  await settled(() => held(okx, CALL)[0] === "-1");
  assertEquals(
    await code(() => exchange.placeOrder(of("BTC/USDT", "SELL", "1.1", "60000"))),
    "INSUFFICIENT_BALANCE",
  );
});

Deno.test("okx kernel: an option has neither market nor reduce-only orders", async () => {
  await using okx = await openKernelOn("okx");
  const { exchange } = okx;
  assertEquals(
    await code(() => exchange.placeOrder(of(CALL, "BUY", "0.01", null))),
    "MARKET_UNSUPPORTED",
  );
  const reducing = { ...of(CALL, "SELL", "0.01", "0.05"), reduceOnly: true };
  assertEquals(await code(() => exchange.placeOrder(reducing)), "REDUCE_ONLY_UNSUPPORTED");
});
