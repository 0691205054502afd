/**
 * The venue's own dead-man's switches: one of the account, or one of each symbol, which are then
 * wound up and disarmed together.
 *
 * I1 A symbol is remembered before its switch is asked to be armed, and forgotten only once the
 * venue has said that it is disarmed: what may be armed is disarmed in the end.
 */
import type { ArmOutcome } from "../../exchange.ts";
import { ask, failed, NOT_CONNECTED, readFailure, type Session } from "../session.ts";
import type { SessionSource } from "../session.ts";

/** Nobody aborts a wait for leave: it ends with the exchange at the latest. */
const UNABORTED = new AbortController().signal;

export class Switches {
  readonly #session: SessionSource;
  /** Venue symbols whose switch may be armed; none where there is one of the account. */
  readonly #armed = new Set<string>();

  constructor(session: SessionSource) {
    this.#session = session;
  }

  async arm(timeoutMs: number | null, symbolIds: readonly string[]): Promise<ArmOutcome> {
    const session = this.#session();
    if (session === null) return failed("NOT_CONNECTED", NOT_CONNECTED);
    const { deadMansSwitch } = session.profile;
    const venueTime = session.venueClock.floor() ?? session.clock.now();
    const bySymbol = deadMansSwitch.kind === "timer" && deadMansSwitch.scope === "symbol";
    const failure = bySymbol
      ? await this.#armEach(session, timeoutMs, symbolIds)
      : await ofOne(session, timeoutMs, "");
    if (failure !== null) return failure;
    return { kind: "armed", firesAt: timeoutMs === null ? null : venueTime + timeoutMs };
  }

  /** Every one of them is asked, whatever becomes of another. @returns the first failure. */
  async #armEach(
    session: Session,
    timeoutMs: number | null,
    symbolIds: readonly string[],
  ): Promise<Failure | null> {
    const live = new Set(timeoutMs === null ? [] : rawOf(session, symbolIds));
    for (const rawSymbol of live) this.#armed.add(rawSymbol); // I1
    const failures: Failure[] = [];
    for (const [index, rawSymbol] of [...this.#armed].entries()) {
      const failure = await leaveFor(session, index) ??
        await ofOne(session, live.has(rawSymbol) ? timeoutMs : null, rawSymbol);
      if (failure !== null) failures.push(failure);
      else if (!live.has(rawSymbol)) this.#armed.delete(rawSymbol); // I1
    }
    return failures[0] ?? null;
  }
}

type Failure = Extract<ArmOutcome, { kind: "failed" }>;

/** The kernel has granted the first request; each further one asks, as a cancel does. */
async function leaveFor(session: Session, index: number): Promise<Failure | null> {
  if (index === 0) return null;
  const leave = await session.limits()?.acquire("deadMansSwitch", 1, "cancel", UNABORTED);
  if (leave !== "full" && leave !== "stopped") return null;
  return failed("NO_LEAVE", `the dead-man's switch was not asked: ${leave}`);
}

async function ofOne(
  session: Session,
  timeoutMs: number | null,
  rawSymbol: string,
): Promise<Failure | null> {
  const { armDeadMansSwitch: arm } = session.profile.entry;
  if (arm === undefined) return failed("UNSUPPORTED", "the venue has no dead-man's switch");
  const verdict = await ask(session, arm(timeoutMs, rawSymbol));
  return verdict.kind === "answered" ? null : readFailure(verdict);
}

/** A symbol that is not listed any more has no orders. */
function rawOf({ catalogue }: Session, symbolIds: readonly string[]): readonly string[] {
  return symbolIds.flatMap((symbolId) => catalogue.rawOf(symbolId) ?? []);
}
