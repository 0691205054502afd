/** The suite finds what it is there for: each planted mistake of an adapter fails its case. */
import { assert, assertEquals } from "@std/assert";
import {
  type ConformanceOptions,
  runConformance,
  runStoreConformance,
  type StoreTarget,
} from "../../src/conformance/mod.ts";
import type { ExchangeAdapter, Execution, SubmitRequest } from "../../src/exchanges/exchange.ts";
import { add, decimal, floorToStep } from "../../src/model/decimal.ts";
import type { StandardOrder } from "../../src/model/order.ts";
import { openMemoryStore } from "../../src/stores/memory.ts";
import { systemClock } from "../../src/system/clock.ts";
import { PAPER_PERPETUAL, PAPER_SPOT, paperTarget } from "./paper_target.ts";
import { failuresOf } from "./subject.ts";

type Themes = NonNullable<ConformanceOptions["themes"]>;

interface Mistake {
  readonly mistake: string;
  readonly theme: Themes[number];
  /** The case that has to fail, by a part of its name. */
  readonly fails: string;
  readonly plant: (adapter: ExchangeAdapter) => ExchangeAdapter;
}

const ONE_ID = "f".repeat(32);
const OPEN_GATE = { check: () => null, sent: () => {} };
const { tickSize } = PAPER_SPOT.price;
const { step } = PAPER_SPOT.amount;

const MISTAKES: readonly Mistake[] = [
  {
    mistake: "it asks its gate and does not wait for the answer",
    theme: "gate",
    fails: "a shut gate sends no order",
    plant: doing(({ submit }) => ({ submit: (request) => submit(request, OPEN_GATE) })),
  },
  {
    mistake: "it leaves reduce-only out",
    theme: "reduce-only",
    fails: "reduce-only with nothing to reduce",
    plant: sending(() => ({ reduceOnly: false })),
  },
  {
    mistake: "it leaves post-only out",
    theme: "post-only",
    fails: "post-only never takes",
    plant: sending(() => ({ postOnly: false })),
  },
  {
    mistake: "it sends IOC as GTC",
    theme: "time in force",
    fails: "IOC that finds nobody",
    plant: sending(() => ({ timeInForce: "GTC" })),
  },
  {
    mistake: "it rounds prices",
    theme: "rejects",
    fails: "a price off the tick",
    plant: sending(({ limitPrice }) => ({
      limitPrice: limitPrice === null ? null : floorToStep(limitPrice, tickSize),
    })),
  },
  {
    mistake: "it cuts amounts",
    theme: "rejects",
    fails: "an amount off the step",
    plant: doing(({ submit }) => ({
      submit: (request, gate) =>
        submit({ ...request, amount: floorToStep(request.amount, step) }, gate),
    })),
  },
  {
    mistake: "it finds open orders only",
    theme: "look-up",
    fails: "a filled order is found",
    plant: doing(({ lookup }) => ({
      lookup: async (ref) => {
        const found = await lookup(ref);
        const { venueTime } = found.kind === "failed" ? { venueTime: 0 } : found;
        const isOpen = found.kind === "found" && found.order.status === "OPEN";
        return isOpen ? found : { kind: "absent", venueTime };
      },
    })),
  },
  {
    mistake: "it dates an absence ahead",
    theme: "look-up",
    fails: "what was never placed",
    plant: doing(({ lookup }) => ({
      lookup: async (ref) => {
        const found = await lookup(ref);
        return found.kind === "failed" ? found : { ...found, venueTime: found.venueTime + 9_000 };
      },
    })),
  },
  {
    mistake: "it takes a duplicate id for a refusal",
    theme: "duplicates",
    fails: "a second order under a live id",
    plant: doing(({ submit }) => ({
      submit: async (request, gate) => {
        const outcome = await submit(request, gate);
        return outcome.kind !== "unknown" ? outcome : {
          kind: "refused",
          reason: { code: "DUPLICATE", venueCode: null, message: "it is there already" },
        };
      },
    })),
  },
  {
    mistake: "it gives every trade to every order",
    theme: "fills",
    fails: "the trades of an order are its own",
    plant: doing(({ fillsSince }) => ({ fillsOf: ({ symbolId }) => fillsSince(symbolId, 0) })),
  },
  {
    mistake: "it tells trades twice",
    theme: "fills",
    fails: "oldest first, each once",
    plant: doing(({ fillsSince }) => ({
      fillsSince: async (symbolId, since) => {
        const read = await fillsSince(symbolId, since);
        return read.kind === "read" ? { ...read, value: [...read.value, ...read.value] } : read;
      },
    })),
  },
  {
    mistake: "it forgets what is locked",
    theme: "account",
    fails: "balances add up",
    plant: doing(({ balances }) => ({
      balances: async () => {
        const read = await balances();
        if (read.kind === "failed") return read;
        const value = read.value.map((each) => ({ ...each, total: add(each.total, decimal(1)) }));
        return { ...read, value };
      },
    })),
  },
  {
    mistake: "it says canceled and sends nothing",
    theme: "cancel",
    fails: "canceled by both ids",
    plant: doing(() => ({ cancel: () => Promise.resolve({ kind: "accepted", order: null }) })),
  },
  {
    mistake: "it amends nothing and says so too late",
    theme: "amend",
    fails: "price and amount change in place",
    plant: doing(({ lookup }) => ({
      amend: async (request, gate) => {
        gate.check({ signedAt: 0, validForMs: 1 });
        gate.sent();
        const found = await lookup(request);
        return found.kind === "found"
          ? { kind: "accepted", order: found.order }
          : { kind: "unknown", cause: { code: "TIMEOUT", message: "" } };
      },
    })),
  },
  {
    mistake: "it tells of orders under another id",
    theme: "stream",
    fails: "an order is told when it rests",
    plant: (adapter) =>
      instead(adapter, {
        onFact: (listener: Parameters<ExchangeAdapter["onFact"]>[0]) =>
          adapter.onFact((fact) =>
            listener(
              fact.kind === "order"
                ? { ...fact, order: { ...fact.order, clientOrderId: ONE_ID } }
                : fact,
            )
          ),
      }),
  },
  {
    mistake: "its sockets say twice that they closed",
    theme: "reconnect",
    fails: "says so once",
    plant: (adapter) =>
      instead(adapter, {
        sockets: adapter.sockets.map((socket) =>
          instead(socket, {
            open: (
              { onFrame, onClose }: Parameters<typeof socket.open>[0],
              signal: AbortSignal,
            ) => {
              const twice = (reason: string) => [1, 2].forEach(() => onClose(reason));
              return socket.open({ onFrame, onClose: twice }, signal);
            },
          })
        ),
      }),
  },
];

for (const { mistake, theme, fails, plant } of MISTAKES) {
  Deno.test(`conformance bites: ${mistake}`, async () => {
    const target = { ...paperTarget("broken", PAPER_SPOT, plant), patienceMs: 100 };
    const card = await runConformance(target, { clock: systemClock, themes: [theme] });
    const failures = failuresOf(card);
    assert(failures.some((failure) => failure.includes(fails)), JSON.stringify(failures));
  });
}

Deno.test("conformance bites: a position that reduce-only turns", async () => {
  const plant = sending(() => ({ reduceOnly: false }));
  const target = paperTarget("broken", PAPER_PERPETUAL, plant);
  const card = await runConformance(target, { clock: systemClock, themes: ["reduce-only"] });
  assertEquals(card.results.filter(({ verdict }) => verdict === "failed").length, 2);
});

Deno.test("conformance: what a target has no control for is told as not run", async () => {
  const { market: _market, faults: _faults, ledger: _ledger, ...rest } = paperTarget(
    "bare",
    PAPER_SPOT,
  );
  const card = await runConformance(rest, { clock: systemClock, themes: ["fills", "faults"] });
  assertEquals(card.failed, 0);
  const reasons = card.results.filter(({ verdict }) => verdict === "not run");
  assertEquals(new Set(reasons.map(({ detail }) => detail)), new Set(["needs market"]));
});

Deno.test("conformance: without a reset what rests is canceled and what was bought is sold", async () => {
  const { reset: _reset, ...rest } = paperTarget("kept", PAPER_SPOT);
  await runConformance(rest, { clock: systemClock, themes: ["place"] });
  const adapter = await rest.open();
  await adapter.connect(new AbortController().signal);
  const open = await adapter.execution.openOrders();
  const balances = await adapter.execution.balances();
  await adapter.disconnect();
  assert(open.kind === "read" && balances.kind === "read");
  assertEquals(open.value, []);
  const base = balances.value.find(({ assetId }) => assetId === "BTC");
  assertEquals(base?.locked, "0");
  // Less than a step of each order stays: the fee was taken in what was bought.
  assert(Math.abs(Number(base?.total) - 10) < 4 * Number(step), base?.total);
});

/** The adapter with some of its calls replaced; they are given the right ones. */
function doing(change: (right: Execution) => Partial<Execution>) {
  return (adapter: ExchangeAdapter): ExchangeAdapter => {
    const right = instead(adapter.execution, {});
    return instead(adapter, { execution: instead(adapter.execution, change(right)) });
  };
}

/** The adapter with something else in its orders. */
function sending(change: (order: StandardOrder) => Partial<StandardOrder>) {
  return doing(({ submit }) => ({
    submit: (request: SubmitRequest, gate) => {
      const order = { ...request.order, ...change(request.order) };
      return submit({ ...request, order }, gate);
    },
  }));
}

/** The same object with other members; methods keep the object they belong to. */
function instead<T extends object>(object: T, members: Readonly<Record<string, unknown>>): T {
  return new Proxy(object, {
    get(target, key) {
      if (typeof key === "string" && key in members) return members[key];
      const value: unknown = Reflect.get(target, key);
      return typeof value === "function" ? value.bind(target) : value;
    },
  });
}

Deno.test("store conformance: the memory store conforms, one that prunes nothing does not", async () => {
  const target = (members: Readonly<Record<string, unknown>>): StoreTarget => ({
    name: "memory",
    open: () => {
      const store = instead(openMemoryStore(), members);
      return Promise.resolve({ store, dispose: () => Promise.resolve() });
    },
  });
  const right = await runStoreConformance(target({}), { clock: systemClock });
  assertEquals(right.filter(({ verdict }) => verdict === "failed"), []);
  const wrong = await runStoreConformance(target({ prune: () => 0 }), { clock: systemClock });
  const failed = wrong.filter(({ verdict }) => verdict === "failed").map((each) => each.case);
  assertEquals(failed, [
    "prune removes old events and tells the oldest that is left",
    "pruned events take neither intents nor ids with them",
  ]);
});
