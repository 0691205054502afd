/** What the suite is given: an exchange account behind the port, and what controls there are. */
import type { ExchangeAdapter } from "../exchanges/exchange.ts";
import type { Decimal } from "../model/decimal.ts";
import type { InstrumentType } from "../model/instrument.ts";

/** What is put through the suite. Cases that need a control which is absent are not run. */
export interface ConformanceTarget {
  /** For people, unique in a table, e.g. `okx swap`. */
  readonly name: string;
  /** Of the symbol that is traded. */
  readonly marketType: InstrumentType;
  /** Canonical symbol the cases trade; a second one is not needed. */
  readonly symbolId: string;
  /** A fresh adapter, not connected: for each case one, and disconnected after it. */
  readonly open: () => Promise<ExchangeAdapter>;
  /** What the venue itself has not, and the port has no word for; default: nothing. */
  readonly lacks?: readonly Lack[];
  /** Forgets orders, trades and balances of the case before. */
  readonly reset?: () => Promise<void> | void;
  /** Moves the venue's price. */
  readonly market?: MarketControl;
  /** Makes requests, frames and sockets fail on purpose. */
  readonly faults?: FaultControl;
  /** The venue's own books, past any fault. */
  readonly ledger?: () => Promise<VenueLedger> | VenueLedger;
  /** Whether orders are placed over a WebSocket while one is open; default: no. */
  readonly entersBySocket?: boolean;
  /** Waited between two cases, for venues that count requests; default 0. */
  readonly pauseMs?: number;
  /** How long a condition may take to come true; default 3 s. */
  readonly patienceMs?: number;
  /**
   * How long after a request whose fate is open a look-up proves absence; default: what the
   * adapter's own `timing` says. For venues whose bounds are longer than anybody wants to wait.
   */
  readonly proofAfterMs?: number;
}

/**
 * `trades streamed`: its sockets tell trades, not only sums. `account streamed`: they tell balances
 * and positions. `client ids unique`: it takes no second order under the id of a live one. `fees with
 * trades`: its trades say what they cost.
 */
export type Lack =
  | "trades streamed"
  | "account streamed"
  | "client ids unique"
  | "fees with trades";

/** The other side of the market. */
export interface MarketControl {
  /**
   * A print at this price. Resting orders it crosses fill up to `quantity` base units, or all.
   */
  readonly trade: (price: Decimal, quantity?: Decimal) => Promise<void> | void;
}

/** What a fault strikes: the next one of these. */
export type FaultPlace = "submit" | "cancel" | "frame" | "socket" | "any";

/** Faults by name. The suite knows a few names, and plays all of `requests`. */
export interface FaultControl {
  /** Those that befall a request and its answer. */
  readonly requests: readonly string[];
  /** Those of frames, sockets and the clock. */
  readonly others: readonly string[];
  /** Those in which the venue refuses what it has done: then a refusal may be untrue. */
  readonly lies: readonly string[];
  /** Those in which the venue itself takes one request twice. */
  readonly doubles: readonly string[];
  /** Strikes once. */
  readonly arm: (fault: string, place: FaultPlace) => Promise<void> | void;
  /** Disarms what has not struck yet. */
  readonly clear: () => Promise<void> | void;
}

/** One order as the venue's own books have it. */
export interface LedgerEntry {
  /** In our form; another's order as it came. */
  readonly clientOrderId: string;
  /** Whether it can still trade. */
  readonly live: boolean;
  /** How it stands. */
  readonly status: "OPEN" | "PARTIALLY_FILLED" | "FILLED" | "CANCELED" | "EXPIRED";
  /** Base units. */
  readonly filled: Decimal;
}

/** The venue's own truth. */
export interface VenueLedger {
  /** Of the account the adapter trades; also those that have ended. */
  readonly orders: readonly LedgerEntry[];
}
