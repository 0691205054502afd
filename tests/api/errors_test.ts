import { assert, assertEquals, assertStringIncludes } from "@std/assert";
import {
  ConflictError,
  ExchangeError,
  KernelClosedError,
  OutcomeUnknownError,
  StoreError,
} from "../../src/model/errors.ts";
import { denied, ORDER } from "./fake_kernel.ts";
import { type Ask, Served } from "./served.ts";

const INTENTS = "/v1/exchanges/paper/intents";

function placing(order: unknown, more: Record<string, unknown> = {}): Ask {
  return { method: "POST", json: { order, ...more } };
}

Deno.test("errors: each class has its status", async () => {
  await using served = new Served();
  await served.ask(INTENTS, placing(ORDER, { intentId: "a" }));
  const cases: readonly (readonly [Error, number, string])[] = [
    [denied(), 403, "NOTIONAL_ABOVE_CAP"],
    [new ConflictError("Cannot place: closing"), 409, "CONFLICT"],
    [
      new ExchangeError("INSUFFICIENT_FUNDS", "refused", { venueCode: "-2010" }),
      502,
      "INSUFFICIENT_FUNDS",
    ],
    [new OutcomeUnknownError("not known yet", { intentId: "b" }), 504, "OUTCOME_UNKNOWN"],
    [new KernelClosedError("closed"), 503, "KERNEL_CLOSED"],
    [new StoreError("disk I/O error at kernel.db"), 503, "STORE"],
    [new DOMException("aborted", "AbortError"), 503, "ABORTED"],
  ];
  for (const [error, status, code] of cases) {
    served.kernel.failNext = error;
    const answer = await served.ask(INTENTS, placing(ORDER));
    assertEquals([answer.status, answer.body.code, answer.body.status], [status, code, status]);
    assertEquals(answer.headers.get("retry-after"), status === 503 ? "1" : null);
  }
  assertEquals((await served.ask(INTENTS, placing(ORDER, { intentId: "a" }))).status, 409);
});

Deno.test("errors: a denial keeps rule, limit and actual", async () => {
  await using served = new Served();
  served.kernel.failNext = denied();
  const { body } = await served.ask(INTENTS, placing(ORDER));
  const { rule, limit, actual } = body;
  assertEquals([rule, limit, actual], ["maxNotionalPerOrder", "10000", "20000"]);
  assertStringIncludes(body.detail, "Cannot place");
});

Deno.test("errors: details cannot overwrite the problem's own members", async () => {
  await using served = new Served();
  served.kernel.failNext = new ConflictError("no", { status: 200, code: "FINE", type: "x" });
  const { body } = await served.ask(INTENTS, placing(ORDER));
  assertEquals([body.status, body.code], [409, "CONFLICT"]);
});

Deno.test("errors: an unexpected one is 500 with a reference, its text in the log", async () => {
  await using served = new Served();
  served.kernel.failNext = new TypeError("secret internals of /home/x");
  const answer = await served.ask(INTENTS, placing(ORDER));
  assertEquals(answer.status, 500);
  assert(!answer.text.includes("internals"));
  const [line = ""] = served.log.lines;
  assertStringIncludes(line, answer.body.reference);
  assertStringIncludes(line, "internals");
});

Deno.test("errors: a canary secret in a message or in details is redacted", async () => {
  await using served = new Served();
  served.kernel.failNext = new ExchangeError(
    "X",
    "binance GET https://host/api?signature=deadbeefcafe&apiKey=CANARY-1",
    { apiKey: "CANARY-2", nested: { url: "https://h/?signature=CANARY-3" } },
  );
  const { text } = await served.ask(INTENTS, placing(ORDER));
  for (const canary of ["CANARY-1", "CANARY-2", "CANARY-3", "deadbeefcafe"]) {
    assert(!text.includes(canary), canary);
  }
});
