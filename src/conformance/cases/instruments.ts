/** What is listed, and by which names. */
import { compare, isMultipleOf, isPositive } from "../../model/decimal.ts";
import { SymbolMetadataSchema } from "../../model/instrument.ts";
import type { ConformanceCase } from "../case.ts";
import { REQUEST_KINDS } from "../../exchanges/exchange.ts";
import { holds, same, valueOf } from "../expect.ts";

const LISTED = { theme: "instruments", capability: null } as const;

export const INSTRUMENT_CASES: readonly ConformanceCase[] = [
  {
    ...LISTED,
    name: "all that is listed is well formed",
    run: (stage) => {
      const list = stage.adapter.instruments.list();
      holds(list.length > 0, "something is listed");
      for (const metadata of list) {
        const parsed = SymbolMetadataSchema.safeParse(metadata);
        holds(parsed.success, `${metadata.symbolId} is well formed`, parsed.error?.issues);
        same(metadata.instrument.symbol, metadata.symbolId, "the instrument's symbol");
        same(
          stage.adapter.instruments.get(metadata.symbolId)?.symbolId,
          metadata.symbolId,
          "what is got by its symbol",
        );
      }
      const ids = new Set(list.map(({ symbolId }) => symbolId));
      same(ids.size, list.length, "symbols, each once");
      return Promise.resolve();
    },
  },
  {
    ...LISTED,
    name: "bounds and steps of the traded symbol fit together",
    run: ({ metadata, target }) => {
      const { amount, instrument } = metadata;
      same(instrument.instrumentType, target.marketType, "the type of the instrument");
      holds(isPositive(amount.step), "the step is positive", amount);
      holds(isMultipleOf(amount.min, amount.step), "the least amount is on the step", amount);
      holds(amount.max === null || compare(amount.max, amount.min) > 0, "bounds are apart", amount);
      const isContract = target.marketType !== "SPOT" && target.marketType !== "MARGIN";
      same(instrument.settleCurrency !== null, isContract, "whether it is settled in a currency");
      return Promise.resolve();
    },
  },
  {
    ...LISTED,
    name: "the venue's own name leads back to the symbol",
    run: ({ adapter, metadata }) => {
      const { resolve } = adapter.instruments;
      if (resolve === undefined) return Promise.resolve();
      const { rawSymbol } = metadata.instrument;
      for (const name of [metadata.symbolId, rawSymbol]) {
        const found = resolve.call(adapter.instruments, name);
        const names = found.kind === "ambiguous"
          ? found.candidates
          : found.kind === "listed"
          ? [found.symbolId]
          : [];
        holds(names.includes(metadata.symbolId), `${name} leads back`, found);
      }
      return Promise.resolve();
    },
  },
  {
    ...LISTED,
    name: "what is not listed is not there",
    run: ({ adapter }) => {
      same(adapter.instruments.get("NOSUCH/COIN") ?? null, null, "an unknown symbol");
      return Promise.resolve();
    },
  },
  {
    ...LISTED,
    name: "the list is read anew",
    run: async ({ adapter, target }) => {
      const list = valueOf(await adapter.instruments.load(), "instruments");
      holds(list.some(({ symbolId }) => symbolId === target.symbolId), "the symbol is still there");
    },
  },
  {
    theme: "rate limits",
    capability: null,
    name: "every kind of request has its cost in a budget there is",
    run: ({ adapter, target }) => {
      const { cost, rateLimits } = adapter.capabilities;
      for (const kind of REQUEST_KINDS) {
        for (const { budget, amount } of cost(kind, { symbolId: target.symbolId })) {
          holds(budget in rateLimits.budgets, `the budget of ${kind} is declared`, budget);
          holds(Number.isFinite(amount) && amount >= 0, `the cost of ${kind} is a number`, amount);
        }
      }
      return Promise.resolve();
    },
  },
];
