import { assertEquals } from "@std/assert";
import { Account } from "../../actors/account.ts";
import type { Reading } from "../../machines/accounting.ts";
import type { Balance, Position } from "../../src/model/account.ts";
import { decimal, ZERO } from "../../src/model/decimal.ts";
import { VirtualClock } from "../../src/system/virtual_clock.ts";
import { type Call, CAPABILITIES, fakeExecution } from "./fakes.ts";

const usdt = (total: string, updatedAt = 0): Balance => ({
  assetId: "USDT",
  total: decimal(total),
  available: decimal(total),
  locked: ZERO,
  borrowed: ZERO,
  interest: ZERO,
  updatedAt,
});

/** An account whose reads wait for `grant`, and whose venue answers when told to. */
function opened() {
  const clock = new VirtualClock();
  const calls: Call[] = [];
  const readings: Reading[] = [];
  const told: string[] = [];
  const waiting: (() => void)[] = [];
  const account = new Account({
    exchangeId: "main",
    clock,
    adapter: {
      execution: fakeExecution(calls),
      capabilities: CAPABILITIES,
      venueNow: () => clock.now(),
    },
    runner: {
      run: (_kind, _priority, read) =>
        new Promise((resolve) => waiting.push(() => void read().then(resolve))),
    },
    onReading: (reading) => void readings.push(reading),
    onPositions: (open) =>
      void told.push(open.map(({ symbolId, asset }) => `${symbolId} ${asset.quantity}`).join()),
    inspect: () => {},
    onCrash: (error) => {
      throw error;
    },
  });
  const grant = () => waiting.splice(0).forEach((go) => go());
  const answer = async (...rows: readonly (Balance | Position)[]) => {
    calls.at(-1)?.answer({ kind: "read", value: rows, venueTime: clock.now() });
    await clock.advanceAsync(0);
  };
  const total = () => String(account.balance("USDT")?.total);
  return { clock, account, readings, told, grant, answer, total };
}

Deno.test("account: a frame that comes while the answer is on its way is newer", async () => {
  const a = opened();
  const read = a.account.refresh();
  a.grant();
  a.account.merge([usdt("90")]);
  await a.answer(usdt("100"));
  assertEquals([a.total(), a.readings[0]?.quantities[0]?.quantity], ["90", decimal("90")]);
  a.grant();
  await a.answer();
  assertEquals(await read, null);
  a.account.stop();
});

Deno.test("account: a frame that came before the read was sent is older than its answer", async () => {
  const a = opened();
  const read = a.account.refresh();
  a.account.merge([usdt("90")]);
  await a.clock.advanceAsync(60_000); // the limiter lets it wait
  a.grant();
  await a.answer(usdt("100"));
  assertEquals([a.total(), a.readings[0]?.quantities[0]?.quantity], ["100", decimal("100")]);
  a.grant();
  await a.answer();
  assertEquals(await read, null);
  a.account.stop();
});

Deno.test("account: a frame that another one has overtaken changes nothing", () => {
  const a = opened();
  a.account.merge([usdt("80", 2_000)]);
  a.account.merge([usdt("90", 1_000)]);
  assertEquals(a.total(), "80");
  a.account.merge([usdt("70", 2_000)]);
  assertEquals(a.total(), "70", "of two of one moment the later one counts");
  a.account.stop();
});

const PERP = "BTC/USDT:PERP";

function held(quantity: string, changes: Partial<Position> = {}): Position {
  const updatedAt = changes.updatedAt ?? 0;
  const none = { entryPrice: null, liquidationPrice: null, realizedPnl: null };
  return {
    positionId: PERP,
    symbolId: PERP,
    asset: {
      ...none,
      assetId: PERP,
      quantity: decimal(quantity),
      available: ZERO,
      locked: ZERO,
      markPrice: decimal("100"),
      unrealizedPnl: decimal("2"),
      marginUsed: decimal("3"),
      updatedAt,
    },
    metadata: {
      assetId: PERP,
      symbol: PERP,
      assetType: "PERP",
      name: PERP,
      contractSize: null,
      settlementAsset: "USDT",
      expiryTimestamp: null,
      tickSize: null,
      lotSize: null,
      initialMarginRate: null,
      maintenanceMarginRate: null,
      metadata: {},
    },
    leverage: decimal("10"),
    side: null,
    updatedAt,
    ...changes,
  };
}

async function readPositions(a: ReturnType<typeof opened>, ...positions: readonly Position[]) {
  const read = a.account.refresh();
  a.grant();
  await a.answer();
  a.grant();
  await a.answer(...positions);
  assertEquals(await read, null);
}

Deno.test("account: flat positions are not shown, and tell their leverage", async () => {
  const a = opened();
  await readPositions(a, held("0"), held("2", { symbolId: "ETH/USDT:PERP" }));
  assertEquals(a.account.positions().map(({ symbolId }) => symbolId), ["ETH/USDT:PERP"]);
  const { quantity, leverage } = a.account.held(PERP);
  assertEquals([quantity, leverage], [ZERO, decimal("10")]);
  assertEquals(a.account.held("SOL/USDT:PERP").leverage, null);
  const { totalMarginUsed, totalUnrealizedPnl } = a.account.accountState();
  assertEquals([totalMarginUsed, totalUnrealizedPnl], [decimal("3"), decimal("2")]);
  assertEquals(a.readings.at(-1)?.settledIn, ["USDT"], "nothing flat moves a balance");
  a.account.stop();
});

Deno.test("account: a frame changes the positions it names, 0 closes one", async () => {
  const a = opened();
  a.account.mergePositions([held("9")]);
  assertEquals(a.told, [], "before the first reading nobody knows what is open");
  await readPositions(a, held("1"), held("2", { symbolId: "ETH/USDT:PERP" }));
  a.account.mergePositions([held("0", { updatedAt: 2_000 })]);
  assertEquals(a.told.at(-1), "ETH/USDT:PERP 2");
  a.account.mergePositions([held("5", { updatedAt: 1_000 })]);
  assertEquals(a.told.at(-1), "ETH/USDT:PERP 2", "a frame that another one has overtaken");
  a.account.stop();
});

Deno.test("account: a frame that was held up does not undo what was read since", async () => {
  const a = opened();
  const now = a.clock.now();
  await readPositions(a, held("2", { updatedAt: now - 10_000 }));
  a.account.mergePositions([held("1", { updatedAt: now - 20_000 })]);
  assertEquals(a.account.held(PERP).quantity, decimal("2"));
  a.account.mergePositions([held("7", { symbolId: "ETH/USDT:PERP", updatedAt: now - 20_000 })]);
  assertEquals(a.told.at(-1), "BTC/USDT:PERP 2", "what was not listed had been closed");
  a.account.mergePositions([held("3", { updatedAt: now })]);
  assertEquals(a.account.held(PERP).quantity, decimal("3"));
  a.account.stop();
});

Deno.test("account: a flat contract is known as of the question, however its row is dated", async () => {
  const a = opened();
  const now = a.clock.now();
  await readPositions(a, held("0", { updatedAt: now + 1_000 }));
  assertEquals(a.account.held(PERP).updatedAt, now - 2_000);
  assertEquals(a.account.held("ETH/USDT:PERP").updatedAt, now - 2_000);
  a.account.stop();
});

Deno.test("account: a position's frame that comes while the answer is on its way is newer", async () => {
  const a = opened();
  const read = a.account.refresh();
  a.grant();
  await a.answer();
  a.grant();
  a.account.mergePositions([held("3")]);
  await a.answer(held("1"));
  await read;
  assertEquals(a.account.held(PERP).quantity, decimal("3"));
  a.account.stop();
});

Deno.test("account: crossed and isolated positions of one contract are held together", async () => {
  const a = opened();
  await readPositions(a, held("-2", { positionId: "crossed" }), held("1", { positionId: "alone" }));
  assertEquals(a.account.held(PERP).quantity, decimal("-1"));
  a.account.mergePositions([held("0", { positionId: "alone", updatedAt: 1_000 })]);
  assertEquals(a.account.held(PERP).quantity, decimal("-2"));
  a.account.stop();
});

Deno.test("account: long and short of one contract are held together, at the lower leverage", async () => {
  const a = opened();
  const short = held("1", { side: "SHORT", leverage: decimal("5") });
  await readPositions(a, held("3", { side: "LONG" }), short);
  const { quantity, leverage } = a.account.held(PERP);
  assertEquals([quantity, leverage], [decimal("2"), decimal("5")]);
  a.account.stop();
});
