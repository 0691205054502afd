/** Looking an order up at Hyperliquid, and which of several orders with one client id is meant. */
import { assert, assertEquals } from "@std/assert";
import { hyperliquidPerp } from "../../../src/exchanges/ccxt/profiles/hyperliquid.ts";
import { gate } from "./fixtures.ts";
import { named, openHyperliquid, PERP, request, resting } from "./hyperliquid.ts";
import { idOf } from "./venue_stage.ts";

Deno.test("hyperliquid: of two orders with one client id each is canceled by its number, and a live one is found", async () => {
  await using hyperliquid = await openHyperliquid();
  const { execution } = hyperliquid.adapter;
  const [first, second] = [
    await execution.submit(resting(), gate()),
    await execution.submit(resting(), gate()),
  ];
  assert(first.kind === "accepted" && second.kind === "accepted");
  const ids = [first, second].map(({ order }) => order.exchangeOrderId);
  assert(ids[0] !== ids[1]);
  const lookedUp = async (exchangeOrderId: string | null) => {
    const found = await execution.lookup(named({ exchangeOrderId }));
    assert(found.kind === "found", JSON.stringify(found));
    return [found.order.exchangeOrderId, found.order.status];
  };
  assertEquals(await execution.cancel(named({ exchangeOrderId: ids[1]! }), gate()), {
    kind: "accepted",
    order: null,
  });
  // The venue shows the newest by the client id, which has ended.
  assertEquals(await lookedUp(null), [ids[0], "OPEN"]);
  assertEquals(await lookedUp(ids[1]!), [ids[1], "CANCELED"]);
  await execution.cancel(named({ exchangeOrderId: ids[0]! }), gate());
  assertEquals(await lookedUp(null), [ids[1], "CANCELED"]);
});

Deno.test("hyperliquid: while it is not known whether another order is live, an ended one is not believed", async () => {
  await using hyperliquid = await openHyperliquid();
  const { execution } = hyperliquid.adapter;
  await execution.submit(resting(), gate());
  await execution.cancel(named(), gate());
  hyperliquid.testnet.arm({
    exchange: "hyperliquid",
    fault: "unavailableBefore",
    match: { operation: "openOrders.status" },
  });
  assertEquals((await execution.lookup(named())).kind, "failed");
});

Deno.test("hyperliquid: absence takes the status and three lists", async () => {
  await using hyperliquid = await openHyperliquid();
  const { testnet, adapter: { execution } } = hyperliquid;
  const before = testnet.heard("hyperliquid").length;
  assertEquals((await execution.lookup(named())).kind, "absent");
  const asked = testnet.heard("hyperliquid").slice(before).map(({ operation }) => operation.name);
  assertEquals(asked.sort(), ["allOrders", "myTrades", "openOrders.status", "order.status"]);
});

Deno.test("hyperliquid: trades of other markets and of foreign orders prove nothing wrong", async () => {
  await using hyperliquid = await openHyperliquid();
  const { execution } = hyperliquid.adapter;
  await execution.submit(request({ symbolId: "ETH/USDC:PERP" }, idOf(1)), gate());
  await execution.submit(request({}, idOf(2)), gate());
  const all = await execution.fillsSince(PERP, 0);
  assert(all.kind === "read", JSON.stringify(all));
  assertEquals(all.value.map(({ clientOrderId }) => clientOrderId), [idOf(2)]);
  await execution.submit(resting({}, idOf(3)), gate());
  const open = await execution.openOrders("ETH/USDC:PERP");
  assertEquals(open.kind === "read" ? open.value : open, []);
  const everywhere = await execution.openOrders();
  assertEquals(everywhere.kind === "read" ? everywhere.value.length : everywhere, 1);
  assertEquals((await execution.lookup(named())).kind, "absent");
});

Deno.test("hyperliquid: any order is asked for by its number, a JSON number", () => {
  const call = hyperliquidPerp.reads.orderById?.call("BTC", "91490942");
  const { type, oid } = call?.params ?? {};
  assertEquals([type, oid], ["orderStatus", 91490942]);
});
