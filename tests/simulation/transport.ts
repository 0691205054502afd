/**
 * The line between one process and the venue. A request that left goes on when the process dies; an
 * answer to a dead process is heard by nobody.
 */
import type { VirtualClock } from "../../src/system/virtual_clock.ts";
import type { UnknownCause } from "../../src/model/venue.ts";
import type { Decisions } from "./decisions.ts";
import type { Incarnation } from "./incarnation.ts";
import { type SimulatedVenue, TIMING, type View, type WireRequest } from "./venue.ts";

/** As the adapters' own: after this the answer is unknown. */
const ADAPTER_TIMEOUT_MS = 10_000;

export interface TransportOptions {
  readonly clock: VirtualClock;
  readonly incarnation: Incarnation;
  readonly venue: SimulatedVenue;
  readonly decisions: Decisions;
  readonly log: (line: string) => void;
}

/** How the venue and the line answer a mutation. */
export interface Mutation<T> {
  readonly request: WireRequest;
  /** It met trouble before it left, which seldom comes alone. */
  readonly isTroubled: boolean;
  readonly execute: () => T;
  /** The venue's gateway turned it away: it never executes. */
  readonly refuse: (code: string, retryAfterMs?: number) => T;
  /** Nothing is known. */
  readonly unknown: (cause: UnknownCause) => T;
}

export interface Read<T> {
  readonly answer: (view: View) => T;
  readonly fail: (cause: UnknownCause, retryAfterMs?: number) => T;
}

export class Transport {
  readonly #o: TransportOptions;

  constructor(options: TransportOptions) {
    this.#o = options;
  }

  mutate<T>(mutation: Mutation<T>): Promise<T> {
    const { clock, decisions, venue, incarnation } = this.#o;
    const { request } = mutation;
    venue.requests.push(request);
    return new Promise((resolve) => {
      const answer = this.#once(request, resolve);
      // An adapter that never answers at all is caught by the kernel's own deadline.
      const isMute = decisions.fault("adapterMute", 0.3);
      if (!isMute) {
        incarnation.setTimer(() => answer(mutation.unknown(TIMEOUT)), ADAPTER_TIMEOUT_MS);
      }
      if (decisions.fault("requestLost", 0.06)) {
        request.isDone = true;
        if (decisions.chance("wire:reset", 0.5)) {
          incarnation.setTimer(() => answer(mutation.unknown(RESET)), 20);
        }
        return;
      }
      const isLate = decisions.fault("requestDelayed", mutation.isTroubled ? 0.5 : 0.08);
      const delayMs = decisions.between("wire:there", isLate ? [300, 9_000] : [1, 30]);
      if (isLate && decisions.fault("resetWhileDelayed", 0.6)) {
        incarnation.setTimer(() => answer(mutation.unknown(RESET)), 50);
      }
      clock.setTimer(() => this.#arrive(mutation, answer), delayMs);
    });
  }

  read<T>(name: string, read: Read<T>): Promise<T> {
    const { clock, decisions, venue, incarnation } = this.#o;
    return new Promise((resolve) => {
      const settle = (value: T) => incarnation.alive ? resolve(value) : undefined;
      const isSlow = decisions.fault("readSlow", 0.05);
      const thereMs = decisions.between("read:there", isSlow ? [500, 6_000] : [1, 20]);
      const backMs = decisions.between("read:back", isSlow ? [500, 6_000] : [1, 20]);
      clock.setTimer(() => {
        if (!incarnation.alive) return;
        if (decisions.fault("readFailed", 0.08)) {
          const retryAfterMs = decisions.chance("read:retryAfter", 0.3) ? 2_000 : undefined;
          incarnation.setTimer(() => settle(read.fail(SERVER_ERROR, retryAfterMs)), backMs);
          return;
        }
        const isStale = decisions.fault("readStale", 0.5);
        const lagMs = isStale ? decisions.between("read:lag", [1, TIMING.settleMs]) : 0;
        const value = read.answer(venue.asOf(lagMs));
        this.#o.log(`read ${name} lag=${lagMs}`);
        incarnation.setTimer(() => settle(value), backMs);
      }, thereMs);
    });
  }

  #arrive<T>(mutation: Mutation<T>, answer: (value: T) => void): void {
    const { clock, decisions, venue } = this.#o;
    const { request } = mutation;
    if (venue.now() > request.validUntil) {
      request.isDone = true;
      return this.#back(() => answer(mutation.refuse("INVALID_TIMESTAMP")), answer, mutation);
    }
    if (decisions.fault("refused", 0.03)) {
      request.isDone = true;
      const retryAfterMs = decisions.between("wire:retryAfter", [500, 2_000]);
      return this.#back(
        () => answer(mutation.refuse("RATE_LIMITED", retryAfterMs)),
        answer,
        mutation,
      );
    }
    const isBroken = decisions.fault("serverError", 0.05);
    if (isBroken && decisions.chance("wire:notExecuted", 0.5)) {
      request.isDone = true;
      return this.#back(() => answer(mutation.unknown(SERVER_ERROR)), answer, mutation);
    }
    request.isAdmitted = true;
    const isSlow = decisions.fault("slowEngine", 0.1);
    const engineMs = decisions.between(
      "engine:delay",
      isSlow ? [50, TIMING.engineBoundMs] : [0, 2],
    );
    clock.setTimer(() => {
      const value = mutation.execute();
      request.isDone = true;
      this.#back(() => answer(isBroken ? mutation.unknown(SERVER_ERROR) : value), answer, mutation);
    }, engineMs);
  }

  #back<T>(deliver: () => void, answer: (value: T) => void, { unknown }: Mutation<T>): void {
    const { decisions, incarnation } = this.#o;
    if (decisions.fault("responseLost", 0.08)) {
      if (decisions.chance("wire:reset", 0.5)) {
        incarnation.setTimer(() => answer(unknown(RESET)), 20);
      }
      return;
    }
    const isLate = decisions.fault("responseDelayed", 0.08);
    const delayMs = decisions.between("wire:back", isLate ? [200, 14_000] : [1, 30]);
    incarnation.setTimer(deliver, delayMs);
  }

  #once<T>(request: WireRequest, resolve: (value: T) => void): (value: T) => void {
    let isAnswered = false;
    return (value) => {
      if (isAnswered || !this.#o.incarnation.alive) return;
      isAnswered = true;
      this.#o.log(`answer ${request.kind} ${short(request.clientOrderId)} ${kindOf(value)}`);
      resolve(value);
    };
  }
}

/** The end of an id tells it apart; its front is the tag they share. */
export function short(clientOrderId: string): string {
  return clientOrderId.slice(-6);
}

function kindOf(value: unknown): string {
  if (typeof value !== "object" || value === null || !("kind" in value)) return "?";
  const kind = String(value.kind);
  if ("reason" in value && typeof value.reason === "object" && value.reason !== null) {
    return "code" in value.reason ? `${kind} ${value.reason.code}` : kind;
  }
  if ("cause" in value && typeof value.cause === "object" && value.cause !== null) {
    return "code" in value.cause ? `${kind} ${value.cause.code}` : kind;
  }
  return kind;
}

const TIMEOUT: UnknownCause = { code: "TIMEOUT", message: "no answer in time" };
const RESET: UnknownCause = { code: "CONNECTION_RESET", message: "the connection was reset" };
const SERVER_ERROR: UnknownCause = { code: "SERVER_ERROR", message: "503" };
