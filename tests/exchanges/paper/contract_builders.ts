/** A perpetual in the builders' engine. */
import { contractInstrument } from "../../../src/exchanges/paper/catalogue.ts";
import type { EngineOptions, MatchingEngine } from "../../../src/exchanges/paper/engine.ts";
import { decimal } from "../../../src/model/decimal.ts";
import { accepted, BTC, buy, type Scene, scene, sell } from "./builders.ts";

export const BTC_PERP = "BTC/USDT:PERP";

export const PERP = contractInstrument({
  base: "BTC",
  quote: "USDT",
  tickSize: "0.01",
  stepSize: "0.001",
});

type Short = Parameters<typeof buy>[0];

export const long = (short: Short = {}) => buy({ symbolId: BTC_PERP, ...short });
export const short = (order: Short = {}) => sell({ symbolId: BTC_PERP, ...order });

/** Spot and perpetual, no fees, no house; the perpetual stands at 100. */
export function contractScene(options: Partial<EngineOptions> = {}): Scene {
  const made = scene({ instruments: [BTC, PERP], ...options });
  mark(made.engine, "100");
  return made;
}

/** Moves the mark price alone. */
export function mark(engine: MatchingEngine, price: string): void {
  engine.trade(BTC_PERP, { price: decimal(price), quantity: decimal("0"), takerSide: "BUY" });
}

/** `buyer` buys of `seller`. */
export function deal(
  engine: MatchingEngine,
  { buyer, seller, quantity, price }: Readonly<
    Record<"buyer" | "seller" | "quantity" | "price", string>
  >,
): void {
  accepted(engine.submit(seller, short({ price, quantity })));
  accepted(engine.submit(buyer, long({ price, quantity })));
}
