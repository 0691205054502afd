/** What a request runner is made of, whom it tells, and what it is asked for. */
import type { InspectionEvent } from "xstate";
import { type BudgetKeys, RequestBudgets } from "../machines/budgets.ts";
import { type Circuits, newCircuits } from "../machines/circuit.ts";
import type { LineRequest } from "../machines/request_line.ts";
import type { RequestPriority } from "../machines/request_queue.ts";
import type { RequestsMode } from "../machines/requests.ts";
import type {
  RateLimits,
  RequestAbout,
  RequestCost,
  RequestKind,
} from "../src/exchanges/exchange.ts";
import type { Clock } from "../src/model/clock.ts";
import type { CircuitHealth } from "../src/model/health.ts";
import type { EpochMs } from "../src/model/scalars.ts";

/** What the next runner of the same account goes on with: it is one account at the venue. */
export interface RequestMemory {
  readonly budgets: RequestBudgets;
  readonly circuits: Circuits;
}

export function newRequestMemory(
  { clock, limits, untouched = false }: Pick<RequestRunnerOptions, "clock" | "limits"> & {
    /** Nobody has sent anything to the venue for as long as it counts. Default: nobody knows. */
    readonly untouched?: boolean;
  },
): RequestMemory {
  const since = clock.monotonic() - (untouched ? LONGER_THAN_ANY_WINDOW_MS : 0);
  return { budgets: new RequestBudgets(limits, since), circuits: newCircuits() };
}

/** A day: no venue counts requests over more. */
const LONGER_THAN_ANY_WINDOW_MS = 24 * 3_600_000;

export interface RequestRunnerOptions {
  readonly clock: Clock;
  readonly limits: RateLimits;
  /** Of an earlier runner with these limits; default: as after a boot. */
  readonly memory?: RequestMemory;
  readonly cost: (kind: RequestKind, about: RequestAbout) => RequestCost;
  /** The venue's clock, to read by when it says a window is empty again; default: ours. */
  readonly venueNow?: () => EpochMs | null;
  /** Watches the mode's actor. */
  readonly inspect?: (event: InspectionEvent) => void;
  /** Told of every change of {@linkcode RequestRunner.mode}. */
  readonly onMode?: (mode: RequestsMode) => void;
  /** Told of every circuit that has opened. */
  readonly onCircuit?: (circuit: CircuitHealth) => void;
  /** The mode actor failed: for the supervisor. The runner grants nothing any more. */
  readonly onCrash?: (error: unknown) => void;
  readonly queueMax?: number;
  readonly reservedForCancels?: number;
}

/** One request that somebody wants to send. */
export interface Ask {
  readonly priority: RequestPriority;
  readonly kind: RequestKind;
  /** What its cost depends on. The symbol of a submit is also that of its circuit. */
  readonly about?: RequestAbout;
  /** Default: what the venue's profile says of its kind. */
  readonly cost?: RequestCost;
  /** Names it, to cancel it while it waits. */
  readonly key: string;
  /** Must not throw; may ask. */
  readonly onGranted: () => void;
}

/** An {@linkcode Ask} with all that was left to default. */
export interface Asked extends LineRequest {
  readonly kind: RequestKind;
  readonly keys: BudgetKeys;
  /** The symbol whose open circuit holds it back; null: none does. */
  readonly circuit: string | null;
  readonly onGranted: () => void;
}
