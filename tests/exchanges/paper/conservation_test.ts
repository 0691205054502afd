import { assert, assertEquals } from "@std/assert";
import fc from "fast-check";
import { MatchingEngine } from "../../../src/exchanges/paper/engine.ts";
import type { EngineOptions } from "../../../src/exchanges/paper/engine.ts";
import type { EngineState, NewOrder } from "../../../src/exchanges/paper/messages.ts";
import { add, decimal, isNegative, multiply, subtract } from "../../../src/model/decimal.ts";
import { VirtualClock } from "../../../src/system/virtual_clock.ts";
import { amounts, BTC, BTC_USDT } from "./builders.ts";

const ACCOUNTS = ["alice", "bob", "carol"] as const;
const STP = ["NONE", "EXPIRE_TAKER", "EXPIRE_MAKER", "EXPIRE_BOTH"] as const;

type Step = (engine: MatchingEngine) => void;

const account = fc.constantFrom(...ACCOUNTS);
const side = fc.constantFrom("BUY" as const, "SELL" as const);
const price = fc.integer({ min: 9_900, max: 10_100 })
  .map((cents) => multiply(decimal(cents), decimal("0.01")));
const quantity = fc.integer({ min: 1, max: 4_000 })
  .map((steps) => multiply(decimal(steps), decimal("0.001")));

const submit: fc.Arbitrary<Step> = fc.record({
  account,
  side,
  price,
  quantity,
  kind: fc.constantFrom("GTC", "IOC", "FOK", "POST", "MARKET", "QUOTE"),
  selfTradePrevention: fc.constantFrom(...STP),
}).map((drawn) => (engine) => {
  const { kind, selfTradePrevention } = drawn;
  const common = { symbolId: BTC_USDT, side: drawn.side, selfTradePrevention };
  const order: NewOrder = kind === "MARKET"
    ? { ...common, type: "MARKET", quantity: drawn.quantity }
    : kind === "QUOTE"
    ? { ...common, type: "MARKET", quoteQuantity: multiply(drawn.quantity, drawn.price) }
    : {
      ...common,
      type: "LIMIT",
      price: drawn.price,
      quantity: drawn.quantity,
      postOnly: kind === "POST",
      timeInForce: kind === "POST" ? "GTC" : kind as "GTC" | "IOC" | "FOK",
    };
  engine.submit(drawn.account, order);
});

const cancel: fc.Arbitrary<Step> = fc.record({ account, nth: fc.nat(20) }).map((drawn) => {
  return (engine) => {
    const open = engine.openOrders(drawn.account);
    const chosen = open[drawn.nth % Math.max(1, open.length)];
    if (chosen !== undefined) engine.cancel(drawn.account, chosen);
  };
});

const amend: fc.Arbitrary<Step> = fc.record({ account, price, quantity, nth: fc.nat(20) }).map(
  (drawn) => (engine) => {
    const open = engine.openOrders(drawn.account);
    const chosen = open[drawn.nth % Math.max(1, open.length)];
    if (chosen === undefined) return;
    const { symbolId, orderId } = chosen;
    const { price, quantity } = drawn;
    engine.amend(drawn.account, { symbolId, orderId, price, quantity });
  },
);

const print: fc.Arbitrary<Step> = fc.record({ price, quantity, takerSide: side }).map((drawn) => {
  return (engine) => engine.trade(BTC_USDT, drawn);
});

const steps = fc.array(fc.oneof(submit, submit, submit, cancel, amend, print), {
  minLength: 5,
  maxLength: 80,
});

function options(): EngineOptions {
  return {
    clock: new VirtualClock(),
    instruments: [BTC],
    fees: { maker: decimal("0.0007"), taker: decimal("0.0013") },
    ladder: { levels: 3, notionalPerLevel: decimal("150") },
  };
}

function engineOf(): MatchingEngine {
  const engine = new MatchingEngine(options());
  for (const each of ACCOUNTS) engine.openAccount(each, amounts({ USDT: "1000", BTC: "10" }));
  return engine;
}

function assertSound(engine: MatchingEngine): void {
  assertEquals([engine.total("USDT"), engine.total("BTC")], [decimal("3000"), decimal("30")]);
  for (const each of ACCOUNTS) {
    let quote = decimal("0");
    let base = decimal("0");
    for (const order of engine.openOrders(each)) {
      const rest = subtract(order.quantity, order.filled);
      if (order.side === "BUY") quote = add(quote, multiply(order.price!, rest));
      else base = add(base, rest);
    }
    assertEquals(engine.balance(each, "USDT").locked, quote);
    assertEquals(engine.balance(each, "BTC").locked, base);
    assert(engine.balances(each).every(({ free }) => !isNegative(free)), "a balance is negative");
  }
  const { bids, asks } = engine.depth(BTC_USDT);
  const isCrossed = bids[0] !== undefined && asks[0] !== undefined &&
    !isNegative(subtract(bids[0].price, asks[0].price));
  assert(!isCrossed, `the book is crossed: ${bids[0]?.price} against ${asks[0]?.price}`);
}

Deno.test("conservation: no play creates, loses or overdraws value, nor crosses the book", () => {
  const property = fc.property(steps, (play) => {
    const engine = engineOf();
    for (const step of play) {
      step(engine);
      assertSound(engine);
    }
  });
  fc.assert(property, { seed: 20_261_121, numRuns: 120 });
});

Deno.test("conservation: Σ of an order's trades is what it says it filled", () => {
  const property = fc.property(steps, (play) => {
    const engine = engineOf();
    for (const step of play) step(engine);
    for (const order of ACCOUNTS.flatMap((each) => engine.orders(each))) {
      const trades = engine.trades(order.accountId, { orderId: order.orderId });
      const filled = trades.reduce((sum, trade) => add(sum, trade.quantity), decimal("0"));
      const quote = trades.reduce((sum, trade) => add(sum, trade.quoteQuantity), decimal("0"));
      assertEquals([filled, quote], [order.filled, order.filledQuote]);
    }
  });
  fc.assert(property, { seed: 7, numRuns: 60 });
});

Deno.test("state: a restored engine goes on exactly as the one it was taken from", () => {
  const property = fc.property(steps, steps, (before, after) => {
    const engine = engineOf();
    for (const step of before) step(engine);
    const state = JSON.parse(JSON.stringify(engine.serialize())) as EngineState;
    const restored = MatchingEngine.restore(options(), state);
    assertEquals(restored.serialize(), state);
    for (const step of after) {
      step(engine);
      step(restored);
    }
    assertEquals(restored.serialize(), engine.serialize());
  });
  fc.assert(property, { seed: 42, numRuns: 60 });
});

Deno.test("state: a restored queue keeps its turns, also those an amend has lost", () => {
  const engine = engineOf();
  const bid = { symbolId: BTC_USDT, side: "BUY", type: "LIMIT", price: decimal("100") } as const;
  engine.submit("alice", { ...bid, quantity: decimal("1"), clientOrderId: "first" });
  engine.submit("bob", { ...bid, quantity: decimal("1") });
  engine.amend("alice", {
    symbolId: BTC_USDT,
    clientOrderId: "first",
    quantity: decimal("2"),
  });
  const restored = MatchingEngine.restore(options(), engine.serialize());
  restored.submit("carol", { ...bid, side: "SELL", quantity: decimal("0.5") });
  assertEquals([restored.trades("alice").length, restored.trades("bob").length], [0, 1]);
});
