import { assertEquals } from "@std/assert";
import { Account } from "../../actors/account.ts";
import type { Reading } from "../../machines/accounting.ts";
import type { Balance } from "../../src/model/account.ts";
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
    inspect: () => {},
    onCrash: (error) => {
      throw error;
    },
  });
  const grant = () => waiting.splice(0).forEach((go) => go());
  const answer = async (...balances: readonly Balance[]) => {
    calls.at(-1)?.answer({ kind: "read", value: balances, venueTime: clock.now() });
    await clock.advanceAsync(0);
  };
  const total = () => String(account.balance("USDT")?.total);
  return { clock, account, readings, grant, answer, total };
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
