/** The streams of the local Binance USDⓈ-M: their routes, listen keys, and the WebSocket API. */
import { assertEquals, assertRejects } from "@std/assert";
import { LISTEN_KEY_MS } from "../../../src/testnet/binance_usdm/core.ts";
import { Socket } from "../client.ts";
import { limitOrder, openUsdm } from "./client.ts";

Deno.test("testnet usdm: order events name the order by its own id, on a cancel too", async () => {
  const { testnet, client, place, userStream } = openUsdm();
  await using _ = testnet;
  const stream = await userStream();
  await place({ newClientOrderId: "mine" });
  const placed = await stream.next();
  assertEquals([placed.e, placed.o.x, placed.o.c], ["ORDER_TRADE_UPDATE", "NEW", "mine"]);
  const ref = { symbol: "BTCUSDT", origClientOrderId: "mine" };
  await client.futures("PUT", "/fapi/v1/order", {
    ...ref,
    side: "BUY",
    quantity: "0.02",
    price: "48000",
  });
  const changed = await stream.next();
  assertEquals([changed.o.x, changed.o.X, changed.o.q], ["AMENDMENT", "NEW", "0.02"]);
  await client.futures("DELETE", "/fapi/v1/order", ref);
  const canceled = await stream.next();
  assertEquals([canceled.o.x, canceled.o.c], ["CANCELED", "mine"]);
  await stream.close();
});

Deno.test("testnet usdm: a fill is an order event and an account update, after the answer", async () => {
  const { testnet, client, userStream } = openUsdm();
  await using _ = testnet;
  const stream = await userStream();
  await client.futures("POST", "/fapi/v1/order", {
    symbol: "BTCUSDT",
    side: "SELL",
    type: "MARKET",
    quantity: "0.01",
  });
  const events = [await stream.next(), await stream.next(), await stream.next()];
  assertEquals(events.map(({ e, o }) => o?.x ?? e), ["NEW", "TRADE", "ACCOUNT_UPDATE"]);
  assertEquals([events[1].o.N, events[2].a.P[0].pa], ["USDT", "-0.01"]);
  await stream.close();
});

Deno.test("testnet usdm: a listen key that nobody renews ends with a word, and a renewed one does not", async () => {
  const { testnet, clock, client, userStream } = openUsdm();
  await using _ = testnet;
  const stream = await userStream();
  await clock.advance(LISTEN_KEY_MS - 1_000);
  const renewed = await client.keyed("PUT", "/fapi/v1/listenKey");
  assertEquals(renewed.status, 200);
  await clock.advance(LISTEN_KEY_MS - 1_000);
  assertEquals(stream.waiting, 0);
  await clock.advance(1_000);
  assertEquals((await stream.next()).e, "listenKeyExpired");
  assertEquals((await client.keyed("PUT", "/fapi/v1/listenKey")).body.code, -1125);
  await stream.close();
});

Deno.test("testnet usdm: each stream has its route, and addresses without one are gone", async () => {
  const { testnet, stream } = openUsdm();
  await using _ = testnet;
  const book = await stream("public");
  assertEquals(await book.ask("SUBSCRIBE", ["btcusdt@depth@100ms", "btcusdt@bookTicker"]), {
    result: null,
    id: 1,
  });
  assertEquals((await book.ask("SUBSCRIBE", ["btcusdt@aggTrade"])).error.code, 2);
  book.send({ method: "LIST_SUBSCRIPTIONS", id: "text" });
  assertEquals((await book.next()).error.code, 2);
  await book.close();
  await assertRejects(() => Socket.open(testnet.url, "fstream.binance.com/ws"));
});

Deno.test("testnet usdm: a diff names the one before it", async () => {
  const { testnet, clock, stream } = openUsdm();
  await using _ = testnet;
  const book = await stream("public");
  await book.ask("SUBSCRIBE", ["btcusdt@depth@100ms"]);
  const diffs = [];
  for (const price of ["50010", "50020"]) {
    testnet.setPrice("binanceusdm", { symbol: "BTCUSDT", price });
    await clock.advance(100);
    diffs.push(await book.next());
  }
  assertEquals(diffs[1].pu, diffs[0].u);
  await book.close();
});

Deno.test("testnet usdm: the WebSocket API takes orders, changes and cancels, and needs no session", async () => {
  const { testnet, client, wsApi } = openUsdm();
  await using _ = testnet;
  const api = await wsApi();
  const status = await api.ask("session.status", {});
  assertEquals([status.status, status.result.apiKey], [200, null]);
  assertEquals((await api.ask("session.logon", {})).error.code, -4056);
  const placed = await api.ask("order.place", client.signedParams(limitOrder()));
  assertEquals([placed.status, placed.result.status], [200, "NEW"]);
  const ref = { symbol: "BTCUSDT", orderId: placed.result.orderId };
  const change = { ...ref, side: "BUY", quantity: "0.02", price: "48000" };
  const changed = await api.ask("order.modify", client.signedParams(change));
  assertEquals([changed.result.origQty, changed.result.price], ["0.02", "48000"]);
  const canceled = await api.ask("order.cancel", client.signedParams(ref));
  assertEquals(canceled.result.status, "CANCELED");
  const unsigned = await api.ask("order.place", {
    ...client.signedParams(limitOrder()),
    price: "1",
  });
  assertEquals(unsigned.error.code, -1022);
  const names = testnet.heard("binanceusdm").map(({ operation }) => operation.name);
  assertEquals(names.slice(-4), ["order.place", "order.amend", "order.cancel", "order.place"]);
  await api.close();
});
