/**
 * How much was used within the last interval, never too little: kept in slots of a quarter of it, so
 * that a slot counts until all of it is over. Times are monotonic milliseconds.
 */

/** Four cover an interval; the fifth is the one that is being filled. */
const SLOTS = 5;

export interface RecentUse {
  readonly slotMs: number;
  readonly slots: number[];
  /** When the slot that is being filled began. */
  since: number;
  /** Which one that is. */
  at: number;
}

export function newRecentUse(intervalMs: number, now: number): RecentUse {
  const slotMs = intervalMs > 0 ? intervalMs / (SLOTS - 1) : Infinity;
  return { slotMs, slots: new Array(SLOTS).fill(0), since: now, at: 0 };
}

export function use(recent: RecentUse, amount: number, now: number): void {
  turn(recent, now);
  recent.slots[recent.at] = (recent.slots[recent.at] ?? 0) + amount;
}

export function recentUse(recent: RecentUse, now: number): number {
  turn(recent, now);
  let sum = 0;
  for (const used of recent.slots) sum += used;
  return sum;
}

/** After how many milliseconds the oldest slot counts no more. */
export function recentUseFalls(recent: RecentUse, now: number): number {
  turn(recent, now);
  return recent.since + recent.slotMs - now;
}

function turn(recent: RecentUse, now: number): void {
  const { slotMs, slots } = recent;
  if (now - recent.since < slotMs) return;
  const turns = Math.floor((now - recent.since) / slotMs);
  for (let i = 0; i < Math.min(turns, SLOTS); i++) {
    recent.at = (recent.at + 1) % SLOTS;
    slots[recent.at] = 0;
  }
  recent.since += turns * slotMs;
}
