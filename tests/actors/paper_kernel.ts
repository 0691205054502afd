/** A whole kernel on paper exchanges and a virtual clock. */
import type { Exchange } from "../../actors/exchange.ts";
import type { ExchangeSettings } from "../../actors/exchange_options.ts";
import { KernelActor } from "../../actors/kernel.ts";
import type { VenueFact } from "../../src/exchanges/exchange.ts";
import { PaperAdapter } from "../../src/exchanges/paper/adapter.ts";
import type { MatchingEngine } from "../../src/exchanges/paper/engine.ts";
import { PrivateSocket } from "../../src/exchanges/paper/private_socket.ts";
import { createPaperAdapter, PAPER_ACCOUNT } from "../../src/exchanges/paper/factory.ts";
import { riskLimits } from "../../src/model/risk.ts";
import { SeededRandom } from "../../src/system/seeded_random.ts";
import { VirtualClock } from "../../src/system/virtual_clock.ts";
import { silentLog } from "../../src/telemetry/log.ts";
import { HeldStore, IDENTITY } from "./fakes.ts";

export interface PaperKernel {
  readonly clock: VirtualClock;
  readonly held: HeldStore;
  readonly kernel: KernelActor;
  readonly log: string[];
  /** The exchange that runs now under this id. */
  exchange(id: string): Exchange;
  /** The venue behind an exchange; it outlives the kernel. */
  exchangeEngine(id: string): { readonly engine: MatchingEngine };
  /** Tells the exchange a fact as its adapter would. */
  tell(id: string, fact: VenueFact): void;
  /** What the venue tells of `during` never arrives. */
  loseFrames(id: string, during: () => void): Promise<void>;
  /** The venue hangs up. */
  dropSocket(id: string): void;
  run(ms: number): Promise<void>;
  close(): Promise<void>;
}

/** What a process leaves behind and the next one finds: time, disk and venues. */
export type World = Pick<PaperKernel, "clock" | "held" | "exchangeEngine">;

export async function openPaperKernel(
  ids: readonly string[] = ["a", "b"],
  world?: World,
  prepare: (adapter: PaperAdapter) => void = () => {},
  settings: ExchangeSettings = { risk: BUSY },
): Promise<PaperKernel> {
  const clock = world?.clock ?? new VirtualClock();
  const held = world?.held ?? new HeldStore();
  const random = new SeededRandom(1);
  const log: string[] = [];
  const listeners = new Map<string, (fact: VenueFact) => void>();
  const deaf = new Set<string>();
  const adapters: PaperAdapter[] = [];
  for (const id of ids) {
    const adapter = await openAdapter(id, { clock, random, world });
    prepare(adapter);
    const listen = adapter.onFact.bind(adapter);
    adapter.onFact = (listener) => {
      listeners.set(id, listener);
      listen((fact) => deaf.has(id) ? undefined : listener(fact));
    };
    adapters.push(adapter);
  }
  const kernel = kernelOf({ adapters, clock, held, random, log, settings });
  const started = kernel.start();
  await clock.advanceAsync(1_000);
  await started;
  const run = (ms: number) => clock.advanceAsync(ms);
  return {
    clock,
    held,
    kernel,
    log,
    exchange: (id) => {
      const exchange = kernel.running().find((each) => each.id === id);
      if (exchange === undefined) throw new Error(`${id} does not run`);
      return exchange;
    },
    exchangeEngine: (id) => {
      const adapter = adapters.find((each) => each.id === id);
      if (adapter === undefined) throw new Error(`there is no exchange ${id}`);
      return adapter;
    },
    loseFrames: async (id, during) => {
      deaf.add(id);
      during();
      await run(0);
      deaf.delete(id);
    },
    dropSocket: (id) => {
      const socket = adapters.find((each) => each.id === id)?.sockets[0];
      if (socket instanceof PrivateSocket) socket.drop("1006");
    },
    tell: (id, fact) => listeners.get(id)?.(fact),
    run,
    close: async () => {
      const stopped = kernel.stop();
      await run(60_000);
      await stopped;
    },
  };
}

/** A venue of its own, or the one that an earlier kernel left behind. */
async function openAdapter(
  id: string,
  { clock, random, world }: {
    readonly clock: VirtualClock;
    readonly random: SeededRandom;
    readonly world: World | undefined;
  },
): Promise<PaperAdapter> {
  if (world === undefined) {
    return await createPaperAdapter({ id, clock, random, options: { feed: { kind: "none" } } });
  }
  const { engine } = world.exchangeEngine(id);
  return new PaperAdapter({ id, clock, engine, accountId: PAPER_ACCOUNT });
}

function kernelOf({ adapters, clock, held, random, log, settings }: {
  readonly settings: ExchangeSettings;
  readonly adapters: readonly PaperAdapter[];
  readonly clock: VirtualClock;
  readonly held: HeldStore;
  readonly random: SeededRandom;
  readonly log: string[];
}): KernelActor {
  return new KernelActor({
    adapters,
    store: held.store,
    identity: IDENTITY,
    clock,
    random,
    log: { ...silentLog, error: (message) => void log.push(message) },
    defer: (callback) => void clock.setTimer(callback, 0),
    rateLimits: new Map(),
    settings: new Map(adapters.map(({ id }) => [id, settings])),
    onStopped: () => Promise.resolve(),
  });
}

/** The caps that everybody starts with, for tests that place a lot at one moment. */
const BUSY = riskLimits({
  maxOpenOrders: 100_000,
  maxOrdersPerSecond: 100_000,
  maxOrdersPerMinute: 100_000,
  maxModifiesPerSecond: 100_000,
  maxModifiesPerMinute: 100_000,
});

/** Rests far below the market. */
export const RESTING = {
  symbolId: "BTC/USDT",
  side: "BUY",
  amount: "0.01",
  limitPrice: "20000",
} as const;
