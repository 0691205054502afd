/** What the local Bybit lists: spot pairs and linear contracts, with the filters it publishes. */
import { decimal } from "../../model/decimal.ts";
import { type Listing, metadataOf } from "../kit/listing.ts";

export type Category = "spot" | "linear";

export interface BybitListing extends Listing {
  readonly category: Category;
  /** As requests and payloads have it; a spot pair and a contract may share it. */
  readonly name: string;
  readonly base: string;
  readonly quote: string;
  /** Null on spot. */
  readonly settle: string | null;
  readonly contractType: "LinearPerpetual" | "LinearFutures" | null;
  /** 0 for what does not end. */
  readonly deliveryTime: number;
  readonly tick: string;
  readonly step: string;
  readonly minQty: string;
  readonly maxQty: string;
  readonly minNotional: string;
}

/** [base, quote, tick, step, min quantity, max quantity, min notional, start price] */
type SpotRow = readonly [string, string, string, string, string, string, string, string];

const SPOT: readonly SpotRow[] = [
  ["BTC", "USDT", "0.1", "0.000001", "0.000011", "230", "5", "50000"],
  ["ETH", "USDT", "0.01", "0.00001", "0.0001", "1500", "5", "3000"],
  ["SOL", "USDT", "0.01", "0.001", "0.01", "20000", "5", "150"],
  ["ADA", "USDT", "0.0001", "0.01", "1", "2000000", "5", "0.5"],
  ["ETH", "BTC", "0.000001", "0.0001", "0.001", "1500", "0.0001", "0.06"],
];

interface ContractRow {
  readonly name: string;
  readonly symbolId: string;
  readonly base: string;
  readonly settle: string;
  readonly tick: string;
  readonly step: string;
  readonly maxQty: string;
  readonly start: string;
  readonly deliveryTime?: number;
}

/** "minNotionalValue" of every USDT contract. */
const MIN_NOTIONAL = "5";
/** 2027-03-26 08:00 UTC, when dated contracts end. */
const DELIVERY = Date.UTC(2027, 2, 26, 8);

const CONTRACTS: readonly ContractRow[] = [
  contract("BTCUSDT", "BTC/USDT:PERP", "0.10", "0.001", "1190", "50000"),
  contract("ETHUSDT", "ETH/USDT:PERP", "0.01", "0.01", "7240", "3000"),
  contract("SOLUSDT", "SOL/USDT:PERP", "0.010", "0.1", "79770", "150"),
  contract("BTCPERP", "BTC/USDC:PERP", "0.1", "0.001", "240", "50000"),
  {
    ...contract("BTCUSDT-26MAR27", "BTC/USDT:FUT:20270326", "0.5", "0.001", "60", "50500"),
    deliveryTime: DELIVERY,
  },
];

export const LISTINGS: readonly BybitListing[] = [
  ...SPOT.map(spotListing),
  ...CONTRACTS.map(contractListing),
];

/** By category and name, as requests have them. */
export function listingOf(category: string, name: string): BybitListing | undefined {
  return LISTINGS.find((each) => each.category === category && each.name === name);
}

function contract(
  name: string,
  symbolId: string,
  ...[tick, step, maxQty, start]: readonly [string, string, string, string]
): ContractRow {
  const [base = "", quote = ""] = symbolId.split(":")[0]!.split("/");
  return { name, symbolId, base, settle: quote, tick, step, maxQty, start };
}

function spotListing(row: SpotRow): BybitListing {
  const [base, quote, tick, step, minQty, maxQty, minNotional, start] = row;
  const name = base + quote;
  const symbolId = `${base}/${quote}`;
  return {
    symbol: name,
    symbolId,
    name,
    category: "spot",
    base,
    quote,
    settle: null,
    contractType: null,
    deliveryTime: 0,
    tick,
    step,
    minQty,
    maxQty,
    minNotional,
    startPrice: decimal(start),
    metadata: metadataOf({
      symbol: name,
      symbolId,
      base,
      quote,
      tickSize: decimal(tick),
      stepSize: decimal(step),
      minQuantity: decimal(minQty),
      maxQuantity: decimal(maxQty),
      minNotional: decimal(minNotional),
    }),
  };
}

function contractListing(row: ContractRow): BybitListing {
  const { name, symbolId, base, settle, tick, step, maxQty, start, deliveryTime = 0 } = row;
  // Faults, ledger and prices name markets by one word, which a spot pair may have already.
  const symbol = `linear:${name}`;
  return {
    symbol,
    symbolId,
    name,
    category: "linear",
    base,
    quote: settle,
    settle,
    contractType: deliveryTime === 0 ? "LinearPerpetual" : "LinearFutures",
    deliveryTime,
    tick,
    step,
    minQty: step,
    maxQty,
    minNotional: MIN_NOTIONAL,
    startPrice: decimal(start),
    metadata: metadataOf({
      symbol,
      symbolId,
      base,
      quote: settle,
      settle,
      instrumentType: deliveryTime === 0 ? "PERPETUAL" : "FUTURES",
      contractSize: decimal("1"),
      tickSize: decimal(tick),
      stepSize: decimal(step),
      maxQuantity: decimal(maxQty),
      minNotional: decimal(MIN_NOTIONAL),
    }),
  };
}
