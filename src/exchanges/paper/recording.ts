/**
 * Reads recordings in the layouts of Binance's public spot dumps (github.com/binance/
 * binance-public-data): trades, aggregate trades and klines, with or without a header row. Files
 * from 2025 on date in microseconds; every time here is in milliseconds.
 */
import {
  compare,
  type Decimal,
  decimal,
  DecimalSchema,
  divide,
  isNegative,
  isPositive,
} from "../../model/decimal.ts";
import { ConfigError } from "../../model/errors.ts";
import type { Side } from "../../model/order.ts";
import type { EpochMs } from "../../model/scalars.ts";

/** One public trade of a recording. */
export interface RecordedPrint {
  readonly price: Decimal;
  readonly quantity: Decimal;
  readonly takerSide: Side;
  readonly time: EpochMs;
}

/** A row with its place, for messages that name it. */
export interface Row {
  readonly file: string;
  /** From 1. */
  readonly line: number;
  readonly cells: readonly string[];
}

/** @returns one print, four of a kline, none of a header. @throws {ConfigError} for a bad row. */
export function printsOf(row: Row): readonly RecordedPrint[] {
  if (row.line === 1 && !/^\d/.test(row.cells[0] ?? "")) return [];
  switch (row.cells.length) {
    case 7:
      return [tradeOf(row, { time: 4, isBuyerMaker: 5 })];
    case 8:
      return [tradeOf(row, { time: 5, isBuyerMaker: 6 })];
    case 12:
      return klineOf(row);
    default:
      throw malformed(row, "row", {
        rule: "must have 7 (trades), 8 (aggTrades) or 12 (klines) columns",
        actual: String(row.cells.length),
      });
  }
}

/**
 * The rows of a CSV file, read as they are asked for, so that a dump of any size fits. Reading is
 * synchronous to keep a replay on a virtual clock deterministic; a 64 KiB block takes microseconds.
 * @throws {ConfigError} when the file cannot be read.
 */
export function* rowsOf(file: string): Generator<Row> {
  using source = open(file);
  const block = new Uint8Array(BLOCK_BYTES);
  const decoder = new TextDecoder();
  let rest = "";
  let line = 0;
  for (;;) {
    const read = source.readSync(block);
    rest += decoder.decode(block.subarray(0, read ?? 0), { stream: read !== null });
    const lines = rest.split("\n");
    rest = read === null ? "" : lines.pop()!;
    for (const text of lines) {
      line++;
      if (text.trim() !== "") yield { file, line, cells: text.trim().split(",") };
    }
    if (read === null) return;
    if (rest.length > LINE_LENGTH_MAX) {
      throw malformed({ file, line: line + 1, cells: [] }, "row", {
        rule: `must have at most ${LINE_LENGTH_MAX} characters`,
        actual: `${rest.length} and more`,
      });
    }
  }
}

const BLOCK_BYTES = 64 * 1024;
/** Rows of all three layouts are under 250 characters; a longer one is no CSV of this kind. */
const LINE_LENGTH_MAX = 4_096;
/** Milliseconds stay below this until the year 5138, microseconds have been above it since 1973. */
const MILLISECONDS_MAX = 1e14;

function open(file: string): Deno.FsFile {
  try {
    return Deno.openSync(file);
  } catch (cause) {
    throw new ConfigError(`${file}: cannot read the recording`, { file }, { cause });
  }
}

function tradeOf(
  row: Row,
  at: { readonly time: number; readonly isBuyerMaker: number },
): RecordedPrint {
  return {
    price: priceAt(row, 1, "price"),
    quantity: quantityAt(row, 2, "qty"),
    takerSide: flagAt(row, at.isBuyerMaker, "isBuyerMaker") ? "SELL" : "BUY",
    time: timeAt(row, at.time, "time"),
  };
}

/** A bar became open → one extreme → the other → close; the near extreme first is customary. */
function klineOf(row: Row): readonly RecordedPrint[] {
  const open = priceAt(row, 1, "open");
  const close = priceAt(row, 4, "close");
  const high = priceAt(row, 2, "high");
  const low = priceAt(row, 3, "low");
  const start = timeAt(row, 0, "openTime");
  const end = timeAt(row, 6, "closeTime");
  const quantity = divide(quantityAt(row, 5, "volume"), decimal("4"), "DOWN");
  const rises = compare(close, open) >= 0;
  const path: readonly (readonly [Decimal, Side])[] = rises
    ? [[open, "BUY"], [low, "SELL"], [high, "BUY"], [close, "SELL"]]
    : [[open, "SELL"], [high, "BUY"], [low, "SELL"], [close, "BUY"]];
  return path.map(([price, takerSide], nth) => ({
    price,
    quantity,
    takerSide,
    time: start + Math.floor((end - start) * nth / 3),
  }));
}

function priceAt(row: Row, index: number, field: string): Decimal {
  const value = decimalAt(row, index, field);
  if (isPositive(value)) return value;
  throw malformed(row, field, { rule: "must be positive", actual: value });
}

function quantityAt(row: Row, index: number, field: string): Decimal {
  const value = decimalAt(row, index, field);
  if (!isNegative(value)) return value;
  throw malformed(row, field, { rule: "must not be negative", actual: value });
}

function decimalAt(row: Row, index: number, field: string): Decimal {
  const parsed = DecimalSchema.safeParse(row.cells[index]);
  if (parsed.success) return parsed.data;
  throw malformed(row, field, { rule: "must be a decimal number", actual: row.cells[index] ?? "" });
}

function timeAt(row: Row, index: number, field: string): EpochMs {
  const text = row.cells[index] ?? "";
  if (!/^\d{10,16}$/.test(text)) {
    throw malformed(row, field, { rule: "must be a time in ms or µs", actual: text });
  }
  const time = Number(text);
  return time > MILLISECONDS_MAX ? Math.floor(time / 1_000) : time;
}

/** Dumps spell it `true` and `True`. */
function flagAt(row: Row, index: number, field: string): boolean {
  const text = (row.cells[index] ?? "").toLowerCase();
  if (text === "true" || text === "false") return text === "true";
  throw malformed(row, field, { rule: "must be true or false", actual: row.cells[index] ?? "" });
}

function malformed(
  row: Row,
  field: string,
  is: { readonly rule: string; readonly actual: string },
): ConfigError {
  const shown = JSON.stringify(is.actual.slice(0, 64));
  return new ConfigError(`${row.file}:${row.line} ${field} ${is.rule}, got ${shown}`, {
    file: row.file,
    line: row.line,
    field,
    rule: is.rule,
    actual: is.actual.slice(0, 64),
  });
}
