/** Trades: in part, in pages, in order, each once. */
import type { Fill } from "../../model/fill.ts";
import type { ConformanceCase } from "../case.ts";
import { holds, same, valueOf } from "../expect.ts";
import { type Stage, totalOf } from "../stage.ts";

/** More than a page of trades at OKX, Bybit (100 each) and Kraken (50). */
const PRINTS = 120;

export const FILL_CASES: readonly ConformanceCase[] = [
  {
    name: "a resting order fills in parts",
    theme: "fills",
    capability: "limit",
    needs: ["market"],
    run: async (stage) => {
      const { ref } = await stage.place({ amount: stage.amount(2) });
      await stage.fill(stage.amount());
      const part = await stage.reads(ref, "PARTIALLY_FILLED");
      same([part.filled, part.amount], [stage.amount(), stage.amount(2)], "filled of amount");
      await stage.fill(stage.amount());
      same((await stage.reads(ref, "FILLED")).filled, stage.amount(2), "the filled quantity");
      const fills = await stage.fillsOf(ref, stage.amount(2));
      same(fills.map(({ price }) => price), [stage.low, stage.low], "their prices");
      holds(fills.every(({ liquidity }) => liquidity !== "TAKER"), "a resting order makes", fills);
    },
  },
  {
    name: "a cancel keeps what had filled",
    theme: "fills",
    capability: "limit",
    needs: ["market"],
    run: async (stage) => {
      const { ref, both } = await stage.place({ amount: stage.amount(2) });
      await stage.fill(stage.amount());
      await stage.reads(ref, "PARTIALLY_FILLED");
      await stage.adapter.execution.cancel(both, stage.gate());
      const ended = await stage.reads(ref, "CANCELED");
      same([ended.filled, ended.amount], [stage.amount(), stage.amount(2)], "filled of amount");
      await stage.fillsOf(ref, stage.amount());
    },
  },
  {
    name: "the trades of an order are its own",
    theme: "fills",
    capability: "limit",
    run: async (stage) => {
      const [one, two] = [await stage.buy(), await stage.buy(2)];
      const mine = await stage.fillsOf(one.both, stage.amount());
      const theirs = await stage.fillsOf(two.both, stage.amount(2));
      const ids = new Set(mine.map(({ tradeId }) => tradeId));
      holds(!theirs.some(({ tradeId }) => ids.has(tradeId)), "no trade is of both", theirs);
      for (const { exchangeOrderId } of mine) {
        same(exchangeOrderId, one.order.exchangeOrderId, "the order of the trade");
      }
    },
  },
  {
    name: "a trade has its price and time",
    theme: "fills",
    capability: "limit",
    run: async (stage) => {
      const before = (stage.adapter.venueNow() ?? 0) - CLOCK_SLACK_MS;
      const { ref } = await stage.buy();
      for (const fill of await stage.fillsOf(ref, stage.amount())) {
        holds(fill.tradeId !== "", "a trade has an id", fill);
        holds(Number(fill.price) > 0, "a trade has a price", fill);
        holds(fill.venueTime >= before, "a trade has the venue's time", fill);
        same([fill.symbolId, fill.side], [stage.target.symbolId, "BUY"], "symbol and side");
      }
    },
  },
  {
    name: "a trade tells its fee",
    theme: "fills",
    capability: "fees with trades",
    run: async (stage) => {
      const { ref } = await stage.buy();
      for (const { fee } of await stage.fillsOf(ref, stage.amount())) {
        holds(fee !== null && fee.asset !== "", "a trade tells its fee", fee);
      }
    },
  },
  {
    name: "trades since a time: oldest first, each once",
    theme: "fills",
    capability: "limit",
    run: async (stage) => {
      const since = (stage.adapter.venueNow() ?? 0) - CLOCK_SLACK_MS;
      const orders = [await stage.buy(), await stage.buy(), await stage.buy()];
      const mine = new Set<string>(orders.map(({ order }) => order.exchangeOrderId));
      const fills = (await fillsSince(stage, since)).filter((fill) =>
        mine.has(fill.exchangeOrderId)
      );
      same(totalOf(fills), stage.amount(3), "the sum of the trades");
      ordered(fills);
    },
  },
  {
    name: "trades since a time: every page",
    theme: "fills",
    capability: "limit",
    needs: ["market"],
    run: async (stage) => {
      const since = (stage.adapter.venueNow() ?? 0) - CLOCK_SLACK_MS;
      const amount = stage.amount(PRINTS);
      const { ref, order } = await stage.place({ amount });
      for (let print = 0; print < PRINTS; print++) await stage.fill(stage.amount());
      await stage.reads(ref, "FILLED");
      const fills = (await fillsSince(stage, since)).filter(({ exchangeOrderId }) =>
        exchangeOrderId === order.exchangeOrderId
      );
      same([fills.length, totalOf(fills)], [PRINTS, amount], "trades, and their sum");
      ordered(fills);
      same((await stage.fillsOf(ref, amount)).length, PRINTS, "trades of the order");
    },
  },
  {
    name: "trades of long before are left out",
    theme: "fills",
    capability: "limit",
    run: async (stage) => {
      const { order, ref } = await stage.buy();
      const times = (await stage.fillsOf(ref, stage.amount())).map(({ venueTime }) => venueTime);
      await stage.sleep(OVERLAP_MS + PAST_MS);
      const fills = await fillsSince(stage, Math.max(...times) + OVERLAP_MS);
      const old = fills.filter(({ exchangeOrderId }) => exchangeOrderId === order.exchangeOrderId);
      same(old, [], "trades of before the time asked for");
    },
  },
];

/** Where time is counted by seconds more is read; a trade too many is known by its id. */
const OVERLAP_MS = 2_000;
/** No venue is asked about a time ahead of its clock. */
const PAST_MS = 50;
/** The offset of the venue's clock is known to some milliseconds. */
const CLOCK_SLACK_MS = 1_000;

async function fillsSince(stage: Stage, since: number): Promise<readonly Fill[]> {
  const { execution } = stage.adapter;
  return valueOf(await execution.fillsSince(stage.target.symbolId, since), "trades since");
}

function ordered(fills: readonly Fill[]): void {
  const ids = fills.map(({ exchangeOrderId, tradeId }) => `${exchangeOrderId} ${tradeId}`);
  same(ids.length, new Set(ids).size, "trades, each once");
  const late = fills.find((fill, at) => at > 0 && fills[at - 1]!.venueTime > fill.venueTime);
  holds(late === undefined, "trades are oldest first", late);
}
