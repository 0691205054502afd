/** A whole kernel on the local testnet of one exchange. */
import { assert } from "@std/assert";
import {
  type ExchangeKernel,
  type KernelEvent,
  openKernel,
  type StoreOptions,
} from "../../../mod.ts";
import { systemRandom } from "../../../src/system/random.ts";
import type { ExchangeName } from "../../../src/testnet/dialects.ts";
import type { FaultInput } from "../../../src/testnet/faults.ts";
import { startTestnet, type Testnet } from "../../../src/testnet/server.ts";
import { patientClock } from "../../patient_clock.ts";

/** Loopback answers at once: a request lost there is proven absent within three seconds. */
export const TIMING = { validityMs: 500, engineBoundMs: 50, settleMs: 50 };
const TIMEOUT_MS = 250;
const WAIT_MS = 15_000;

export type Fault = Omit<FaultInput, "exchange">;

export interface OnKernel extends AsyncDisposable {
  readonly testnet: Testnet;
  readonly exchange: ExchangeKernel;
  readonly events: readonly KernelEvent[];
}

export interface KernelTerms {
  /** What connects to the venue; default: its kind, with the keys that the testnet hands out. */
  readonly account?: { readonly kind: string; readonly [option: string]: unknown };
  /** Of the kernel's section, beside it. */
  readonly section?: Readonly<Record<string, unknown>>;
  readonly exchanges?: readonly ExchangeName[];
  /** One that is there already, and stays; default: a new one, which goes with the kernel. */
  readonly testnet?: Testnet;
  readonly store?: StoreOptions;
  /** Armed once the kernel is ready. */
  readonly faults?: readonly Fault[];
}

export async function openKernelOn(
  name: ExchangeName,
  { account, section = {}, exchanges = [name], testnet: given, store, faults = [] }: KernelTerms =
    {},
): Promise<OnKernel> {
  const clock = patientClock;
  const testnet = given ?? startTestnet({ clock, random: systemRandom, exchanges, limits: "none" });
  const kernel = await openKernel({
    exchanges: {
      main: {
        ...(account ?? { kind: name, testnet: "local" }),
        endpoints: testnet.url,
        timing: TIMING,
        requestTimeoutMs: TIMEOUT_MS,
        ...section,
      },
    },
    ...(store === undefined ? {} : { store }),
    clock,
  });
  for (const fault of faults) testnet.arm({ exchange: name, ...fault });
  const exchange = kernel.exchange("main");
  const events: KernelEvent[] = [];
  exchange.subscribeEvents((event) => events.push(event));
  return {
    testnet,
    exchange,
    events,
    async [Symbol.asyncDispose]() {
      await kernel.stop();
      if (given === undefined) await testnet.close();
    },
  };
}

export async function settled(condition: () => boolean): Promise<void> {
  const end = performance.now() + WAIT_MS;
  while (!condition()) {
    assert(performance.now() < end, `not within ${WAIT_MS} ms`);
    await new Promise((resolve) => setTimeout(resolve, 5));
  }
}
