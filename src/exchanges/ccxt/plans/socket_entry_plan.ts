/** How one socket of a venue takes orders, beside what it streams. */
import type { Action } from "./answer_plan.ts";
import type { EntryContext, SentOrder } from "./entry_plan.ts";
import type { VenueCall } from "./venue_call.ts";

export interface SocketRequest {
  /** Unique on the socket; the venue's answer names it. */
  readonly id: string;
  readonly action: Exclude<Action, "read">;
  /** The same that would go over REST. */
  readonly call: VenueCall;
  readonly context: EntryContext;
}

/** An answer as REST would have given it, so that the same rules judge it and the same code reads it. */
export interface SocketAnswer {
  readonly id: string;
  /** An HTTP status; 200 where the venue has none on its sockets. */
  readonly status: number;
  readonly value: object;
  /** Where the venue names a time to come back; milliseconds from now. */
  readonly retryAfterMs?: number;
}

/** JSON fields that change from frame to frame of one shape. Each stands in a frame once. */
export interface FrameFields {
  readonly id: string;
  readonly clientOrderId: string;
  readonly amount: string;
  readonly price: string;
  /** Null where a frame carries no time. */
  readonly timestamp: string | null;
  /** Null where frames are not signed one by one. */
  readonly signature: string | null;
}

export interface SocketEntryPlan {
  /**
   * `time`: ids count on from the time, where the venue may remember those of an earlier connection.
   * Absent: from 1.
   */
  readonly idsFrom?: "time";
  /**
   * The frame, an object or text; null where this request cannot go over the socket: REST has it
   * then. `context.exchange` signs, its clock pinned to `context.signedAt`.
   */
  frame(request: SocketRequest): unknown;
  /** Null for a message that answers no request. Must not throw. */
  answer(message: object): SocketAnswer | null;
  /** What a frame that places an order says: read from its very text. */
  sent(text: string, context: EntryContext): SentOrder;
  /** Frames of new orders that can be compiled once per shape; null: each is built anew. */
  readonly template:
    | {
      readonly fields: FrameFields;
      /** The text an HMAC-SHA256 in hex is made of, of a frame without its signature. */
      readonly signed: ((frame: unknown) => string) | null;
    }
    | null;
}
