/** Paper adapters as the kernel opens them, and what the kernel hands to them. */
import type {
  OrderRef,
  SendGate,
  SubmitRequest,
  VenueFact,
} from "../../../src/exchanges/exchange.ts";
import type { PaperAdapter } from "../../../src/exchanges/paper/adapter.ts";
import { createPaperAdapter } from "../../../src/exchanges/paper/factory.ts";
import { decimal } from "../../../src/model/decimal.ts";
import type { StandardOrder } from "../../../src/model/order.ts";
import { SeededRandom } from "../../../src/system/seeded_random.ts";
import { VirtualClock } from "../../../src/system/virtual_clock.ts";
import { anOrder } from "../../orders.ts";
import { BTC_USDT } from "./builders.ts";

export interface Stage extends AsyncDisposable {
  readonly adapter: PaperAdapter;
  readonly clock: VirtualClock;
  readonly facts: VenueFact[];
  /** `check …` and `sent`, in order. */
  readonly gateCalls: string[];
  readonly gate: SendGate;
  /** Null lets requests through. */
  stop: string | null;
}

/** Connected, its socket open, no fees, no feed; BTC/USDT stands at 100000. */
export async function stage(options: Record<string, unknown> = {}): Promise<Stage> {
  const clock = new VirtualClock();
  const adapter = await createPaperAdapter({
    id: "paper",
    clock,
    random: new SeededRandom(1),
    options: {
      feed: { kind: "none" },
      fees: { maker: "0", taker: "0" },
      balances: { USDT: "1000000", BTC: "10" },
      ...options,
    },
  });
  const facts: VenueFact[] = [];
  const gateCalls: string[] = [];
  const made: Stage = {
    adapter,
    clock,
    facts,
    gateCalls,
    stop: null,
    gate: {
      check: ({ signedAt, validForMs }) => {
        gateCalls.push(`check ${signedAt - clock.now()} ${validForMs}`);
        return made.stop;
      },
      sent: () => void gateCalls.push("sent"),
    },
    [Symbol.asyncDispose]: () => adapter.disconnect(),
  };
  const { signal } = new AbortController();
  adapter.onFact((fact) => void facts.push(fact));
  await adapter.connect(signal);
  await adapter.sockets[0]!.open({ onFrame: () => {}, onClose: () => {} }, signal);
  if (adapter.engine.lastPrice(BTC_USDT) === null) move(adapter, "100000");
  return made;
}

export function move(adapter: PaperAdapter, price: string, quantity = "0"): void {
  adapter.engine.trade(BTC_USDT, {
    price: decimal(price),
    quantity: decimal(quantity),
    takerSide: "SELL",
  });
}

export function standardOrder(order: Partial<StandardOrder> = {}): StandardOrder {
  return anOrder({ symbolId: BTC_USDT, limitPrice: decimal("90000"), ...order });
}

export function request(
  stage: Stage,
  clientOrderId: string,
  order: Partial<StandardOrder> = {},
): SubmitRequest {
  const full = standardOrder(order);
  const deadline = stage.clock.now() + 10_000;
  return { clientOrderId, order: full, amount: full.amount, deadline };
}

export function ref(clientOrderId: string, exchangeOrderId: string | null = null): OrderRef {
  return { symbolId: BTC_USDT, clientOrderId, exchangeOrderId };
}
