/** What the account holds. */
import { add, compare, isZero, subtract } from "../../model/decimal.ts";
import type { ConformanceCase } from "../case.ts";
import { holds, same, valueOf } from "../expect.ts";
import type { Stage } from "../stage.ts";

const ACCOUNT = { theme: "account", capability: null } as const;

export const ACCOUNT_CASES: readonly ConformanceCase[] = [
  {
    ...ACCOUNT,
    name: "balances add up",
    run: async (stage) => {
      await stage.place();
      const balances = valueOf(await stage.adapter.execution.balances(), "balances");
      holds(balances.length > 0, "the account holds something");
      for (const { assetId, total, available, locked } of balances) {
        same(add(available, locked), total, `available plus locked of ${assetId}`);
      }
      const assets = new Set(balances.map(({ assetId }) => assetId));
      same(assets.size, balances.length, "assets, each once");
    },
  },
  {
    ...ACCOUNT,
    name: "a resting order locks what it may cost",
    needs: ["spot"],
    run: async (stage) => {
      const { quoteCurrency } = stage.metadata.instrument;
      const before = await balanceOf(stage, quoteCurrency);
      await stage.place();
      const after = await balanceOf(stage, quoteCurrency);
      same(after.total, before.total, "what is held");
      const locked = subtract(after.locked, before.locked);
      holds(compare(locked, before.locked) >= 0 && !isZero(locked), "more is locked", after);
    },
  },
  {
    ...ACCOUNT,
    name: "a fill moves base and quote",
    needs: ["spot"],
    run: async (stage) => {
      const { baseCurrency, quoteCurrency } = stage.metadata.instrument;
      const base = await balanceOf(stage, baseCurrency);
      const quote = await balanceOf(stage, quoteCurrency);
      await stage.buy();
      const bought = subtract((await balanceOf(stage, baseCurrency)).total, base.total);
      const paid = subtract(quote.total, (await balanceOf(stage, quoteCurrency)).total);
      holds(compare(bought, stage.amount()) <= 0 && !isZero(bought), "base has come in", bought);
      holds(Number(paid) > 0, "quote has gone out", paid);
    },
  },
  {
    ...ACCOUNT,
    name: "a spot account has no positions",
    needs: ["spot"],
    run: async (stage) => {
      await stage.buy();
      const positions = valueOf(await stage.adapter.execution.positions(), "positions");
      same(positions.filter(isTraded(stage)), [], "positions of a spot pair");
    },
  },
  {
    ...ACCOUNT,
    name: "positions are told in base units, with their sign",
    needs: ["contract"],
    run: async (stage) => {
      await stage.buy(2);
      same(await quantity(stage), stage.amount(2), "the position of a buy");
      const sell = {
        side: "SELL",
        limitPrice: stage.taking("SELL"),
        amount: stage.amount(3),
      };
      const { ref } = await stage.place(sell);
      await stage.reads(ref, "FILLED");
      same(await quantity(stage), `-${stage.amount()}`, "the position after a larger sell");
      const back = await stage.buy();
      same(back.filled.filled, stage.amount(), "the filled quantity");
      same(await quantity(stage), "0", "the position that was closed");
    },
  },
  {
    ...ACCOUNT,
    name: "the venue's clock is measured",
    run: async (stage) => {
      const { offsetMs, roundTripMs } = valueOf(await stage.adapter.syncClock(), "clock");
      holds(Number.isFinite(offsetMs) && roundTripMs >= 0, "offset and round trip", offsetMs);
      holds(stage.adapter.venueNow() !== null, "the venue's time is known");
    },
  },
];

async function balanceOf(stage: Stage, asset: string) {
  const balances = valueOf(await stage.adapter.execution.balances(), "balances");
  const found = balances.find(({ assetId }) => assetId === asset);
  return found ?? { total: "0", available: "0", locked: "0" } as Record<
    "total" | "available" | "locked",
    ReturnType<typeof add>
  >;
}

function isTraded(stage: Stage) {
  return ({ symbolId }: { readonly symbolId: string }) => symbolId === stage.target.symbolId;
}

/** Once reads agree; a flat one may be listed or not. */
async function quantity(stage: Stage): Promise<string> {
  const positions = valueOf(await stage.adapter.execution.positions(), "positions");
  return positions.find(isTraded(stage))?.asset.quantity ?? "0";
}
