import { assert, assertEquals } from "@std/assert";
import type { CancelOutcome, SubmitOutcome } from "../../../src/model/venue.ts";
import { connect, gate, ref, submitRequest } from "./fixtures.ts";
import { startStubVenue, type StubAnswer } from "./stub_venue.ts";

/** [HTTP status, code, message, what it proves of a new order] */
const ERRORS: readonly (readonly [number, number, string, string])[] = [
  [400, -2010, "Account has insufficient balance for requested action.", "INSUFFICIENT_FUNDS"],
  [400, -2010, "Order would immediately match and take.", "POST_ONLY_WOULD_TAKE"],
  [400, -2010, "Market is closed.", "MARKET_CLOSED"],
  [400, -2010, "This action is disabled on this account.", "PERMISSION"],
  [400, -2010, "Duplicate order sent.", "unknown DUPLICATE_ID"],
  [400, -2010, "A message nobody has documented.", "unknown UNLISTED"],
  [400, -1013, "Filter failure: NOTIONAL", "FILTER"],
  [400, -1021, "Timestamp for this request is outside of the recvWindow.", "INVALID_TIMESTAMP"],
  [400, -1022, "Signature for this request is not valid.", "INVALID_SIGNATURE"],
  [401, -2015, "Invalid API-key, IP, or permissions for action.", "AUTHENTICATION"],
  [400, -1111, "Parameter 'quantity' has too much precision.", "INVALID_REQUEST"],
  [400, -1121, "Invalid symbol.", "INVALID_SYMBOL"],
  [400, -1015, "Too many new orders; current limit is 50 orders per 10 SECOND.", "RATE_LIMITED"],
  [400, -1000, "An unknown error occurred while processing the request.", "unknown UNLISTED"],
  [400, -1001, "Internal error; unable to process your request.", "unknown UNLISTED"],
  [400, -1006, "An unexpected response was received.", "unknown UNLISTED"],
  [400, -1007, "Timeout waiting for response from backend server.", "unknown UNLISTED"],
  [400, -1008, "Server is currently overloaded.", "unknown UNLISTED"],
  [400, -2011, "Unknown order sent.", "unknown UNLISTED"],
  [400, -2013, "Order does not exist.", "unknown UNLISTED"],
  [400, -9999, "A code nobody has documented.", "unknown UNLISTED"],
  [503, -1013, "A listed code under 5xx", "unknown SERVER_ERROR"],
  [500, -2010, "Account has insufficient balance for requested action.", "unknown SERVER_ERROR"],
  [504, -1007, "Timeout", "unknown SERVER_ERROR"],
  [403, -1, "The firewall", "unknown UNLISTED"],
];

for (const [status, code, msg, proof] of ERRORS) {
  Deno.test(`ccxt: submit answered ${status} ${code} "${msg}" is ${proof}`, async () => {
    const outcome = await submitAnswered({ status, json: { code, msg } });
    assertEquals(shown(outcome), proof);
    if (outcome.kind === "refused") assertEquals(outcome.reason.venueCode, String(code));
  });
}

Deno.test("ccxt: 429 and 418 refuse with the venue's own waiting time", async () => {
  for (const status of [429, 418]) {
    const outcome = await submitAnswered({
      status,
      json: { code: -1003, msg: "Too much request weight used." },
      headers: { "retry-after": "7" },
    });
    assert(outcome.kind === "refused");
    assertEquals(outcome.reason.code, "RATE_LIMITED");
    assertEquals(outcome.reason.retryAfterMs, 7_000);
  }
});

Deno.test("ccxt: a 429 that names no time waits one order interval", async () => {
  const outcome = await submitAnswered({ status: 429, text: "<html>slow down</html>" });
  assert(outcome.kind === "refused");
  assertEquals(outcome.reason.retryAfterMs, 10_000);
});

Deno.test("ccxt: 429 is told as a ban and every answer as usage", async () => {
  await using venue = startStubVenue();
  venue.on(({ method }) =>
    method === "POST"
      ? {
        status: 429,
        json: { code: -1003, msg: "x" },
        headers: {
          "retry-after": "3",
          "x-mbx-used-weight-1m": "6001",
          "x-mbx-order-count-10s": "12",
        },
      }
      : undefined
  );
  await using connected = await connect(venue.endpoints);
  await connected.adapter.execution.submit(submitRequest(), gate());
  assertEquals(connected.facts, [
    { kind: "usage", budgets: { weight: { used: 6001 }, orders: { used: 12 } } },
    { kind: "banned", status: 429, retryAfterMs: 3_000 },
  ]);
});

const CANCELS: readonly (readonly [number, number, string, string])[] = [
  [400, -2011, "Unknown order sent.", "notFound"],
  [400, -2011, "Order was not canceled due to cancel restrictions.", "CANCEL_RESTRICTED"],
  [400, -2011, "A message nobody has documented.", "unknown UNLISTED"],
  [400, -1021, "Timestamp for this request is outside of the recvWindow.", "INVALID_TIMESTAMP"],
  [503, -2011, "Unknown order sent.", "unknown SERVER_ERROR"],
];

for (const [status, code, msg, proof] of CANCELS) {
  Deno.test(`ccxt: cancel answered ${status} ${code} "${msg}" is ${proof}`, async () => {
    await using venue = startStubVenue();
    venue.on(({ method }) => method === "DELETE" ? { status, json: { code, msg } } : undefined);
    await using connected = await connect(venue.endpoints);
    assertEquals(shown(await connected.adapter.execution.cancel(ref(), gate())), proof);
  });
}

async function submitAnswered(answer: StubAnswer): Promise<SubmitOutcome> {
  await using venue = startStubVenue();
  venue.on(({ method }) => method === "POST" ? answer : undefined);
  await using connected = await connect(venue.endpoints);
  const outcome = await connected.adapter.execution.submit(submitRequest(), gate());
  assertEquals(venue.sent("POST /api/v3/order").length, 1);
  return outcome;
}

function shown(outcome: SubmitOutcome | CancelOutcome): string {
  switch (outcome.kind) {
    case "refused":
      return outcome.reason.code;
    case "unknown":
      return `unknown ${outcome.cause.code}`;
    default:
      return outcome.kind;
  }
}
