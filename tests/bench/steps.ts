/** Where the time of one durable order goes, in microseconds: for docs/BENCHMARKS.md. */
import { KernelActor } from "../../actors/kernel.ts";
import type { ExchangeAdapter } from "../../src/exchanges/exchange.ts";
import { createCcxtAdapter } from "../../src/exchanges/ccxt/factory.ts";
import { openIdentity } from "../../src/identity.ts";
import { riskLimits, RiskOptionsSchema } from "../../src/model/risk.ts";
import { openSqliteStore } from "../../src/stores/sqlite.ts";
import type { Store } from "../../src/stores/store.ts";
import { systemClock } from "../../src/system/clock.ts";
import { systemDefer } from "../../src/system/defer.ts";
import { systemRandom } from "../../src/system/random.ts";
import { silentLog } from "../../src/telemetry/log.ts";
import { twoBudgets } from "../budgets.ts";
import type { Bench, Figure } from "./harness.ts";
import { makeScratchDir, NO_CAPS } from "./scratch.ts";
import { median, quantile } from "./stats.ts";
import { KERNEL_KEYS, startVenue } from "./venue_process.ts";

const ORDER = { symbolId: "BTC/USDT", side: "BUY", amount: "0.001", limitPrice: "20000" };
const LIMIT = { capacity: 1_000_000_000, intervalMs: 60_000 };

/** In the order in which an order passes them; each ends at the mark of its name. */
const STEPS = [
  ["placed", "check, admit, id, spawn, first turn"],
  ["appending", "until the event loop is idle"],
  ["appended", "append and flush to the disk"],
  ["submitting", "committed, dispatch"],
  ["gated", "fill and sign the request"],
  ["sent", "hand it to the socket"],
  ["told", "wire and venue, until its answer or its frame is parsed"],
  ["woken", "the outcome's turn, the caller wakes"],
] as const;

export const steps: Bench = {
  name: "steps",
  about: "where the time of one durable order goes",
  run: async ({ latencyMs, blocks }) => {
    await using venue = await startVenue(latencyMs);
    const path = await makeScratchDir();
    const trace = new Trace();
    const store = tracedStore(await openSqliteStore({ path }), trace);
    const adapter = tracedAdapter(
      await createCcxtAdapter({
        id: "main",
        clock: systemClock,
        random: systemRandom,
        options: { kind: "binance", ...KERNEL_KEYS, endpoints: venue.url },
      }),
      trace,
    );
    const kernel = new KernelActor({
      adapters: [adapter],
      rateLimits: new Map(),
      settings: new Map([["main", { risk: riskLimits(RiskOptionsSchema.parse(NO_CAPS)) }]]),
      store,
      identity: await openIdentity(store, systemRandom),
      clock: systemClock,
      random: systemRandom,
      log: silentLog,
      defer: systemDefer,
      onStopped: () => Promise.resolve(),
    });
    await kernel.start();
    const exchange = kernel.exchange("main");
    const spans: number[][] = [];
    const turns: number[] = [];
    for (let i = -500; i < blocks * 100; i++) {
      trace.begin();
      const placing = exchange.placeOrder(ORDER, { waitFor: "accepted" });
      trace.mark("placed");
      await placing;
      trace.mark("woken");
      if (i >= 0) {
        spans.push(trace.spans());
        turns.push(trace.appends);
      }
      if (i % 500 === 499) await exchange.cancelAllOrders();
    }
    await kernel.stop();
    await Deno.remove(path, { recursive: true });
    return [...toFigures(spans), figure("steps: appends an order", "appends", turns)];
  },
};

class Trace {
  #marks = new Map<string, number>();
  /** Counts the orders. */
  current = 0;
  /** Its client order id, once it is submitted. */
  clientOrderId: string | null = null;
  /** Commits until the caller woke, those of other turns included. */
  appends = 0;

  begin(): void {
    this.#marks = new Map([["begin", performance.now()]]);
    this.appends = 0;
    this.clientOrderId = null;
    this.current += 1;
  }

  /** Only the first of a name counts. */
  mark(name: (typeof STEPS)[number][0]): void {
    if (!this.#marks.has(name)) this.#marks.set(name, performance.now());
  }

  /** One per step, and their sum. */
  spans(): number[] {
    const at = (name: string) => (this.#marks.get(name) ?? NaN) * 1000;
    const names = ["begin", ...STEPS.map(([name]) => name)];
    const each = STEPS.map(([name], i) => at(name) - at(names[i] ?? name));
    return [...each, at("woken") - at("begin")];
  }
}

function toFigures(spans: readonly number[][]): readonly Figure[] {
  const names = [...STEPS.map(([, about]) => about), "all"];
  return names.map((name, i) => figure(`steps: ${name}`, "us", spans.map((all) => all[i] ?? NaN)));
}

function figure(name: string, unit: string, values: readonly number[]): Figure {
  const p50 = median(values);
  return { name, unit, value: p50, p50, p99: quantile(values, 0.99), baseline: null, ratio: null };
}

function tracedStore(store: Store, trace: Trace): Store {
  const append: Store["append"] = (batch) => {
    trace.appends += 1;
    trace.mark("appending");
    const receipt = store.append(batch);
    trace.mark("appended");
    return receipt;
  };
  return new Proxy(store, {
    get: (target, name) => {
      if (name === "append") return append;
      const value: unknown = Reflect.get(target, name, target);
      return typeof value === "function" ? value.bind(target) : value;
    },
  });
}

function tracedAdapter(adapter: ExchangeAdapter, trace: Trace): ExchangeAdapter {
  const { submit } = adapter.execution;
  const traced: ExchangeAdapter["execution"]["submit"] = async (request, gate) => {
    trace.mark("submitting");
    trace.clientOrderId = request.clientOrderId;
    const mine = trace.current;
    const outcome = await submit(request, {
      check: (wire) => {
        trace.mark("gated");
        return gate.check(wire);
      },
      sent: () => {
        trace.mark("sent");
        gate.sent();
      },
    });
    // The stream may have been faster, and the next order may be under way by now.
    if (mine === trace.current) trace.mark("told");
    return outcome;
  };
  Object.assign(adapter.execution, { submit: traced });
  // So wide that no order waits for it: what is measured is the way, not the pace.
  const rateLimits = twoBudgets({ weight: LIMIT, orders: LIMIT });
  Object.assign(adapter, { capabilities: { ...adapter.capabilities, rateLimits } });
  const onFact = adapter.onFact.bind(adapter);
  adapter.onFact = (listener) =>
    onFact((fact) => {
      // The frame of the order before may come by now.
      const isIts = fact.kind === "order" && fact.order.clientOrderId === trace.clientOrderId;
      if (isIts) trace.mark("told");
      listener(fact);
    });
  return adapter;
}
