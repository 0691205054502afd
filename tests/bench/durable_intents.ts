/**
 * Intents made durable in one process, at 1, 16 and 64 in flight; baseline: bare appends of the
 * same first turns, as many a batch as are in flight, which is the floor a group commit sets.
 */
import { freshContext } from "../../machines/intent_context.ts";
import { step } from "../../machines/step.ts";
import { turnRecord } from "../../actors/turn.ts";
import { openSqliteStore } from "../../src/stores/sqlite.ts";
import type { Store, TurnRecord } from "../../src/stores/store.ts";
import { clientOrderId, makeIntentId } from "../../src/model/ids.ts";
import type { OrderIntent } from "../../src/model/intent.ts";
import { systemClock } from "../../src/system/clock.ts";
import { systemRandom } from "../../src/system/random.ts";
import { type Bench, compare, type Figure, rateFigure } from "./harness.ts";
import { makeScratchDir, openScratch, quiet } from "./scratch.ts";
import { drive, type Sample } from "./stats.ts";

const WIDTHS = [1, 16, 64];
const ORDER = { symbolId: "BTC/USDT", side: "BUY", amount: "0.001", limitPrice: "20000" };
const BALANCES = { USDT: "1000000000", BTC: "1000" };

export const durableIntents: Bench = {
  name: "durable_intents",
  about: "place until durable, in process, paper exchange; baseline: the store alone",
  run: async ({ blocks }) => {
    const figures: Figure[] = [];
    for (const width of WIDTHS) figures.push(await measure(width, blocks));
    return figures;
  },
};

async function measure(width: number, blocks: number): Promise<Figure> {
  await using scratch = await openScratch({
    kind: "paper",
    statePath: null,
    feed: { kind: "none" },
    balances: BALANCES,
  });
  const exchange = scratch.kernel.exchange("main");
  const id = await exchange.placeOrder(ORDER, { waitFor: "accepted" });
  const sample = exchange.getOrderIntent(id);
  const path = await makeScratchDir();
  const store = await openSqliteStore({ path });
  const count = width === 1 ? 200 : 32 * width;
  const compared = await compare({
    ours: {
      measure: () => drive({ count, width }, () => exchange.placeOrder(ORDER)),
      restore: async () => {
        await exchange.cancelAllOrders();
        await quiet(scratch.kernel);
      },
    },
    baseline: { measure: () => appendAll(store, { sample, count, width }) },
  }, blocks);
  await store.close();
  await Deno.remove(path, { recursive: true });
  return rateFigure(`durable_intents_${width}`, compared);
}

async function appendAll(
  store: Store,
  load: { readonly sample: OrderIntent; readonly count: number; readonly width: number },
): Promise<Sample> {
  const { sample, count, width } = load;
  const turns = Array.from({ length: count }, () => firstTurn(sample));
  const latencies: number[] = [];
  const begun = performance.now();
  for (let from = 0; from < count; from += width) {
    const started = performance.now();
    await store.append({ turns: turns.slice(from, from + width) });
    latencies.push((performance.now() - started) * 1000);
  }
  return { latencies, perSecond: count / (performance.now() - begun) * 1000 };
}

const IDENTITY = { tag: "b0b0b0b0", key: systemRandom.bytes(32), epoch: 1 };
const POLICY = {
  amendInPlace: true,
  cancelByClientOrderId: true,
  proofAfterMs: 50,
  landsWithinMs: 7_000,
  retentionMs: 1_000_000,
};

/** What the kernel writes for a placed order, made by the same code. */
function firstTurn(sample: OrderIntent): TurnRecord {
  const intent = { ...sample, intentId: makeIntentId(systemClock, systemRandom) };
  const at = systemClock.now();
  const { intentId, order } = intent;
  const name = { intentId, generation: 1, attempt: 1 };
  const ticket = { clientOrderId: clientOrderId(IDENTITY, name), deadline: at + 7_000 };
  const context = step(freshContext(intent, POLICY), { type: "order.granted", at, ticket });
  const original = JSON.stringify(order);
  return turnRecord(null, context, { original, at, cause: "order.granted" });
}
