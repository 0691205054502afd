import { assert, assertEquals, assertStringIncludes } from "@std/assert";
import { decimal } from "../../src/model/decimal.ts";
import type { Fill } from "../../src/model/fill.ts";
import { FakeKernel, ORDER } from "./fake_kernel.ts";
import { NOT_READY } from "./fake_rows.ts";
import { type Ask, Served } from "./served.ts";

const INTENTS = "/v1/exchanges/paper/intents";

function placing(order: unknown, more: Record<string, unknown> = {}): Ask {
  return { method: "POST", json: { order, ...more } };
}

Deno.test("health: the process is up also while the kernel starts", async () => {
  await using served = new Served();
  served.kernel.state = "starting";
  const answer = await served.ask("/healthz");
  assertEquals([answer.status, answer.body], [200, { status: "up" }]);
});

Deno.test("readiness: 200 when the kernel runs and every exchange is ready", async () => {
  await using served = new Served();
  const answer = await served.ask("/readyz");
  assertEquals([answer.status, answer.body], [200, { ready: true, reasons: [] }]);
});

Deno.test("readiness: 503 names what is not ready", async () => {
  await using served = new Served({ kernel: new FakeKernel(["paper", "main"]) });
  served.kernel.state = "draining";
  served.kernel.exchange("main").isReady = false;
  const answer = await served.ask("/readyz");
  assertEquals(answer.status, 503);
  assertEquals(answer.body.reasons, [
    "the kernel is draining",
    `main is syncing: ${NOT_READY.why}`,
  ]);
});

Deno.test("exchanges: each with its health", async () => {
  await using served = new Served({ kernel: new FakeKernel(["paper", "main"]) });
  const { body } = await served.ask("/v1/exchanges");
  assertEquals(body.items.map((item: { exchangeId: string }) => item.exchangeId), [
    "paper",
    "main",
  ]);
  const one = await served.ask("/v1/exchanges/main");
  assertEquals(one.body.reconciliation.syncs, 1);
});

Deno.test("exchanges: one that takes no orders tells why, since when and what ends it", async () => {
  await using served = new Served({ kernel: new FakeKernel(["paper", "main"]) });
  served.kernel.exchange("main").isReady = false;
  const { body } = await served.ask("/v1/exchanges");
  assertEquals(body.items.map((item: { reason: unknown }) => item.reason), [null, NOT_READY]);
  assertEquals((await served.ask("/v1/exchanges/main")).body.reason, NOT_READY);
});

Deno.test("openapi: why an exchange takes no orders is described", async () => {
  await using served = new Served();
  const { body } = await served.ask("/openapi.json");
  const { reason } = body.components.schemas.Exchange.properties;
  const described = reason.anyOf.map((part: { required?: unknown }) => part.required ?? null);
  assertEquals(described, [["since", "why", "nextStep"], null]);
});

Deno.test("exchanges: an unknown one is 404 and the answer names those there are", async () => {
  await using served = new Served();
  const answer = await served.ask("/v1/exchanges/nope/account");
  assertEquals(answer.status, 404);
  assertEquals(answer.headers.get("content-type"), "application/problem+json");
  assertStringIncludes(answer.body.detail, "there are paper");
});

Deno.test("place: 201 with the id and where it is", async () => {
  await using served = new Served();
  const answer = await served.ask(
    INTENTS,
    placing(ORDER, {
      intentId: "mine.1",
      labels: { app: "grid" },
      metadata: { level: 3 },
      strategyId: "s",
    }),
  );
  assertEquals([answer.status, answer.body], [201, { intentId: "mine.1" }]);
  assertEquals(answer.headers.get("location"), `${INTENTS}/mine.1`);
  const { intent } = (await served.ask(`${INTENTS}/mine.1`)).body;
  assertEquals(intent.labels, { app: "grid" });
  assertEquals(intent.metadata, { level: 3 });
  assertEquals(intent.order.amount, "0.01");
});

Deno.test("place: waitFor comes with a signal, so that a lost client frees its place", async () => {
  await using served = new Served();
  await served.ask(INTENTS, placing(ORDER, { waitFor: "accepted" }));
  await served.ask(INTENTS, placing(ORDER));
  assertEquals(served.kernel.calls, [
    'place {"waitFor":"accepted","signal":"signal"}',
    "place {}",
  ]);
});

Deno.test("place: an order the façade refuses is 422 with field, rule and value", async () => {
  await using served = new Served();
  const answer = await served.ask(INTENTS, placing({ ...ORDER, side: "LONG" }));
  assertEquals([answer.status, answer.body.code], [422, "ORDER_MALFORMED"]);
  assertEquals(answer.body.errors[0].field, "side");
  assertEquals(answer.body.errors[0].actual, "LONG");
  assert(answer.body.errors[0].rule.length > 0);
});

Deno.test("intent: an id that is none is 400, one that is not there 404", async () => {
  await using served = new Served();
  const bad = await served.ask(`${INTENTS}/${encodeURIComponent("a b")}`);
  assertEquals([bad.status, bad.body.errors[0].actual], [400, "a b"]);
  assertEquals((await served.ask(`${INTENTS}/nope`)).status, 404);
  assertEquals((await served.ask(`${INTENTS}/${"x".repeat(65)}`)).status, 400);
});

Deno.test("modify: without If-Match it is unconditional, the new version is told", async () => {
  await using served = new Served();
  await served.ask(INTENTS, placing(ORDER, { intentId: "a" }));
  const json = { order: { ...ORDER, limitPrice: "49000" } };
  const answer = await served.ask(`${INTENTS}/a`, { method: "PUT", json });
  assertEquals([answer.status, answer.headers.get("etag")], [200, '"2"']);
  assertEquals(answer.body.intent.order.limitPrice, "49000");
});

Deno.test("modify: the ETag of a read makes it conditional, a lost race is 412", async () => {
  await using served = new Served();
  await served.ask(INTENTS, placing(ORDER, { intentId: "a" }));
  const etag = (await served.ask(`${INTENTS}/a`)).headers.get("etag") ?? "";
  const put = { method: "PUT", json: { order: ORDER }, headers: { "if-match": etag } };
  assertEquals((await served.ask(`${INTENTS}/a`, put)).status, 200);
  const lost = await served.ask(`${INTENTS}/a`, put);
  assertEquals([lost.status, lost.body.code], [412, "CONFLICT"]);
  assertEquals([lost.body.expected, lost.body.actual], [1, 2]);
});

Deno.test("modify: a state that allows none is 409, also with If-Match", async () => {
  await using served = new Served();
  await served.ask(INTENTS, placing(ORDER, { intentId: "a" }));
  await served.ask(`${INTENTS}/a`, { method: "DELETE" });
  const put = { method: "PUT", json: { order: ORDER } };
  assertEquals((await served.ask(`${INTENTS}/a`, put)).status, 409);
  const conditional = { ...put, headers: { "if-match": '"2"' } };
  assertEquals((await served.ask(`${INTENTS}/a`, conditional)).status, 409);
});

Deno.test("modify: an If-Match that is no version is 400", async () => {
  await using served = new Served();
  const headers = { "if-match": 'W/"x"' };
  const answer = await served.ask(`${INTENTS}/a`, {
    method: "PUT",
    json: { order: ORDER },
    headers,
  });
  assertEquals([answer.status, answer.body.errors[0].field], [400, "If-Match"]);
});

Deno.test("cancel: 202, twice changes nothing, waitFor comes by query", async () => {
  await using served = new Served();
  await served.ask(INTENTS, placing(ORDER, { intentId: "a" }));
  const first = await served.ask(`${INTENTS}/a?waitFor=final`, { method: "DELETE" });
  assertEquals([first.status, first.body], [202, { intentId: "a" }]);
  assertEquals((await served.ask(`${INTENTS}/a`, { method: "DELETE" })).status, 202);
  assertEquals(served.kernel.calls.slice(1), ["cancel a final", "cancel a"]);
});

Deno.test("cancel-all: counts, for one symbol or all, with or without a body", async () => {
  await using served = new Served();
  await served.ask(INTENTS, placing(ORDER));
  await served.ask(INTENTS, placing({ ...ORDER, symbolId: "ETH/USDT" }));
  const path = "/v1/exchanges/paper/cancel-all";
  const one = await served.ask(path, { method: "POST", json: { symbol: "ETH/USDT" } });
  assertEquals([one.status, one.body], [202, { canceled: 1 }]);
  assertEquals((await served.ask(path, { method: "POST" })).body, { canceled: 1 });
  const typo = await served.ask(path, { method: "POST", json: { symbolId: "ETH/USDT" } });
  assertEquals([typo.status, typo.body.errors[0].field], [400, "symbolId"]);
});

Deno.test("reconcile: all or one intent, answered with the metrics", async () => {
  await using served = new Served();
  const path = "/v1/exchanges/paper/reconcile";
  const all = await served.ask(path, { method: "POST" });
  assertEquals([all.status, all.body.syncs], [200, 1]);
  const json = { intentId: "nope" };
  assertEquals((await served.ask(path, { method: "POST", json })).status, 404);
});

Deno.test("intents: filters reach the façade, pages go on by their cursor", async () => {
  await using served = new Served();
  for (const app of ["grid", "grid", "other"]) {
    await served.ask(INTENTS, placing(ORDER, { labels: { app, env: "x" } }));
  }
  served.kernel.calls.length = 0;
  const query = "?symbol=BTC%2FUSDT&state=ACTIVE&labelSelector=app%3Dgrid,env%3Dx&limit=1";
  const first = (await served.ask(INTENTS + query)).body;
  assertEquals([first.items.length, first.continue], [1, "1"]);
  const second = (await served.ask(`${INTENTS}${query}&continue=1`)).body;
  assertEquals([second.items.length, second.continue], [1, null]);
  assertEquals(JSON.parse(served.kernel.calls[0]!.replace("intents ", "")), {
    limit: 1,
    includeTerminal: false,
    symbolId: "BTC/USDT",
    state: ["ACTIVE"],
    labels: { app: "grid", env: "x" },
  });
});

Deno.test("intents: terminal ones are listed when a state of theirs is asked for", async () => {
  await using served = new Served();
  await served.ask(INTENTS, placing(ORDER, { intentId: "a" }));
  await served.ask(`${INTENTS}/a`, { method: "DELETE" });
  const count = async (query: string) => (await served.ask(INTENTS + query)).body.items.length;
  assertEquals(await count(""), 0);
  assertEquals(await count("?state=ACTIVE,CANCELED"), 1);
  assertEquals(await count("?includeTerminal=true"), 1);
});

Deno.test("fills: filters and pages", async () => {
  await using served = new Served();
  const fill: Fill = {
    tradeId: "1",
    intentId: "a",
    clientOrderId: null,
    exchangeOrderId: "77",
    symbolId: "BTC/USDT",
    side: "BUY",
    price: decimal("50000"),
    quantity: decimal("0.01"),
    fee: null,
    liquidity: "MAKER",
    venueTime: 1,
    receivedAt: 2,
  };
  served.kernel.exchange("paper").fills.push(fill, { ...fill, tradeId: "2" });
  const query = "/v1/exchanges/paper/fills?limit=1&intentId=a&since=5&symbol=BTC/USDT";
  const { body } = await served.ask(query);
  assertEquals([body.items[0], body.continue], [fill, "1"]);
  assertEquals(
    served.kernel.calls,
    ['fills {"limit":1,"symbolId":"BTC/USDT","intentId":"a","since":5}'],
  );
  assertEquals((await served.ask("/v1/exchanges/paper/fills?since=soon")).status, 400);
});

Deno.test("account, positions: as the façade gives them", async () => {
  await using served = new Served();
  const account = await served.ask("/v1/exchanges/paper/account");
  assertEquals(account.body.balances[0].total, "11");
  assertEquals((await served.ask("/v1/exchanges/paper/positions")).body, { items: [] });
});

Deno.test("symbols: sorted pages with their constraints, or one", async () => {
  await using served = new Served();
  const path = "/v1/exchanges/paper/symbols";
  const first = (await served.ask(`${path}?limit=2`)).body;
  const ids = (page: { items: { symbolId: string }[] }) => page.items.map((item) => item.symbolId);
  assertEquals([ids(first), first.continue], [["BTC/USDT", "ETH/USDT"], "ETH/USDT"]);
  const next = `${path}?limit=2&continue=${encodeURIComponent(first.continue)}`;
  const second = (await served.ask(next)).body;
  assertEquals([ids(second), second.continue], [["SOL/USDT"], null]);
  assertEquals(ids((await served.ask(`${path}?symbol=SOL/USDT`)).body), ["SOL/USDT"]);
  assertEquals((await served.ask(`${path}?symbol=NO/PE`)).status, 404);
});

Deno.test("paths: an unknown one is 404, a wrong method 405 with Allow", async () => {
  await using served = new Served();
  assertEquals((await served.ask("/v2/exchanges")).status, 404);
  assertEquals((await served.ask("/v1/exchanges/")).status, 404);
  const wrong = await served.ask(INTENTS, { method: "DELETE" });
  assertEquals([wrong.status, wrong.headers.get("allow")], [405, "GET, HEAD, POST"]);
  assertEquals(wrong.body.code, "METHOD_NOT_ALLOWED");
  assertEquals((await served.ask(`${INTENTS}/a`, { method: "PATCH" })).status, 405);
});

Deno.test("paths: a URL beyond its bound is 414", async () => {
  await using served = new Served();
  assertEquals((await served.ask(`/healthz?${"x".repeat(9_000)}`)).status, 414);
});

Deno.test("close: frees the port and refuses what still comes", async () => {
  const served = new Served();
  const { port } = served.api;
  await Promise.all([served.api.close(), served.api.close()]);
  const again = new Served({ port });
  assertEquals((await again.ask("/healthz")).status, 200);
  await again.api.close();
});

Deno.test("HEAD: as GET without a body", async () => {
  await using served = new Served();
  const answer = await served.ask("/v1/exchanges", { method: "HEAD" });
  assertEquals([answer.status, answer.text], [200, ""]);
});

Deno.test("answers: are never cached nor sniffed", async () => {
  await using served = new Served();
  for (const path of ["/v1/exchanges", "/v1/exchanges/nope"]) {
    const { headers } = await served.ask(path);
    assertEquals(headers.get("cache-control"), "no-store");
    assertEquals(headers.get("x-content-type-options"), "nosniff");
  }
});
