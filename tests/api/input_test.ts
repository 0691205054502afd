import { assertEquals, assertMatch } from "@std/assert";
import { ORDER } from "./fake_kernel.ts";
import { Served } from "./served.ts";

const INTENTS = "/v1/exchanges/paper/intents";

const BAD_ENVELOPES: readonly (readonly [string, unknown, string, RegExp, unknown])[] = [
  ["no order", {}, "order", /required/, null],
  ["an unknown field", { order: ORDER, colour: "red" }, "colour", /not a known field/, "red"],
  ["an id with a slash", { order: ORDER, intentId: "a/b" }, "intentId", /must be/, "a/b"],
  ["an empty id", { order: ORDER, intentId: "" }, "intentId", /must be/, ""],
  ["labels as a list", { order: ORDER, labels: ["a"] }, "labels", /object/, "a list of 1"],
  ["a label that is a number", { order: ORDER, labels: { a: 1 } }, "labels.a", /must be/, 1],
  [
    "a wait that is none",
    { order: ORDER, waitFor: "soon" },
    "waitFor",
    /durable, accepted/,
    "soon",
  ],
  ["a list", [ORDER], "body", /must be object/, "a list of 1"],
  ["a number", 5, "body", /must be object/, 5],
];

for (const [name, json, field, rule, actual] of BAD_ENVELOPES) {
  Deno.test(`place: an envelope with ${name} is 400 and never reaches the kernel`, async () => {
    await using served = new Served();
    const answer = await served.ask(INTENTS, { method: "POST", json });
    assertEquals([answer.status, answer.body.code], [400, "BAD_REQUEST"]);
    const [error] = answer.body.errors;
    assertEquals(error.field, field);
    assertMatch(error.rule, rule);
    assertEquals(error.actual, actual);
    assertEquals(served.kernel.calls, []);
  });
}

const MALFORMED: readonly (readonly [string, string, RegExp])[] = [
  ["broken JSON", '{"order":', /no JSON/],
  ["a prototype key", '{"order":{"__proto__":{"a":1}}}', /__proto__ is not allowed/],
  ["a constructor key", '{"metadata":{"constructor":{}}}', /constructor is not allowed/],
  ["a number that would be rounded", '{"order":{"amount":0.1234567890123456789}}', /as text/],
  ["brackets without end", "[".repeat(500_000), /no JSON|nested/],
  ["brackets too deep", "[".repeat(200_000) + "]".repeat(200_000), /nested too deeply/],
];

for (const [name, body, rule] of MALFORMED) {
  Deno.test(`body: ${name} is 400`, async () => {
    await using served = new Served();
    const headers = { "content-type": "application/json" };
    const answer = await served.ask(INTENTS, { method: "POST", body, headers });
    assertEquals([answer.status, answer.body.code], [400, "BAD_JSON"]);
    assertMatch(answer.body.errors[0].rule, rule);
  });
}

Deno.test("body: only JSON in UTF-8 without encoding is read", async () => {
  await using served = new Served();
  const send = async (headers: Record<string, string>) => {
    const body = JSON.stringify({ order: ORDER });
    return (await served.ask(INTENTS, { method: "POST", body, headers })).status;
  };
  assertEquals(await send({ "content-type": "application/json; charset=utf-8" }), 201);
  for (const type of ["text/plain", "application/x-www-form-urlencoded", "application/json5"]) {
    assertEquals(await send({ "content-type": type }), 415, type);
  }
  const encoded = { "content-type": "application/json", "content-encoding": "gzip" };
  assertEquals(await send(encoded), 415);
  assertEquals(await send({ "content-type": "application/json; charset=latin1" }), 415);
});

Deno.test("body: above the cap is 413, declared or not", async () => {
  await using served = new Served();
  const headers = { "content-type": "application/json" };
  const body = JSON.stringify({ order: ORDER, metadata: "x".repeat(1_100_000) });
  const declared = await served.ask(INTENTS, { method: "POST", body, headers });
  assertEquals([declared.status, declared.body.code], [413, "BODY_TOO_LARGE"]);
  const stream = new Blob([body]).stream();
  const streamed = await served.ask(INTENTS, { method: "POST", body: stream, headers });
  assertEquals(streamed.status, 413);
  assertEquals(served.kernel.calls, []);
});

Deno.test("body: text that is not UTF-8 is 400", async () => {
  await using served = new Served();
  const response = await fetch(served.api.url + INTENTS, {
    ...served.init({ method: "POST", headers: { "content-type": "application/json" } }),
    body: new Uint8Array([0x22, 0xff, 0x22]),
  });
  assertEquals([response.status, (await response.json()).code], [400, "BAD_JSON"]);
});

const BAD_QUERIES: readonly (readonly [string, string, RegExp])[] = [
  ["limit=0", "limit", /at least 1/],
  ["limit=1001", "limit", /at most 1000/],
  ["limit=1e2", "limit", /whole number/],
  ["limit=-1", "limit", /whole number/],
  ["limit=5&limit=6", "limit", /once/],
  ["state=OPEN", "state", /PENDING/],
  ["labelSelector=app", "labelSelector", /key=value/],
  ["labelSelector=a%3Db,a%3Dc", "labelSelector", /key=value/],
  ["labelSelector=__proto__%3Db", "labelSelector.__proto__", /must be named/],
  ["includeTerminal=yes", "includeTerminal", /true, false/],
  ["continue=", "continue", /at least 1/],
  ["symbl=BTC", "symbl", /not a known field/],
];

for (const [query, field, rule] of BAD_QUERIES) {
  Deno.test(`intents: ?${query} is 400`, async () => {
    await using served = new Served();
    const answer = await served.ask(`${INTENTS}?${query}`);
    assertEquals([answer.status, answer.body.code], [400, "BAD_REQUEST"]);
    assertEquals(answer.body.errors[0].field, field);
    assertMatch(answer.body.errors[0].rule, rule);
    assertEquals(served.kernel.calls, []);
  });
}

Deno.test("query: a route that takes none refuses any", async () => {
  await using served = new Served();
  assertEquals((await served.ask("/v1/exchanges?x=1")).status, 400);
});
