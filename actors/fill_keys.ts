/** Which fills an intent has booked: each counts once, however often and by whom it is told. */
import type { Fill } from "../src/model/fill.ts";
import { FILL_KEYS_MAX } from "../src/model/limits.ts";
import type { Entry } from "./entry.ts";

/**
 * Those of `fills` never booked before, marked as this intent's; from now on they count as booked.
 *
 * @param stored the keys of the fills in the store, read once for an intent that came from there.
 */
export function unseenFills(
  entry: Entry,
  fills: readonly Fill[],
  stored: () => readonly string[],
): readonly Fill[] {
  const { intentId } = entry;
  const keys = entry.fillKeys ??= new Set(entry.restored ? stored() : []);
  const fresh: Fill[] = [];
  let all: ReadonlySet<string> | null = null;
  for (const fill of fills) {
    const key = `${fill.exchangeOrderId}:${fill.tradeId}`;
    if (keys.has(key)) continue;
    if (keys.size >= FILL_KEYS_MAX) {
      all ??= new Set(stored());
      if (all.has(key)) continue;
      for (const oldest of keys) { // committed long ago: from now on the store is asked for it
        keys.delete(oldest);
        break;
      }
    }
    keys.add(key);
    fresh.push(fill.intentId === intentId ? fill : { ...fill, intentId });
  }
  return fresh;
}
