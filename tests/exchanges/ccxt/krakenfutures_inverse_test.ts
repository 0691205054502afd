/** Kraken's inverse contracts: counted in dollars, margined and settled in bitcoin. */
import { assert, assertEquals } from "@std/assert";
import { decimal } from "../../../src/model/decimal.ts";
import type { StandardOrder } from "../../../src/model/order.ts";
import { gate } from "./fixtures.ts";
import { named, openKrakenFutures, request } from "./krakenfutures.ts";
import { idOf, openSocket, until } from "./venue_stage.ts";

const INVERSE = "BTC/USD:PERP@BTC";
const DATED = "BTC/USD:FUT:20270326@BTC";
const SYMBOLS: Readonly<Record<string, string>> = {
  [INVERSE]: "PI_XBTUSD",
  [DATED]: "FI_XBTUSD_270326",
};

const order = (symbolId: string, more: Partial<StandardOrder> = {}) => ({
  symbolId,
  amount: decimal("700"),
  limitPrice: decimal("40000.5"),
  ...more,
});

for (const [symbolId, symbol] of Object.entries(SYMBOLS)) {
  Deno.test(`krakenfutures: ${symbolId} is listed in dollars, placed, found and canceled`, async () => {
    await using futures = await openKrakenFutures();
    const { adapter } = futures;
    const listed = adapter.instruments.get(symbolId)!;
    assertEquals([
      listed.instrument.rawSymbol,
      listed.amount.step,
      listed.instrument.settleCurrency,
    ], [
      symbol,
      decimal("1"),
      "BTC",
    ]);
    const placed = await adapter.execution.submit(request(order(symbolId)), gate());
    assert(placed.kind === "accepted", JSON.stringify(placed));
    const [row] = futures.testnet.ledger("krakenfutures").orders;
    assertEquals([row?.symbol, row?.origQty, row?.price], [symbol, "700", "40000.5"]);
    const found = await adapter.execution.lookup(named({ symbolId }));
    assert(found.kind === "found", JSON.stringify(found));
    assertEquals([found.order.amount, found.order.status], ["700", "OPEN"]);
    const canceled = await adapter.execution.cancel(named({ symbolId }), gate());
    assertEquals(canceled, { kind: "accepted", order: null });
  });
}

Deno.test("krakenfutures: an inverse fill moves a position in dollars and a balance in bitcoin", async () => {
  await using futures = await openKrakenFutures({ balances: { USD: "1000", BTC: "0.5" } });
  const { adapter, facts } = futures;
  const { close } = await openSocket(adapter);
  const placed = await adapter.execution.submit(
    request(order(INVERSE, { limitPrice: null, amount: decimal("50000") })),
    gate(),
  );
  assert(placed.kind === "accepted", JSON.stringify(placed));
  const fills = () => facts.flatMap((fact) => fact.kind === "fill" ? [fact.fill] : []);
  await until(() => fills().length > 0);
  assertEquals(fills().map(({ quantity, fee }) => [quantity, fee?.asset]), [["50000", "BTC"]]);
  const held = await adapter.execution.positions();
  assert(held.kind === "read", JSON.stringify(held));
  assertEquals(
    held.value.map(({ symbolId, asset }) => [symbolId, asset.quantity]),
    [[INVERSE, "50000"]],
  );
  const balances = await adapter.execution.balances();
  assert(balances.kind === "read", JSON.stringify(balances));
  const bitcoin = balances.value.find(({ assetId }) => assetId === "BTC")!;
  // The fee is 0.0005 of one bitcoin, a tenth of which is margin.
  assert(Number(bitcoin.total) > 0.499 && Number(bitcoin.total) < 0.5, bitcoin.total);
  assert(Number(bitcoin.locked) > 0.09 && Number(bitcoin.locked) < 0.11, bitcoin.locked);
  const told = () =>
    facts.flatMap((fact) => fact.kind === "balances" ? fact.balances : [])
      .findLast(({ assetId }) => assetId === "BTC");
  await until(() => told()?.total === bitcoin.total);
  assertEquals(told()?.available, bitcoin.available);
  assertEquals(facts.filter(({ kind }) => kind === "malformed"), []);
  await close();
});

Deno.test("krakenfutures: an inverse position is closed reduce-only; part of a dollar is not sent", async () => {
  await using futures = await openKrakenFutures();
  const { execution } = futures.adapter;
  const market = order(INVERSE, { limitPrice: null });
  await execution.submit(request(market, idOf(1)), gate());
  const close = { ...market, side: "SELL", reduceOnly: true, amount: decimal("900") } as const;
  assertEquals((await execution.submit(request(close, idOf(2)), gate())).kind, "accepted");
  assertEquals(futures.testnet.ledger("krakenfutures").positions, []);
  const part = await execution.submit(request(order(INVERSE, { amount: decimal("1.5") })), gate());
  assertEquals(part.kind, "notSent", JSON.stringify(part));
});

Deno.test("krakenfutures: without bitcoin an inverse order is refused, dollars margin none", async () => {
  await using futures = await openKrakenFutures({ balances: { USD: "100000" } });
  const outcome = await futures.adapter.execution.submit(request(order(INVERSE)), gate());
  assert(outcome.kind === "refused", JSON.stringify(outcome));
  assertEquals(outcome.reason.code, "INSUFFICIENT_FUNDS");
});
