/**
 * Why an exchange takes no new orders now, and what ends that: the words people read in health, in
 * `xk get exchanges` and behind `/readyz`. Whatever closes the gate has its words here.
 */
import type { NotReadyReason } from "../src/model/health.ts";
import type { EpochMs } from "../src/model/scalars.ts";
import type { Exchange } from "./exchange.ts";
import { haltedWords } from "./gate.ts";

interface Words {
  readonly why: string;
  readonly nextStep: string;
  /** Where it is not since the state began. */
  readonly since?: EpochMs | null;
}

/** @returns null while new orders may leave. */
export function notReadyReason(exchange: Exchange): NotReadyReason | null {
  if (exchange.gate.isOpen) return null;
  const { state, memory } = exchange;
  const { why, nextStep, since = memory.standing.since } = state === "ready"
    ? wordsOfGate(exchange)
    : wordsOfChart(exchange);
  return { since, why, nextStep };
}

/** The exchange itself is well: something above it, or a person, has closed the gate. */
function wordsOfGate({ gate }: Exchange): Words {
  if (gate.latch.refusal !== null) {
    return {
      why: "the kill switch is engaged",
      nextStep: "xk kill-switch status tells why; xk kill-switch off --epoch N releases it",
      since: gate.latch.since,
    };
  }
  if (gate.isObserving) {
    return {
      why: "it only observes: everything is read and nothing is sent",
      nextStep: "to trade on it, set mode: live and start the kernel again",
    };
  }
  if (gate.halted !== null) {
    return {
      why: haltedWords(gate.halted),
      nextStep: "xk get drift lists them, xk drift approve|dismiss ID settles one",
      since: null, // a drift has its own time
    };
  }
  return { why: "it is being closed", nextStep: CLOSING };
}

function wordsOfChart(exchange: Exchange): Words {
  const { state, runner, memory: { standing } } = exchange;
  const { lastError, failures } = exchange.actor.getSnapshot().context;
  const after = lastError === null ? "" : ` (${lastError})`;
  const again = `failed ${failures === 1 ? "once" : `${failures} times in a row`}${after}`;
  switch (state) {
    case "connecting": {
      const bannedForMs = runner.bannedForMs();
      if (bannedForMs > 0) {
        const why = `the venue has banned us for another ${Math.ceil(bannedForMs / 1_000)} s`;
        return { why, nextStep: "wait: it connects by itself afterwards" };
      }
      if (failures > 0) return { why: `connecting ${again}`, nextStep: lookOf(lastError) };
      const closed = closedSockets(exchange);
      return closed === ""
        ? { why: "the venue is being connected to", nextStep: WAIT }
        : { why: `sockets are being opened${closed}`, nextStep: LOOK };
    }
    case "syncing":
      return failures === 0
        ? { why: "orders, fills and balances are being read", nextStep: WAIT }
        : { why: `reading orders, fills and balances ${again}`, nextStep: lookOf(lastError) };
    case "degraded":
      return { why: `a socket is down${after}`, nextStep: "wait: it is dialed again by itself" };
    case "parked":
      return { why: lastError ?? "it was given up", nextStep: RESTART };
    case "stopped":
      if (standing.gaveUp !== null) {
        return { why: `it crashed too often (${standing.gaveUp})`, nextStep: RESTART };
      }
      return standing.wasAsked
        ? { why: "it was stopped", nextStep: "start() starts it again" }
        : { why: "it crashed", nextStep: "wait: it starts again by itself" };
    case "draining":
    case "ready":
      return { why: "it is being closed", nextStep: CLOSING };
  }
}

/** A login that is refused shows here alone: the exchange only waits for its sockets. */
function closedSockets({ connections, vitals }: Exchange): string {
  const closed = connections.filter(({ state }) => state !== "open").map(({ id, state }) => {
    const failures = vitals.errors.get(`socket.${id}`) ?? 0;
    return `${id}: ${state}${failures === 0 ? "" : `, failed ${failures} times`}`;
  });
  return closed.length === 0 ? "" : ` (${closed.join("; ")})`;
}

/** A key that is refused once is refused again: somebody has to look. */
function lookOf(error: string | null): string {
  return /\b(AUTHENTICATION|INVALID_SIGNATURE)$/.test(error ?? "") ? KEY : LOOK;
}

const KEY =
  "the venue refuses the key: is it whole, of this venue (live or sandbox), allowed from " +
  "this address? It is tried again by itself; a new key is read when the kernel starts again";
const WAIT = "wait: this takes a moment";
const LOOK = "it is tried again by itself; if that goes on, look at the log, network and keys";
const CLOSING = "start it again once it has closed";
/** `start` alone does nothing to an exchange that still runs, as a parked one does. */
const RESTART =
  "once that is put right, start the kernel again (embedded: stop() and start() the exchange)";
