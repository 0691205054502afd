/**
 * Rows of one message of a stream, each for itself: one that cannot be read is told, and takes none
 * of the others along.
 */
import type { VenueFact } from "../../exchange.ts";

export function eachRow(
  rows: readonly unknown[],
  where: string,
  read: (row: unknown) => VenueFact | readonly VenueFact[],
): readonly VenueFact[] {
  return rows.flatMap((row) => {
    try {
      return read(row);
    } catch (error) {
      const message = error instanceof Error ? error.message : String(error);
      return { kind: "malformed", where, message };
    }
  });
}
