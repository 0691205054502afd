/**
 * Every choice of a simulated world. A choice is a hash of (seed, site, how often that site was
 * asked), so that one fault can be taken out of a run and the other sites still choose alike.
 */

/** What can go wrong; each is on or off for a whole world, drawn from its seed (swarm). */
export const FAULTS = [
  // The process: killed between two events, or at one of its ports.
  "crash",
  "crashOnSend",
  "crashOnAppend",
  "crashOnRead",
  "crashOnAnswer",
  "restart",
  // Mutations on their way there and back.
  "requestLost",
  "requestDelayed",
  "requestDuplicated",
  "firstCopyRejected",
  "resetWhileDelayed",
  "responseLost",
  "responseDelayed",
  "adapterMute",
  "adapterThrew",
  "serverError",
  "refused",
  "slowEngine",
  "slowSigning",
  // Reads.
  "readFailed",
  "readSlow",
  "readStale",
  // The stream.
  "frameDropped",
  "frameDelayed",
  "frameDuplicated",
  "socketDropped",
  "socketMute",
  "dialFailed",
  // The venue as a whole.
  "banned",
  "maintenance",
  "authExpired",
  "venueClockStep",
  "delisted",
  "tickChanged",
  "externalCancel",
  "expired",
  // The machine.
  "wallStep",
  "diskSlow",
  "diskFailed",
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
  readonly #sites = new Map<string, Site>();
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
    const known = this.#site(site);
    return draw(known.hash, known.count++);
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
    const site = this.#site(kind, "fault:");
    const count = site.count++;
    if (!this.faultsOn || !this.#enabled.has(kind)) return false;
    if (draw(site.hash, count) >= probability) return false;
    const name = `${kind}#${count}`;
    if (this.#suppressed.has(name)) return false;
    this.hits.push(name);
    this.#onFault(name);
    return true;
  }

  /** @param prefix the same for all callers that share a name */
  #site(name: string, prefix = ""): Site {
    let site = this.#sites.get(name);
    if (site === undefined) {
      site = { hash: siteHash(this.seed, prefix + name), count: 0 };
      this.#sites.set(name, site);
    }
    return site;
  }
}

interface Site {
  readonly hash: number;
  count: number;
}

/** A float in [0, 1) that the three decide. */
function hash(seed: number, site: string, count: number): number {
  return draw(siteHash(seed, site), count);
}

function siteHash(seed: number, site: string): number {
  let h = (seed ^ 0x9e3779b9) >>> 0;
  for (let i = 0; i < site.length; i++) h = Math.imul(h ^ site.charCodeAt(i), 0x01000193) >>> 0;
  return h;
}

function draw(site: number, count: number): number {
  let h = Math.imul(site ^ count, 0x85ebca6b) >>> 0;
  h ^= h >>> 13;
  h = Math.imul(h, 0xc2b2ae35) >>> 0;
  h ^= h >>> 16;
  h = Math.imul(h ^ 0x27d4eb2f, 0x165667b1) >>> 0;
  return ((h ^ (h >>> 15)) >>> 0) / 2 ** 32;
}
