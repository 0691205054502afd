/** S1 to S12 and L1 to L3, beside the simulator, and what rests on the venue's own rules. */
import type { Sentence } from "./sentence.ts";

export const INVARIANTS: readonly Sentence[] = [
  {
    sentence: "S1: at most one live order per intent",
    shownBy: [
      ["tests/machines/intent_cancel_test.ts", "while a stray lives, no other attempt begins"],
      ["tests/machines/cancel_races_test.ts", "however it crosses fills, modifies and answers"],
    ],
    rules: ["S1"],
    mutants: ["replace before the cancel is proven", "no quarantine"],
  },
  {
    sentence: "S2: filled at most the amount, or flagged",
    shownBy: [
      ["tests/machines/modify_races_test.ts", "a new attempt never exceeds the amount less all"],
      [
        "tests/machines/intent_cancel_test.ts",
        "more filled than wanted is booked and flagged once",
      ],
    ],
    rules: ["S2"],
    mutants: ["open-orders-only look-up"],
  },
  {
    sentence: "S3: booked at most what the venue has filled, at rest the same, each trade once",
    shownBy: [
      ["tests/actors/book_test.ts", "a fill counts once, whichever way it comes and however often"],
      ["tests/actors/book_test.ts", "fills stored before a restart are not booked again"],
      ["tests/actors/fill_keys_test.ts", "each trade still counts once"],
    ],
    rules: ["S3"],
    mutants: ["no dedupe"],
  },
  {
    sentence: "S4: what was acknowledged exists after any crash",
    shownBy: [
      ["tests/stores/sqlite_kill_test.ts", "kill -9 loses no acknowledged intent"],
      ["tests/stores/sqlite_crash_test.ts", "a crash image holds every acknowledged turn"],
    ],
    rules: ["S4"],
    mutants: ["ack before fsync"],
  },
  {
    sentence: "S5: after a kill nothing that adds exposure leaves; a release names its epoch",
    shownBy: [
      ["tests/actors/kill_switch_test.ts", "every order of every exchange is canceled"],
      ["tests/actors/kill_switch_test.ts", "another one is a conflict and opens nothing"],
    ],
    rules: ["S5"],
    mutants: ["ignore kill", "stale un-kill"],
  },
  {
    sentence: "S6: the venue's limits are kept",
    shownBy: [
      ["tests/actors/request_limit_test.ts", "no load makes a strict venue count more"],
      ["tests/actors/request_limit_test.ts", "nor does a full load on both sides of one restart"],
    ],
    rules: ["S6"],
    mutants: ["no limiter", "limiter full at boot", "unmetered follow-up read"],
  },
  {
    sentence: "S7: no attempt before the prior one is proven absent or ended",
    shownBy: [
      ["tests/machines/cancel_races_test.ts", "after it is asked for, no attempt ever starts"],
      ["tests/protocol/restart_test.ts", "it takes two looks"],
    ],
    rules: ["S7"],
    mutants: ["no quarantine", "retry on timeout", "timeout = failed"],
  },
  {
    sentence: "S8: one process sends for a data dir",
    shownBy: [
      ["tests/stores/sqlite_open_test.ts", "an open by another process is refused by its id"],
      [
        "src/conformance/store/intent_cases.ts",
        "refuses an epoch older than the one that fenced it",
      ],
    ],
    rules: ["S8"],
  },
  {
    sentence: "S9: no order without our tag or an adoption record is touched",
    shownBy: [
      ["tests/actors/adoption_test.ts", "nothing touches an order of somebody else"],
      ["tests/actors/kill_switch_test.ts", "those of others are not"],
    ],
    rules: ["S9"],
  },
  {
    sentence: "S9: a dead-man's switch that ends the orders of others needs exclusiveAccount: true",
    shownBy: [
      [
        "tests/config/dead_mans_switch_test.ts",
        "refused where it would cancel the orders of others",
      ],
    ],
  },
  {
    sentence: "S10: there are no groups yet, and placing one is refused",
    shownBy: [["tests/doors/library_test.ts", "groups are checked, and then refused"]],
  },
  {
    sentence: "S11: secrets come out nowhere",
    shownBy: [[
      "tests/doors/canary_test.ts",
      "no key, secret, signature or token comes out anywhere",
    ]],
    rules: ["S11"],
    mutants: ["errors are logged as they are"],
  },
  {
    sentence: "S12: every send is within the caps, checked last before the wire",
    shownBy: [
      ["tests/protocol/gate_test.ts", "the caps last"],
      ["tests/actors/risk_gate_test.ts", "a change that the market outruns is stopped at the gate"],
    ],
    rules: ["S12"],
  },
  {
    sentence: "L1: once the faults stop, the venue has what is wanted",
    shownBy: [
      ["tests/scenarios/outage_test.ts", "a DNS outage loses no live order"],
      ["tests/machines/modify_races_test.ts", "however answers, fills and modifies cross"],
    ],
    rules: ["L1"],
    mutants: ["coalescing drops the newest generation"],
  },
  {
    sentence: "L2: nothing stays between two states beyond its bound in silence",
    shownBy: [
      ["tests/machines/alarms_test.ts", "a cancel that loops is told once"],
      ["tests/machines/alarms_test.ts", "an order that no read finds or denies is told once"],
    ],
    rules: ["L2"],
  },
  {
    sentence: "L3: a kill cancels everything within its budget, ahead of polling",
    shownBy: [
      ["tests/actors/kill_switch_test.ts", "200 orders are canceled within their cancel budget"],
    ],
    rules: ["L3"],
    mutants: ["kill closes the gates only"],
  },
];

export const VENUES: readonly Sentence[] = [
  {
    sentence: "Constants stand in the profile, with source and date",
    shownBy: [
      ["tests/faults/assumptions_test.ts", "docs/SAFETY.md has the constants of the profile"],
      ["tests/protocol/profile_test.ts", "every constant of the profile names its source"],
    ],
  },
  {
    sentence: "Binance: a client id is unique among open orders and free again afterwards",
    shownBy: [
      ["tests/exchanges/ccxt/testnet_test.ts", "a second order under a live id is in doubt"],
      ["tests/exchanges/paper/orders_test.ts", "a client id is unique among open orders"],
    ],
  },
  {
    sentence: "Binance: recvWindow is at most 60 s",
    shownBy: [
      ["tests/protocol/profile_test.ts", "no validity beyond 60 s can be set"],
      ["tests/faults/assumptions_test.ts", "what may still land is over before absence is proven"],
    ],
  },
  {
    sentence: "Binance: looked up by origClientOrderId",
    shownBy: [["tests/exchanges/ccxt/lookup_test.ts", "it asks by our own client id"]],
  },
  {
    sentence: "Binance: a cancel's answer names the order, not the cancel's own id",
    shownBy: [["tests/exchanges/ccxt/reads_test.ts", "a cancel's answer names the order"]],
  },
  {
    sentence: "Binance: spot has no dead-man's switch, and none is pretended",
    shownBy: [
      ["tests/config/dead_mans_switch_test.ts", "and where there is none"],
    ],
  },
  {
    sentence:
      "Paper: a request is refused after its validity, and absence not claimed past its history",
    shownBy: [
      [
        "tests/exchanges/paper/adapter_test.ts",
        "a request that arrives after its validity is refused",
      ],
      [
        "tests/exchanges/paper/adapter_test.ts",
        "absence is not claimed once the history has overflowed",
      ],
    ],
  },
  {
    sentence: "Paper: an answer that is lost on the line, and a duplicate id, are unknown",
    shownBy: [
      [
        "tests/exchanges/paper/adapter_test.ts",
        "a connection cut under way leaves the outcome unknown",
      ],
      ["tests/exchanges/paper/adapter_test.ts", "a duplicate client id is unknown"],
    ],
  },
];
