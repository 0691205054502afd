import { assertEquals } from "@std/assert";
import { decimal } from "../../../src/model/decimal.ts";
import { accepted, BTC_USDT, buy, print, refused, scene, sell } from "./builders.ts";

Deno.test("matching: the better price fills first, then the earlier order", () => {
  const { engine } = scene();
  const worse = accepted(engine.submit("alice", sell({ price: "102" }))).order;
  const first = accepted(engine.submit("alice", sell({ price: "101" }))).order;
  const second = accepted(engine.submit("alice", sell({ price: "101" }))).order;
  const taker = accepted(engine.submit("bob", buy({ price: "102", quantity: "2.5" })));
  assertEquals(taker.trades.map((trade) => [trade.price, trade.quantity]), [
    [decimal("101"), decimal("1")],
    [decimal("101"), decimal("1")],
    [decimal("102"), decimal("0.5")],
  ]);
  const makers = engine.trades("alice").map((trade) => trade.orderId);
  assertEquals(makers, [first.orderId, second.orderId, worse.orderId]);
});

Deno.test("matching: a fill happens at the maker's price and the better price is refunded", () => {
  const { engine } = scene();
  accepted(engine.submit("alice", sell({ price: "100" })));
  const { order } = accepted(engine.submit("bob", buy({ price: "110" })));
  assertEquals([order.status, order.filledQuote], ["FILLED", decimal("100")]);
  const { free, locked } = engine.balance("bob", "USDT");
  assertEquals([free, locked], [decimal("999900"), decimal("0")]);
});

Deno.test("matching: a partial fill leaves the rest on the book with its lock", () => {
  const { engine } = scene();
  accepted(engine.submit("alice", sell({ price: "100", quantity: "0.4" })));
  const { order } = accepted(engine.submit("bob", buy({ price: "100", quantity: "1" })));
  assertEquals([order.status, order.filled], ["PARTIALLY_FILLED", decimal("0.4")]);
  assertEquals(engine.balance("bob", "USDT").locked, decimal("60"));
  assertEquals(engine.depth(BTC_USDT).bids, [{ price: decimal("100"), quantity: decimal("0.6") }]);
});

Deno.test("matching: IOC takes what there is and expires", () => {
  const { engine } = scene();
  accepted(engine.submit("alice", sell({ price: "100", quantity: "0.4" })));
  const { order } = accepted(engine.submit("bob", buy({ price: "100", timeInForce: "IOC" })));
  assertEquals([order.status, order.cause, order.filled], [
    "EXPIRED",
    "TIME_IN_FORCE",
    decimal("0.4"),
  ]);
  assertEquals(engine.balance("bob", "USDT").locked, decimal("0"));
});

Deno.test("matching: FOK takes all or nothing", () => {
  const { engine } = scene();
  accepted(engine.submit("alice", sell({ price: "100", quantity: "0.4" })));
  const none = accepted(engine.submit("bob", buy({ price: "100", timeInForce: "FOK" })));
  assertEquals([none.order.status, none.order.filled], ["EXPIRED", decimal("0")]);
  const all = accepted(
    engine.submit("bob", buy({ price: "100", quantity: "0.4", timeInForce: "FOK" })),
  );
  assertEquals(all.order.status, "FILLED");
});

Deno.test("matching: a post-only order is refused where it would take", () => {
  const { engine } = scene();
  accepted(engine.submit("alice", sell({ price: "100" })));
  assertEquals(refused(engine.submit("bob", buy({ price: "100", postOnly: true }))), "WOULD_TAKE");
  assertEquals(
    accepted(engine.submit("bob", buy({ price: "99.99", postOnly: true }))).order.status,
    "OPEN",
  );
});

Deno.test("matching: a market order walks the book and ends with it", () => {
  const { engine } = scene();
  accepted(engine.submit("alice", sell({ price: "100", quantity: "0.5" })));
  accepted(engine.submit("alice", sell({ price: "101", quantity: "0.2" })));
  const { order, trades } = accepted(engine.submit("bob", buy({ quantity: "1" })));
  assertEquals([order.status, order.cause, order.filled], [
    "EXPIRED",
    "TIME_IN_FORCE",
    decimal("0.7"),
  ]);
  assertEquals(trades.length, 2);
});

Deno.test("matching: a market order on an empty book is rejected and leaves no trace", () => {
  const { engine } = scene();
  assertEquals(refused(engine.submit("bob", buy({ quantity: "1" }))), "NO_LIQUIDITY");
  assertEquals(engine.orders("bob"), []);
});

Deno.test("matching: a market order by quote quantity spends at most that", () => {
  const { engine } = scene();
  accepted(engine.submit("alice", sell({ price: "100", quantity: "0.5" })));
  accepted(engine.submit("alice", sell({ price: "110" })));
  const { order } = accepted(engine.submit("bob", buy({ quoteQuantity: "100" })));
  assertEquals([order.status, order.filled, order.filledQuote], [
    "FILLED",
    decimal("0.954"),
    decimal("99.94"),
  ]);
  assertEquals([order.quantity, order.quoteQuantity], [decimal("0.954"), decimal("100")]);
});

Deno.test("matching: selling by quote quantity from a thin book expires with what it got", () => {
  const { engine } = scene();
  accepted(engine.submit("alice", buy({ price: "100", quantity: "0.5" })));
  const { order } = accepted(engine.submit("bob", sell({ quoteQuantity: "100" })));
  assertEquals([order.status, order.filled], ["EXPIRED", decimal("0.5")]);
  assertEquals(engine.balance("bob", "BTC").locked, decimal("0"));
});

for (
  const [mode, maker, taker] of [
    ["EXPIRE_TAKER", "OPEN", "EXPIRED"],
    ["EXPIRE_MAKER", "EXPIRED", "OPEN"],
    ["EXPIRE_BOTH", "EXPIRED", "EXPIRED"],
    ["NONE", "FILLED", "FILLED"],
  ] as const
) {
  Deno.test(`matching: self-trade prevention ${mode}`, () => {
    const { engine } = scene();
    const resting = accepted(engine.submit("alice", sell({ price: "100" }))).order;
    const order = accepted(
      engine.submit("alice", buy({ price: "100", selfTradePrevention: mode })),
    ).order;
    const rested = engine.order("alice", { symbolId: BTC_USDT, orderId: resting.orderId })!;
    assertEquals([rested.status, order.status], [maker, taker]);
    const causes = [rested.cause, order.cause].filter((cause) => cause !== null);
    assertEquals(causes.every((cause) => cause === "SELF_TRADE_PREVENTION"), true);
  });
}

Deno.test("matching: an account trading with itself has one trade id on both sides", () => {
  const { engine } = scene();
  accepted(engine.submit("alice", sell({ price: "100" })));
  accepted(engine.submit("alice", buy({ price: "100" })));
  const trades = engine.trades("alice");
  assertEquals(trades.map((trade) => [trade.tradeId, trade.isMaker]), [[1, false], [1, true]]);
});

Deno.test("matching: a print fills better-priced orders as far as its quantity reaches", () => {
  const { engine } = scene();
  const high = accepted(engine.submit("alice", buy({ price: "101" }))).order;
  const low = accepted(engine.submit("alice", buy({ price: "100" }))).order;
  print(engine, "99", { quantity: "1.5", takerSide: "SELL" });
  const fills = engine.trades("alice").map(({ orderId, price, quantity }) => [
    orderId,
    price,
    quantity,
  ]);
  assertEquals(fills, [
    [high.orderId, decimal("101"), decimal("1")],
    [low.orderId, decimal("100"), decimal("0.5")],
  ]);
  assertEquals(engine.lastPrice(BTC_USDT), decimal("99"));
});

Deno.test("matching: a print at the order's own price leaves it: others queue before it", () => {
  const { engine } = scene();
  accepted(engine.submit("alice", buy({ price: "100" })));
  print(engine, "100", { takerSide: "SELL" });
  assertEquals(engine.trades("alice"), []);
});

Deno.test("house: quotes a bounded depth around the print, and again after the next", () => {
  const { engine } = scene({ ladder: { levels: 2, notionalPerLevel: decimal("100") } });
  print(engine, "100");
  assertEquals(engine.depth(BTC_USDT), {
    bids: [
      { price: decimal("99.99"), quantity: decimal("1") },
      { price: decimal("99.98"), quantity: decimal("1") },
    ],
    asks: [
      { price: decimal("100.01"), quantity: decimal("0.999") },
      { price: decimal("100.02"), quantity: decimal("0.999") },
    ],
  });
  const { order } = accepted(engine.submit("bob", buy({ quantity: "5" })));
  assertEquals([order.status, order.filled], ["EXPIRED", decimal("1.998")]);
  assertEquals(engine.depth(BTC_USDT).asks, []);
  print(engine, "100");
  assertEquals(engine.depth(BTC_USDT).asks.length, 2);
});

Deno.test("house: never crosses a resting order, and quotes there again once it is filled", () => {
  const { engine } = scene({ ladder: { levels: 2, notionalPerLevel: decimal("100") } });
  accepted(engine.submit("alice", buy({ price: "100.01", quantity: "3" })));
  print(engine, "100", { quantity: "0.5" });
  assertEquals(engine.top(BTC_USDT).bid, decimal("100.01"));
  assertEquals(engine.top(BTC_USDT).ask, decimal("100.02"));
  print(engine, "100", { quantity: "10" });
  assertEquals(engine.top(BTC_USDT).ask, decimal("100.01"));
});
