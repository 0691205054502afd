/**
 * One simulated world: the real kernel on a virtual clock against the paper engine, behind a faulty
 * line and a faulty disk. The same seed gives the same run, event by event.
 *
 * I1 One timer fires, then every promise that can settle does so, then the checks look.
 * I2 Faults happen in the first part only; then the world heals, the market stands still, and
 *    actual must become desired.
 */
import { setImmediate } from "node:timers";
import { KernelActor } from "../../actors/kernel.ts";
import { openIdentity } from "../../src/identity.ts";
import type { Log } from "../../src/model/log.ts";
import { SeededRandom } from "../../src/system/seeded_random.ts";
import { VIRTUAL_START, VirtualClock } from "../../src/system/virtual_clock.ts";
import { EXCHANGE, SimulatedAdapter } from "./adapter.ts";
import { Checks, type Violation } from "./checks.ts";
import { Decisions } from "./decisions.ts";
import { Disk } from "./disk.ts";
import { Incarnation } from "./incarnation.ts";
import { Trace } from "./trace.ts";
import { SimulatedVenue } from "./venue.ts";
import { Workload } from "./workload.ts";

export interface WorldOptions {
  readonly seed: number;
  /** Faults to leave out, as `WorldResult.faults` names them. */
  readonly suppressed?: ReadonlySet<string>;
  /** Keep the lines of the trace. */
  readonly verbose?: boolean;
}

export interface WorldResult {
  readonly seed: number;
  readonly violations: readonly Violation[];
  readonly traceHash: string;
  readonly trace: readonly string[];
  readonly faults: readonly string[];
  readonly steps: number;
  readonly orders: number;
  readonly crashes: number;
  readonly virtualMs: number;
}

/** Faults and actions come until then. */
const FAULTY_MS = 40_000;
/** Validity, settle time, the longest backoff, and two audits (L1). */
const REST_MS = 190_000;
/** Far above what a world takes; past it something spins. */
const STEPS_MAX = 60_000;
const CRASHES_MAX = 5;
/** Draining waits for answers 12 s at most; the slowest disk comes on top. */
const STOP_MS_MAX = 20_000;

export class World {
  readonly #clock = new VirtualClock();
  readonly #trace: Trace;
  readonly #decisions: Decisions;
  readonly #disk: Disk;
  readonly #venue: SimulatedVenue;
  readonly #checks: Checks;
  readonly #workload: Workload;
  readonly #seed: number;
  #incarnation: Incarnation;
  #adapter: SimulatedAdapter | null = null;
  #kernel: KernelActor | null = null;
  #boots = 0;
  #crashes = 0;
  #steps = 0;

  constructor(options: WorldOptions) {
    const { seed } = options;
    const now = () => this.#clock.monotonic();
    this.#seed = seed;
    this.#trace = new Trace({ now, keep: options.verbose === true });
    const log = (line: string) => this.#trace.log(line);
    this.#decisions = new Decisions({
      seed,
      suppressed: options.suppressed ?? new Set(),
      onFault: (name) => log(`fault ${name}`),
    });
    const decisions = this.#decisions;
    this.#venue = new SimulatedVenue(this.#clock, decisions);
    this.#disk = new Disk({
      decisions,
      onAppend: () => this.#mayCrash("crashOnAppend", 0.004),
      onFailed: () => this.#clock.setTimer(() => this.#crash(), 15_000),
    });
    const { durable } = this.#disk;
    const venue = this.#venue;
    this.#checks = new Checks({ venue, durable, log });
    this.#workload = new Workload({
      decisions,
      venue,
      checks: this.#checks,
      log,
      kernel: () => this.#kernel?.exchange(EXCHANGE) ?? null,
      later: (act, delayMs) => void this.#clock.setTimer(act, delayMs),
      isLive: (intentId) => durable.intent(EXCHANGE, intentId)?.terminal === false,
    });
    venue.onReport = (report) => {
      log(`venue ${report.kind} ${report.order.clientOrderId.slice(-6)} ${report.order.filled}`);
      this.#checks.reported(report);
      this.#adapter?.tell(report);
    };
    this.#incarnation = this.#newIncarnation();
  }

  async run(): Promise<WorldResult> {
    this.#boot();
    this.#schedule("act", [100, 1_800], () => this.#workload.act());
    this.#schedule("market", [200, 1_500], () => this.#workload.moveMarket());
    this.#schedule("trouble", [300, 2_000], () => this.#trouble());
    await this.#runUntil(FAULTY_MS);
    this.#decisions.faultsOn = false;
    this.#trace.log("the world heals");
    await this.#runUntil(FAULTY_MS + REST_MS);
    if (this.#checks.violations.length === 0) this.#checks.atRest(this.#kernel);
    return {
      seed: this.#seed,
      violations: this.#checks.violations,
      traceHash: this.#trace.hash,
      trace: this.#trace.lines,
      faults: this.#decisions.hits,
      steps: this.#steps,
      orders: this.#workload.placed,
      crashes: this.#crashes,
      virtualMs: this.#clock.monotonic(),
    };
  }

  async #runUntil(elapsedMs: number): Promise<void> {
    const end = VIRTUAL_START + elapsedMs;
    for (;;) {
      if (this.#checks.violations.length > 0) return;
      const due = this.#clock.nextDue();
      if (due === null || due > end) break;
      if (++this.#steps > STEPS_MAX) {
        return this.#checks.fail("L2", `more than ${STEPS_MAX} events: something spins`);
      }
      this.#clock.runNext();
      await macrotask(); // I1
      this.#checks.afterEvent(this.#kernel);
      this.#venue.forgetDone();
    }
    this.#clock.advanceTo(end);
  }

  /** Again and again while faults last. */
  #schedule(site: string, range: readonly [number, number], act: () => void): void {
    const wait = this.#decisions.between(`${site}:wait`, range);
    this.#clock.setTimer(() => {
      if (!this.#decisions.faultsOn) return;
      act();
      this.#schedule(site, range, act);
    }, wait);
  }

  /** What befalls a whole process or its connections, and not one message. */
  #trouble(): void {
    const decisions = this.#decisions;
    this.#mayCrash("crash", 0.06);
    if (decisions.fault("socketDropped", 0.06)) this.#adapter?.socket.drop();
    if (decisions.fault("socketMute", 0.03)) this.#adapter?.socket.mute();
    if (decisions.fault("banned", 0.03)) {
      this.#adapter?.ban(decisions.between("ban:for", [500, 4_000]));
    }
    if (decisions.fault("wallStep", 0.05)) {
      this.#incarnation.stepWall(decisions.between("wall:step", [-400, 400]));
    }
    if (decisions.fault("externalCancel", 0.2)) this.#workload.cancelOutside();
    if (decisions.fault("restart", 0.03)) this.#restart();
  }

  #mayCrash(kind: "crash" | "crashOnSend" | "crashOnAppend", probability: number): boolean {
    if (!this.#incarnation.alive || this.#crashes >= CRASHES_MAX) return false;
    if (!this.#decisions.fault(kind, probability)) return false;
    this.#crash();
    return true;
  }

  /** kill -9: nothing of this process reaches the world any more. */
  #crash(): void {
    if (!this.#incarnation.alive) return;
    this.#trace.log(`CRASH of boot ${this.#boots}`);
    this.#incarnation.kill();
    this.#disk.lose();
    this.#kernel = null;
    this.#adapter = null;
    this.#crashes += 1;
    this.#clock.setTimer(() => {
      this.#incarnation = this.#newIncarnation();
      this.#boot();
    }, this.#decisions.between("boot:after", [10, 3_000]));
  }

  /** An orderly stop, and a new process. */
  #restart(): void {
    const incarnation = this.#incarnation;
    const kernel = this.#kernel;
    if (!incarnation.alive || kernel === null) return;
    this.#trace.log(`stop of boot ${incarnation.number}`);
    const asked = this.#clock.monotonic();
    kernel.stop().then(() => {
      const tookMs = this.#clock.monotonic() - asked;
      if (!incarnation.alive) return;
      if (tookMs > STOP_MS_MAX) this.#checks.fail("L2", `the stop took ${tookMs} ms`);
      this.#crash();
    }, (error: unknown) => this.#checks.fail("X", `the stop threw ${error}`));
  }

  #newIncarnation(): Incarnation {
    const number = ++this.#boots;
    const skewMs = this.#decisions.between("boot:skew", [-300, 300]);
    return new Incarnation(this.#clock, { number, skewMs });
  }

  #boot(): void {
    const incarnation = this.#incarnation;
    this.#trace.log(`boot ${incarnation.number}`);
    this.#checks.restarted();
    const store = this.#disk.open(incarnation);
    const random = new SeededRandom(this.#seed * 64 + incarnation.number);
    openIdentity(store, random).then((identity) => {
      if (!incarnation.alive) return;
      const adapter = new SimulatedAdapter({
        clock: this.#clock,
        incarnation,
        venue: this.#venue,
        decisions: this.#decisions,
        log: (line) => this.#trace.log(line),
        watch: { sending: (request, ref) => this.#sending(request, ref) },
      });
      const kernel = new KernelActor({
        adapters: [adapter],
        rateLimits: new Map(),
        store,
        identity,
        clock: incarnation,
        random,
        log: this.#kernelLog(incarnation),
        defer: (callback) => void incarnation.setTimer(callback, 0),
        onStopped: () => Promise.resolve(),
      });
      this.#adapter = adapter;
      this.#kernel = kernel;
      return kernel.start();
    }).catch((error: unknown) => {
      const name = error instanceof Error ? `${error.name}: ${error.message}` : String(error);
      this.#trace.log(`boot ${incarnation.number} failed: ${name}`);
      if (!name.startsWith("StoreError")) this.#checks.fail("X", `the boot threw ${name}`);
      this.#crash();
    });
  }

  #sending(...[request, ref]: Parameters<Checks["sending"]>): boolean {
    this.#trace.log(`send ${request.kind} ${request.clientOrderId.slice(-6)}`);
    this.#checks.sending(request, ref);
    if (!this.#mayCrash("crashOnSend", 0.02)) return true;
    // Killed just before or just after the bytes left.
    return this.#decisions.chance("crash:sent", 0.5);
  }

  #kernelLog(incarnation: Incarnation): Log {
    const note = (level: string, message: string, fields: unknown) => {
      if (!incarnation.alive) return;
      const text = `${level} ${message} ${JSON.stringify(fields ?? {})}`;
      this.#trace.log(text);
      if (/crash|parked|threw|actor|restarts/.test(text)) this.#checks.fail("X", text);
    };
    return {
      debug: () => {},
      info: () => {},
      warn: (message, fields) => note("warn", message, fields),
      error: (message, fields) => note("error", message, fields),
    };
  }
}

/** Every microtask runs before it: nothing that can settle is left unsettled. */
function macrotask(): Promise<void> {
  return new Promise((resolve) => setImmediate(resolve));
}
