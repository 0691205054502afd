/**
 * The composition root: the only place that names concrete stores and exchanges. Everything a
 * kernel needs is opened here, in order, and closed again if a later step fails.
 */
import { KernelActor } from "../actors/kernel.ts";
import type { ExchangeAdapter, RateLimits } from "./exchanges/exchange.ts";
import type { AdapterFactory } from "./exchanges/registry.ts";
import { openIdentity } from "./identity.ts";
import type { ObservationPort } from "./inspector/observation.ts";
import { KernelObservation } from "./kernel_observation.ts";
import type { Clock, Random } from "./model/clock.ts";
import { ConfigError } from "./model/errors.ts";
import type { Kernel } from "./model/facade.ts";
import type { Log } from "./model/log.ts";
import { openMemoryStore } from "./stores/memory.ts";
import { openSqliteStore } from "./stores/sqlite.ts";
import type { Store } from "./stores/store.ts";
import { systemClock } from "./system/clock.ts";
import { systemDefer } from "./system/defer.ts";
import { systemRandom } from "./system/random.ts";
import { silentLog } from "./telemetry/log.ts";
import { resolveLocalTestnet } from "./testnet/local.ts";
import { INTENT_MACHINE_VERSION } from "../machines/intent.ts";

/** Where intents, fills and events are kept. */
export type StoreOptions =
  | { readonly kind: "memory" }
  | { readonly kind: "sqlite"; readonly path: string };

/** One exchange account; which other keys there are depends on its kind. */
export interface ExchangeOptions {
  /** `paper`, `binance`, or what `registerExchange` added. */
  readonly kind: string;
  /** `false` leaves it out. */
  readonly enabled?: boolean;
  /** The venue's own sandbox, or `"local"`: the testnet of this project. */
  readonly testnet?: boolean | "local";
  /** A base URL under which every host of the venue is reached. */
  readonly endpoints?: string | null;
  /** Instead of what the venue publishes: for an account with limits of its own, and for tests. */
  readonly limits?: { readonly ordersPerSecond?: number; readonly weightPerMinute?: number };
  readonly [option: string]: unknown;
}

export interface OpenKernelOptions {
  readonly exchanges: Readonly<Record<string, ExchangeOptions>>;
  /** Default: memory. */
  readonly store?: StoreOptions;
  readonly clock?: Clock;
  readonly random?: Random;
  readonly log?: Log;
  /** `false` leaves `kernel.start()` to the caller. Default: true. */
  readonly autoStart?: boolean;
}

/** What `openKernel` returns: the kernel, and what its inspector may watch. */
export interface OpenedKernel extends Kernel {
  readonly observation: ObservationPort;
}

const factories = new Map<string, AdapterFactory>([
  ["paper", async (context) => {
    const { createPaperAdapter } = await import("./exchanges/paper/factory.ts");
    return await createPaperAdapter(context);
  }],
  ["binance", async (context) => {
    const { createCcxtAdapter } = await import("./exchanges/ccxt/factory.ts");
    return await createCcxtAdapter(context);
  }],
]);

/**
 * Adds an adapter from outside under a name of its own.
 * @throws {TypeError} when the kind is taken.
 */
export function registerExchange(kind: string, factory: AdapterFactory): void {
  if (factories.has(kind)) throw new TypeError(`Cannot register exchange kind ${kind}: it exists`);
  factories.set(kind, factory);
}

/**
 * Opens a kernel and starts what it opens; `await using` closes it again.
 *
 * @throws {ConfigError} naming the option that is wrong.
 * @throws {StoreError} when the store cannot be opened, or another process holds it.
 * @example
 * ```ts
 * import { openKernel } from "@exchange-kernel/kernel";
 *
 * await using kernel = await openKernel({ exchanges: { paper: { kind: "paper" } } });
 * const intentId = await kernel.exchange("paper").placeOrder({
 *   symbolId: "BTC/USDT",
 *   side: "BUY",
 *   amount: "0.01",
 *   limitPrice: "20000",
 * }, { waitFor: "accepted" });
 * kernel.exchange("paper").getOrderState(intentId).reconciliationStatus; // "ACTIVE"
 * ```
 */
export async function openKernel(options: OpenKernelOptions): Promise<OpenedKernel> {
  const clock = options.clock ?? systemClock;
  const random = options.random ?? systemRandom;
  const log = options.log ?? silentLog;
  const store = await openStore(options.store ?? { kind: "memory" });
  const adapters: ExchangeAdapter[] = [];
  const rateLimits = new Map<string, RateLimits>();
  try {
    const identity = await openIdentity(store, random);
    for (const [id, exchange] of Object.entries(options.exchanges)) {
      if (exchange.enabled === false) continue;
      const adapter = await openAdapter(id, exchange, { clock, random, store: options.store });
      adapters.push(adapter);
      const limits = limitsOf(exchange, adapter.capabilities.rateLimits, `exchanges.${id}`);
      if (limits !== null) rateLimits.set(id, limits);
    }
    const actor = new KernelActor({
      adapters,
      rateLimits,
      store,
      identity,
      clock,
      random,
      log,
      defer: systemDefer,
      onStopped: () => Promise.resolve(),
    });
    const observation = new KernelObservation(actor, clock);
    const kernel: OpenedKernel = Object.assign(actor, { observation });
    if (options.autoStart !== false) await kernel.start();
    return kernel;
  } catch (error) {
    for (const adapter of adapters) await adapter.disconnect().catch(() => {});
    await store.close().catch(() => {});
    throw error;
  }
}

function openStore(options: StoreOptions): Promise<Store> {
  switch (options.kind) {
    case "memory":
      return Promise.resolve(openMemoryStore());
    case "sqlite":
      return openSqliteStore({ path: options.path, versions: [INTENT_MACHINE_VERSION] });
    default: {
      const { kind } = options as { readonly kind: unknown };
      return Promise.reject(
        new ConfigError(`store.kind: expected one of memory, sqlite, got ${String(kind)}`),
      );
    }
  }
}

/** Options of the kernel's own; what is left belongs to the adapter and is checked by it. */
const OWN = ["enabled", "mode", "exclusiveAccount", "limits"];

async function openAdapter(
  id: string,
  exchange: ExchangeOptions,
  ports: { clock: Clock; random: Random; store: StoreOptions | undefined },
): Promise<ExchangeAdapter> {
  const path = `exchanges.${id}`;
  const factory = factories.get(exchange.kind);
  if (factory === undefined) {
    const known = [...factories.keys()].join(", ");
    throw new ConfigError(`${path}.kind: expected one of ${known}, got ${exchange.kind}`, {
      field: `${path}.kind`,
    });
  }
  refuseLater(path, exchange);
  const entries = Object.entries(exchange).filter(([key]) => !OWN.includes(key));
  const given = await resolveLocalTestnet(Object.fromEntries(entries), path);
  const statePath = ports.store?.kind === "sqlite" && exchange.kind === "paper"
    ? { statePath: `${ports.store.path}/paper-${id}.db`, ...given }
    : given;
  const { clock, random } = ports;
  return await factory({ id, clock, random, options: statePath });
}

/** Orders are budgeted over this span: shorter ones would forbid every burst. */
const ORDERS_SPAN_MS = 10_000;

/** @throws {ConfigError} naming the limit. */
function limitsOf(
  exchange: ExchangeOptions,
  published: RateLimits,
  path: string,
): RateLimits | null {
  const { limits } = exchange;
  if (limits === undefined) return null;
  const { ordersPerSecond, weightPerMinute } = limits;
  for (const [name, value] of Object.entries({ ordersPerSecond, weightPerMinute })) {
    if (value === undefined || (Number.isFinite(value) && value > 0)) continue;
    throw new ConfigError(`${path}.limits.${name}: must be a positive number, got ${value}`);
  }
  return {
    orders: ordersPerSecond === undefined
      ? published.orders
      : { capacity: ordersPerSecond * (ORDERS_SPAN_MS / 1000), intervalMs: ORDERS_SPAN_MS },
    weight: weightPerMinute === undefined
      ? published.weight
      : { capacity: weightPerMinute, intervalMs: 60_000 },
  };
}

/** Specified, but not built yet: said, never ignored. */
function refuseLater(path: string, exchange: ExchangeOptions): void {
  if (exchange["mode"] !== undefined && exchange["mode"] !== "live") {
    throw new ConfigError(`${path}.mode: only live is supported yet, got ${exchange["mode"]}`);
  }
  if (exchange["exclusiveAccount"] === true) {
    throw new ConfigError(`${path}.exclusiveAccount: true is not supported yet`);
  }
}
