/** What the local OKX lists: spot, swaps and dated futures, linear and inverse, and two options. */
import { type Decimal, decimal, multiply } from "../../model/decimal.ts";
import type { InstrumentType } from "../../model/instrument.ts";
import { type Listing, metadataOf } from "../kit/listing.ts";

export type InstType = "SPOT" | "SWAP" | "FUTURES" | "OPTION";

export interface OkxListing extends Listing {
  readonly instType: InstType;
  readonly base: string;
  readonly quote: string;
  /** What contracts are settled in; "" on spot. */
  readonly settle: string;
  /** Base units of one contract (quote units of an inverse one); null on spot. */
  readonly contractSize: Decimal | null;
  readonly tickSz: Decimal;
  /** In contracts on contracts, as `minSz` and `maxSz`. */
  readonly lotSz: Decimal;
  readonly minSz: Decimal;
  readonly maxSz: Decimal;
  /** As the instruments list shows it. */
  readonly contract: {
    readonly ctVal: string;
    readonly ctMult: string;
    readonly ctValCcy: string;
    readonly ctType: "linear" | "inverse" | "";
    readonly expTime: string;
    readonly optType: "C" | "P" | "";
    readonly stk: string;
  };
}

const SPOT = {
  ctVal: "",
  ctMult: "",
  ctValCcy: "",
  ctType: "",
  expTime: "",
  optType: "",
  stk: "",
} as const;

/** [base, quote, tick, lot, min, start]: steps as the exchange listed them in 2025. */
const PAIRS: readonly (readonly [string, string, string, string, string, string])[] = [
  ["BTC", "USDT", "0.1", "0.00000001", "0.00001", "50000"],
  ["ETH", "USDT", "0.01", "0.000001", "0.0001", "3000"],
  ["SOL", "USDT", "0.01", "0.000001", "0.001", "150"],
  ["ADA", "USDT", "0.0001", "0.0001", "1", "0.5"],
  ["ETH", "BTC", "0.00001", "0.000001", "0.0001", "0.06"],
];

/** 2027-03-26T08:00Z, when the quarter's contracts are delivered. */
const EXPIRY_MS = 1_806_048_000_000;
const EXPIRY = { day: "20270326", short: "270326" } as const;

interface ContractRow {
  readonly suffix: string;
  readonly kind: string;
  readonly base: string;
  readonly quote: string;
  readonly settle: string;
  readonly instType: Exclude<InstType, "SPOT">;
  readonly tick: string;
  readonly lot: string;
  readonly start: string;
  readonly contract: OkxListing["contract"];
}

const LINEAR = { ...SPOT, ctMult: "1", ctType: "linear" } as const;
const DATED = { ...LINEAR, expTime: String(EXPIRY_MS) } as const;
const INVERSE = {
  ...SPOT,
  ctMult: "1",
  ctType: "inverse",
  ctVal: "100",
  ctValCcy: "USD",
} as const;
const COIN_MARGINED = { base: "BTC", quote: "USD", settle: "BTC", lot: "1" } as const;

const CONTRACTS: readonly ContractRow[] = [
  swap("BTC", { tick: "0.1", ctVal: "0.01", start: "50000" }),
  swap("ETH", { tick: "0.01", ctVal: "0.1", start: "3000" }),
  {
    suffix: EXPIRY.short,
    kind: `FUT:${EXPIRY.day}`,
    base: "BTC",
    quote: "USDT",
    settle: "USDT",
    instType: "FUTURES",
    tick: "0.1",
    lot: "0.01",
    start: "51000",
    contract: { ...DATED, ctVal: "0.01", ctValCcy: "BTC" },
  },
  {
    ...COIN_MARGINED,
    suffix: "SWAP",
    kind: "PERP@BTC",
    instType: "SWAP",
    tick: "0.1",
    start: "50000",
    contract: INVERSE,
  },
  option("C", { strike: "100000", start: "0.05" }),
  {
    ...COIN_MARGINED,
    suffix: EXPIRY.short,
    kind: `FUT:${EXPIRY.day}@BTC`,
    instType: "FUTURES",
    tick: "0.1",
    start: "51000",
    contract: { ...INVERSE, expTime: String(EXPIRY_MS) },
  },
  option("P", { strike: "40000", start: "0.04" }),
];

const TYPES: Readonly<Record<ContractRow["instType"], InstrumentType>> = {
  SWAP: "PERPETUAL",
  FUTURES: "FUTURES",
  OPTION: "OPTION",
};

export const LISTINGS: readonly OkxListing[] = [
  ...PAIRS.map(spotListing),
  ...CONTRACTS.map(contractListing),
];

function swap(
  base: string,
  row: { readonly tick: string; readonly ctVal: string; readonly start: string },
): ContractRow {
  return {
    suffix: "SWAP",
    kind: "PERP",
    base,
    quote: "USDT",
    settle: "USDT",
    instType: "SWAP",
    tick: row.tick,
    lot: "0.01",
    start: row.start,
    contract: { ...LINEAR, ctVal: row.ctVal, ctValCcy: base },
  };
}

function option(
  optType: "C" | "P",
  { strike, start }: { readonly strike: string; readonly start: string },
): ContractRow {
  return {
    ...COIN_MARGINED,
    suffix: `${EXPIRY.short}-${strike}-${optType}`,
    kind: `OPT:${optType}:${strike}:${EXPIRY.day}@BTC`,
    instType: "OPTION",
    tick: "0.0005",
    start,
    contract: {
      ...SPOT,
      ctVal: "1",
      ctMult: "0.01",
      ctValCcy: "BTC",
      expTime: String(EXPIRY_MS),
      optType,
      stk: strike,
    },
  };
}

function spotListing(
  [base, quote, tick, lot, min, start]: typeof PAIRS[number],
): OkxListing {
  const [tickSz, lotSz, minSz] = [decimal(tick), decimal(lot), decimal(min)];
  const maxSz = decimal("1000000");
  const names = { symbol: `${base}-${quote}`, symbolId: `${base}/${quote}`, base, quote };
  return {
    ...names,
    instType: "SPOT",
    settle: "",
    contractSize: null,
    tickSz,
    lotSz,
    minSz,
    maxSz,
    contract: SPOT,
    metadata: metadataOf({
      ...names,
      tickSize: tickSz,
      stepSize: lotSz,
      minQuantity: minSz,
      maxQuantity: maxSz,
    }),
    startPrice: decimal(start),
  };
}

function contractListing(row: ContractRow): OkxListing {
  const { base, quote, settle, instType, contract } = row;
  const contractSize = multiply(decimal(contract.ctVal), decimal(contract.ctMult));
  const [tickSz, lotSz] = [decimal(row.tick), decimal(row.lot)];
  const maxSz = decimal("100000");
  const names = {
    symbol: `${base}-${quote}-${row.suffix}`,
    symbolId: `${base}/${quote}:${row.kind}`,
    base,
    quote,
    settle,
  };
  return {
    ...names,
    instType,
    contractSize,
    tickSz,
    lotSz,
    minSz: lotSz,
    maxSz,
    contract,
    metadata: metadataOf({
      ...names,
      instrumentType: TYPES[instType],
      contractSize,
      tickSize: tickSz,
      stepSize: multiply(lotSz, contractSize),
      maxQuantity: multiply(maxSz, contractSize),
    }),
    startPrice: decimal(row.start),
  };
}
