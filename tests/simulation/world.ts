/**
 * One simulated world: the real kernel on a virtual clock against the paper engine, behind a faulty
 * line and a faulty disk. The same seed gives the same run, event by event.
 *
 * I1 One timer fires, then every promise that can settle does so, then the checks look.
 * I2 Faults happen in the first part only; then the world heals, the market stands still, and
 *    actual must become desired.
 */
import { setImmediate } from "node:timers";
import type { KernelActor } from "../../actors/kernel.ts";
import { decimal } from "../../src/model/decimal.ts";
import type { RiskLimits } from "../../src/model/risk.ts";
import { VIRTUAL_START, VirtualClock } from "../../src/system/virtual_clock.ts";
import { EXCHANGE, type SimulatedAdapter } from "./adapter.ts";
import { capsOf } from "./caps.ts";
import { Checks, type Violation } from "./checks.ts";
import { CrashPlan, type CrashPoint, type CrashSite } from "./crash_plan.ts";
import { Decisions, type FaultKind } from "./decisions.ts";
import { Disk } from "./disk.ts";
import { Incarnation } from "./incarnation.ts";
import { openProcess } from "./process.ts";
import { RestChecks } from "./rest_checks.ts";
import { Trace } from "./trace.ts";
import { SimulatedVenue, SYMBOLS } from "./venue.ts";
import { Workload } from "./workload.ts";

export interface WorldOptions {
  readonly seed: number;
  /** Faults to leave out, as `WorldResult.faults` names them. */
  readonly suppressed?: ReadonlySet<string>;
  /** Keep the lines of the trace. */
  readonly verbose?: boolean;
  /** Kills the process there, and nowhere else. */
  readonly crashAt?: readonly CrashPoint[];
  /** How long faults and actions come; default 40 s. */
  readonly faultyMs?: number;
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
  /** How often each place was passed at which a process can be killed. */
  readonly sites: Readonly<Record<CrashSite, number>>;
}

const FAULTY_MS = 40_000;
/** Validity, settle time, the longest backoff, and two audits (L1). */
const REST_MS = 190_000;
/** Far above what a world takes; past it something spins. */
const STEPS_MAX = 60_000;
const CRASHES_MAX = 5;
/** With tight budgets: several starts within one interval are what a limiter gets wrong. */
const TIGHT_CRASHES_MAX = 12;
/** Draining waits for answers 12 s at most; the slowest disk comes on top. */
const STOP_MS_MAX = 20_000;
const L2_EVERY_MS = 10_000;
/** L3: a kill at rest comes early enough for its own bound and the audits after it. */
const KILL_AT_REST_MS = 100_000;
/** One round trip to the disk and to the venue, and the retry of a cancel that was overtaken. */
const KILL_MS_MAX = 2_000;
/** With tight budgets a cancel more takes so long: the refill of one request's weight. */
const KILL_MS_PER_ORDER = 150;

export class World {
  readonly #clock = new VirtualClock();
  readonly #o: WorldOptions;
  readonly #trace: Trace;
  readonly #decisions: Decisions;
  readonly #plan: CrashPlan;
  readonly #disk: Disk;
  readonly #caps: RiskLimits;
  readonly #venue: SimulatedVenue;
  readonly #checks: Checks;
  readonly #rest: RestChecks;
  readonly #workload: Workload;
  #incarnation: Incarnation;
  #adapter: SimulatedAdapter | null = null;
  #kernel: KernelActor | null = null;
  #boots = 0;
  #crashes = 0;
  #steps = 0;

  constructor(options: WorldOptions) {
    this.#o = options;
    const now = () => this.#clock.monotonic();
    this.#trace = new Trace({ now, keep: options.verbose === true });
    const log = (line: string) => this.#trace.log(line);
    this.#decisions = new Decisions({
      seed: options.seed,
      suppressed: options.suppressed ?? new Set(),
      onFault: (name) => log(`fault ${name}`),
    });
    const decisions = this.#decisions;
    this.#plan = new CrashPlan(options.crashAt ?? null);
    this.#venue = new SimulatedVenue(this.#clock, decisions);
    this.#disk = new Disk({
      decisions,
      onAppend: () => void this.#port("append", "crashOnAppend", 0.004),
      onSynced: () => this.#port("synced", "crashOnAppend", 0.002),
      onFailed: () => this.#clock.setTimer(() => this.#crash(), 15_000),
    });
    const { durable } = this.#disk;
    const venue = this.#venue;
    this.#caps = capsOf(decisions);
    this.#checks = new Checks({ venue, durable, log, now, caps: this.#caps });
    this.#rest = new RestChecks({ venue, durable, now, checks: this.#checks });
    this.#workload = new Workload({
      decisions,
      venue,
      checks: this.#checks,
      log,
      kernel: () => this.#kernel?.exchange(EXCHANGE) ?? null,
      killSwitch: () => this.#kernel?.killSwitch ?? null,
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
    const faultyMs = this.#o.faultyMs ?? FAULTY_MS;
    this.#boot();
    this.#schedule("act", [100, 1_800], () => this.#workload.act());
    this.#schedule("market", [200, 1_500], () => this.#workload.moveMarket());
    this.#schedule("trouble", [300, 2_000], () => this.#trouble());
    await this.#runUntil(faultyMs);
    this.#decisions.faultsOn = false;
    this.#trace.log("the world heals");
    this.#watchRest(faultyMs);
    await this.#runUntil(faultyMs + REST_MS);
    if (this.#checks.violations.length === 0) this.#rest.atRest(this.#kernel);
    return {
      seed: this.#o.seed,
      violations: this.#checks.violations,
      traceHash: this.#trace.hash,
      trace: this.#trace.lines,
      faults: this.#decisions.hits,
      steps: this.#steps,
      orders: this.#workload.placed,
      crashes: this.#crashes,
      virtualMs: this.#clock.monotonic(),
      sites: this.#plan.passed,
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

  #watchRest(healedAt: number): void {
    for (let ms = L2_EVERY_MS; ms < REST_MS; ms += L2_EVERY_MS) {
      this.#clock.setTimer(() => this.#rest.transients(healedAt), ms);
    }
    if (!this.#decisions.trait("killAtRest", 0.2)) return;
    this.#clock.setTimer(() => {
      const live = this.#venue.ownOpen().length;
      const perOrder = this.#venue.budgets.isTight ? KILL_MS_PER_ORDER : 0;
      this.#workload.engage("at rest");
      this.#clock.setTimer(() => {
        const left = this.#venue.ownOpen().length;
        if (left > 0) this.#checks.fail("L3", `${left} of ${live} orders outlive the kill`);
      }, KILL_MS_MAX + live * perOrder);
    }, KILL_AT_REST_MS);
  }

  /** What befalls a whole process, its connections or the venue, and not one message. */
  #trouble(): void {
    const decisions = this.#decisions;
    const { gateway, budgets } = this.#venue;
    this.#mayCrash("crash", budgets.isTight ? 0.15 : 0.06);
    const happens = (kind: FaultKind, probability: number) => decisions.fault(kind, probability);
    if (happens("socketDropped", 0.06)) this.#adapter?.socket.drop();
    if (happens("socketMute", 0.03)) this.#adapter?.socket.mute();
    if (happens("banned", 0.03)) {
      const forMs = decisions.between("ban:for", [500, 4_000]);
      gateway.ban(forMs);
      this.#adapter?.ban(forMs);
    }
    if (happens("maintenance", 0.02)) {
      gateway.maintain(decisions.between("maintenance:for", [1_000, 8_000]));
      this.#adapter?.socket.drop();
    }
    if (happens("authExpired", 0.02)) {
      gateway.expireLogin(decisions.between("auth:for", [500, 6_000]));
      if (decisions.chance("auth:hangsUp", 0.5)) this.#adapter?.socket.drop();
    }
    if (happens("wallStep", 0.05)) {
      this.#incarnation.stepWall(decisions.between("wall:step", [-400, 400]));
    }
    if (happens("venueClockStep", 0.03)) {
      this.#venue.stepClock(decisions.between("venue:step", [-300, 300]));
    }
    if (happens("externalCancel", 0.2)) this.#workload.endOutside("canceled");
    if (happens("expired", 0.08)) this.#workload.endOutside("expired");
    if (happens("delisted", 0.01)) this.#workload.delist();
    if (happens("tickChanged", 0.02)) {
      gateway.changeTick(decisions.pick("tick:symbol", SYMBOLS), 5, decimal("0.05"));
    }
    if (happens("restart", 0.03)) this.#restart();
  }

  /** The process passes a port at which it may be killed. @returns whether it was. */
  #port(site: CrashSite, kind: FaultKind, probability: number): boolean {
    if (!this.#incarnation.alive) return false;
    if (this.#plan.isHere(site, this.#decisions.faultsOn)) {
      this.#crash(0);
      return true;
    }
    return this.#mayCrash(kind, probability);
  }

  #mayCrash(kind: FaultKind, probability: number): boolean {
    if (this.#plan.isPlanned) return false;
    const most = this.#venue.budgets.isTight ? TIGHT_CRASHES_MAX : CRASHES_MAX;
    if (!this.#incarnation.alive || this.#crashes >= most) return false;
    if (!this.#decisions.fault(kind, probability)) return false;
    this.#crash();
    return true;
  }

  /** kill -9: nothing of this process reaches the world any more. */
  #crash(keeps?: number): void {
    if (!this.#incarnation.alive) return;
    this.#trace.log(`CRASH of boot ${this.#boots}`);
    this.#incarnation.kill();
    this.#disk.lose(keeps);
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
    const { number } = incarnation;
    const log = (line: string) => this.#trace.log(line);
    log(`boot ${number}`);
    this.#checks.restarted(number);
    openProcess({
      seed: this.#o.seed,
      store: this.#disk.open(incarnation),
      checks: this.#checks,
      caps: this.#caps,
      clock: this.#clock,
      incarnation,
      venue: this.#venue,
      decisions: this.#decisions,
      log,
      crashes: (port) => this.#port(port, port === "read" ? "crashOnRead" : "crashOnAnswer", 0.002),
      watch: {
        asked: (kind) => {
          if (incarnation.alive) this.#checks.asking(kind);
        },
        sending: (request, ref) => this.#sending(request, ref, number),
      },
    }).then((opened) => {
      if (opened === null) return;
      this.#adapter = opened.adapter;
      this.#kernel = opened.kernel;
      return opened.kernel.start();
    }).catch((error: unknown) => {
      const name = error instanceof Error ? `${error.name}: ${error.message}` : String(error);
      log(`boot ${number} failed: ${name}`);
      if (!name.startsWith("StoreError")) this.#checks.fail("X", `the boot threw ${name}`);
      this.#crash();
    });
  }

  #sending(...[request, ref, boot]: Parameters<Checks["sending"]>): boolean {
    this.#trace.log(`send ${request.kind} ${request.clientOrderId.slice(-6)}`);
    if (this.#plan.isHere("send", this.#decisions.faultsOn)) {
      this.#crash(0);
      return false;
    }
    this.#checks.sending(request, ref, boot);
    if (this.#plan.isHere("sent", this.#decisions.faultsOn)) {
      this.#crash(0);
      return true;
    }
    if (!this.#mayCrash("crashOnSend", 0.02)) return true;
    // Killed just before or just after the bytes left.
    return this.#decisions.chance("crash:sent", 0.5);
  }
}

/** Every microtask runs before it: nothing that can settle is left unsettled. */
function macrotask(): Promise<void> {
  return new Promise((resolve) => setImmediate(resolve));
}
