/** Waiting with an end. */
import type { Clock } from "../src/model/clock.ts";

/** Waits for `work`, whatever becomes of it, but not longer than `ms`. */
export function within(clock: Clock, work: Promise<unknown>, ms: number): Promise<void> {
  return new Promise((resolve) => {
    const cancel = clock.setTimer(resolve, ms);
    const done = () => {
      cancel();
      resolve();
    };
    work.then(done, done);
  });
}
