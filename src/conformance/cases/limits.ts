/** Too many requests, ids used twice, and gates that are shut. */
import { compare } from "../../model/decimal.ts";
import type { ConformanceCase } from "../case.ts";
import { holds, only, same } from "../expect.ts";
import type { Stage } from "../stage.ts";

const LIMITS = { theme: "rate limits", capability: null, needs: ["faults"] } as const;

export const LIMIT_CASES: readonly ConformanceCase[] = [
  {
    theme: "rate limits",
    capability: null,
    name: "what the venue tells of its budgets is about budgets there are",
    run: async (stage) => {
      await stage.place();
      const { budgets } = stage.adapter.capabilities.rateLimits;
      const told = stage.facts.flatMap((fact) => fact.kind === "usage" ? [fact.budgets] : []);
      const names = told.flatMap((usage) => Object.keys(usage));
      const unknown = names.filter((name) => !(name in budgets));
      same(unknown, [], "budgets that are told and not declared");
    },
  },
  {
    ...LIMITS,
    name: "an order refused for too many requests is not at the venue",
    faults: ["tooManyRequests"],
    run: (stage) => limited(stage, "tooManyRequests"),
  },
  {
    ...LIMITS,
    name: "a ban is told with how long it lasts",
    faults: ["banned"],
    run: (stage) => limited(stage, "banned"),
  },
  {
    ...LIMITS,
    name: "a read that is refused for too many requests proves nothing",
    faults: ["tooManyRequests"],
    run: async (stage) => {
      const { ref } = await stage.place();
      await stage.arm("tooManyRequests", "any");
      const outcome = await stage.adapter.execution.lookup(ref);
      holds(outcome.kind !== "absent", "a refused read is no absence", outcome);
      await stage.reads(ref, "OPEN");
    },
  },
];

export const DUPLICATE_CASES: readonly ConformanceCase[] = [
  {
    theme: "duplicates",
    capability: "client ids unique",
    name: "a second order under a live id makes no second order, and no refusal",
    run: async (stage) => {
      const first = await stage.place();
      const { outcome, ref } = await stage.submit(first.request);
      holds(outcome.kind !== "refused", "a duplicate id says nothing of the first order", outcome);
      if (outcome.kind === "accepted") {
        same(outcome.order.exchangeOrderId, first.order.exchangeOrderId, "the very same order");
      }
      await stage.reads(ref, "OPEN");
      if (stage.target.ledger === undefined) return;
      const live = (await stage.ledger(ref.clientOrderId)).filter((order) => order.live);
      same(live.length, 1, "live orders of the id");
    },
  },
];

export const GATE_CASES: readonly ConformanceCase[] = [
  {
    theme: "gate",
    capability: null,
    name: "a shut gate sends no order",
    run: async (stage) => {
      const gate = stage.gate(SHUT);
      const { outcome, ref } = await stage.submit(stage.request(), gate);
      same(only(outcome, "notSent", "submit through a shut gate").reason, SHUT, "the reason");
      same([gate.checks.length, gate.sentCount], [1, 0], "asked, and told of bytes");
      const found = await stage.adapter.execution.lookup(ref);
      holds(found.kind !== "found", "there is no such order", found);
    },
  },
  {
    theme: "gate",
    capability: null,
    name: "a shut gate sends no cancel",
    run: async (stage) => {
      const { both, ref } = await stage.place();
      const gate = stage.gate(SHUT);
      const outcome = await stage.adapter.execution.cancel(both, gate);
      only(outcome, "notSent", "cancel through a shut gate");
      same([gate.checks.length, gate.sentCount], [1, 0], "asked, and told of bytes");
      await stage.reads(ref, "OPEN");
    },
  },
  {
    theme: "gate",
    capability: "amend",
    name: "a shut gate sends no amend",
    run: async (stage) => {
      const { both, ref, request } = await stage.place();
      const gate = stage.gate(SHUT);
      const amount = stage.amount(2);
      const { deadline } = request;
      const asked = { ...both, order: { ...request.order, amount }, amount, deadline };
      only(await stage.adapter.execution.amend(asked, gate), "notSent", "amend");
      same([gate.checks.length, gate.sentCount], [1, 0], "asked, and told of bytes");
      same(compare((await stage.reads(ref, "OPEN")).amount, request.amount), 0, "amounts differ");
    },
  },
  {
    theme: "gate",
    capability: null,
    name: "the gate is told until when the venue admits the request",
    run: async (stage) => {
      const before = stage.adapter.venueNow();
      const { gate } = await stage.place();
      const [wire] = gate.checks;
      holds(wire !== undefined && before !== null, "the gate is asked");
      holds(wire.signedAt >= before - CLOCK_SLACK_MS, "signed by the venue's clock", wire);
      holds(
        wire.validForMs > 0 && wire.validForMs <= stage.adapter.capabilities.timing.validityMs,
        "valid for no longer than the capabilities say",
        wire,
      );
    },
  },
];

const SHUT = "the suite keeps it shut";
/** The offset is measured anew at times, and may step back by its own uncertainty. */
const CLOCK_SLACK_MS = 1_000;

async function limited(stage: Stage, fault: string): Promise<void> {
  await stage.arm(fault, "submit");
  const { outcome, ref } = await stage.submit(stage.request());
  const bans = stage.facts.filter((fact) => fact.kind === "banned");
  const isTold = bans.some(({ retryAfterMs }) => retryAfterMs > 0) ||
    (outcome.kind === "refused" && outcome.reason.code === "RATE_LIMITED");
  holds(isTold, "it is told as a ban or as RATE_LIMITED", outcome);
  holds(outcome.kind !== "accepted" && outcome.kind !== "notSent", "it is not taken", outcome);
  await stage.rest();
  const found = await stage.adapter.execution.lookup(ref);
  holds(found.kind === "absent", "the order is not at the venue", found);
}
