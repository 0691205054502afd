/**
 * What risk admits the venue takes: random orders of every kind of instrument on one account, many at
 * once, amended and partly filled, against the margin of the paper engine.
 */
import { assert, assertEquals } from "@std/assert";
import fc from "fast-check";
import { MatchingEngine } from "../../src/exchanges/paper/engine.ts";
import { contractInstrument, spotInstrument } from "../../src/exchanges/paper/catalogue.ts";
import type { EngineResult, Rejection } from "../../src/exchanges/paper/messages.ts";
import { add, decimal, fromUnits, isNegative, negate, ZERO } from "../../src/model/decimal.ts";
import { KernelError } from "../../src/model/errors.ts";
import { riskLimits } from "../../src/model/risk.ts";
import { VirtualClock } from "../../src/system/virtual_clock.ts";
import { CALL, coinScene, INVERSE, PUT } from "../exchanges/paper/inverse_builders.ts";
import { HeldStore } from "./fakes.ts";
import { openPaperKernel, type PaperKernel, type World } from "./paper_kernel.ts";
import { a } from "./risk_kernel.ts";

const SPOT = "BTC/USD";
const LINEAR = "BTC/USD:PERP";

interface Traded {
  readonly symbolId: string;
  /** Where it stands, in ticks. */
  readonly at: number;
  readonly tick: string;
  readonly step: string;
  /** Of one order, in steps. */
  readonly stepsMax: number;
}

const TRADED: readonly Traded[] = [
  { symbolId: INVERSE, at: 100_000, tick: "0.5", step: "100", stepsMax: 3_000 },
  { symbolId: CALL, at: 100, tick: "0.0005", step: "0.01", stepsMax: 400 },
  { symbolId: PUT, at: 100, tick: "0.0005", step: "0.01", stepsMax: 2_000 },
  { symbolId: LINEAR, at: 5_000_000, tick: "0.01", step: "0.001", stepsMax: 6_000 },
  { symbolId: SPOT, at: 5_000_000, tick: "0.01", step: "0.001", stepsMax: 2_000 },
];

function worldOf(leverage: string): World {
  const clock = new VirtualClock();
  const options = [...coinScene().engine.instruments.values()]
    .filter(({ symbolId }) => symbolId !== INVERSE);
  const usd = { base: "BTC", quote: "USD", tickSize: "0.01", stepSize: "0.001" };
  const inverse = { ...usd, tickSize: "0.5", stepSize: "100", settle: "BTC" };
  const contracts = [contractInstrument(usd), contractInstrument(inverse)];
  const engine = new MatchingEngine({
    clock,
    instruments: [...options, ...contracts, spotInstrument(usd)],
    fees: { maker: ZERO, taker: ZERO },
    ladder: { levels: 2, notionalPerLevel: decimal("30000") },
    margin: { leverage: decimal(leverage) },
  });
  engine.openAccount("main", { BTC: decimal("2"), USD: decimal("100000") });
  engine.openAccount("other", { BTC: decimal("100000"), USD: decimal("100000000") });
  for (const { symbolId, at, tick } of TRADED) {
    const price = priceOf(at, tick);
    engine.trade(symbolId, { price, quantity: ZERO, takerSide: "BUY" });
  }
  return { clock, held: new HeldStore(), exchangeEngine: () => ({ engine }) };
}

const priceOf = (ticks: number, tick: string) => times(tick, ticks);
function times(unit: string, count: number) {
  const [, fraction = ""] = unit.split(".");
  const scaled = BigInt(unit.replace(".", "")) * BigInt(count);
  return fromUnits(scaled * 10n ** BigInt(18 - fraction.length));
}

interface Placed {
  readonly id: string;
  readonly side: "BUY" | "SELL";
  readonly own: Traded;
}

interface Drawn {
  readonly what: number;
  readonly side: "BUY" | "SELL";
  /** In thousandths, of the price that stands. */
  readonly off: number;
  /** In thousandths, of the largest. */
  readonly size: number;
  readonly kind: "limit" | "market" | "postOnly" | "reduceOnly" | "amend" | "cancel" | "other";
}

const drawn: fc.Arbitrary<Drawn> = fc.record({
  what: fc.nat(TRADED.length - 1),
  side: fc.constantFrom("BUY" as const, "SELL" as const),
  off: fc.oneof(fc.integer({ min: -40, max: 40 }), fc.integer({ min: -300, max: 300 })),
  size: fc.integer({ min: 1, max: 1_000 }),
  kind: fc.constantFrom(
    ...[
      "limit",
      "limit",
      "limit",
      "postOnly",
      "market",
      "reduceOnly",
      "amend",
      "cancel",
      "other",
    ] as const,
  ),
});

const LARGE = riskLimits({
  maxNotionalPerOrder: decimal("1000000000"),
  maxPositionNotional: decimal("1000000000"),
  priceCollarPercent: decimal("90"),
  duplicateWindowMs: 0,
  selfTrades: "allow",
});

/** Plays bursts. @returns what the venue refused for want of money, and how much was admitted. */
async function played(leverage: string, bursts: readonly (readonly Drawn[])[]) {
  const world = worldOf(leverage);
  const { engine } = world.exchangeEngine("a");
  const refused: string[] = [];
  let accepted = 0;
  // Nothing but orders moves the account: the price stands, whatever a fill was at.
  const stands = () => {
    for (const { symbolId, at, tick } of TRADED) {
      if (engine.lastPrice(symbolId) === priceOf(at, tick)) continue;
      engine.trade(symbolId, { price: priceOf(at, tick), quantity: ZERO, takerSide: "BUY" });
    }
  };
  // What contracts have lost counts once the venue has told it.
  const losses = () =>
    ["BTC", "USD"].map((asset) => {
      const losing = [engine.margin("main", asset).unrealizedPnl];
      for (const { symbolId, realizedPnl, time } of engine.trades("main")) {
        const { settleCurrency, instrumentType } = engine.instruments.get(symbolId)!.instrument;
        if (time !== engine.now() || settleCurrency !== asset) continue;
        if (instrumentType !== "OPTION" && realizedPnl !== null) losing.push(realizedPnl);
      }
      return { asset, loss: losing.filter(isNegative).map(negate).reduce(add, ZERO) };
    });
  const watch = (send: () => EngineResult): EngineResult => {
    const first = send();
    if (!isUnfunded(first)) return counted(first);
    const made = losses();
    for (const { asset, loss } of made) engine.deposit("main", asset, loss);
    const again = send();
    if (isUnfunded(again)) refused.push(again.message);
    for (const { asset, loss } of made) engine.deposit("main", asset, negate(loss));
    return counted(again);
  };
  const counted = (result: EngineResult) => {
    if (result.kind === "accepted") accepted += 1;
    stands();
    return result;
  };
  const submit = engine.submit.bind(engine);
  const amend = engine.amend.bind(engine);
  engine.submit = (account, order) => {
    if (account === "main") return watch(() => submit(account, order));
    const result = submit(account, order);
    stands();
    return result;
  };
  engine.amend = (account, order) => watch(() => amend(account, order));
  const k = await openPaperKernel(["a"], world, undefined, { risk: LARGE });
  try {
    const placed: Placed[] = [];
    for (const burst of bursts) {
      const calls = burst.map((each) => act(k, each, placed));
      await k.run(1_000);
      await Promise.all(calls);
    }
    return { refused, accepted };
  } finally {
    await k.close();
  }
}

function isUnfunded(result: EngineResult): result is Rejection {
  return result.kind === "rejected" && result.code.startsWith("INSUFFICIENT");
}

async function act(k: PaperKernel, { what, side, off, size, kind }: Drawn, placed: Placed[]) {
  const { symbolId, at, tick, step, stepsMax } = TRADED[what]!;
  const price = priceOf(Math.round(at * (1_000 + off) / 1_000), tick);
  const amount = times(step, Math.ceil(stepsMax * size / 1_000));
  const { engine } = k.exchangeEngine("a");
  try {
    switch (kind) {
      case "other": {
        const order = { symbolId, side, type: "LIMIT", quantity: amount } as const;
        engine.submit("other", { ...order, price: priceOf(at + (side === "BUY" ? -1 : 1), tick) });
        return;
      }
      case "cancel":
        await a(k).cancelOrder(placed[size % placed.length]?.id ?? "none");
        return;
      case "amend": {
        const one = placed[size % placed.length];
        if (one === undefined) return;
        const { own } = one;
        await a(k).modifyOrder(one.id, {
          symbolId: own.symbolId,
          side: one.side,
          amount: times(own.step, Math.ceil(own.stepsMax * size / 1_000)),
          limitPrice: priceOf(Math.round(own.at * (1_000 + off) / 1_000), own.tick),
        });
        return;
      }
      default: {
        const rule = kind === "market" ? {} : { limitPrice: price };
        const flag = kind === "postOnly" || kind === "reduceOnly" ? { [kind]: true } : {};
        const id = await a(k).placeOrder({ symbolId, side, amount, ...rule, ...flag });
        placed.push({ id, side, own: TRADED[what]! });
      }
    }
  } catch (error) {
    if (!(error instanceof KernelError)) throw error; // Refused at the door.
  }
}

Deno.test("risk: what is admitted the venue never refuses for want of money", async () => {
  let accepted = 0;
  const bursts = fc.array(fc.array(drawn, { minLength: 1, maxLength: 4 }), {
    minLength: 2,
    maxLength: 25,
    size: "max",
  });
  const property = fc.asyncProperty(
    fc.constantFrom("1", "3", "20"),
    bursts,
    async (leverage, all) => {
      const outcome = await played(leverage, all);
      accepted += outcome.accepted;
      assertEquals(outcome.refused, []);
    },
  );
  await fc.assert(property, { seed: 8, numRuns: 300, endOnFailure: true });
  assert(accepted > 2_000, `only ${accepted} requests were taken`);
});
