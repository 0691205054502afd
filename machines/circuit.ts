/**
 * The circuit breakers of one exchange: refusals alike in a row say that an order or the account is
 * wrong, not unlucky, and more of the same only spends the account's budget. Plain functions over a
 * plain state that they change in place, because this stands before every submit. All times are
 * monotonic milliseconds.
 *
 * ```text
 * closed ── so many alike within the window ──▶ open ── cool-down over ──▶ halfOpen ── trial ──▶
 *    ▲                                            ▲                                            │
 *    └── accepted, or not refused in time ────────┼──────────────── refused alike ─────────────┘
 * ```
 *
 * I1 A circuit is kept by the refusal's code and its symbol; one about the account, by code alone.
 * I2 An acceptance closes every circuit it disproves: its symbol's, and the account's.
 * I3 Half-open lets one submit through at a time.
 * I4 At most {@linkcode CIRCUITS_MAX} are kept: the oldest closed one goes first, then the one that
 *    would end soonest. What is forgotten costs the venue some refusals, never safety.
 */
import { CIRCUIT_ACCOUNT_REFUSALS, CIRCUIT_REFUSALS, CIRCUITS_MAX } from "../src/model/limits.ts";
import {
  backoff,
  CIRCUIT_COOL_DOWN_CAP_MS,
  CIRCUIT_COOL_DOWN_MS,
  CIRCUIT_FORGET_MS,
  CIRCUIT_TRIAL_MS,
  CIRCUIT_WINDOW_MS,
} from "./timeouts.ts";

/** What the venue refused. */
export interface Refusal {
  /** Our word for it, e.g. `FILTER`. */
  readonly code: string;
  readonly symbolId: string;
}

export interface Circuit {
  readonly code: string;
  /** Null: it concerns every symbol of the account. */
  readonly symbolId: string | null;
  /** Of the refusals that are counted; the window begins with the first. */
  since: number;
  count: number;
  /** Cool-downs in a row; the next one doubles. */
  trips: number;
  /** When it may be tried again; 0 while it is closed. */
  openUntil: number;
  /** Until when the trial under way may still be refused; 0 without one. */
  trialUntil: number;
}

export interface Circuits {
  readonly byKey: Map<string, Circuit>;
  /** How many are not closed: with none of them nothing has to be looked for. */
  tripped: number;
}

/** Refusals that say nothing about the order: whatever is sent next is refused as well. */
export const ACCOUNT_CODES: ReadonlySet<string> = new Set([
  "AUTHENTICATION",
  "INVALID_SIGNATURE",
  "INVALID_TIMESTAMP",
]);

export function newCircuits(): Circuits {
  return { byKey: new Map(), tripped: 0 };
}

/** @returns the circuit that this refusal has opened, or opened again. */
export function countRefusal(circuits: Circuits, refusal: Refusal, now: number): Circuit | null {
  if (circuits.tripped > 0) endOtherTrials(circuits, refusal);
  const circuit = circuitOf(circuits, refusal);
  if (circuit.openUntil > 0 && !hasEnded(circuit, now)) {
    // Without a trial under way it is a straggler of the streak: it must not prolong anything.
    return circuit.trialUntil > 0 ? trip(circuits, circuit, now) : null;
  }
  close(circuits, circuit);
  if (circuit.count === 0 || now - circuit.since > CIRCUIT_WINDOW_MS) {
    circuit.since = now;
    circuit.count = 0;
  }
  circuit.count += 1;
  const enough = circuit.symbolId === null ? CIRCUIT_ACCOUNT_REFUSALS : CIRCUIT_REFUSALS;
  return circuit.count >= enough ? trip(circuits, circuit, now) : null;
}

/** I2. @returns whether one that was open has closed. */
export function countAcceptance(circuits: Circuits, symbolId: string): boolean {
  if (circuits.byKey.size === 0) return false;
  const before = circuits.tripped;
  for (const [key, circuit] of circuits.byKey) {
    if (!concerns(circuit, symbolId)) continue;
    close(circuits, circuit);
    circuits.byKey.delete(key);
  }
  return circuits.tripped < before;
}

/** @returns the circuit that holds submits of the symbol back for longest; null when none does. */
export function holdingCircuit(circuits: Circuits, symbolId: string, now: number): Circuit | null {
  if (circuits.tripped === 0) return null;
  let longest: Circuit | null = null;
  for (const circuit of circuits.byKey.values()) {
    if (!concerns(circuit, symbolId) || holdsUntil(circuit) <= now) continue;
    if (longest === null || holdsUntil(circuit) > holdsUntil(longest)) longest = circuit;
  }
  return longest;
}

/** One submit of the symbol goes: it is the trial of every half-open circuit it concerns (I3). */
export function takeTrial(circuits: Circuits, symbolId: string, now: number): void {
  if (circuits.tripped === 0) return;
  for (const circuit of circuits.byKey.values()) {
    if (circuit.openUntil === 0 || !concerns(circuit, symbolId)) continue;
    if (hasEnded(circuit, now)) close(circuits, circuit);
    else if (circuit.openUntil <= now) circuit.trialUntil = now + CIRCUIT_TRIAL_MS;
  }
}

/** Those that are not closed. */
export function trippedCircuits(circuits: Circuits, now: number): readonly Circuit[] {
  if (circuits.tripped === 0) return [];
  return [...circuits.byKey.values()].filter(({ openUntil }) => openUntil > 0)
    .filter((circuit) => !hasEnded(circuit, now));
}

/** Until when it holds submits back, the trial's included; 0 while it is closed. */
export function holdsUntil({ openUntil, trialUntil }: Circuit): number {
  return Math.max(openUntil, trialUntil);
}

/** How long a circuit stays open at the `trips`-th time in a row, counted from 1. */
export function coolDownMs(trips: number): number {
  return backoff(trips, CIRCUIT_COOL_DOWN_MS, CIRCUIT_COOL_DOWN_CAP_MS);
}

function concerns(circuit: Circuit, symbolId: string): boolean {
  return circuit.symbolId === null || circuit.symbolId === symbolId;
}

/** Its trial went well as far as anybody knows, or nobody has come to try for long. */
function hasEnded({ openUntil, trialUntil }: Circuit, now: number): boolean {
  return trialUntil > 0 ? trialUntil <= now : now - openUntil > CIRCUIT_FORGET_MS;
}

/** A trial refused for another reason proves nothing about this one: the next may try. */
function endOtherTrials(circuits: Circuits, { code, symbolId }: Refusal): void {
  for (const circuit of circuits.byKey.values()) {
    if (circuit.code !== code && concerns(circuit, symbolId)) circuit.trialUntil = 0;
  }
}

function trip(circuits: Circuits, circuit: Circuit, now: number): Circuit {
  if (circuit.openUntil === 0) circuits.tripped += 1;
  circuit.trips += 1;
  circuit.openUntil = now + coolDownMs(circuit.trips);
  circuit.trialUntil = 0;
  circuit.count = 0;
  return circuit;
}

function close(circuits: Circuits, circuit: Circuit): void {
  if (circuit.openUntil === 0) return;
  circuits.tripped -= 1;
  circuit.openUntil = 0;
  circuit.trialUntil = 0;
  circuit.trips = 0;
}

/** I1. */
function circuitOf(circuits: Circuits, { code, symbolId }: Refusal): Circuit {
  const scope = ACCOUNT_CODES.has(code) ? null : symbolId;
  const key = `${code} ${scope ?? ""}`;
  const known = circuits.byKey.get(key);
  if (known !== undefined) return known;
  if (circuits.byKey.size >= CIRCUITS_MAX) evict(circuits);
  const circuit: Circuit = {
    code,
    symbolId: scope,
    since: 0,
    count: 0,
    trips: 0,
    openUntil: 0,
    trialUntil: 0,
  };
  circuits.byKey.set(key, circuit);
  return circuit;
}

/** I4. */
function evict(circuits: Circuits): void {
  let leaving: readonly [string, Circuit] | null = null;
  for (const entry of circuits.byKey) {
    if (leaving === null || entry[1].openUntil < leaving[1].openUntil) leaving = entry;
    if (leaving[1].openUntil === 0) break;
  }
  if (leaving === null) return;
  close(circuits, leaving[1]);
  circuits.byKey.delete(leaving[0]);
}
