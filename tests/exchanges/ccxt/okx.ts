/** An OKX account of the local testnet behind the adapter, and builders for its tests. */
import { assert } from "@std/assert";
import { createCcxtAdapter } from "../../../src/exchanges/ccxt/factory.ts";
import type { ExchangeAdapter, SubmitRequest, VenueFact } from "../../../src/exchanges/exchange.ts";
import { decimal } from "../../../src/model/decimal.ts";
import type { StandardOrder } from "../../../src/model/order.ts";
import { systemClock } from "../../../src/system/clock.ts";
import { systemRandom } from "../../../src/system/random.ts";
import { credentialOptions, defaultCredentials } from "../../../src/testnet/credentials.ts";
import { startTestnet, type Testnet, type TestnetOptions } from "../../../src/testnet/server.ts";
import { anOrder } from "../../orders.ts";

export const CLIENT_ID = "0123456789abcdef0123456789abcdef";
export const SWAP = "BTC/USDT:PERP";
/** Loopback answers in a millisecond; a fault that stays silent is waited for this long. */
const TIMEOUT_MS = 250;

export interface Opened extends AsyncDisposable {
  readonly testnet: Testnet;
  readonly adapter: ExchangeAdapter;
  readonly facts: readonly VenueFact[];
}

/** @param options of the testnet; `balances` are those of its one account. */
export async function openOkx(
  { balances, adapter: given = {}, ...options }:
    & Partial<TestnetOptions>
    & {
      readonly balances?: Readonly<Record<string, string>>;
      readonly adapter?: Readonly<Record<string, unknown>>;
    } = {},
): Promise<Opened> {
  const account = defaultCredentials("okx");
  const testnet = startTestnet({
    clock: systemClock,
    random: systemRandom,
    exchanges: ["okx"],
    accounts: [balances === undefined ? account : { ...account, balances }],
    ...options,
  });
  const adapter = await createCcxtAdapter({
    id: "okx_main",
    clock: systemClock,
    random: systemRandom,
    options: {
      kind: "okx",
      ...credentialOptions(account),
      endpoints: testnet.url,
      requestTimeoutMs: TIMEOUT_MS,
      orderEntry: "rest",
      ...given,
    },
  });
  const facts: VenueFact[] = [];
  adapter.onFact((fact) => facts.push(fact));
  try {
    await adapter.connect(new AbortController().signal);
  } catch (error) {
    await testnet.close();
    throw error;
  }
  return {
    testnet,
    adapter,
    facts,
    async [Symbol.asyncDispose]() {
      await adapter.disconnect();
      await testnet.close();
    },
  };
}

/** Far below any price the testnet shows, so that it rests. */
export function resting(
  fields: Partial<StandardOrder> = {},
  clientOrderId: string = CLIENT_ID,
): SubmitRequest {
  return request({ limitPrice: decimal("40000"), ...fields }, clientOrderId);
}

export function request(
  fields: Partial<StandardOrder> = {},
  clientOrderId: string = CLIENT_ID,
): SubmitRequest {
  const order = anOrder({ amount: decimal("0.01"), limitPrice: null, ...fields });
  return { clientOrderId, order, amount: order.amount, deadline: Number.MAX_SAFE_INTEGER };
}

export function named(
  exchangeOrderId: string | null = null,
  { symbolId = "BTC/USDT", clientOrderId = CLIENT_ID } = {},
) {
  return { symbolId, clientOrderId, exchangeOrderId };
}

export function idOf(n: number): string {
  return n.toString(16).padStart(32, "0");
}

/** The private socket, open. */
export async function openPrivate(adapter: ExchangeAdapter) {
  const socket = adapter.sockets.find(({ id }) => id === "private");
  assert(socket !== undefined);
  const ends: string[] = [];
  await socket.open(
    { onFrame() {}, onClose: (reason) => void ends.push(reason) },
    new AbortController().signal,
  );
  return { socket, ends };
}

export async function until(condition: () => boolean): Promise<void> {
  const end = performance.now() + 3_000;
  while (!condition()) {
    assert(performance.now() < end, "the condition did not come true within 3 s");
    await new Promise((resolve) => setTimeout(resolve, 2));
  }
}

/** By the function of ccxt that reads them. */
export type Payloads = Readonly<Record<string, readonly unknown[]>>;

export async function recorded(file: "rest" | "ws"): Promise<Payloads> {
  const path = new URL(`../../fixtures/okx/${file}.json`, import.meta.url);
  return JSON.parse(await Deno.readTextFile(path));
}

export function rowOf(value: unknown): Record<string, unknown> {
  assert(typeof value === "object" && value !== null);
  return { ...value };
}
