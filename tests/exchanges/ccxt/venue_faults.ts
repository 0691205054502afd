/** What faults leave behind is the same at every venue; only the words for them differ. */
import { assert, assertEquals } from "@std/assert";
import type { FaultName } from "../../../src/testnet/fault_catalogue.ts";
import { gate } from "./fixtures.ts";
import { CLIENT_ID, type Opened, openSocket, until, type VenueStage } from "./venue_stage.ts";

/** [fault, the cause submit gives, what the look-up then proves] */
export type Doubt = readonly [FaultName, string, "found" | "absent"];
/** [fault, our word]: what was refused is not there. */
export type Refusal = readonly [FaultName, string];
/** The same venue may be stood on in several ways, each under a name of its own. */
export type Faulty = VenueStage & { readonly name?: string };

/** The order or its answer got lost, or the answer says nothing, whoever's words it would be in. */
export const LOST: readonly Doubt[] = [
  ["responseLost", "CONNECTION_RESET", "found"],
  ["requestLost", "CONNECTION_RESET", "absent"],
  ["unavailableAfter", "SERVER_ERROR", "found"],
  ["unavailableBefore", "SERVER_ERROR", "absent"],
  ["resetMidBody", "CONNECTION_RESET", "found"],
  ["neverAnswers", "TIMEOUT", "found"],
  ["blackHole", "TIMEOUT", "absent"],
  ["stalledBody", "TIMEOUT", "found"],
  ["htmlAnswer", "BAD_RESPONSE", "found"],
  ["truncatedJson", "BAD_RESPONSE", "found"],
  ["emptyAnswer", "BAD_RESPONSE", "found"],
];

/** Every venue says no to these in words that prove it. */
export const REFUSED: readonly Refusal[] = [
  ["banned", "RATE_LIMITED"],
  ["filterRefused", "FILTER"],
];

export function testDoubts(stage: Faulty, doubts: readonly Doubt[]): void {
  for (const [fault, cause, proof] of doubts) {
    Deno.test(`${nameOf(stage)}: ${fault} is in doubt and then proven ${proof}`, async () => {
      await using opened = await stage.open();
      const { testnet, adapter: { execution } } = opened;
      armPlacing(stage, opened, fault);
      const outcome = await execution.submit(stage.resting(), gate());
      assert(outcome.kind === "unknown", JSON.stringify(outcome));
      assertEquals(outcome.cause.code, cause, outcome.cause.message);
      const found = await execution.lookup(stage.named());
      assertEquals(found.kind, proof, JSON.stringify(found));
      const ids = testnet.ledger(stage.exchange).orders.map(({ clientOrderId }) => clientOrderId);
      assertEquals(ids, proof === "found" ? [stage.idAtVenue(CLIENT_ID)] : []);
    });
  }
}

export function testRefusals(stage: Faulty, refusals: readonly Refusal[]): void {
  for (const [fault, code] of refusals) {
    Deno.test(`${nameOf(stage)}: ${fault} is refused as ${code}, and nothing is there`, async () => {
      await using opened = await stage.open();
      const { testnet, adapter: { execution }, facts } = opened;
      armPlacing(stage, opened, fault);
      const outcome = await execution.submit(stage.resting(), gate());
      assert(outcome.kind === "refused", JSON.stringify(outcome));
      assertEquals(outcome.reason.code, code);
      assertEquals(outcome.reason.retryAfterMs !== undefined, code === "RATE_LIMITED");
      assertEquals(testnet.ledger(stage.exchange).orders, []);
      assertEquals(facts.some(({ kind }) => kind === "banned"), code === "RATE_LIMITED");
    });
  }
}

/** @param operations all that an absence is proven from. */
export function testAbsence(stage: Faulty, operations: readonly string[]): void {
  for (const operation of operations) {
    Deno.test(`${nameOf(stage)}: without an answer to ${operation} nothing is proven absent`, async () => {
      await using opened = await stage.open();
      const { exchange } = stage;
      opened.testnet.arm({ exchange, fault: "unavailableBefore", match: { operation } });
      const outcome = await opened.adapter.execution.lookup(stage.named());
      assertEquals(outcome.kind, "failed", JSON.stringify(outcome));
    });
  }
}

export function testMuteSocket(stage: Faulty): void {
  Deno.test(`${nameOf(stage)}: a mute socket still closes in bounded time`, async () => {
    await using opened = await stage.open();
    const { socket } = await openSocket(opened.adapter);
    opened.testnet.arm({ exchange: stage.exchange, fault: "muteSocket" });
    socket.probe();
    await socket.close();
  });
}

export function testDroppedSocket(stage: Faulty): void {
  Deno.test(`${nameOf(stage)}: a dropped socket says so, and tells what happens once it is open again`, async () => {
    await using opened = await stage.open();
    const { testnet, adapter, facts } = opened;
    const first = await openSocket(adapter);
    testnet.arm({ exchange: stage.exchange, fault: "dropSocket" });
    await until(() => first.ends.length === 1);
    const again = await openSocket(adapter);
    await adapter.execution.submit(stage.resting(), gate());
    await until(() => facts.some((fact) => fact.kind === "order" && fact.order.status === "OPEN"));
    await again.close();
  });
}

function nameOf({ name, exchange }: Faulty): string {
  return name ?? exchange;
}

function armPlacing({ exchange }: VenueStage, { testnet }: Opened, fault: FaultName): void {
  testnet.arm({ exchange, fault, match: { operation: "order.place" }, count: 1 });
}
