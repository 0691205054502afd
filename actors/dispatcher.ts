/**
 * Carries out the commands of intents at the venue, after their commit, and brings back the
 * answers as events. It decides nothing and retries nothing: what failed is told to the intent.
 */
import type { AttemptRecord, Command } from "../machines/intent_context.ts";
import type { IntentEvent } from "../machines/intent_events.ts";
import { submitPriority } from "../machines/priority.ts";
import type { RequestPriority } from "../machines/request_queue.ts";
import type { Clock } from "../src/model/clock.ts";
import type { EpochMs } from "../src/model/scalars.ts";
import type { Fill } from "../src/model/fill.ts";
import type { RefusalReason, SubmitOutcome, UnknownCause, VenueOrder } from "../src/model/venue.ts";
import type { Execution, OrderRef, RequestAbout, RequestKind } from "../src/exchanges/exchange.ts";
import type { Denial, ExchangeGate, WireGate } from "./gate.ts";
import type { RequestRunner } from "./request.ts";
import type { Send } from "./risk.ts";

/** The intent a command is for. */
export interface Target {
  readonly intentId: string;
  readonly symbolId: string;
}

export interface DispatcherOptions {
  readonly clock: Clock;
  readonly execution: Execution;
  readonly runner: RequestRunner;
  readonly gate: ExchangeGate;
  /** The caps, asked by the gate last before the wire. */
  readonly checkSend: (send: Send) => Denial | null;
  /** The latest signed timestamp + validity of a request sent now, by the venue's clock. */
  readonly deadlineFromNow: () => EpochMs;
  /** Those of `fills` that are not booked yet, claimed for the intent. */
  readonly newFills: (intentId: string, fills: readonly Fill[]) => readonly Fill[];
  readonly answer: (intentId: string, event: IntentEvent) => void;
  readonly onRoundTrip: (ms: number) => void;
  /** Taking an answer threw, e.g. a read of the store: no caller is there to hear of it. */
  readonly onCrash: (error: unknown) => void;
}

type Task<T extends Command["type"]> = Extract<Command, { type: T }>;

export class Dispatcher {
  readonly #o: DispatcherOptions;

  constructor(options: DispatcherOptions) {
    this.#o = options;
  }

  /** Its ticket was granted before the commit: it goes at once. */
  submit({ intentId, symbolId }: Target, { attempt, order }: Task<"submit">): void {
    const { clock, execution, gate, checkSend } = this.#o;
    const send = { kind: "submit", intentId, order, amount: attempt.amount } as const;
    const wire = gate.forSubmit(attempt.deadline, clock, () => checkSend(send));
    const started = clock.monotonic();
    const committedAt = clock.now();
    const { clientOrderId, amount, deadline } = attempt;
    execution.submit({ clientOrderId, order, amount, deadline }, wire)
      .catch(unknown)
      .then((outcome) => {
        if (outcome.kind === "accepted") this.#accepted(symbolId, clock.monotonic() - started);
        if (outcome.kind === "refused") this.#refused(symbolId, outcome.reason);
        this.#o.answer(intentId, {
          type: "submit.answered",
          at: clock.now(),
          attempt: attempt.attempt,
          committedAt,
          sentAt: wire.sentAt,
          outcome: explained(outcome, wire),
        });
      })
      .catch(this.#o.onCrash);
  }

  #accepted(symbolId: string, roundTripMs: number): void {
    this.#o.runner.answered(symbolId);
    this.#o.onRoundTrip(roundTripMs);
  }

  /** A venue that asks to come later says nothing about the order: its ban is obeyed instead. */
  #refused(symbolId: string, { code, retryAfterMs }: RefusalReason): void {
    if (retryAfterMs === undefined) this.#o.runner.refusal({ code, symbolId });
  }

  cancel(target: Target, { attempt }: Task<"cancel">): void {
    const { clock, execution, gate } = this.#o;
    const ageMs = this.#ageOf(attempt);
    this.#granted("cancel", "cancel", { ...target, ...ageMs }, async () => {
      const outcome = await execution.cancel(refOf(target, attempt), gate.forCancel(clock))
        .catch(unknown);
      const answered = { at: clock.now(), attempt: attempt.attempt, outcome };
      this.#o.answer(target.intentId, { type: "cancel.answered", ...answered });
    });
  }

  /** A venue order of ours that no attempt stands for: one try, and whoever sees it tries again. */
  cancelSecond({ symbolId, clientOrderId, exchangeOrderId }: VenueOrder): void {
    const { clock, execution, gate } = this.#o;
    if (clientOrderId === null) return;
    const ref = { symbolId, clientOrderId, exchangeOrderId };
    // No intent's id holds a slash: it takes nobody's place in the queue.
    const target = { intentId: `second/${exchangeOrderId}`, symbolId };
    this.#granted("cancel", "cancel", target, async () => {
      await execution.cancel(ref, gate.forCancel(clock)).catch(unknown);
    });
  }

  amend(target: Target, { attempt, amount, order, generation }: Task<"amend">): void {
    const { clock, execution, gate, checkSend } = this.#o;
    const send = { kind: "amend", intentId: target.intentId, order, amount, attempt } as const;
    const priority = submitPriority({ order, ownerIntentId: null });
    this.#granted("amend", priority, { ...target, ...this.#ageOf(attempt) }, async () => {
      const deadline = this.#o.deadlineFromNow();
      const request = { ...refOf(target, attempt), order, amount, deadline };
      const wire = gate.forSubmit(deadline, clock, () => checkSend(send));
      const outcome = explained(await execution.amend(request, wire).catch(unknown), wire);
      const answered = { at: clock.now(), attempt: attempt.attempt, generation, outcome };
      this.#o.answer(target.intentId, { type: "amend.answered", ...answered });
    });
  }

  /** The intent has given it up: were it sent later, nobody would expect what it does. */
  forgetAmend(intentId: string): void {
    this.#o.runner.cancelWaiting(`amend:${intentId}`);
  }

  lookup(target: Target, { attempt }: Task<"lookup">): void {
    const { clock, execution } = this.#o;
    this.#granted("lookup", "probe", target, async () => {
      const outcome = await execution.lookup(refOf(target, attempt)).catch(failed);
      const found = outcome.kind === "found" ? outcome.order.fills : [];
      const fills = this.#o.newFills(target.intentId, found);
      const answered = { at: clock.now(), attempt: attempt.attempt, outcome, fills };
      this.#o.answer(target.intentId, { type: "lookup.answered", ...answered });
    });
  }

  fills(target: Target, { attempt }: Task<"fills">): void {
    const { clock, execution } = this.#o;
    this.#granted("fillsOf", "probe", target, async () => {
      const read = await execution.fillsOf(refOf(target, attempt)).catch(failed);
      const fills = this.#o.newFills(target.intentId, read.kind === "read" ? read.value : []);
      const answered = { at: clock.now(), attempt: attempt.attempt, fills };
      this.#o.answer(target.intentId, { type: "fills.answered", ...answered });
    });
  }

  /**
   * Runs `task` once the budgets allow. A full queue drops it: the errand's own deadline asks
   * again, so nothing is lost, and cancels have room reserved.
   */
  #granted(
    kind: RequestKind,
    priority: RequestPriority,
    { intentId, ...about }: Target & RequestAbout,
    task: () => Promise<void>,
  ): void {
    const { runner, onCrash } = this.#o;
    const go = () => void task().catch(onCrash);
    runner.ask({ kind, priority, about, key: `${kind}:${intentId}`, onGranted: go });
  }

  /** Some venues charge more for touching an order the younger it is. */
  #ageOf({ sentAt }: AttemptRecord): { readonly ageMs?: number } {
    return sentAt === null ? {} : { ageMs: Math.max(0, this.#o.clock.now() - sentAt) };
  }
}

/** Which cap stopped it, in words for a person. */
function explained(outcome: SubmitOutcome, { denial }: WireGate): SubmitOutcome {
  if (outcome.kind !== "notSent" || denial === null) return outcome;
  return { ...outcome, message: denial.message };
}

function refOf({ symbolId }: Target, attempt: AttemptRecord): OrderRef {
  const { exchangeOrderId, adopted } = attempt;
  // An adopted order is known to the venue by the client id that somebody else gave it.
  const clientOrderId = adopted?.clientOrderId ?? attempt.clientOrderId;
  const ref = { symbolId, clientOrderId, exchangeOrderId };
  return adopted?.clientOrderId === null ? { ...ref, isUnnamed: true } : ref;
}

/** An adapter that throws broke its contract; what it did at the venue is not known. */
function unknown(error: unknown): { readonly kind: "unknown"; readonly cause: UnknownCause } {
  return { kind: "unknown", cause: adapterThrew(error) };
}

function failed(error: unknown): { readonly kind: "failed"; readonly cause: UnknownCause } {
  return { kind: "failed", cause: adapterThrew(error) };
}

function adapterThrew(error: unknown): UnknownCause {
  // The message may quote a request: only the class is safe to keep.
  const name = error instanceof Error ? error.name : typeof error;
  return { code: "ADAPTER_THREW", message: `the adapter threw ${name}` };
}
