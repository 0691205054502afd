/** When the venue as a whole is away, changed, or of another mind about the time. */
import { assert, assertEquals } from "@std/assert";
import type { FaultName } from "../../src/testnet/fault_catalogue.ts";
import type { FaultRow, Outcome } from "./row.ts";
import { resting, type Stage, until } from "./stage.ts";

const MAINTENANCE = "maintenance";
const SKEW = "clock skew, nonce";
const CHANGED = "delisting, tick change";

const FILLED: Outcome = {
  state: "COMPLETED",
  attempts: ["ACCEPTED"],
  venue: ["BUY FILLED 0.01/0.01"],
  told: ["Submitted", "Accepted", "Filled"],
};
const OPEN: Outcome = {
  state: "ACTIVE.open",
  attempts: ["ACCEPTED"],
  venue: ["BUY NEW 0/0.01"],
  told: ["Submitted", "Accepted"],
};
/** By the fast clock. */
const AWAY_MS = 8_000;

export const VENUE_ROWS: readonly FaultRow[] = [
  {
    fault: MAINTENANCE,
    injected: "all is answered with a 200 page of HTML, sockets are refused; the order fills",
    run: async (stage) => {
      const id = await stage.exchange.placeOrder(resting(), { waitFor: "accepted" });
      await away(stage, "maintenance", () => stage.trade("39000"));
      assertEquals(stage.state(id), "ACTIVE.open", "nothing is judged meanwhile");
      return id;
    },
    outcome: FILLED,
    also: readyAgain,
  },
  {
    fault: MAINTENANCE,
    injected: "the same; an order placed meanwhile",
    run: async (stage) => {
      let id = "";
      await away(stage, "maintenance", async () => {
        await until(() => !stage.exchange.healthCheck().ready, "it is held");
        id = await stage.exchange.placeOrder(resting());
      });
      assertEquals(stage.asked("order.place"), 0, "it is durable and held");
      return id;
    },
    outcome: OPEN,
    also: readyAgain,
  },
  {
    fault: "auth expired",
    injected: "every request is answered 401 with -2015, sockets are refused",
    run: async (stage) => {
      const id = await stage.exchange.placeOrder(resting(), { waitFor: "accepted" });
      const before = stage.testnet.heard("binance").length;
      await away(stage, "unauthorized", () => {});
      const requests = stage.testnet.heard("binance").length - before;
      // A storm would be hundreds: the pauses between tries double.
      assert(requests <= 40, `${requests} requests`);
      assertEquals(stage.state(id), "ACTIVE.open");
      return id;
    },
    outcome: OPEN,
    also: readyAgain,
  },
  {
    fault: "auth expired",
    injected: "the order itself is answered 401 with -2015",
    run: (stage) => {
      stage.arm("unauthorized");
      return stage.exchange.placeOrder(resting());
    },
    outcome: refused("AUTHENTICATION"),
  },
  {
    fault: SKEW,
    injected: "the venue's clock is 20 s ahead of ours from the start",
    stage: () => ({ prepare: (testnet) => skew(testnet, 20_000) }),
    run: (stage) => stage.exchange.placeOrder(resting()),
    outcome: OPEN,
    also: (stage) => {
      const offset = stage.exchange.healthCheck().clockOffsetMs ?? 0;
      assert(Math.abs(offset - 20_000) < 1_000, `${offset} ms`);
      return "requests carry the venue's time";
    },
  },
  {
    fault: SKEW,
    injected: "the venue's clock steps 20 s ahead under an order",
    run: async (stage) => {
      await stage.exchange.placeOrder(resting(), { waitFor: "accepted" });
      skew(stage.testnet, 20_000);
      return await stage.exchange.placeOrder(resting());
    },
    outcome: refused("INVALID_TIMESTAMP"),
    also: async (stage) => {
      await stage.exchange.forceReconciliation();
      await stage.exchange.placeOrder(resting(), { waitFor: "accepted" });
      return "fails closed; measured again at the next sync";
    },
  },
  {
    fault: CHANGED,
    injected: "refused by the price filter: the tick has changed",
    run: (stage) => {
      stage.arm("filterRefused");
      return stage.exchange.placeOrder(resting());
    },
    outcome: refused("FILTER"),
    also: async (stage) => {
      await listedAgain(stage);
      assertEquals(stage.asked("order.place"), 1);
      return "not rounded, not repeated; the instruments are read again";
    },
  },
  {
    fault: CHANGED,
    injected: "refused as an unknown symbol: it was delisted",
    run: (stage) => {
      stage.arm("delisted");
      return stage.exchange.placeOrder(resting());
    },
    outcome: refused("INVALID_SYMBOL"),
    also: async (stage) => {
      await listedAgain(stage);
      return "the instruments are read again";
    },
  },
];

function refused(reason: string): Outcome {
  return {
    state: `FAILED (${reason})`,
    attempts: ["REJECTED"],
    venue: [],
    told: ["Submitted", "Rejected"],
  };
}

async function away(
  stage: Stage,
  fault: FaultName,
  during: () => void | Promise<void>,
): Promise<void> {
  stage.darken(fault);
  const end = stage.clock.now() + AWAY_MS;
  await during();
  await until(() => stage.clock.now() > end, "the time is over");
  stage.testnet.clearFaults();
}

function skew(testnet: Pick<Stage["testnet"], "arm">, offsetMs: number): void {
  testnet.arm({ exchange: "binance", fault: "clockSkew", offsetMs });
}

function listedAgain(stage: Stage): Promise<void> {
  return until(() => stage.asked("general.exchangeInfo") === 2, "the instruments are read again");
}

async function readyAgain(stage: Stage): Promise<string> {
  await until(() => stage.exchange.healthCheck().ready, "the exchange is ready again");
  return "then ready again";
}
