/** What a connection promises to those around it, while it is lost and while it comes back. */
import { assertEquals } from "@std/assert";
import { Connection } from "../../actors/connection.ts";
import type { ConnectionState } from "../../machines/connection.ts";
import type { Execution } from "../../src/exchanges/exchange.ts";
import { decimal } from "../../src/model/decimal.ts";
import { SeededRandom } from "../../src/system/seeded_random.ts";
import { VirtualClock } from "../../src/system/virtual_clock.ts";
import { Line } from "../soak/lines.ts";
import { openPaperKernel, type PaperKernel, RESTING } from "./paper_kernel.ts";

type Listing = Awaited<ReturnType<Execution["openOrders"]>>;

interface Stage {
  readonly k: PaperKernel;
  /** From now on a listing is as old as its question, and arrives when it is let go. */
  hold(): void;
  release(): void;
}

/** One exchange with one resting order of ours, `i1`. */
async function stage(): Promise<Stage> {
  let held: (() => void)[] | null = null;
  const k = await openPaperKernel(["a"], undefined, (adapter) => {
    const { execution } = adapter;
    const openOrders = execution.openOrders.bind(execution);
    execution.openOrders = async (...asked): Promise<Listing> => {
      const listing = await openOrders(...asked);
      if (held !== null) await new Promise<void>((resolve) => held?.push(resolve));
      return listing;
    };
  });
  const placed = k.kernel.exchange("a").placeOrder(RESTING, { intentId: "i1" });
  await k.run(100);
  await placed;
  return {
    k,
    hold: () => void (held = []),
    release: () => {
      const waiting = held ?? [];
      held = null;
      for (const go of waiting) go();
    },
  };
}

/** Somebody sells us so much. */
function fill({ k }: Stage, quantity: string): void {
  const { engine } = k.exchangeEngine("a");
  engine.trade("BTC/USDT", {
    price: decimal("19999"),
    quantity: decimal(quantity),
    takerSide: "SELL",
  });
}

/** The connection is lost and back, and the resync waits for its listing. */
async function resyncing(on: Stage): Promise<void> {
  on.hold();
  on.k.dropSocket("a");
  await on.k.run(1_000);
  assertEquals(on.k.exchange("a").state, "syncing");
}

for (
  const { quantity, state } of [
    { quantity: "0.004", state: "ACTIVE.partiallyFilled" },
    { quantity: "1", state: "COMPLETED" },
  ]
) {
  Deno.test(`connection: a frame during a resync counts, and an older listing undoes nothing (${state})`, async () => {
    const on = await stage();
    await resyncing(on);
    fill(on, quantity);
    await on.k.run(100);
    const during = on.k.kernel.exchange("a").getOrderState("i1");
    assertEquals(during.state, state);

    on.release();
    await on.k.run(10_000);
    const after = on.k.kernel.exchange("a").getOrderState("i1");
    assertEquals([after.state, after.filledAmount], [state, during.filledAmount]);
    assertEquals(on.k.held.store.fills({ intentId: "i1" }).items.length, 1);
    assertEquals(on.k.exchange("a").state, "ready");
    await on.k.close();
  });
}

Deno.test("connection: lost again during a resync, it resyncs once more, and nothing leaves before", async () => {
  const on = await stage();
  await resyncing(on);
  on.k.dropSocket("a");
  on.release();
  await on.k.run(0);
  assertEquals(on.k.exchange("a").gate.isOpen, false);
  await on.k.run(10_000);
  assertEquals([on.k.exchange("a").state, on.k.exchange("a").gate.isOpen], ["ready", true]);
  await on.k.close();
});

Deno.test("connection: each loss and each return is one event, and the loss says why", async () => {
  const on = await stage();
  for (let times = 0; times < 3; times++) {
    on.k.dropSocket("a");
    await on.k.run(10_000);
  }
  const told = on.k.held.store.events({ since: 0, limit: 500 }).items
    .filter(({ type }) => type.startsWith("Connection"))
    .map(({ type, payload }) => [type, payload["socketId"], payload["reason"]]);
  const up = ["ConnectionUp", "private", null];
  const down = ["ConnectionDown", "private", "1006"];
  assertEquals(told, [up, down, up, down, up, down, up]);
  await on.k.close();
});

Deno.test("connection: its listener hears of every state in turn", async () => {
  const clock = new VirtualClock();
  const random = new SeededRandom(2);
  const line = new Line({ id: "private", clock, random, everyMs: 1e9 });
  const states: ConnectionState[] = [];
  const connection = new Connection({
    socket: line,
    clock,
    random,
    onUp: () => {},
    onDown: () => {},
    onState: (state) => states.push(state),
  });
  connection.start();
  await clock.advanceAsync(line.staleAfterMs + 1_000);
  line.cut();
  await clock.advanceAsync(1_000);
  await connection.stop();
  const returned = ["dialing", "open"] as const;
  assertEquals(states, [...returned, "stale", "open", "backoff", ...returned, "stopped"]);
});
