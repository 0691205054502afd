/**
 * The paper venue's dead-man's switch: a countdown per account that cancels all its orders, ours
 * and those of others, unless it is wound up again. It belongs to the venue: it runs on while the
 * adapter that wound it up is gone, and two adapters on one engine wind up the same.
 *
 * A paper venue lives in the process, so it cannot save anybody from the death of that one; it
 * shows how a kernel behaves at a venue that can.
 */
import type { CancelTimer, Clock } from "../../model/clock.ts";
import type { EpochMs } from "../../model/scalars.ts";
import type { DeadMansSwitch } from "../exchange.ts";
import type { MatchingEngine } from "./engine.ts";

/** As Kraken's: long enough for a few lost refreshes, short enough to matter. */
export const PAPER_DEAD_MANS_SWITCH: DeadMansSwitch = {
  kind: "timer",
  minMs: 1_000,
  maxMs: 3_600_000,
  scope: "account",
};

const countdowns = new WeakMap<MatchingEngine, Map<string, CancelTimer>>();

/** @param timeoutMs null stops the countdown. @returns when it fires, by the engine's time. */
export function windUp(
  engine: MatchingEngine,
  { accountId, clock, timeoutMs }: {
    readonly accountId: string;
    readonly clock: Clock;
    readonly timeoutMs: number | null;
  },
): EpochMs | null {
  const timers = countdowns.get(engine) ?? new Map<string, CancelTimer>();
  countdowns.set(engine, timers);
  timers.get(accountId)?.();
  timers.delete(accountId);
  if (timeoutMs === null) return null;
  const fire = () => {
    timers.delete(accountId);
    engine.cancelAll(accountId, undefined, { cause: "DEAD_MANS_SWITCH" });
  };
  timers.set(accountId, clock.setTimer(fire, timeoutMs));
  return engine.now() + timeoutMs;
}
