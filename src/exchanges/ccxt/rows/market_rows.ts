/** What the public messages of several venues have in common: levels of a book, and checksums. */
import { decimal } from "../../../model/decimal.ts";
import { BOOK_LEVELS_MAX } from "../../../model/limits.ts";
import type { BookLevel, Ohlcv } from "../../../model/market.ts";
import { asRows, RowError } from "./fields.ts";

/** `[["4.00000000", "431.00000000"], …]`: price and quantity as texts; what follows is not read. */
export function levelsOf(value: unknown): readonly BookLevel[] {
  return asRows(value, BOOK_LEVELS_MAX).map((row) => {
    if (!Array.isArray(row)) throw new RowError("a level is not a list");
    return levelOf(row[0], row[1]);
  });
}

/** One level from its texts. */
export function levelOf(price: unknown, quantity: unknown): BookLevel {
  if (typeof price !== "string" || typeof quantity !== "string") {
    throw new RowError("price or quantity of a level is not a text");
  }
  return { price: decimal(price), quantity: decimal(quantity), numOrders: null };
}

/** `[openTime, "open", "high", "low", "close", "volume", …]`, as most venues write candles. */
export function candleOf(value: unknown): Ohlcv {
  if (!Array.isArray(value)) throw new RowError("a candle is not a list");
  const [time, open, high, low, close, volume] = value;
  const openTime = typeof time === "string" ? Number(time) : time;
  if (typeof openTime !== "number" || !Number.isSafeInteger(openTime)) {
    throw new RowError("the time of a candle is not a time in milliseconds");
  }
  return {
    openTime,
    open: priceOf(open),
    high: priceOf(high),
    low: priceOf(low),
    close: priceOf(close),
    volume: priceOf(volume),
  };
}

function priceOf(value: unknown) {
  if (typeof value !== "string") throw new RowError("a number of a candle is not a text");
  return decimal(value);
}

/** CRC-32 (IEEE 802.3) of ASCII text, unsigned, as zlib and the venues compute it. */
export function crc32(text: string): number {
  let crc = 0xffffffff;
  for (let i = 0; i < text.length; i++) {
    crc = CRC_TABLE[(crc ^ text.charCodeAt(i)) & 0xff]! ^ (crc >>> 8);
  }
  return (crc ^ 0xffffffff) >>> 0;
}

const CRC_TABLE: readonly number[] = Array.from({ length: 256 }, (_, byte) => {
  let crc = byte;
  for (let bit = 0; bit < 8; bit++) crc = crc & 1 ? (crc >>> 1) ^ 0xedb88320 : crc >>> 1;
  return crc >>> 0;
});
