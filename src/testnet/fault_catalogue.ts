/**
 * Every fault of the testnet by name: what happens to the request, frame, socket or clock it
 * strikes. `GET /_control/faults` lists them from here.
 */
import type { CannedName } from "./dialect.ts";

/** Where a fault strikes: a request of either transport, a pushed frame, a socket, or the clock. */
export type FaultScope = "request" | "frame" | "socket" | "clock";

/** How the wire treats the answer. */
export type Reply =
  | { readonly kind: "answer"; readonly afterMs: number }
  | { readonly kind: "cut" }
  | { readonly kind: "silence" }
  | { readonly kind: "half"; readonly then: "cut" | "silence" }
  | { readonly kind: "canned"; readonly name: CannedName }
  | { readonly kind: "body"; readonly body: "html" | "truncated" | "empty" | "oversize" };

/** What the engine does with the request. */
export type Processing =
  | { readonly kind: "never" }
  | { readonly kind: "once"; readonly hiddenForMs: number }
  /** Both copies make an order. */
  | { readonly kind: "twice" }
  /** The second copy is refused, and that is the answer. */
  | { readonly kind: "again" }
  /** `stamped`: validity is judged at arrival (delayed inside), else when it is processed. */
  | { readonly kind: "later"; readonly delayMs: number; readonly stamped: boolean };

export interface RequestPlan {
  readonly process: Processing;
  readonly reply: Reply;
  /** True: account events leave before the answer does. */
  readonly eventsFirst: boolean;
}

export type FrameFault = "duplicateFrame" | "dropFrame" | "reorderFrames";
export type SocketFault = "muteSocket" | "dropSocket" | "refuseSocket";

interface Described {
  readonly description: string;
}
export type Definition =
  & Described
  & (
    | { readonly scope: "request"; readonly plan: (delayMs: number) => RequestPlan }
    | { readonly scope: "frame" | "socket" | "clock" }
  );

const ONCE: Processing = { kind: "once", hiddenForMs: 0 };
const NEVER: Processing = { kind: "never" };
const CUT: Reply = { kind: "cut" };
const ANSWER: Reply = { kind: "answer", afterMs: 0 };

export const FAULTS = {
  responseLost: request(ONCE, CUT, "Processed; the connection closes without an answer."),
  requestLost: request(NEVER, CUT, "Not processed; the connection closes without an answer."),
  neverAnswers: request(
    ONCE,
    { kind: "silence" },
    "Processed; the connection stays open and silent.",
  ),
  blackHole: request(
    NEVER,
    { kind: "silence" },
    "Not processed; the connection stays open and silent.",
  ),
  unavailableAfter: request(
    ONCE,
    canned("overloaded"),
    "Processed; answered that the exchange is overloaded (503), outcome unknown.",
  ),
  unavailableBefore: request(
    NEVER,
    canned("overloaded"),
    "Not processed; otherwise as unavailableAfter.",
  ),
  resetMidBody: request(
    ONCE,
    { kind: "half", then: "cut" },
    "Processed; the connection closes in the middle of the answer's body.",
  ),
  stalledBody: request(
    ONCE,
    { kind: "half", then: "silence" },
    "Processed; the answer stops in the middle of its body and the connection stays open.",
  ),
  htmlAnswer: request(
    ONCE,
    { kind: "body", body: "html" },
    "Processed; answered with an HTML page and the status of success.",
  ),
  truncatedJson: request(
    ONCE,
    { kind: "body", body: "truncated" },
    "Processed; the body is a complete HTTP message but half of its JSON.",
  ),
  emptyAnswer: request(ONCE, { kind: "body", body: "empty" }, "Processed; answered with no body."),
  tooManyRequests: request(
    NEVER,
    canned("tooManyRequests"),
    "Not processed; refused as over a rate limit, in the exchange's own way (most: 429).",
  ),
  banned: request(
    NEVER,
    canned("banned"),
    "Not processed; refused as banned for going on over a rate limit, in the exchange's own way.",
  ),
  forbidden: request(
    NEVER,
    canned("forbidden"),
    "Not processed; answered 403 with a firewall's HTML page.",
  ),
  unexpectedResponse: request(
    ONCE,
    canned("unexpectedResponse"),
    "Processed; answered with the venue's 'unexpected response, execution status unknown'.",
  ),
  backendTimeout: request(
    ONCE,
    canned("backendTimeout"),
    "Processed; answered with the venue's 'timeout, execution status unknown'.",
  ),
  unexpectedResponseBefore: request(
    NEVER,
    canned("unexpectedResponse"),
    "Not processed; otherwise as unexpectedResponse.",
  ),
  requestTimeout: request(ONCE, canned("requestTimeout"), "Processed; answered 408 without JSON."),
  requestTimeoutBefore: request(
    NEVER,
    canned("requestTimeout"),
    "Not processed; answered with the very same 408.",
  ),
  halfDone: request(
    ONCE,
    canned("halfDone"),
    "Processed; answered that a request of two steps was done by half.",
  ),
  oversizeAnswer: request(
    ONCE,
    { kind: "body", body: "oversize" },
    "Processed; answered with 9 MiB of valid JSON.",
  ),
  maintenance: request(
    NEVER,
    canned("maintenance"),
    "Not processed; answered 200 with the HTML page of a maintenance.",
  ),
  unauthorized: request(
    NEVER,
    canned("unauthorized"),
    "Not processed; refused: the key has expired or was withdrawn.",
  ),
  filterRefused: request(
    NEVER,
    canned("filterRefused"),
    "Not processed; refused by a price filter: the tick size has changed.",
  ),
  delisted: request(NEVER, canned("delisted"), "Not processed; refused as an unknown symbol."),
  backendTimeoutBefore: request(
    NEVER,
    canned("backendTimeout"),
    "Not processed; otherwise as backendTimeout.",
  ),
  timestampOutside: request(
    NEVER,
    canned("timestampOutside"),
    "Not processed; refused as outside its validity window.",
  ),
  timestampOutsideAfter: request(
    ONCE,
    canned("timestampOutside"),
    "Processed, and yet refused as outside its validity window: a duplicate whose first copy won.",
  ),
  duplicateDelivery: request(
    { kind: "twice" },
    ANSWER,
    "Processed twice, past the duplicate check: two orders with one client order id.",
  ),
  duplicateLost: request(
    { kind: "twice" },
    CUT,
    "Processed twice as duplicateDelivery; the connection closes without an answer.",
  ),
  duplicateRefused: request(
    { kind: "again" },
    ANSWER,
    "Processed; delivered a second time, and answered with the second copy's refusal.",
  ),
  delayedRequest: delayed(
    (delayMs) => ({
      process: { kind: "later", delayMs, stamped: false },
      reply: CUT,
      eventsFirst: false,
    }),
    "The connection closes at once; the request arrives delayMs later and its validity is judged " +
      "then.",
  ),
  delayedProcessing: delayed(
    (delayMs) => ({
      process: { kind: "later", delayMs, stamped: true },
      reply: CUT,
      eventsFirst: false,
    }),
    "The connection closes at once; the request was admitted and takes effect delayMs later.",
  ),
  slowAnswer: delayed(
    (delayMs) => ({
      process: ONCE,
      reply: { kind: "answer", afterMs: delayMs },
      eventsFirst: false,
    }),
    "Processed at once; answered, and its account events sent, delayMs later.",
  ),
  fillBeforeAck: delayed(
    (delayMs) => ({
      process: ONCE,
      reply: { kind: "answer", afterMs: delayMs },
      eventsFirst: true,
    }),
    "Processed at once and its account events sent; the answer follows delayMs later.",
  ),
  staleReads: delayed(
    (delayMs) => ({
      process: { kind: "once", hiddenForMs: delayMs },
      reply: ANSWER,
      eventsFirst: false,
    }),
    "Processed and answered; reads do not show the order for delayMs.",
  ),
  lostAndStale: delayed(
    (delayMs) => ({
      process: { kind: "once", hiddenForMs: delayMs },
      reply: CUT,
      eventsFirst: false,
    }),
    "Processed; the connection closes without an answer, and reads do not show the order for " +
      "delayMs.",
  ),
  duplicateFrame: frame("The account event is sent twice."),
  dropFrame: frame("The account event is not sent."),
  reorderFrames: frame("The account event is held back and sent after the next one."),
  muteSocket: socket("Open matching sockets stay open; nothing leaves them any more."),
  dropSocket: socket("Open matching sockets are cut without a closing handshake."),
  refuseSocket: socket("The next matching sockets are refused with 503."),
  clockSkew: {
    scope: "clock",
    description: "The exchange's clock runs offsetMs ahead (behind when negative) until removed.",
  },
} as const satisfies Readonly<Record<string, Definition>>;

export type FaultName = keyof typeof FAULTS;
export const FAULT_NAMES = Object.keys(FAULTS) as readonly FaultName[];

function canned(name: CannedName): Reply {
  return { kind: "canned", name };
}

function request(process: Processing, reply: Reply, description: string) {
  return delayed(() => ({ process, reply, eventsFirst: false }), description);
}

function delayed(plan: (delayMs: number) => RequestPlan, description: string) {
  return { scope: "request" as const, plan, description };
}

function frame(description: string) {
  return { scope: "frame" as const, description };
}

function socket(description: string) {
  return { scope: "socket" as const, description };
}
