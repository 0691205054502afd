/** A Hyperliquid account of the local testnet behind the adapter, and builders for its tests. */
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

export { idOf, openPrivate, until } from "./okx.ts";

export const CLIENT_ID = "0123456789abcdef0123456789abcdef";
export const PERP = "BTC/USDC:PERP";
export const SPOT = "BTC/USDC";
/** Loopback answers in a millisecond; a fault that stays silent is waited for this long. */
const TIMEOUT_MS = 300;

export interface Opened extends AsyncDisposable {
  readonly testnet: Testnet;
  readonly adapter: ExchangeAdapter;
  readonly facts: readonly VenueFact[];
}

export interface OpenOptions extends Partial<TestnetOptions> {
  readonly balances?: Readonly<Record<string, string>>;
  readonly adapter?: Readonly<Record<string, unknown>>;
}

/** @param options of the testnet; `balances` are those of its one account. */
export async function openHyperliquid(
  { balances, adapter: given = {}, ...options }: OpenOptions = {},
): Promise<Opened> {
  const account = defaultCredentials("hyperliquid");
  const testnet = startTestnet({
    clock: systemClock,
    random: systemRandom,
    exchanges: ["hyperliquid"],
    accounts: [balances === undefined ? account : { ...account, balances }],
    ...options,
  });
  const adapter = await createCcxtAdapter({
    id: "hyperliquid_main",
    clock: systemClock,
    random: systemRandom,
    options: {
      kind: "hyperliquid",
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
  const order = anOrder({ symbolId: PERP, amount: decimal("0.01"), limitPrice: null, ...fields });
  return { clientOrderId, order, amount: order.amount, deadline: Number.MAX_SAFE_INTEGER };
}

export function named(fields: Partial<OrderRef> = {}): OrderRef {
  return { symbolId: PERP, clientOrderId: CLIENT_ID, exchangeOrderId: null, ...fields };
}
