/**
 * The life of one socket: dial, log in, notice silence, come back. The connection actor
 * (`actors/connection.ts`) tells it what the socket and the clock did and provides every action.
 *
 * ```
 * idle ── connection.start ──▶ dialing ── frame.received ──▶ authenticating
 * dialing, authenticating ── dial.succeeded ──▶ open ⇄ stale
 * dialing, authenticating, stale ── deadline.passed ──▶ backoff ── deadline.passed ──▶ dialing
 * dialing, authenticating ── dial.failed ──▶ backoff
 * dialing, authenticating, open, stale ── socket.closed ──▶ backoff
 * any ── connection.stop ──▶ stopped ── connection.start ──▶ dialing
 * ```
 *
 * I1 Every state that waits for the venue has a deadline; it arrives as `deadline.passed`.
 * I2 `notifyUp` and `notifyDown` alternate: down follows only open and stale.
 * I3 Whatever leaves a dialed socket for backoff or stopped closes it first.
 * I4 Heartbeats are not trusted: silence alone makes a socket stale, any frame makes it open again.
 */
import { assign, setup } from "xstate";
import { MICROSTEPS_MAX } from "../src/model/limits.ts";
import { backoff } from "./timeouts.ts";

/** Dialing takes a TLS and a WebSocket handshake: three round trips; slower is broken. */
export const DIAL_TIMEOUT_MS = 10_000;
/** From the first frame to the end of the login, which is one question and one answer. */
export const AUTHENTICATE_TIMEOUT_MS = 10_000;
/** A probe is answered within a round trip; this is many, but far below a missed fill's cost. */
export const PROBE_TIMEOUT_MS = 5_000;
/** Open for this long, the next loss is a new one and its backoff starts from the beginning. */
export const HEALTHY_AFTER_MS = 30_000;
/** First pause before dialing again; doubles up to the cap. */
export const RECONNECT_BACKOFF_MS = 250;
/** Venues ban addresses that dial more often (Binance: 300 in 5 minutes); people notice at more. */
export const RECONNECT_BACKOFF_CAP_MS = 30_000;

export interface ConnectionContext {
  /** Dials in a row that led to no healthy connection. */
  readonly failures: number;
  /** Times it was up and lost. */
  readonly reconnects: number;
  /** Why it is not open, or was not the last time. */
  readonly reason: string | null;
}

export type ConnectionEvent =
  | { readonly type: "connection.start" }
  | { readonly type: "connection.stop" }
  /** Told only in dialing and stale: frames of an open socket are stamped, not sent here. */
  | { readonly type: "frame.received" }
  | { readonly type: "dial.succeeded" }
  | { readonly type: "dial.failed"; readonly reason: string }
  | { readonly type: "socket.closed"; readonly reason: string }
  | { readonly type: "silence.detected" }
  | { readonly type: "deadline.passed" };

export type ConnectionState =
  | "idle"
  | "dialing"
  | "authenticating"
  | "open"
  | "stale"
  | "backoff"
  | "stopped";

export type ConnectionDeadline = "dial" | "authenticate" | "healthy" | "probe" | "backoff";

/** `random` in [0, 1): from half of the pause to all of it, so that sockets do not keep step. */
export function reconnectDelayMs(failures: number, random: number): number {
  const pause = backoff(failures, RECONNECT_BACKOFF_MS, RECONNECT_BACKOFF_CAP_MS);
  return pause * (0.5 + random / 2);
}

/** How long each deadline is; the pause of `backoff` is drawn by {@linkcode reconnectDelayMs}. */
export const CONNECTION_DEADLINES_MS: Readonly<
  Record<Exclude<ConnectionDeadline, "backoff">, number>
> = {
  dial: DIAL_TIMEOUT_MS,
  authenticate: AUTHENTICATE_TIMEOUT_MS,
  healthy: HEALTHY_AFTER_MS,
  probe: PROBE_TIMEOUT_MS,
};

/** What the actor provides; unprovided, an action fails loudly instead of doing nothing. */
function hole(name: string): () => never {
  return () => {
    throw new Error(`Cannot run ${name} of the connection machine: the actor provides it`);
  };
}

const lost = { target: "backoff", actions: ["countLoss", "notifyDown", "close"] } as const;
const failed = { target: "backoff", actions: ["countFailure", "close"] } as const;

export const connectionMachine = setup({
  types: {
    context: {} as ConnectionContext,
    events: {} as ConnectionEvent,
  },
  actions: {
    dial: hole("dial"),
    probe: hole("probe"),
    close: hole("close"),
    scheduleDeadline: (_, _params: { readonly name: ConnectionDeadline }) =>
      hole("scheduleDeadline")(),
    clearDeadline: hole("clearDeadline"),
    watchSilence: hole("watchSilence"),
    ignoreSilence: hole("ignoreSilence"),
    notifyUp: hole("notifyUp"),
    notifyDown: hole("notifyDown"),
    countFailure: assign({
      failures: ({ context }) => context.failures + 1,
      reason: ({ event }) => reasonOf(event),
    }),
    countLoss: assign({
      failures: ({ context }) => context.failures + 1,
      reconnects: ({ context }) => context.reconnects + 1,
      reason: ({ event }) => reasonOf(event),
    }),
    forgetFailures: assign({ failures: 0 }),
    forgetReason: assign({ reason: null }),
    noteStop: assign({ reason: "stopped" }),
  },
}).createMachine({
  id: "connection",
  version: "1",
  context: { failures: 0, reconnects: 0, reason: null },
  options: { maxIterations: MICROSTEPS_MAX },
  initial: "idle",
  states: {
    idle: {
      on: { "connection.start": "dialing", "connection.stop": "stopped" },
    },
    dialing: {
      entry: ["dial", { type: "scheduleDeadline", params: { name: "dial" } }],
      exit: "clearDeadline",
      on: {
        "frame.received": "authenticating",
        "dial.succeeded": { target: "open", actions: ["forgetReason", "notifyUp"] },
        "dial.failed": failed,
        "socket.closed": failed,
        "deadline.passed": failed,
        "connection.stop": { target: "stopped", actions: ["noteStop", "close"] },
      },
    },
    authenticating: {
      entry: { type: "scheduleDeadline", params: { name: "authenticate" } },
      exit: "clearDeadline",
      on: {
        "dial.succeeded": { target: "open", actions: ["forgetReason", "notifyUp"] },
        "dial.failed": failed,
        "socket.closed": failed,
        "deadline.passed": failed,
        "connection.stop": { target: "stopped", actions: ["noteStop", "close"] },
      },
    },
    open: {
      tags: "up",
      entry: ["watchSilence", { type: "scheduleDeadline", params: { name: "healthy" } }],
      exit: ["ignoreSilence", "clearDeadline"],
      on: {
        "deadline.passed": { actions: "forgetFailures" },
        "silence.detected": "stale",
        "socket.closed": lost,
        "connection.stop": { target: "stopped", actions: ["noteStop", "notifyDown", "close"] },
      },
    },
    stale: {
      tags: "up",
      entry: ["probe", { type: "scheduleDeadline", params: { name: "probe" } }],
      exit: "clearDeadline",
      on: {
        "frame.received": "open",
        "deadline.passed": lost,
        "socket.closed": lost,
        "connection.stop": { target: "stopped", actions: ["noteStop", "notifyDown", "close"] },
      },
    },
    backoff: {
      entry: { type: "scheduleDeadline", params: { name: "backoff" } },
      exit: "clearDeadline",
      on: {
        "deadline.passed": "dialing",
        "connection.stop": { target: "stopped", actions: "noteStop" },
      },
    },
    stopped: {
      on: { "connection.start": "dialing" },
    },
  },
});

function reasonOf(event: ConnectionEvent): string {
  switch (event.type) {
    case "dial.failed":
    case "socket.closed":
      return event.reason;
    default:
      return "no sign of life in time";
  }
}
