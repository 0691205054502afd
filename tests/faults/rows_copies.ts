/** Requests that are delivered twice or late, and reads that are behind. */
import { assert, assertEquals } from "@std/assert";
import type { FaultRow } from "./row.ts";
import { resting, type Stage, until } from "./stage.ts";

const TWICE = "duplicate delivery";
const ZOMBIE = 'late "zombie" request';
const FIRST_REJECTED = "first copy rejected, second accepted";
const STALE = "stale REST reads";

/** Longer than the request is valid (5 s), and than a resubmission takes to come. */
const ZOMBIE_MS = 7_000;
/** Within the time in which the venue may still be working on it. */
const LATE_MS = 1_500;
/** Shorter than validity + engine bound + settle: reads before that prove nothing. */
const BEHIND_MS = 5_000;
/** A venue that remembers nothing for as long as a proof takes. */
const FORGETFUL = { validityMs: 5_000, engineBoundMs: 500, settleMs: 500, retentionMs: 1 };

export const COPY_ROWS: readonly FaultRow[] = [
  {
    fault: TWICE,
    injected: "both copies make an order under one client id",
    run: (stage) => place(stage, () => stage.arm("duplicateDelivery")),
    outcome: {
      state: "ACTIVE.open",
      attempts: ["ACCEPTED"],
      venue: ["BUY NEW 0/0.01", "BUY CANCELED 0/0.01"],
      told: ["Submitted", "Accepted"],
      drift: ["DuplicateExecution"],
    },
  },
  {
    fault: TWICE,
    injected: "the answer is the second copy's refusal as a duplicate",
    run: (stage) =>
      place(stage, () => {
        stage.arm("duplicateRefused");
        stage.dropReport();
      }),
    outcome: {
      state: "ACTIVE.open",
      attempts: ["ACCEPTED"],
      venue: ["BUY NEW 0/0.01"],
      told: ["Submitted", "OutcomeUnknown (DUPLICATE_ID)", "OutcomeResolved", "Accepted"],
    },
  },
  {
    fault: TWICE,
    injected: "both make an order, nothing tells of them: found when orders are read",
    run: async (stage) => {
      const id = await place(stage, () => {
        stage.arm("duplicateLost");
        stage.armOn("executionReport", "dropFrame", { count: 2 });
      });
      await until(() => stage.state(id) === "ACTIVE.open", "one of them is found");
      await stage.exchange.forceReconciliation();
      return id;
    },
    outcome: {
      state: "ACTIVE.open",
      attempts: ["ACCEPTED"],
      venue: ["BUY NEW 0/0.01", "BUY CANCELED 0/0.01"],
      told: ["Submitted", "OutcomeUnknown (CONNECTION_RESET)", "OutcomeResolved", "Accepted"],
      drift: ["DuplicateExecution"],
    },
  },
  {
    fault: TWICE,
    injected: "a market order: both copies fill",
    run: (stage) => {
      stage.arm("duplicateDelivery");
      return stage.exchange.placeOrder(resting({ limitPrice: null }));
    },
    outcome: {
      state: "COMPLETED",
      attempts: ["ACCEPTED"],
      venue: ["BUY FILLED 0.01/0.01", "BUY FILLED 0.01/0.01"],
      told: ["Submitted", "Accepted", "Filled", "Filled"],
      drift: ["DuplicateExecution", "Overfill"],
    },
  },
  {
    fault: FIRST_REJECTED,
    injected: "answered -1021 and taken all the same; a fill tells of it",
    run: async (stage) => {
      const id = await refusedAndTaken(stage);
      stage.trade("39000", "0.004");
      return id;
    },
    outcome: {
      state: "CANCELED (REVIVED)",
      attempts: ["ACCEPTED"],
      venue: ["BUY CANCELED 0.004/0.01"],
      told: ["Submitted", "Rejected", "Accepted", "PartiallyFilled", "Canceled"],
      drift: ["DuplicateExecution"],
    },
  },
  {
    fault: FIRST_REJECTED,
    injected: "the same, and nothing more happens: found when orders are read",
    run: async (stage) => {
      const id = await refusedAndTaken(stage);
      await stage.exchange.forceReconciliation();
      return id;
    },
    outcome: {
      state: "CANCELED (REVIVED)",
      attempts: ["ACCEPTED"],
      venue: ["BUY CANCELED 0/0.01"],
      told: ["Submitted", "Rejected", "Accepted", "Canceled"],
      drift: ["DuplicateExecution"],
    },
  },
  {
    fault: ZOMBIE,
    injected: "arrives after its validity, when the next attempt may be live",
    run: (stage) =>
      place(stage, () => stage.armOn("order.place", "delayedRequest", { delayMs: ZOMBIE_MS })),
    outcome: {
      state: "ACTIVE.open",
      attempts: ["ABSENT", "ACCEPTED"],
      venue: ["BUY NEW 0/0.01"],
      told: [
        "Submitted",
        "OutcomeUnknown (CONNECTION_RESET)",
        "OutcomeResolved",
        "Submitted",
        "Accepted",
      ],
    },
    also: async (stage) => {
      const [zombie] = stage.testnet.heard("binance")
        .filter(({ operation }) => operation.name === "order.place");
      await until(() => stage.clock.now() > zombie!.at + 2 * ZOMBIE_MS, "the zombie has arrived");
      return "the venue refused it by its timestamp";
    },
  },
  {
    fault: ZOMBIE,
    injected: "admitted in time, takes effect late",
    run: (stage) =>
      place(stage, () => {
        stage.armOn("order.place", "delayedProcessing", { delayMs: LATE_MS });
        stage.dropReport();
      }),
    outcome: {
      state: "ACTIVE.open",
      attempts: ["ACCEPTED"],
      venue: ["BUY NEW 0/0.01"],
      told: ["Submitted", "OutcomeUnknown (CONNECTION_RESET)", "OutcomeResolved", "Accepted"],
    },
  },
  {
    fault: STALE,
    injected: "the answer is lost and reads do not show the order for 5 s",
    run: (stage) =>
      place(stage, () => {
        stage.armOn("order.place", "lostAndStale", { delayMs: BEHIND_MS });
        stage.dropReport();
      }),
    outcome: {
      state: "ACTIVE.open",
      attempts: ["ACCEPTED"],
      venue: ["BUY NEW 0/0.01"],
      told: ["Submitted", "OutcomeUnknown (CONNECTION_RESET)", "OutcomeResolved", "Accepted"],
    },
    also: (stage) => {
      const reads = stage.asked("order.status");
      assert(reads > 2, `only ${reads} reads`);
      return "early reads that found nothing proved nothing";
    },
  },
  {
    fault: STALE,
    injected: "accepted, and open orders do not list it yet",
    run: async (stage) => {
      const id = await place(
        stage,
        () => stage.armOn("order.place", "staleReads", { delayMs: BEHIND_MS }),
      );
      await until(() => stage.state(id) === "ACTIVE.open", "it is accepted");
      await stage.exchange.forceReconciliation();
      return id;
    },
    outcome: {
      state: "ACTIVE.open",
      attempts: ["ACCEPTED"],
      venue: ["BUY NEW 0/0.01"],
      told: ["Submitted", "Accepted"],
    },
  },
  ...([["nobody says anything", null], ["a person's verdict: absent", "absent"]] as const).map((
    [what, verdict],
  ): FaultRow => ({
    fault: "the venue's memory has passed",
    injected: `the request was lost, and reads come too late to prove it; ${what}`,
    stage: () => ({ exchange: { timing: { ...FORGETFUL } } }),
    run: async (stage) => {
      stage.arm("requestLost");
      const id = await stage.exchange.placeOrder(resting());
      const known = () =>
        stage.exchange.getOrderState(id).conditions.find(({ type }) => type === "OutcomeKnown");
      await until(() => known()?.reason === "Indeterminate", "it is indeterminate");
      if (verdict !== null) await stage.exchange.resolveIntent(id, { kind: verdict });
      return id;
    },
    outcome: {
      state: verdict === null ? "SUBMITTING.inDoubt" : "ACTIVE.open",
      attempts: verdict === null ? ["UNKNOWN"] : ["ABSENT", "ACCEPTED"],
      venue: verdict === null ? [] : ["BUY NEW 0/0.01"],
      told: [
        "Submitted",
        "OutcomeUnknown (CONNECTION_RESET)",
        "OutcomeUnknown (INDETERMINATE)",
        ...(verdict === null ? [] : ["OutcomeResolved", "Submitted", "Accepted"]),
      ],
      drift: ["MissingOrder"],
    },
    also: (stage, id) => {
      if (verdict !== null) return "its onAbsent is RETRY";
      const { bounds } = stage.exchange.getOrderState(id);
      assertEquals([bounds.minFilled, bounds.maxFilled].map(String), ["0", "0.01"]);
      return "Indeterminate: its quantity stays reserved until somebody says";
    },
  })),
  {
    fault: "exchange order id reused",
    injected: "the venue numbers its orders from 1 again",
    run: async (stage) => {
      const first = await stage.exchange.placeOrder(resting(), { waitFor: "accepted" });
      await stage.exchange.cancelOrder(first, { waitFor: "final" });
      stage.testnet.reset();
      const second = await stage.exchange.placeOrder(resting({ limitPrice: null }));
      await until(() => stage.state(second) === "COMPLETED", "the second is filled");
      const ids = [first, second].map((id) => stage.exchange.getOrderState(id).exchangeOrderId);
      assertEquals(ids[0], ids[1], "the venue reuses the id");
      assertEquals(stage.exchange.getOrderState(first).filledAmount, "0");
      assertEquals(stage.state(first), "CANCELED");
      return second;
    },
    outcome: {
      state: "COMPLETED",
      attempts: ["ACCEPTED"],
      venue: ["BUY FILLED 0.01/0.01"],
      told: ["Submitted", "Accepted", "Filled"],
    },
    also: () => "the ended order with that id took nothing",
  },
];

async function refusedAndTaken(stage: Stage): Promise<string> {
  const id = await place(stage, () => {
    stage.arm("timestampOutsideAfter");
    stage.armOn("executionReport", "dropFrame");
  });
  await until(() => stage.state(id) === "FAILED", "the refusal is believed");
  return id;
}

function place(stage: Stage, prepare: () => void): Promise<string> {
  prepare();
  return stage.exchange.placeOrder(resting());
}
