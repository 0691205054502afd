import { assert, assertEquals } from "@std/assert";
import { ACCOUNT, limitOrder, loginFrame, open, SWAP, SYMBOL } from "./client.ts";

Deno.test("okx testnet: pings are answered, and who is silent for 30 s is dropped", async () => {
  const { testnet, client, clock } = open();
  await using _ = testnet;
  const socket = await client.socket("public");
  await clock.advance(29_000);
  socket.send("ping");
  assertEquals(await socket.next(), "pong");
  await clock.advance(29_000);
  socket.send("ping");
  assertEquals(await socket.next(), "pong");
  await clock.advance(30_000);
  await socket.closed;
});

Deno.test("okx testnet: an order's life comes on the orders channel after its answer", async () => {
  const { testnet, client } = open();
  await using _ = testnet;
  const socket = await client.private();
  const [event] = await socket.subscribe([{ channel: "orders", instType: "ANY" }]);
  assertEquals(event!.event, "subscribe");
  await client.place({ clOrdId: "mine", ordType: "market", px: "", tgtCcy: "base_ccy" });
  const live = await socket.of("orders");
  assertEquals([live.data[0].state, live.data[0].tradeId, live.arg.uid], [
    "live",
    "",
    ACCOUNT.apiKey,
  ]);
  const filled = await socket.of("orders");
  const [row] = filled.data;
  assertEquals([row.state, row.fillSz, row.execType, row.feeCcy], ["filled", "0.01", "T", "BTC"]);
  assert(row.tradeId !== "" && row.fillFee.startsWith("-"));
  await socket.close();
});

Deno.test("okx testnet: a post-only order that would take lives for a moment", async () => {
  const { testnet, client } = open();
  await using _ = testnet;
  const socket = await client.private();
  await socket.subscribe([{ channel: "orders", instType: "SPOT" }]);
  await client.place({ ordType: "post_only", px: "60000" });
  const states = [await socket.of("orders"), await socket.of("orders")]
    .map(({ data }) => [data[0].state, data[0].cancelSource]);
  assertEquals(states, [["live", ""], ["canceled", "31"]]);
  await socket.close();
});

Deno.test("okx testnet: a channel of another type of instrument stays silent", async () => {
  const { testnet, client } = open();
  await using _ = testnet;
  const socket = await client.private();
  await socket.subscribe([{ channel: "orders", instType: "SWAP" }]);
  await client.place();
  await client.place({ instId: SWAP, tdMode: "cross", sz: "1" });
  const frame = await socket.of("orders");
  assertEquals(frame.data[0].instId, SWAP);
  await socket.close();
});

Deno.test("okx testnet: account and positions begin with what there is", async () => {
  const { testnet, client } = open();
  await using _ = testnet;
  await client.place({ instId: SWAP, tdMode: "cross", ordType: "market", px: "", sz: "2" });
  const socket = await client.private();
  await socket.subscribe([{ channel: "account" }, { channel: "positions", instType: "ANY" }]);
  const account = await socket.of("account");
  assertEquals([account.eventType, account.data[0].details.length > 1], ["snapshot", true]);
  const positions = await socket.of("positions");
  assertEquals([positions.data[0].instId, positions.data[0].pos], [SWAP, "2"]);
  await client.place({
    instId: SWAP,
    tdMode: "cross",
    ordType: "market",
    px: "",
    sz: "2",
    side: "sell",
  });
  const closed = await socket.of("positions");
  assertEquals([closed.data[0].pos, closed.data[0].avgPx], ["0", ""]);
  await socket.close();
});

Deno.test("okx testnet: orders go over the socket, by the instrument's number too", async () => {
  const { testnet, client } = open();
  await using _ = testnet;
  const instruments = await client.get("/api/v5/public/instruments?instType=SPOT");
  const { instIdCode } = instruments.body.data.find((row: { instId: string }) =>
    row.instId === SYMBOL
  );
  const socket = await client.private();
  const { instId: _name, ...order } = limitOrder({ clOrdId: "mine" });
  socket.send({ id: "7", op: "order", args: [{ ...order, instIdCode }] });
  const placed = await socket.next();
  assertEquals([placed.id, placed.op, placed.code, placed.data[0].sCode], ["7", "order", "0", "0"]);
  socket.send({ id: "8", op: "cancel-order", args: [{ instIdCode, clOrdId: "mine" }] });
  assertEquals((await socket.next()).data[0].sCode, "0");
  socket.send({ id: "9", op: "cancel-order", args: [{ instIdCode, clOrdId: "mine" }] });
  const gone = await socket.next();
  assertEquals([gone.code, gone.data[0].sCode], ["1", "51400"]);
  socket.send({ id: "10", op: "order", expTime: "1", args: [order] });
  assertEquals((await socket.next()).data[0].sCode, "50036");
  await socket.close();
});

Deno.test("okx testnet: what is no request is an error of the connection", async () => {
  const { testnet, client, clock } = open();
  await using _ = testnet;
  const socket = await client.socket("private");
  socket.send(loginFrame(ACCOUNT, clock.now()));
  await socket.next();
  for (const text of ["{", "{}", '{"op":"buy"}']) {
    socket.send(text);
    const answer = await socket.next();
    assertEquals([answer.event, answer.code], ["error", "60012"]);
  }
  await socket.close();
});

Deno.test("okx testnet: a channel that is not there refuses itself alone", async () => {
  const { testnet, client } = open();
  await using _ = testnet;
  const socket = await client.socket("public");
  const events = await socket.subscribe([
    { channel: "tickers", instId: "ZZZ-USDT" },
    { channel: "tickers", instId: SYMBOL },
    { channel: "candle1m", instId: SYMBOL },
  ]);
  assertEquals(events.map(({ event }) => event), ["error", "subscribe", "error"]);
  assertEquals(events[0]!.code, "60018");
  await socket.close();
});

Deno.test("okx testnet: a book begins with its state and goes on without a gap", async () => {
  const { testnet, client, clock } = open();
  await using _ = testnet;
  const socket = await client.socket("public");
  await socket.subscribe([{ channel: "books", instId: SYMBOL }]);
  const first = await socket.of("books");
  assertEquals([first.action, first.data[0].prevSeqId], ["snapshot", -1]);
  let seqId = first.data[0].seqId;
  for (let n = 0; n < 3; n++) {
    await client.place({ px: String(49_000 + n) });
    await clock.advance(100);
    const { action, data: [update] } = await socket.of("books");
    assertEquals([action, update.prevSeqId, update.checksum], ["update", seqId, 0]);
    assertEquals(update.bids.map((level: string[]) => level.slice(0, 2)), [
      [String(49_000 + n), "0.01"],
    ]);
    seqId = update.seqId;
  }
  const read = await client.get(`/api/v5/market/books?instId=${SYMBOL}&sz=400`);
  assertEquals(read.body.data[0].seqId, seqId);
  await socket.close();
});

Deno.test("okx testnet: trades and candles are told one by one on the business socket", async () => {
  const { testnet, client } = open();
  await using _ = testnet;
  const socket = await client.socket("business");
  await socket.subscribe([
    { channel: "trades-all", instId: SYMBOL },
    { channel: "candle1m", instId: SYMBOL },
  ]);
  testnet.setPrice("okx", { symbol: SYMBOL, price: "51000", quantity: "0.5" });
  const trade = await socket.of("trades-all");
  assertEquals([trade.data[0].px, trade.data[0].sz, trade.data[0].side], ["51000", "0.5", "buy"]);
  const candle = await socket.of("candle1m");
  assertEquals([candle.data[0][4], candle.data[0][8]], ["51000", "0"]);
  const read = await client.get(`/api/v5/market/trades?instId=${SYMBOL}&limit=1`);
  assertEquals(read.body.data[0].tradeId, trade.data[0].tradeId);
  await socket.close();
});

Deno.test("okx testnet: a reset forgets orders, and sockets stay", async () => {
  const { testnet, client } = open();
  await using _ = testnet;
  const socket = await client.private();
  await socket.subscribe([{ channel: "orders", instType: "ANY" }]);
  await client.place();
  await socket.of("orders");
  testnet.reset();
  assertEquals(testnet.ledger("okx").orders, []);
  await client.place({ clOrdId: "after" });
  assertEquals((await socket.of("orders")).data[0].clOrdId, "after");
  await socket.close();
});
