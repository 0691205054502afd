/** Adapters from outside, and several exchanges of one venue in one kernel. */
import { assert, assertEquals, assertRejects, assertThrows } from "@std/assert";
import {
  type AdapterContext,
  ConfigError,
  type ExchangeAdapter,
  ExchangeError,
  openKernel,
  type OpenKernelOptions,
  registerExchange,
} from "../mod.ts";
import { createPaperAdapter } from "../src/exchanges/paper/factory.ts";
import { systemClock } from "../src/system/clock.ts";
import { systemRandom } from "../src/system/random.ts";
import { startTestnet } from "../src/testnet/server.ts";

const ORDER = { symbolId: "BTC/USDT", side: "BUY", amount: "0.01", limitPrice: "20000" } as const;
const NO_FEED = { kind: "none" } as const;

/** An adapter as somebody outside might write it: a venue of its own behind the port. */
async function openAcme({ id, clock, random, options }: AdapterContext): Promise<ExchangeAdapter> {
  const { kind, apiKey, ...rest } = options;
  if (apiKey !== "acme-key") throw new ExchangeError("KEY", `Cannot open ${id} of ${kind}: no key`);
  const inner = await createPaperAdapter({
    id,
    clock,
    random,
    options: { feed: NO_FEED, ...rest },
  });
  return new Proxy<ExchangeAdapter>(inner, {
    get(target, name) {
      if (name === "type") return "DEX";
      const value = Reflect.get(target, name, target);
      return typeof value === "function" ? value.bind(target) : value;
    },
  });
}

Deno.test("registry: an outside adapter trades in kernels opened after it was registered", async () => {
  const exchanges = { main: { kind: "acme-test", apiKey: "acme-key" } };
  const early = await assertRejects(() => openKernel({ exchanges }), ConfigError);
  assert(early.message.startsWith("exchanges.main.kind: expected one of paper, binance, okx"));
  registerExchange("acme-test", openAcme);
  await using kernel = await openKernel({ exchanges });
  const exchange = kernel.exchange("main");
  const intentId = await exchange.placeOrder(ORDER, { waitFor: "accepted" });
  await exchange.cancelOrder(intentId, { waitFor: "final" });
  assertEquals(exchange.getOrderState(intentId).reconciliationStatus, "CANCELED");
});

Deno.test("registry: a kind that exists is refused, whoever brought it", () => {
  registerExchange("acme-twice", openAcme);
  for (const kind of ["acme-twice", "paper", "binance", "okx", "okex", "cme", "nse"]) {
    const error = assertThrows(() => registerExchange(kind, openAcme), TypeError);
    assertEquals(error.message, `Cannot register exchange kind ${kind}: it exists`);
  }
});

Deno.test("registry: what is no kind, or no factory, is refused", () => {
  for (const kind of ["", "Acme", "a b", "1st", "x".repeat(33)]) {
    assertThrows(() => registerExchange(kind, openAcme), TypeError, "expected 1 to 32");
  }
  const factory = {} as typeof openAcme; // as a caller without type checks could pass it
  assertThrows(() => registerExchange("acme-none", factory), TypeError, "no function");
});

Deno.test("registry: an unknown kind is refused with those there are and the one that was meant", async () => {
  registerExchange("acme-known", openAcme);
  const open = () => openKernel({ exchanges: { x: { kind: "acme-knwon" } } });
  const { message } = await assertRejects(open, ConfigError);
  assert(message.includes("acme-known, got acme-knwon"), message);
  assert(message.endsWith('(did you mean "acme-known"?)'), message);
  const off = () => openKernel({ exchanges: { x: { kind: "krakn", enabled: false } } });
  await assertRejects(off, ConfigError, 'did you mean "kraken"?');
});

Deno.test("registry: two paper and two testnet exchanges in one kernel keep apart", async () => {
  const keys = [1, 2].map((n) => ({ apiKey: `k${n}`.padEnd(64, "0"), secret: `secret-${n}` }));
  const testnet = startTestnet({
    clock: systemClock,
    random: systemRandom,
    limits: "none",
    accounts: keys.map((key, i) => ({ ...key, balances: { USDT: `${i + 1}000` } })),
  });
  try {
    const timing = { validityMs: 500, engineBoundMs: 50, settleMs: 50 };
    const budgets = { weight: { capacity: 10_000_000 }, orders: { capacity: 100_000 } };
    const limits = { budgets };
    const venue = { kind: "binance", endpoints: testnet.url, timing, limits };
    await using kernel = await openKernel({
      exchanges: {
        paper_1: { kind: "paper", feed: NO_FEED, balances: { USDT: "3000" } },
        paper_2: { kind: "paper", feed: NO_FEED, balances: { USDT: "4000" } },
        binance_1: { ...venue, ...keys[0] },
        binance_2: { ...venue, ...keys[1] },
      },
    });
    const exchanges = kernel.exchanges();
    assertEquals(exchanges.map(({ id }) => id), ["paper_1", "paper_2", "binance_1", "binance_2"]);
    // The same intent id everywhere: it names an intent of its exchange only.
    for (const exchange of exchanges) {
      const options = {
        intentId: "one",
        labels: { at: exchange.id },
        waitFor: "accepted",
      } as const;
      await exchange.placeOrder({ ...ORDER, amount: "0.001", limitPrice: "20000" }, options);
    }
    for (const exchange of exchanges) {
      assertEquals(exchange.getAllIntents().items.map(({ intent }) => intent.labels), [
        { at: exchange.id },
      ]);
      assertEquals(exchange.getAllOrders().items.length, 1);
    }
    const totals = exchanges.map((exchange) => {
      const { balances } = exchange.getAccountState();
      return balances.find(({ assetId }) => assetId === "USDT")?.total;
    });
    assertEquals<unknown>(totals, ["3000", "4000", "1000", "2000"]);
    await kernel.exchange("binance_1").cancelOrder("one", { waitFor: "final" });
    const states = exchanges.map((e) => e.getOrderState("one").reconciliationStatus);
    assertEquals(states, ["ACTIVE", "ACTIVE", "CANCELED", "ACTIVE"]);
  } finally {
    await testnet.close();
  }
});

const KEY = { kind: "binance", apiKey: "canary-key", secret: "canary-secret" } as const;
const WALLET = "0xf39Fd6e51aad88F6F4ce6aB8827279cffFb92266";
const AGENT = { kind: "hyperliquid", walletAddress: WALLET, privateKey: "0f".repeat(32) } as const;

const SHARED: readonly (readonly [string, OpenKernelOptions["exchanges"], string])[] = [
  ["one key twice", { a: KEY, b: { ...KEY, secret: "another" } }, "apiKey"],
  [
    "one wallet with two agents",
    {
      a: AGENT,
      b: { ...AGENT, walletAddress: WALLET.toLowerCase(), privateKey: "f0".repeat(32) },
    },
    "walletAddress",
  ],
  [
    "the account that the local testnet gives whoever brings no key",
    { a: { kind: "binance", testnet: "local" }, b: { kind: "binance", testnet: "local" } },
    "apiKey",
  ],
  [
    "two markets of one wallet",
    {
      a: { ...KEY, kind: "bybit", market: "spot" },
      b: { ...KEY, kind: "bybit", market: "linear" },
    },
    "apiKey",
  ],
  [
    "one address of a testnet, written in two ways",
    {
      a: { ...KEY, endpoints: "http://127.0.0.1:7171" },
      b: { ...KEY, endpoints: "http://127.0.0.1:7171/" },
    },
    "apiKey",
  ],
];

for (const [name, exchanges, field] of SHARED) {
  Deno.test(`registry: two exchanges on one account are refused: ${name}`, async () => {
    const { message } = await assertRejects(() => openKernel({ exchanges }), ConfigError);
    assertEquals(
      message,
      `exchanges.b.${field}: is the account of exchanges.a too: both would act on its orders; ` +
        "give one of them a key of another account, or set mode: observe on it",
    );
  });
}

Deno.test("registry: one account may be traded once and observed beside that", async () => {
  for (const b of [{ mode: "observe" }, { enabled: false }, { testnet: true }] as const) {
    const exchanges = { a: KEY, b: { ...KEY, ...b } };
    await using kernel = await openKernel({ exchanges, autoStart: false });
    assertEquals(kernel.exchanges().length, "enabled" in b ? 1 : 2);
  }
});
