import { assert, assertEquals } from "@std/assert";
import { Connection } from "../../actors/connection.ts";
import { SeededRandom } from "../../src/system/seeded_random.ts";
import { VirtualClock } from "../../src/system/virtual_clock.ts";
import { executionReport } from "../exchanges/ccxt/stub_stream.ts";
import { CcxtDay } from "./ccxt_day.ts";
import { reachable } from "./reachable.ts";

const HOUR_MS = 3_600_000;
const FRAME_EVERY_MS = 10_000;
/** Of each hour so much is troubled; the rest is long enough for tokens to be renewed. */
const TROUBLED_MS = 1_200_000;
const CUT_EVERY_MS = 120_000;
const FRAMES = [
  executionReport(),
  { subscriptionId: 0, event: { e: "outboundAccountPosition", u: 1, B: [] } },
  { subscriptionId: 0, event: { e: "balanceUpdate", E: 1, a: "BTC", d: "1", T: 1 } },
];

/** What ccxt and the clock hold while both sockets are open and nothing else is going on. */
function held({ exchange, clients }: Pick<CcxtDay, "exchange"> & { clients: CcxtDay["clients"] }) {
  assert(exchange !== null);
  const own = exchange as unknown as Readonly<Record<string, unknown>>;
  return {
    clients: Object.keys(exchange.clients).length,
    subscriptions: countOf(clients().map(({ subscriptions }) => subscriptions)),
    futures: countOf(clients().map(({ futures }) => futures)),
    rejections: countOf(clients().map(({ rejections }) => rejections)),
    orders: own["orders"],
    myTrades: own["myTrades"],
    reachable: reachable(exchange),
  };
}

function countOf(records: readonly Readonly<Record<string, unknown>>[]): number {
  return records.reduce((sum, record) => sum + Object.keys(record).length, 0);
}

Deno.test("soak: each connect of the adapter has an instance of ccxt of its own, and leaves none open", async () => {
  const { fetch } = globalThis;
  const clock = new VirtualClock();
  const day = new CcxtDay(clock);
  globalThis.fetch = day.answer;
  try {
    const instances = new Set<unknown>();
    for (let life = 1; life <= 3; life++) {
      await day.adapter.connect(new AbortController().signal);
      instances.add(day.exchange);
      const [socket] = day.adapter.sockets;
      const opening = socket!.open(
        { onFrame: () => {}, onClose: () => {} },
        new AbortController().signal,
      );
      await clock.advanceAsync(100);
      await opening;
      assertEquals([instances.size, day.open, day.clients().length], [life, 1, 1]);
      const ending = day.adapter.disconnect();
      await clock.advanceAsync(10_000);
      await ending;
      assertEquals([day.open, day.clients().length, clock.pending], [0, 0, 0]);
    }
  } finally {
    globalThis.fetch = fetch;
  }
});

Deno.test("soak: ccxt's instance holds after a day of frames and reconnects what it held at first", async () => {
  const { fetch } = globalThis;
  const clock = new VirtualClock();
  const day = new CcxtDay(clock);
  globalThis.fetch = day.answer;
  try {
    await day.adapter.connect(new AbortController().signal);
    const random = new SeededRandom(3);
    const none = () => {};
    const connections = day.adapter.sockets.map((socket) =>
      new Connection({ socket, clock, random, onUp: none, onDown: none })
    );
    for (const connection of connections) connection.start();
    const hour = async () => {
      for (let passed = 0; passed < HOUR_MS; passed += FRAME_EVERY_MS) {
        day.send(FRAMES);
        if (passed < TROUBLED_MS && passed % CUT_EVERY_MS === 0) day.cut();
        await clock.advanceAsync(FRAME_EVERY_MS);
      }
      await clock.advanceAsync(60_000); // Everything is back.
      return {
        ...held({ exchange: day.exchange, clients: () => day.clients() }),
        timers: clock.pending,
      };
    };
    const first = await hour();
    let last = first;
    for (let passed = 1; passed < 24; passed++) last = await hour();
    assertEquals(last, first);
    assertEquals([first.clients, first.futures, first.orders], [2, 0, undefined]);
    assert(day.facts > 30_000 && day.renewals > 40, `${day.facts} facts, ${day.renewals} renewals`);
    assert(day.refusedRenewals > 1 && day.keys > day.refusedRenewals, "a refused renewal ends it");
    for (const connection of connections) {
      assertEquals(connection.state, "open");
      assert(connection.health().reconnects > 200, `${connection.health().reconnects} reconnects`);
    }
    const stopping = connections.map((connection) => connection.stop());
    await clock.advanceAsync(10_000);
    await Promise.all(stopping);
    await day.adapter.disconnect();
    assertEquals([clock.pending, day.open, day.clients().length], [0, 0, 0]);
  } finally {
    globalThis.fetch = fetch;
  }
});
