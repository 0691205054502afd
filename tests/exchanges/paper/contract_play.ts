/** Random plays of three accounts on one contract of the paper engine, linear or inverse. */
import fc from "fast-check";
import { type EngineOptions, MatchingEngine } from "../../../src/exchanges/paper/engine.ts";
import type { NewOrder } from "../../../src/exchanges/paper/messages.ts";
import { type Decimal, decimal, multiply, ZERO } from "../../../src/model/decimal.ts";
import type { SymbolMetadata } from "../../../src/model/instrument.ts";
import { VirtualClock } from "../../../src/system/virtual_clock.ts";
import { amounts } from "./builders.ts";
import { BTC_PERP, PERP } from "./contract_builders.ts";
import { INVERSE, INVERSE_PERP } from "./inverse_builders.ts";

export const ACCOUNTS = ["alice", "bob", "carol"] as const;

export type Step = (engine: MatchingEngine) => void;

/** One contract and the numbers of its plays. */
export interface ContractKind {
  readonly symbolId: string;
  readonly instrument: SymbolMetadata;
  readonly settle: string;
  readonly startsAt: Decimal;
  /** Around the start, from [0] to [1] ticks. */
  readonly ticks: readonly [tick: string, from: number, to: number];
  readonly steps: readonly [step: string, most: number];
  readonly notionalPerLevel: string;
}

export const LINEAR: ContractKind = {
  symbolId: BTC_PERP,
  instrument: PERP,
  settle: "USDT",
  startsAt: decimal("100"),
  ticks: ["0.01", 9_200, 10_800],
  steps: ["0.001", 4_000],
  notionalPerLevel: "150",
};

export const COIN: ContractKind = {
  symbolId: INVERSE,
  instrument: INVERSE_PERP,
  settle: "BTC",
  startsAt: decimal("50000"),
  ticks: ["0.5", 92_000, 108_000],
  steps: ["100", 900],
  notionalPerLevel: "20000",
};

export interface ContractPlay {
  readonly price: fc.Arbitrary<Decimal>;
  /** Whatever accounts can do; prices are not moved. */
  readonly own: fc.Arbitrary<Step>;
  /** Prints, too: with a quantity they trade with the house. */
  readonly steps: fc.Arbitrary<Step[]>;
  readonly options: (levels: number) => EngineOptions;
  /** @param wallet of each account, in the settle asset */
  readonly engineOf: (levels: number, wallet: string) => MatchingEngine;
}

export function contractPlay(of: ContractKind): ContractPlay {
  const { symbolId, instrument, settle, startsAt, notionalPerLevel } = of;
  const { price, quantity } = sizesOf(of);
  const size = { price, quantity };
  const submit = submitOf(symbolId, size);
  const own = fc.oneof(
    submit,
    submit,
    submit,
    submit,
    cancel,
    amendOf(symbolId, size),
    leverageOf(symbolId),
  );
  const print: fc.Arbitrary<Step> = fc.record({ price, quantity, takerSide: side })
    .map((drawn) => (engine) => engine.trade(symbolId, drawn));
  const steps = fc.array(fc.oneof({ weight: 7, arbitrary: own }, { weight: 1, arbitrary: print }), {
    minLength: 5,
    maxLength: 80,
    size: "max",
  });
  const options = (levels: number): EngineOptions => ({
    clock: new VirtualClock(),
    instruments: [instrument],
    fees: { maker: decimal("0.0007"), taker: decimal("0.0013") },
    ladder: { levels, notionalPerLevel: decimal(notionalPerLevel) },
  });
  const engineOf = (levels: number, wallet: string) => {
    const engine = new MatchingEngine(options(levels));
    for (const each of ACCOUNTS) engine.openAccount(each, amounts({ [settle]: wallet }));
    engine.trade(symbolId, { price: startsAt, quantity: ZERO, takerSide: "BUY" });
    return engine;
  };
  return { price, own, steps, options, engineOf };
}

const STP = ["NONE", "EXPIRE_TAKER", "EXPIRE_MAKER", "EXPIRE_BOTH"] as const;
const account = fc.constantFrom(...ACCOUNTS);
const side = fc.constantFrom("BUY" as const, "SELL" as const);

interface Sizes {
  readonly price: fc.Arbitrary<Decimal>;
  readonly quantity: fc.Arbitrary<Decimal>;
}

function sizesOf({ ticks: [tick, from, to], steps: [step, most] }: ContractKind): Sizes {
  const multiples = (min: number, max: number, unit: string) =>
    fc.integer({ min, max }).map((count) => multiply(decimal(count), decimal(unit)));
  return { price: multiples(from, to, tick), quantity: multiples(1, most, step) };
}

function submitOf(symbolId: string, size: Sizes): fc.Arbitrary<Step> {
  return fc.record({
    account,
    side,
    ...size,
    reduceOnly: fc.nat(3).map((drawn) => drawn === 0),
    kind: fc.constantFrom("GTC", "IOC", "FOK", "POST", "MARKET"),
    selfTradePrevention: fc.constantFrom(...STP),
  }).map(({ account, kind, price, ...drawn }) => (engine) => {
    const common = { symbolId, ...drawn };
    const order: NewOrder = kind === "MARKET" ? { ...common, type: "MARKET" } : {
      ...common,
      type: "LIMIT",
      price,
      postOnly: kind === "POST",
      timeInForce: kind === "POST" ? "GTC" : kind as "GTC" | "IOC" | "FOK",
    };
    engine.submit(account, order);
  });
}

const cancel: fc.Arbitrary<Step> = fc.record({ account, nth: fc.nat(20) }).map((drawn) => {
  return (engine) => {
    const open = engine.openOrders(drawn.account);
    const chosen = open[drawn.nth % Math.max(1, open.length)];
    if (chosen !== undefined) engine.cancel(drawn.account, chosen);
  };
});

function amendOf(symbolId: string, sizes: Sizes): fc.Arbitrary<Step> {
  return fc.record({ account, ...sizes, nth: fc.nat(20) }).map(
    ({ account, nth, ...size }) => (engine) => {
      const open = engine.openOrders(account);
      const chosen = open[nth % Math.max(1, open.length)];
      if (chosen === undefined) return;
      engine.amend(account, { symbolId, orderId: chosen.orderId, ...size });
    },
  );
}

function leverageOf(symbolId: string): fc.Arbitrary<Step> {
  return fc.record({ account, times: fc.integer({ min: 1, max: 125 }) })
    .map(({ account, times }) => (engine) => engine.setLeverage(account, symbolId, decimal(times)));
}
