/** What happened in a world, as a hash always and as text when asked for. */

export class Trace {
  readonly #lines: string[] | null;
  readonly #now: () => number;
  #hash = 2166136261;

  /** @param now milliseconds since the world began. */
  constructor(options: { readonly now: () => number; readonly keep: boolean }) {
    this.#now = options.now;
    this.#lines = options.keep ? [] : null;
  }

  log(line: string): void {
    const now = this.#now();
    let h = this.#hash;
    for (let i = 0; i < line.length; i++) h = Math.imul(h ^ line.charCodeAt(i), 16777619) >>> 0;
    this.#hash = Math.imul(h ^ Math.floor(now), 16777619) >>> 0;
    this.#lines?.push(`${(now / 1000).toFixed(3).padStart(9)}  ${line}`);
  }

  get hash(): string {
    return this.#hash.toString(16).padStart(8, "0");
  }

  get lines(): readonly string[] {
    return this.#lines ?? [];
  }
}
