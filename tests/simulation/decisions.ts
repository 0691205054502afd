/**
 * Every choice of a simulated world. A choice is a hash of (seed, site, how often that site was
 * asked), so that one fault can be taken out of a run and the other sites still choose alike.
 */

/** What can go wrong; each is on or off for a whole world, drawn from its seed (swarm). */
export const FAULTS = [
  "crash",
  "crashOnSend",
  "crashOnAppend",
  "requestLost",
  "requestDelayed",
  "resetWhileDelayed",
  "responseLost",
  "responseDelayed",
  "adapterMute",
  "serverError",
  "refused",
  "slowEngine",
  "slowSigning",
  "readFailed",
  "readSlow",
  "readStale",
  "frameDropped",
  "frameDelayed",
  "frameDuplicated",
  "socketDropped",
  "socketMute",
  "dialFailed",
  "banned",
  "wallStep",
  "diskSlow",
  "diskFailed",
  "externalCancel",
  "restart",
] as const;

export type FaultKind = typeof FAULTS[number];

export interface DecisionsOptions {
  readonly seed: number;
  /** Faults, as `hits` names them, that do not happen in this run. */
  readonly suppressed?: ReadonlySet<string>;
  readonly onFault?: (name: string) => void;
}

export class Decisions {
  readonly seed: number;
  /** Names of the faults that happened, in order: `responseLost#3`. */
  readonly hits: string[] = [];
  /** Off while the world heals. */
  faultsOn = true;
  readonly #counters = new Map<string, number>();
  readonly #enabled: ReadonlySet<FaultKind>;
  readonly #suppressed: ReadonlySet<string>;
  readonly #onFault: (name: string) => void;

  constructor({ seed, suppressed = new Set(), onFault = () => {} }: DecisionsOptions) {
    this.seed = seed;
    this.#suppressed = suppressed;
    this.#onFault = onFault;
    this.#enabled = new Set(FAULTS.filter((kind) => hash(seed, `swarm:${kind}`, 0) < 0.55));
  }

  /** A float in [0, 1). */
  next(site: string): number {
    const count = this.#counters.get(site) ?? 0;
    this.#counters.set(site, count + 1);
    return hash(this.seed, site, count);
  }

  /** An integer from `low` to `high`, both included. */
  between(site: string, range: readonly [low: number, high: number]): number {
    return Math.floor(range[0] + this.next(site) * (range[1] - range[0] + 1));
  }

  chance(site: string, probability: number): boolean {
    return this.next(site) < probability;
  }

  pick<T>(site: string, list: readonly T[]): T {
    const chosen = list[Math.floor(this.next(site) * list.length)];
    if (chosen === undefined) throw new RangeError(`Cannot pick at ${site}: nothing to pick from`);
    return chosen;
  }

  /** True for the whole world or for none of it. */
  trait(name: string, probability: number): boolean {
    return hash(this.seed, `trait:${name}`, 0) < probability;
  }

  /** Whether this fault happens now. */
  fault(kind: FaultKind, probability: number): boolean {
    const site = `fault:${kind}`;
    const count = this.#counters.get(site) ?? 0;
    this.#counters.set(site, count + 1);
    if (!this.faultsOn || !this.#enabled.has(kind)) return false;
    if (hash(this.seed, site, count) >= probability) return false;
    const name = `${kind}#${count}`;
    if (this.#suppressed.has(name)) return false;
    this.hits.push(name);
    this.#onFault(name);
    return true;
  }
}

/** A float in [0, 1) that the three decide. */
function hash(seed: number, site: string, count: number): number {
  let h = (seed ^ 0x9e3779b9) >>> 0;
  for (let i = 0; i < site.length; i++) h = Math.imul(h ^ site.charCodeAt(i), 0x01000193) >>> 0;
  h = Math.imul(h ^ count, 0x85ebca6b) >>> 0;
  h ^= h >>> 13;
  h = Math.imul(h, 0xc2b2ae35) >>> 0;
  h ^= h >>> 16;
  h = Math.imul(h ^ 0x27d4eb2f, 0x165667b1) >>> 0;
  return ((h ^ (h >>> 15)) >>> 0) / 2 ** 32;
}
