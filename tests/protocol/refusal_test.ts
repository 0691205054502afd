/**
 * A refusal that the stream tells holds the next attempt back like one that the answer tells: a
 * second copy of the request may land until its bound has passed (order safety, fault table).
 */
import { assertEquals } from "@std/assert";
import type { IntentContext } from "../../machines/intent_context.ts";
import type { IntentEvent } from "../../machines/intent_events.ts";
import { decimal } from "../../src/model/decimal.ts";
import { aContext, POLICY, say } from "../machines/intent_builders.ts";
import { after } from "../machines/intent_states.ts";

const DEADLINE = 8_000;
const PROVES_FROM = DEADLINE + POLICY.proofAfterMs;
const rejected = say.updated({ status: "REJECTED" });

const TOLD: readonly (readonly [string, readonly IntentEvent[]])[] = [
  ["by the answer", [say.refused()]],
  ["by the stream", [rejected]],
  ["by the stream, then the answer", [rejected, say.refused()]],
  ["by the answer, then the stream", [say.refused(), rejected]],
];

for (const [how, events] of TOLD) {
  Deno.test(`refused ${how}: the newer generation waits until no copy can land`, () => {
    const waiting = changedAnd(...events);
    assertEquals([waiting.phase, waiting.attemptCount], ["RECONCILING.resolving", 1]);
    const early = after(waiting, say.absent(DEADLINE), say.absent(PROVES_FROM));
    assertEquals(early.phase, "RECONCILING.resolving");
    const free = after(early, say.absent(PROVES_FROM + 1), say.absent(PROVES_FROM + 2));
    assertEquals(free.phase, "PENDING.ready");
    const next = after(free, say.granted("c2", 90_000, 80_000));
    assertEquals(next.attempts.map(({ clientOrderId }) => clientOrderId), ["c1", "c2"]);
  });

  Deno.test(`refused ${how}: without a newer generation it is FAILED at once`, () => {
    const failed = after(aContext(), say.granted("c1", DEADLINE), ...events);
    assertEquals([failed.phase, failed.deadlines], ["FAILED", {}]);
  });

  Deno.test(`refused ${how}: canceled meanwhile, nothing is waited for`, () => {
    assertEquals(after(changedAnd(...events), say.cancel()).phase, "CANCELED");
  });
}

Deno.test("refused by the stream: reads that show the refused order are looks, and not in a loop", () => {
  const found = (at: number) => say.found({ status: "REJECTED" }, 1, at);
  const waiting = after(changedAnd(rejected), found(PROVES_FROM));
  assertEquals(waiting.phase, "RECONCILING.resolving");
  assertEquals(waiting.work.lookup.out, false, "the next look is due later");
  const free = after(waiting, found(PROVES_FROM + 1), found(PROVES_FROM + 2));
  assertEquals(free.phase, "PENDING.ready");
});

Deno.test("refused by the stream: a copy that lives holds the next attempt back as long as it does", () => {
  const second = (status: "OPEN" | "CANCELED", at: number, filled = "0") =>
    say.found({ exchangeOrderId: "x2", status, filled: decimal(filled) }, 1, at);
  const waiting = after(
    changedAnd(rejected),
    second("OPEN", PROVES_FROM + 1),
    second("OPEN", PROVES_FROM + 2),
  );
  assertEquals([waiting.phase, waiting.attemptCount], ["RECONCILING.resolving", 1]);
  const ended = (filled: string) =>
    after(
      waiting,
      second("CANCELED", PROVES_FROM + 3, filled),
      second("CANCELED", PROVES_FROM + 4, filled),
    ).phase;
  assertEquals(ended("0"), "PENDING.ready");
  assertEquals(ended("0.4"), "RECONCILING.resolving", "what it filled is for a person to see");
});

/** Modified while its first attempt is on its way; then `events`. */
function changedAnd(...events: readonly IntentEvent[]): IntentContext {
  const modified = say.modify({ limitPrice: decimal("101") });
  return after(aContext(), say.granted("c1", DEADLINE), modified, ...events);
}
