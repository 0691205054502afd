/**
 * The real time, with timers that count turns of the event loop: one of 300 ms fires after thirty
 * turns of 10 ms. On a busy machine a plain timer may be due before anything that arrived meanwhile
 * was read, and a test of what an answer says would see a timeout instead.
 */
import type { CancelTimer, Clock } from "../src/model/clock.ts";
import { systemClock } from "../src/system/clock.ts";

const TURN_MS = 10;

export const patientClock: Clock = {
  now: () => systemClock.now(),
  monotonic: () => systemClock.monotonic(),
  setTimer(callback: () => void, delayMs: number): CancelTimer {
    let cancel: CancelTimer = () => {};
    const wait = (leftMs: number) => {
      cancel = systemClock.setTimer(
        () => leftMs <= TURN_MS ? callback() : wait(leftMs - TURN_MS),
        Math.min(leftMs, TURN_MS),
      );
    };
    wait(delayMs);
    return () => cancel();
  },
};
