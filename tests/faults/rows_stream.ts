/** What can happen to the account's stream, and to a fill on its way. */
import { assert } from "@std/assert";
import type { FaultName } from "../../src/testnet/fault_catalogue.ts";
import { FastClock } from "./fast_clock.ts";
import type { FaultRow, Outcome } from "./row.ts";
import { resting, type Stage, until } from "./stage.ts";

const STREAM = "WS drop, gap, duplicate, reorder";
const REPORT = "executionReport";

const FILLED: Outcome = {
  state: "COMPLETED",
  attempts: ["ACCEPTED"],
  venue: ["BUY FILLED 0.01/0.01"],
  told: ["Submitted", "Accepted", "Filled"],
};
const TWICE_FILLED: Outcome = {
  ...FILLED,
  told: ["Submitted", "Accepted", "PartiallyFilled", "Filled"],
};

export const STREAM_ROWS: readonly FaultRow[] = [
  {
    fault: "fill before the acknowledgement",
    injected: "the stream tells of the fill a second before the answer comes",
    run: (stage) => {
      stage.armOn("order.place", "fillBeforeAck", { delayMs: 1_000 });
      return stage.exchange.placeOrder(resting({ limitPrice: null }));
    },
    outcome: FILLED,
  },
  frames("every report comes twice", "duplicateFrame", { count: 10 }),
  {
    fault: STREAM,
    injected: "the reports of two fills come in the wrong order",
    run: async (stage) => {
      const id = await stage.exchange.placeOrder(resting(), { waitFor: "accepted" });
      stage.armOn(REPORT, "reorderFrames");
      stage.trade("39000", "0.004");
      stage.trade("38000");
      return id;
    },
    // The second report shows both fills' sum; the first one's trade is booked when it comes.
    outcome: TWICE_FILLED,
  },
  {
    fault: STREAM,
    injected: "the report of one fill is dropped, the stream goes on",
    // Audits come every minute: here every four seconds.
    stage: () => ({ clock: new FastClock(15), exchange: { timing: { validityMs: 30_000 } } }),
    run: async (stage) => {
      const id = await stage.exchange.placeOrder(resting(), { waitFor: "accepted" });
      stage.armOn(REPORT, "dropFrame");
      stage.trade("39000");
      return id;
    },
    outcome: FILLED,
    also: () => "found by the next audit",
  },
  {
    fault: STREAM,
    injected: "the report of the first of two fills is dropped",
    run: async (stage) => {
      const id = await stage.exchange.placeOrder(resting(), { waitFor: "accepted" });
      stage.armOn(REPORT, "dropFrame");
      stage.trade("39000", "0.004");
      stage.trade("38000");
      return id;
    },
    outcome: TWICE_FILLED,
    also: (stage, id) => {
      const { length } = stage.exchange.getFills({ intentId: id }).items;
      assert(length === 2, `${length} fills are booked`);
      return "complete only once both trades are booked";
    },
  },
  {
    fault: STREAM,
    injected: "the socket is cut; the order fills before it is back",
    run: async (stage) => {
      const id = await stage.exchange.placeOrder(resting(), { waitFor: "accepted" });
      stage.testnet.arm({ exchange: "binance", fault: "refuseSocket", count: 2 });
      stage.testnet.arm({ exchange: "binance", fault: "dropSocket" });
      stage.trade("39000");
      return id;
    },
    outcome: FILLED,
    also: readyAgain,
  },
  {
    fault: STREAM,
    injected: "the socket stays open and mute; the order fills",
    // Silence is noticed after 15 s and a probe of 5 s.
    stage: () => ({ clock: new FastClock(10), exchange: { timing: { validityMs: 20_000 } } }),
    run: async (stage) => {
      const id = await stage.exchange.placeOrder(resting(), { waitFor: "accepted" });
      stage.testnet.arm({ exchange: "binance", fault: "muteSocket" });
      stage.trade("39000");
      return id;
    },
    outcome: FILLED,
    also: readyAgain,
  },
];

function frames(injected: string, fault: FaultName, fields: { readonly count: number }): FaultRow {
  return {
    fault: STREAM,
    injected,
    run: async (stage) => {
      stage.armOn(REPORT, fault, fields);
      const id = await stage.exchange.placeOrder(resting(), { waitFor: "accepted" });
      stage.trade("39000", "0.004");
      stage.trade("38000");
      return id;
    },
    outcome: TWICE_FILLED,
  };
}

async function readyAgain(stage: Stage): Promise<string> {
  await until(() => stage.exchange.healthCheck().ready, "the exchange is ready again");
  return "ready again";
}
