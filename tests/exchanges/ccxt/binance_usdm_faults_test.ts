/** Binance USDⓈ-M when something goes wrong: what is in doubt, and what is proven. */
import { assert, assertEquals } from "@std/assert";
import { openUsdm, resting, USDM } from "./binance_usdm.ts";
import { gate } from "./fixtures.ts";
import {
  type Doubt,
  type Faulty,
  LOST,
  REFUSED,
  testAbsence,
  testDoubts,
  testDroppedSocket,
  testMuteSocket,
  testRefusals,
} from "./venue_faults.ts";
import { openSocket, until } from "./venue_stage.ts";

const FAULTY: Faulty = { ...USDM, name: "binance usdm" };
/** Codes that leave the execution open, whatever the status they come with. */
const UNPROVEN: readonly Doubt[] = [
  ["backendTimeout", "UNLISTED", "found"],
  ["unexpectedResponse", "UNLISTED", "found"],
];

testDoubts(FAULTY, [...LOST, ...UNPROVEN]);
testRefusals(FAULTY, [...REFUSED, ["timestampOutside", "INVALID_TIMESTAMP"]]);
testAbsence(FAULTY, ["order.status", "openOrders.status", "allOrders", "myTrades"]);
testMuteSocket(FAULTY);
testDroppedSocket(FAULTY);

Deno.test("binance usdm: a probe is answered on every socket", async () => {
  await using opened = await openUsdm();
  for (const socket of opened.adapter.sockets) {
    let frames = 0;
    await socket.open({ onFrame: () => frames++, onClose() {} }, new AbortController().signal);
    const before = frames;
    socket.probe();
    await until(() => frames > before);
    await socket.close();
  }
  assertEquals(opened.facts.filter(({ kind }) => kind === "malformed"), []);
});

Deno.test("binance usdm: an order whose socket dies before the answer is in doubt, not placed again", async () => {
  await using opened = await openUsdm();
  const { adapter, testnet } = opened;
  const { ends } = await openSocket(adapter, "orders");
  testnet.arm({ exchange: "binanceusdm", fault: "responseLost", match: "order.place", count: 1 });
  const outcome = await adapter.execution.submit(resting(), gate());
  assertEquals(outcome.kind, "unknown", JSON.stringify(outcome));
  await until(() => ends.length === 1 || testnet.ledger("binanceusdm").orders.length === 1);
  assertEquals(testnet.ledger("binanceusdm").orders.length, 1);
  await adapter.sockets.find(({ id }) => id === "orders")?.close();
});

Deno.test("binance usdm: a wrong secret refuses the account at the connect", async () => {
  const connecting = openUsdm({ adapter: { secret: "wrong".repeat(12) } });
  const error = await connecting.then(() => null, (reason) => String(reason));
  assert(error?.includes("INVALID_SIGNATURE"), String(error));
});
