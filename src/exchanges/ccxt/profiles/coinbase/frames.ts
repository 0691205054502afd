/**
 * What wraps every message of Coinbase's WebSockets, and the count that runs through them. Source:
 * docs.cdp.coinbase.com/coinbase-app/advanced-trade-apis/websocket/websocket-overview, read on
 * 2026-11-21: messages of a connection count on from each other over all its channels.
 */
import {
  asRow,
  asRows,
  isoTimeOf,
  optionalText,
  type Row,
  RowError,
  textOf,
} from "../../rows/fields.ts";
import type { EpochMs } from "../../../../model/scalars.ts";

/** More events than one message was ever seen to have. */
const EVENTS_MAX = 1_000;
/** Heartbeats come every second, so five of them were missed. */
export const STALE_AFTER_MS = 5_000;

export interface Envelope {
  readonly channel: string;
  readonly sequence: number;
  /** By the venue's clock. */
  readonly time: EpochMs;
  readonly events: readonly Row[];
}

/** `{"channel":"user","client_id":"","timestamp":"2023-02-09T20:33:57.609931463Z",…}` */
export function readEnvelope(message: unknown): Envelope {
  const frame = asRow(message);
  const sequence = frame["sequence_num"];
  if (typeof sequence !== "number" || !Number.isSafeInteger(sequence)) {
    throw new RowError("sequence_num is not a number of messages");
  }
  return {
    channel: textOf(frame, "channel"),
    sequence,
    time: isoTimeOf(frame, "timestamp"),
    events: asRows(frame["events"], EVENTS_MAX).map(asRow),
  };
}

/** `{"type":"error","message":"authentication failure"}` carries no count. */
export function errorOf(message: unknown): string | null {
  const frame = asRow(message);
  return frame["type"] === "error" ? optionalText(frame, "message") ?? "without a reason" : null;
}

type Counted =
  | { readonly kind: "next" }
  | { readonly kind: "late" }
  | { readonly kind: "gap"; readonly reason: string };

/** Of one connection. */
export class SequenceCount {
  #last: number | null = null;

  /** `late`: it was counted as lost already, or has come before. */
  take(sequence: number): Counted {
    const last = this.#last;
    if (last !== null && sequence <= last) return { kind: "late" };
    this.#last = sequence;
    if (last === null || sequence === last + 1) return { kind: "next" };
    return { kind: "gap", reason: `message ${sequence} follows message ${last}` };
  }
}

export function subscription(
  type: "subscribe" | "unsubscribe",
  channel: string,
  more: Readonly<Record<string, unknown>> = {},
): Row {
  return { type, channel, ...more };
}

/** Answered whatever happens, by the list of what is subscribed to. */
export const HEARTBEATS = subscription("subscribe", "heartbeats");
