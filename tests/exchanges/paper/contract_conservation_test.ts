import { assert, assertEquals } from "@std/assert";
import fc from "fast-check";
import { type EngineOptions, MatchingEngine } from "../../../src/exchanges/paper/engine.ts";
import type { EngineState, NewOrder } from "../../../src/exchanges/paper/messages.ts";
import {
  absolute,
  add,
  compare,
  type Decimal,
  decimal,
  isNegative,
  multiply,
  negate,
  ZERO,
} from "../../../src/model/decimal.ts";
import { VirtualClock } from "../../../src/system/virtual_clock.ts";
import { amounts } from "./builders.ts";
import { BTC_PERP, PERP } from "./contract_builders.ts";

const ACCOUNTS = ["alice", "bob", "carol"] as const;
const STP = ["NONE", "EXPIRE_TAKER", "EXPIRE_MAKER", "EXPIRE_BOTH"] as const;

type Step = (engine: MatchingEngine) => void;

const account = fc.constantFrom(...ACCOUNTS);
const side = fc.constantFrom("BUY" as const, "SELL" as const);
const price = fc.integer({ min: 9_200, max: 10_800 })
  .map((cents) => multiply(decimal(cents), decimal("0.01")));
const quantity = fc.integer({ min: 1, max: 4_000 })
  .map((steps) => multiply(decimal(steps), decimal("0.001")));

const submit: fc.Arbitrary<Step> = fc.record({
  account,
  side,
  price,
  quantity,
  reduceOnly: fc.nat(3).map((drawn) => drawn === 0),
  kind: fc.constantFrom("GTC", "IOC", "FOK", "POST", "MARKET"),
  selfTradePrevention: fc.constantFrom(...STP),
}).map(({ account, kind, price, ...drawn }) => (engine) => {
  const common = { symbolId: BTC_PERP, ...drawn };
  const order: NewOrder = kind === "MARKET" ? { ...common, type: "MARKET" } : {
    ...common,
    type: "LIMIT",
    price,
    postOnly: kind === "POST",
    timeInForce: kind === "POST" ? "GTC" : kind as "GTC" | "IOC" | "FOK",
  };
  engine.submit(account, order);
});

const cancel: fc.Arbitrary<Step> = fc.record({ account, nth: fc.nat(20) }).map((drawn) => {
  return (engine) => {
    const open = engine.openOrders(drawn.account);
    const chosen = open[drawn.nth % Math.max(1, open.length)];
    if (chosen !== undefined) engine.cancel(drawn.account, chosen);
  };
});

const amend: fc.Arbitrary<Step> = fc.record({ account, price, quantity, nth: fc.nat(20) }).map(
  ({ account, nth, ...size }) => (engine) => {
    const open = engine.openOrders(account);
    const chosen = open[nth % Math.max(1, open.length)];
    if (chosen === undefined) return;
    engine.amend(account, { symbolId: BTC_PERP, orderId: chosen.orderId, ...size });
  },
);

const print: fc.Arbitrary<Step> = fc.record({ price, quantity, takerSide: side }).map((drawn) => {
  return (engine) => engine.trade(BTC_PERP, drawn);
});

const leverage: fc.Arbitrary<Step> = fc.record({ account, times: fc.integer({ min: 1, max: 125 }) })
  .map(({ account, times }) => (engine) => {
    engine.setLeverage(account, BTC_PERP, decimal(times));
  });

const steps = fc.array(fc.oneof(submit, submit, submit, submit, cancel, amend, print, leverage), {
  minLength: 5,
  maxLength: 80,
  size: "max",
});

function options(levels: number): EngineOptions {
  return {
    clock: new VirtualClock(),
    instruments: [PERP],
    fees: { maker: decimal("0.0007"), taker: decimal("0.0013") },
    ladder: { levels, notionalPerLevel: decimal("150") },
  };
}

function engineOf(levels: number, wallet: string): MatchingEngine {
  const engine = new MatchingEngine(options(levels));
  for (const each of ACCOUNTS) engine.openAccount(each, amounts({ USDT: wallet }));
  engine.trade(BTC_PERP, { price: decimal("100"), quantity: ZERO, takerSide: "BUY" });
  return engine;
}

function sumOf(values: readonly Decimal[]): Decimal {
  return values.reduce(add, ZERO);
}

/** Σ realized over trades + unrealized of what is open; without the house it must be zero. */
function profitOf(engine: MatchingEngine): Decimal {
  const trades = ACCOUNTS.flatMap((each) => engine.trades(each));
  const realized = trades.map(({ realizedPnl }) => realizedPnl ?? ZERO);
  const open = ACCOUNTS.map((each) => engine.position(each, BTC_PERP).unrealizedPnl);
  return sumOf([...realized, ...open]);
}

Deno.test("contract conservation: among accounts alone, all profit and loss is zero, fees apart", () => {
  // Prints with a quantity trade with the house: here they only move the mark.
  const among = fc.array(fc.oneof(submit, submit, submit, submit, cancel, amend, leverage), {
    minLength: 5,
    maxLength: 80,
    size: "max",
  });
  let traded = 0;
  const property = fc.property(among, price, (play, last) => {
    const engine = engineOf(0, "1000000");
    for (const step of play) {
      step(engine);
      assertEquals(profitOf(engine), ZERO);
    }
    engine.trade(BTC_PERP, { price: last, quantity: ZERO, takerSide: "BUY" });
    const fees = ACCOUNTS.flatMap((each) => engine.trades(each)).map(({ fee }) => fee);
    const wallets = ACCOUNTS.map((each) => engine.margin(each, "USDT").wallet);
    const open = ACCOUNTS.map((each) => engine.position(each, BTC_PERP).unrealizedPnl);
    assertEquals(sumOf([...wallets, ...open, ...fees]), decimal("3000000"));
    traded += fees.length;
  });
  fc.assert(property, { seed: 20_261_121, numRuns: 300 });
  assert(traded > 1_000, `only ${traded} trades were played`);
});

Deno.test("contract conservation: with house and liquidations the ledger's sum never moves", () => {
  let liquidations = 0;
  const property = fc.property(steps, (play) => {
    const engine = engineOf(3, "25");
    for (const step of play) {
      step(engine);
      assertEquals(engine.total("USDT"), decimal("75"));
      for (const each of ACCOUNTS) {
        assert(engine.balances(each).every(({ free }) => !isNegative(free)), "overdrawn");
        const reducing = engine.openOrders(each).filter(({ reduceOnly }) => reduceOnly);
        const held = sign(engine.position(each, BTC_PERP).quantity);
        assert(reducing.every((order) => held === (order.side === "SELL" ? 1 : -1)), "reduces 0");
      }
    }
    liquidations += ACCOUNTS.flatMap((each) => engine.orders(each))
      .filter(({ origin }) => origin === "LIQUIDATION").length;
  });
  fc.assert(property, { seed: 3, numRuns: 300 });
  assert(liquidations > 10, `only ${liquidations} liquidations were played`);
});

Deno.test("reduce-only: no fill of one opens, grows or turns a position", () => {
  let reduced = 0;
  const property = fc.property(steps, (play) => {
    const engine = engineOf(3, "1000");
    const held = new Map<string, Decimal>();
    engine.onExecution(({ accountId, order, trade }) => {
      if (trade === null) return;
      const before = held.get(accountId) ?? ZERO;
      const moved = trade.side === "BUY" ? trade.quantity : negate(trade.quantity);
      const after = add(before, moved);
      held.set(accountId, after);
      if (!order.reduceOnly) return;
      reduced++;
      assert(compare(absolute(after), absolute(before)) < 0, `${before} grew to ${after}`);
      assert(sign(after) === 0 || sign(after) === sign(before), `${before} turned to ${after}`);
    });
    for (const step of play) step(engine);
    for (const each of ACCOUNTS) {
      assertEquals(engine.position(each, BTC_PERP).quantity, held.get(each) ?? ZERO);
    }
  });
  fc.assert(property, { seed: 11, numRuns: 300 });
  assert(reduced > 200, `only ${reduced} fills reduced`);
});

Deno.test("reduce-only: FOK is all or nothing, whatever the makers may reduce", () => {
  const property = fc.property(steps, (play) => {
    const engine = engineOf(3, "1000");
    for (const step of play) step(engine);
    for (const order of ACCOUNTS.flatMap((each) => engine.orders(each))) {
      if (order.timeInForce !== "FOK") continue;
      assert(order.filled === ZERO || order.filled === order.quantity, "a part of a FOK");
    }
  });
  fc.assert(property, { seed: 5, numRuns: 300 });
});

Deno.test("contract state: a restored engine goes on exactly as the one it was taken from", () => {
  const property = fc.property(steps, steps, (before, after) => {
    const engine = engineOf(3, "100");
    for (const step of before) step(engine);
    const state = JSON.parse(JSON.stringify(engine.serialize())) as EngineState;
    const restored = MatchingEngine.restore(options(3), state);
    assertEquals(restored.serialize(), state);
    for (const step of after) {
      step(engine);
      step(restored);
    }
    assertEquals(restored.serialize(), engine.serialize());
  });
  fc.assert(property, { seed: 42, numRuns: 100 });
});

function sign(value: Decimal): number {
  return compare(value, ZERO);
}
