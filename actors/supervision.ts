/**
 * A one-for-one supervisor: starts children, restarts the one that crashed by its policy
 * (`machines/supervision.ts`), and hands a child that keeps dying to whoever owns it. The kernel
 * and every exchange have one; a child is whatever starts, reports its crash once and stops.
 *
 * I1 A child that crashed is stopped before anything else happens, and never restarted at once: the
 *    crash may have come from deep within its own call stack.
 * I2 A report of a stopped or already replaced child is ignored.
 * I3 A restart waits until the old child has stopped, at most {@linkcode STOP_WAIT_MS} beyond its
 *    pause: two lives of one exchange would share an adapter.
 * I4 No timer outlives `stop`; children are stopped last started first.
 */
import {
  type ChildRecord,
  type Escalation,
  NEWBORN,
  policyOf,
  superviseChild,
  type SupervisedKind,
} from "../machines/supervision.ts";
import type { CancelTimer, Clock, Random } from "../src/model/clock.ts";

/** A child that does not stop within this is taken for gone; closing a socket is a round trip. */
export const STOP_WAIT_MS = 10_000;

export interface Child {
  /** Must tolerate a child that has crashed. */
  stop(): void | Promise<void>;
}

export interface ChildSpec {
  readonly kind: SupervisedKind;
  /** Unique within this supervisor. */
  readonly id: string;
  /** Makes and starts the child; one that throws counts as crashed. */
  readonly start: (crashed: (error: unknown) => void) => Child;
}

export interface Supervision {
  readonly kind: SupervisedKind;
  readonly id: string;
  readonly error: unknown;
}

export interface SupervisorOptions {
  readonly clock: Clock;
  readonly random: Random;
  /** Carries the escalation out; the child is stopped and forgotten by then. */
  readonly onEscalate: (what: Supervision & { readonly escalation: Escalation }) => void;
  /** A restart is due in `delayMs`; for events and the log. */
  readonly onRestart?: (what: Supervision & { readonly delayMs: number }) => void;
}

export class Supervisor {
  readonly #options: SupervisorOptions;
  readonly #children = new Map<string, Supervised>();
  #stopped = false;

  constructor(options: SupervisorOptions) {
    this.#options = options;
  }

  /** @throws {RangeError} when the id is taken: the older child would run on, unreachable. */
  start(spec: ChildSpec): void {
    if (this.#stopped) return;
    if (this.#children.has(spec.id)) {
      throw new RangeError(`Cannot start ${spec.kind} ${spec.id}: the id is taken`);
    }
    const supervised: Supervised = {
      spec,
      child: null,
      ending: null,
      record: NEWBORN,
      life: 0,
      cancelRestart: null,
    };
    this.#children.set(spec.id, supervised);
    this.#begin(supervised);
  }

  /** Over the child's whole life under this supervisor. */
  restarts(id: string): number {
    return this.#children.get(id)?.record.restarts ?? 0;
  }

  /** Whether it runs now: not dead, not waiting for its restart. */
  isRunning(id: string): boolean {
    return (this.#children.get(id)?.child ?? null) !== null;
  }

  /** Stops one child for good and forgets it. */
  async stopChild(id: string): Promise<void> {
    const supervised = this.#children.get(id);
    if (supervised === undefined) return;
    this.#children.delete(id);
    await this.#end(supervised);
  }

  /** Stops all, last started first, one after the other. */
  async stop(): Promise<void> {
    this.#stopped = true;
    const children = [...this.#children.values()].reverse();
    this.#children.clear();
    // A pending restart must not fire while an earlier child takes its time to stop.
    for (const supervised of children) supervised.cancelRestart?.();
    for (const supervised of children) await this.#end(supervised);
  }

  #begin(supervised: Supervised): void {
    const life = ++supervised.life;
    let starting = true;
    const stillborn: unknown[] = [];
    const crashed = (error: unknown): void => {
      if (starting) stillborn.push(error); // nothing can be stopped before it has returned
      else if (supervised.life === life) this.#died(supervised, error); // I2
    };
    try {
      const child = supervised.spec.start(crashed);
      if (supervised.life === life) supervised.child = child;
      else stopQuietly(child); // it was stopped while it started
    } catch (error) {
      crashed(error);
    }
    starting = false;
    if (stillborn.length > 0) crashed(stillborn[0]);
  }

  #died(supervised: Supervised, error: unknown): void {
    const { kind, id } = supervised.spec;
    const ending = this.#end(supervised);
    const { decision, record } = superviseChild(policyOf(kind), supervised.record, {
      at: this.#options.clock.monotonic(),
      random: this.#options.random.next(),
    });
    supervised.record = record;
    if (decision.kind === "escalate") {
      this.#children.delete(id);
      this.#options.onEscalate({ kind, id, error, escalation: decision.escalation });
      return;
    }
    this.#restartLater(supervised, ending, decision.delayMs);
    this.#options.onRestart?.({ kind, id, error, delayMs: decision.delayMs });
  }

  /** I3. Ended again meanwhile, by `stopChild` or `stop`, it is not restarted. */
  #restartLater(supervised: Supervised, ending: Promise<void> | null, delayMs: number): void {
    const { clock } = this.#options;
    const life = supervised.life;
    const begin = (): void => {
      if (supervised.life !== life) return;
      supervised.cancelRestart?.();
      supervised.cancelRestart = null;
      this.#begin(supervised);
    };
    let stopped = ending === null;
    let due = false;
    ending?.then(() => {
      stopped = true;
      if (due) begin();
    });
    supervised.cancelRestart = clock.setTimer(() => {
      due = true;
      if (stopped) begin();
      else supervised.cancelRestart = clock.setTimer(begin, STOP_WAIT_MS);
    }, delayMs);
  }

  /** @returns when the child has stopped; null when it has already. */
  #end(supervised: Supervised): Promise<void> | null {
    supervised.life++;
    supervised.cancelRestart?.();
    supervised.cancelRestart = null;
    const child = supervised.child;
    supervised.child = null;
    if (child === null) return supervised.ending;
    const ending = stopQuietly(child);
    supervised.ending = ending;
    ending?.then(() => {
      if (supervised.ending === ending) supervised.ending = null;
    });
    return ending;
  }
}

interface Supervised {
  readonly spec: ChildSpec;
  child: Child | null;
  record: ChildRecord;
  /** The last child on its way out. */
  ending: Promise<void> | null;
  /** Grows with every start and end: what an older life reports is ignored. */
  life: number;
  cancelRestart: CancelTimer | null;
}

/** A child that fails to stop is gone all the same. @returns null when it is at once. */
function stopQuietly(child: Child): Promise<void> | null {
  try {
    return child.stop()?.catch(() => {}) ?? null;
  } catch {
    return null;
  }
}
