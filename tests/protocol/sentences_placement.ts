/** Placing an order, step by step. */
import type { Sentence } from "./sentence.ts";

export const PLACEMENT: readonly Sentence[] = [
  {
    sentence: "A client order id is the tag and 96 bits of HMAC over intent, generation, " +
      "attempt and epoch",
    shownBy: [
      ["tests/model/ids_test.ts", "a client order id is the tag and 96 bits of HMAC-SHA256"],
      ["tests/model/ids_test.ts", "every part of an attempt's name changes the client order id"],
    ],
  },
  {
    sentence: "Tag and key are made once per data dir; the epoch grows by one, durably, per boot",
    shownBy: [
      ["tests/protocol/identity_test.ts", "tag and key are made once per data dir"],
      ["tests/protocol/identity_test.ts", "before the epoch of this boot is durable"],
    ],
    rules: ["S8"],
  },
  {
    sentence: "No client order id is used twice, a restored backup included",
    shownBy: [
      ["tests/protocol/identity_test.ts", "the same attempt after another boot is another id"],
      ["tests/protocol/identity_test.ts", "a restored backup goes through an epoch again"],
    ],
    rules: ["S7"],
    mutants: ["replay outbox on restart"],
  },
  {
    sentence: "Recovery asks by the stored id and never derives it again",
    shownBy: [
      ["tests/actors/book_test.ts", "a crash between commit and dispatch sends nothing twice"],
      ["tests/scenarios/restart_test.ts", "looks it up under the stored id"],
    ],
    rules: ["S7"],
    mutants: ["random client id"],
  },
  {
    sentence: "An order with our tag that the store does not know halts creates, with a drift",
    shownBy: [
      [
        "tests/actors/adoption_test.ts",
        "an unknown order of ours halts creates, and cancels go on",
      ],
      ["tests/actors/drifts_test.ts", "an unknown order of ours halts creates until"],
      [
        "tests/faults/rows_changes.ts",
        "an order with our tag appears that this store never placed",
      ],
    ],
  },
  {
    sentence: "Admission and caps come first, and again before every further attempt",
    shownBy: [
      ["tests/actors/intake_test.ts", "what the market does not allow is refused"],
      ["tests/actors/readmit_test.ts", "a further attempt that may not be made is denied"],
      ["tests/actors/risk_gate_test.ts", "a replacement that breaks a cap is not even attempted"],
    ],
    rules: ["S12"],
  },
  {
    sentence: "Our own limiter grants a ticket, and only then are id and deadline made",
    shownBy: [
      ["tests/protocol/gate_test.ts", "the venue's time at its ticket + validity + slack"],
      ["tests/actors/request_test.ts", "what waits is granted from the timer, in order"],
      ["tests/actors/book_test.ts", "while the gate is held, tickets wait and cancels pass"],
    ],
    rules: ["S6"],
    mutants: ["no limiter", "limiter full at boot", "unmetered follow-up read"],
  },
  {
    sentence: "The attempt with its id and deadline is durable before anything is sent",
    shownBy: [
      ["tests/actors/book_test.ts", "nothing leaves and nobody hears before the commit"],
      ["tests/actors/book_test.ts", "is written with its client order id before that id is sent"],
      ["tests/actors/book_test.ts", "a store failure tells the caller, and nothing is dispatched"],
    ],
    rules: ["S4"],
    mutants: ["wire before fsync", "ack before fsync"],
  },
  {
    sentence: "The gate is asked synchronously, last before the wire, of the signed request itself",
    shownBy: [
      ["tests/exchanges/ccxt/submit_test.ts", "the gate is asked with the signed timestamp"],
      ["tests/exchanges/ccxt/submit_test.ts", "what the gate stops is not sent and says why"],
      ["tests/exchanges/paper/adapter_test.ts", "the gate is asked before the request leaves"],
    ],
  },
  {
    sentence:
      "The gate checks mode, kill switch, halts, sync, clock, deadline and caps as they are " +
      "at that moment",
    shownBy: [
      ["tests/protocol/gate_test.ts", "read at the moment of the check, the caps last"],
      [
        "tests/actors/kill_switch_test.ts",
        "an order on its way to the wire is stopped at the gate",
      ],
      ["tests/actors/risk_gate_test.ts", "a price that moves between admission and the wire"],
    ],
    rules: ["S5", "S12"],
    mutants: ["ignore kill"],
  },
  {
    sentence: "Signed timestamp + validity never lies beyond the deadline",
    shownBy: [
      ["tests/protocol/gate_test.ts", "one valid a millisecond longer does not"],
      ["tests/process/freeze_test.ts", "sends nothing late"],
    ],
    rules: ["S7"],
    mutants: ["late sends pass the gate"],
  },
  {
    sentence: "What the gate stops is NOT_SENT: definite, and nothing is waited for",
    shownBy: [
      ["tests/machines/intent_doubt_test.ts", "it asks for another ticket at once"],
      ["tests/machines/intent_doubt_test.ts", "stopped at the gate for any other reason"],
      [
        "tests/exchanges/paper/adapter_test.ts",
        "what the gate stops is not sent and leaves no trace",
      ],
    ],
    rules: ["S7"],
    mutants: ["unknown = not sent"],
  },
  {
    sentence: "Only listed (exchange, code) pairs are definite",
    shownBy: [
      ["tests/exchanges/ccxt/refusal_test.ts", "A message nobody has documented."],
      ["tests/exchanges/ccxt/refusal_test.ts", "A listed code under 5xx"],
      ["tests/exchanges/ccxt/refusal_test.ts", "Duplicate order sent."],
    ],
    rules: ["S3", "L1"],
    mutants: ["5xx = reject"],
  },
  {
    sentence: "A TypeError and a success without an id are unknown, too",
    shownBy: [
      [
        "tests/actors/book_test.ts",
        "a submit that the adapter throws on is in doubt, never failed",
      ],
      ["tests/exchanges/ccxt/fault_test.ts", "200 without an order id"],
      ["tests/exchanges/ccxt/fault_test.ts", "is unknown and sent once"],
    ],
    mutants: ["retry on timeout", "timeout = failed"],
  },
  {
    sentence:
      "An absence is read only later than deadline + engine bound + settle, by the venue's clock",
    shownBy: [
      ["tests/machines/intent_doubt_test.ts", "a read up to the deadline and the venue's bound"],
      ["tests/protocol/restart_test.ts", "later than deadline + engine bound + settle time"],
      ["tests/protocol/gate_test.ts", "only after engine bound and settle time"],
    ],
    rules: ["S7"],
    mutants: ["no quarantine"],
  },
  {
    sentence: "It takes two such reads, each of open orders, history and trades by client id",
    shownBy: [
      ["tests/machines/intent_doubt_test.ts", "one proof of absence is not enough, two are"],
      [
        "tests/exchanges/ccxt/lookup_test.ts",
        "absent takes the order, open orders, history and trades",
      ],
      ["tests/exchanges/ccxt/lookup_test.ts", "fails, nothing is proven"],
    ],
    rules: ["S7"],
    mutants: ["open-orders-only look-up"],
  },
  {
    sentence: "Then onAbsent decides: RETRY through admission, or FAIL",
    shownBy: [
      ["tests/machines/intent_doubt_test.ts", "onAbsent RETRY asks for a ticket again"],
      ["tests/machines/intent_doubt_test.ts", "onAbsent FAIL ends FAILED"],
      ["tests/faults/rows_answers.ts", "order: nothing arrived"],
    ],
  },
  {
    sentence:
      "Beyond the venue's memory, or when reads contradict, it is Indeterminate, with the evidence",
    shownBy: [
      ["tests/machines/intent_doubt_test.ts", "reads later than the venue remembers prove nothing"],
      ["tests/machines/intent_doubt_test.ts", "an order known live that two reads cannot find"],
      ["tests/actors/verdicts_test.ts", "is shown with its evidence, and stays"],
    ],
  },
  {
    sentence: "The venue's time is measured since boot; a wall clock alone proves nothing",
    shownBy: [
      ["tests/exchanges/ccxt/adapter_test.ts", "does not follow a step of the wall clock"],
      ["tests/process/clock_step_test.ts", "a wall clock that jumps ahead proves no order absent"],
      [
        "tests/protocol/restart_test.ts",
        "no wall time that passed while nobody ran replaces a look",
      ],
    ],
    rules: ["S7"],
  },
  {
    sentence: "Cancel, then a terminal status, then its trades, then the replacement",
    shownBy: [
      ["tests/machines/intent_change_test.ts", "the old order is canceled and proven dead first"],
      [
        "tests/machines/intent_change_test.ts",
        "a replacement waits for every trade of the old order",
      ],
      ["tests/faults/rows_changes.ts", "a fill lands while the cancel of a modify is lost"],
    ],
    rules: ["S1", "S7"],
    mutants: ["replace before the cancel is proven"],
  },
  {
    sentence: "The quantity in a cancel's answer is never trusted",
    shownBy: [
      ["tests/machines/intent_cancel_test.ts", "the quantity in a cancel's answer is not trusted"],
      ["tests/machines/cancel_races_test.ts", "the quantity in the venue's word is not booked"],
    ],
    rules: ["S3"],
    mutants: ["trust cancel answer"],
  },
  {
    sentence:
      "The rows are the truth: a restart goes on from what is stored, and requests are void",
    shownBy: [
      ["tests/machines/recover_test.ts", "restart: what it knew survives the store"],
      ["tests/machines/recover_test.ts", "comes back as"],
      ["tests/kill/kill_test.ts", "killed while it trades loses, doubles and misjudges nothing"],
    ],
    rules: ["S4", "L1"],
  },
  {
    sentence:
      "Deadlines run on monotonic time, are armed by their supervisor, and chained over 2^31 ms",
    shownBy: [
      ["tests/actors/deadlines_test.ts", "a step of the wall clock moves none that is set"],
      ["tests/actors/deadlines_test.ts", "a month is waited for in parts, and to the millisecond"],
      ["tests/actors/book_test.ts", "deadlines are armed again after a restart"],
    ],
    rules: ["L2"],
  },
];
