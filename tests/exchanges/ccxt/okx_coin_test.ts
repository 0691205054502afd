/** OKX's contracts that are settled in their coin: inverse ones counted in dollars, and options. */
import { assert, assertEquals } from "@std/assert";
import { decimal, isMultipleOf } from "../../../src/model/decimal.ts";
import type { StandardOrder } from "../../../src/model/order.ts";
import { gate } from "./fixtures.ts";
import { named, OKX, openOkx, request } from "./okx.ts";
import { CLIENT_ID, idOf, openSocket, until } from "./venue_stage.ts";

const INVERSE = "BTC/USD:PERP@BTC";
const DATED = "BTC/USD:FUT:20270326@BTC";
const CALL = "BTC/USD:OPT:C:100000:20270326@BTC";
const PUT = "BTC/USD:OPT:P:40000:20270326@BTC";

interface Terms {
  readonly symbol: string;
  readonly amount: string;
  /** As the wire counts it. */
  readonly contracts: string;
  /** A buy rests there. */
  readonly low: string;
  /** A buy takes there. */
  readonly high: string;
}

const TERMS: Readonly<Record<string, Terms>> = {
  [INVERSE]: coin("BTC-USD-SWAP", "500", "5", "40000.1", "55000"),
  [DATED]: coin("BTC-USD-270326", "500", "5", "40000.1", "55000"),
  [CALL]: coin("BTC-USD-270326-100000-C", "0.03", "3", "0.0305", "0.06"),
  [PUT]: coin("BTC-USD-270326-40000-P", "0.03", "3", "0.0305", "0.06"),
};

function coin(...[symbol, amount, contracts, low, high]: readonly string[]): Terms {
  return { symbol: symbol!, amount: amount!, contracts: contracts!, low: low!, high: high! };
}

function of(symbolId: string, at: "low" | "high", more: Partial<StandardOrder> = {}) {
  const terms = TERMS[symbolId]!;
  return { symbolId, amount: decimal(terms.amount), limitPrice: decimal(terms[at]), ...more };
}

for (const [symbolId, terms] of Object.entries(TERMS)) {
  Deno.test(`okx: ${symbolId} goes out in contracts, and comes back as it was asked for`, async () => {
    await using okx = await openOkx();
    const { execution } = okx.adapter;
    const placed = await execution.submit(request(of(symbolId, "low")), gate());
    assert(placed.kind === "accepted", JSON.stringify(placed));
    const [row] = okx.testnet.ledger("okx").orders;
    assertEquals([row?.symbol, row?.origQty], [terms.symbol, terms.amount]);
    const found = await execution.lookup(named({ symbolId }));
    assert(found.kind === "found", JSON.stringify(found));
    const { amount, limitPrice, status } = found.order;
    assertEquals([amount, limitPrice, status], [terms.amount, terms.low, "OPEN"]);
    const open = await execution.openOrders(symbolId);
    assert(open.kind === "read", JSON.stringify(open));
    assertEquals(open.value.map((order) => order.amount), [decimal(terms.amount)]);
    const more = of(symbolId, "low", {
      amount: decimal(symbolId.includes("OPT") ? "0.05" : "700"),
    });
    const ref = named({ symbolId, exchangeOrderId: placed.order.exchangeOrderId });
    const { order, deadline } = request(more);
    const amended = await execution.amend(
      { ...ref, order, amount: order.amount, deadline },
      gate(),
    );
    assertEquals(amended.kind, "unknown", "that it was taken is not that it was made");
    const changed = await execution.lookup(named({ symbolId }));
    assert(changed.kind === "found", JSON.stringify(changed));
    assertEquals(changed.order.amount, order.amount);
    assertEquals(await execution.cancel(ref, gate()), { kind: "accepted", order: null });
    const ended = await execution.lookup(named({ symbolId }));
    assert(ended.kind === "found" && ended.order.status === "CANCELED", JSON.stringify(ended));
  });

  Deno.test(`okx: ${symbolId} fills in its own quantity, with a fee in coins and a position`, async () => {
    await using okx = await openOkx();
    const { adapter, facts } = okx;
    const { socket } = await openSocket(adapter);
    const placed = await adapter.execution.submit(request(of(symbolId, "high")), gate());
    assert(placed.kind === "accepted", JSON.stringify(placed));
    await until(() =>
      facts.some((fact) => fact.kind === "order" && fact.order.status === "FILLED")
    );
    const mine = await adapter.execution.fillsOf(named({ symbolId }));
    assert(mine.kind === "read", JSON.stringify(mine));
    assertEquals(mine.value.map(({ quantity }) => quantity), [decimal(terms.amount)]);
    assertEquals(mine.value[0]?.fee?.asset, "BTC");
    const streamed = facts.flatMap((fact) => fact.kind === "order" ? fact.order.fills : []);
    const told = ({ tradeId, quantity, price, fee }: typeof streamed[number]) =>
      [tradeId, quantity, price, fee] as const;
    assertEquals(streamed.map(told), mine.value.map(told));
    const positions = await adapter.execution.positions();
    assert(positions.kind === "read", JSON.stringify(positions));
    const [position] = positions.value;
    assertEquals(
      [position?.symbolId, position?.asset.quantity, position?.metadata.settlementAsset],
      [symbolId, decimal(terms.amount), "BTC"],
    );
    assertEquals(position?.leverage, symbolId.includes("OPT") ? null : decimal("10"));
    await until(() =>
      facts.some((fact) =>
        fact.kind === "positions" && fact.positions[0]?.asset.quantity === terms.amount
      )
    );
    assertEquals(facts.filter(({ kind }) => kind === "malformed"), []);
    await socket.close();
  });

  Deno.test(`okx: ${symbolId} is entered over the socket, by the number of its instrument`, async () => {
    await using okx = await OKX.open({ adapter: { orderEntry: "auto" } });
    const { socket } = await openSocket(okx.adapter);
    const placed = await okx.adapter.execution.submit(request(of(symbolId, "low")), gate());
    assert(placed.kind === "accepted", JSON.stringify(placed));
    const heard = okx.testnet.heard("okx").filter(({ operation }) =>
      operation.name === "order.place"
    );
    assertEquals(heard.map(({ operation }) => operation.endpoint.startsWith("WS")), [true]);
    const [row] = okx.testnet.ledger("okx").orders;
    assertEquals([row?.symbol, row?.origQty, row?.clientOrderId], [
      terms.symbol,
      terms.amount,
      CLIENT_ID,
    ]);
    const ref = named({ symbolId, exchangeOrderId: placed.order.exchangeOrderId });
    assertEquals((await okx.adapter.execution.cancel(ref, gate())).kind, "accepted");
    await socket.close();
  });

  Deno.test(`okx: ${symbolId} is watched: ticker, trades and book in its own quantity`, async () => {
    await using okx = await openOkx();
    const { marketData } = okx.adapter;
    const ticker = await marketData.readTicker?.(symbolId);
    assert(ticker?.kind === "read", JSON.stringify(ticker));
    assertEquals(ticker.value.symbol, symbolId);
    const book = await marketData.readBook?.(symbolId, 5);
    assert(book?.kind === "read", JSON.stringify(book));
    const { step } = okx.adapter.instruments.get(symbolId)!.amount;
    const [best] = book.value.asks;
    assert(best !== undefined && isMultipleOf(best.quantity, step), JSON.stringify(best));
    assertEquals(ticker.value.askSize, best.quantity);
  });
}

Deno.test("okx: an inverse position is closed reduce-only, and never turned", async () => {
  await using okx = await openOkx();
  const { execution } = okx.adapter;
  const market = { symbolId: INVERSE, amount: decimal("500"), limitPrice: null };
  await execution.submit(request(market, idOf(1)), gate());
  const close = { ...market, side: "SELL", reduceOnly: true, amount: decimal("900") } as const;
  const closed = await execution.submit(request(close, idOf(2)), gate());
  assert(closed.kind === "accepted", JSON.stringify(closed));
  assertEquals(okx.testnet.ledger("okx").positions, []);
  const again = await execution.submit(request(close, idOf(3)), gate());
  assert(again.kind === "refused", JSON.stringify(again));
  assertEquals(again.reason.code, "REDUCE_ONLY_REJECTED");
});

Deno.test("okx: options have budgets of their own, of all families together", async () => {
  await using okx = await openOkx();
  const { cost } = okx.adapter.capabilities;
  const budgets = (symbolId: string) => cost("submit", { symbolId }).map(({ budget }) => budget);
  assertEquals(budgets(CALL), ["optionPlace", "subAccount"]);
  assertEquals(budgets(INVERSE), ["place", "subAccount"]);
});
