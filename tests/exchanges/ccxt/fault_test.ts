import { assert, assertEquals, assertFalse } from "@std/assert";
import { API_KEY, connect, gate, SECRET, submitRequest } from "./fixtures.ts";
import { placedRow } from "./stub_data.ts";
import {
  closeQuietly,
  httpBytes,
  startStubVenue,
  type StubReaction,
  type StubVenue,
} from "./stub_venue.ts";

/** Long enough for loopback, short enough to wait for. */
const TIMEOUT_MS = 150;
const LONG_BODY = "content-length: 500\r\n";

interface Fault {
  readonly name: string;
  readonly code: string;
  readonly reaction: (venue: StubVenue) => StubReaction;
}

const FAULTS: readonly Fault[] = [
  { name: "the connection closes before an answer", code: "CONNECTION_RESET", reaction: closing },
  { name: "the connection is reset", code: "CONNECTION_RESET", reaction: resetting },
  { name: "no answer ever comes", code: "TIMEOUT", reaction: () => ({ raw: forever }) },
  {
    name: "the body stalls",
    code: "TIMEOUT",
    reaction: () => ({
      raw: async (connection) => {
        await connection.write(httpBytes("200 OK", LONG_BODY, `{"symbol":`));
        await forever(connection);
      },
    }),
  },
  {
    name: "the body ends early",
    code: "CONNECTION_RESET",
    reaction: () => ({
      raw: async (connection) => {
        await connection.write(httpBytes("200 OK", LONG_BODY, `{"symbol":`));
      },
    }),
  },
  answered("200 with HTML", "BAD_RESPONSE", { text: "<html>maintenance</html>" }),
  answered("200 with nothing", "BAD_RESPONSE", { text: "" }),
  answered("200 with truncated JSON", "BAD_RESPONSE", { text: `{"symbol":"BTC` }),
  answered("200 without an order id", "BAD_RESPONSE", { json: {} }),
  answered("200 with another order's client id", "BAD_RESPONSE", {
    json: placedRow({ clientOrderId: "d".repeat(32) }),
  }),
  answered("200 with a number for a price", "BAD_RESPONSE", { json: placedRow({ price: 50000 }) }),
  answered("502 with HTML", "SERVER_ERROR", { status: 502, text: "<html>Bad gateway</html>" }),
  answered("503 after acceptance", "SERVER_ERROR", {
    status: 503,
    json: { code: -1000, msg: "Unknown error, please check your request or try again later." },
  }),
  answered("a redirect", "REDIRECT", {
    status: 307,
    text: "",
    headers: { location: "http://127.0.0.1:9/elsewhere" },
  }),
  answered("an answer above the byte limit", "TOO_LARGE", {
    headers: { "content-length": String(9 * 1024 * 1024) },
    text: "",
  }),
];

for (const { name, code, reaction } of FAULTS) {
  Deno.test(`ccxt: submit, when there is ${name}, is unknown and sent once`, async () => {
    await using venue = startStubVenue();
    venue.on(({ method }) => method === "POST" ? reaction(venue) : undefined);
    await using connected = await connect(venue.endpoints, { requestTimeoutMs: TIMEOUT_MS });
    const outcome = await connected.adapter.execution.submit(submitRequest(), gate());
    assert(outcome.kind === "unknown", JSON.stringify(outcome));
    assertEquals(outcome.cause.code, code, outcome.cause.message);
    assertEquals(venue.sent("POST /api/v3/order").length, 1);
    assertFalse(leaks(JSON.stringify(outcome)), outcome.cause.message);
  });
}

Deno.test("ccxt: submit to a port nobody listens on is unknown", async () => {
  const venue = startStubVenue();
  await using connected = await connect(venue.endpoints);
  await venue[Symbol.asyncDispose]();
  const outcome = await connected.adapter.execution.submit(submitRequest(), gate());
  assert(outcome.kind === "unknown");
  assertFalse(leaks(JSON.stringify(outcome)), outcome.cause.message);
});

Deno.test("ccxt: a compressed bomb is stopped at the byte limit", async () => {
  const packed = await new Response(
    new Blob(["x".repeat(20 * 1024 * 1024)]).stream().pipeThrough(new CompressionStream("gzip")),
  ).bytes();
  await using venue = startStubVenue();
  venue.on(({ method }) =>
    method !== "POST" ? undefined : {
      raw: async (connection) => {
        const headers = `content-encoding: gzip\r\ncontent-length: ${packed.length}\r\n`;
        await connection.write(httpBytes("200 OK", headers, ""));
        for (let at = 0; at < packed.length;) at += await connection.write(packed.subarray(at));
      },
    }
  );
  await using connected = await connect(venue.endpoints);
  const outcome = await connected.adapter.execution.submit(submitRequest(), gate());
  assert(outcome.kind === "unknown");
  assertEquals(outcome.cause.code, "TOO_LARGE");
});

function answered(name: string, code: string, answer: StubReaction): Fault {
  return { name, code, reaction: () => answer };
}

function closing(): StubReaction {
  return { raw: (connection) => Promise.resolve(closeQuietly(connection)) };
}

/** Closing with the request half read makes the kernel answer with RST. */
function resetting(): StubReaction {
  return {
    raw: (connection) => {
      (connection as Deno.TcpConn).setNoDelay(true);
      closeQuietly(connection);
      return Promise.resolve();
    },
  };
}

/** Until the client gives up. */
async function forever(connection: Deno.Conn): Promise<void> {
  await connection.read(new Uint8Array(1));
}

function leaks(text: string): boolean {
  return text.includes(API_KEY) || text.includes(SECRET) || /signature|https?:/.test(text);
}
