/** What can happen to the request that places an order, and to its answer. */
import { assert, assertEquals } from "@std/assert";
import { NO_LIMITS } from "../../src/testnet/binance/limits.ts";
import type { FaultName } from "../../src/testnet/fault_catalogue.ts";
import { FastClock } from "./fast_clock.ts";
import type { FaultRow, Outcome } from "./row.ts";
import { resting, type Stage, until } from "./stage.ts";

const LOST = "request lost";
const UNANSWERED = "response lost, timeout, 5xx, 408";
const GARBLED = "an answer that is not the venue's";
const LIMITED = "429, 418";

const MINUTE = 60_000;
const BAN_MS = 5_000;

/** [fault, what happens on the wire, the testnet's fault, the cause told] */
type Case = readonly [fault: string, injected: string, name: FaultName, cause: string];

const TAKEN: readonly Case[] = [
  [
    UNANSWERED,
    "taken; the connection closes without an answer",
    "responseLost",
    "CONNECTION_RESET",
  ],
  [UNANSWERED, "taken; no answer ever comes", "neverAnswers", "TIMEOUT"],
  [UNANSWERED, "taken; the answer stalls in its body", "stalledBody", "TIMEOUT"],
  [UNANSWERED, "taken; the connection breaks in the body", "resetMidBody", "CONNECTION_RESET"],
  [UNANSWERED, "taken; 503", "unavailableAfter", "SERVER_ERROR"],
  [UNANSWERED, "taken; 408", "requestTimeout", "UNLISTED"],
  [UNANSWERED, "taken; -1006 (execution status unknown)", "unexpectedResponse", "UNLISTED"],
  [UNANSWERED, "taken; -1007 (execution status unknown)", "backendTimeout", "UNLISTED"],
  [GARBLED, "taken; 200 with an HTML page", "htmlAnswer", "BAD_RESPONSE"],
  [GARBLED, "taken; 200 with half of the JSON", "truncatedJson", "BAD_RESPONSE"],
  [GARBLED, "taken; 200 without a body", "emptyAnswer", "BAD_RESPONSE"],
  [GARBLED, "taken; 200 with 9 MiB of JSON", "oversizeAnswer", "TOO_LARGE"],
  ["edit outcome unknown", "taken; 409 with -2021 (half done)", "halfDone", "UNLISTED"],
];

const NOT_TAKEN: readonly Case[] = [
  [LOST, "the connection closes; nothing arrived", "requestLost", "CONNECTION_RESET"],
  [LOST, "silence; nothing arrived", "blackHole", "TIMEOUT"],
  [UNANSWERED, "not taken; the same 503", "unavailableBefore", "SERVER_ERROR"],
  [UNANSWERED, "not taken; the same 408", "requestTimeoutBefore", "UNLISTED"],
  [UNANSWERED, "not taken; the same -1006", "unexpectedResponseBefore", "UNLISTED"],
  [UNANSWERED, "not taken; the same -1007", "backendTimeoutBefore", "UNLISTED"],
  [GARBLED, "not taken; 403 with a firewall's page", "forbidden", "UNLISTED"],
];

const ADOPTED: Omit<Outcome, "told"> = {
  state: "ACTIVE.open",
  attempts: ["ACCEPTED"],
  venue: ["BUY NEW 0/0.01"],
};
const REPEATED: Omit<Outcome, "told"> = { ...ADOPTED, attempts: ["ABSENT", "ACCEPTED"] };

export const ANSWER_ROWS: readonly FaultRow[] = [
  ...TAKEN.map(([fault, injected, name, cause]): FaultRow => ({
    fault,
    injected,
    run: (stage) => placeWith(stage, name),
    outcome: {
      ...ADOPTED,
      told: ["Submitted", `OutcomeUnknown (${cause})`, "OutcomeResolved", "Accepted"],
    },
  })),
  ...NOT_TAKEN.map(([fault, injected, name, cause]): FaultRow => ({
    fault,
    injected,
    run: (stage) => placeWith(stage, name),
    outcome: { ...REPEATED, told: repeated(cause) },
  })),
  {
    fault: UNANSWERED,
    injected: "taken; no answer, but the stream tells of it",
    run: (stage) => {
      stage.arm("responseLost");
      return stage.exchange.placeOrder(resting());
    },
    outcome: { ...ADOPTED, told: ["Submitted", "Accepted"] },
    also: () => "never in doubt",
  },
  {
    fault: UNANSWERED,
    injected: "a market order: taken and filled; no answer, no report",
    run: (stage) => placeWith(stage, "responseLost", { limitPrice: null }),
    outcome: {
      state: "COMPLETED",
      attempts: ["ACCEPTED"],
      venue: ["BUY FILLED 0.01/0.01"],
      told: [
        "Submitted",
        "OutcomeUnknown (CONNECTION_RESET)",
        "OutcomeResolved",
        "Accepted",
        "Filled",
      ],
    },
  },
  ...(["a market", "an IOC"] as const).map((what): FaultRow => ({
    fault: LOST,
    injected: `${what} order: nothing arrived`,
    run: (stage) =>
      placeWith(
        stage,
        "requestLost",
        what === "a market" ? { limitPrice: null } : { limitPrice: "60000", timeInForce: "IOC" },
      ),
    outcome: {
      state: "FAILED (NEVER_REACHED_VENUE)",
      attempts: ["ABSENT"],
      venue: [],
      told: ["Submitted", "OutcomeUnknown (CONNECTION_RESET)", "OutcomeResolved"],
    },
  })),
  {
    ...limited("tooManyRequests", "not taken; 429 with Retry-After", (at) => MINUTE - at % MINUTE),
    // Not long before the minute whose end the venue names.
    stage: () => ({ clock: new FastClock(4, { intoMinuteMs: 45_000 }) }),
  },
  {
    ...limited("banned", "not taken; 418 with Retry-After", () => BAN_MS),
    stage: () => ({ testnet: { limits: { ...NO_LIMITS, banMs: BAN_MS } } }),
  },
  {
    fault: LIMITED,
    injected: "418 on another order; this one is canceled meanwhile, more are placed",
    stage: () => ({ testnet: { limits: { ...NO_LIMITS, banMs: BAN_MS } } }),
    run: async (stage) => {
      const id = await stage.exchange.placeOrder(resting(), { waitFor: "accepted" });
      stage.arm("banned");
      await stage.exchange.placeOrder(resting({ limitPrice: "40001" }));
      // A cancel leaves at once: asked for before the kernel knows, it would be banned itself.
      const banned = () => "banned.418" in stage.exchange.healthCheck().errors;
      await until(banned, "the ban is told");
      await stage.exchange.placeOrder(resting({ limitPrice: "40002" }));
      await stage.exchange.cancelOrder(id);
      await until(() => stage.asked("order.place") > 2, "the ban is over");
      return id;
    },
    outcome: {
      state: "CANCELED (REQUESTED)",
      attempts: ["ACCEPTED"],
      venue: ["BUY CANCELED 0/0.01"],
      told: ["Submitted", "Accepted", "Canceled"],
    },
    also: (stage) => {
      const heard = stage.testnet.heard("binance").map(({ operation }) => operation.name);
      const banned = heard.indexOf("order.place", heard.indexOf("order.place") + 1);
      const after = heard.slice(banned + 1).filter((name) => name !== "ping");
      assertEquals(after[0], "order.cancel");
      return "after the ban the cancel is the first request";
    },
  },
];

function repeated(cause: string): readonly string[] {
  const doubt = ["Submitted", `OutcomeUnknown (${cause})`, "OutcomeResolved"];
  return [...doubt, "Submitted", "Accepted"];
}

/** The venue's word is kept: until it is over no request leaves over REST, not even a read. */
function limited(
  name: FaultName,
  injected: string,
  retryAfterMs: (at: number) => number,
): FaultRow {
  return {
    fault: LIMITED,
    injected,
    run: (stage) => placeWith(stage, name),
    outcome: { ...REPEATED, told: repeated("RATE_LIMITED") },
    also: (stage) => {
      const heard = stage.testnet.heard("binance")
        .filter(({ operation }) => !operation.endpoint.startsWith("WS"));
      const refused = heard.findIndex(({ operation }) => operation.name === "order.place");
      const { at } = heard[refused]!;
      const pauseMs = heard[refused + 1]!.at - at;
      assert(pauseMs >= retryAfterMs(at), `the next request came ${pauseMs} ms after`);
      return "nothing sent until Retry-After had passed";
    },
  };
}

async function placeWith(
  stage: Stage,
  fault: FaultName,
  fields: Readonly<Record<string, unknown>> = {},
): Promise<string> {
  stage.arm(fault);
  stage.dropReport();
  return await stage.exchange.placeOrder(resting(fields));
}
