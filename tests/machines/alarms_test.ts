import { assert, assertEquals } from "@std/assert";
import type { IntentContext } from "../../machines/intent_context.ts";
import { recover, toStored } from "../../machines/recover.ts";
import { step } from "../../machines/step.ts";
import {
  ALARM_AFTER_MS,
  CANCEL_BACKOFF_CAP_MS,
  QUARANTINE_PACE_MS,
} from "../../machines/timeouts.ts";
import { decimal } from "../../src/model/decimal.ts";
import { ATTEMPTS_MAX } from "../../src/model/limits.ts";
import type { IntentEvent } from "../../machines/intent_events.ts";
import { aContext, say } from "./intent_builders.ts";
import { anOrder } from "../orders.ts";

const after = (context: IntentContext, ...events: readonly IntentEvent[]) =>
  events.reduce(step, context);
const live = () => after(aContext(), say.granted(), say.accepted());
const passed = (name: "submitBy" | "alarm", at: number): IntentEvent => ({
  type: "deadline.passed",
  at,
  name,
});
const overdue = (context: IntentContext) =>
  context.effects.events.filter(({ type }) => type === "OrderOverdue");
const condition = (context: IntentContext, type: "Synced" | "OutcomeKnown" | "Admitted") =>
  context.conditions[type]?.slice(0, 2);

/** Answers every errand the same way until `until`; returns every alarm on the way. */
function loop(
  start: IntentContext,
  until: number,
  answer: (context: IntentContext, at: number) => readonly IntentEvent[],
): { readonly context: IntentContext; readonly alarms: readonly unknown[] } {
  let context = start;
  const alarms: unknown[] = [];
  for (;;) {
    const due = Object.entries(context.deadlines).toSorted(([, a], [, b]) => a - b)[0];
    if (due === undefined || due[1] > until) return { context, alarms };
    const [name, at] = due as ["cancel", number];
    for (const event of [{ type: "deadline.passed", at, name } as const, ...answer(context, at)]) {
      context = step(context, event);
      alarms.push(...overdue(context));
    }
  }
}

const refusedCancel = (_: IntentContext, at: number): readonly IntentEvent[] => [{
  type: "cancel.answered",
  at,
  attempt: 1,
  outcome: { kind: "refused", reason: { code: "BUSY", venueCode: null, message: "try later" } },
}];

Deno.test("alarms: a cancel that loops is told once, and then asked for quietly", () => {
  const canceling = after(live(), say.cancel());
  assertEquals(canceling.deadlines.alarm, 1_000 + ALARM_AFTER_MS);
  const { context, alarms } = loop(canceling, 600_000, refusedCancel);
  assertEquals(alarms.length, 1);
  assertEquals((alarms[0] as { payload: { reason: string } }).payload.reason, "NO_CHANGE");
  assertEquals(condition(context, "Synced"), ["False", "Overdue"]);
  assertEquals(context.phase, "RECONCILING.canceling");
  const answered = after(context, ...refusedCancel(context, 700_000));
  assertEquals((answered.deadlines.cancel ?? 0) - 700_000, QUARANTINE_PACE_MS);
  assert(QUARANTINE_PACE_MS > CANCEL_BACKOFF_CAP_MS);
});

Deno.test("alarms: what comes to rest in time rings nothing, and its deadline is gone", () => {
  const canceling = after(live(), say.cancel());
  const ended = after(canceling, say.updated({ status: "CANCELED" }, 1, 50_000));
  assertEquals([ended.phase, ended.deadlines.alarm, ended.unsettled], [
    "CANCELED",
    undefined,
    null,
  ]);
});

Deno.test("alarms: an order that no read finds or denies is told once, and read on", () => {
  const doubt = after(aContext(), say.granted(), say.unknown());
  const { context, alarms } = loop(doubt, 600_000, (_, at) => [say.unread(1, at)]);
  assertEquals(alarms.length, 1);
  assertEquals((alarms[0] as { payload: { reason: string } }).payload.reason, "UNREAD");
  assertEquals(condition(context, "OutcomeKnown"), ["False", "Overdue"]);
  const found = after(context, say.found({}, 1, 600_000));
  assertEquals([found.phase, found.unsettled], ["ACTIVE.open", null]);
});

Deno.test("alarms: a doubt is no alarm before its proof could be complete", () => {
  const slow = aContext({}, { proofAfterMs: 200_000 });
  const doubt = after(slow, say.granted(), say.unknown());
  const { alarms } = loop(doubt, 200_000, (_, at) => [say.unread(1, at)]);
  assertEquals(alarms, []);
});

Deno.test("alarms: an order on a symbol that is gone is for a person once the alarm rang", () => {
  const unlisted = (at: number): IntentEvent => ({
    type: "lookup.answered",
    at,
    attempt: 1,
    outcome: { kind: "failed", cause: { code: "UNLISTED_SYMBOL", message: "not listed" } },
    fills: [],
  });
  const doubt = after(live(), say.verify());
  assertEquals(after(doubt, unlisted(2_000)).indeterminate, false, "it may be listed again");
  const { context } = loop(doubt, 200_000, (_, at) => [unlisted(at)]);
  assertEquals(context.indeterminate, true);
  assertEquals(context.deadlines, {});
});

Deno.test("alarms: trades that never add up are told once, also of an intent that has ended", () => {
  const ended = after(live(), say.cancel(), say.updated({ status: "CANCELED" }));
  assertEquals(ended.phase, "CANCELED");
  const owed = after(ended, say.updated({ status: "CANCELED", filled: decimal("0.5") }, 1, 2_000));
  assertEquals(owed.phase, "CANCELED");
  const { context, alarms } = loop(owed, 600_000, (_, at) => [say.trades([], 1, at)]);
  assertEquals(alarms.length, 1);
  assertEquals((alarms[0] as { payload: { reason: string } }).payload.reason, "FILLS_OWED");
  assertEquals(condition(context, "OutcomeKnown"), ["False", "FillsOwed"]);
  const answered = after(context, say.trades([], 1, 700_000));
  assertEquals((answered.deadlines.fills ?? 0) - 700_000, QUARANTINE_PACE_MS);
});

Deno.test("alarms: an intent that waits for the gate longer than the bound says so", () => {
  const held = after(aContext(), say.verify(1_000));
  assertEquals(condition(held, "Admitted"), ["Unknown", "Queued"]);
  const { context, alarms } = loop(held, 200_000, () => []);
  assertEquals(alarms.length, 1);
  assertEquals(condition(context, "Admitted"), ["Unknown", "Overdue"]);
});

Deno.test("alarms: a change that the venue takes is progress, however often it is changed", () => {
  let context = live();
  for (let round = 1; round <= 10; round++) {
    const at = round * 30_000;
    const price = decimal(String(100 + round));
    context = after(context, say.modify({ ...anOrder({ limitPrice: price }) }, at));
    assertEquals(context.phase, "RECONCILING.replacing");
    const attempt = context.attemptCount;
    context = after(
      context,
      say.updated({ status: "CANCELED", exchangeOrderId: `x${attempt}` }, attempt, at + 10_000),
      say.granted(`c${attempt + 1}`, at + 20_000, at + 11_000),
      say.accepted(attempt + 1, { exchangeOrderId: `x${attempt + 1}` }, at + 12_000),
    );
    assertEquals(overdue(context), []);
    assertEquals(context.unsettled, null);
  }
});

Deno.test("alarms: attempts that all come to nothing are one wait, with its first moment", () => {
  let context = after(aContext(), say.verify(1_000));
  for (let attempt = 1; attempt <= 5; attempt++) {
    context = after(
      context,
      say.granted(`c${attempt}`, 9_000, 1_000 + attempt),
      say.notSent("HELD", attempt, 1_000 + attempt),
    );
  }
  assertEquals(context.unsettled?.since, 1_000);
});

Deno.test("alarms: an alarm that rang is not rung again after a restart", () => {
  const { context } = loop(after(live(), say.cancel()), 100_000, refusedCancel);
  const { intent, policy, phase } = context;
  const stored = JSON.parse(JSON.stringify(toStored(context)));
  const again = recover(stored, { intent, policy, phase });
  const { alarms } = loop(after(again, say.verify(200_000)), 400_000, refusedCancel);
  assertEquals(alarms, []);
});

Deno.test("alarms: submitBy ends a held intent by itself", () => {
  const held = after(aContext({ submitBy: 30_000 }), say.verify(1_000));
  assertEquals([held.phase, held.deadlines.submitBy], ["PENDING.ready", 30_001]);
  const failed = after(held, passed("submitBy", 30_001));
  assertEquals([failed.phase, failed.cause], ["FAILED", "SUBMIT_BY_PASSED"]);
  assertEquals(failed.deadlines, {});
});

Deno.test("alarms: submitBy has no hold on what has been sent", () => {
  const context = after(aContext({ submitBy: 30_000 }), say.granted());
  assertEquals(context.deadlines.submitBy, undefined);
});

Deno.test("attempts: one specification tried too often in a short time is FAILED", () => {
  let context = aContext();
  for (let attempt = 1; attempt <= ATTEMPTS_MAX; attempt++) {
    assertEquals(context.phase, "PENDING.ready");
    context = after(context, say.granted(`c${attempt}`), say.notSent("TOO_LATE", attempt));
  }
  assertEquals([context.phase, context.cause], ["FAILED", "ATTEMPTS_EXHAUSTED"]);
});

Deno.test("attempts: as many over a long time, or of as many specifications, are no fault", () => {
  let rare = aContext();
  let changed = aContext();
  for (let attempt = 1; attempt <= ATTEMPTS_MAX * 2; attempt++) {
    const at = attempt * 400_000;
    const granted = say.granted(`c${attempt}`, at + 7_000, at);
    rare = after(rare, granted, say.notSent("TOO_LATE", attempt, at));
    const limitPrice = decimal(String(100 + attempt));
    changed = after(
      changed,
      say.granted(`c${attempt}`),
      say.notSent("TOO_LATE", attempt),
      say.modify({ limitPrice }),
    );
  }
  assertEquals([rare.phase, changed.phase], ["PENDING.ready", "PENDING.ready"]);
});
