/** When a ban is told, and for how long it holds. */
import { assertEquals } from "@std/assert";
import { RETRY_AFTER_MS_MAX } from "../../../src/exchanges/ccxt/limits.ts";
import { OrderEntry } from "../../../src/exchanges/ccxt/calls/order_entry.ts";
import { binanceSpot } from "../../../src/exchanges/ccxt/profiles/binance.ts";
import type { Session } from "../../../src/exchanges/ccxt/session.ts";
import type { Heard } from "../../../src/exchanges/ccxt/wire/socket_entry.ts";
import type { VenueFact } from "../../../src/exchanges/exchange.ts";
import { connect, gate, submitRequest } from "./fixtures.ts";
import { httpBytes, startStubVenue } from "./stub_venue.ts";

/** What is told of bans when the socket answers an order with this. */
async function bansOf(heard: Heard): Promise<readonly VenueFact[]> {
  const facts: VenueFact[] = [];
  const entry = { plan: {}, nextId: () => "1", request: () => Promise.resolve(heard) };
  const session = {
    profile: binanceSpot,
    timing: { validityMs: 5_000 },
    entry: () => entry,
    framer: { order: () => ({ kind: "framed", text: "", signedAt: 0 }) },
    redact: (text: string) => text,
    emit: (fact: VenueFact) => void facts.push(fact),
  } as unknown as Session; // All of it that an order over a socket touches.
  await new OrderEntry(() => session).submit(submitRequest(), gate());
  return facts;
}

const BANNED = { code: -1003, msg: "Way too many requests; IP banned." };

for (const [told, held] of [[9e15, RETRY_AFTER_MS_MAX], [-5, 1], [4_000, 4_000]] as const) {
  Deno.test(`ban over a socket: a wish of ${told} ms holds for ${held} ms`, async () => {
    const heard = { kind: "heard", status: 418, value: BANNED, retryAfterMs: told } as const;
    const expected = { kind: "banned", status: 418, retryAfterMs: held } as const;
    assertEquals(await bansOf(heard), [expected]);
  });
}

Deno.test("ban over REST: it is told by the status, though the rest of the answer never comes", async () => {
  await using venue = startStubVenue();
  const over = Promise.withResolvers<void>();
  venue.on(({ path }) =>
    path !== "/api/v3/order" ? undefined : {
      raw: async (connection) => {
        await connection.write(httpBytes("418 X", "content-length: 100\r\n", "{"));
        await over.promise;
      },
    }
  );
  await using connected = await connect(venue.endpoints, { orderEntry: "rest" });
  const { adapter: { execution }, facts } = connected;
  let isAnswered = false;
  const submitting = execution.submit(submitRequest(), gate()).then(() => isAnswered = true);
  const isTold = () => facts.some(({ kind }) => kind === "banned");
  while (!isTold() && !isAnswered) await new Promise((resolve) => setTimeout(resolve, 1));
  assertEquals([isTold(), isAnswered], [true, false]);
  over.resolve();
  await submitting;
  assertEquals(facts.filter(({ kind }) => kind === "banned").length, 1);
});
