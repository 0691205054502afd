import { assert, assertEquals, assertThrows } from "@std/assert";
import { createSign, createVerify } from "node:crypto";
import { decimal } from "../../../src/model/decimal.ts";
import { VirtualClock } from "../../../src/system/virtual_clock.ts";
import { defaultCredentials } from "../../../src/testnet/credentials.ts";
import {
  type apiKeyOf,
  KeyRing,
  passphraseKeyOf,
  publicKeyOf,
  walletKeyOf,
} from "../../../src/testnet/kit/key_ring.ts";
import { type Listing, Listings } from "../../../src/testnet/kit/listing.ts";
import { MarketStreams } from "../../../src/testnet/kit/market_streams.ts";
import { ALICE, LISTINGS, openVenue, PERPETUAL, PLAIN, resting, SPOT } from "./venue.ts";

Deno.test("kit venue: accounts start with their own balances or the exchange's", () => {
  const { engine } = openVenue().venue;
  assertEquals(engine.balance("alice", "BTC").free, "10");
  assertEquals(engine.balance("bob", "USDT").free, "7");
  assertEquals(engine.balance("bob", "BTC").free, "0");
});

Deno.test("kit venue: markets open at their price, and setPrice moves them by their own name", () => {
  const { venue } = openVenue();
  assertEquals(venue.market.get("XBT/USDT")?.lastPrice, "50000");
  venue.setPrice({ symbol: "XXBTZUSDT", price: "51000" });
  assertEquals(venue.market.get("XXBTZUSDT")?.lastPrice, "51000");
  assertEquals(venue.market.get("PF_XBTUSDT")?.lastPrice, "50000");
  assertEquals([venue.symbolOf(PERPETUAL), venue.symbolOf("ETH/USDT")], ["PF_XBTUSDT", null]);
  const change = { symbol: "BTCUSDT", price: "1" };
  const text = "symbol: must be one of XXBTZUSDT, PF_XBTUSDT, got BTCUSDT";
  assertThrows(() => venue.setPrice(change), RangeError, text);
});

Deno.test("kit venue: the ledger tells orders, trades, balances and positions under venue names", () => {
  const { venue } = openVenue();
  const order = resting({ symbolId: PERPETUAL, price: decimal("60000"), clientOrderId: "mine" });
  venue.orders.place("alice", order, PLAIN);
  venue.orders.place("alice", resting(), PLAIN);
  const ledger = venue.ledger();
  const orders = ledger.orders.map(({ symbol, status, clientOrderId, executedQty }) =>
    [symbol, status, clientOrderId, executedQty].join(" ")
  );
  assertEquals(orders, ["PF_XBTUSDT FILLED mine 0.01", "XXBTZUSDT NEW  0"]);
  assert(ledger.trades.every((trade) => trade.clientOrderId === "mine"));
  assertEquals(ledger.positions.map(({ symbol, quantity }) => [symbol, quantity]), [
    ["PF_XBTUSDT", "0.01"],
  ]);
  const usdt = ledger.balances.find((each) => each.account === "alice" && each.asset === "USDT");
  assertEquals(usdt?.locked, "400");
});

Deno.test("kit venue: a contract that ends is listed no more, what rests on it is canceled", () => {
  for (const [positions, left] of [["kept", 1], ["settled", 0]] as const) {
    const { venue } = openVenue();
    const order = resting({ symbolId: PERPETUAL, price: decimal("60000") });
    venue.orders.place("alice", order, PLAIN);
    venue.orders.place("alice", resting({ symbolId: PERPETUAL }), PLAIN);
    venue.mature({ symbol: "PF_XBTUSDT", positions });
    const ended = venue.orders.history("alice").map((
      view,
    ) => [view.order.status, view.order.cause]);
    assertEquals(ended, [["FILLED", null], ["CANCELED", "DELIVERY"]]);
    assertEquals(venue.listings.listed.map(({ symbol }) => symbol), ["XXBTZUSDT"]);
    assertEquals(venue.listings.get("PF_XBTUSDT")?.symbolId, PERPETUAL);
    assertEquals(venue.positions("alice").length, left);
    assertEquals(venue.ledger().positions.length, left);
  }
});

Deno.test("kit listings: a name of two markets is refused", () => {
  const [spot, contract] = LISTINGS as [Listing, Listing];
  const twice = { ...contract, aliases: ["XBT/USDT"] };
  assertThrows(() => new Listings([spot, twice]), RangeError, "Cannot list XBT/USDT twice");
});

Deno.test("kit streams: a snapshot and the diffs after it make the book, without a gap", () => {
  const clock = new VirtualClock();
  const diffs: { firstId: number; finalId: number }[] = [];
  const streams = new MarketStreams<Listing>({
    clock,
    beatMs: 100,
    voice: {
      onTrade() {},
      onTouch() {},
      onBeat() {},
      onDiff: (_market, diff, send) => send("book", () => diff),
    },
  });
  const { venue } = openVenue({ clock, listener: streams });
  const market = venue.market.get("XXBTZUSDT")!;
  const book = new Map<string, string>();
  market.book.watch();
  const { depth, lastUpdateId } = market.book.snapshot(5_000);
  for (const level of [...depth.bids, ...depth.asks]) book.set(level.price, level.quantity);
  streams.subscribe("book", {
    deliver: (_topic, event) => {
      const diff = event as Parameters<typeof streams.onDiff>[1];
      diffs.push(diff);
      for (const { price, quantity } of [...diff.bids, ...diff.asks]) {
        if (quantity === "0") book.delete(price);
        else book.set(price, quantity);
      }
    },
  });
  venue.orders.place("alice", resting({ clientOrderId: "a" }), PLAIN);
  clock.advance(100);
  venue.orders.cancel("alice", { clientOrderId: "a" });
  venue.orders.place("alice", resting({ price: decimal("41000") }), PLAIN);
  clock.advance(100);
  venue.orders.place("alice", resting({ price: decimal("42000") }), PLAIN);
  const later = market.book.snapshot(5_000).lastUpdateId;
  assertEquals(diffs.length, 3, "a snapshot sends what happened before it");
  assertEquals(diffs[2]!.finalId, later);
  assertEquals(diffs[0]!.firstId, lastUpdateId + 1);
  assertEquals(diffs[1]!.firstId, diffs[0]!.finalId + 1);
  const truth = venue.engine.depth(SPOT, 5_000);
  const levels = [...truth.bids, ...truth.asks].map((l) => [l.price, l.quantity] as const);
  assertEquals(new Map([...book].sort()), new Map([...levels].sort()));
  streams.stop();
});

Deno.test("kit keys: one account may have several, and foreign ones are none of the exchange's", () => {
  const agent = { ...ALICE, apiKey: "agent", accountId: "alice" };
  const ring = new KeyRing([ALICE, agent]);
  assertEquals([ring.get("alice")?.accountId, ring.get("agent")?.accountId], ["alice", "alice"]);
  assertEquals(ring.get("mallory"), undefined);
  const accounts = ["binance", "okx", "hyperliquid"].map(defaultCredentials);
  const known = (read: typeof apiKeyOf | typeof walletKeyOf) =>
    [...new KeyRing(accounts, read).all()].map((key) => key.id);
  assertEquals(known(passphraseKeyOf), [accounts[1]!.apiKey]);
  assertEquals(known(walletKeyOf), [accounts[2]!.apiKey.toLowerCase()]);
});

Deno.test("kit keys: the public key verifies what the private one signed", () => {
  const { secret } = defaultCredentials("coinbase");
  const signature = createSign("sha256").update("claim").sign(secret);
  const verified = (text: string) =>
    createVerify("sha256").update(text).verify(publicKeyOf(secret), signature);
  assertEquals([verified("claim"), verified("another")], [true, false]);
});
