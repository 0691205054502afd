/** A kernel through the real ccxt class on a testnet in this process, and what it told. */
import { assert } from "@std/assert";
import {
  type ExchangeKernel,
  type ExchangeOptions,
  type KernelEvent,
  openKernel,
  type OpenKernelOptions,
} from "../../mod.ts";
import type { Clock } from "../../src/model/clock.ts";
import { systemClock } from "../../src/system/clock.ts";
import { systemRandom } from "../../src/system/random.ts";
import type { LedgerOrder } from "../../src/testnet/dialect.ts";
import type { FaultInput } from "../../src/testnet/faults.ts";
import { startTestnet, type Testnet, type TestnetOptions } from "../../src/testnet/server.ts";

export const EXCHANGE = "main";

/** Until it is cleared. */
const EVERY = 1_000_000;

export interface StageOptions {
  readonly clock?: Clock;
  readonly exchange?: Partial<ExchangeOptions>;
  readonly kernel?: Partial<OpenKernelOptions>;
  readonly testnet?: Partial<TestnetOptions>;
  /** Before the kernel connects. */
  readonly prepare?: (testnet: Testnet) => void;
  /** Something that stands before the testnet; default: nothing. */
  readonly endpointsOf?: (url: string) => string;
}

/** Loopback answers at once: a request lost there is proven absent within three seconds. */
const TIMING = { validityMs: 500, engineBoundMs: 50, settleMs: 50 };
/** The kernel's budgets boot empty; with these they are full before anybody asks. */
const LIMITS = { budgets: { weight: { capacity: 10_000_000 }, orders: { capacity: 100_000 } } };

export async function openStage(options: StageOptions = {}): Promise<Stage> {
  const clock = options.clock ?? systemClock;
  const testnet = startTestnet({
    clock,
    random: systemRandom,
    limits: "none",
    ...options.testnet,
  });
  try {
    options.prepare?.(testnet);
    const kernel = await openKernel({
      exchanges: {
        [EXCHANGE]: {
          kind: "binance",
          testnet: "local",
          endpoints: options.endpointsOf?.(testnet.url) ?? testnet.url,
          timing: TIMING,
          limits: LIMITS,
          orderEntry: "rest", // Half of the faults are of HTTP; those of sockets say "auto".
          ...options.exchange,
        },
      },
      clock,
      ...options.kernel,
    });
    return new Stage(testnet, kernel, clock);
  } catch (error) {
    await testnet.close();
    throw error;
  }
}

export class Stage implements AsyncDisposable {
  readonly testnet: Testnet;
  readonly clock: Clock;
  readonly kernel: Awaited<ReturnType<typeof openKernel>>;
  readonly exchange: ExchangeKernel;
  readonly events: KernelEvent[] = [];

  constructor(
    testnet: Testnet,
    kernel: Awaited<ReturnType<typeof openKernel>>,
    clock: Clock,
  ) {
    this.testnet = testnet;
    this.clock = clock;
    this.kernel = kernel;
    this.exchange = kernel.exchange(EXCHANGE);
    this.exchange.subscribeEvents((event) => this.events.push(event));
  }

  /** For the next order that is placed. */
  arm(fault: FaultInput["fault"]): void {
    this.testnet.arm({ exchange: "binance", fault, match: { operation: "order.place" }, count: 1 });
  }

  /** For requests and frames of this operation: the next one, unless `fields` says otherwise. */
  armOn(
    operation: string,
    fault: FaultInput["fault"],
    fields: Partial<Pick<FaultInput, "count" | "skip" | "delayMs">> = {},
  ): void {
    const match = { operation };
    this.testnet.arm({ exchange: "binance", fault, match, count: 1, ...fields });
  }

  /** Everything asked over REST from now on meets this fault; sockets are cut and refused. */
  darken(fault: FaultInput["fault"]): void {
    this.testnet.arm({ exchange: "binance", fault, count: EVERY });
    this.testnet.arm({ exchange: "binance", fault: "refuseSocket", count: EVERY });
    this.testnet.arm({ exchange: "binance", fault: "dropSocket" });
  }

  /** How often this operation was asked for. */
  asked(operation: string): number {
    return this.testnet.heard("binance").filter((each) => each.operation.name === operation).length;
  }

  /** A print at this price; resting orders it crosses fill up to `quantity`, or all. */
  trade(price: string, quantity?: string): void {
    this.testnet.setPrice("binance", { symbol: "BTCUSDT", price, quantity });
  }

  /** The stream would prove the acceptance before the loss of the answer is noticed. */
  dropReport(): void {
    const match = { operation: "executionReport" };
    this.testnet.arm({ exchange: "binance", fault: "dropFrame", match, count: 2 });
  }

  /** What the venue itself holds, without any fault in between. */
  orders(): readonly LedgerOrder[] {
    return this.testnet.ledger("binance").orders;
  }

  types(intentId: string): readonly string[] {
    return this.events.filter((event) => event.intentId === intentId).map(({ type }) => type);
  }

  state(intentId: string): string {
    return this.exchange.getOrderState(intentId).state;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.kernel.stop();
    await this.testnet.close();
  }
}

/** Far below the market, so that it rests. */
export function resting(fields: Readonly<Record<string, unknown>> = {}): Record<string, unknown> {
  return { symbolId: "BTC/USDT", side: "BUY", amount: "0.01", limitPrice: "40000", ...fields };
}

export async function until(condition: () => boolean, what: string): Promise<void> {
  const end = performance.now() + 15_000;
  while (!condition()) {
    assert(performance.now() < end, `${what}: not within 15 s`);
    await new Promise((resolve) => setTimeout(resolve, 5));
  }
}
