/** A paper kernel under the risk rules, and short words for what the tests do with it. */
import { assert, assertRejects } from "@std/assert";
import { decimal } from "../../src/model/decimal.ts";
import { DeniedError } from "../../src/model/errors.ts";
import { type RiskLimits, riskLimits } from "../../src/model/risk.ts";
import { openPaperKernel, type PaperKernel, RESTING, type World } from "./paper_kernel.ts";

export interface Case {
  readonly risk?: Partial<RiskLimits>;
  readonly mode?: "live" | "observe";
  readonly world?: World;
}

/** A kernel whose market stands at 50000, with 100000 USDT, 1 BTC and 10 ETH. */
export async function open({ risk, mode, world }: Case = {}): Promise<PaperKernel> {
  const settings = { risk: riskLimits(risk), ...(mode === undefined ? {} : { mode }) };
  const k = await openPaperKernel(["a"], world, undefined, settings);
  trade(k, "50000");
  return k;
}

export function trade(k: PaperKernel, price: string, symbolId = "BTC/USDT"): void {
  const print = { price: decimal(price), quantity: decimal("1"), takerSide: "BUY" } as const;
  k.exchangeEngine("a").engine.trade(symbolId, print);
}

export function risk(name: string, given: Case, run: (k: PaperKernel) => Promise<void>): void {
  Deno.test(`risk: ${name}`, async () => {
    const k = await open(given);
    try {
      await run(k);
    } finally {
      await k.close();
    }
  });
}

export const a = (k: PaperKernel) => k.kernel.exchange("a");
export const orders = (k: PaperKernel) => k.exchangeEngine("a").engine.openOrders("main");
export const order = (changes: object = {}) => ({ ...RESTING, limitPrice: "50000", ...changes });

/** Starts a call, lets the kernel run and returns what came of the call. */
export async function during<T>(k: PaperKernel, call: Promise<T>, ms = 100): Promise<T> {
  const settled = call.then((value) => () => value, (error) => () => {
    throw error;
  });
  await k.run(ms);
  return (await settled)();
}

export const place = (k: PaperKernel, changes: object = {}, options = {}) =>
  during(k, a(k).placeOrder(order(changes), options));

export async function denied(call: () => Promise<unknown>): Promise<string> {
  const error = await assertRejects(call, DeniedError);
  assert(typeof error.details["rule"] === "string", error.message);
  assert(error.details["limit"] !== undefined && error.details["actual"] !== undefined);
  return error.code;
}

/** Caps under which the balance is the first to be reached. */
export const TWICE = { maxNotionalPerOrder: decimal("90000"), maxPosition: {} };
