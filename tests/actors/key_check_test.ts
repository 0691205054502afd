/** What a key may do is asked after each connect; one that may withdraw parks its exchange. */
import { assert, assertEquals, assertRejects } from "@std/assert";
import type { PaperAdapter } from "../../src/exchanges/paper/adapter.ts";
import type { ExchangeAdapter } from "../../src/exchanges/exchange.ts";
import { DeniedError, ExchangeError } from "../../src/model/errors.ts";
import type { KeyPermissions } from "../../src/model/key_permissions.ts";
import { openPaperKernel, type PaperKernel, RESTING } from "./paper_kernel.ts";

type Read = Awaited<ReturnType<NonNullable<ExchangeAdapter["permissions"]>>>;

function read(value: KeyPermissions | null): Read {
  return { kind: "read", value, venueTime: 0 };
}

const FAILED: Read = { kind: "failed", cause: { code: "TIMEOUT", message: "no answer" } };

/** A kernel whose one venue answers the question so; each answer once, the last for ever. */
async function openWith(
  answers: readonly Read[],
  settings: { readonly allowWithdrawalKeys?: boolean } = {},
): Promise<{ readonly k: PaperKernel; readonly asked: () => number }> {
  let asked = 0;
  const prepare = (adapter: PaperAdapter) => {
    const asking: ExchangeAdapter = adapter;
    asking.permissions = () => Promise.resolve(answers[Math.min(asked++, answers.length - 1)]!);
  };
  const k = await openPaperKernel(["a"], undefined, prepare, settings);
  return { k, asked: () => asked };
}

const MAY_WITHDRAW = read({ withdraw: true, trade: true });

Deno.test("key check: a key that may withdraw parks the exchange, with why and what to do", async () => {
  const { k } = await openWith([MAY_WITHDRAW]);
  const { state, ready, parkedBecause = "", sockets } = k.kernel.exchange("a").healthCheck();
  assertEquals([state, ready, sockets], ["parked", false, []]);
  assert(/may withdraw.*allowWithdrawalKeys: true/.test(parkedBecause), parkedBecause);
  const { items } = k.kernel.storedEvents({
    since: 0,
    limit: 10,
    filter: { type: "ExchangeParked" },
  });
  assertEquals(items.map(({ exchangeId, payload }) => [exchangeId, payload]), [
    ["a", { reason: parkedBecause }],
  ]);
  assertEquals(k.log, ["exchange parked"]);
  await k.close();
});

Deno.test("key check: a parked exchange takes no orders, and none is sent", async () => {
  const { k } = await openWith([MAY_WITHDRAW]);
  const placing = k.kernel.exchange("a").placeOrder(RESTING);
  const error = await assertRejects(() => placing, DeniedError);
  assertEquals(error.code, "EXCHANGE_NOT_RUNNING");
  await k.run(10_000);
  assertEquals(k.exchangeEngine("a").engine.orders("main", {}).length, 0);
  await k.close();
});

Deno.test("key check: it is taken all the same where that was allowed, without asking", async () => {
  const { k, asked } = await openWith([MAY_WITHDRAW], { allowWithdrawalKeys: true });
  assertEquals([k.exchange("a").state, asked()], ["ready", 0]);
  await k.close();
});

Deno.test("key check: a venue that does not say, and a key without that right, are taken", async () => {
  for (const answer of [read(null), read({ withdraw: false, trade: true })]) {
    const { k, asked } = await openWith([answer]);
    assertEquals([k.exchange("a").state, asked()], ["ready", 1]);
    assertEquals(k.kernel.exchange("a").healthCheck().parkedBecause, undefined);
    await k.close();
  }
});

Deno.test("key check: while nobody knows, nothing opens; it is asked again", async () => {
  const { k, asked } = await openWith([...Array(4).fill(FAILED), read(null)]);
  const exchange = k.exchange("a");
  assertEquals([exchange.state, exchange.connections.length], ["connecting", 0]);
  await k.run(60_000);
  assertEquals([exchange.state, exchange.vitals.errors.get("connect")], ["ready", 4]);
  assertEquals(asked(), 5);
  await k.close();
});

Deno.test("key check: an adapter that throws is one that does not know", async () => {
  const { k } = await openWith([FAILED]);
  const { adapter } = k.exchange("a");
  adapter.permissions = () => Promise.reject(new TypeError("bug"));
  await k.run(60_000);
  assertEquals(k.exchange("a").state, "connecting");
  await k.close();
});

Deno.test("key check: a key that may not trade is told in health", async () => {
  const { k } = await openWith([read({ withdraw: false, trade: false })]);
  assertEquals(k.exchange("a").state, "ready");
  assertEquals(k.kernel.exchange("a").healthCheck().errors["key"], 1);
  await k.close();
});

Deno.test("key check: an exchange whose key was mended is started again by its caller", async () => {
  const { k } = await openWith([MAY_WITHDRAW, read({ withdraw: false, trade: true })]);
  const exchange = k.kernel.exchange("a");
  const stopped = exchange.stop();
  await k.run(60_000);
  await stopped;
  const started = exchange.start();
  await k.run(1_000);
  await started;
  assertEquals(k.exchange("a").state, "ready");
  await k.close();
});

Deno.test("key check: a connect that can never succeed parks at once, others are tried again", async () => {
  const connects: number[] = [];
  for (const code of ["CONNECT_REFUSED", "TIMEOUT"]) {
    let count = 0;
    const k = await openPaperKernel(["a"], undefined, (adapter) => {
      adapter.connect = () => {
        count += 1;
        return Promise.reject(new ExchangeError(code, "Cannot connect a: no certificate"));
      };
    });
    await k.run(60_000);
    connects.push(count);
    const parked = k.exchange("a").state === "parked";
    assertEquals(parked, code === "CONNECT_REFUSED");
    const { parkedBecause } = k.kernel.exchange("a").healthCheck();
    assertEquals(parkedBecause, parked ? "Cannot connect a: no certificate" : undefined);
    await k.close();
  }
  assertEquals(connects[0], 1);
  assert(connects[1]! > 3);
});
