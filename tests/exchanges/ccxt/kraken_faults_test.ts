import { assert, assertEquals } from "@std/assert";
import { decimal } from "../../../src/model/decimal.ts";
import { gate } from "./fixtures.ts";
import { KRAKEN, named, openKraken, request, resting } from "./kraken.ts";
import { LOST, testDoubts } from "./venue_faults.ts";
import { CLIENT_ID, openSocket, OTHER_ID, until } from "./venue_stage.ts";

testDoubts(KRAKEN, [
  ...LOST,
  ["backendTimeout", "UNLISTED", "found"],
  ["unexpectedResponse", "UNLISTED", "found"],
  ["timestampOutside", "UNLISTED", "absent"],
]);

for (const [fault, proof] of [["responseLost", "found"], ["requestLost", "absent"]] as const) {
  Deno.test(`kraken socket: ${fault} is in doubt, ends the socket, and is then proven ${proof}`, async () => {
    await using opened = await openKraken();
    const { testnet, adapter: { execution } } = opened;
    const { ends, close } = await openSocket(opened.adapter);
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
  const { ends } = await openSocket(opened.adapter);
  testnet.arm({ exchange: "kraken", fault: "dropSocket" });
  await until(() => ends.length === 1);
  await adapter.execution.submit(resting(), gate());
  const { close } = await openSocket(opened.adapter);
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
  const { ends, close } = await openSocket(opened.adapter);
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

Deno.test("kraken: an old open order, and more closed ones than a page, leave an absence provable", async () => {
  await using opened = await openKraken();
  const { execution } = opened.adapter;
  const id = (number: number) => String(number).padStart(32, "0");
  await execution.submit(resting({}, id(1)), gate());
  await execution.submit(request({ limitPrice: null }, id(2)), gate());
  for (let number = 3; number < 54; number++) {
    await execution.submit(resting({}, id(number)), gate());
    await execution.cancel(named({ clientOrderId: id(number) }), gate());
  }
  const outcome = await execution.lookup(named());
  assertEquals(outcome.kind, "absent", JSON.stringify(outcome));
});
