/** Builders with defaults for the adapter's tests. */
import { assert } from "@std/assert";
import { createCcxtAdapter } from "../../../src/exchanges/ccxt/factory.ts";
import type {
  ExchangeAdapter,
  OrderRef,
  SendGate,
  SubmitRequest,
  VenueFact,
} from "../../../src/exchanges/exchange.ts";
import { decimal } from "../../../src/model/decimal.ts";
import type { StandardOrder } from "../../../src/model/order.ts";
import { patientClock } from "../../patient_clock.ts";
import { systemRandom } from "../../../src/system/random.ts";
import { anOrder } from "../../orders.ts";

export const API_KEY = "CANARYKEYvmPUZE6mv9SD5VNHk4HlWFsOr6aKE2zvsw0MuIgwCIPy6utIco14y7Ju91duE";
export const SECRET = "CANARYSECRETNhqPtmdSJYdKjVHjA7PZj4Mge3R5YNiP1e3UZjInClVN65XAbvqqM6A7H5f";
export const CLIENT_ID = "c".repeat(32);

export interface Connected extends AsyncDisposable {
  readonly adapter: ExchangeAdapter;
  readonly facts: readonly VenueFact[];
}

export function makeAdapter(
  options: Readonly<Record<string, unknown>> = {},
): Promise<ExchangeAdapter> {
  return createCcxtAdapter({
    id: "main",
    clock: patientClock,
    random: systemRandom,
    options: { kind: "binance", apiKey: API_KEY, secret: SECRET, ...options },
  });
}

/** Disconnected when the scope ends, so that no timer or connection outlives a test. */
export async function connect(
  endpoints: string,
  options: Readonly<Record<string, unknown>> = {},
): Promise<Connected> {
  const adapter = await makeAdapter({ endpoints, ...options });
  const facts: VenueFact[] = [];
  adapter.onFact((fact) => facts.push(fact));
  await adapter.connect(new AbortController().signal);
  assert(adapter.isConnected);
  return { adapter, facts, [Symbol.asyncDispose]: () => adapter.disconnect() };
}

export function order(fields: Partial<StandardOrder> = {}): StandardOrder {
  return anOrder({ amount: decimal("0.01"), limitPrice: decimal("50000"), ...fields });
}

export function submitRequest(
  fields: Partial<StandardOrder> = {},
  clientOrderId: string = CLIENT_ID,
): SubmitRequest {
  const asked = order(fields);
  return { clientOrderId, order: asked, amount: asked.amount, deadline: Number.MAX_SAFE_INTEGER };
}

export function ref(fields: Partial<OrderRef> = {}): OrderRef {
  return { symbolId: "BTC/USDT", clientOrderId: CLIENT_ID, exchangeOrderId: null, ...fields };
}

export interface SpyGate extends SendGate {
  readonly checks: { readonly signedAt: number; readonly validForMs: number }[];
  sentCount: number;
}

/** @param reason what `check` answers: null lets the request pass. */
export function gate(reason: string | null = null): SpyGate {
  const spy: SpyGate = {
    checks: [],
    sentCount: 0,
    check(wire) {
      spy.checks.push(wire);
      return reason;
    },
    sent() {
      spy.sentCount++;
    },
  };
  return spy;
}
