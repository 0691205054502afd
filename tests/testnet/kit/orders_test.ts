import { assert, assertEquals, assertNotEquals } from "@std/assert";
import { decimal } from "../../../src/model/decimal.ts";
import { krakenIds, uuidIds } from "../../../src/testnet/kit/order_ids.ts";
import type { ClientIdRule, OrderResult } from "../../../src/testnet/kit/orders.ts";
import type { Listing } from "../../../src/testnet/kit/listing.ts";
import { openVenue, PERPETUAL, PLAIN, resting, SPOT } from "./venue.ts";

function outcome(result: OrderResult<Listing>): string {
  return result.kind === "accepted" ? result.view.clientOrderId : result.code;
}

function accepted(result: OrderResult<Listing>) {
  assert(result.kind === "accepted", JSON.stringify(result));
  return result.view;
}

for (
  const [clientIds, whileOpen, afterwards] of [
    ["open", "DUPLICATE_CLIENT_ORDER_ID", "mine"],
    ["ever", "DUPLICATE_CLIENT_ORDER_ID", "DUPLICATE_CLIENT_ORDER_ID"],
    ["none", "mine", "mine"],
  ] as const satisfies readonly (readonly [ClientIdRule, string, string])[]
) {
  Deno.test(`kit orders: a client id under the rule "${clientIds}"`, () => {
    const { orders } = openVenue({ orders: { clientIds } }).venue;
    const order = resting({ clientOrderId: "mine" });
    const first = accepted(orders.place("alice", order, PLAIN));
    assertEquals(outcome(orders.place("alice", order, PLAIN)), whileOpen);
    assertEquals(
      outcome(orders.place("bob", resting({ ...order, quantity: decimal("0.0001") }), PLAIN)),
      "FILTER_LOT_SIZE",
    );
    orders.cancelAll("alice");
    assertEquals(orders.open("alice"), []);
    assertEquals(outcome(orders.place("alice", order, PLAIN)), afterwards);
    const found = orders.find("alice", { clientOrderId: "mine" })!;
    assertEquals(found.orderId === first.orderId, clientIds === "ever", "the newest is found");
  });
}

Deno.test("kit orders: an order refused by the engine does not use its client id up", () => {
  const { orders } = openVenue({ orders: { clientIds: "ever" } }).venue;
  const refused = resting({ clientOrderId: "mine", price: decimal("40000.05") });
  assertEquals(outcome(orders.place("alice", refused, PLAIN)), "FILTER_PRICE");
  assertEquals(outcome(orders.place("alice", resting({ clientOrderId: "mine" }), PLAIN)), "mine");
});

Deno.test("kit orders: sent without a client id, an order shows none, or the one made for it", () => {
  const plain = openVenue().venue.orders;
  const shown = accepted(plain.place("alice", resting(), PLAIN));
  assertEquals(shown.clientOrderId, "");
  assertEquals(plain.find("alice", { clientOrderId: "" }), undefined);
  const made = openVenue({ orders: { makeClientId: () => "given" } }).venue.orders;
  assertEquals(accepted(made.place("alice", resting(), PLAIN)).clientOrderId, "given");
  assert(made.find("alice", { clientOrderId: "given" }));
});

Deno.test("kit orders: a duplicate shows the client id of the first, which reads still find", () => {
  const { orders, engine } = openVenue().venue;
  const order = resting({ clientOrderId: "mine" });
  const reported: string[] = [];
  engine.onExecution((report) => reported.push(orders.view(report.order).clientOrderId));
  const first = accepted(orders.place("alice", order, PLAIN));
  const second = accepted(orders.place("alice", order, { ...PLAIN, asDuplicate: true }));
  assertEquals(second.clientOrderId, "mine");
  assertNotEquals(second.orderId, first.orderId);
  assertEquals(reported, ["mine", "mine"]);
  assertEquals(orders.find("alice", { clientOrderId: "mine" })?.orderId, first.orderId);
  assertEquals(orders.open("alice").map((view) => view.clientOrderId), ["mine", "mine"]);
});

Deno.test("kit orders: a hidden order and its trades are not read, yet canceled", () => {
  const { venue, clock } = openVenue();
  const { orders } = venue;
  const hidden = { ...PLAIN, hiddenForMs: 300 };
  const view = accepted(orders.place("alice", resting({ clientOrderId: "mine" }), hidden));
  const taker = { ...resting(), price: decimal("60000"), clientOrderId: "taker" };
  accepted(orders.place("alice", taker, hidden));
  const read = () => ({
    found: orders.find("alice", { orderId: view.orderId }) !== undefined,
    open: orders.open("alice").length,
    history: orders.history("alice").length,
    trades: orders.trades("alice").length > 0,
  });
  assertEquals(read(), { found: false, open: 0, history: 0, trades: false });
  assert(orders.locate("alice", { orderId: view.orderId }));
  clock.advance(300);
  assertEquals(read(), { found: true, open: 1, history: 2, trades: true });
  assertEquals(outcome(orders.cancel("alice", { clientOrderId: "mine" })), "mine");
});

Deno.test("kit orders: an order is found by id whatever its symbol, and by none but its own account", () => {
  const { orders } = openVenue({ orders: { orderIds: krakenIds("O") } }).venue;
  const spot = accepted(orders.place("alice", resting(), PLAIN));
  const contract = accepted(orders.place("alice", resting({ symbolId: PERPETUAL }), PLAIN));
  assertEquals(orders.find("alice", { orderId: contract.orderId })?.listing.symbol, "PF_XBTUSDT");
  const narrowed = { orderId: contract.orderId, symbolId: SPOT };
  assertEquals(orders.find("alice", narrowed), undefined);
  assertEquals(orders.find("bob", { orderId: spot.orderId }), undefined);
  assertEquals(outcome(orders.cancel("bob", { orderId: spot.orderId })), "UNKNOWN_ORDER");
  assertEquals(outcome(orders.cancel("alice", { orderId: "nonsense" })), "UNKNOWN_ORDER");
});

Deno.test("kit orders: amending changes price, quantity and the shown client id", () => {
  for (const clientIds of ["open", "ever", "none"] as const) {
    const { orders } = openVenue({ orders: { clientIds } }).venue;
    const placed = accepted(orders.place("alice", resting({ clientOrderId: "one" }), PLAIN));
    accepted(orders.place("alice", resting({ clientOrderId: "other" }), PLAIN));
    const terms = { price: decimal("41000"), quantity: decimal("0.02"), clientOrderId: "two" };
    const view = accepted(orders.amend("alice", { clientOrderId: "one" }, terms));
    const { price, quantity } = view.order;
    assertEquals([view.orderId, price, quantity], [placed.orderId, "41000", "0.02"]);
    assertEquals(orders.find("alice", { clientOrderId: "two" })?.orderId, placed.orderId);
    const taken = orders.amend("alice", { clientOrderId: "two" }, { clientOrderId: "other" });
    const refused = clientIds !== "none";
    assertEquals(outcome(taken), refused ? "DUPLICATE_CLIENT_ORDER_ID" : "other", clientIds);
    const again = orders.amend("alice", { orderId: placed.orderId }, { clientOrderId: "other" });
    assertEquals(outcome(again), refused ? "DUPLICATE_CLIENT_ORDER_ID" : "other", clientIds);
  }
});

Deno.test("kit orders: amending may take the client id of an ended order, unless ids are for ever", () => {
  for (const clientIds of ["open", "ever"] as const) {
    const { orders } = openVenue({ orders: { clientIds } }).venue;
    accepted(orders.place("alice", resting({ clientOrderId: "ended" }), PLAIN));
    orders.cancelAll("alice");
    accepted(orders.place("alice", resting({ clientOrderId: "live" }), PLAIN));
    const taken = orders.amend("alice", { clientOrderId: "live" }, { clientOrderId: "ended" });
    assertEquals(outcome(taken), clientIds === "open" ? "ended" : "DUPLICATE_CLIENT_ORDER_ID");
  }
});

Deno.test("kit orders: two orders amended to one client id are both shown with it under no rule", () => {
  const { orders } = openVenue({ orders: { clientIds: "none" } }).venue;
  for (const clientOrderId of ["one", "two"]) {
    accepted(orders.place("alice", resting({ clientOrderId }), PLAIN));
    accepted(orders.amend("alice", { clientOrderId }, { clientOrderId: "both" }));
  }
  assertEquals(orders.open("alice").map((view) => view.clientOrderId), ["both", "both"]);
});

Deno.test("kit orders: open orders are counted per account and symbol", () => {
  const { orders } = openVenue().venue;
  accepted(orders.place("alice", resting({ clientOrderId: "a" }), PLAIN));
  accepted(orders.place("alice", resting({ clientOrderId: "b" }), PLAIN));
  accepted(orders.place("alice", resting({ symbolId: PERPETUAL }), PLAIN));
  accepted(orders.place("alice", resting({ price: decimal("60000") }), PLAIN)); // fills at once
  const counts = () => [orders.openCount("alice", SPOT), orders.openCount("alice", PERPETUAL)];
  assertEquals(counts(), [2, 1]);
  orders.cancel("alice", { clientOrderId: "a" });
  assertEquals(counts(), [1, 1]);
  assertEquals(orders.cancelAll("alice").length, 2);
  assertEquals(counts(), [0, 0]);
});

Deno.test("kit orders: a partly filled order counts as open until its last fill", () => {
  const { venue } = openVenue();
  const { orders } = venue;
  accepted(orders.place("alice", resting({ clientOrderId: "a" }), PLAIN));
  const fill = (quantity: string) => {
    venue.setPrice({ symbol: "XXBTZUSDT", price: "39000", quantity });
    return [
      orders.find("alice", { clientOrderId: "a" })?.order.status,
      orders.openCount("alice", SPOT),
    ];
  };
  assertEquals(fill("0.004"), ["PARTIALLY_FILLED", 1]);
  assertEquals(fill("1"), ["FILLED", 0]);
});

Deno.test("kit orders: history and trades by time, id and limit, oldest first", () => {
  const { venue, clock } = openVenue({ orders: { orderIds: uuidIds("order") } });
  const { orders } = venue;
  const start = clock.now();
  const placed = ["a", "b", "c"].map((clientOrderId) => {
    const order = resting({ clientOrderId, price: decimal("60000") });
    const view = accepted(orders.place("alice", order, PLAIN));
    clock.advance(1_000);
    return view;
  });
  const ids = (filter: Parameters<typeof orders.history>[1]) => ({
    orders: orders.history("alice", filter).map((view) => view.clientOrderId).join(""),
    trades: orders.trades("alice", filter).map((view) => view.clientOrderId).join(""),
  });
  const both = (text: string) => ({ orders: text, trades: text });
  assertEquals(ids({}), both("abc"));
  assertEquals(ids({ since: start + 1_000 }), both("bc"));
  assertEquals(ids({ until: start + 1_000 }), both("ab"));
  assertEquals(ids({ limit: 2 }), both("ab"));
  assertEquals(ids({ limit: 2, keep: "newest" }), both("bc"));
  assertEquals(ids({ symbolId: PERPETUAL }), both(""));
  const own = orders.trades("alice", { orderId: placed[1]!.orderId });
  assertEquals(own.map((view) => view.orderId), [placed[1]!.orderId]);
  assertEquals(orders.trades("alice", { orderId: "nonsense" }), []);
});
