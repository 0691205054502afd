/** Orders over Bybit's own socket for them: the same outcomes as over REST, in fewer words. */
import { assert, assertEquals } from "@std/assert";
import { decimal } from "../../../src/model/decimal.ts";
import { bybitTradeSocket } from "../../../src/exchanges/ccxt/profiles/bybit/trade.ts";
import type { FaultName } from "../../../src/testnet/fault_catalogue.ts";
import { named, openBybit, PERP, request, resting, SPOT } from "./bybit.ts";
import { gate } from "./fixtures.ts";
import { CLIENT_ID, openSocket, OTHER_ID } from "./venue_stage.ts";

for (const [market, symbolId] of [["spot", SPOT], ["linear", PERP]] as const) {
  Deno.test(`bybit trade socket ${market}: orders are placed, changed and canceled over it`, async () => {
    await using opened = await openBybit({ market });
    const { testnet, adapter } = opened;
    const { close } = await openSocket(adapter, "trade");
    const { execution } = adapter;
    const ids = ["1", "2", "3"].map((digit) => digit.repeat(32));
    for (const clientOrderId of ids) {
      const asked = resting(
        { symbolId, limitPrice: decimal(`4000${clientOrderId[0]}`) },
        clientOrderId,
      );
      const placed = await execution.submit(asked, gate());
      assert(placed.kind === "accepted", JSON.stringify(placed));
      const order = { ...asked.order, amount: decimal("0.02") };
      const { exchangeOrderId } = placed.order;
      const ref = named({ symbolId, clientOrderId, exchangeOrderId });
      const amended = await execution.amend(
        { ...ref, order, amount: order.amount, deadline: Number.MAX_SAFE_INTEGER },
        gate(),
      );
      assert(amended.kind === "unknown" && amended.cause.code === "ACKNOWLEDGED");
      assertEquals(await execution.cancel(ref, gate()), { kind: "accepted", order: null });
    }
    const rows = testnet.ledger("bybit").orders;
    assertEquals(rows.map((each) => [each.clientOrderId, each.status, each.origQty, each.price]), [
      [ids[0], "CANCELED", "0.02", "40001"],
      [ids[1], "CANCELED", "0.02", "40002"],
      [ids[2], "CANCELED", "0.02", "40003"],
    ]);
    const paths = new Set(
      testnet.heard("bybit").map(({ operation }) => operation).filter(({ name }) =>
        name.startsWith("order.")
      ).map(({ endpoint }) => endpoint),
    );
    assertEquals(paths, new Set(["WS /v5/trade"]));
    await close();
  });
}

Deno.test("bybit trade socket: request ids are not those of an earlier connection", () => {
  assertEquals(bybitTradeSocket.entry?.idsFrom, "time");
});

Deno.test("bybit trade socket: refusals keep their verdicts", async () => {
  await using opened = await openBybit({
    balances: { USDT: "500" },
    limits: { spotOrdersPerSecond: 3 },
  });
  const { execution } = opened.adapter;
  const { close } = await openSocket(opened.adapter, "trade");
  const outcomes = [
    await execution.submit(resting(), gate()),
    await execution.submit(resting(), gate()),
    await execution.submit(resting({}, OTHER_ID), gate()),
    await execution.submit(resting({}, OTHER_ID), gate()),
  ];
  assertEquals(
    outcomes.map((outcome) =>
      outcome.kind === "refused"
        ? outcome.reason.code
        : outcome.kind === "unknown"
        ? outcome.cause.code
        : outcome.kind
    ),
    ["accepted", "DUPLICATE_ID", "INSUFFICIENT_FUNDS", "RATE_LIMITED"],
  );
  const [, , , limited] = outcomes;
  assert(limited?.kind === "refused");
  const wait = limited.reason.retryAfterMs ?? 0;
  assert(wait > 0 && wait <= 1_000, String(wait));
  await close();
});

Deno.test("bybit trade socket: a market order of spot counts base units", async () => {
  await using opened = await openBybit();
  const { close } = await openSocket(opened.adapter, "trade");
  const placed = await opened.adapter.execution.submit(request({ limitPrice: null }), gate());
  assert(placed.kind === "accepted", JSON.stringify(placed));
  const [order] = opened.testnet.ledger("bybit").orders;
  assertEquals([order?.status, order?.executedQty], ["FILLED", "0.01"]);
  await close();
});

/** [fault, what the look-up then proves] */
const FAULTS: readonly (readonly [FaultName, "found" | "absent"])[] = [
  ["responseLost", "found"],
  ["requestLost", "absent"],
  ["neverAnswers", "found"],
  ["blackHole", "absent"],
  ["unexpectedResponse", "found"],
  ["backendTimeout", "found"],
];

for (const [fault, proof] of FAULTS) {
  Deno.test(`bybit trade socket: ${fault} is in doubt and then proven ${proof}`, async () => {
    await using opened = await openBybit();
    const { testnet, adapter } = opened;
    const { close } = await openSocket(adapter, "trade");
    testnet.arm({ exchange: "bybit", fault, match: { operation: "order.place" }, count: 1 });
    const outcome = await adapter.execution.submit(resting(), gate());
    assertEquals(outcome.kind, "unknown", JSON.stringify(outcome));
    const found = await adapter.execution.lookup(named());
    assertEquals(found.kind, proof, JSON.stringify(found));
    const mine = testnet.ledger("bybit").orders.filter((each) => each.clientOrderId === CLIENT_ID);
    assertEquals(mine.length, proof === "found" ? 1 : 0);
    await close();
  });
}
