/** Inverse contracts and options on BTC in the builders' engine. */
import type { EngineOptions, MatchingEngine } from "../../../src/exchanges/paper/engine.ts";
import { decimal } from "../../../src/model/decimal.ts";
import type { SymbolMetadata } from "../../../src/model/instrument.ts";
import { metadataOf } from "../../../src/testnet/kit/listing.ts";
import { amounts, type Scene, scene } from "./builders.ts";

const BTC_USD = { base: "BTC", quote: "USD", settle: "BTC" } as const;

export const INVERSE = "BTC/USD:PERP@BTC";
export const CALL = "BTC/USD:OPT:C:60000:20271224@BTC";
export const PUT = "BTC/USD:OPT:P:40000:20271224@BTC";

export const INVERSE_PERP = metadataOf({
  ...BTC_USD,
  symbol: "BTC-USD-SWAP",
  symbolId: INVERSE,
  instrumentType: "PERPETUAL",
  contractSize: decimal("100"),
  tickSize: decimal("0.5"),
  stepSize: decimal("100"),
});

/** The perpetual at 50000, options at 0.05; alice and bob have 100 BTC each. No fees, no house. */
export function coinScene(options: Partial<EngineOptions> = {}): Scene {
  const instruments = [INVERSE_PERP, option(CALL), option(PUT)];
  const made = scene({ instruments, ...options });
  at(made.engine, INVERSE, "50000");
  at(made.engine, CALL, "0.05");
  at(made.engine, PUT, "0.05");
  return made;
}

/** Moves a price alone. */
export function at(engine: MatchingEngine, symbolId: string, price: string): void {
  engine.trade(symbolId, { price: decimal(price), quantity: decimal("0"), takerSide: "BUY" });
}

export function carol(engine: MatchingEngine, BTC: string): void {
  engine.openAccount("carol", amounts({ BTC }));
}

function option(symbolId: string): SymbolMetadata {
  return metadataOf({
    ...BTC_USD,
    symbol: symbolId,
    symbolId,
    instrumentType: "OPTION",
    contractSize: decimal("0.01"),
    tickSize: decimal("0.0005"),
    stepSize: decimal("0.01"),
  });
}
