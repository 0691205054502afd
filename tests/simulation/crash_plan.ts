/**
 * Where a process is to be killed: at its ports, since between two of them nothing it does can be
 * seen. A point is the n-th passing of a place, counted over all processes of a world.
 */

/**
 * `append`: a batch was handed to the disk, and is lost. `synced`: it is durable, and nobody has
 * heard. `send`, `sent`: just before and after bytes leave. `read`: a read is asked for. `answer`:
 * an answer of the venue is there, and is not heard.
 */
export const CRASH_SITES = ["append", "synced", "send", "sent", "read", "answer"] as const;

export type CrashSite = typeof CRASH_SITES[number];

export interface CrashPoint {
  readonly site: CrashSite;
  /** From 0. */
  readonly index: number;
}

export class CrashPlan {
  readonly passed: Record<CrashSite, number>;
  readonly #points: ReadonlySet<string> | null;

  /** @param points null leaves it to chance; a list says it all. */
  constructor(points: readonly CrashPoint[] | null) {
    this.passed = { append: 0, synced: 0, send: 0, sent: 0, read: 0, answer: 0 };
    this.#points = points === null ? null : new Set(points.map(nameOf));
  }

  /** Nothing is killed by chance. */
  get isPlanned(): boolean {
    return this.#points !== null;
  }

  /** Counts the passing. @param counts false once the world has healed */
  isHere(site: CrashSite, counts: boolean): boolean {
    if (!counts) return false;
    const index = this.passed[site]++;
    return this.#points?.has(nameOf({ site, index })) === true;
  }
}

/** `append#3`. */
export function nameOf({ site, index }: CrashPoint): string {
  return `${site}#${index}`;
}

/** @returns null for what is no such name. */
export function pointOf(name: string): CrashPoint | null {
  const [site, index] = name.split("#");
  const known = CRASH_SITES.find((each) => each === site);
  const at = Number(index);
  return known === undefined || !Number.isSafeInteger(at) ? null : { site: known, index: at };
}
