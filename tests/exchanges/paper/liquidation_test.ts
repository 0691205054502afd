import { assert, assertEquals } from "@std/assert";
import type { MatchingEngine } from "../../../src/exchanges/paper/engine.ts";
import { compare, decimal, isNegative } from "../../../src/model/decimal.ts";
import { accepted, amounts, BTC, buy } from "./builders.ts";
import { BTC_PERP, contractScene, deal, long, mark, PERP, short } from "./contract_builders.ts";

const HOUSE = { ladder: { levels: 3, notionalPerLevel: decimal("100000") } };

function carolLong(options = {}): MatchingEngine {
  const { engine } = contractScene(options);
  engine.openAccount("carol", amounts({ USDT: "100" }));
  accepted(engine.submit("bob", short({ price: "100", quantity: "10" })));
  accepted(engine.submit("carol", long({ price: "100", quantity: "10" })));
  return engine;
}

Deno.test("liquidation: below maintenance the engine cancels the contract's orders and closes", () => {
  const engine = carolLong(HOUSE);
  const rests = accepted(engine.submit("carol", short({ price: "120", quantity: "1" }))).order;
  mark(engine, "90.46");
  assertEquals(engine.position("carol", BTC_PERP).quantity, decimal("10"));
  mark(engine, "90.4");
  assertEquals(engine.positions("carol"), []);
  assertEquals(engine.order("carol", rests)?.cause, "LIQUIDATION");
  const [closing] = engine.orders("carol").slice(-1);
  const { type, side, status, origin, reduceOnly, clientOrderId } = closing!;
  assertEquals([type, side, status, origin], ["MARKET", "SELL", "FILLED", "LIQUIDATION"]);
  assertEquals([reduceOnly, clientOrderId], [true, `liquidation-${closing!.orderId}`]);
});

Deno.test("liquidation: comes at the mark that the position shows as its liquidation price", () => {
  const engine = carolLong(HOUSE);
  const shown = engine.position("carol", BTC_PERP).liquidationPrice;
  assertEquals(shown, decimal("90.45"));
  mark(engine, "90.46");
  assertEquals(engine.positions("carol").length, 1);
  mark(engine, "90.45");
  assertEquals(engine.positions("carol"), []);
  const bob = engine.position("bob", BTC_PERP);
  assert(bob.liquidationPrice !== null && compare(bob.liquidationPrice, decimal("99000")) > 0);
});

Deno.test("liquidation: spot orders and other accounts are left alone", () => {
  const engine = carolLong(HOUSE);
  engine.deposit("carol", "USDT", decimal("20"));
  const spot = accepted(engine.submit("carol", buy({ price: "10", quantity: "2" }))).order;
  mark(engine, "90.4");
  assertEquals(engine.positions("carol"), []);
  assertEquals(engine.order("carol", spot)?.status, "OPEN");
  assertEquals(engine.position("bob", BTC_PERP).quantity, decimal("-10"));
});

Deno.test("liquidation: a loss beyond the wallet is the house's, no balance goes below zero", () => {
  const engine = carolLong(HOUSE);
  const before = engine.total("USDT");
  mark(engine, "50");
  assertEquals(engine.balance("carol", "USDT").free, decimal("0"));
  assertEquals(engine.total("USDT"), before);
});

Deno.test("liquidation: what a book without bids leaves is closed at the next price with one", () => {
  const engine = carolLong();
  mark(engine, "90");
  assertEquals(engine.position("carol", BTC_PERP).quantity, decimal("10"));
  assertEquals(engine.orders("carol").length, 1);
  accepted(engine.submit("bob", long({ price: "90", quantity: "4" })));
  mark(engine, "90");
  assertEquals(engine.position("carol", BTC_PERP).quantity, decimal("6"));
  assertEquals(engine.orders("carol").at(-1)?.status, "EXPIRED");
});

Deno.test("liquidation: a take-over that moves the price may bring the next one", () => {
  const { engine } = contractScene();
  engine.openAccount("carol", amounts({ USDT: "100" }));
  engine.openAccount("dave", amounts({ USDT: "150" }));
  deal(engine, { buyer: "carol", seller: "bob", quantity: "10", price: "100" });
  deal(engine, { buyer: "dave", seller: "bob", quantity: "10", price: "100" });
  accepted(engine.submit("bob", long({ price: "80", quantity: "30" })));
  mark(engine, "90");
  assertEquals([engine.positions("carol"), engine.positions("dave")], [[], []]);
});

Deno.test("liquidation: over several contracts the one with the largest loss goes first", () => {
  const other = {
    ...PERP,
    symbolId: "ETH/USDT:PERP",
    instrument: { ...PERP.instrument, symbol: "ETH/USDT:PERP", baseCurrency: "ETH" },
  };
  const { engine } = contractScene({ instruments: [BTC, PERP, other], ...HOUSE });
  const { symbolId } = other;
  const price = { quantity: decimal("0"), takerSide: "BUY" } as const;
  engine.trade(symbolId, { ...price, price: decimal("100") });
  engine.openAccount("carol", amounts({ USDT: "200" }));
  accepted(engine.submit("carol", long({ quantity: "9" })));
  accepted(engine.submit("carol", long({ symbolId, quantity: "9" })));
  engine.trade(symbolId, { ...price, price: decimal("85") });
  assertEquals(engine.positions("carol").length, 2);
  engine.trade(symbolId, { ...price, price: decimal("78") });
  assertEquals(engine.positions("carol").map((each) => each.symbolId), [BTC_PERP]);
  assert(!isNegative(engine.balance("carol", "USDT").free));
});
