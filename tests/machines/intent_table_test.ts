import { assertEquals } from "@std/assert";
import { intentMachine, stateName } from "../../machines/intent.ts";
import type { IntentEvent } from "../../machines/intent_events.ts";
import { decimal } from "../../src/model/decimal.ts";
import { aFill, say } from "./intent_builders.ts";
import { actorAt, type ReachablePhase, stateOf, STATES } from "./intent_states.ts";

/** The columns of the table and the words for a target in it. */
const COLUMNS: readonly (readonly [ReachablePhase, string])[] = [
  ["PENDING.ready", "ready"],
  ["PENDING.paused", "paused"],
  ["SUBMITTING.inFlight", "flight"],
  ["SUBMITTING.inDoubt", "doubt"],
  ["ACTIVE.open", "open"],
  ["ACTIVE.partiallyFilled", "partly"],
  ["RECONCILING.amending", "amend"],
  ["RECONCILING.canceling", "cancel"],
  ["RECONCILING.replacing", "replace"],
  ["RECONCILING.resolving", "resolve"],
  ["COMPLETED", "DONE"],
  ["CANCELED", "GONE"],
  ["FAILED", "FAIL"],
];

const one = decimal("1");
const EVENTS: Readonly<Record<string, IntentEvent>> = {
  "order.granted": say.granted("c2"),
  "order.denied": say.denied(),
  "submit.answered accepted": say.accepted(),
  "submit.answered refused": say.refused(),
  "submit.answered not sent": say.notSent("HELD"),
  "submit.answered unknown": say.unknown(),
  "cancel.answered accepted": say.canceled(),
  "cancel.answered not found": say.cancelNotFound(),
  "amend.answered accepted": say.amended(2, { limitPrice: decimal("101") }),
  "amend.answered refused": say.amendRefused(2),
  "amend.answered unknown": say.amendUnknown(2),
  "lookup.answered open": say.found(),
  "lookup.answered canceled": say.found({ status: "CANCELED" }),
  "lookup.answered absent, too early": say.absent(2_000),
  "lookup.answered absent, first proof": say.absent(50_000),
  "lookup.answered failed": say.unread(),
  "fills.answered some": say.trades([aFill("t9", "0.4")]),
  "fills.answered none": say.trades([]),
  "order.updated open": say.updated(),
  "order.updated canceled": say.updated({ status: "CANCELED" }),
  "order.updated filled, no trades": say.updated({ status: "FILLED", filled: one }),
  "order.filled partly": say.filled("t9", "0.4"),
  "order.filled wholly": say.filled("t9", "1", { status: "FILLED", filled: one }),
  "order.cancel": say.cancel(),
  "order.modify": say.modify({ limitPrice: decimal("102") }),
  "order.resume": say.resume(),
  "order.verify": say.verify(),
  "order.resolve": say.resolve({ kind: "absent", note: null }),
  "order.adopted": say.adopted(),
  "fill.approved": say.approved([aFill("approved:d1", "0.4")]),
  "deadline.passed ack": say.passed("ack"),
  "deadline.passed lookup": say.passed("lookup"),
  "deadline.passed cancel": say.passed("cancel"),
  "deadline.passed fills": say.passed("fills"),
  "deadline.passed amend": say.passed("amend"),
};

/** Where every event leads from every state; `.` stays (the fact is kept, nothing follows). */
const TABLE = `
event                              | ready  paused flight  doubt   open    partly  amend   cancel  replace resolve DONE   GONE   FAIL
order.granted                      | flight .      .       .       .       .       .       .       .       .       .      .      .
order.denied                       | FAIL   .      .       .       .       .       .       .       .       .       .      .      .
submit.answered accepted           | .      .      open    open    .       .       .       .       .       .       .      .      cancel
submit.answered refused            | .      .      FAIL    FAIL    .       .       .       .       .       .       .      .      .
submit.answered not sent           | .      .      ready   ready   .       .       .       .       .       .       .      .      .
submit.answered unknown            | .      .      doubt   .       .       .       .       .       .       .       .      .      .
cancel.answered accepted           | .      .      .       .       resolve resolve resolve .       .       .       .      .      .
cancel.answered not found          | .      .      .       .       resolve resolve resolve .       .       .       .      .      .
amend.answered accepted            | .      .      open    open    .       .       open    .       .       .       .      .      cancel
amend.answered refused             | .      .      .       .       .       .       open    .       .       .       .      .      .
amend.answered unknown             | .      .      .       .       resolve resolve resolve .       .       .       .      .      .
lookup.answered open               | .      .      open    open    .       .       .       .       .       open    .      .      cancel
lookup.answered canceled           | .      .      GONE    GONE    GONE    GONE    GONE    GONE    ready   GONE    .      .      .
lookup.answered absent, too early  | .      .      .       .       .       .       .       .       .       .       .      .      .
lookup.answered absent, first proof| .      .      .       .       .       .       .       .       .       .       .      .      .
lookup.answered failed             | .      .      .       .       .       .       .       .       .       .       .      .      .
fills.answered some                | .      .      partly  partly  partly  .       .       .       .       .       .      .      cancel
fills.answered none                | .      .      .       .       .       .       .       .       .       .       .      .      .
order.updated open                 | .      .      open    open    .       .       .       .       .       .       .      .      cancel
order.updated canceled             | .      .      GONE    GONE    GONE    GONE    GONE    GONE    ready   GONE    .      .      .
order.updated filled, no trades    | .      resolve resolve resolve resolve resolve resolve resolve resolve .      .      .      .
order.filled partly                | .      .      partly  partly  partly  .       .       .       .       .       .      .      cancel
order.filled wholly                | DONE   DONE   DONE    DONE    DONE    DONE    DONE    DONE    DONE    DONE    .      DONE   DONE
order.cancel                       | GONE   GONE   cancel  .       cancel  cancel  cancel  .       cancel  cancel  .      .      .
order.modify                       | .      .      .       .       replace replace .       .       .       .       .      .      .
order.resume                       | .      ready  .       .       .       .       .       .       .       .       .      .      .
order.verify                       | .      .      .       .       resolve resolve resolve .       .       .       .      .      .
order.resolve                      | .      .      .       .       .       .       .       .       .       .       .      .      .
order.adopted                      | resolve .      .       .       .       .       .       .       .       .       .      .      .
fill.approved                      | .      .      partly  partly  partly  .       .       .       .       .       .      .      cancel
deadline.passed ack                | .      .      doubt   .       .       .       .       .       .       .       .      .      .
deadline.passed lookup             | .      .      .       .       .       .       .       .       .       .       .      .      .
deadline.passed cancel             | .      .      .       .       .       .       .       .       .       .       .      .      .
deadline.passed fills              | .      .      .       .       .       .       .       .       .       .       .      .      .
deadline.passed amend              | .      .      .       .       resolve resolve resolve .       .       .       .      .      .
`;

const rows = TABLE.trim().split("\n").slice(1).map((line) => {
  const [name = "", cells = ""] = line.split("|");
  return { name: name.trim(), cells: cells.trim().split(/\s+/) };
});

Deno.test("intent table: it names every state and every event of the machine", () => {
  const states = Object.values(intentMachine.root.states).flatMap((top) => {
    const inner = Object.keys(top.states);
    return inner.length === 0 ? [top.key] : inner.map((key) => `${top.key}.${key}`);
  });
  assertEquals(new Set(COLUMNS.map(([phase]) => phase as string)), new Set(states));
  assertEquals(rows.map(({ name }) => name), Object.keys(EVENTS));
  const types = new Set(Object.values(EVENTS).map(({ type }) => type as string));
  assertEquals(types, new Set(intentMachine.events));
  for (const { name, cells } of rows) assertEquals(cells.length, COLUMNS.length, name);
});

for (const [column, [phase]] of COLUMNS.entries()) {
  Deno.test(`intent table: the context of ${phase} is where it says`, () => {
    assertEquals(STATES[phase]().phase, phase);
  });
  for (const { name, cells } of rows) {
    const cell = cells[column] ?? ".";
    const target = COLUMNS.find(([, short]) => short === cell)?.[0] ?? phase;
    const says = target === phase ? "stays" : `→ ${target}`;
    Deno.test(`intent table: ${phase}: ${name} ${says}`, () => {
      const actor = actorAt(STATES[phase]());
      actor.send(EVENTS[name]!);
      assertEquals(stateOf(actor), target);
      const { context, value } = actor.getSnapshot();
      assertEquals(stateName(value), context.phase, "the chart and the decision agree");
    });
  }
}
