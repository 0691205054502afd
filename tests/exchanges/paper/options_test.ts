import { assertEquals } from "@std/assert";
import type { MatchingEngine } from "../../../src/exchanges/paper/engine.ts";
import { decimal, ZERO } from "../../../src/model/decimal.ts";
import { accepted, buy, refused, sell } from "./builders.ts";
import { at, CALL, carol, coinScene, INVERSE, PUT } from "./inverse_builders.ts";

type Short = Parameters<typeof buy>[0];
const bid = (symbolId: string, order: Short) => buy({ symbolId, ...order });
const offer = (symbolId: string, order: Short) => sell({ symbolId, ...order });

/** Alice buys two calls of bob for 0.1 BTC. */
function deal(engine: MatchingEngine): void {
  accepted(engine.submit("bob", offer(CALL, { price: "0.05", quantity: "2" })));
  accepted(engine.submit("alice", bid(CALL, { price: "0.05", quantity: "2" })));
}

Deno.test("options: the buyer pays the premium in the coin, the seller has it at once", () => {
  const { engine } = coinScene();
  deal(engine);
  assertEquals(engine.balance("alice", "BTC").free, decimal("99.9"));
  assertEquals(engine.balance("bob", "BTC").free, decimal("100.1"));
  const [alice, bob] = [engine.position("alice", CALL), engine.position("bob", CALL)];
  assertEquals([alice.quantity, alice.entryPrice], [decimal("2"), decimal("0.05")]);
  assertEquals([bob.quantity, bob.liquidationPrice], [decimal("-2"), null]);
  at(engine, CALL, "0.07");
  assertEquals(engine.position("alice", CALL).unrealizedPnl, decimal("0.04"));
  assertEquals(engine.position("bob", CALL).unrealizedPnl, decimal("-0.04"));
});

Deno.test("options: closing pays the premium of that moment, and tells what was gained", () => {
  const { engine } = coinScene();
  deal(engine);
  accepted(engine.submit("bob", bid(CALL, { price: "0.07", quantity: "2" })));
  const { trades } = accepted(
    engine.submit("alice", offer(CALL, { price: "0.07", quantity: "2" })),
  );
  assertEquals(trades.map(({ realizedPnl }) => realizedPnl), [decimal("0.04")]);
  assertEquals(engine.balance("alice", "BTC").free, decimal("100.04"));
  assertEquals(engine.balance("bob", "BTC").free, decimal("99.96"));
  assertEquals([engine.positions("alice"), engine.positions("bob")], [[], []]);
});

Deno.test("options: an order to buy binds its premium and fee, whatever the leverage", () => {
  const { engine } = coinScene({ fees: { maker: ZERO, taker: decimal("0.001") } });
  carol(engine, "1");
  const order = { price: "0.04", quantity: "25" };
  assertEquals(refused(engine.submit("carol", bid(CALL, order))), "INSUFFICIENT_MARGIN");
  accepted(engine.submit("carol", bid(CALL, { ...order, quantity: "24" })));
  assertEquals(engine.margin("carol", "BTC").available, decimal("0.04"));
});

Deno.test("options: a call that is sold binds a coin for each coin, one that is held is just sold", () => {
  const { engine } = coinScene();
  carol(engine, "1");
  const order = { price: "0.06", quantity: "1.01" };
  assertEquals(refused(engine.submit("carol", offer(CALL, order))), "INSUFFICIENT_MARGIN");
  accepted(engine.submit("carol", offer(CALL, { ...order, quantity: "1" })));
  assertEquals(engine.margin("carol", "BTC").available, ZERO);
  deal(engine);
  accepted(engine.submit("alice", offer(CALL, { price: "0.06", quantity: "2" })));
  assertEquals(engine.margin("alice", "BTC").available, decimal("99.9"));
});

Deno.test("options: a put is sold as far as it is held, open orders included", () => {
  const { engine } = coinScene({ ladder: { levels: 2 } });
  const order = { price: "0.06", quantity: "1" };
  assertEquals(refused(engine.submit("alice", offer(PUT, order))), "INSUFFICIENT_MARGIN");
  accepted(engine.submit("alice", bid(PUT, { quantity: "1" })));
  accepted(engine.submit("alice", offer(PUT, { ...order, quantity: "0.6" })));
  const more = { ...order, quantity: "0.5" };
  assertEquals(refused(engine.submit("alice", offer(PUT, more))), "INSUFFICIENT_MARGIN");
  accepted(engine.submit("alice", offer(PUT, { ...order, quantity: "0.4" })));
});

Deno.test("options: what is held is no collateral, and is not taken over", () => {
  const { engine } = coinScene({ ladder: { levels: 10 } });
  carol(engine, "1");
  accepted(engine.submit("carol", bid(CALL, { quantity: "10" })));
  const { wallet } = engine.margin("carol", "BTC");
  at(engine, CALL, "0.5");
  assertEquals(engine.margin("carol", "BTC").equity, wallet);
  accepted(engine.submit("bob", sell({ symbolId: INVERSE, price: "50000", quantity: "200000" })));
  accepted(engine.submit("carol", buy({ symbolId: INVERSE, price: "50000", quantity: "200000" })));
  at(engine, CALL, "0.001"); // The larger loss, and nothing more to lose.
  at(engine, INVERSE, "44700");
  assertEquals(engine.positions("carol").map(({ symbolId }) => symbolId), [CALL]);
});

Deno.test("options: a short call is bought back once the coins no longer cover it", () => {
  const { engine } = coinScene({ ladder: { levels: 3 } });
  carol(engine, "1.2");
  accepted(engine.submit("carol", offer(CALL, { quantity: "1" })));
  const before = engine.total("BTC");
  at(engine, CALL, "1.2");
  assertEquals(engine.positions("carol").length, 1);
  at(engine, CALL, "1.3");
  assertEquals(engine.positions("carol"), []);
  assertEquals(engine.balance("carol", "BTC").free, ZERO);
  assertEquals(engine.total("BTC"), before);
});

Deno.test("options: they are neither reduce-only nor leveraged", () => {
  const { engine } = coinScene();
  const order = offer(CALL, { price: "0.05", reduceOnly: true });
  assertEquals(refused(engine.submit("alice", order)), "INVALID_ORDER");
  assertEquals(engine.setLeverage("alice", CALL, decimal("5"))?.code, "INVALID_LEVERAGE");
  assertEquals(engine.contracts("alice").map(({ symbolId }) => symbolId), [INVERSE]);
});
