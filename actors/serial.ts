/** Work under one key, one piece after the other, in the order of asking. */
export class Serial {
  readonly #last = new Map<string, Promise<unknown>>();

  /** @returns what `work` returns; it begins once what was asked for before has ended. */
  run<T>(key: string, work: () => Promise<T>): Promise<T> {
    const before = this.#last.get(key) ?? Promise.resolve();
    const next = before.then(work, work);
    this.#last.set(key, next);
    const forget = () => {
      if (this.#last.get(key) === next) this.#last.delete(key);
    };
    next.then(forget, forget);
    return next;
  }
}
