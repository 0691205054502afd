/** A Coinbase account of the local testnet behind the adapter, and builders for its tests. */
import { assert } from "@std/assert";
import { createCcxtAdapter } from "../../../src/exchanges/ccxt/factory.ts";
import type {
  ExchangeAdapter,
  OrderRef,
  SubmitRequest,
  VenueFact,
} from "../../../src/exchanges/exchange.ts";
import { decimal } from "../../../src/model/decimal.ts";
import type { StandardOrder } from "../../../src/model/order.ts";
import { systemClock } from "../../../src/system/clock.ts";
import { systemRandom } from "../../../src/system/random.ts";
import { credentialOptions, defaultCredentials } from "../../../src/testnet/credentials.ts";
import { startTestnet, type Testnet, type TestnetOptions } from "../../../src/testnet/server.ts";
import { anOrder } from "../../orders.ts";

export const CLIENT_ID = "0123456789abcdef0123456789abcdef";
export const OTHER_ID = "fedcba9876543210fedcba9876543210";
export const SYMBOL = "BTC/USD";
/** Loopback answers in a millisecond; a fault that stays silent is waited for this long. */
const TIMEOUT_MS = 250;

export interface Opened extends AsyncDisposable {
  readonly testnet: Testnet;
  readonly adapter: ExchangeAdapter;
  readonly facts: readonly VenueFact[];
}

export interface OpenOptions extends Partial<TestnetOptions> {
  /** Of the one account. */
  readonly balances?: Readonly<Record<string, string>>;
  readonly adapter?: Readonly<Record<string, unknown>>;
}

export async function openCoinbase(
  { balances, adapter: given = {}, ...options }: OpenOptions = {},
): Promise<Opened> {
  const account = defaultCredentials("coinbase");
  const testnet = startTestnet({
    clock: systemClock,
    random: systemRandom,
    exchanges: ["coinbase"],
    accounts: [balances === undefined ? account : { ...account, balances }],
    ...options,
  });
  const adapter = await createCcxtAdapter({
    id: "coinbase_main",
    clock: systemClock,
    random: systemRandom,
    options: {
      kind: "coinbase",
      ...credentialOptions(account),
      endpoints: testnet.url,
      requestTimeoutMs: TIMEOUT_MS,
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

export function request(
  fields: Partial<StandardOrder> = {},
  clientOrderId: string = CLIENT_ID,
): SubmitRequest {
  const order = anOrder({ symbolId: SYMBOL, amount: decimal("0.01"), ...fields });
  return { clientOrderId, order, amount: order.amount, deadline: Number.MAX_SAFE_INTEGER };
}

/** Far below any price the testnet shows, so that it rests. */
export function resting(
  fields: Partial<StandardOrder> = {},
  clientOrderId: string = CLIENT_ID,
): SubmitRequest {
  return request({ limitPrice: decimal("40000"), ...fields }, clientOrderId);
}

export function named(fields: Partial<OrderRef> = {}): OrderRef {
  return { symbolId: SYMBOL, clientOrderId: CLIENT_ID, exchangeOrderId: null, ...fields };
}

export async function openSocket(adapter: ExchangeAdapter): Promise<() => Promise<void>> {
  const [socket] = adapter.sockets;
  assert(socket !== undefined);
  await socket.open({ onFrame() {}, onClose() {} }, new AbortController().signal);
  return () => socket.close();
}

/** Frames come when they come; a condition that never holds fails by the test's own time limit. */
export async function until(condition: () => boolean): Promise<void> {
  for (let turn = 0; turn < 600 && !condition(); turn++) {
    await new Promise<void>((resolve) => void systemClock.setTimer(resolve, 5));
  }
  assert(condition(), "it never came to be");
}
