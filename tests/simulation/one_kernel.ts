/** A whole kernel in a world without faults, whose disk a test can hold. */
import { KernelActor } from "../../actors/kernel.ts";
import { openIdentity } from "../../src/identity.ts";
import type { ExchangeKernel } from "../../src/model/facade.ts";
import { SeededRandom } from "../../src/system/seeded_random.ts";
import { VirtualClock } from "../../src/system/virtual_clock.ts";
import { HeldStore } from "../actors/fakes.ts";
import { EXCHANGE, SimulatedAdapter } from "./adapter.ts";
import { Decisions } from "./decisions.ts";
import { Incarnation } from "./incarnation.ts";
import { SimulatedVenue } from "./venue.ts";

export interface OneKernel {
  readonly kernel: ExchangeKernel;
  readonly disk: HeldStore;
  /** Half a second passes. */
  settle(): Promise<void>;
  /** Stops the kernel. */
  heal(): Promise<void>;
}

/** The exchange never becomes ready, so that nothing is sent. */
export async function openIntakeKernel(): Promise<OneKernel> {
  const clock = new VirtualClock();
  const decisions = new Decisions({ seed: 1 });
  decisions.faultsOn = false;
  const incarnation = new Incarnation(clock, { number: 1, skewMs: 0 });
  const venue = new SimulatedVenue(clock, decisions);
  const watch = { asked: () => {}, sending: () => true };
  const adapter = new SimulatedAdapter({
    clock,
    incarnation,
    venue,
    decisions,
    watch,
    log: () => {},
    crashes: () => false,
    onBanned: () => {},
  });
  const disk = new HeldStore();
  const random = new SeededRandom(1);
  const silent = () => {};
  const kernel = new KernelActor({
    adapters: [adapter],
    rateLimits: new Map(),
    store: disk.store,
    identity: await openIdentity(disk.store, random),
    clock: incarnation,
    random,
    log: { debug: silent, info: silent, warn: silent, error: silent },
    defer: (callback) => void incarnation.setTimer(callback, 0),
    onStopped: () => Promise.resolve(),
  });
  void kernel.start();
  return {
    kernel: kernel.exchange(EXCHANGE),
    disk,
    settle: () => clock.advanceAsync(500),
    heal: async () => {
      const stopped = kernel.stop();
      await clock.advanceAsync(30_000);
      await stopped;
    },
  };
}
