/** One start of the kernel in a simulated world, with everything composition would give it. */
import { KernelActor } from "../../actors/kernel.ts";
import { openIdentity } from "../../src/identity.ts";
import type { Log } from "../../src/model/log.ts";
import type { RiskLimits } from "../../src/model/risk.ts";
import { SeededRandom } from "../../src/system/seeded_random.ts";
import type { Store } from "../../src/stores/store.ts";
import { type AdapterWatch, EXCHANGE, SimulatedAdapter } from "./adapter.ts";
import type { Checks } from "./checks.ts";
import type { TransportOptions } from "./transport.ts";

export interface ProcessOptions extends Omit<TransportOptions, "onBanned"> {
  readonly seed: number;
  readonly store: Store;
  readonly checks: Checks;
  readonly watch: AdapterWatch;
  readonly caps: RiskLimits;
}

export interface Process {
  readonly kernel: KernelActor;
  readonly adapter: SimulatedAdapter;
}

/** @returns null when the process was killed meanwhile. @throws {StoreError} */
export async function openProcess(options: ProcessOptions): Promise<Process | null> {
  const { seed, store, incarnation, checks } = options;
  const random = new SeededRandom(seed * 64 + incarnation.number);
  const identity = await openIdentity(store, random);
  if (!incarnation.alive) return null;
  checks.identified(identity.epoch);
  const adapter = new SimulatedAdapter({
    ...options,
    onBanned: (retryAfterMs) => checks.banned(retryAfterMs),
  });
  const kernel = new KernelActor({
    adapters: [adapter],
    rateLimits: new Map(),
    settings: new Map([[EXCHANGE, { risk: options.caps }]]),
    store,
    identity,
    clock: incarnation,
    random,
    log: kernelLog(options),
    defer: (callback) => void incarnation.setTimer(callback, 0),
    onStopped: () => Promise.resolve(),
  });
  return { kernel, adapter };
}

function kernelLog({ incarnation, log, checks }: ProcessOptions): Log {
  const note = (level: string, message: string, fields: unknown) => {
    if (!incarnation.alive) return;
    const text = `${level} ${message} ${JSON.stringify(fields ?? {})}`;
    log(text);
    checks.leaves("the log", text);
    if (/crash|parked|threw|actor|restarts/.test(text)) checks.fail("X", text);
  };
  return {
    debug: () => {},
    info: () => {},
    warn: (message, fields) => note("warn", message, fields),
    error: (message, fields) => note("error", message, fields),
  };
}
