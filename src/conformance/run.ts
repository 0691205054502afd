/** Puts a target through the cases, one after another, and keeps the score. */
import type { Clock } from "../model/clock.ts";
import type { Support } from "../model/instrument.ts";
import type { ConformanceBatch, ConformanceCase, Need, Theme } from "./case.ts";
import { THEMES } from "./case.ts";
import { ACCOUNT_CASES } from "./cases/account.ts";
import { AMEND_CASES } from "./cases/amend.ts";
import { CANCEL_CASES } from "./cases/cancel.ts";
import { CONNECTION_CASES } from "./cases/connection.ts";
import { FAULT_BATCHES } from "./cases/faults.ts";
import { FILL_CASES } from "./cases/fills.ts";
import { INSTRUMENT_CASES } from "./cases/instruments.ts";
import { DUPLICATE_CASES, GATE_CASES, LIMIT_CASES } from "./cases/limits.ts";
import { LOOKUP_CASES } from "./cases/lookup.ts";
import { PLACE_CASES } from "./cases/place.ts";
import { PRECISION_CASES } from "./cases/precision.ts";
import { REDUCE_ONLY_CASES } from "./cases/reduce_only.ts";
import { REJECT_CASES } from "./cases/rejects.ts";
import { STREAM_CASES } from "./cases/stream.ts";
import { TIME_CASES } from "./cases/time.ts";
import { NotShown } from "./expect.ts";
import type { CaseResult, Scorecard, Verdict } from "./scorecard.ts";
import { Stage } from "./stage.ts";
import type { ConformanceTarget } from "./target.ts";

/** How a run is made. */
export interface ConformanceOptions {
  /** Real time, or the target's own. */
  readonly clock: Clock;
  /** Told in the scorecard; default: empty. */
  readonly version?: string;
  /** Only cases of these; default: all. */
  readonly themes?: readonly Theme[];
  /** Called as each case ends. */
  readonly onResult?: (result: CaseResult) => void;
}

/** Every case, in the order of the themes. */
export const CASES: readonly ConformanceCase[] = [
  ...PLACE_CASES,
  ...TIME_CASES,
  ...REDUCE_ONLY_CASES,
  ...AMEND_CASES,
  ...CANCEL_CASES,
  ...LOOKUP_CASES,
  ...FILL_CASES,
  ...REJECT_CASES,
  ...PRECISION_CASES,
  ...INSTRUMENT_CASES,
  ...ACCOUNT_CASES,
  ...STREAM_CASES,
  ...CONNECTION_CASES,
  ...LIMIT_CASES,
  ...DUPLICATE_CASES,
  ...GATE_CASES,
].sort((a, b) => THEMES.indexOf(a.theme) - THEMES.indexOf(b.theme));

export class Run {
  readonly #target: ConformanceTarget;
  readonly #options: ConformanceOptions;
  readonly #startedAt: number;
  readonly #results: CaseResult[] = [];
  #capabilities: Readonly<Record<string, Support>> = {};
  #ids = 0;

  constructor(target: ConformanceTarget, options: ConformanceOptions) {
    this.#target = target;
    this.#options = options;
    this.#startedAt = options.clock.now();
  }

  async scorecard(): Promise<Scorecard> {
    const { themes = THEMES, version = "" } = this.#options;
    for (const each of CASES) if (themes.includes(each.theme)) await this.#case(each);
    for (const each of FAULT_BATCHES) if (themes.includes(each.theme)) await this.#batch(each);
    const count = (verdict: Verdict) =>
      this.#results.filter((result) => result.verdict === verdict).length;
    return {
      target: this.#target.name,
      version,
      at: this.#startedAt,
      capabilities: this.#capabilities,
      results: this.#results,
      passed: count("passed"),
      failed: count("failed"),
      unsupported: count("unsupported"),
      notRun: count("not run"),
    };
  }

  async #case(each: ConformanceCase): Promise<void> {
    const { clock } = this.#options;
    const { name, theme, capability, needs = [], faults = [] } = each;
    if (!isFor(this.#target, needs)) return;
    const startedAt = clock.monotonic();
    const missing = missingNeed(this.#target, needs, faults);
    const [verdict, detail] = missing !== null && capability === null
      ? ["not run" as const, missing]
      : await this.#play(each, missing);
    this.#tell({
      case: name,
      theme,
      capability,
      verdict,
      detail,
      ms: Math.round(clock.monotonic() - startedAt),
    });
  }

  async #play(
    each: ConformanceCase,
    missing: string | null,
  ): Promise<readonly [Verdict, string]> {
    const { capability, run, without } = each;
    try {
      await using stage = await this.#stage();
      const isClaimed = capability === null || stage.capabilities[capability] !== "NO";
      if (!isClaimed) {
        await without?.(stage);
        return ["unsupported", `${capability} is claimed NO`];
      }
      if (missing !== null) return ["not run", missing];
      await run(stage);
      return ["passed", ""];
    } catch (error) {
      return error instanceof NotShown ? ["not run", error.message] : ["failed", textOf(error)];
    }
  }

  async #batch(each: ConformanceBatch): Promise<void> {
    const { clock } = this.#options;
    const { theme } = each;
    if (missingNeed(this.#target, each.needs, []) !== null) return;
    const startedAt = clock.monotonic();
    let wrong: ReadonlyMap<string, string> = new Map();
    let names: readonly string[] = [];
    let broken = "";
    try {
      await using stage = await this.#stage();
      names = each.names(stage);
      if (names.length > 0) wrong = await each.run(stage);
    } catch (error) {
      broken = textOf(error);
    }
    const ms = Math.round((clock.monotonic() - startedAt) / Math.max(1, names.length));
    for (const name of names) {
      const detail = broken === "" ? wrong.get(name) ?? "" : broken;
      const verdict = detail === "" ? "passed" : "failed";
      this.#tell({ case: name, theme, capability: null, verdict, detail, ms });
    }
  }

  async #stage(): Promise<Stage> {
    const { clock } = this.#options;
    const { pauseMs } = this.#target;
    if (pauseMs !== undefined) {
      await new Promise<void>((resolve) => void clock.setTimer(resolve, pauseMs));
    }
    const stage = await Stage.open(this.#target, { clock, nextId: () => this.#nextId() });
    this.#capabilities = stage.capabilities;
    return stage;
  }

  /** 32 hexadecimal digits, as the kernel's own ids; the time keeps runs apart. */
  #nextId(): string {
    const time = this.#startedAt.toString(16).padStart(ID_LENGTH / 2, "0");
    return time + (++this.#ids).toString(16).padStart(ID_LENGTH / 2, "0");
  }

  #tell(result: CaseResult): void {
    this.#results.push(result);
    this.#options.onResult?.(result);
  }
}

const ID_LENGTH = 32;

/** Whether the case is about the target's kind of market. */
function isFor({ marketType }: ConformanceTarget, needs: readonly Need[]): boolean {
  const isSpot = marketType === "SPOT" || marketType === "MARGIN";
  return !needs.includes(isSpot ? "contract" : "spot");
}

/** What the target lacks for a case; null when nothing. */
function missingNeed(
  target: ConformanceTarget,
  needs: readonly Need[],
  faults: readonly string[],
): string | null {
  const has: Readonly<Record<Need, boolean>> = {
    market: target.market !== undefined,
    faults: target.faults !== undefined,
    ledger: target.ledger !== undefined,
    spot: true,
    contract: true,
  };
  const lacking = needs.find((need) => !has[need]);
  if (lacking !== undefined) return `needs ${lacking}`;
  const known = [...target.faults?.requests ?? [], ...target.faults?.others ?? []];
  const unknown = faults.find((fault) => !known.includes(fault));
  return unknown === undefined ? null : `needs the fault ${unknown}`;
}

function textOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
