/**
 * The readers of the Binance profile on payloads the venue itself has sent: were its shapes others
 * than what the profile expects, an order would be unreadable, not misread.
 */
import { assert, assertEquals } from "@std/assert";
import { binanceSpot } from "../../../src/exchanges/ccxt/profiles/binance.ts";
import { readFrame } from "../../../src/exchanges/ccxt/profiles/binance/stream.ts";
import type { RowContext } from "../../../src/exchanges/ccxt/plans/venue_call.ts";
import { recorded } from "../../testnet/client.ts";
import { windowOf } from "../../budgets.ts";

const rest = await recorded("rest");
const ws = await recorded("ws");
const CONTEXT: RowContext = {
  symbolOf: (raw) => raw,
  contractSizeOf: () => null,
  receivedAt: 7,
};
const { reads } = binanceSpot;

/** [recorded payload, client order id, status, filled, how many fills it shows] */
const ORDERS = [
  ["POST order, LIMIT, full", "x-TKT5PX2F22ecb58eb9074fb1be018c", "OPEN", "0", 0],
  ["POST order, MARKET, full", "x-TKT5PX2F5e669e75b6c14f69a2c43e", "FILLED", "0.0005", 1],
  ["GET order", "myOrder1", "OPEN", "0", 0],
  ["GET allOrders row", "x-TKT5PX2Fe9ef29d8346440f0b28b86", "CANCELED", "0", 0],
  ["DELETE openOrders row", "x-TKT5PX2F662cde7a90114475b86e21", "CANCELED", "0", 0],
] as const;

for (const [name, clientOrderId, status, filled, fills] of ORDERS) {
  Deno.test(`recorded: ${name} is read as what it says`, () => {
    const order = reads.history.read(rest[name], CONTEXT);
    const { exchangeOrderId } = order;
    assertEquals(
      [order.clientOrderId, order.status, `${order.filled}`, order.fills.length],
      [clientOrderId, status, filled, fills],
    );
    assertEquals(exchangeOrderId, String((rest[name] as { orderId: number }).orderId));
  });
}

Deno.test("recorded: a trade is read with its fee and side", () => {
  const { tradeId, exchangeOrderId, side, price, quantity, fee } = reads.tradesSince.read(
    rest["GET myTrades row"],
    CONTEXT,
  );
  assertEquals(
    [tradeId, exchangeOrderId, side, price, quantity, fee?.asset, fee?.amount].map(String),
    ["470227543", "4421170947", "SELL", "0.5388", "10", "USDT", "0.005388"],
  );
});

Deno.test("recorded: balances are read", () => {
  const [row, ...more] = reads.balances.rows(rest["GET account"]);
  assertEquals(more, []);
  const btc = reads.balances.read(row, CONTEXT);
  assertEquals([btc?.assetId, `${btc?.total}`, `${btc?.locked}`], ["BTC", "0.00219821", "0"]);
});

Deno.test("recorded: a report of a trade is read with the trade, and by the sum the venue tells", () => {
  const reading = readFrame(framed(ws["executionReport, trade"]), CONTEXT);
  assert(reading.kind === "facts", reading.kind);
  const [fact] = reading.facts;
  assert(fact?.kind === "order", fact?.kind);
  const { clientOrderId, status, filled, fills } = fact.order;
  assertEquals([clientOrderId, status, `${filled}`], [
    "m4M6AD5MF3b1ERe65l4SPq",
    "PARTIALLY_FILLED",
    "0.332",
  ]);
  assertEquals(fills.map(({ quantity }) => `${quantity}`), ["0.332"]);
});

Deno.test("recorded: a change of balances is read", () => {
  const reading = readFrame(framed(ws["outboundAccountPosition"]), CONTEXT);
  assert(reading.kind === "facts", reading.kind);
  const [fact] = reading.facts;
  assert(fact?.kind === "balances", fact?.kind);
  assertEquals(fact.balances.map(({ assetId, total }) => [assetId, `${total}`]), [
    ["ETH", "10000"],
  ]);
});

Deno.test("recorded: the limits of exchangeInfo are those the budgets are kept by", () => {
  const limits = rest["GET exchangeInfo rate limits"] as readonly {
    readonly rateLimitType: string;
    readonly intervalNum: number;
    readonly limit: number;
  }[];
  const orders = limits.find(({ rateLimitType, intervalNum }) =>
    rateLimitType === "ORDERS" && intervalNum === 10
  );
  const { budgets } = binanceSpot.rateLimits;
  assertEquals(orders?.limit, windowOf(budgets["orders"]).capacity);
  // The recording is older: weight was 1,200 a minute until 2023, and is 6,000 since.
  const weight = limits.find(({ rateLimitType }) => rateLimitType === "REQUEST_WEIGHT");
  assert(weight !== undefined && weight.limit <= windowOf(budgets["weight"]).capacity);
});

/** As the WebSocket API wraps it. */
function framed(event: unknown): unknown {
  return { subscriptionId: 0, event };
}
