/** The kill switch, engaged in the middle of something else. */
import { assertEquals, assertRejects } from "@std/assert";
import { DeniedError } from "../../mod.ts";
import type { FaultRow, Outcome } from "./row.ts";
import { resting, type Stage, until } from "./stage.ts";

const KILL = "kill switch engaged";
const REASON = "stop all of it";

const CANCELED: Outcome = {
  state: "CANCELED (REQUESTED)",
  attempts: ["ACCEPTED"],
  venue: ["BUY CANCELED 0/0.01"],
  told: ["Submitted", "Accepted", "Canceled"],
};

export const KILL_ROWS: readonly FaultRow[] = [
  {
    fault: KILL,
    injected: "an order rests",
    run: async (stage) => {
      const id = await stage.exchange.placeOrder(resting(), { waitFor: "accepted" });
      await stage.kernel.killSwitch.engage(REASON);
      return id;
    },
    outcome: CANCELED,
    also: refusesMore,
  },
  {
    fault: KILL,
    injected: "a submit was taken, and neither answer nor report tells of it",
    run: async (stage) => {
      stage.arm("neverAnswers");
      stage.armOn("executionReport", "dropFrame");
      const id = await stage.exchange.placeOrder(resting());
      await until(() => stage.orders().length === 1, "it has arrived");
      await stage.kernel.killSwitch.engage(REASON);
      return id;
    },
    outcome: CANCELED,
    also: refusesMore,
  },
  {
    fault: KILL,
    injected: "a submit never arrived; the connection broke",
    run: async (stage) => {
      stage.arm("requestLost");
      const id = await stage.exchange.placeOrder(resting());
      await stage.kernel.killSwitch.engage(REASON);
      return id;
    },
    outcome: {
      state: "CANCELED (NEVER_REACHED_VENUE)",
      attempts: ["ABSENT"],
      venue: [],
      told: [
        "Submitted",
        "OutcomeUnknown (CONNECTION_RESET)",
        "OutcomeResolved",
        "Canceled",
      ],
    },
    also: refusesMore,
  },
  {
    fault: KILL,
    injected: "the venue answers nothing for a while; then it does",
    run: async (stage) => {
      const id = await stage.exchange.placeOrder(resting(), { waitFor: "accepted" });
      stage.darken("maintenance");
      await stage.kernel.killSwitch.engage(REASON);
      assertEquals(stage.orders().map(({ status }) => status), ["NEW"]);
      stage.testnet.clearFaults();
      return id;
    },
    outcome: CANCELED,
    also: refusesMore,
  },
];

async function refusesMore(stage: Stage): Promise<string> {
  const places = stage.asked("order.place");
  await assertRejects(() => stage.exchange.placeOrder(resting()), DeniedError, REASON);
  assertEquals(stage.asked("order.place"), places);
  return "no further order is sent";
}
