/** Spot fees charged in the quote, whatever a trade brings. */
import { assertEquals } from "@std/assert";
import { decimal } from "../../../src/model/decimal.ts";
import { accepted, amounts, buy, scene, sell } from "./builders.ts";

const FEES = { maker: decimal("0.001"), taker: decimal("0.002"), asset: "QUOTE" } as const;

Deno.test("quote fees: a BUY gets all it bought and pays on top, a SELL gets less", () => {
  const { engine } = scene({ fees: FEES });
  accepted(engine.submit("bob", sell({ price: "100", quantity: "2" })));
  accepted(engine.submit("alice", buy({ price: "100", quantity: "2" })));
  const of = (account: string) =>
    engine.balances(account).map(({ asset, free, locked }) => [asset, free, locked].map(String));
  assertEquals(of("alice").toSorted(), [["BTC", "102", "0"], ["USDT", "999799.6", "0"]]);
  assertEquals(of("bob").toSorted(), [["BTC", "98", "0"], ["USDT", "1000199.8", "0"]]);
  assertEquals(engine.trades("alice").map(({ fee, feeAsset }) => [String(fee), feeAsset]), [
    ["0.4", "USDT"],
  ]);
  assertEquals([engine.total("USDT"), engine.total("BTC")].map(String), ["2000000", "200"]);
});

Deno.test("quote fees: what a BUY has no quote left for is let off, and nothing goes below zero", () => {
  const { engine } = scene({ fees: FEES });
  engine.openAccount("carol", amounts({ USDT: "200.1" }));
  accepted(engine.submit("bob", sell({ price: "100", quantity: "2" })));
  accepted(engine.submit("carol", buy({ price: "100", quantity: "2" })));
  const [trade] = engine.trades("carol");
  assertEquals([String(trade?.fee), trade?.feeAsset], ["0.1", "USDT"]);
  assertEquals(String(engine.balance("carol", "USDT").free), "0");
});
