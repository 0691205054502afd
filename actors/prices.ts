/**
 * Market prices for the risk rules: what the stream tells, else what was read because an order
 * asked for it. A price that is too old is none.
 */
import { DOLLARS, type PriceBounds, priceBounds } from "../machines/risk.ts";
import type { Clock } from "../src/model/clock.ts";
import { add, type Decimal, divide, isPositive, max, min, ONE } from "../src/model/decimal.ts";
import { RISK_PRICES_MAX } from "../src/model/limits.ts";
import type { Ticker } from "../src/model/market.ts";
import type { RiskLimits } from "../src/model/risk.ts";
import type { ExchangeAdapter } from "../src/exchanges/exchange.ts";
import type { RequestRunner } from "./request.ts";

export interface PricesOptions {
  readonly clock: Clock;
  readonly limits: Pick<RiskLimits, "priceCollarPercent" | "priceMaxAgeMs">;
  readonly adapter: Pick<ExchangeAdapter, "marketData" | "instruments">;
  readonly runner: Pick<RequestRunner, "run">;
  /** What the stream told, by symbol; what is read is put there, too. */
  readonly tickers: Map<string, Ticker>;
}

export class Prices {
  readonly #o: PricesOptions;
  /** By symbol: computing them anew costs more than comparing with them. */
  readonly #bounds = new Map<string, PriceBounds>();
  /** Reads under way, by symbol. */
  readonly #reads = new Map<string, Promise<void>>();

  constructor(options: PricesOptions) {
    this.#o = options;
  }

  /** The market's price and its collar; null when there is none that is fresh. */
  fresh(symbolId: string): PriceBounds | null {
    const ticker = this.#ticker(symbolId);
    if (ticker === undefined || this.#age(ticker) > this.#o.limits.priceMaxAgeMs) return null;
    const price = priceOf(ticker);
    if (price === null) return null;
    const known = this.#bounds.get(symbolId);
    const { bid, ask } = ticker;
    if (known?.price === price && known.bid === bid && known.ask === ask) return known;
    const bounds = priceBounds(price, this.#o.limits.priceCollarPercent, { bid, ask });
    this.#bounds.set(symbolId, bounds);
    return bounds;
  }

  /** What one unit of a quote asset is worth; null when no fresh price tells. */
  dollars(quote: string): Decimal | null {
    if (IS_DOLLAR.has(quote)) return ONE;
    const pair = this.#conversion(quote);
    const bounds = pair === null ? null : this.fresh(pair.symbolId);
    if (pair === null || bounds === null) return null;
    return pair.isInverse ? divide(ONE, bounds.price, "UP") : bounds.price;
  }

  /**
   * Reads what an order on `symbolId` needs and is not fresh; young enough prices are refreshed by
   * the way.
   *
   * @returns null when nothing has to be waited for.
   */
  want(symbolId: string, quote: string): Promise<void> | null {
    const own = this.#want(symbolId);
    const pair = IS_DOLLAR.has(quote) ? null : this.#conversion(quote);
    const other = pair === null ? null : this.#want(pair.symbolId);
    if (own === null) return other;
    return other === null ? own : Promise.all([own, other]).then(() => {});
  }

  #want(symbolId: string): Promise<void> | null {
    const { marketData, instruments } = this.#o.adapter;
    if (marketData.readTicker === undefined || instruments.get(symbolId) === undefined) return null;
    const ticker = this.#ticker(symbolId);
    const age = ticker === undefined ? Infinity : this.#age(ticker);
    const { priceMaxAgeMs } = this.#o.limits;
    if (age * 2 <= priceMaxAgeMs) return null;
    const reading = this.#reads.get(symbolId) ?? this.#read(symbolId);
    return age > priceMaxAgeMs ? reading : null;
  }

  #read(symbolId: string): Promise<void> {
    const { runner, adapter, tickers } = this.#o;
    const { marketData } = adapter;
    const reading = runner.run(
      "ticker",
      "probe",
      () => marketData.readTicker?.(symbolId) ?? Promise.resolve(UNREADABLE),
      { symbolId },
    ).then((read) => {
      this.#reads.delete(symbolId);
      if (read.kind === "failed") return; // The rules go on without it, and say so.
      tickers.delete(symbolId);
      tickers.set(symbolId, read.value);
      if (tickers.size <= RISK_PRICES_MAX) return;
      const [oldest] = tickers.keys();
      if (oldest !== undefined) tickers.delete(oldest);
    });
    this.#reads.set(symbolId, reading);
    return reading;
  }

  #ticker(symbolId: string): Ticker | undefined {
    return this.#o.tickers.get(symbolId) ?? this.#o.adapter.marketData.ticker(symbolId);
  }

  /** A clock that was set back must not make a price young for ever. */
  #age(ticker: Ticker): number {
    return Math.abs(this.#o.clock.now() - ticker.receivedAt);
  }

  #conversion(
    quote: string,
  ): { readonly symbolId: string; readonly isInverse: boolean } | null {
    const { instruments } = this.#o.adapter;
    for (const dollar of DOLLARS) {
      const direct = `${quote}/${dollar}`;
      if (instruments.get(direct) !== undefined) return { symbolId: direct, isInverse: false };
      const inverse = `${dollar}/${quote}`;
      if (instruments.get(inverse) !== undefined) return { symbolId: inverse, isInverse: true };
    }
    return null;
  }
}

const IS_DOLLAR: ReadonlySet<string> = new Set(DOLLARS);
const TWO = "2" as Decimal; // a Decimal in its canonical form
const UNREADABLE = {
  kind: "failed",
  cause: { code: "UNSUPPORTED", message: "the adapter reads no prices" },
} as const;

/**
 * The newest trade, within the book: streams tell the two apart, so that the quotes may be fresh and
 * the trade old. Without one the middle of the book; else the one side there is.
 */
function priceOf({ last, bid, ask }: Ticker): Decimal | null {
  if (last !== null && !isPositive(last)) return null;
  if (last !== null && bid !== null && ask !== null) return max(bid, min(ask, last));
  if (last !== null) return last;
  if (bid !== null && ask !== null) return divide(add(bid, ask), TWO);
  const side = bid ?? ask;
  return side !== null && isPositive(side) ? side : null;
}
