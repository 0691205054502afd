/** What is done while something is in doubt, what a restart finds, and where an intent ends. */
import type { Sentence } from "./sentence.ts";

export const DOUBT: readonly Sentence[] = [
  {
    sentence: "A cancel goes out by client id at once, and again until a terminal status is read",
    shownBy: [
      [
        "tests/machines/intent_cancel_test.ts",
        "a cancel before the acknowledgement goes out by client id",
      ],
      [
        "tests/machines/intent_cancel_test.ts",
        "the cancel is repeated until a terminal status is read",
      ],
    ],
    rules: ["L1"],
  },
  {
    sentence: '"Not found" is no proof of an end',
    shownBy: [
      [
        "tests/machines/cancel_races_test.ts",
        "not found before the acknowledgement proves nothing",
      ],
      ["tests/faults/rows_changes.ts", "filled unseen; the cancel is answered -2011"],
    ],
    rules: ["S7", "L1"],
  },
  {
    sentence: "The kill switch cancels every attempt in doubt the same way",
    shownBy: [
      ["tests/actors/kill_switch_test.ts", "an attempt in doubt is canceled by its client id"],
      [
        "tests/faults/rows_kill.ts",
        "a submit was taken, and neither answer nor report tells of it",
      ],
    ],
    rules: ["L3"],
    mutants: ["kill closes the gates only"],
  },
  {
    sentence: "A modify never shortens the wait; the next attempt takes the newest generation",
    shownBy: [
      ["tests/machines/intent_doubt_test.ts", "modified while in doubt, it waits all the same"],
      ["tests/machines/modify_races_test.ts", "while the outcome of the first is unknown it waits"],
    ],
    rules: ["S7", "L1"],
    mutants: ["coalescing drops the newest generation"],
  },
  {
    sentence: "An amend in doubt is proven by reading the order back",
    shownBy: [
      [
        "tests/machines/intent_change_test.ts",
        "an amend in doubt is proven by reading the order back",
      ],
      ["tests/machines/intent_change_test.ts", "an amend not found yet may still land"],
    ],
    rules: ["L1"],
  },
  {
    sentence: "Until then maxFilled and possiblyLive take the larger of old and new",
    shownBy: [
      ["tests/machines/intent_change_test.ts", "the larger amount counts as possibly live"],
      ["tests/protocol/changes_test.ts", "a smaller amount leaves the larger one possibly live"],
    ],
    rules: ["S2"],
  },
  {
    sentence:
      "An amend refused: ACTIVE, refusedGeneration, Synced=False, and not retried by itself",
    shownBy: [
      ["tests/machines/intent_change_test.ts", "an amend refused keeps the intent ACTIVE"],
    ],
  },
  {
    sentence: "A replacement refused after the old one is dead: FAILED, its fills kept",
    shownBy: [
      ["tests/machines/intent_change_test.ts", "a replacement refused after the old one is dead"],
    ],
    rules: ["S3"],
  },
  {
    sentence: "symbolId, side, amountType and positionSide cannot be modified",
    shownBy: [["tests/protocol/changes_test.ts", "cannot change"]],
  },
  {
    sentence: "An amount below what is filled is refused",
    shownBy: [["tests/protocol/changes_test.ts", "an amount below what is filled is refused"]],
  },
  {
    sentence: "A modify of an ended intent is a conflict, a second cancel a no-op",
    shownBy: [
      ["tests/actors/intake_test.ts", "a modify of a canceled or ended intent is a conflict"],
      ["tests/actors/intake_test.ts", "a second cancel and a cancel of an ended intent are no-ops"],
    ],
  },
  {
    sentence: "A fact finds its intent by client id, else by symbol and exchange order id",
    shownBy: [
      ["tests/actors/router_test.ts", "a fact finds its intent by our client order id"],
      ["tests/actors/router_test.ts", "a fill without a client id finds its intent by symbol"],
      [
        "tests/actors/router_test.ts",
        "the same exchange order id on another symbol is another order",
      ],
    ],
    rules: ["S3"],
  },
  {
    sentence: "An exchange order id that is used again makes no order ours",
    shownBy: [
      ["tests/protocol/routing_test.ts", "an order of another under the exchange id"],
      ["tests/faults/rows_copies.ts", "the venue numbers its orders from 1 again"],
    ],
  },
  {
    sentence: "A fact nobody owns is parked durably, bounded, while its symbol is in doubt",
    shownBy: [
      ["tests/actors/router_test.ts", "a fact nobody owns is parked durably"],
      ["tests/actors/router_test.ts", "facts parked before a restart are parked after it"],
      ["tests/actors/router_test.ts", "past the bound of waiting facts the symbol is full"],
    ],
    rules: ["S3"],
  },
  {
    sentence: "Only then is it told as OrderOrphaned",
    shownBy: [
      ["tests/actors/router_test.ts", "a parked fact becomes an orphan when the last doubt"],
    ],
  },
  {
    sentence: "An allow-listed refusal makes the intent FAILED at once",
    shownBy: [["tests/machines/cancel_races_test.ts", "refused by its code, the intent is FAILED"]],
  },
  {
    sentence: "The refused attempt stays watched: what lives after all is canceled and flagged",
    shownBy: [
      ["tests/machines/cancel_races_test.ts", "it is revived, canceled, and flagged"],
      ["tests/faults/rows_copies.ts", "answered -1021 and taken all the same; a fill tells of it"],
    ],
    rules: ["S3", "L1"],
    mutants: ["trust first reject"],
  },
  {
    sentence: "It holds the next attempt back until no copy can land, whoever told the refusal",
    shownBy: [
      ["tests/machines/cancel_races_test.ts", "a refused attempt holds the next one back"],
      ["tests/protocol/refusal_test.ts", "the newer generation waits until no copy can land"],
      ["tests/protocol/refusal_test.ts", "a copy that lives holds the next attempt back"],
    ],
    rules: ["S7"],
  },
];

export const RESTART: readonly Sentence[] = [
  {
    sentence: "No attempt: PENDING. Never known live: in doubt. Known live: resolving",
    shownBy: [
      ["tests/machines/recover_test.ts", "comes back as"],
      [
        "tests/machines/recover_test.ts",
        "a submit that was in flight is looked up, not sent again",
      ],
      ["tests/actors/sync_test.ts", "what still rests is adopted again, not placed again"],
    ],
    rules: ["S7"],
    mutants: ["replay outbox on restart"],
  },
  {
    sentence: "Reads made before a restart prove nothing after it",
    shownBy: [["tests/machines/recover_test.ts", "reads before it prove nothing after it"]],
    rules: ["S7"],
  },
  {
    sentence: "What is overdue joins the sync, before the gate opens",
    shownBy: [
      ["tests/protocol/restart_test.ts", "a submitBy that passed meanwhile ends the intent"],
      ["tests/actors/sync_test.ts", "a cancel asked for before a restart is carried out after it"],
      [
        "tests/actors/kill_switch_restart_test.ts",
        "a restart finds it engaged before any gate opens",
      ],
    ],
    rules: ["L1", "S5"],
  },
  {
    sentence: "GTD and DAY, whose expiry is not built yet, are refused",
    shownBy: [
      ["tests/machines/admission_test.ts", "DAY"],
      ["tests/machines/admission_test.ts", "GTD"],
    ],
  },
];

export const ENDS: readonly Sentence[] = [
  {
    sentence: "PENDING_TRIGGER, OPEN, PARTIALLY_FILLED: ACTIVE",
    shownBy: [["tests/protocol/states_test.ts", "the venue says"]],
  },
  {
    sentence: "FILLED: COMPLETED",
    shownBy: [
      ["tests/machines/intent_change_test.ts", "filled while being replaced, it is COMPLETED"],
      ["tests/machines/intent_cancel_test.ts", "filled before the cancel arrived, it is COMPLETED"],
    ],
  },
  {
    sentence: "CANCELED on our request: CANCELED, its fills kept",
    shownBy: [
      ["tests/machines/intent_end_test.ts", "canceled as asked"],
      ["tests/machines/intent_cancel_test.ts", "canceled after a partial fill, it is CANCELED"],
    ],
    rules: ["L1"],
  },
  {
    sentence: "Ended by time in force: CANCELED without fills, COMPLETED for an IOC with some",
    shownBy: [
      ["tests/machines/intent_end_test.ts", "IOC, nothing filled"],
      ["tests/machines/intent_end_test.ts", "IOC, partly filled"],
      ["tests/machines/intent_end_test.ts", "GTC that expired"],
    ],
  },
  {
    sentence:
      "Ended by the venue or by somebody else: onExternalCancel decides, the cause is recorded",
    shownBy: [
      ["tests/machines/intent_end_test.ts", "canceled by the venue, with its reason"],
      ["tests/machines/intent_end_test.ts", "onExternalCancel REPLACE places what is left again"],
      ["tests/machines/intent_end_test.ts", "onExternalCancel PAUSE waits until resumed"],
    ],
  },
  {
    sentence: "FAILED means not live, on evidence; nothing unproven is FAILED",
    shownBy: [
      ["tests/machines/intent_end_test.ts", "rejected on the stream"],
      ["tests/machines/intent_doubt_test.ts", "a submit timeout leads to inDoubt, not FAILED"],
    ],
    rules: ["S7"],
    mutants: ["timeout = failed"],
  },
  {
    sentence: "Nothing has ended while the venue counts more filled than was booked",
    shownBy: [
      [
        "tests/machines/intent_cancel_test.ts",
        "while the venue counts more fills than were booked",
      ],
    ],
    rules: ["S3"],
  },
  {
    sentence: "Indeterminate ends by a person's verdict or the venue's own word, never by itself",
    shownBy: [
      ["tests/machines/intent_doubt_test.ts", "Indeterminate never resolves itself"],
      ["tests/protocol/restart_test.ts", "two absences read later settle nothing"],
      ["tests/protocol/restart_test.ts", "what the venue no longer remembers is for a person"],
    ],
  },
];
