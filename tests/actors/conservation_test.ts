/**
 * Random trading, ours and somebody else's, while frames are lost, doubled and overtaken, and over
 * restarts: at rest the fills here are the venue's, each once, and they explain every balance.
 */
import { assert, assertEquals } from "@std/assert";
import type { PaperAdapter } from "../../src/exchanges/paper/adapter.ts";
import { PAPER_ACCOUNT } from "../../src/exchanges/paper/factory.ts";
import { add, type Decimal, decimal, multiply, negate, ZERO } from "../../src/model/decimal.ts";
import { KernelError } from "../../src/model/errors.ts";
import type { VenueFact } from "../../src/exchanges/exchange.ts";
import { SeededRandom } from "../../src/system/seeded_random.ts";
import { openPaperKernel, type PaperKernel } from "./paper_kernel.ts";

const BTC = "BTC/USDT";
const STEPS = 40;
const HEALED_MS = 600_000;

/** What the wire does to frames, decided by the seed; true to the venue once it is healed. */
class Wire {
  isHealed = false;
  readonly #random: SeededRandom;

  constructor(random: SeededRandom) {
    this.#random = random;
  }

  /** For `openPaperKernel`. */
  spoil(adapter: PaperAdapter, later: (run: () => void, ms: number) => void): void {
    const listen = adapter.onFact.bind(adapter);
    adapter.onFact = (listener) =>
      listen((fact) => {
        if (this.isHealed || !SPOILED.has(fact.kind)) return listener(fact);
        const chance = this.#random.next();
        if (chance < 0.25) return;
        if (chance < 0.5) return later(() => listener(fact), this.#random.next() * 8_000);
        listener(fact);
        if (chance < 0.75) later(() => listener(fact), this.#random.next() * 20_000);
      });
  }
}

const SPOILED: ReadonlySet<VenueFact["kind"]> = new Set(["order", "fill", "balances"] as const);

class Trading {
  readonly #random: SeededRandom;
  #count = 0;

  constructor(random: SeededRandom) {
    this.#random = random;
  }

  async step(k: PaperKernel): Promise<void> {
    const chance = this.#random.next();
    if (chance < 0.35) await this.#place(k);
    else if (chance < 0.45) this.#cancel(k);
    else if (chance < 0.55) this.#placeByHand(k);
    else this.#print(k);
    await k.run(this.#random.next() * 6_000);
  }

  async #place(k: PaperKernel): Promise<void> {
    const placed = k.kernel.exchange("a")
      .placeOrder({ symbolId: BTC, ...this.#order() }, { intentId: `i${++this.#count}` })
      .catch((error) => assert(error instanceof KernelError, String(error)));
    await k.run(500);
    await placed;
  }

  #cancel(k: PaperKernel): void {
    const ex = k.kernel.exchange("a");
    for (const { intentId } of ex.getAllOrders(BTC).items.slice(0, 1)) {
      ex.cancelOrder(intentId!).catch((error) => assert(error instanceof KernelError));
    }
  }

  #placeByHand(k: PaperKernel): void {
    const { side, amount, limitPrice } = this.#order();
    k.exchangeEngine("a").engine.submit(PAPER_ACCOUNT, {
      symbolId: BTC,
      side,
      type: "LIMIT",
      price: decimal(limitPrice),
      quantity: decimal(amount),
      clientOrderId: `hand${++this.#count}`,
    });
  }

  #order() {
    const side = this.#random.next() < 0.5 ? "BUY" as const : "SELL" as const;
    const off = 1 + Math.floor(this.#random.next() * 9);
    const limitPrice = String(20_000 + (side === "BUY" ? -off : off));
    return { side, limitPrice, amount: `0.0${1 + Math.floor(this.#random.next() * 9)}` };
  }

  #print(k: PaperKernel): void {
    const takerSide = this.#random.next() < 0.5 ? "BUY" as const : "SELL" as const;
    const price = decimal(takerSide === "BUY" ? "20010" : "19990");
    const quantity = decimal(`0.0${1 + Math.floor(this.#random.next() * 9)}7`);
    k.exchangeEngine("a").engine.trade(BTC, { price, quantity, takerSide });
  }
}

async function traded(seed: number): Promise<PaperKernel> {
  const random = new SeededRandom(seed);
  const wire = new Wire(random);
  const trading = new Trading(random);
  let k: PaperKernel | null = null;
  const open = (world?: PaperKernel) =>
    openPaperKernel(
      ["a"],
      world,
      (adapter) => wire.spoil(adapter, (run, ms) => void k?.clock.setTimer(run, ms)),
    );
  k = await open();
  for (let n = 0; n < STEPS; n++) {
    if (seed % 2 === 0 && n === STEPS / 2) {
      await k.close();
      k = await open(k);
    }
    await trading.step(k);
  }
  wire.isHealed = true;
  await k.run(HEALED_MS);
  return k;
}

function sum(values: readonly Decimal[]): Decimal {
  return values.reduce((total, value) => add(total, value), ZERO);
}

for (let seed = 1; seed <= 12; seed++) {
  Deno.test(`conservation: fills and balances add up, whatever the wire did (seed ${seed})`, async () => {
    const k = await traded(seed);
    const { engine } = k.exchangeEngine("a");
    const ex = k.kernel.exchange("a");
    const fills = ex.getFills({ limit: 500 }).items;
    const ours = engine.trades(PAPER_ACCOUNT).filter((t) => !t.clientOrderId.startsWith("hand"));
    assert(ours.length > 0, "nothing was traded");
    const ids = fills.map(({ tradeId }) => tradeId);
    assertEquals(ids.toSorted(), ours.map(({ tradeId }) => `${tradeId}`).toSorted());
    const signed = fills.map((f) => f.side === "BUY" ? f.quantity : negate(f.quantity));
    assertEquals(
      sum(signed),
      sum(ours.map((t) => t.side === "BUY" ? t.quantity : negate(t.quantity))),
    );
    for (const intentId of new Set(fills.map((fill) => fill.intentId!))) {
      const state = ex.getOrderState(intentId);
      const own = fills.filter((fill) => fill.intentId === intentId);
      assertEquals(state.filledAmount, sum(own.map((fill) => fill.quantity)));
      assertEquals(state.filledQuote, sum(own.map((fill) => multiply(fill.price, fill.quantity))));
    }
    assertEquals(ex.drift.list().items.map(({ kind }) => kind), [], "all of it was explained");
    await k.close();
  });
}
