/** One WebSocket of a venue: where it is, what is said first, and what its messages mean. */
import type { VenueFact } from "../../exchange.ts";
import type { CcxtClient, CcxtExchange } from "../ccxt.ts";
import type { SocketEntryPlan } from "./socket_entry_plan.ts";
import type { RowContext, VenueCall } from "./venue_call.ts";

/** What one WebSocket message means. */
export type StreamReading =
  | { readonly kind: "facts"; readonly facts: readonly VenueFact[] }
  /** The venue ended the subscription though the socket is open. */
  | { readonly kind: "ended"; readonly reason: string }
  /** Known and of no use. */
  | { readonly kind: "ignored" }
  /** Not ours: an answer ccxt waits for. */
  | { readonly kind: "ccxt" };

/** What a plan may do before its socket counts as open. */
export interface Dial {
  readonly exchange: CcxtExchange;
  /** A signed read over REST: a listen key, a token. Throws with the cause when it fails. */
  ask(call: VenueCall): Promise<unknown>;
}

export interface Greeting extends Dial {
  readonly client: CcxtClient;
  /** Connects first if need be; objects go as JSON, texts as they are. */
  send(frame: unknown): Promise<void>;
  /**
   * The first thing `read` makes of a message that is not undefined; such a message goes no
   * further. `read` may throw: the greeting then fails with that. Bounded by the dial's time limit.
   */
  expect<T>(read: (message: unknown) => T | undefined): Promise<T>;
}

export interface SocketPlan {
  readonly id: string;
  /** Trading does not wait for it: orders go over REST without it. */
  readonly spare?: boolean;
  /** Silence after which the venue is probed. */
  readonly staleAfterMs: number;
  /** Asked for every dial, so that a listen key or token in it is fresh. */
  url(dial: Dial): string | Promise<string>;
  /** Everything between the dial and the first frame: authentication, subscriptions. */
  greet(greeting: Greeting): Promise<void>;
  /** A request the venue answers whatever happens; its answer is a sign of life. */
  probe(requestId: string): unknown;
  /** Whether a message is the answer to a probe and nothing else. */
  isProbeAnswer(message: unknown): boolean;
  /** What keeps the subscription alive beside frames, e.g. a listen key's renewal. */
  readonly renewal?: { readonly everyMs: number; call(exchange: CcxtExchange): VenueCall };
  read(message: unknown, context: RowContext): StreamReading;
  /** Where messages count on from each other: made for each connection, instead of `read`. */
  reader?(): (message: unknown, context: RowContext) => StreamReading;
  /** Present where the venue takes orders over this socket. */
  readonly entry?: SocketEntryPlan;
}

/** For venues that answer `{ id }` with the same id. */
export function answersId(message: unknown): boolean {
  if (typeof message !== "object" || message === null || !("id" in message)) return false;
  return typeof message.id === "string" && message.id.startsWith(PROBE_PREFIX);
}

/** Request ids of probes start so. */
export const PROBE_PREFIX = "probe-";
