/**
 * Turns wishes into commands, one request of a kind at a time, and into the deadlines that wake the
 * intent when a wish is due later or an answer is overdue. A wish that is no longer there leaves
 * nothing behind.
 */
import type { EpochMs } from "../src/model/scalars.ts";
import {
  type AmendTarget,
  type AttemptRecord,
  type Command,
  DEADLINE_NAMES,
  type DeadlineName,
  type Errand,
  IDLE,
  type IntentContext,
} from "./intent_context.ts";
import type { IntentEvent } from "./intent_events.ts";
import { remainder } from "./absorb.ts";
import { alarmAt } from "./alarms.ts";
import { add } from "../src/model/decimal.ts";
import type { CancelReason, Decision, Wish } from "./reconcile.ts";
import { ACK_TIMEOUT_MS, REQUEST_TIMEOUT_MS, STREAM_GRACE_MS } from "./timeouts.ts";

type Kind = "lookup" | "cancel" | "fills" | "amend";
const KINDS: readonly Kind[] = ["cancel", "lookup", "fills", "amend"];

/** The context with work, deadlines and commands as the decision wants them. */
export function runErrands(
  context: IntentContext,
  decision: Decision,
  event: IntentEvent,
): IntentContext {
  const { at } = event;
  const { wishes } = decision;
  const commands: Command[] = [];
  const deadlines: Partial<Record<DeadlineName, EpochMs>> = {};
  let work = context.work;
  let attempts = context.attempts;
  const wantsTicket = wishes.some((wish) => wish.type === "ticket");
  if (wantsTicket && !work.ticket) commands.push({ type: "ticket" });
  if (wantsTicket !== work.ticket) work = { ...work, ticket: wantsTicket };
  for (const kind of KINDS) {
    const wish = wishes.find((w): w is ErrandWish => w.type === kind);
    const errand = work[kind];
    if (wish === undefined) {
      if (errand.out && errand.dueAt !== null) deadlines[kind] = errand.dueAt;
      else if (!errand.out && errand !== IDLE) work = { ...work, [kind]: IDLE };
      continue;
    }
    const next = advance(kind, errand, at);
    if (next.go) commands.push(toCommand(context, wish));
    if (wish.type === "cancel" && (next.go || isUnasked(wish.why))) {
      attempts = markCanceled(attempts, wish.attempt, wish.why);
    } else if (wish.type === "amend" && next.go) {
      attempts = markAmended(attempts, wish.attempt, amendTarget(context, wish.attempt));
    }
    if (next.errand !== errand) work = { ...work, [kind]: next.errand };
    if (next.errand.dueAt !== null) deadlines[kind] = next.errand.dueAt;
  }
  const submit = wishes.find((wish) => wish.type === "submit");
  if (submit !== undefined && submit.type === "submit") {
    deadlines.ack = submit.attempt.admittedAt + ACK_TIMEOUT_MS;
    // Once, in the turn that made the attempt; a grant that came twice sends nothing.
    if (isTicketOf(event, submit.attempt)) {
      commands.push({ type: "submit", attempt: submit.attempt, order: context.intent.order });
    }
  }
  const { submitBy } = context.intent.order;
  if (wantsTicket && submitBy !== null) deadlines.submitBy = submitBy + 1; // at it is still in time
  const { unsettled } = context;
  if (unsettled !== null && unsettled.overdue === null) {
    deadlines.alarm = alarmAt(unsettled, context);
  }
  return {
    ...context,
    attempts,
    work,
    deadlines: sameDeadlines(context.deadlines, deadlines) ? context.deadlines : deadlines,
    effects: commands.length === 0 ? context.effects : { ...context.effects, commands },
  };
}

type ErrandWish = Extract<Wish, { type: Kind }>;

/** Whether it goes now; otherwise when to look again. */
function advance(
  kind: Kind,
  errand: Errand,
  at: EpochMs,
): { readonly go: boolean; readonly errand: Errand } {
  if (errand.out) return { go: false, errand };
  if (errand.dueAt === null && kind === "fills") {
    return { go: false, errand: { ...errand, dueAt: at + STREAM_GRACE_MS } };
  }
  if (errand.dueAt !== null && errand.dueAt > at) return { go: false, errand };
  const sent = { out: true, tries: errand.tries + 1, dueAt: at + REQUEST_TIMEOUT_MS };
  return { go: true, errand: sent };
}

function toCommand(context: IntentContext, wish: ErrandWish): Command {
  if (wish.type !== "amend") return { type: wish.type, attempt: wish.attempt };
  const { amount, generation } = amendTarget(context, wish.attempt);
  const { order } = context.intent;
  return { type: "amend", attempt: wish.attempt, amount, order, generation };
}

/** The venue order's own total: what it filled already and what the intent still wants. */
function amendTarget(context: IntentContext, attempt: AttemptRecord): AmendTarget {
  const { order, generation } = context.intent;
  const amount = add(remainder(context), attempt.filled);
  return { generation, amount, limitPrice: order.limitPrice, landsUntil: null };
}

function isTicketOf(event: IntentEvent, { clientOrderId }: AttemptRecord): boolean {
  return event.type === "order.granted" && event.ticket.clientOrderId === clientOrderId;
}

/** Nobody asked for these cancels, so the attempt itself remembers them from the first. */
function isUnasked(why: CancelReason): boolean {
  return why === "stray" || why === "revived";
}

function markAmended(
  attempts: readonly AttemptRecord[],
  { attempt }: AttemptRecord,
  amendTo: AmendTarget,
): readonly AttemptRecord[] {
  return attempts.map((a) => a.attempt === attempt ? { ...a, amendTo } : a);
}

/** A cancel by will outranks one for a replacement: nothing may follow it. */
function markCanceled(
  attempts: readonly AttemptRecord[],
  { attempt }: AttemptRecord,
  why: CancelReason,
): readonly AttemptRecord[] {
  const known = attempts.find((a) => a.attempt === attempt);
  if (known === undefined || known.cancelFor === why) return attempts;
  if (known.cancelFor !== null && why !== "cancel" && why !== "revived") return attempts;
  return attempts.map((a) => a === known ? { ...a, cancelFor: why } : a);
}

function sameDeadlines(
  a: Readonly<Partial<Record<DeadlineName, EpochMs>>>,
  b: Readonly<Partial<Record<DeadlineName, EpochMs>>>,
): boolean {
  return DEADLINE_NAMES.every((name) => a[name] === b[name]);
}
