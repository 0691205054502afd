import { assertEquals, assertThrows } from "@std/assert";
import { contractInstrument } from "../../../src/exchanges/paper/catalogue.ts";
import { MatchingEngine } from "../../../src/exchanges/paper/engine.ts";
import type {
  EngineState,
  PaperOrder,
  PositionReport,
} from "../../../src/exchanges/paper/messages.ts";
import { decimal } from "../../../src/model/decimal.ts";
import type { SymbolMetadata } from "../../../src/model/instrument.ts";
import { VirtualClock } from "../../../src/system/virtual_clock.ts";
import { accepted, amounts, BTC, buy, refused } from "./builders.ts";
import { BTC_PERP, contractScene, deal, long, mark, PERP, short } from "./contract_builders.ts";

const ALICE_BUYS = { buyer: "alice", seller: "bob" } as const;
const BOB_BUYS = { buyer: "bob", seller: "alice" } as const;

const keyOf = ({ symbolId, orderId }: PaperOrder) => ({ symbolId, orderId });

function held(engine: MatchingEngine, accountId: string) {
  const { quantity, entryPrice, unrealizedPnl, realizedPnl } = engine.position(accountId, BTC_PERP);
  return [quantity, entryPrice, unrealizedPnl, realizedPnl];
}

Deno.test("contracts: a position's entry is the average of what opened it", () => {
  const { engine } = contractScene();
  deal(engine, { ...ALICE_BUYS, quantity: "1", price: "100" });
  deal(engine, { ...ALICE_BUYS, quantity: "3", price: "104" });
  assertEquals(held(engine, "alice"), ["4", "103", "4", "0"].map(decimal));
  assertEquals(held(engine, "bob"), ["-4", "103", "-4", "0"].map(decimal));
  assertEquals(engine.balance("alice", "BTC").free, decimal("100"));
});

Deno.test("contracts: what closes a part realizes its share and leaves the entry", () => {
  const { engine } = contractScene();
  deal(engine, { ...ALICE_BUYS, quantity: "4", price: "100" });
  deal(engine, { ...BOB_BUYS, quantity: "1", price: "110" });
  assertEquals(held(engine, "alice"), ["3", "100", "30", "10"].map(decimal));
  assertEquals(engine.balance("alice", "USDT").free, decimal("1000010"));
  assertEquals(engine.balance("bob", "USDT").free, decimal("999990"));
  const trade = engine.trades("alice").at(-1);
  assertEquals([trade?.realizedPnl, trade?.feeAsset], [decimal("10"), "USDT"]);
});

Deno.test("contracts: an order beyond the position turns it, at its own price", () => {
  const { engine } = contractScene();
  deal(engine, { ...ALICE_BUYS, quantity: "2", price: "100" });
  deal(engine, { ...BOB_BUYS, quantity: "5", price: "90" });
  assertEquals(held(engine, "alice"), ["-3", "90", "0", "0"].map(decimal));
  deal(engine, { ...ALICE_BUYS, quantity: "3", price: "90" });
  assertEquals(engine.position("alice", BTC_PERP).quantity, decimal("0"));
  assertEquals(engine.position("alice", BTC_PERP).entryPrice, null);
  assertEquals(engine.positions("alice"), []);
  assertEquals(engine.balance("alice", "USDT").free, decimal("999980"));
});

Deno.test("contracts: fees are taken from the settle asset on both sides of a position", () => {
  const { engine } = contractScene({ fees: { maker: decimal("0.001"), taker: decimal("0.002") } });
  deal(engine, { ...ALICE_BUYS, quantity: "1", price: "100" });
  assertEquals(engine.balance("alice", "USDT").free, decimal("999999.8"));
  assertEquals(engine.balance("bob", "USDT").free, decimal("999999.9"));
});

Deno.test("contracts: an order needs its notional by the leverage, and no asset of its own", () => {
  const { engine } = contractScene();
  engine.openAccount("carol", amounts({ USDT: "100" }));
  assertEquals(
    refused(engine.submit("carol", short({ price: "100", quantity: "10.001" }))),
    [
      "INSUFFICIENT_MARGIN",
    ][0],
  );
  accepted(engine.submit("carol", short({ price: "100", quantity: "10" })));
  const margin = engine.margin("carol", "USDT");
  assertEquals([margin.orderMargin, margin.available], ["100", "0"].map(decimal));
  assertEquals(
    refused(engine.submit("carol", short({ price: "100", quantity: "0.05" }))),
    "INSUFFICIENT_MARGIN",
  );
});

Deno.test("contracts: of both sides only the worse one binds margin; what reduces binds none", () => {
  const { engine } = contractScene();
  deal(engine, { ...ALICE_BUYS, quantity: "10", price: "100" });
  const before = engine.margin("alice", "USDT");
  assertEquals([before.initialMargin, before.orderMargin], ["100", "0"].map(decimal));
  accepted(engine.submit("alice", short({ price: "110", quantity: "10" })));
  assertEquals(engine.margin("alice", "USDT").orderMargin, decimal("0"));
  accepted(engine.submit("alice", long({ price: "90", quantity: "5" })));
  assertEquals(engine.margin("alice", "USDT").orderMargin, decimal("45"));
});

Deno.test("contracts: margin is free again when the order ends", () => {
  const { engine } = contractScene();
  const { order } = accepted(engine.submit("alice", long({ price: "90", quantity: "1" })));
  assertEquals(engine.margin("alice", "USDT").orderMargin, decimal("9"));
  accepted(engine.amend("alice", { ...keyOf(order), quantity: decimal("2") }));
  assertEquals(engine.margin("alice", "USDT").orderMargin, decimal("18"));
  accepted(engine.cancel("alice", order));
  assertEquals(engine.margin("alice", "USDT").orderMargin, decimal("0"));
});

Deno.test("contracts: an amend that margin does not cover changes nothing", () => {
  const { engine } = contractScene();
  engine.openAccount("carol", amounts({ USDT: "10" }));
  const { order } = accepted(engine.submit("carol", long({ price: "90", quantity: "1" })));
  assertEquals(
    refused(engine.amend("carol", { ...keyOf(order), quantity: decimal("1.2") })),
    "INSUFFICIENT_MARGIN",
  );
  assertEquals(engine.openOrders("carol"), [order]);
});

Deno.test("contracts: spot orders cannot lock what margin needs", () => {
  const { engine } = contractScene();
  engine.openAccount("carol", amounts({ USDT: "100" }));
  accepted(engine.submit("carol", long({ price: "90", quantity: "10" })));
  assertEquals(
    refused(engine.submit("carol", buy({ price: "10.01", quantity: "1" }))),
    "INSUFFICIENT_FUNDS",
  );
  accepted(engine.submit("carol", buy({ price: "10", quantity: "1" })));
  assertThrows(() => engine.deposit("carol", "USDT", decimal("-1")), RangeError, "too little free");
});

Deno.test("contracts: open profit margins new orders and buys no spot", () => {
  const { engine } = contractScene();
  engine.openAccount("carol", amounts({ USDT: "100" }));
  deal(engine, { buyer: "carol", seller: "bob", quantity: "10", price: "100" });
  assertEquals(engine.margin("carol", "USDT").available, decimal("0"));
  mark(engine, "120");
  assertEquals(engine.margin("carol", "USDT").available, decimal("180"));
  accepted(engine.submit("carol", long({ price: "100", quantity: "10" })));
  assertEquals(refused(engine.submit("carol", buy({ price: "100" }))), "INSUFFICIENT_FUNDS");
});

Deno.test("contracts: leverage is set by account and contract, within what is covered", () => {
  const { engine } = contractScene();
  engine.openAccount("carol", amounts({ USDT: "100" }));
  assertEquals(engine.leverage("carol", BTC_PERP), decimal("10"));
  assertEquals(engine.setLeverage("carol", BTC_PERP, decimal("20")), null);
  deal(engine, { buyer: "carol", seller: "bob", quantity: "20", price: "100" });
  assertEquals(engine.position("carol", BTC_PERP).initialMargin, decimal("100"));
  assertEquals(engine.setLeverage("carol", BTC_PERP, decimal("19"))?.code, "INSUFFICIENT_MARGIN");
  assertEquals(engine.setLeverage("carol", BTC_PERP, decimal("0.5"))?.code, "INVALID_LEVERAGE");
  assertEquals(engine.setLeverage("carol", BTC_PERP, decimal("126"))?.code, "INVALID_LEVERAGE");
  assertEquals(engine.leverage("carol", BTC_PERP), decimal("20"));
  assertEquals(engine.leverage("bob", BTC_PERP), decimal("10"));
});

Deno.test("contracts: a dated future is traded as a perpetual is", () => {
  const future = contractInstrument({
    base: "BTC",
    quote: "USDT",
    tickSize: "0.01",
    stepSize: "0.001",
    expiry: "20271224",
  });
  const { symbolId } = future;
  assertEquals(symbolId, "BTC/USDT:FUT:20271224");
  const { engine } = contractScene({ instruments: [PERP, future] });
  accepted(engine.submit("bob", short({ symbolId, price: "100" })));
  accepted(engine.submit("alice", long({ symbolId, price: "100" })));
  assertEquals(engine.positions("alice").map((each) => each.symbolId), [symbolId]);
});

Deno.test("contracts: what is settled in a third asset, and options in their quote, are refused", () => {
  const settled = (changes: Partial<SymbolMetadata["instrument"]>, symbolId: string) => ({
    ...PERP,
    symbolId,
    instrument: { ...PERP.instrument, symbol: symbolId, ...changes },
  });
  const quanto = settled({ settleCurrency: "ETH" }, "BTC/USDT:PERP@ETH");
  const option = settled({ instrumentType: "OPTION" }, "BTC/USDT:OPT:C:100:20271224");
  const { engine } = contractScene({ instruments: [PERP, quanto, option] });
  for (const { symbolId } of [quanto, option]) {
    assertEquals(engine.instruments.has(symbolId), true);
    assertEquals(
      refused(engine.submit("alice", long({ symbolId, price: "100" }))),
      "INSTRUMENT_UNSUPPORTED",
    );
  }
});

Deno.test("reduce-only: what would open, add to or reduce nothing is rejected", () => {
  const { engine } = contractScene();
  const reduce = { price: "100", reduceOnly: true };
  assertEquals(refused(engine.submit("alice", short(reduce))), "REDUCE_ONLY_REJECTED");
  deal(engine, { ...ALICE_BUYS, quantity: "2", price: "100" });
  assertEquals(refused(engine.submit("alice", long(reduce))), "REDUCE_ONLY_REJECTED");
  accepted(engine.submit("alice", short({ ...reduce, price: "110" })));
  assertEquals(refused(engine.submit("alice", buy({ ...reduce }))), "INVALID_ORDER");
});

Deno.test("reduce-only: an order above the position is cut to it, or refused, as the option says", () => {
  const order = short({ price: "110", quantity: "5", reduceOnly: true });
  const cutting = contractScene().engine;
  deal(cutting, { ...ALICE_BUYS, quantity: "2", price: "100" });
  assertEquals(accepted(cutting.submit("alice", order)).order.quantity, decimal("2"));
  const refusing = contractScene({ margin: { reduceOnlyExcess: "REFUSE" } }).engine;
  deal(refusing, { ...ALICE_BUYS, quantity: "2", price: "100" });
  assertEquals(refused(refusing.submit("alice", order)), "REDUCE_ONLY_REJECTED");
  const { order: rests } = accepted(
    cutting.submit("alice", short({ price: "120", quantity: "1", reduceOnly: true })),
  );
  const grown = accepted(cutting.amend("alice", { ...keyOf(rests), quantity: decimal("9") }));
  assertEquals(grown.order.quantity, decimal("2"));
});

Deno.test("reduce-only: it binds no margin, also where nothing is left for it", () => {
  const { engine } = contractScene();
  engine.openAccount("carol", amounts({ USDT: "100" }));
  deal(engine, { buyer: "carol", seller: "bob", quantity: "10", price: "100" });
  mark(engine, "95");
  assertEquals(engine.margin("carol", "USDT").available, decimal("0"));
  accepted(engine.submit("carol", short({ price: "99", quantity: "10", reduceOnly: true })));
  assertEquals(engine.margin("carol", "USDT").orderMargin, decimal("0"));
});

Deno.test("reduce-only: it ends with the position it was to reduce", () => {
  const { engine } = contractScene();
  deal(engine, { ...ALICE_BUYS, quantity: "2", price: "100" });
  const { order } = accepted(
    engine.submit("alice", short({ price: "110", quantity: "2", reduceOnly: true })),
  );
  deal(engine, { ...BOB_BUYS, quantity: "2", price: "100" });
  const ended = engine.order("alice", order);
  assertEquals([ended?.status, ended?.cause], ["CANCELED", "REDUCE_ONLY"]);
});

Deno.test("reduce-only: two of them never close more than there is", () => {
  const { engine } = contractScene();
  deal(engine, { ...ALICE_BUYS, quantity: "3", price: "100" });
  const reduce = short({ price: "101", quantity: "2", reduceOnly: true });
  accepted(engine.submit("alice", reduce));
  accepted(engine.submit("alice", reduce));
  const taken = accepted(engine.submit("bob", long({ price: "101", quantity: "4" })));
  assertEquals([taken.order.filled, taken.order.status], [decimal("3"), "PARTIALLY_FILLED"]);
  assertEquals(engine.position("alice", BTC_PERP).quantity, decimal("0"));
  assertEquals(engine.openOrders("alice"), []);
});

Deno.test("reduce-only: a FOK that counts on more than a maker may reduce takes nothing", () => {
  const { engine } = contractScene();
  deal(engine, { ...ALICE_BUYS, quantity: "3", price: "100" });
  const at = { price: "101", quantity: "2" };
  accepted(engine.submit("alice", short({ ...at, reduceOnly: true })));
  accepted(engine.submit("alice", short({ ...at, reduceOnly: true })));
  const hopeful = long({ price: "101", quantity: "4", timeInForce: "FOK" });
  assertEquals(accepted(engine.submit("bob", hopeful)).order.status, "EXPIRED");
  assertEquals(engine.openOrders("alice").length, 2);
});

Deno.test("contracts: changed positions are told after orders and balances, closed ones as 0", () => {
  const { engine } = contractScene();
  const told: string[] = [];
  const tell = ({ accountId, positions }: PositionReport) =>
    void told.push(`${accountId} ${positions.map(({ quantity }) => quantity)}`);
  engine.onPosition(tell);
  engine.onExecution(({ kind, accountId }) => void told.push(`${kind} ${accountId}`));
  engine.onBalance(({ accountId }) => void told.push(`balance ${accountId}`));
  deal(engine, { ...ALICE_BUYS, quantity: "1", price: "100" });
  assertEquals(told.splice(0), [
    "NEW bob",
    "balance bob",
    "NEW alice",
    "TRADE alice",
    "TRADE bob",
    "balance alice",
    "balance bob",
    "alice 1",
    "bob -1",
  ]);
  mark(engine, "101");
  assertEquals(told.splice(0), []);
  deal(engine, { ...BOB_BUYS, quantity: "1", price: "101" });
  assertEquals(told.slice(-2), ["bob 0", "alice 0"]);
});

Deno.test("contracts: positions, leverage and order margin outlive a restart", () => {
  const { engine } = contractScene();
  engine.setLeverage("alice", BTC_PERP, decimal("5"));
  deal(engine, { ...ALICE_BUYS, quantity: "3", price: "100.01" });
  deal(engine, { ...BOB_BUYS, quantity: "1", price: "99" });
  accepted(engine.submit("alice", long({ price: "90", quantity: "2" })));
  accepted(engine.submit("alice", short({ price: "120", reduceOnly: true })));
  const state = JSON.parse(JSON.stringify(engine.serialize())) as EngineState;
  const restored = MatchingEngine.restore({
    clock: new VirtualClock(),
    instruments: [BTC, PERP],
    fees: { maker: decimal("0"), taker: decimal("0") },
    ladder: { levels: 0 },
  }, state);
  assertEquals(restored.serialize(), state);
  assertEquals(restored.positions("alice"), engine.positions("alice"));
  assertEquals(restored.margin("alice", "USDT"), engine.margin("alice", "USDT"));
  deal(restored, { ...BOB_BUYS, quantity: "2", price: "99" });
  assertEquals(restored.openOrders("alice").map(({ side }) => side), ["BUY"]);
});

Deno.test("contracts: options out of range are named", () => {
  const margin = { leverage: decimal("200") };
  assertThrows(
    () => contractScene({ margin }),
    RangeError,
    "margin.leverage must be from 1 to 125",
  );
  const rate = { maintenanceRate: decimal("1") };
  assertThrows(() => contractScene({ margin: rate }), RangeError, "margin.maintenanceRate");
  const { engine } = contractScene();
  assertThrows(() => engine.position("alice", "BTC/USDT"), RangeError, "it is no contract");
});
