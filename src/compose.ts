/**
 * The composition root: the only place that names concrete stores and exchanges. Everything a
 * kernel needs is opened here, in order, and closed again if a later step fails.
 */
import type { ExchangeSettings } from "../actors/exchange_options.ts";
import { KernelActor } from "../actors/kernel.ts";
import {
  adapterOptions,
  checkBudgets,
  checkExchangeOptions,
  checkKernelOptions,
  checkStoreOptions,
  settingsOf,
} from "./compose_options.ts";
import { sectionsWithKeys } from "./compose_keys.ts";
import { factoryOf } from "./compose_registry.ts";
import { type AlertOptions, deadMansTimeout, openAlerts } from "./compose_safety.ts";
import type { AdapterContext } from "./exchanges/registry.ts";
import type { ExchangeAdapter } from "./exchanges/exchange.ts";
import { openMarkets } from "./compose_markets.ts";
import { openIdentity } from "./identity.ts";
import type { ObservationPort } from "./inspector/observation.ts";
import { KernelObservation } from "./kernel_observation.ts";
import type { AlertListener } from "./model/alert.ts";
import type { Clock, Random } from "./model/clock.ts";
import { ConfigError } from "./model/errors.ts";
import type { Kernel } from "./model/facade.ts";
import { canonicalKind } from "./model/exchange_kinds.ts";
import { NameSchema } from "./model/ids.ts";
import type { Log } from "./model/log.ts";
import type { RateCaps } from "./model/rate_limits.ts";
import type { ExchangeMode, RiskOptions } from "./model/risk.ts";
import { openMemoryStore } from "./stores/memory.ts";
import { openSqliteStore } from "./stores/sqlite.ts";
import type { Store } from "./stores/store.ts";
import { systemClock } from "./system/clock.ts";
import { systemDefer } from "./system/defer.ts";
import { systemRandom } from "./system/random.ts";
import { silentLog } from "./telemetry/log.ts";
import { resolveLocalTestnet } from "./testnet/local.ts";
import { INTENT_MACHINE_VERSION } from "../machines/intent.ts";

/**
 * Where intents, fills and events are kept. `memory` lives as long as the process; `sqlite` keeps a
 * data dir at `path`, which one process at a time may hold.
 */
export type StoreOptions =
  | { readonly kind: "memory" }
  | { readonly kind: "sqlite"; readonly path: string };

/** One exchange account; which other keys there are depends on its kind. */
export interface ExchangeOptions {
  /**
   * `paper`, `binance`, `okx`, `bybit`, `hyperliquid`, `coinbase`, `kraken`, `krakenfutures`, `cme`,
   * `nse`, or what `registerExchange` added.
   */
  readonly kind: string;
  /** `false` leaves it out. */
  readonly enabled?: boolean;
  /**
   * `observe`: everything is read and streamed with the account's keys, and nothing is sent, not
   * even a cancel. Default: `live`.
   */
  readonly mode?: ExchangeMode;
  /** Caps of this account, over those of the kernel. */
  readonly risk?: RiskOptions;
  /** Nobody but this kernel trades on the account. Default: false. */
  readonly exclusiveAccount?: boolean;
  /**
   * The venue cancels every order of the account once the kernel has been silent for so long. Only
   * where the venue has such a switch, and only with `exclusiveAccount`.
   */
  readonly deadMansSwitch?: { readonly timeoutMs: number };
  /** A key that may withdraw is used all the same. Default: false, its exchange is parked. */
  readonly allowWithdrawalKeys?: boolean;
  /** The venue's own sandbox, or `"local"`: the testnet of this project. */
  readonly testnet?: boolean | "local";
  /** A base URL under which every host of the venue is reached. */
  readonly endpoints?: string | null;
  /** Caps beside what the venue publishes: the lower one holds; and what the account's tier is. */
  readonly limits?: RateCaps;
  /**
   * What the kind asks for beside, e.g. `apiKey` and `secret`, or `balances` of a paper exchange. A
   * key may be `{ file: path }`: a file that only its owner can read (mode 0600).
   */
  readonly [option: string]: unknown;
}

/** What a kernel is made of; only the exchanges have no default. */
export interface OpenKernelOptions {
  /**
   * By a name of the caller's, e.g. `paper`. It stands in URLs and logs: `[A-Za-z0-9._-]{1,64}`.
   */
  readonly exchanges: Readonly<Record<string, ExchangeOptions>>;
  /** Default: memory. */
  readonly store?: StoreOptions;
  /** Caps of every exchange, over the defaults; each exchange is counted by itself. */
  readonly risk?: RiskOptions;
  /** Default: the system's. A virtual one makes a run repeatable. */
  readonly clock?: Clock;
  /** Default: the system's. It makes ids, keys and the jitter of retries. */
  readonly random?: Random;
  /** Default: silent. */
  readonly log?: Log;
  /**
   * Told of what a person should hear of at once, synchronously; what it throws is logged. For
   * everything else there are events.
   */
  readonly onAlert?: AlertListener;
  /** Where alerts are sent to. */
  readonly alerts?: AlertOptions;
  /** `false` leaves `kernel.start()` to the caller. Default: true. */
  readonly autoStart?: boolean;
}

/** What `openKernel` returns: the kernel, and what its inspector may watch. */
export interface OpenedKernel extends Kernel {
  /** For an inspector, or a test that wants to see its actors. */
  readonly observation: ObservationPort;
}

/**
 * Opens a kernel and starts what it opens; `await using` closes it again and leaves open orders at
 * the venues.
 *
 * @returns once each exchange is ready (its instruments are listed; orders, fills and balances are
 *   read), or has had its chance to be: it is parked, its first try failed and others follow, or 15
 *   seconds have passed. So one that is down blocks nobody, and may list nothing yet: who needs its
 *   instruments awaits `kernel.exchange(id).ready()`. What is not ready, and why, is told by
 *   `healthCheck().reason`.
 * @throws {ConfigError} naming the option that is wrong.
 * @throws {StoreError} when the store cannot be opened, or another process holds it.
 * @example
 * ```ts
 * import { assertEquals } from "@std/assert";
 * import { openKernel } from "@exchange-kernel/kernel";
 *
 * await using kernel = await openKernel({ exchanges: { paper: { kind: "paper" } } });
 * const paper = kernel.exchange("paper");
 *
 * // No limit price: a market order.
 * const order = { symbolId: "BTC/USDT", side: "BUY", amount: "0.01" };
 * const intentId = await paper.placeOrder(order, { waitFor: "final" });
 * assertEquals(paper.getOrderState(intentId).reconciliationStatus, "COMPLETED");
 * ```
 */
export async function openKernel(options: OpenKernelOptions): Promise<OpenedKernel> {
  checkKernelOptions(options);
  const storeOptions = options.store ?? { kind: "memory" };
  checkStoreOptions(storeOptions);
  const settings = new Map<string, ExchangeSettings>();
  for (const [id, exchange] of Object.entries(options.exchanges)) {
    checkExchangeOptions(exchange, `exchanges.${id}`);
    checkName(id);
    factoryOf(canonicalKind(exchange.kind), `exchanges.${id}.kind`);
    settings.set(id, settingsOf(id, exchange, options.risk));
  }
  const sections = await sectionsWithKeys(options.exchanges);
  const clock = options.clock ?? systemClock;
  const random = options.random ?? systemRandom;
  const log = options.log ?? silentLog;
  const alerts = openAlerts(options, { clock, log });
  const store = await openStore(storeOptions);
  const adapters: ExchangeAdapter[] = [];
  const rateLimits = new Map<string, RateCaps>();
  const deadMansSwitches = new Map<string, number>();
  try {
    const identity = await openIdentity(store, random);
    const markets = openMarkets([...sections].map(([id]) => id));
    for (const [id, exchange] of sections) {
      const ports = { clock, random, store: options.store, marketOf: markets.around(id) };
      const adapter = await openAdapter(id, exchange, ports);
      adapters.push(adapter);
      const has = adapter.capabilities.deadMansSwitch;
      const timeoutMs = deadMansTimeout(exchange, { at: `exchanges.${id}`, has });
      if (timeoutMs !== undefined) deadMansSwitches.set(id, timeoutMs);
      checkBudgets(exchange.limits, `exchanges.${id}`, adapter.capabilities.rateLimits);
      if (exchange.limits !== undefined) rateLimits.set(id, exchange.limits);
    }
    const actor = new KernelActor({
      adapters,
      rateLimits,
      settings,
      store,
      identity,
      clock,
      random,
      log,
      defer: systemDefer,
      deadMansSwitches,
      alertListeners: alerts.listeners,
      onStopped: () => alerts.close(),
    });
    markets.bind(actor);
    const observation = new KernelObservation(actor, clock);
    const kernel: OpenedKernel = Object.assign(actor, { observation });
    if (options.autoStart !== false) await kernel.start();
    return kernel;
  } catch (error) {
    for (const adapter of adapters) await adapter.disconnect().catch(() => {});
    await store.close().catch(() => {});
    await alerts.close();
    throw error;
  }
}

function openStore(options: StoreOptions): Promise<Store> {
  return options.kind === "memory"
    ? Promise.resolve(openMemoryStore())
    : openSqliteStore({ path: options.path, versions: [INTENT_MACHINE_VERSION] });
}

function checkName(id: string): void {
  if (NameSchema.safeParse(id).success) return;
  throw new ConfigError(
    `exchanges.${id}: the name must be 1 to 64 of A-Z a-z 0-9 . _ -, got ${id}`,
  );
}

async function openAdapter(
  id: string,
  exchange: ExchangeOptions,
  ports: Pick<AdapterContext, "clock" | "random" | "marketOf"> & {
    readonly store: StoreOptions | undefined;
  },
): Promise<ExchangeAdapter> {
  const path = `exchanges.${id}`;
  const factory = factoryOf(exchange.kind, `${path}.kind`);
  const given = await resolveLocalTestnet(adapterOptions(exchange), { kind: exchange.kind, path });
  // Beside the orders that the kernel keeps of it: a paper venue that forgot them would be another.
  const options = ports.store?.kind === "sqlite" && exchange.kind === "paper"
    ? { statePath: `${ports.store.path}/paper-${id}.db`, ...given }
    : given;
  const { store: _, ...context } = ports;
  return await factory({ ...context, id, options });
}
