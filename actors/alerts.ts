/**
 * Turns what was committed, and what the kernel itself ran into, into alerts for people. The event
 * hub shows it committed events, the kernel tells it of itself; it tells its listeners.
 *
 * I1 Each occurrence is told once, whatever the number of events it makes.
 * I2 A storm of one kind hides no other kind: each has a bound of its own, and what was dropped is
 *    counted and told when the window ends.
 * I3 A listener costs the kernel nothing but its own call: what it throws is logged.
 */
import { ALERTS_WINDOW_MS } from "../machines/timeouts.ts";
import type { Alert, AlertKind, AlertListener, AlertSeverity } from "../src/model/alert.ts";
import type { CancelTimer, Clock } from "../src/model/clock.ts";
import type { KernelEvent } from "../src/model/event.ts";
import type { JsonValue } from "../src/model/intent.ts";
import { ALERTS_PER_KIND_MAX, ALERTS_TOLD_MAX } from "../src/model/limits.ts";
import type { Log } from "../src/model/log.ts";
import { RecentKeys } from "../src/model/recent_keys.ts";
import type { DeadManTrouble } from "./dead_man.ts";
import { errorName } from "./error_name.ts";

export interface AlertsOptions {
  readonly clock: Clock;
  readonly log: Log;
  readonly listeners: readonly AlertListener[];
}

/** What is raised; the rest of an alert follows from its kind. */
export interface Occurrence {
  readonly kind: AlertKind;
  /** Tells this occurrence from others of its kind, on its exchange. */
  readonly key: string;
  readonly exchangeId?: string | null;
  readonly intentId?: string | null;
  readonly at?: number;
  readonly message: string;
  readonly details?: { readonly [key: string]: JsonValue };
}

const SEVERITY: Readonly<Record<AlertKind, AlertSeverity>> = {
  StoreFailed: "critical",
  KillSwitchEngaged: "critical",
  KillSwitchReleased: "warning",
  Unprotected: "critical",
  Indeterminate: "critical",
  Isolated: "critical",
  ExchangeParked: "critical",
  DeadMansSwitch: "critical",
  MarginCall: "critical",
  DriftOpened: "warning",
  AlertsDropped: "warning",
};

interface Window {
  count: number;
  dropped: number;
}

export class Alerts {
  readonly #o: AlertsOptions;
  readonly #told = new RecentKeys(ALERTS_TOLD_MAX);
  readonly #windows = new Map<AlertKind, Window>();
  #cancelWindow: CancelTimer | null = null;

  constructor(options: AlertsOptions) {
    this.#o = options;
  }

  /** Committed events, in order; most of them alert nobody. */
  onEvents(events: readonly KernelEvent[]): void {
    if (this.#o.listeners.length === 0) return;
    for (const event of events) {
      const occurrence = occurrenceOf(event);
      if (occurrence !== null) this.raise(occurrence);
      else if (event.type === "OrderOutcomeResolved") this.#forgetDoubt(event);
    }
  }

  raise(occurrence: Occurrence): void {
    const { clock, listeners } = this.#o;
    if (listeners.length === 0) return;
    const { kind, key, exchangeId = null, intentId = null, message, details = {} } = occurrence;
    const id = `${kind}/${exchangeId ?? "kernel"}/${key}`;
    if (!this.#told.add(id) || !this.#hasRoom(kind)) return;
    const at = occurrence.at ?? clock.now();
    this.#tell({
      id,
      kind,
      severity: SEVERITY[kind],
      exchangeId,
      intentId,
      at,
      message,
      details,
    });
  }

  /** Tells what was dropped so far; nothing follows. */
  close(): void {
    this.#cancelWindow?.();
    this.#endWindow();
  }

  /** Should it come to the same again, that is another occurrence. */
  #forgetDoubt({ exchangeId, intentId }: KernelEvent): void {
    this.#told.delete(`Indeterminate/${exchangeId}/${intentId}`);
  }

  /** I2 */
  #hasRoom(kind: AlertKind): boolean {
    this.#cancelWindow ??= this.#o.clock.setTimer(() => this.#endWindow(), ALERTS_WINDOW_MS);
    const window = this.#windows.get(kind) ?? { count: 0, dropped: 0 };
    this.#windows.set(kind, window);
    if (window.count < ALERTS_PER_KIND_MAX) {
      window.count += 1;
      return true;
    }
    window.dropped += 1;
    return false;
  }

  #endWindow(): void {
    this.#cancelWindow = null;
    const at = this.#o.clock.now();
    const windows = [...this.#windows];
    this.#windows.clear();
    for (const [kind, { dropped }] of windows) {
      if (dropped === 0) continue;
      this.#tell({
        id: `AlertsDropped/kernel/${kind}-${at}`,
        kind: "AlertsDropped",
        severity: SEVERITY.AlertsDropped,
        exchangeId: null,
        intentId: null,
        at,
        message: `${dropped} more alerts of kind ${kind} were not told`,
        details: { of: kind, dropped, withinMs: ALERTS_WINDOW_MS },
      });
    }
  }

  /** I3 */
  #tell(alert: Alert): void {
    for (const listener of this.#o.listeners) {
      try {
        listener(alert);
      } catch (error) {
        const { log } = this.#o;
        log.error("an alert listener threw", { kind: alert.kind, error: errorName(error) });
      }
    }
  }
}

/** The store failed, and the kernel closes. */
export function storeOccurrence({ message }: Error): Occurrence {
  const told = `The store failed, the kernel closes: ${message}`;
  return { kind: "StoreFailed", key: "store", message: told };
}

/** An exchange has used its restarts up, lost a socket for good, or has a key that is refused. */
export function parkedOccurrence(
  exchangeId: string,
  { error, at }: { readonly error: string; readonly at: number },
): Occurrence {
  const message = `${exchangeId} is parked and takes no orders: ${error}`;
  const key = String(at);
  return { kind: "ExchangeParked", key, exchangeId, at, message, details: { error } };
}

export function deadManOccurrence(
  exchangeId: string,
  { what, code, lastRefreshAt }: DeadManTrouble,
): Occurrence {
  return {
    kind: "DeadMansSwitch",
    key: `${what}-${lastRefreshAt ?? 0}`,
    exchangeId,
    message: `${exchangeId}: the venue's dead-man's switch ${DEAD_MAN[what]} (${code})`,
    details: { what, code, lastRefreshAt },
  };
}

const DEAD_MAN: Readonly<Record<DeadManTrouble["what"], string>> = {
  notRefreshed: "was not wound up",
  mayHaveFired: "may have fired and canceled every order",
  notDisarmed: "could not be disarmed and will cancel the orders left open",
};

function occurrenceOf(event: KernelEvent): Occurrence | null {
  switch (event.type) {
    case "DriftDetected":
      return driftOccurrence(event);
    case "OrderOutcomeUnknown":
      return event.payload["reason"] === "INDETERMINATE" ? doubtOccurrence(event) : null;
    case "MarginCallWarning":
      return marginOccurrence(event);
    case "KillSwitchEngaged":
    case "KillSwitchReleased": {
      // Every exchange has an event of its own about the one switch.
      const { epoch, reason } = event.payload;
      const word = event.type === "KillSwitchEngaged" ? "engaged" : "released";
      return {
        kind: event.type,
        key: String(epoch),
        at: event.at,
        message: `The kill switch was ${word} (epoch ${epoch}): ${reason}`,
        details: event.payload,
      };
    }
    default:
      return null;
  }
}

function marginOccurrence({ exchangeId, symbolId, at, payload }: KernelEvent): Occurrence {
  const about = symbolId ?? "the account";
  const message = `${exchangeId}: too little margin is left of ${about}; it may be liquidated soon`;
  const key = `${symbolId ?? "account"}-${at}`;
  return { kind: "MarginCall", key, exchangeId, at, message, details: { ...payload, symbolId } };
}

function driftOccurrence(event: KernelEvent): Occurrence {
  const { exchangeId, intentId, symbolId, at, payload } = event;
  const { driftId, kind: drift = null } = payload;
  const about = intentId === null ? symbolId ?? exchangeId : `intent ${intentId}`;
  const base = {
    key: String(driftId),
    exchangeId,
    intentId,
    at,
    details: { driftId: driftId ?? null, drift, symbolId },
  };
  switch (drift) {
    case "Isolated":
      return {
        ...base,
        kind: "Isolated",
        message: `${exchangeId}: ${about} is isolated after a crash; ${symbolId} takes no orders`,
      };
    case "Unprotected":
      return { ...base, kind: "Unprotected", message: `${exchangeId}: ${about} is unprotected` };
    case "MissingOrder":
      return intentId === null ? disagreement(base, about) : doubtOccurrence(event);
    default:
      return disagreement(base, about);
  }
}

/** The event of the intent and its drift record are about the same: one of them is told (I1). */
function doubtOccurrence({ exchangeId, intentId, symbolId, at, payload }: KernelEvent): Occurrence {
  return {
    kind: "Indeterminate",
    key: String(intentId),
    exchangeId,
    intentId,
    at,
    message:
      `${exchangeId}: nothing proves any more what became of the order of intent ${intentId}`,
    details: { symbolId, driftId: payload["driftId"] ?? null },
  };
}

function disagreement(base: Omit<Occurrence, "kind" | "message">, about: string): Occurrence {
  const drift = String(base.details?.["drift"]);
  const message = `${base.exchangeId}: ${drift} on ${about}; see the drift record`;
  return { ...base, kind: "DriftOpened", message };
}
