/** What a request runner is made of, and whom it tells. */
import type { InspectionEvent } from "xstate";
import { type Circuits, newCircuits } from "../machines/circuit.ts";
import type { RequestsMode } from "../machines/requests.ts";
import { newTokenBucket, type TokenBucket } from "../machines/token_bucket.ts";
import type { RateLimits, RequestCost, RequestKind } from "../src/exchanges/exchange.ts";
import type { Clock } from "../src/model/clock.ts";
import type { CircuitHealth } from "../src/model/health.ts";

/** What the next runner of the same account goes on with: it is one account at the venue. */
export interface RequestMemory {
  readonly bucket: TokenBucket;
  readonly circuits: Circuits;
}

export function newRequestMemory(
  { clock, limits }: Pick<RequestRunnerOptions, "clock" | "limits">,
): RequestMemory {
  return { bucket: newTokenBucket(limits, clock.monotonic()), circuits: newCircuits() };
}

export interface RequestRunnerOptions {
  readonly clock: Clock;
  readonly limits: RateLimits;
  /** Of an earlier runner with these limits; default: as after a boot. */
  readonly memory?: RequestMemory;
  readonly cost: (kind: RequestKind) => RequestCost;
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
