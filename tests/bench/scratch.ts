/** Kernels and directories that only a bench needs. */
import { type ExchangeOptions, type OpenedKernel, openKernel } from "../../mod.ts";

/**
 * As the `start` task has them: half the growth between two full collections takes a quarter off
 * the memory of 100,000 live intents, and nothing measurable off the speed.
 */
export const KERNEL_FLAGS = "--v8-flags=--max-semi-space-size=16,--heap-growing-percent=50";

/** Far above what a process can send, of a venue that counts weight and orders. */
export const NO_LIMITS = {
  budgets: { weight: { capacity: 1_000_000_000 }, orders: { capacity: 1_000_000_000 } },
};

/** Caps that no bench reaches: they are checked all the same. */
export const NO_CAPS = {
  maxNotionalPerOrder: "1000000000000",
  maxPositionNotional: "1000000000000000",
  maxOpenOrders: 100_000,
  maxOrdersPerSecond: 1_000_000,
  maxOrdersPerMinute: 1_000_000,
  maxModifiesPerSecond: 1_000_000,
  maxModifiesPerMinute: 1_000_000,
};

export interface Scratch extends AsyncDisposable {
  readonly kernel: OpenedKernel;
  readonly path: string;
}

/** A kernel with one exchange, `main`, on a durable store that goes when it is disposed. */
export async function openScratch(exchange: ExchangeOptions): Promise<Scratch> {
  const path = await makeScratchDir();
  const kernel = await openKernel({
    exchanges: { main: { ...exchange, limits: NO_LIMITS } },
    store: { kind: "sqlite", path },
    risk: NO_CAPS,
  });
  return {
    kernel,
    path,
    [Symbol.asyncDispose]: async () => {
      await kernel.stop();
      await Deno.remove(path, { recursive: true });
    },
  };
}

/** Beside the project, not under /tmp: that may be memory, which flushes for nothing. */
export async function makeScratchDir(): Promise<string> {
  return await Deno.makeTempDir({ dir: Deno.cwd(), prefix: ".bench-" });
}

/** Waits until `done`, for what ends by itself soon. @throws {Error} after half a minute. */
export async function until(done: () => boolean, what: string): Promise<void> {
  const giveUpAt = performance.now() + 30_000;
  while (!done()) {
    if (performance.now() > giveUpAt) throw new Error(`Cannot go on: no ${what} within 30 s`);
    await new Promise((resolve) => setTimeout(resolve, 5));
  }
}

/** Waits until the kernel tells nothing new: what a cancel set off has ended. */
export async function quiet(kernel: OpenedKernel): Promise<void> {
  for (let calm = 0, seen = -1; calm < 3;) {
    await new Promise((resolve) => setTimeout(resolve, 10));
    calm = kernel.lastEventId === seen ? calm + 1 : 0;
    seen = kernel.lastEventId;
  }
}
