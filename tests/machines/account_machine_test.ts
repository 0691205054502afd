import { assertEquals } from "@std/assert";
import { createActor } from "xstate";
import { type AccountEvent, accountMachine } from "../../machines/account.ts";

const READ = { type: "account.read" } as const;
const ANSWERED = { type: "account.answered", at: 5 } as const;
const FAILED = { type: "account.failed", reason: "TIMEOUT" } as const;

/** By state: where each event leads; a state that is its own target ignores it. */
const TABLE: Readonly<Record<string, Readonly<Record<AccountEvent["type"], string>>>> = {
  unknown: {
    "account.read": "reading",
    "account.answered": "unknown",
    "account.failed": "unknown",
  },
  reading: { "account.read": "reading", "account.answered": "fresh", "account.failed": "stale" },
  fresh: { "account.read": "reading", "account.answered": "fresh", "account.failed": "fresh" },
  stale: { "account.read": "reading", "account.answered": "stale", "account.failed": "stale" },
};
const WAY: Readonly<Record<string, readonly AccountEvent[]>> = {
  unknown: [],
  reading: [READ],
  fresh: [READ, ANSWERED],
  stale: [READ, FAILED],
};

for (const [state, row] of Object.entries(TABLE)) {
  for (const event of [READ, ANSWERED, FAILED]) {
    Deno.test(`account: ${state}: ${event.type} leads to ${row[event.type]}`, () => {
      const actor = createActor(accountMachine).start();
      for (const step of WAY[state] ?? []) actor.send(step);
      assertEquals(actor.getSnapshot().value, state);
      actor.send(event);
      assertEquals(actor.getSnapshot().value, row[event.type]);
      actor.stop();
    });
  }
}
