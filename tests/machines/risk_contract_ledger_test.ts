/** What the ledger holds of contracts. */
import { assertEquals } from "@std/assert";
import { RiskLedger } from "../../machines/risk_ledger.ts";
import { type Decimal, decimal, fromUnits, ONE } from "../../src/model/decimal.ts";
import { aFill } from "./intent_builders.ts";

Deno.test("risk ledger: an order that is no longer reduce-only is margined from then on", () => {
  const perp = { base: "BTC", settle: "USDT", kind: "linear" } as const;
  const ledger = new RiskLedger({ assetsOf: () => perp, worstPrice: () => null });
  const order = {
    symbolId: "BTC/USDT:PERP",
    side: "BUY",
    quantity: ONE,
    price: ONE,
    best: ONE,
  } as const;
  ledger.set("a", { ...order, reduceOnly: true });
  assertEquals(ledger.contract(order.symbolId)?.BUY.quantity, 0n);
  ledger.set("a", { ...order, reduceOnly: false });
  assertEquals(ledger.contract(order.symbolId)?.BUY.quantity, 10n ** 18n);
});

Deno.test("risk ledger: neither does a market order keep the lock it had as a reduce-only one", () => {
  const perp = { base: "BTC", settle: "USDT", kind: "linear" } as const;
  const ledger = new RiskLedger({ assetsOf: () => perp, worstPrice: () => ONE });
  const order = {
    symbolId: "BTC/USDT:PERP",
    side: "BUY",
    quantity: ONE,
    price: null,
    best: null,
  } as const;
  ledger.set("a", { ...order, reduceOnly: true });
  ledger.set("a", { ...order, reduceOnly: false });
  assertEquals(ledger.contract(order.symbolId)?.BUY.notional, 10n ** 18n);
});

Deno.test("risk ledger: of two prices a contract order may have, the one that is worth more counts", () => {
  const symbols = { "BTC/USDT:PERP": "linear", "BTC/USD:PERP@BTC": "inverse" } as const;
  const notionals = Object.entries(symbols).flatMap(([symbolId, kind]) =>
    (["BUY", "SELL"] as const).map((side) => {
      const traded = { base: "BTC", settle: "BTC", kind };
      const ledger = new RiskLedger({ assetsOf: () => traded, worstPrice: () => null });
      const [low, high] = [decimal("100"), decimal("125")];
      const [price, best] = side === "BUY" ? [high, low] : [low, high];
      const quantity = decimal("1000");
      ledger.set("a", { symbolId, side, quantity, price, best, reduceOnly: false });
      return fromUnits(ledger.contract(symbolId)![side].notional);
    })
  );
  assertEquals<readonly string[]>(notionals, ["125000", "125000", "10", "10"]);
});

Deno.test("risk ledger: a contract has sums of its own by side, reduce-only orders are in none", () => {
  const of = () => ({ base: "BTC", settle: "USDT", kind: "linear" } as const);
  const ledger = new RiskLedger({ assetsOf: of, worstPrice: () => decimal("110") });
  const symbolId = "BTC/USDT:PERP";
  const hold = {
    symbolId,
    quantity: decimal("2"),
    price: decimal("100"),
    best: decimal("100"),
    reduceOnly: false,
  };
  const sums = (side: "BUY" | "SELL") => {
    const { quantity, notional } = ledger.contract(symbolId)![side];
    return [fromUnits(quantity), fromUnits(notional)];
  };
  ledger.set("a", { ...hold, side: "BUY" });
  ledger.set("b", { ...hold, side: "SELL", price: null, best: null });
  ledger.set("c", { ...hold, side: "SELL", reduceOnly: true });
  assertEquals(
    [sums("BUY"), sums("SELL")],
    [["2", "200"], ["2", "220"]].map((row) => row.map(decimal)),
  );
  assertEquals([locked(ledger, "USDT"), locked(ledger, "BTC")], ["0", "0"]);
  assertEquals(ledger.asset("BTC").buying, 0n);
  assertEquals(ledger.openCount, 3);
  ledger.set("a", { ...hold, side: "BUY", quantity: decimal("0.5") });
  for (const id of ["b", "c"]) ledger.set(id, null);
  assertEquals(
    [sums("BUY"), sums("SELL")],
    [["0.5", "50"], ["0", "0"]].map((row) => row.map(decimal)),
  );
});

Deno.test("risk ledger: a fill of a contract moves its position and neither asset", () => {
  const of = () => ({ base: "BTC", settle: "USDT", kind: "linear" } as const);
  const ledger = new RiskLedger({ assetsOf: of, worstPrice: () => null });
  const symbolId = "BTC/USDT:PERP";
  const fill = (tradeId: string, venueTime: number, side: "BUY" | "SELL") =>
    ledger.filled({ ...aFill(tradeId, "1"), symbolId, side, venueTime });
  fill("t1", 1_000, "SELL");
  fill("t2", 2_000, "SELL");
  fill("t3", 3_000, "BUY");
  assertEquals(fromUnits(ledger.movedOf(symbolId, 0)), decimal("-1"));
  assertEquals(fromUnits(ledger.movedOf(symbolId, 1_000)), decimal("0"));
  assertEquals(fromUnits(ledger.movedOf(symbolId, 2_000)), decimal("1"));
  assertEquals([ledger.asset("BTC").moved, ledger.asset("USDT").moved], [[], []]);
});

Deno.test("risk ledger: an option that was bought or sold has moved its premium, rounded against us", () => {
  const of = () => ({ base: "BTC", settle: "BTC", kind: "option" } as const);
  const ledger = new RiskLedger({ assetsOf: of, worstPrice: () => null });
  const symbolId = "BTC/USD:OPT:C:100000:20271224@BTC";
  const price = decimal("0.000000000000000003");
  const fill = (tradeId: string, side: "BUY" | "SELL") =>
    ledger.filled({ ...aFill(tradeId, "0.5"), symbolId, side, price, venueTime: 1_000, fee: null });
  const coins = (): Decimal => fromUnits(ledger.movedSince(ledger.asset("BTC"), 0).net);
  fill("t1", "BUY");
  assertEquals(coins(), decimal("-0.000000000000000002"));
  fill("t2", "SELL");
  assertEquals(coins(), decimal("-0.000000000000000001"));
  assertEquals(fromUnits(ledger.movedOf(symbolId, 0)), decimal("0"));
});

const locked = (ledger: RiskLedger, asset: string) => fromUnits(ledger.asset(asset).locked);
