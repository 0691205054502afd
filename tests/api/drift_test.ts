import { assert, assertEquals, assertStringIncludes } from "@std/assert";
import { OVERSIGHT_ROUTES } from "../../src/api/oversight.ts";
import { DriftSchema } from "../../src/model/drift.ts";
import { ORDER } from "./fake_kernel.ts";
import { aDrift, anOrderOfOthers } from "./fake_oversight.ts";
import { Served } from "./served.ts";

const EX = "/v1/exchanges/paper";

/** One open drift, `d1`, and one that is settled, `d2`. */
function withDrifts(): Served {
  const served = new Served();
  served.kernel.exchange("paper").drifts.push(
    aDrift("d1"),
    aDrift("d2", { kind: "Overfill", status: "RESOLVED" }),
  );
  return served;
}

const put = (json: unknown) => ({ method: "PUT", json }) as const;
const post = (json: unknown) => ({ method: "POST", json }) as const;

Deno.test("drift: listed with everything known of it", async () => {
  await using served = withDrifts();
  const { status, body } = await served.ask(`${EX}/drift`);
  assertEquals([status, body.continue], [200, null]);
  assertEquals(body.items.map((drift: { driftId: string }) => drift.driftId), ["d1", "d2"]);
  assertEquals(DriftSchema.parse(body.items[0]), aDrift("d1"));
});

Deno.test("drift: filters and pages become the façade's", async () => {
  await using served = withDrifts();
  const query = "status=OPEN,APPROVED&kind=Overfill&symbol=BTC/USDT&intentId=a&limit=5&continue=c1";
  await served.ask(`${EX}/drift?${query}`);
  const [asked] = served.kernel.exchange("paper").asked;
  assertEquals(JSON.parse(asked!.slice("drifts ".length)), {
    limit: 5,
    status: ["OPEN", "APPROVED"],
    kind: ["Overfill"],
    symbolId: "BTC/USDT",
    intentId: "a",
    cursor: "c1",
  });
});

for (const query of ["status=GONE", "kind=Bad", "limit=0", "colour=red"]) {
  Deno.test(`drift: the query ${query} is refused`, async () => {
    await using served = withDrifts();
    const { status, body } = await served.ask(`${EX}/drift?${query}`);
    assertEquals([status, body.code], [400, "BAD_REQUEST"]);
  });
}

for (
  const [action, status] of [["approve", "APPROVED"], ["dismiss", "DISMISSED"]] as const
) {
  Deno.test(`drift: ${action} answers with the drift as it is then`, async () => {
    await using served = withDrifts();
    const answer = await served.ask(`${EX}/drift/d1`, put({ action, note: "seen" }));
    assertEquals([answer.status, answer.body.status, answer.body.note], [200, status, "seen"]);
    assert(served.kernel.exchange("paper").asked.includes(`${action} d1 seen`));
  });
}

Deno.test("drift: one that is settled is a conflict, one that is not there is not found", async () => {
  await using served = withDrifts();
  const settled = await served.ask(`${EX}/drift/d2`, put({ action: "approve" }));
  assertEquals([settled.status, settled.body.code], [409, "CONFLICT"]);
  const none = await served.ask(`${EX}/drift/d3`, put({ action: "approve" }));
  assertEquals([none.status, none.body.code], [404, "NOT_FOUND"]);
});

Deno.test("drift: only the two actions are known, and writing needs the token", async () => {
  await using served = withDrifts();
  const unknown = await served.ask(`${EX}/drift/d1`, put({ action: "ignore" }));
  assertEquals(unknown.status, 400);
  const anonymous = await served.ask(`${EX}/drift/d1`, {
    ...put({ action: "approve" }),
    token: null,
  });
  assertEquals(anonymous.status, 401);
  assertEquals(served.kernel.exchange("paper").drifts[0]?.status, "OPEN");
});

Deno.test("orders: those of others come only if asked for", async () => {
  await using served = new Served();
  const paper = served.kernel.exchange("paper");
  await paper.placeOrder(ORDER, { intentId: "a" });
  paper.external.push(anOrderOfOthers("4711"));
  const ids = async (query: string) => {
    const { body } = await served.ask(`${EX}/orders${query}`);
    return body.items.map((order: { exchangeOrderId: string }) => order.exchangeOrderId);
  };
  assertEquals(await ids(""), ["77"]);
  assertEquals(await ids("?external=true"), ["77", "4711"]);
});

Deno.test("adopt: the order and how the intent is named reach the façade", async () => {
  await using served = new Served();
  const body = { exchangeOrderId: "4711", symbolId: "BTC/USDT", labels: { app: "grid" } };
  const answer = await served.ask(`${EX}/adopt`, post(body));
  assertEquals([answer.status, answer.body], [201, { intentId: "adopted-1" }]);
  assertEquals(answer.headers.get("location"), `${EX}/intents/adopted-1`);
  const { exchangeOrderId: _id, ...options } = body;
  const asked = `adopt 4711 ${JSON.stringify(options)}`;
  assertEquals(served.kernel.exchange("paper").asked, [asked]);
});

Deno.test("resolve: the verdict reaches the façade, and the intent comes back", async () => {
  await using served = new Served();
  await served.kernel.exchange("paper").placeOrder(ORDER, { intentId: "a" });
  const verdict = { kind: "canceled", filled: "0.1", price: "5" };
  const answer = await served.ask(`${EX}/intents/a/resolve`, post({ verdict }));
  assertEquals([answer.status, answer.body.intent.intentId], [200, "a"]);
  const [asked] = served.kernel.exchange("paper").asked;
  assertStringIncludes(asked!, '"kind":"canceled","filled":"0.1","price":"5"');
});

Deno.test("resolve: a verdict that is none is refused at the door", async () => {
  await using served = new Served();
  await served.kernel.exchange("paper").placeOrder(ORDER, { intentId: "a" });
  const verdict = { kind: "vanished" };
  const answer = await served.ask(`${EX}/intents/a/resolve`, post({ verdict }));
  assertEquals(answer.status, 400);
  assertEquals(served.kernel.exchange("paper").asked, []);
});

Deno.test("oversight: every route of it is described", async () => {
  await using served = new Served();
  const { body } = await served.ask("/openapi.json");
  for (const { path, method } of OVERSIGHT_ROUTES) {
    const described = body.paths[path.replace(/:(\w+)/g, "{$1}")]?.[method.toLowerCase()];
    assert(described !== undefined, `${method} ${path}`);
  }
  assert("Drift" in body.components.schemas);
});
