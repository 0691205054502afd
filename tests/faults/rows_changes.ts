/** Cancels and modifies that race with fills, and what others do to an order. */
import { assert, assertEquals, assertRejects } from "@std/assert";
import { DeniedError } from "../../mod.ts";
import { Client } from "../testnet/client.ts";
import type { FaultRow, Outcome } from "./row.ts";
import { resting, type Stage, until } from "./stage.ts";

const PARTIAL = "partial fill against cancel or modify";
const EDIT = "edit outcome unknown";
const EXTERNAL = "exchange-side cancel, expiry, self-trade prevention";
const REPORT = "executionReport";
const CANCEL = "order.cancel";
/** Of a client order id, in hex: 32 bits. */
const TAG_DIGITS = 8;
const BETWEEN = "50000";

const CANCELED: Outcome = {
  state: "CANCELED (REQUESTED)",
  attempts: ["ACCEPTED"],
  venue: ["BUY CANCELED 0/0.01"],
  told: ["Submitted", "Accepted", "Canceled"],
};
const PARTLY: Outcome = {
  ...CANCELED,
  venue: ["BUY CANCELED 0.004/0.01"],
  told: ["Submitted", "Accepted", "PartiallyFilled", "Canceled"],
};
/** What is left of 0.01 after 0.004 were filled, at the new price. */
const REPLACED: Outcome = {
  state: "ACTIVE.open",
  attempts: ["ACCEPTED", "ACCEPTED"],
  venue: ["BUY CANCELED 0.004/0.01", "BUY NEW 0/0.006"],
  told: [
    "Submitted",
    "Accepted",
    "PartiallyFilled",
    "Submitted",
    "Accepted",
    "Modified",
  ],
};

export const CHANGE_ROWS: readonly FaultRow[] = [
  {
    fault: "response lost, timeout, 5xx, 408",
    injected: "a cancel is carried out; its answer is lost",
    run: (stage) => canceled(stage, () => stage.armOn(CANCEL, "responseLost")),
    outcome: CANCELED,
  },
  {
    fault: "request lost",
    injected: "two cancels in a row never arrive",
    run: (stage) => canceled(stage, () => stage.armOn(CANCEL, "requestLost", { count: 2 })),
    outcome: CANCELED,
    also: (stage) => `${stage.asked(CANCEL)} cancels sent`,
  },
  {
    fault: "fill after cancel",
    injected: "the report of a fill comes after the one of the cancel",
    run: (stage) =>
      canceled(stage, () => {
        stage.armOn(REPORT, "reorderFrames");
        stage.trade("39000", "0.004");
      }),
    outcome: PARTLY,
  },
  {
    fault: "fill after cancel",
    injected: "the report of a fill never comes, the one of the cancel does",
    run: (stage) =>
      canceled(stage, () => {
        stage.armOn(REPORT, "dropFrame");
        stage.trade("39000", "0.004");
      }),
    outcome: PARTLY,
  },
  {
    fault: PARTIAL,
    injected: "filled unseen; the cancel is answered -2011 (unknown order)",
    run: (stage) =>
      canceled(stage, () => {
        stage.armOn(REPORT, "dropFrame");
        stage.trade("39000");
      }),
    outcome: {
      state: "COMPLETED",
      attempts: ["ACCEPTED"],
      venue: ["BUY FILLED 0.01/0.01"],
      told: ["Submitted", "Accepted", "Filled"],
    },
  },
  {
    fault: PARTIAL,
    injected: "a fill lands while the cancel of a modify is lost",
    run: (stage) =>
      modified(stage, () => {
        stage.armOn(CANCEL, "requestLost");
        stage.trade("39000", "0.004");
      }),
    outcome: REPLACED,
    also: () => "the replacement is for what was left",
  },
  {
    fault: PARTIAL,
    injected: "the same, and no report tells of the fill",
    run: (stage) =>
      modified(stage, () => {
        stage.armOn(REPORT, "dropFrame");
        stage.trade("39000", "0.004");
      }),
    outcome: REPLACED,
    also: () => "nothing is placed before the trades add up",
  },
  {
    fault: EDIT,
    injected: "the replacement's answer is lost",
    run: (stage) =>
      modified(stage, () => {
        stage.arm("responseLost");
        // Only the replacement's: the cancel's report is the first.
        stage.armOn(REPORT, "dropFrame", { skip: 1 });
      }),
    outcome: {
      state: "ACTIVE.open",
      attempts: ["ACCEPTED", "ACCEPTED"],
      venue: ["BUY CANCELED 0/0.01", "BUY NEW 0/0.01"],
      told: [
        "Submitted",
        "Accepted",
        "Submitted",
        "OutcomeUnknown (CONNECTION_RESET)",
        "OutcomeResolved",
        "Accepted",
        "Modified",
      ],
    },
  },
  {
    fault: EDIT,
    injected: "the replacement never arrives",
    run: (stage) => modified(stage, () => stage.arm("requestLost")),
    outcome: {
      state: "ACTIVE.open",
      attempts: ["ACCEPTED", "ABSENT", "ACCEPTED"],
      venue: ["BUY CANCELED 0/0.01", "BUY NEW 0/0.01"],
      told: [
        "Submitted",
        "Accepted",
        "Submitted",
        "OutcomeUnknown (CONNECTION_RESET)",
        "OutcomeResolved",
        "Submitted",
        "Accepted",
        "Modified",
      ],
    },
    also: (stage) => {
      assertEquals(stage.asked("order.cancelReplace"), 0);
      return "no request both cancels and places";
    },
  },
  ...([
    ["ACCEPT", "CANCELED (EXTERNAL)", 1],
    ["PAUSE", "PENDING.paused", 1],
    ["REPLACE", "ACTIVE.open", 2],
  ] as const).map(([policy, state, orders]): FaultRow => ({
    fault: EXTERNAL,
    injected: `somebody else cancels the order; onExternalCancel: ${policy}`,
    run: async (stage) => {
      const order = resting({ onExternalCancel: policy });
      const id = await stage.exchange.placeOrder(order, { waitFor: "accepted" });
      const { clientOrderId } = stage.exchange.getOrderState(id);
      const request = { symbol: "BTCUSDT", origClientOrderId: clientOrderId };
      await somebody(stage).signed("DELETE", "/api/v3/order", request);
      return id;
    },
    outcome: {
      state,
      attempts: new Array<string>(orders).fill("ACCEPTED"),
      venue: ["BUY CANCELED 0/0.01", "BUY NEW 0/0.01"].slice(0, orders),
      told: policy === "REPLACE"
        ? ["Submitted", "Accepted", "Submitted", "Accepted"]
        : ["Submitted", "Accepted", ...(policy === "ACCEPT" ? ["Canceled"] : [])],
    },
  })),
  {
    fault: EXTERNAL,
    injected: "an order by hand meets ours under EXPIRE_MAKER",
    run: async (stage) => {
      // Between the venue's own bids and asks, so that it is the first to be met.
      const order = resting({ limitPrice: BETWEEN });
      const id = await stage.exchange.placeOrder(order, { waitFor: "accepted" });
      const crossing = { side: "SELL", price: BETWEEN, selfTradePreventionMode: "EXPIRE_MAKER" };
      await somebody(stage).place(crossing);
      return id;
    },
    outcome: {
      state: "CANCELED (SELF_TRADE_PREVENTION)",
      attempts: ["ACCEPTED"],
      venue: ["BUY EXPIRED_IN_MATCH 0/0.01"],
      told: ["Submitted", "Accepted", "Expired"],
    },
  },
  {
    fault: EXTERNAL,
    injected: "an IOC that finds nobody expires",
    run: (stage) => stage.exchange.placeOrder(resting({ timeInForce: "IOC" })),
    outcome: {
      state: "CANCELED (TIME_IN_FORCE)",
      attempts: ["ACCEPTED"],
      venue: ["BUY EXPIRED 0/0.01"],
      told: ["Submitted", "Accepted", "Expired"],
    },
  },
  {
    fault: "manual orders",
    injected: "somebody places an order by hand on the same account",
    run: async (stage) => {
      const byHand = { newClientOrderId: "by-hand", price: "41000", quantity: "0.02" };
      await somebody(stage).place(byHand);
      const id = await stage.exchange.placeOrder(resting(), { waitFor: "accepted" });
      await stage.exchange.cancelAllOrders();
      await until(() => stage.state(id) === "CANCELED", "ours is canceled");
      return id;
    },
    outcome: CANCELED,
    also: (stage) => {
      const theirs = stage.orders().find(({ clientOrderId }) => clientOrderId === "by-hand");
      assertEquals(theirs?.status, "NEW");
      const told = stage.events.filter(({ type }) => type === "OrderOrphaned");
      assert(told.length === 1, `told ${told.length} times`);
      return "theirs is told once as foreign, and left alone by cancelAllOrders";
    },
  },
  {
    fault: "two kernels, one account",
    injected: "an order with our tag appears that this store never placed",
    run: async (stage) => {
      const id = await stage.exchange.placeOrder(resting(), { waitFor: "accepted" });
      const tag = stage.exchange.getOrderState(id).clientOrderId!.slice(0, TAG_DIGITS);
      await somebody(stage).place({ newClientOrderId: tag.padEnd(32, "0"), price: "41000" });
      await until(
        () => stage.events.some(({ cause }) => cause === "StoreBehindVenue"),
        "it is noticed",
      );
      await assertRejects(() => stage.exchange.placeOrder(resting()), DeniedError, "store");
      await stage.exchange.cancelOrder(id);
      return id;
    },
    outcome: { ...CANCELED, drift: ["StoreBehindVenue"] },
    also: (stage) => {
      const theirs = stage.orders().find(({ price }) => Number(price) === 41_000);
      assertEquals([theirs?.status, stage.asked("order.place")], ["NEW", 2]);
      return "new orders are denied, ours can be canceled, theirs is left alone";
    },
  },
];

async function canceled(stage: Stage, prepare: () => void): Promise<string> {
  const id = await stage.exchange.placeOrder(resting(), { waitFor: "accepted" });
  prepare();
  await stage.exchange.cancelOrder(id);
  return id;
}

async function modified(stage: Stage, prepare: () => void): Promise<string> {
  const id = await stage.exchange.placeOrder(resting(), { waitFor: "accepted" });
  prepare();
  await stage.exchange.modifyOrder(id, resting({ limitPrice: "37000" }));
  return id;
}

/** With the same keys, past the kernel. */
function somebody(stage: Stage): Client {
  return new Client(stage.testnet.url, stage.clock);
}
