/** A kernel in a process of its own, on a clock that can be stepped. */
import { type ExchangeKernel, openKernel } from "../../mod.ts";
import { DemoStrategy } from "../../src/cli/demo_strategy.ts";
import { allIntents, readRecord } from "../../src/cli/kernel_record.ts";
import type { Clock } from "../../src/model/clock.ts";
import { systemClock } from "../../src/system/clock.ts";
import { SeededRandom } from "../../src/system/seeded_random.ts";
import { lines } from "../kill/protocol.ts";
import {
  type ChildOptions,
  EXCHANGE,
  type Order,
  type Outcomes,
  type Report,
  type Word,
} from "./protocol.ts";

/** Rests far below the market. */
const RESTING = { symbolId: "BTC/USDT", side: "BUY", amount: "0.002", limitPrice: "20000" };
/** The testnet runs without limits; the kernel's own budgets boot empty and must fill at once. */
const LIMITS = { budgets: { weight: { capacity: 10_000_000 }, orders: { capacity: 100_000 } } };
const STEP_MS = 10;

const ENCODER = new TextEncoder();

if (import.meta.main) await run(JSON.parse(Deno.args[0]!) as ChildOptions);

async function run({ path, endpoints, timing }: ChildOptions): Promise<void> {
  let offsetMs = 0;
  const clock: Clock = { ...systemClock, now: () => systemClock.now() + offsetMs };
  const kernel = await openKernel({
    exchanges: {
      [EXCHANGE]: { kind: "binance", testnet: "local", endpoints, limits: LIMITS, timing },
    },
    store: { kind: "sqlite", path },
    clock,
  });
  void kernel.closed.then((error) => say({ type: "closed", error: error && String(error) }));
  const exchange = kernel.exchange(EXCHANGE);
  const report = (): Report => {
    const record = readRecord(kernel, EXCHANGE);
    const attempts = allIntents(kernel, EXCHANGE).flatMap(({ state }) => state.attempts);
    const admitted = attempts.map(({ clientOrderId, admittedAt }) => [clientOrderId, admittedAt]);
    return { record, admittedAt: Object.fromEntries(admitted) };
  };
  let resting = new AbortController();
  let trading = Promise.resolve();
  say({ type: "opened" });
  for await (const line of lines(Deno.stdin.readable)) {
    const order = JSON.parse(line) as Order;
    switch (order.type) {
      case "trade":
        resting = new AbortController();
        trading = strategy(exchange, { clock, endpoints, signal: resting.signal }).run();
        break;
      case "rest":
        resting.abort();
        await trading;
        answer(null);
        break;
      case "step":
        offsetMs += order.ms;
        answer(null);
        break;
      case "report":
        answer(report());
        break;
      default:
        answer(await outcomes(act(exchange, order)));
    }
  }
}

function act(
  exchange: ExchangeKernel,
  order: Extract<Order, { type: "place" | "placeAndCancel" }>,
): readonly Promise<unknown>[] {
  const place = (intentId: string) => exchange.placeOrder(RESTING, { intentId });
  return order.type === "place"
    ? [place(order.id)]
    : [place(order.place), exchange.cancelOrder(order.cancel)];
}

async function outcomes(calls: readonly Promise<unknown>[]): Promise<Outcomes> {
  const settled = await Promise.allSettled(calls);
  return settled.map((each) => each.status === "fulfilled" ? null : String(each.reason));
}

function strategy(
  exchange: ExchangeKernel,
  { clock, endpoints, signal }: {
    readonly clock: Clock;
    readonly endpoints: string;
    readonly signal: AbortSignal;
  },
): DemoStrategy {
  return new DemoStrategy({
    exchange,
    clock,
    random: new SeededRandom(7),
    price: () => priceAt(endpoints),
    signal,
    stepMs: STEP_MS,
  });
}

async function priceAt(url: string): Promise<string> {
  const response = await fetch(`${url}/api.binance.com/api/v3/ticker/price?symbol=BTCUSDT`);
  return (await response.json() as { readonly price: string }).price;
}

function answer(value: unknown): void {
  say({ type: "answer", value });
}

/** Written before it returns: what was said is said, whatever happens to the process next. */
function say(word: Word): void {
  const bytes = ENCODER.encode(JSON.stringify(word) + "\n");
  for (let at = 0; at < bytes.length;) at += Deno.stdout.writeSync(bytes.subarray(at));
}
