/**
 * Requests in the order they were asked for, one under way at a time, where a venue refuses a nonce
 * below the last one; elsewhere each goes at once. What waits is signed when its turn comes.
 */

export interface Lane {
  run<T>(request: () => Promise<T>): Promise<T>;
}

export const OPEN_LANE: Lane = { run: (request) => request() };

/** The kernel's request budget bounds how many can wait. */
export class SingleLane implements Lane {
  #last: Promise<unknown> = Promise.resolve();

  run<T>(request: () => Promise<T>): Promise<T> {
    const next = this.#last.then(request);
    this.#last = next.catch(() => {}); // Whoever asked hears of it; the lane goes on.
    return next;
  }
}
