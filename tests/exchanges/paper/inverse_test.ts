import { assert, assertEquals } from "@std/assert";
import type { MatchingEngine } from "../../../src/exchanges/paper/engine.ts";
import { decimal, isNegative, ZERO } from "../../../src/model/decimal.ts";
import { accepted, buy, refused, sell } from "./builders.ts";
import { at, carol, coinScene, INVERSE } from "./inverse_builders.ts";

type Short = Parameters<typeof buy>[0];
const long = (order: Short) => buy({ symbolId: INVERSE, ...order });
const short = (order: Short) => sell({ symbolId: INVERSE, ...order });

/** Alice buys 100000 dollars' worth of bob. */
function deal(engine: MatchingEngine, price: string, quantity = "100000"): void {
  accepted(engine.submit("bob", short({ price, quantity })));
  accepted(engine.submit("alice", long({ price, quantity })));
}

Deno.test("inverse: profit is quantity × (1/entry − 1/exit), in the base asset", () => {
  const { engine } = coinScene();
  deal(engine, "50000");
  at(engine, INVERSE, "62500");
  const [alice, bob] = [engine.position("alice", INVERSE), engine.position("bob", INVERSE)];
  assertEquals([alice.quantity, alice.entryPrice], [decimal("100000"), decimal("50000")]);
  assertEquals([alice.unrealizedPnl, bob.unrealizedPnl], [decimal("0.4"), decimal("-0.4")]);
  assertEquals([alice.settleAsset, alice.notional], ["BTC", decimal("1.6")]);
  accepted(engine.submit("bob", long({ price: "62500", quantity: "100000" })));
  accepted(engine.submit("alice", short({ price: "62500", quantity: "100000" })));
  assertEquals(engine.balance("alice", "BTC").free, decimal("100.4"));
  assertEquals(engine.balance("bob", "BTC").free, decimal("99.6"));
  assertEquals(engine.balance("alice", "USDT").free, decimal("1000000"));
});

Deno.test("inverse: the entry of several fills is what their coins come to", () => {
  const { engine } = coinScene();
  deal(engine, "50000");
  deal(engine, "100000");
  const { entryPrice, quantity } = engine.position("alice", INVERSE);
  assertEquals(quantity, decimal("200000"));
  assertEquals(entryPrice?.slice(0, 12), "66666.666666"); // 200000 ÷ (2 + 1)
});

Deno.test("inverse: what does not come out even is rounded against the holder", () => {
  const { engine } = coinScene();
  deal(engine, "30000", "100"); // 100 ÷ 30000 = 0.00333…
  at(engine, INVERSE, "30000");
  const [alice, bob] = [engine.position("alice", INVERSE), engine.position("bob", INVERSE)];
  assertEquals(alice.unrealizedPnl, decimal("-0.000000000000000001"));
  assertEquals(bob.unrealizedPnl, decimal("-0.000000000000000001"));
});

Deno.test("inverse: margin is of the coins, by the leverage, with fees", () => {
  const { engine } = coinScene({ fees: { maker: ZERO, taker: decimal("0.001") } });
  carol(engine, "1");
  accepted(engine.submit("bob", short({ price: "50000", quantity: "600000" })));
  const tooMuch = engine.submit("carol", long({ price: "50000", quantity: "496000" }));
  assertEquals(refused(tooMuch), "INSUFFICIENT_MARGIN");
  accepted(engine.submit("carol", long({ price: "50000", quantity: "495000" })));
  const margin = engine.margin("carol", "BTC");
  assertEquals([margin.wallet, margin.initialMargin], [decimal("0.9901"), decimal("0.99")]);
  assertEquals(engine.balance("carol", "USDT").free, ZERO);
});

Deno.test("inverse: a BUY above the market is margined at the market", () => {
  const { engine } = coinScene();
  carol(engine, "1");
  const order = { price: "55000", quantity: "500100" };
  assertEquals(refused(engine.submit("carol", long(order))), "INSUFFICIENT_MARGIN");
  accepted(engine.submit("carol", short(order)));
});

Deno.test("inverse: the liquidation price is that at which the position is taken over", () => {
  for (const side of ["long", "short"] as const) {
    const { engine } = coinScene({
      ladder: { levels: 3, notionalPerLevel: decimal("1000000") },
    });
    carol(engine, "0.2");
    const order = { price: "50000", quantity: "90000" };
    accepted(engine.submit("bob", side === "long" ? short(order) : long(order)));
    accepted(engine.submit("carol", side === "long" ? long(order) : short(order)));
    const shown = engine.position("carol", INVERSE).liquidationPrice;
    // 90000 × (1 ± 0.005) ÷ (0.2 + 1.8), or ÷ (1.8 − 0.2).
    assertEquals(shown, decimal(side === "long" ? "45225" : "55968.5"));
    at(engine, INVERSE, side === "long" ? "45225.5" : "55968.5");
    assertEquals(engine.positions("carol").length, 1, side);
    at(engine, INVERSE, side === "long" ? "45224.5" : "55969");
    assertEquals(engine.positions("carol"), [], side);
    assert(!isNegative(engine.balance("carol", "BTC").free));
  }
});

Deno.test("inverse: a short of no more than the coins held is never taken over", () => {
  const { engine } = coinScene();
  carol(engine, "2");
  const order = { price: "50000", quantity: "100000" };
  accepted(engine.submit("bob", long(order)));
  accepted(engine.submit("carol", short(order)));
  assertEquals(engine.position("carol", INVERSE).liquidationPrice, null);
  at(engine, INVERSE, "5000000");
  assertEquals(engine.position("carol", INVERSE).quantity, decimal("-100000"));
});

Deno.test("inverse: a market order is filled by the house, a reduce-only one closes no more", () => {
  const { engine } = coinScene({ ladder: { levels: 2, notionalPerLevel: decimal("50000") } });
  accepted(engine.submit("alice", long({ quantity: "1000" })));
  accepted(engine.submit("alice", short({ quantity: "5000", reduceOnly: true })));
  assertEquals(engine.positions("alice"), []);
  assertEquals(
    refused(engine.submit("alice", short({ quantity: "100", reduceOnly: true }))),
    "REDUCE_ONLY_REJECTED",
  );
  assertEquals(refused(engine.submit("alice", long({ quoteQuantity: "100" }))), "INVALID_ORDER");
});
