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

/** The process may die at its ports; each says whether it has. */
export type Port = "read" | "answer";

export interface TransportOptions {
  readonly clock: VirtualClock;
  readonly incarnation: Incarnation;
  readonly venue: SimulatedVenue;
  readonly decisions: Decisions;
  readonly log: (line: string) => void;
  /** @returns whether the process was killed here. */
  readonly crashes: (port: Port) => boolean;
  /** The venue asked to stay away. */
  readonly onBanned: (retryAfterMs: number) => void;
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

type Answer<T> = (value: T) => void;

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
      const isFirstRefused = this.#copy(mutation, delayMs);
      clock.setTimer(() => this.#arrive(mutation, answer, isFirstRefused), delayMs);
    });
  }

  read<T>(name: string, read: Read<T>): Promise<T> {
    const { clock, decisions, incarnation } = this.#o;
    if (this.#o.crashes("read")) return new Promise(() => {});
    return new Promise((resolve) => {
      const isSlow = decisions.fault("readSlow", 0.05);
      const thereMs = decisions.between("read:there", isSlow ? [500, 6_000] : [1, 20]);
      const backMs = decisions.between("read:back", isSlow ? [500, 6_000] : [1, 20]);
      clock.setTimer(() => {
        if (!incarnation.alive) return;
        const value = this.#answerOf(name, read);
        incarnation.setTimer(() => {
          if (!this.#o.crashes("answer")) resolve(value);
        }, backMs);
      }, thereMs);
    });
  }

  #answerOf<T>(name: string, read: Read<T>): T {
    const { decisions, venue, log } = this.#o;
    const { gateway } = venue;
    if (gateway.bannedForMs > 0) return read.fail(TOO_MANY, gateway.bannedForMs);
    if (gateway.isDown) return read.fail(SERVER_ERROR);
    if (gateway.isLoginExpired && name !== "serverTime") return read.fail(AUTHENTICATION);
    if (decisions.fault("readFailed", 0.08)) {
      const retryAfterMs = decisions.chance("read:retryAfter", 0.3) ? 2_000 : undefined;
      return read.fail(SERVER_ERROR, retryAfterMs);
    }
    const isStale = decisions.fault("readStale", 0.5);
    const lagMs = isStale ? decisions.between("read:lag", [1, TIMING.settleMs]) : 0;
    log(`read ${name} lag=${lagMs}`);
    return read.answer(venue.asOf(lagMs));
  }

  /**
   * The network may deliver a submit or a cancel twice. @returns whether the venue refuses the first
   * copy of the two, with a word against the order.
   */
  #copy<T>(mutation: Mutation<T>, firstMs: number): boolean {
    const { clock, decisions, venue } = this.#o;
    const { request } = mutation;
    if (request.kind === "amend") return false;
    const isFirstRefused = request.kind === "submit" && decisions.fault("firstCopyRejected", 0.04);
    if (!isFirstRefused && !decisions.fault("requestDuplicated", 0.05)) return false;
    const copy = { ...request, copyOf: request };
    venue.requests.push(copy);
    const laterMs = firstMs + decisions.between("copy:later", [1, 4_000]);
    const isQuiet = () => {};
    clock.setTimer(() => this.#arrive({ ...mutation, request: copy }, isQuiet, false), laterMs);
    return isFirstRefused;
  }

  #arrive<T>(mutation: Mutation<T>, answer: Answer<T>, isRefused: boolean): void {
    const { clock, decisions, venue } = this.#o;
    const { request } = mutation;
    const back = (value: T) => this.#back(() => answer(value), answer, mutation);
    const stop = venue.gateway.stop(request, venue.now());
    if (stop?.kind === "unknown") {
      request.isDone = true;
      return back(mutation.unknown(SERVER_ERROR));
    }
    if (stop !== null) return back(this.#refuse(mutation, stop.code, stop.retryAfterMs));
    if (isRefused) return back(this.#refuse(mutation, "INSUFFICIENT_FUNDS"));
    if (decisions.fault("refused", 0.03)) {
      const retryAfterMs = decisions.between("wire:retryAfter", [500, 2_000]);
      return back(this.#refuse(mutation, "RATE_LIMITED", retryAfterMs));
    }
    const isBroken = decisions.fault("serverError", 0.05);
    if (isBroken && decisions.chance("wire:notExecuted", 0.5)) {
      request.isDone = true;
      return back(mutation.unknown(SERVER_ERROR));
    }
    request.isAdmitted = true;
    const isSlow = decisions.fault("slowEngine", 0.1);
    const engineMs = decisions.between(
      "engine:delay",
      isSlow ? [50, TIMING.engineBoundMs] : [0, 2],
    );
    clock.setTimer(() => {
      if (request.copyOf?.isRefused === true) venue.lateCopies.add(request.clientOrderId);
      const value = mutation.execute();
      request.isDone = true;
      request.isRefused = kindOf(value).startsWith("refused");
      back(isBroken ? mutation.unknown(SERVER_ERROR) : value);
    }, engineMs);
  }

  #refuse<T>({ request, refuse }: Mutation<T>, code: string, retryAfterMs?: number): T {
    request.isDone = true;
    request.isRefused = true;
    return refuse(code, retryAfterMs);
  }

  #back<T>(deliver: () => void, answer: Answer<T>, { unknown, request }: Mutation<T>): void {
    const { decisions, incarnation } = this.#o;
    if (request.copyOf !== null) return;
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

  #once<T>(request: WireRequest, resolve: Answer<T>): Answer<T> {
    let isAnswered = false;
    return (value) => {
      if (isAnswered || !this.#o.incarnation.alive) return;
      isAnswered = true;
      this.#o.log(`answer ${request.kind} ${short(request.clientOrderId)} ${kindOf(value)}`);
      if (this.#o.crashes("answer")) return;
      const retryAfterMs = retryAfterOf(value);
      if (retryAfterMs !== null) this.#o.onBanned(retryAfterMs);
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

function retryAfterOf(value: unknown): number | null {
  if (typeof value !== "object" || value === null || !("reason" in value)) return null;
  const { reason } = value;
  if (typeof reason !== "object" || reason === null || !("retryAfterMs" in reason)) return null;
  return typeof reason.retryAfterMs === "number" ? reason.retryAfterMs : null;
}

const TIMEOUT: UnknownCause = { code: "TIMEOUT", message: "no answer in time" };
const RESET: UnknownCause = { code: "CONNECTION_RESET", message: "the connection was reset" };
const SERVER_ERROR: UnknownCause = { code: "SERVER_ERROR", message: "503" };
const TOO_MANY: UnknownCause = { code: "RATE_LIMITED", message: "429" };
const AUTHENTICATION: UnknownCause = { code: "AUTHENTICATION", message: "the login expired" };
