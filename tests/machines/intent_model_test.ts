import { assert, assertEquals } from "@std/assert";
import fc from "fast-check";
import { hasEnded } from "../../machines/attempts.ts";
import {
  type AttemptRecord,
  type IntentContext,
  isTerminal,
} from "../../machines/intent_context.ts";
import type { IntentEvent } from "../../machines/intent_events.ts";
import { compare } from "../../src/model/decimal.ts";
import { actorAt, stateOf } from "./intent_states.ts";
import { choices, startContext, starts, Walk } from "./intent_walk.ts";

const ERRANDS = ["lookup", "cancel", "fills", "amend"] as const;

interface Move {
  readonly before: IntentContext;
  readonly event: IntentEvent;
  readonly after: IntentContext;
  readonly value: string;
}

/** Checks every move of many random walks; the seed is fixed, so a failure repeats. */
function holds(name: string, check: (move: Move) => void): void {
  Deno.test(`intent model: ${name}`, () => {
    fc.assert(
      fc.property(starts, choices, (start, walk) => {
        const actor = actorAt(startContext(start));
        const steps = new Walk();
        for (const choice of walk) {
          const before = actor.getSnapshot().context;
          const event = steps.next(before, choice);
          actor.send(event);
          check({ before, event, after: actor.getSnapshot().context, value: stateOf(actor) });
        }
        actor.stop();
      }),
      { seed: 20_261_121, numRuns: 500 },
    );
  });
}

const UNASKED: ReadonlySet<AttemptRecord["cancelFor"]> = new Set(["stray", "revived"] as const);
const isOpenQuestion = (a: AttemptRecord) =>
  !hasEnded(a) && (a.outcome === null || a.outcome === "UNKNOWN");
const mayLive = (a: AttemptRecord) =>
  isOpenQuestion(a) || (!hasEnded(a) && a.outcome === "ACCEPTED");

const told = ({ before, event, after }: Move) =>
  `${before.phase} → ${after.phase} on ${JSON.stringify(event)}`;

holds("the chart has an edge for every move, so its state is always the decided one", (move) => {
  assertEquals(move.value, move.after.phase, told(move));
});

holds("filled never decreases", (move) => {
  assert(compare(move.after.filled, move.before.filled) >= 0, told(move));
});

holds("an attempt never goes back: not its status, not an answer to no answer", (move) => {
  for (const old of move.before.attempts) {
    const now = move.after.attempts.find((a) => a.attempt === old.attempt);
    if (now === undefined) continue; // only the newest are kept
    if (hasEnded(old)) assert(hasEnded(now), told(move));
    if (old.outcome !== null) assert(now.outcome !== null, told(move));
    if (old.outcome !== null && old.outcome !== "UNKNOWN") {
      assert(now.outcome !== "UNKNOWN", `${old.outcome} → UNKNOWN: ${told(move)}`);
    }
    assert(compare(now.reported, old.reported) >= 0, told(move));
    assert(compare(now.reported, now.filled) >= 0, told(move));
  }
});

holds("nothing ends while an outcome is not proven", (move) => {
  if (isTerminal(move.before.phase) || !isTerminal(move.after.phase)) return;
  assert(!move.after.attempts.some(mayLive), told(move));
});

holds("S7: a new attempt only after every earlier one is proven dead", (move) => {
  if (move.after.attemptCount === move.before.attemptCount) return;
  assertEquals(move.event.type, "order.granted");
  assert(!move.before.attempts.some(mayLive), told(move));
});

holds("S1: two attempts may live only after the venue revived a dead one", (move) => {
  const living = move.after.attempts.filter(mayLive);
  if (living.length < 2 || move.before.attempts.filter(mayLive).length >= living.length) return;
  if (move.before.attempts.some((a) => UNASKED.has(a.cancelFor))) return; // told before
  const risen = living.filter((a) => {
    const old = move.before.attempts.find((b) => b.attempt === a.attempt);
    return old !== undefined && !mayLive(old);
  });
  assertEquals(risen.length, 1, told(move));
  assertEquals(move.after.effects.drift, "DuplicateExecution", told(move));
});

holds("terminal stays terminal, unless an attempt turns out to live", (move) => {
  if (!isTerminal(move.before.phase)) return;
  if (isTerminal(move.after.phase)) {
    assert(move.after.phase === move.before.phase || move.after.phase === "COMPLETED", told(move));
    return;
  }
  const risen = move.after.attempts.some((a) => !hasEnded(a) && a.outcome === "ACCEPTED");
  assert(risen, told(move));
  assertEquals(move.after.effects.drift, "DuplicateExecution");
});

holds("what has ended once is never attempted again", (move) => {
  const { phase, attempts } = move.before;
  if (!isTerminal(phase) && !attempts.some((a) => a.cancelFor === "revived")) return;
  assertEquals(move.after.attemptCount, move.before.attemptCount);
});

holds("at most one request of a kind is out", (move) => {
  for (const kind of ERRANDS) {
    const sent = move.after.effects.commands.filter((c) => c.type === kind).length;
    assert(sent <= 1, told(move));
    if (sent === 0 || !move.before.work[kind].out) continue;
    const { event } = move;
    const ended = event.type === `${kind}.answered` || event.type === "order.granted" ||
      (event.type === "deadline.passed" && event.name === kind);
    assert(ended, `${kind} sent twice: ${told(move)}`);
  }
});

holds("every request that is out has a deadline", (move) => {
  for (const kind of ERRANDS) {
    if (!move.after.work[kind].out) continue;
    assert(move.after.deadlines[kind] !== undefined, `${kind} out: ${told(move)}`);
  }
  if (move.value === "SUBMITTING.inFlight") {
    assert(move.after.deadlines.ack !== undefined, told(move));
  }
});

holds("what is uncertain is woken again by a deadline, until only a person can tell", (move) => {
  const { phase, deadlines, indeterminate } = move.after;
  if (!phase.startsWith("SUBMITTING.") && !phase.startsWith("RECONCILING.")) return;
  if (indeterminate) return;
  assert(Object.keys(deadlines).length > 0, told(move));
});

holds("a deadline leads to doubt or another try, never to failure", (move) => {
  if (move.event.type !== "deadline.passed" || move.before.phase === "FAILED") return;
  if (move.after.cause === "SUBMIT_BY_PASSED") return; // nothing was out any more
  assert(move.after.phase !== "FAILED", told(move));
});

holds("a wish for a ticket is told once and taken back when it ends", (move) => {
  const wants = move.after.phase === "PENDING.ready";
  assertEquals(move.after.work.ticket, wants, told(move));
  const asked = move.after.effects.commands.filter((c) => c.type === "ticket").length;
  assertEquals(asked, wants && !move.before.work.ticket ? 1 : 0, told(move));
});

holds("a submit goes out with its attempt, in the turn that makes it, and never again", (move) => {
  const submits = move.after.effects.commands.filter((c) => c.type === "submit");
  const made = move.after.attemptCount - move.before.attemptCount;
  assertEquals(submits.length, made, told(move));
});

holds("L2: what does not rest is woken by a deadline, or waits for its ticket", (move) => {
  const { unsettled, phase, deadlines, work } = move.after;
  if (unsettled === null && phase !== "SUBMITTING.inFlight") return;
  assert(Object.keys(deadlines).length > 0 || work.ticket, told(move));
  if (unsettled?.overdue === null) assert(deadlines.alarm !== undefined, told(move));
});
