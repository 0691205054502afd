import { assertEquals } from "@std/assert";
import fc from "fast-check";
import {
  engage,
  engagementCommitted,
  isClosed,
  type KillSwitchContext,
  killSwitchState,
  NEVER_ENGAGED,
  release,
  releaseCommitted,
  restoreKillSwitch,
} from "../../machines/kill_switch.ts";

const AT = 1_000;

function engaged(reason = "why", from: KillSwitchContext = NEVER_ENGAGED): KillSwitchContext {
  const next = engage(from, { reason, at: AT });
  return engagementCommitted(next, next.epoch);
}

function releasing(from: KillSwitchContext): KillSwitchContext {
  const verdict = release(from, { epoch: from.epoch, at: AT + 5 });
  if (verdict.kind !== "release") throw new Error(verdict.kind);
  return verdict.next;
}

Deno.test("kill switch: it is closed from the command on, before anything is durable", () => {
  const next = engage(NEVER_ENGAGED, { reason: "fat finger", at: AT });
  assertEquals([next.phase, isClosed(next)], ["engaging", true]);
  assertEquals(killSwitchState(next), {
    engaged: true,
    epoch: 1,
    reason: "fat finger",
    engagedAt: AT,
    releasedAt: null,
  });
});

Deno.test("kill switch: it stays closed until the release is durable", () => {
  const next = releasing(engaged());
  assertEquals([next.phase, isClosed(next), killSwitchState(next).releasedAt], [
    "releasing",
    true,
    null,
  ]);
  const open = releaseCommitted(next, 1);
  assertEquals([open.phase, isClosed(open), killSwitchState(open).releasedAt], [
    "released",
    false,
    AT + 5,
  ]);
});

Deno.test("kill switch: every engagement has an epoch of its own, also of an engaged switch", () => {
  const second = engaged("again", engaged());
  assertEquals([second.epoch, second.reason], [2, "again"]);
  const third = engaged("third", releaseCommitted(releasing(second), 2));
  assertEquals(third.epoch, 3);
});

Deno.test("kill switch: a release names the epoch it ends, and ends no other", () => {
  const second = engaged("again", engaged());
  assertEquals(release(second, { epoch: 1, at: AT }), { kind: "otherEpoch", wanted: 2 });
  assertEquals(release(second, { epoch: 3, at: AT }), { kind: "otherEpoch", wanted: 2 });
  assertEquals(release(NEVER_ENGAGED, { epoch: 0, at: AT }), { kind: "notEngaged" });
  assertEquals(release(releasing(second), { epoch: 2, at: AT }), { kind: "releasing" });
});

Deno.test("kill switch: the commit of a release that was overtaken opens nothing", () => {
  const again = engage(releasing(engaged()), { reason: "no, wait", at: AT });
  assertEquals(releaseCommitted(again, 1), again);
  assertEquals(engagementCommitted(again, 1), again);
  assertEquals(engagementCommitted(again, 2).phase, "engaged");
});

Deno.test("kill switch: an engagement may be released before its own commit came back", () => {
  const next = releasing(engage(NEVER_ENGAGED, { reason: "why", at: AT }));
  assertEquals(engagementCommitted(next, 1).phase, "releasing");
  assertEquals(releaseCommitted(next, 1).phase, "released");
});

Deno.test("kill switch: a restart finds what was durable", () => {
  const state = killSwitchState(engaged());
  assertEquals(restoreKillSwitch(state), engaged());
  const released = releaseCommitted(releasing(engaged()), 1);
  assertEquals(restoreKillSwitch(killSwitchState(released)), released);
});

Deno.test("kill switch: whatever is done in whatever order, only a release of the newest epoch opens it, and epochs only grow", () => {
  const move = fc.oneof(
    fc.constant({ kind: "engage" as const, epoch: 0 }),
    fc.record({
      kind: fc.constantFrom(
        "release" as const,
        "engagedCommit" as const,
        "releasedCommit" as const,
      ),
      epoch: fc.integer({ min: 1, max: 4 }),
    }),
  );
  fc.assert(fc.property(fc.array(move, { maxLength: 30 }), (moves) => {
    let context = NEVER_ENGAGED;
    let asked: number | null = null;
    for (const { kind, epoch } of moves) {
      const before = context;
      if (kind === "engage") {
        context = engage(context, { reason: "x", at: AT });
        asked = null;
      } else if (kind === "release") {
        const verdict = release(context, { epoch, at: AT });
        if (verdict.kind === "release") {
          context = verdict.next;
          asked = epoch;
        }
      } else if (kind === "engagedCommit") {
        if (epoch <= context.epoch) context = engagementCommitted(context, epoch);
      } else context = releaseCommitted(context, epoch);
      assertEquals(context.epoch >= before.epoch, true);
      if (isClosed(before) && !isClosed(context)) {
        assertEquals([kind, epoch, asked], ["releasedCommit", before.epoch, before.epoch]);
      }
    }
  }));
});
