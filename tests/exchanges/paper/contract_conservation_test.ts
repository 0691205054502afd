import { assert, assertEquals } from "@std/assert";
import fc from "fast-check";
import { MatchingEngine } from "../../../src/exchanges/paper/engine.ts";
import type { EngineState } from "../../../src/exchanges/paper/messages.ts";
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
import { BTC_PERP } from "./contract_builders.ts";
import { ACCOUNTS, COIN, contractPlay, LINEAR } from "./contract_play.ts";
import { INVERSE } from "./inverse_builders.ts";

function sumOf(values: readonly Decimal[]): Decimal {
  return values.reduce(add, ZERO);
}

/** Σ realized over trades + unrealized of what is open; without the house it must be zero. */
function profitOf(engine: MatchingEngine, symbolId: string): Decimal {
  const trades = ACCOUNTS.flatMap((each) => engine.trades(each));
  const realized = trades.map(({ realizedPnl }) => realizedPnl ?? ZERO);
  const open = ACCOUNTS.map((each) => engine.position(each, symbolId).unrealizedPnl);
  return sumOf([...realized, ...open]);
}

Deno.test("contract conservation: among accounts alone, all profit and loss is zero, fees apart", () => {
  // Prints with a quantity trade with the house: here they only move the mark.
  const { own, price, engineOf } = contractPlay(LINEAR);
  const among = fc.array(own, { minLength: 5, maxLength: 80, size: "max" });
  let traded = 0;
  const property = fc.property(among, price, (play, last) => {
    const engine = engineOf(0, "1000000");
    for (const step of play) {
      step(engine);
      assertEquals(profitOf(engine, BTC_PERP), ZERO);
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

Deno.test("inverse conservation: accounts gain no more than others lose, but for roundings", () => {
  const { own, engineOf } = contractPlay(COIN);
  let traded = 0;
  const among = fc.array(own, { minLength: 5, maxLength: 80, size: "max" });
  const property = fc.property(among, (play) => {
    const engine = engineOf(0, "1000000");
    for (const step of play) step(engine);
    const sum = profitOf(engine, INVERSE);
    const { length } = ACCOUNTS.flatMap((each) => engine.trades(each));
    const roundings = decimal(4 * length + ACCOUNTS.length);
    const least = negate(multiply(roundings, decimal("0.000000000000000001")));
    assert(compare(sum, ZERO) <= 0 && compare(sum, least) >= 0, `${sum} of ${length}`);
    traded += length;
  });
  fc.assert(property, { seed: 20_261_121, numRuns: 200 });
  assert(traded > 500, `only ${traded} trades were played`);
});

/** What a contract's accounts begin with, where they are to be short of money, and where not. */
const KINDS = [
  { name: "contract", kind: LINEAR, scarce: "25", all: "75", some: "100", plenty: "1000" },
  { name: "inverse", kind: COIN, scarce: "0.1", all: "0.3", some: "1", plenty: "10" },
] as const;

for (const { name, kind, scarce, all, some, plenty } of KINDS) {
  const { symbolId, settle } = kind;
  const { steps, options, engineOf } = contractPlay(kind);

  Deno.test(`${name} conservation: with house and liquidations the ledger's sum never moves`, () => {
    let liquidations = 0;
    const property = fc.property(steps, (play) => {
      const engine = engineOf(3, scarce);
      for (const step of play) {
        step(engine);
        assertEquals(engine.total(settle), decimal(all));
        for (const each of ACCOUNTS) {
          assert(engine.balances(each).every(({ free }) => !isNegative(free)), "overdrawn");
          const reducing = engine.openOrders(each).filter(({ reduceOnly }) => reduceOnly);
          const held = sign(engine.position(each, symbolId).quantity);
          assert(reducing.every((order) => held === (order.side === "SELL" ? 1 : -1)), "reduces 0");
        }
      }
      liquidations += ACCOUNTS.flatMap((each) => engine.orders(each))
        .filter(({ origin }) => origin === "LIQUIDATION").length;
    });
    fc.assert(property, { seed: 3, numRuns: 300 });
    assert(liquidations > 10, `only ${liquidations} liquidations were played`);
  });

  Deno.test(`${name} reduce-only: no fill of one opens, grows or turns a position`, () => {
    let reduced = 0;
    const property = fc.property(steps, (play) => {
      const engine = engineOf(3, plenty);
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
        assertEquals(engine.position(each, symbolId).quantity, held.get(each) ?? ZERO);
      }
    });
    fc.assert(property, { seed: 11, numRuns: 300 });
    assert(reduced > 200, `only ${reduced} fills reduced`);
  });

  Deno.test(`${name} reduce-only: FOK is all or nothing, whatever the makers may reduce`, () => {
    const property = fc.property(steps, (play) => {
      const engine = engineOf(3, plenty);
      for (const step of play) step(engine);
      for (const order of ACCOUNTS.flatMap((each) => engine.orders(each))) {
        if (order.timeInForce !== "FOK") continue;
        assert(order.filled === ZERO || order.filled === order.quantity, "a part of a FOK");
      }
    });
    fc.assert(property, { seed: 5, numRuns: 300 });
  });

  Deno.test(`${name} state: a restored engine goes on exactly as the one it was taken from`, () => {
    const property = fc.property(steps, steps, (before, after) => {
      const engine = engineOf(3, some);
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
}

function sign(value: Decimal): number {
  return compare(value, ZERO);
}
