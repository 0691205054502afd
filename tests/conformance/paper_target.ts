/** Targets of the suite: markets of the paper exchange. It has no wire, so it has no faults of one. */
import type { ConformanceTarget, LedgerEntry } from "../../src/conformance/mod.ts";
import type { ExchangeAdapter } from "../../src/exchanges/exchange.ts";
import { PaperAdapter } from "../../src/exchanges/paper/adapter.ts";
import { contractInstrument, spotInstrument } from "../../src/exchanges/paper/catalogue.ts";
import { MatchingEngine } from "../../src/exchanges/paper/engine.ts";
import type { PaperOrder } from "../../src/exchanges/paper/messages.ts";
import { PrivateSocket } from "../../src/exchanges/paper/private_socket.ts";
import { compare, decimal, ZERO } from "../../src/model/decimal.ts";
import type { SymbolMetadata } from "../../src/model/instrument.ts";
import { systemClock } from "../../src/system/clock.ts";

const ACCOUNT = "main";
const START = decimal("50000");
const FEES = { maker: decimal("0.001"), taker: decimal("0.001") };
/** Little enough that the largest order of the market is beyond it. */
const BALANCES = { USDT: decimal("100000"), BTC: decimal("10") };
const TERMS = {
  base: "BTC",
  quote: "USDT",
  tickSize: "0.01",
  stepSize: "0.00001",
  maxQuantity: "9000",
};

export const PAPER_SPOT: SymbolMetadata = spotInstrument(TERMS);
export const PAPER_PERPETUAL: SymbolMetadata = contractInstrument({
  ...TERMS,
  tickSize: "0.1",
  stepSize: "0.001",
});

export const PAPER_INVERSE: SymbolMetadata = contractInstrument({
  base: "BTC",
  quote: "USD",
  settle: "BTC",
  tickSize: "0.1",
  stepSize: "10",
});

/** @param adapt what is put before the adapter; default: nothing. */
export function paperTarget(
  name: string,
  metadata: SymbolMetadata,
  adapt: (adapter: ExchangeAdapter) => ExchangeAdapter = (adapter) => adapter,
): ConformanceTarget {
  const { symbolId } = metadata;
  let venue = venueOf(metadata);
  return {
    name,
    marketType: metadata.instrument.instrumentType,
    symbolId,
    reset: () => void (venue = venueOf(metadata)),
    open: () => {
      const { engine } = venue;
      const id = "paper";
      const made = new PaperAdapter({ id, clock: systemClock, engine, accountId: ACCOUNT });
      venue.sockets = made.sockets;
      return Promise.resolve(adapt(made));
    },
    market: {
      trade: (price, quantity) => {
        const last = venue.engine.lastPrice(symbolId) ?? ZERO;
        venue.engine.trade(symbolId, {
          price,
          quantity: quantity ?? decimal("1000"),
          takerSide: compare(price, last) < 0 ? "SELL" : "BUY",
        });
      },
    },
    faults: {
      requests: [],
      others: ["dropSocket"],
      lies: [],
      doubles: [],
      arm: () => {
        for (const socket of venue.sockets) {
          if (socket instanceof PrivateSocket) socket.drop("the suite cut it");
        }
      },
      clear: () => {},
    },
    ledger: () => ({ orders: venue.engine.orders(ACCOUNT).map(entryOf) }),
  };
}

interface Venue {
  readonly engine: MatchingEngine;
  sockets: PaperAdapter["sockets"];
}

function venueOf(metadata: SymbolMetadata): Venue {
  const engine = new MatchingEngine({ clock: systemClock, instruments: [metadata], fees: FEES });
  engine.openAccount(ACCOUNT, BALANCES);
  engine.trade(metadata.symbolId, { price: START, quantity: ZERO, takerSide: "BUY" });
  return { engine, sockets: [] };
}

function entryOf({ clientOrderId, status, filled }: PaperOrder): LedgerEntry {
  const live = status === "OPEN" || status === "PARTIALLY_FILLED";
  return { clientOrderId, live, status, filled };
}
