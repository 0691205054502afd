import { assert, assertEquals } from "@std/assert";
import {
  type ChildRecord,
  NEWBORN,
  policyOf,
  superviseChild,
  SUPERVISION,
  type SupervisionDecision,
  type SupervisionPolicy,
} from "../../machines/supervision.ts";

/** Lets a child die at each of `times`. */
function deaths(policy: SupervisionPolicy, times: readonly number[], random = 0.5) {
  const decisions: SupervisionDecision[] = [];
  let record: ChildRecord = NEWBORN;
  for (const at of times) {
    const result = superviseChild(policy, record, { at, random });
    decisions.push(result.decision);
    record = result.record;
  }
  return { decisions, record };
}

Deno.test("supervision: the table has one policy for each kind of actor", () => {
  const kinds = SUPERVISION.map((policy) => policy.kind);
  assertEquals(new Set(kinds).size, kinds.length);
  for (const kind of kinds) assertEquals(policyOf(kind).kind, kind);
});

for (const policy of SUPERVISION) {
  const { kind, restartsMax, windowMs, escalation } = policy;

  Deno.test(`supervision: ${kind}: after ${restartsMax} restarts in a window, ${escalation}`, () => {
    const times = Array.from({ length: restartsMax + 1 }, (_, i) => i * 10);
    const { decisions, record } = deaths(policy, times);
    assertEquals(decisions.slice(0, -1).every((d) => d.kind === "restart"), true);
    assertEquals(decisions.at(-1), { kind: "escalate", escalation });
    assertEquals(record.restarts, restartsMax);
  });

  if (restartsMax > 0) {
    Deno.test(`supervision: ${kind}: deaths a window apart never escalate`, () => {
      const times = Array.from({ length: 20 }, (_, i) => i * windowMs);
      const { decisions, record } = deaths(policy, times);
      assert(decisions.every((d) => d.kind === "restart"));
      assertEquals(record.deaths.length, 1, "older deaths are forgotten");
    });

    Deno.test(`supervision: ${kind}: the pause before a restart grows up to the cap`, () => {
      const times = Array.from({ length: restartsMax }, (_, i) => i);
      const pauses = deaths(policy, times).decisions.map((d) =>
        d.kind === "restart" ? d.delayMs : 0
      );
      assertEquals(pauses, [...pauses].sort((a, b) => a - b));
      assert(pauses.every((ms) => ms > 0 && ms <= policy.backoffCapMs));
    });
  }
}

Deno.test("supervision: jitter spreads the pause between a half and all of it", () => {
  const policy = policyOf("connection");
  const pause = (random: number) => {
    const [first] = deaths(policy, [0], random).decisions;
    return first?.kind === "restart" ? first.delayMs : NaN;
  };
  assertEquals(pause(0), policy.backoffMs / 2);
  assert(pause(0.999) > policy.backoffMs * 0.99 && pause(0.999) < policy.backoffMs);
});

Deno.test("supervision: an intent that threw is isolated at once, never restarted", () => {
  assertEquals(deaths(policyOf("intent"), [0]).decisions, [
    { kind: "escalate", escalation: "isolateIntent" },
  ]);
});

Deno.test("supervision: what escalates ends with the kernel, nothing escalates to itself", () => {
  assertEquals(policyOf("exchange").escalation, "parkExchange");
  assertEquals(SUPERVISION.at(-1)?.kind, "kernel");
  for (const { kind, why } of SUPERVISION) assert(why.length > 20, kind);
});
