import { assert, assertEquals, assertFalse, assertRejects } from "@std/assert";
import { allowedHosts, pointSockets } from "../../../src/exchanges/ccxt/wire/endpoints.ts";
import { redactor } from "../../../src/exchanges/ccxt/wire/redaction.ts";
import { Transport, TransportError } from "../../../src/exchanges/ccxt/wire/transport.ts";
import { VirtualClock } from "../../../src/system/virtual_clock.ts";
import { startStubVenue, type StubVenue } from "./stub_venue.ts";

const TIMEOUT_MS = 1_000;

Deno.test("ccxt transport: only hosts of the allow list are reached", async () => {
  await using venue = startStubVenue();
  const transport = make(venue);
  for (
    const url of [
      "https://evil.example/api/v3/time",
      "https://api.binance.com@evil.example/api/v3/time",
      "https://api.binance.com:8443/api/v3/time",
      "https://API.BINANCE.COM/api/v3/time",
      "http://api.binance.com/api/v3/time",
      "file:///etc/hosts",
    ]
  ) {
    const answer = await transport.request({ url, method: "GET" });
    assertEquals(answer.kind, "notSent", url);
  }
  assertEquals(venue.requests, []);
});

Deno.test("ccxt transport: endpoints stand in for every host", async () => {
  await using venue = startStubVenue();
  const answer = await make(venue).request({
    url: "https://api.binance.com/api/v3/time",
    method: "GET",
  });
  assert(answer.kind === "answered");
  assertEquals(venue.requests.map(({ path }) => path), ["/api/v3/time"]);
});

Deno.test("ccxt transport: the time limit is the clock's, and its outcome unknown", async () => {
  await using venue = startStubVenue();
  let asked = () => {};
  const arrived = new Promise<void>((resolve) => asked = resolve);
  venue.on(() => ({
    raw: async (connection) => {
      asked();
      await connection.read(new Uint8Array(1));
    },
  }));
  const clock = new VirtualClock();
  const pending = make(venue, clock).request({
    url: "https://api.binance.com/api/v3/time",
    method: "GET",
  });
  await arrived;
  clock.advance(TIMEOUT_MS);
  const answer = await pending;
  assert(answer.kind === "failed");
  assertEquals(answer.cause.code, "TIMEOUT");
});

Deno.test("ccxt transport: ccxt itself may only read", async () => {
  await using venue = startStubVenue();
  const url = "https://api.binance.com/api/v3/order";
  await assertRejects(() => make(venue).fetch({ url, method: "POST" }), TransportError);
  assertEquals(venue.requests, []);
});

Deno.test("ccxt transport: once closed it sends nothing", async () => {
  await using venue = startStubVenue();
  const transport = make(venue);
  transport.close();
  const url = "https://api.binance.com/api/v3/time";
  assertEquals((await transport.request({ url, method: "GET" })).kind, "notSent");
  assertEquals(venue.requests, []);
});

Deno.test("ccxt endpoints: REST keeps the venue's URLs, sockets are pointed elsewhere", () => {
  const urls: Record<string, unknown> = {
    private: "https://api.binance.com/api/v3",
    ws: { spot: "wss://stream.binance.com:9443/ws", api: { spot: "wss://ws-api.x:443/v3" } },
  };
  assertEquals([...allowedHosts(urls)], ["api.binance.com"]);
  pointSockets(urls, "http://127.0.0.1:7171");
  assertEquals<unknown>(urls, {
    private: "https://api.binance.com/api/v3",
    ws: {
      spot: "ws://127.0.0.1:7171/stream.binance.com:9443/ws",
      api: { spot: "ws://127.0.0.1:7171/ws-api.x:443/v3" },
    },
  });
});

Deno.test("ccxt redaction: keys, signatures and URLs do not get through, words do", () => {
  const redact = redactor(["CANARY/+key", "CANARYsecret"]);
  const shown = redact(
    `POST https://api.x/order?a=1&signature=abc failed for CANARY/+key (${
      encodeURIComponent("CANARY/+key")
    }) "signature":"def" apiKey=ghi: Filter failure: NOTIONAL`,
  );
  assertFalse(/CANARY|abc|def|ghi|api\.x/.test(shown), shown);
  assert(shown.includes("Filter failure: NOTIONAL"));
  assert(redact("x".repeat(5_000)).length <= 512);
});

function make(venue: StubVenue, clock = new VirtualClock()): Transport {
  return new Transport({
    clock,
    timeoutMs: TIMEOUT_MS,
    hosts: new Set(["api.binance.com"]),
    endpoints: venue.endpoints,
    redact: redactor([]),
    onAnswer: () => {},
  });
}
