import { assert, assertEquals, assertThrows } from "@std/assert";
import type { ExecutionReport } from "../../../src/exchanges/paper/messages.ts";
import { decimal } from "../../../src/model/decimal.ts";
import { accepted, BTC_USDT, buy, print, refused, scene, sell } from "./builders.ts";

Deno.test("orders: a BUY locks quote, a SELL base, a cancel gives both back", () => {
  const { engine } = scene();
  const bought = accepted(engine.submit("alice", buy({ price: "50", quantity: "2" }))).order;
  const sold = accepted(engine.submit("alice", sell({ price: "60", quantity: "3" }))).order;
  assertEquals(engine.balance("alice", "USDT").locked, decimal("100"));
  assertEquals(engine.balance("alice", "BTC").locked, decimal("3"));
  for (const { orderId } of [bought, sold]) {
    const { order } = accepted(engine.cancel("alice", { symbolId: BTC_USDT, orderId }));
    assertEquals([order.status, order.cause], ["CANCELED", "USER"]);
  }
  assertEquals(engine.balance("alice", "USDT").free, decimal("1000000"));
  assertEquals(engine.balance("alice", "BTC").free, decimal("100"));
});

Deno.test("orders: what cannot be paid for is rejected", () => {
  const { engine } = scene();
  accepted(engine.submit("bob", sell({ price: "90", quantity: "100" })));
  const over = buy({ price: "100", quantity: "10000.001" });
  assertEquals(refused(engine.submit("alice", over)), "INSUFFICIENT_FUNDS");
  assertEquals(
    refused(engine.submit("alice", sell({ quantity: "100.001", price: "95" }))),
    "INSUFFICIENT_FUNDS",
  );
  engine.openAccount("carol", { USDT: decimal("89") });
  assertEquals(refused(engine.submit("carol", buy({ quantity: "1" }))), "INSUFFICIENT_FUNDS");
  assertEquals(engine.balance("carol", "USDT").free, decimal("89"));
});

Deno.test("orders: fees are taken from what is received, maker and taker each", () => {
  const { engine } = scene({ fees: { maker: decimal("0.001"), taker: decimal("0.002") } });
  accepted(engine.submit("alice", sell({ price: "100" })));
  const [taken] = accepted(engine.submit("bob", buy({ price: "100" }))).trades;
  const [made] = engine.trades("alice");
  assertEquals([taken!.feeAsset, taken!.fee], ["BTC", decimal("0.002")]);
  assertEquals([made!.feeAsset, made!.fee], ["USDT", decimal("0.1")]);
  assertEquals(engine.balance("bob", "BTC").free, decimal("100.998"));
  assertEquals(engine.balance("alice", "USDT").free, decimal("1000099.9"));
});

Deno.test("orders: a fee is cut to 8 decimals, never rounded up", () => {
  const { engine } = scene({ fees: { maker: decimal("0"), taker: decimal("0.00123456789") } });
  accepted(engine.submit("alice", sell({ price: "100" })));
  const [trade] = accepted(engine.submit("bob", buy({ price: "100" }))).trades;
  assertEquals(trade!.fee, decimal("0.00123456"));
});

Deno.test("orders: filters name the rule that is broken", () => {
  const { engine } = scene();
  assertEquals(refused(engine.submit("bob", buy({ price: "100.001" }))), "FILTER_PRICE");
  assertEquals(
    refused(engine.submit("bob", buy({ price: "100", quantity: "0.0001" }))),
    "FILTER_LOT_SIZE",
  );
  assertEquals(
    refused(engine.submit("bob", buy({ price: "100", quantity: "1.0005" }))),
    "FILTER_LOT_SIZE",
  );
  assertEquals(
    refused(engine.submit("bob", buy({ price: "1", quantity: "1" }))),
    "FILTER_NOTIONAL",
  );
  assertEquals(
    refused(engine.submit("bob", { ...buy({ price: "100" }), symbolId: "X/Y" })),
    "UNKNOWN_SYMBOL",
  );
  assertEquals(refused(engine.submit("bob", { ...buy(), type: "LIMIT" })), "INVALID_ORDER");
  assertEquals(refused(engine.submit("bob", buy({ postOnly: true }))), "INVALID_ORDER");
});

Deno.test("orders: a client id is unique among open orders and free again afterwards", () => {
  const { engine } = scene();
  const order = buy({ price: "50", clientOrderId: "mine" });
  const first = accepted(engine.submit("alice", order)).order;
  assertEquals(refused(engine.submit("alice", order)), "DUPLICATE_CLIENT_ORDER_ID");
  accepted(engine.submit("bob", order));
  accepted(engine.cancel("alice", { symbolId: BTC_USDT, clientOrderId: "mine" }));
  const second = accepted(engine.submit("alice", order)).order;
  assert(second.orderId > first.orderId);
  const latest = engine.order("alice", { symbolId: BTC_USDT, clientOrderId: "mine" });
  assertEquals(latest?.orderId, second.orderId);
});

Deno.test("orders: canceling what is over or foreign finds no order", () => {
  const { engine } = scene();
  const { orderId } = accepted(engine.submit("alice", buy({ price: "50" }))).order;
  const key = { symbolId: BTC_USDT, orderId };
  assertEquals(refused(engine.cancel("bob", key)), "UNKNOWN_ORDER");
  accepted(engine.cancel("alice", key));
  assertEquals(refused(engine.cancel("alice", key)), "UNKNOWN_ORDER");
});

Deno.test("orders: cancel-all ends the account's own and leaves the others", () => {
  const { engine } = scene();
  accepted(engine.submit("alice", buy({ price: "50" })));
  accepted(engine.submit("alice", sell({ price: "60" })));
  accepted(engine.submit("bob", buy({ price: "50" })));
  assertEquals(engine.cancelAll("alice", BTC_USDT).map((order) => order.status), [
    "CANCELED",
    "CANCELED",
  ]);
  assertEquals([engine.openOrders("alice").length, engine.openOrders("bob").length], [0, 1]);
});

/** Alice and bob each bid 1 at 100, alice first; `amend` is applied to alice's; carol sells 1. */
function whoFillsAfter(amendment: { readonly price?: string; readonly quantity?: string }): string {
  const { engine } = scene();
  engine.openAccount("carol", { BTC: decimal("5") });
  const { orderId } = accepted(engine.submit("alice", buy({ price: "100" }))).order;
  accepted(engine.submit("bob", buy({ price: "100" })));
  accepted(engine.amend("alice", {
    symbolId: BTC_USDT,
    orderId,
    ...(amendment.price === undefined ? {} : { price: decimal(amendment.price) }),
    ...(amendment.quantity === undefined ? {} : { quantity: decimal(amendment.quantity) }),
  }));
  accepted(engine.submit("carol", sell({ price: "99", quantity: "0.1" })));
  return engine.trades("alice").length > 0 ? "alice" : "bob";
}

Deno.test("orders: an amend keeps its turn when the quantity shrinks", () => {
  assertEquals(whoFillsAfter({ quantity: "0.5" }), "alice");
});

Deno.test("orders: an amend loses its turn when the quantity grows", () => {
  assertEquals(whoFillsAfter({ quantity: "1.5" }), "bob");
});

Deno.test("orders: an amend to a better price takes the lead", () => {
  assertEquals(whoFillsAfter({ price: "100.01" }), "alice");
});

Deno.test("orders: an amend moves the lock, and fills what the new price reaches", () => {
  const { engine } = scene();
  accepted(engine.submit("bob", sell({ price: "100", quantity: "0.5" })));
  const { orderId } = accepted(engine.submit("alice", buy({ price: "50", quantity: "1" }))).order;
  const { order, trades } = accepted(engine.amend("alice", {
    symbolId: BTC_USDT,
    orderId,
    price: decimal("110"),
    quantity: decimal("2"),
  }));
  assertEquals([order.orderId, order.status, order.filled], [
    orderId,
    "PARTIALLY_FILLED",
    decimal("0.5"),
  ]);
  assertEquals(trades.map((trade) => trade.price), [decimal("100")]);
  assertEquals(engine.balance("alice", "USDT").locked, decimal("165"));
});

Deno.test("orders: growing a post-only order never makes it take", () => {
  const { engine } = scene({ ladder: { levels: 2, notionalPerLevel: decimal("100") } });
  const { orderId } = accepted(
    engine.submit("alice", buy({ price: "100.01", quantity: "3", postOnly: true })),
  ).order;
  print(engine, "100", { quantity: "0.5" });
  const { order } = accepted(
    engine.amend("alice", { symbolId: BTC_USDT, orderId, quantity: decimal("4") }),
  );
  assertEquals(order.filled, decimal("0.5"));
  assertEquals(engine.top(BTC_USDT).ask, decimal("100.02"));
});

Deno.test("orders: an amend that is refused changes nothing", () => {
  const { engine } = scene();
  accepted(engine.submit("bob", sell({ price: "100" })));
  const { order } = accepted(engine.submit("alice", buy({ price: "90", postOnly: true })));
  const key = { symbolId: BTC_USDT, orderId: order.orderId };
  assertEquals(refused(engine.amend("alice", { ...key, price: decimal("100") })), "WOULD_TAKE");
  assertEquals(
    refused(engine.amend("alice", { ...key, quantity: decimal("100000") })),
    "INSUFFICIENT_FUNDS",
  );
  assertEquals(engine.order("alice", key), order);
  assertEquals(engine.balance("alice", "USDT").locked, decimal("90"));
});

Deno.test("orders: an amend below what is filled is refused", () => {
  const { engine } = scene();
  const { orderId } = accepted(engine.submit("alice", buy({ price: "100", quantity: "2" }))).order;
  accepted(engine.submit("bob", sell({ price: "100" })));
  const amendment = { symbolId: BTC_USDT, orderId, quantity: decimal("1") };
  assertEquals(refused(engine.amend("alice", amendment)), "INVALID_ORDER");
});

Deno.test("orders: reports come in order, new before trades, also from within a listener", () => {
  const { engine } = scene();
  accepted(engine.submit("alice", sell({ price: "100", quantity: "0.5" })));
  const seen: string[] = [];
  engine.onExecution((report: ExecutionReport) => {
    seen.push(`${report.accountId} ${report.kind} ${report.order.status}`);
    if (report.kind === "TRADE" && report.accountId === "bob") engine.cancelAll("bob");
  });
  accepted(engine.submit("bob", buy({ price: "100" })));
  assertEquals(seen, [
    "bob NEW OPEN",
    "bob TRADE PARTIALLY_FILLED",
    "alice TRADE FILLED",
    "bob CANCELED CANCELED",
  ]);
});

Deno.test("orders: balances are reported after the order that changed them", () => {
  const { engine } = scene();
  const seen: unknown[] = [];
  engine.onBalance(({ accountId, balances }) => seen.push([accountId, balances]));
  accepted(engine.submit("alice", buy({ price: "100" })));
  assertEquals(seen, [
    ["alice", [{ asset: "USDT", free: decimal("999900"), locked: decimal("100") }]],
  ]);
});

Deno.test("orders: trades are found by symbol, time, id and order", () => {
  const { engine, clock } = scene();
  accepted(engine.submit("bob", sell({ price: "100", quantity: "10" })));
  const orders = [0, 1, 2].map(() => {
    clock.advance(1_000);
    return accepted(engine.submit("alice", buy({ price: "100" }))).order;
  });
  const ids = (query: Parameters<typeof engine.trades>[1]) =>
    engine.trades("alice", query).map((trade) => trade.tradeId);
  assertEquals(ids({ symbolId: BTC_USDT }), [1, 2, 3]);
  assertEquals(ids({ symbolId: "ETH/USDT" }), []);
  assertEquals(ids({ since: clock.now() - 1_000 }), [2, 3]);
  assertEquals(ids({ fromId: 2, limit: 1 }), [2]);
  assertEquals(ids({ orderId: orders[1]!.orderId }), [2]);
});

Deno.test("orders: the history is bounded, forgets the oldest first, and says until when", () => {
  const { engine, clock } = scene({ history: { finalOrdersMax: 2, tradesMax: 2 } });
  for (const clientOrderId of ["a", "b", "c"]) {
    clock.advance(1);
    accepted(engine.submit("alice", buy({ price: "50", clientOrderId })));
    engine.cancelAll("alice");
  }
  assertEquals(engine.orders("alice").map((order) => order.clientOrderId), ["b", "c"]);
  assertEquals(engine.order("alice", { symbolId: BTC_USDT, clientOrderId: "a" }), undefined);
  assertEquals(engine.forgottenUntil, clock.now() - 2);
});

Deno.test("orders: open orders are bounded", () => {
  const { engine } = scene({ history: { openOrdersMax: 1 } });
  accepted(engine.submit("alice", buy({ price: "50" })));
  assertEquals(refused(engine.submit("alice", buy({ price: "50" }))), "MAX_OPEN_ORDERS");
});

Deno.test("orders: the engine's time never goes back", () => {
  const { engine, clock } = scene();
  const before = engine.now();
  clock.stepWall(-60_000);
  assertEquals(accepted(engine.submit("alice", buy({ price: "50" }))).order.createdAt, before);
});

Deno.test("engine: misuse throws, naming the rule and the value", () => {
  const { engine } = scene();
  assertThrows(() => engine.submit("nobody", buy()), RangeError, "nobody");
  assertThrows(() => print(engine, "0"), RangeError, "price must be positive");
  assertThrows(() => engine.deposit("alice", "BTC", decimal("-101")), RangeError, "too little");
  assertThrows(
    () => scene({ fees: { maker: decimal("1"), taker: decimal("0") } }),
    RangeError,
    "fees.maker",
  );
});
