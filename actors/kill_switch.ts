/**
 * The kill switch of the kernel: latches every gate, cancels everything of ours, and remembers it
 * durably. The façade commands it; the kernel shows it every exchange that starts.
 *
 * I1 The gates close in the very call to `engage`, before anything is written (S5).
 * I2 What is told to the caller is durable: the switch, and that every intent is to be canceled.
 * I3 The switch is written before the cancels: a crash between them finds it engaged, and the next
 *    start cancels what is left, before a gate opens.
 * I4 Cancels wait for nothing here: not for a sync, a commit or a store that works.
 * I5 Only orders with our tag are canceled (S9).
 * I6 An exchange that was away while it was engaged cancels what it had then as soon as it is back,
 *    also after the release: which engagement it has heard of is kept for each.
 */
import { isTerminal } from "../machines/intent_context.ts";
import { GATE_KILL_SWITCH } from "../machines/gate_words.ts";
import {
  engage,
  engagementCommitted,
  isClosed,
  type KillSwitchContext,
  killSwitchState,
  NEVER_ENGAGED,
  release,
  releaseCommitted,
  restoreKillSwitch,
} from "../machines/kill_switch.ts";
import { KILL_SETTLED_POLL_MS, KILL_SWEEP_MS } from "../machines/timeouts.ts";
import type { CancelTimer, Clock } from "../src/model/clock.ts";
import { ConflictError, DeniedError, KernelClosedError } from "../src/model/errors.ts";
import type { EventType, KernelEvent } from "../src/model/event.ts";
import { hasTag } from "../src/model/ids.ts";
import {
  KillReasonSchema,
  type KillSwitchControl,
  type KillSwitchState,
} from "../src/model/kill_switch.ts";
import type { Log } from "../src/model/log.ts";
import { KILL_SWITCH_ROW, readMeta } from "../src/model/meta_row.ts";
import { parseOrThrow } from "../src/model/parse.ts";
import type { VenueOrder } from "../src/model/venue.ts";
import type { EpochMs } from "../src/model/scalars.ts";
import type { Store } from "../src/stores/store.ts";
import type { Exchange } from "./exchange.ts";
import type { Latch } from "./gate.ts";
import type { Journal } from "./journal.ts";

/** Of the store's `meta`. */
export const KILL_SWITCH_KEY = "killSwitch";

export interface KillSwitchOptions {
  readonly clock: Clock;
  readonly store: Pick<Store, "meta">;
  readonly journal: Journal;
  readonly log: Log;
  /** Our own client ids begin with it. */
  readonly tag: string;
  /** Every configured exchange: each hears of the switch in events of its own. */
  readonly exchangeIds: readonly string[];
  /** Those that run now. */
  readonly running: () => Iterable<Exchange>;
}

export class KillSwitch implements KillSwitchControl, Latch {
  readonly #o: KillSwitchOptions;
  readonly #timers = new Map<Exchange, CancelTimer>();
  #context: KillSwitchContext;
  #releasing: Promise<void> = Promise.resolve();
  #closed = false;

  /** @throws {StoreError} when its row cannot be read: it is not known whether we may trade. */
  constructor(options: KillSwitchOptions) {
    this.#o = options;
    // Fail closed: a row that says nothing we understand must not be taken for leave to trade.
    const row = options.store.meta(KILL_SWITCH_KEY);
    const stored = readMeta(KILL_SWITCH_KEY, row, KILL_SWITCH_ROW);
    this.#context = stored === null ? NEVER_ENGAGED : restoreKillSwitch(stored);
  }

  get state(): KillSwitchState {
    return killSwitchState(this.#context);
  }

  /** Asked by every gate, last before the wire. */
  get refusal(): string | null {
    return isClosed(this.#context) ? GATE_KILL_SWITCH : null;
  }

  get since(): EpochMs | null {
    return isClosed(this.#context) ? this.state.engagedAt : null;
  }

  deny(action: string): void {
    if (!isClosed(this.#context)) return;
    const { epoch, reason } = this.#context;
    throw new DeniedError(
      GATE_KILL_SWITCH,
      `Cannot ${action}: the kill switch is engaged (epoch ${epoch}): ${reason}`,
      { rule: "killSwitch", epoch, reason },
    );
  }

  async engage(given: string): Promise<number> {
    const reason = parseOrThrow(KillReasonSchema, given, "engage kill switch");
    const { clock, log } = this.#o;
    this.#context = engage(this.#context, { reason, at: clock.now() }); // I1
    const { epoch } = this.#context;
    log.error("kill switch engaged", { epoch, reason });
    if (this.#closed) throw closed("engage");
    const written = this.#write("KillSwitchEngaged", { epoch, reason }); // I3
    const heard = [...this.#o.running()].filter((exchange) => this.#sweep(exchange));
    // The journal keeps the order: this one is durable after every cancel asked for above.
    const swept = this.#o.journal.write({ meta: heard.map(({ id }) => heardRow(id, epoch)) });
    await Promise.all([written, swept]); // I2
    this.#context = engagementCommitted(this.#context, epoch);
    return epoch;
  }

  async release(epoch: number): Promise<void> {
    const verdict = release(this.#context, { epoch, at: this.#o.clock.now() });
    if (verdict.kind === "releasing") return await this.#releasing;
    if (verdict.kind !== "release") throw conflict(verdict, epoch);
    if (this.#closed) throw closed("release");
    const before = this.#context;
    this.#context = verdict.next;
    this.#releasing = this.#commitRelease(epoch);
    try {
      await this.#releasing;
    } catch (error) {
      if (this.#context === verdict.next) this.#context = before;
      throw error;
    }
  }

  /** Before it is started: from here on it cannot send what the switch forbids. */
  guard(exchange: Exchange): void {
    exchange.gate.latch = this;
  }

  /** It has read its intents back: what the switch has canceled or has yet to (I3, I6). */
  started(exchange: Exchange): void {
    const { epoch } = this.#context;
    const heardOf = Number(this.#o.store.meta(heardKey(exchange.id)) ?? 0);
    if (heardOf >= epoch && !isClosed(this.#context)) return;
    if (!this.#sweep(exchange)) return;
    this.#o.journal.write({ meta: [heardRow(exchange.id, epoch)] }).catch(() => {});
  }

  /** Resolves once no intent of a running exchange wants anything any more, or it is released. */
  async settled(): Promise<void> {
    while (isClosed(this.#context) && this.#anyLeft()) {
      await new Promise<void>((resolve) => this.#o.clock.setTimer(resolve, KILL_SETTLED_POLL_MS));
    }
  }

  /** Nothing can be written any more; the gates stay as they are. */
  close(): void {
    this.#closed = true;
    for (const cancel of this.#timers.values()) cancel();
    this.#timers.clear();
  }

  async #commitRelease(epoch: number): Promise<void> {
    await this.#write("KillSwitchReleased", { epoch, reason: this.#context.reason });
    this.#context = releaseCommitted(this.#context, epoch);
    if (isClosed(this.#context)) return; // engaged anew meanwhile
    this.#o.log.warn("kill switch released", { epoch });
    for (const exchange of this.#o.running()) {
      this.#timers.get(exchange)?.();
      this.#timers.delete(exchange);
      exchange.book.releaseHeld();
    }
  }

  #write(
    type: Extract<EventType, "KillSwitchEngaged" | "KillSwitchReleased">,
    { epoch, reason }: { readonly epoch: number; readonly reason: string | null },
  ): Promise<void> {
    const { clock, journal, exchangeIds } = this.#o;
    const at = clock.now();
    const events = exchangeIds.map((exchangeId): KernelEvent => ({
      eventId: 0,
      type,
      exchangeId,
      intentId: null,
      groupId: null,
      symbolId: null,
      at,
      cause: "killSwitch",
      payload: { epoch, reason },
    }));
    // What it will be once this is durable.
    const engaged = type === "KillSwitchEngaged";
    const stored: KillSwitchState = { ...this.state, engaged, releasedAt: engaged ? null : at };
    const meta = [{ key: KILL_SWITCH_KEY, value: JSON.stringify(stored) }];
    return journal.write({ meta, events });
  }

  /**
   * Every intent is to be canceled; then the venue is asked for what no intent stands for. One that
   * cannot be told keeps no other waiting: the exchange is started anew then, and sweeps again.
   *
   * @returns whether all were told.
   */
  #sweep(exchange: Exchange): boolean {
    if (exchange.state === "stopped") return false;
    const until = isClosed(this.#context) ? Infinity : this.#context.engagedAt ?? 0;
    const { book } = exchange;
    const at = this.#o.clock.now();
    const errors: unknown[] = [];
    for (const { intentId, context, isolated } of [...book.entries()]) {
      const { phase, intent } = context;
      if (isolated || isTerminal(phase) || intent.desired === "CANCELED") continue;
      if (intent.createdAt > until) continue;
      try {
        book.tell(intentId, { type: "order.cancel", at });
      } catch (error) {
        errors.push(error);
      }
    }
    if (isClosed(this.#context)) this.#seekStragglers(exchange);
    if (errors.length > 0) exchange.fail(errors[0]);
    return errors.length === 0;
  }

  /**
   * Orders of ours that no intent is driving: of an isolated one, of an older store, placed twice.
   * Asked again until the venue shows none.
   */
  #seekStragglers(exchange: Exchange): void {
    if (this.#timers.has(exchange) || this.#closed || exchange.gate.isObserving) return;
    const { runner, adapter } = exchange;
    this.#timers.set(exchange, () => {});
    runner.run("openOrders", "probe", () => adapter.execution.openOrders()).then((read) => {
      const ours = read.kind === "read" ? read.value.filter((order) => this.#isOurs(order)) : null;
      for (const order of ours ?? []) {
        if (!isDriven(exchange, order)) exchange.book.cancelSecond(order);
      }
      return ours?.length !== 0;
    }, () => true).then((more) => {
      this.#timers.delete(exchange);
      const gone = exchange.state === "stopped" || !isClosed(this.#context) || this.#closed;
      if (!more || gone) return;
      const again = () => {
        this.#timers.delete(exchange);
        this.#seekStragglers(exchange);
      };
      this.#timers.set(exchange, this.#o.clock.setTimer(again, KILL_SWEEP_MS));
    });
  }

  /** I5 */
  #isOurs({ clientOrderId }: VenueOrder): boolean {
    return clientOrderId !== null && hasTag(clientOrderId, this.#o.tag);
  }

  #anyLeft(): boolean {
    for (const { book, gate } of this.#o.running()) {
      if (gate.isObserving) continue; // nothing is sent there, cancels neither
      for (const { context, isolated } of book.entries()) {
        if (!isolated && !isTerminal(context.phase)) return true;
      }
    }
    return false;
  }
}

function heardKey(exchangeId: string): string {
  return `${KILL_SWITCH_KEY}/${exchangeId}`;
}

function heardRow(exchangeId: string, epoch: number): { readonly key: string; value: string } {
  return { key: heardKey(exchangeId), value: String(epoch) };
}

/** Its intent cancels it and sees to its end. */
function isDriven({ book }: Exchange, order: VenueOrder): boolean {
  const route = book.routes.find(order);
  return route !== undefined && !route.entry.isolated && !isTerminal(route.entry.context.phase);
}

function conflict(
  verdict: { readonly kind: "notEngaged" } | { readonly kind: "otherEpoch"; wanted: number },
  epoch: number,
): ConflictError {
  if (verdict.kind === "notEngaged") {
    return new ConflictError(`Cannot release kill switch epoch ${epoch}: it is not engaged`, {
      epoch,
    });
  }
  const { wanted } = verdict;
  return new ConflictError(
    `Cannot release kill switch epoch ${epoch}: it is engaged with epoch ${wanted}`,
    { epoch, engaged: wanted },
  );
}

function closed(action: string): KernelClosedError {
  return new KernelClosedError(`Cannot ${action} kill switch: the kernel is closed`);
}
