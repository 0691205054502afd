/**
 * What can go wrong on purpose. A fault is armed with a match and a count, and is used up by the
 * requests, frames or sockets that match it; the catalogue says what each does.
 */
import { z } from "zod";
import type { Operation } from "./dialect.ts";
import {
  type Definition,
  FAULT_NAMES,
  type FaultName,
  FAULTS,
  type FaultScope,
  type FrameFault,
  type RequestPlan,
} from "./fault_catalogue.ts";

/** Used where a fault needs a delay and none is given: longer than any sane loopback round trip. */
const DELAY_MS = 300;
const DELAY_MS_MAX = 3_600_000;
const COUNT_MAX = 1_000_000;
/** Armed faults are a handful per test; the bound only stops a runaway script. */
const ARMED_MAX = 1_000;

const MatchSchema = z.union([
  z.string().min(1).max(200),
  z.strictObject({
    operation: z.string().min(1).max(200).optional(),
    endpoint: z.string().min(1).max(200).optional(),
    host: z.string().min(1).max(200).optional(),
    symbol: z.string().min(1).max(200).optional(),
    clientOrderId: z.string().min(1).max(200).optional(),
  }),
]);

export const FaultSchema = z.strictObject({
  exchange: z.string().min(1),
  fault: z.enum(FAULT_NAMES as [FaultName, ...FaultName[]]),
  match: MatchSchema.optional(),
  /** How many times; default 1, for sockets all that are open, for the clock until removed. */
  count: z.int().min(1).max(COUNT_MAX).optional(),
  /** So many matching ones pass unharmed first. */
  skip: z.int().min(0).max(COUNT_MAX).optional(),
  delayMs: z.int().min(0).max(DELAY_MS_MAX).optional(),
  offsetMs: z.int().min(-DELAY_MS_MAX).max(DELAY_MS_MAX).optional(),
});
export type FaultInput = z.infer<typeof FaultSchema>;
export type FaultMatch = z.infer<typeof MatchSchema>;

/** What is armed, as the control endpoint shows it. */
export interface ArmedFault extends FaultInput {
  readonly id: number;
  readonly remaining: number;
  readonly hits: number;
}

/** The part of the book a dialect needs for the frames it pushes. */
export interface FrameFaults {
  takeFrame(operation: Operation): FrameFault | null;
}

interface Entry {
  readonly id: number;
  readonly input: FaultInput;
  remaining: number;
  skip: number;
  hits: number;
}

/** The faults armed for one exchange. */
export class FaultBook implements FrameFaults {
  #entries: Entry[] = [];
  #nextId = 1;

  arm(input: FaultInput): ArmedFault {
    if (this.#entries.length >= ARMED_MAX) {
      throw new RangeError(`Cannot arm ${input.fault}: ${ARMED_MAX} faults are armed already`);
    }
    const entry: Entry = {
      id: this.#nextId++,
      input,
      remaining: input.count ?? 1,
      skip: input.skip ?? 0,
      hits: 0,
    };
    this.#entries.push(entry);
    return shown(entry);
  }

  list(): readonly ArmedFault[] {
    return this.#entries.map(shown);
  }

  clear(): void {
    this.#entries = [];
  }

  /** How far the exchange's clock is ahead; the newest skew wins. */
  get skewMs(): number {
    if (this.#entries.length === 0) return 0;
    return this.#entries.findLast((e) => e.input.fault === "clockSkew")?.input.offsetMs ?? 0;
  }

  get isEmpty(): boolean {
    return this.#entries.length === 0;
  }

  takeRequest(operation: Operation): RequestPlan | null {
    const entry = this.#take("request", operation);
    if (entry === null) return null;
    const definition: Definition = FAULTS[entry.input.fault];
    if (definition.scope !== "request") return null;
    return definition.plan(entry.input.delayMs ?? DELAY_MS);
  }

  takeFrame(operation: Operation): FrameFault | null {
    return (this.#take("frame", operation)?.input.fault ?? null) as FrameFault | null;
  }

  /** Only `refuseSocket` waits for sockets to come. */
  takeSocket(operation: Operation): boolean {
    return this.#take("socket", operation) !== null;
  }

  #take(scope: FaultScope, operation: Operation): Entry | null {
    if (this.#entries.length === 0) return null;
    const entry = this.#entries.find((candidate) =>
      FAULTS[candidate.input.fault].scope === scope && matches(candidate.input.match, operation)
    );
    if (entry === undefined) return null;
    if (entry.skip > 0) {
      entry.skip--;
      return null;
    }
    entry.hits++;
    entry.remaining--;
    if (entry.remaining === 0) this.#entries = this.#entries.filter((e) => e !== entry);
    return entry;
  }
}

/** A text matches as a part of the operation's name, endpoint, host, symbol or client order id. */
export function matches(match: FaultMatch | undefined, operation: Operation): boolean {
  if (match === undefined) return true;
  if (typeof match === "string") {
    return operation.name.includes(match) || operation.endpoint.includes(match) ||
      operation.host.includes(match) || (operation.symbol ?? "").includes(match) ||
      (operation.clientOrderId ?? "").includes(match);
  }
  return within(match.operation, operation.name) && within(match.endpoint, operation.endpoint) &&
    within(match.host, operation.host) && within(match.symbol, operation.symbol) &&
    within(match.clientOrderId, operation.clientOrderId);
}

function within(part: string | undefined, whole: string | null): boolean {
  return part === undefined || (whole !== null && whole.includes(part));
}

function shown(entry: Entry): ArmedFault {
  return { ...entry.input, id: entry.id, remaining: entry.remaining, hits: entry.hits };
}
