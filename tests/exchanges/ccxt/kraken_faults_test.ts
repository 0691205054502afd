import { assert, assertEquals } from "@std/assert";
import { decimal } from "../../../src/model/decimal.ts";
import type { FaultName } from "../../../src/testnet/fault_catalogue.ts";
import { gate } from "./fixtures.ts";
import { CLIENT_ID, named, openKraken, openSocket, OTHER_ID, resting, until } from "./kraken.ts";

/** [fault, the cause submit gives over REST, what the look-up then proves] */
const FAULTS: readonly (readonly [FaultName, string, "found" | "absent"])[] = [
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
  ["backendTimeout", "UNLISTED", "found"],
  ["unexpectedResponse", "UNLISTED", "found"],
  ["timestampOutside", "UNLISTED", "absent"],
];

for (const [fault, cause, proof] of FAULTS) {
  Deno.test(`kraken: ${fault} is in doubt and then proven ${proof}`, async () => {
    await using opened = await openKraken();
    const { testnet, adapter: { execution } } = opened;
    testnet.arm({ exchange: "kraken", fault, match: { operation: "order.place" }, count: 1 });
    const outcome = await execution.submit(resting(), gate());
    assert(outcome.kind === "unknown", JSON.stringify(outcome));
    assertEquals(outcome.cause.code, cause, outcome.cause.message);
    const found = await execution.lookup(named());
    assertEquals(found.kind, proof, JSON.stringify(found));
    assertEquals(testnet.ledger("kraken").orders.length, proof === "found" ? 1 : 0);
  });
}

for (const [fault, proof] of [["responseLost", "found"], ["requestLost", "absent"]] as const) {
  Deno.test(`kraken socket: ${fault} is in doubt, ends the socket, and is then proven ${proof}`, async () => {
    await using opened = await openKraken();
    const { testnet, adapter: { execution } } = opened;
    const ends: string[] = [];
    const close = await openSocket(opened, (reason) => ends.push(reason));
    testnet.arm({ exchange: "kraken", fault, match: { operation: "order.place" }, count: 1 });
    const outcome = await execution.submit(resting(), gate());
    assert(outcome.kind === "unknown", JSON.stringify(outcome));
    assertEquals(ends.length, 1);
    assertEquals((await execution.lookup(named())).kind, proof);
    await close();
  });
}

Deno.test("kraken: a request taken twice by a proxy is in doubt, not refused for its nonce", async () => {
  await using opened = await openKraken();
  const { testnet, adapter: { execution } } = opened;
  testnet.arm({
    exchange: "kraken",
    fault: "duplicateRefused",
    match: { operation: "order.place" },
    count: 1,
  });
  const outcome = await execution.submit(resting(), gate());
  assert(outcome.kind === "unknown", JSON.stringify(outcome));
  assertEquals((await execution.lookup(named())).kind, "found");
});

Deno.test("kraken: a socket that is dropped says so, and shows what is open once it is open again", async () => {
  await using opened = await openKraken();
  const { testnet, adapter, facts } = opened;
  const ends: string[] = [];
  await openSocket(opened, (reason) => ends.push(reason));
  testnet.arm({ exchange: "kraken", fault: "dropSocket" });
  await until(() => ends.length === 1);
  await adapter.execution.submit(resting(), gate());
  const close = await openSocket(opened);
  await until(() =>
    facts.some((fact) =>
      fact.kind === "order" && fact.order.status === "OPEN" &&
      fact.order.clientOrderId === CLIENT_ID && fact.order.limitPrice === decimal("40000")
    )
  );
  await close();
});

Deno.test("kraken: a missing message ends the socket; a doubled one is passed over", async () => {
  await using opened = await openKraken({ adapter: { orderEntry: "rest" } });
  const { testnet, adapter: { execution }, facts } = opened;
  const ends: string[] = [];
  const close = await openSocket(opened, (reason) => ends.push(reason));
  testnet.arm({
    exchange: "kraken",
    fault: "duplicateFrame",
    match: { operation: "userData.order" },
    count: 1,
  });
  await execution.submit(resting(), gate());
  const shown = () => facts.filter(({ kind }) => kind === "order").length;
  await until(() => shown() === 2);
  testnet.arm({
    exchange: "kraken",
    fault: "dropFrame",
    match: { operation: "userData.order" },
    count: 1,
  });
  await execution.submit(resting({}, OTHER_ID), gate());
  await until(() => ends.length === 1);
  assert(ends[0]!.includes("missing"), ends[0]);
  assertEquals(facts.filter(({ kind }) => kind === "malformed"), []);
  await close();
});
