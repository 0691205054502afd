/**
 * Rows of contracts that are not listed. A matured contract leaves the list of instruments at once,
 * while its trades, ended orders and position are told for days: without its size such a row cannot
 * be counted, and must not cost the rows of all others. It is left out, and told.
 */
import type { Decimal } from "../../../model/decimal.ts";
import type { VenueFact } from "../../exchange.ts";
import type { RowContext } from "../plans/venue_call.ts";
import { RowError } from "./fields.ts";

/** A row of a contract whose size this process has never known. */
export class UnlistedError extends RowError {
  readonly rawSymbol: string;

  constructor(rawSymbol: string) {
    super(`the contract ${rawSymbol} is not listed, so its size is not known`);
    this.rawSymbol = rawSymbol;
  }
}

/**
 * Base units of one contract; of one that was listed earlier in this process as it was then.
 *
 * @throws {UnlistedError} where the size is not known: its amounts cannot be told.
 */
export function listedSize(rawSymbol: string, context: RowContext): Decimal {
  const size = context.contractSizeOf(rawSymbol);
  if (size !== null) return size;
  throw new UnlistedError(rawSymbol);
}

export interface ListedRows<Value> {
  readonly values: readonly Value[];
  /** The contract of each row that was left out, by the venue's name. */
  readonly leftOut: readonly string[];
}

/**
 * Reads every row but those of contracts that are not listed.
 *
 * @param isSought whether a contract is what was asked about: its rows are never left out, since
 * the answer would show less than there is.
 * @throws whatever `read` throws of a row that is otherwise not as documented.
 */
export function listedRows<Value>(
  rows: readonly unknown[],
  read: (row: unknown) => Value,
  isSought: (rawSymbol: string) => boolean = () => false,
): ListedRows<Value> {
  const values: Value[] = [];
  const leftOut: string[] = [];
  for (const row of rows) {
    try {
      values.push(read(row));
    } catch (error) {
      if (!(error instanceof UnlistedError) || isSought(error.rawSymbol)) throw error;
      leftOut.push(error.rawSymbol);
    }
  }
  return { values, leftOut };
}

/** What tells that rows were left out; nothing where none was. */
export function unlistedFacts(leftOut: readonly string[], where: string): readonly VenueFact[] {
  if (leftOut.length === 0) return [];
  const message = `${leftOut.length} rows of ${[...new Set(leftOut)].join(", ")}`;
  return [{ kind: "unlisted", where, message: message.slice(0, MESSAGE_LENGTH_MAX) }];
}

/** For a log line; a page may have as many contracts as rows. */
const MESSAGE_LENGTH_MAX = 256;
