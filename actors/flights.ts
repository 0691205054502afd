/** Intents with a submit on the wire that is not answered yet, so that a stop can await them. */
export class Flights {
  readonly #out = new Set<string>();
  #landed: (() => void)[] = [];

  left(intentId: string): void {
    this.#out.add(intentId);
  }

  answered(intentId: string): void {
    this.#out.delete(intentId);
    if (this.#out.size > 0) return;
    for (const resolve of this.#landed.splice(0)) resolve();
  }

  /** Resolves once none is out. */
  landed(): Promise<void> {
    if (this.#out.size === 0) return Promise.resolve();
    return new Promise((resolve) => this.#landed.push(resolve));
  }
}
