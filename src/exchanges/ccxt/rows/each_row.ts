/**
 * Rows of one message of a stream, each for itself: one that cannot be read is told, and takes none
 * of the others along.
 */
import type { VenueFact } from "../../exchange.ts";
import { UnlistedError, unlistedFacts } from "./unlisted.ts";

export function eachRow<Row>(
  rows: readonly Row[],
  where: string,
  read: (row: Row) => VenueFact | readonly VenueFact[],
): readonly VenueFact[] {
  return rows.flatMap((row) => {
    try {
      return read(row);
    } catch (error) {
      if (error instanceof UnlistedError) return unlistedFacts([error.rawSymbol], where);
      const message = error instanceof Error ? error.message : String(error);
      return { kind: "malformed", where, message };
    }
  });
}
