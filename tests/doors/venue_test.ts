/** The venue's door: whatever nonsense an exchange says, the kernel notes it and goes on. */
import { assert, assertEquals, assertGreater } from "@std/assert";
import { openStage, resting, type Stage, until } from "../faults/stage.ts";
import { Meddler } from "./meddler.ts";

const REPORT = {
  e: "executionReport",
  E: 1,
  s: "BTCUSDT",
  c: "somebody",
  S: "BUY",
  o: "LIMIT",
  f: "GTC",
  q: "1",
  p: "1",
  C: "",
  x: "NEW",
  X: "NEW",
  r: "NONE",
  i: 1,
  l: "0",
  z: "0",
  L: "0",
  n: "0",
  N: null,
  T: 1,
  t: -1,
  w: true,
  m: false,
};

/** Each breaks one rule of the stream. */
const FRAMES: readonly unknown[] = [
  { ...REPORT, q: "a lot" },
  { ...REPORT, z: NaN },
  { ...REPORT, i: {} },
  { ...REPORT, T: "yesterday" },
  { ...REPORT, S: "HOLD" },
  { ...REPORT, x: "TRADE", t: null },
  { e: "executionReport" },
  { e: "outboundAccountPosition", u: 1, B: "all" },
  { e: "outboundAccountPosition", u: 1, B: [{ a: "BTC", f: "-", l: "0" }] },
];

/** Not even objects of the protocol. */
const NOISE = ["", "{", "null", "7", '"text"', "[]", '{"subscriptionId":0,"event":7}', "<html>"];

Deno.test("doors: malformed frames are counted, and the stream goes on", async () => {
  await using stage = await openMeddled();
  const { meddler, kernel } = stage;
  for (const event of FRAMES) meddler.say(JSON.stringify({ subscriptionId: 0, event }));
  await until(() => malformed(kernel) >= FRAMES.length, "every malformed frame is counted");
  assertEquals(malformed(kernel), FRAMES.length);
  assertEquals(kernel.exchange.healthCheck().sockets.map(({ reconnects }) => reconnects), [0]);
  await placesAGoodOrder(kernel);
});

Deno.test("doors: noise on the stream costs at most a reconnect", async () => {
  await using stage = await openMeddled();
  for (const text of NOISE) stage.meddler.say(text);
  await until(() => stage.kernel.exchange.healthCheck().ready, "the exchange is ready");
  await placesAGoodOrder(stage.kernel);
});

Deno.test("doors: somebody else's order is told once and left alone", async () => {
  await using stage = await openMeddled();
  const { meddler, kernel } = stage;
  for (let times = 0; times < 2; times++) {
    meddler.say(JSON.stringify({ subscriptionId: 0, event: REPORT }));
  }
  // A status that nobody has heard of, and a symbol that is not listed.
  meddler.say(JSON.stringify({ subscriptionId: 0, event: { ...REPORT, i: 2, X: "DREAMING" } }));
  meddler.say(JSON.stringify({ subscriptionId: 0, event: { ...REPORT, i: 3, s: "NOPEUSDT" } }));
  const orphans = () => kernel.events.filter(({ type }) => type === "OrderOrphaned");
  await until(() => orphans().length >= 3, "all three are told");
  await placesAGoodOrder(kernel);
  assertEquals(orphans().map(({ payload }) => payload["exchangeOrderId"]), ["1", "2", "3"]);
  assertEquals(kernel.exchange.getReconciliationMetrics().openDrift, 0);
});

/** Answers to a new order that prove nothing; the order itself never reached the exchange. */
const ANSWERS: readonly string[] = [
  "",
  "null",
  "[]",
  "{}",
  '{"orderId":{}}',
  '{"symbol":"BTCUSDT","orderId":1,"status":"DREAMING"}',
  '{"symbol":"NOPE","orderId":1,"clientOrderId":"x","transactTime":1}',
  "<html>",
];

Deno.test("doors: an answer that says nothing leaves the order in doubt until it is proven", async () => {
  await using stage = await openMeddled();
  const { meddler, kernel } = stage;
  const answers = [...ANSWERS];
  meddler.meddle = ({ method, path }) => {
    if (method !== "POST" || !path.includes("/api/v3/order")) return null;
    const answer = answers.shift();
    return answer === undefined ? null : new Response(answer, JSON_HEADERS);
  };
  const ids = await Promise.all(ANSWERS.map(() => kernel.exchange.placeOrder(resting())));
  await until(() => ids.every((id) => kernel.types(id).includes("OrderOutcomeUnknown")), "doubt");
  await until(() => ids.every((id) => kernel.state(id) === "ACTIVE.open"), "all are placed again");
  assertEquals(kernel.orders().length, ids.length);
  const known = new Set(kernel.orders().map(({ clientOrderId }) => clientOrderId));
  assertEquals(known.size, ids.length);
});

Deno.test("doors: reads that make no sense prove nothing, and the next ones do", async () => {
  await using stage = await openMeddled();
  const { meddler, kernel } = stage;
  const id = await kernel.exchange.placeOrder(resting());
  await until(() => kernel.state(id) === "ACTIVE.open", "the order is live");
  let nonsense = 6;
  meddler.meddle = ({ method }) => {
    if (method !== "GET" || nonsense === 0) return null;
    nonsense -= 1;
    return new Response(nonsense % 2 === 0 ? '{"no":"list"}' : '[{"orderId":7}]', JSON_HEADERS);
  };
  while (nonsense > 0) await kernel.exchange.forceReconciliation();
  await kernel.exchange.forceReconciliation();
  await until(() => kernel.state(id) === "ACTIVE.open", "the order is still live");
  assertGreater(Object.keys(kernel.exchange.healthCheck().errors).length, 0);
  assertEquals(kernel.orders().map(({ status }) => status), ["NEW"]);
  await placesAGoodOrder(kernel);
});

const JSON_HEADERS = { headers: { "content-type": "application/json" } };

interface Meddled extends AsyncDisposable {
  readonly kernel: Stage;
  readonly meddler: Meddler;
}

async function openMeddled(): Promise<Meddled> {
  let meddler: Meddler | undefined;
  const kernel = await openStage({
    endpointsOf: (url) => (meddler = new Meddler(url)).url,
  });
  assert(meddler !== undefined);
  const between = meddler;
  return {
    kernel,
    meddler: between,
    [Symbol.asyncDispose]: async () => {
      await kernel.kernel.stop();
      await between[Symbol.asyncDispose]();
      await kernel.testnet.close();
    },
  };
}

function malformed({ exchange }: Stage): number {
  return Object.entries(exchange.healthCheck().errors)
    .filter(([what]) => what.startsWith("malformed."))
    .reduce((sum, [, count]) => sum + count, 0);
}

async function placesAGoodOrder(stage: Stage): Promise<void> {
  const before = stage.orders().length;
  const id = await stage.exchange.placeOrder(resting());
  await until(() => stage.state(id) === "ACTIVE.open", "a good order is live");
  assertEquals(stage.orders().length, before + 1);
}
