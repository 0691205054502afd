/** Exchanges that are registered and cannot be connected to yet. */
import { assert, assertEquals, assertRejects } from "@std/assert";
import { ConfigError, ExchangeError, openKernel } from "../../../mod.ts";
import { parseConfig } from "../../../src/config/config.ts";
import { createTraditionalAdapter } from "../../../src/exchanges/traditional/factory.ts";
import { VirtualClock } from "../../../src/system/virtual_clock.ts";
import { SeededRandom } from "../../../src/system/seeded_random.ts";

const CANARY = "canary-0123456789";
const CME = {
  kind: "cme",
  apiKey: CANARY,
  secret: CANARY,
  sessionId: "ABC",
  firmId: "007",
  gateway: "127.0.0.1:9000",
  certification: "AutoCert+ 1",
};

function adapterOf(options: Readonly<Record<string, unknown>>) {
  const context = { id: "x", clock: new VirtualClock(), random: new SeededRandom(1), options };
  return createTraditionalAdapter(context);
}

async function refusal(options: Readonly<Record<string, unknown>>): Promise<ExchangeError> {
  const adapter = await adapterOf(options);
  return await assertRejects(() => adapter.connect(AbortSignal.timeout(1_000)), ExchangeError);
}

Deno.test("traditional: cme names what is missing, group by group", async () => {
  const error = await refusal({ kind: "cme", apiKey: CANARY, sessionId: "ABC" });
  assertEquals(error.code, "CONNECT_REFUSED");
  assertEquals(error.details["missing"], ["secret", "firmId", "gateway", "certification"]);
  assertEquals(
    error.message,
    "Cannot connect x to CME Globex: not given are credentials: secret (the HMAC secret key); " +
      "session: firmId (the executing firm id (GFID)); " +
      "gateway: gateway (host:port of the segment or convenience gateway); " +
      "certification: certification (the AutoCert+ result of this system). " +
      "Not built yet: a FIXP session with SBE messages (iLink 3) and a reader of the MDP 3.0 " +
      "multicast feeds. See docs/venues/CME.md",
  );
});

Deno.test("traditional: with everything given, the protocol itself is what is missing", async () => {
  const { message, details } = await refusal(CME);
  assertEquals(details["missing"], []);
  assert(message.startsWith("Cannot connect x to CME Globex: Not built yet: a FIXP session"));
});

Deno.test("traditional: nse has two routes with needs of their own", async () => {
  const broker = await refusal({ kind: "nse" });
  assertEquals(broker.details["missing"], ["broker", "apiKey", "secret", "accessToken", "algoId"]);
  const member = await refusal({ kind: "nse", route: "exchange", memberId: "12345" });
  assertEquals(member.details["missing"], ["secret", "gateway", "algoId", "certification"]);
  const elsewhere = adapterOf({ kind: "nse", route: "leased" });
  await assertRejects(() => elsewhere, ConfigError, "exchanges.x.route");
});

Deno.test("traditional: an option it does not know is refused, and no value is shown", async () => {
  const error = await assertRejects(() => adapterOf({ ...CME, [`firm`]: CANARY }), ConfigError);
  assert(error.message.startsWith("exchanges.x.firm: unknown option"), error.message);
  assert(!error.message.includes(CANARY));
});

Deno.test("traditional: an adapter keeps no key it was given", async () => {
  const adapter = await adapterOf(CME);
  const shown = Deno.inspect(adapter, { depth: 10, showHidden: true }) + JSON.stringify(adapter);
  assert(!shown.includes(CANARY), shown);
  assertEquals([adapter.type, adapter.isConnected, adapter.venueNow()], [
    "TRADITIONAL",
    false,
    null,
  ]);
});

Deno.test("traditional: nothing is sent, read or streamed", async () => {
  const { execution, instruments, marketData, sockets } = await adapterOf(CME);
  const ref = { symbolId: "ES", clientOrderId: "c", exchangeOrderId: null };
  const gate = { check: () => null, sent: () => assert(false, "something was sent") };
  assertEquals(await execution.cancel(ref, gate), { kind: "notSent", reason: "NOT_CONNECTED" });
  assertEquals((await execution.openOrders()).kind, "failed");
  assertEquals([instruments.list(), marketData.ticker("ES"), sockets], [[], undefined, []]);
});

Deno.test("traditional: the kernel parks it at once and tells why", async () => {
  const text = `exchanges: { cme: ${
    JSON.stringify(CME)
  }, nse: { kind: nse }, paper: { kind: paper } }`;
  const { exchanges } = parseConfig(text, { file: "k.yaml", env: () => undefined });
  const given = Object.entries(exchanges).map(([id, exchange]) => [id, { ...exchange }]);
  await using kernel = await openKernel({ exchanges: Object.fromEntries(given) });
  for (const id of ["cme", "nse"]) {
    const { state, ready, parkedBecause = "" } = kernel.exchange(id).healthCheck();
    assertEquals([state, ready], ["parked", false]);
    assert(parkedBecause.includes(`docs/venues/${id.toUpperCase()}.md`), parkedBecause);
    assert(!parkedBecause.includes(CANARY));
  }
  assert(kernel.exchange("paper").healthCheck().ready, "its siblings do not notice");
});
