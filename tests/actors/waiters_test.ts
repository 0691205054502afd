import { assertEquals } from "@std/assert";
import { newEntry, type Waiter } from "../../actors/entry.ts";
import { settleWaiters } from "../../actors/waiters.ts";
import type { IntentContext } from "../../machines/intent_context.ts";
import { decimal } from "../../src/model/decimal.ts";
import { aContext, say } from "../machines/intent_builders.ts";
import { after, STATES } from "../machines/intent_states.ts";
import { listener } from "./fakes.ts";

/** What a waiter hears of a context; nothing while it goes on waiting. */
function hears(
  until: Waiter["until"],
  context: IntentContext,
  stage: { readonly kind: "applied" | "committed"; readonly turn: number } = {
    kind: "committed",
    turn: 1,
  },
): string {
  const log: string[] = [];
  const entry = newEntry(context, { original: "{}", committed: true, at: 0 });
  entry.waiters.push({ waiter: listener(log, until), turn: 1 });
  settleWaiters(entry, context, stage);
  assertEquals(entry.waiters.length, log.length === 0 ? 1 : 0);
  return log[0] ?? "";
}

const applied = { kind: "applied", turn: 1 } as const;

Deno.test("waiters: durable is answered by the commit of its own turn, not before", () => {
  const context = STATES["PENDING.ready"]();
  assertEquals(hears("durable", context, applied), "");
  assertEquals(hears("durable", context, { kind: "committed", turn: 0 }), "");
  assertEquals(hears("durable", context), "durable answered");
});

Deno.test("waiters: accepted is answered once the venue took the newest generation", () => {
  assertEquals(hears("accepted", STATES["SUBMITTING.inFlight"]()), "");
  assertEquals(hears("accepted", STATES["ACTIVE.open"](), applied), "accepted answered");
  assertEquals(hears("accepted", STATES["RECONCILING.replacing"]()), "");
  assertEquals(hears("accepted", STATES["COMPLETED"]()), "accepted answered");
});

Deno.test("waiters: accepted hears a refusal, but only once it is durable", () => {
  assertEquals(hears("accepted", STATES.FAILED(), applied), "");
  assertEquals(hears("accepted", STATES.FAILED()), "accepted refused: ExchangeError");
});

Deno.test("waiters: accepted hears that the venue refused the change", () => {
  const refused = after(STATES["RECONCILING.amending"](), say.amendRefused(2));
  assertEquals(hears("accepted", refused), "accepted refused: ExchangeError");
});

Deno.test("waiters: final is answered at the end, whichever end it is", () => {
  assertEquals(hears("final", STATES["ACTIVE.open"]()), "");
  assertEquals(hears("final", STATES.COMPLETED()), "final answered");
  assertEquals(hears("final", STATES.CANCELED()), "final answered");
  assertEquals(hears("final", STATES.FAILED()), "final refused: ExchangeError");
});

Deno.test("waiters: what we denied ourselves is a DeniedError", () => {
  const denied = after(aContext(), say.verify(), say.denied());
  assertEquals(hears("final", denied), "final refused: DeniedError");
  const late = after(aContext({ submitBy: 1 }), say.verify());
  assertEquals(hears("final", late), "final refused: DeniedError");
});

Deno.test("waiters: when only a person can tell, whoever waits is told that", () => {
  const context = after(STATES["SUBMITTING.inDoubt"](), say.absent(90_000_000));
  for (const until of ["accepted", "final"] as const) {
    assertEquals(hears(until, context), `${until} refused: OutcomeUnknownError`);
  }
});

Deno.test("waiters: a waiter is told once", () => {
  const log: string[] = [];
  const context = after(
    aContext(),
    say.granted(),
    say.filled("t1", "1", { status: "FILLED", filled: decimal("1") }),
  );
  const entry = newEntry(context, { original: "{}", committed: true, at: 0 });
  entry.waiters.push({ waiter: listener(log, "final"), turn: 1 });
  settleWaiters(entry, context, { kind: "committed", turn: 1 });
  settleWaiters(entry, context, { kind: "committed", turn: 2 });
  assertEquals(log, ["final answered"]);
});

Deno.test("waiters: who was told early reads what was said, until its commit shows it", () => {
  const context = STATES["ACTIVE.open"]();
  const entry = newEntry(context, { original: "{}", committed: true, at: 0 });
  entry.waiters.push({ waiter: listener([], "accepted"), turn: 1 });
  settleWaiters(entry, context, { kind: "applied", turn: 2 });
  assertEquals(entry.told, { context, turn: 2 });
  settleWaiters(entry, context, { kind: "committed", turn: 1 });
  assertEquals(entry.told, { context, turn: 2 });
  settleWaiters(entry, context, { kind: "committed", turn: 2 });
  assertEquals(entry.told, null);
});
