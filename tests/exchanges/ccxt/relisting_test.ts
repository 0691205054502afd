import { assert, assertEquals } from "@std/assert";
import { CLIENT_ID, connect, gate } from "./fixtures.ts";
import { EXCHANGE_INFO, type Json, orderRow } from "./stub_data.ts";
import { startStubVenue } from "./stub_venue.ts";

const INFO = EXCHANGE_INFO as { readonly symbols: readonly { readonly symbol: string }[] };

Deno.test("ccxt: a list read again shows another tick, and no symbol that is gone", async () => {
  await using venue = startStubVenue();
  await using connected = await connect(venue.endpoints);
  const { instruments } = connected.adapter;
  assertEquals(instruments.get("BTC/USDT")?.instrument.tickSize, "0.01" as never);
  venue.on(({ path }) => path === "/api/v3/exchangeInfo" ? { json: relisted() } : undefined);
  const read = await instruments.load();
  assert(read.kind === "read", JSON.stringify(read));
  assertEquals(instruments.get("BTC/USDT")?.instrument.tickSize, "0.1" as never);
  assertEquals(instruments.get("ETH/BTC"), undefined);
});

Deno.test("ccxt: an order whose symbol was delisted is still read and canceled", async () => {
  await using venue = startStubVenue();
  const row = orderRow({ symbol: "ETHBTC", clientOrderId: CLIENT_ID });
  venue.on(({ path, method }) =>
    path === "/api/v3/exchangeInfo" && venue.requests.length > 1
      ? { json: relisted() }
      : path === "/api/v3/order" && method === "GET"
      ? { json: row }
      : path === "/api/v3/order"
      ? { json: { ...row, status: "CANCELED", origClientOrderId: CLIENT_ID } }
      : undefined
  );
  await using connected = await connect(venue.endpoints);
  const { instruments, execution } = connected.adapter;
  await instruments.load();
  assertEquals(instruments.get("ETH/BTC"), undefined);
  const ref = { symbolId: "ETH/BTC", clientOrderId: CLIENT_ID as never, exchangeOrderId: null };
  const found = await execution.lookup(ref);
  assert(found.kind === "found", JSON.stringify(found));
  assertEquals(found.order.symbolId, "ETH/BTC");
  const canceled = await execution.cancel(ref, gate());
  assertEquals(canceled.kind, "accepted");
  assertEquals(venue.requests.at(-1)?.params.get("symbol"), "ETHBTC");
});

/** BTCUSDT with a tick ten times as large, and nothing else. */
function relisted(): Json {
  const text = JSON.stringify({
    ...INFO,
    symbols: INFO.symbols.filter(({ symbol }) => symbol === "BTCUSDT"),
  });
  return JSON.parse(text.replace('"tickSize":"0.01000000"', '"tickSize":"0.10000000"'));
}
