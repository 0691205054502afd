/**
 * What can go wrong on purpose. A fault is armed with a match and a count, and is used up by the
 * requests, frames or sockets that match it; the catalogue says what each does.
 */
import { z } from "zod";
import type { CannedName, Operation } from "./dialect.ts";

/** Where a fault strikes: a request of either transport, a pushed frame, a socket, or the clock. */
export type FaultScope = "request" | "frame" | "socket" | "clock";

/** How the wire treats the answer. */
export type Reply =
  | { readonly kind: "answer"; readonly afterMs: number }
  | { readonly kind: "cut" }
  | { readonly kind: "silence" }
  | { readonly kind: "half"; readonly then: "cut" | "silence" }
  | { readonly kind: "canned"; readonly name: CannedName }
  | { readonly kind: "body"; readonly body: "html" | "truncated" | "empty" };

/** What the engine does with the request. */
export type Processing =
  | { readonly kind: "never" }
  | { readonly kind: "once"; readonly hiddenForMs: number }
  | { readonly kind: "twice" }
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
type Definition =
  & Described
  & (
    | { readonly scope: "request"; readonly plan: (delayMs: number) => RequestPlan }
    | { readonly scope: "frame" | "socket" | "clock" }
  );

/** Used where a fault needs a delay and none is given: longer than any sane loopback round trip. */
const DELAY_MS = 300;
const DELAY_MS_MAX = 3_600_000;
const COUNT_MAX = 1_000_000;
/** Armed faults are a handful per test; the bound only stops a runaway script. */
const ARMED_MAX = 1_000;

const ONCE: Processing = { kind: "once", hiddenForMs: 0 };
const NEVER: Processing = { kind: "never" };
const CUT: Reply = { kind: "cut" };
const ANSWER: Reply = { kind: "answer", afterMs: 0 };

/** Every fault by name. `GET /_control/faults` lists them from here. */
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
    "Processed; answered 503, outcome unknown.",
  ),
  unavailableBefore: request(
    NEVER,
    canned("overloaded"),
    "Not processed; answered with the very same 503.",
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
    "Not processed; answered 429 with Retry-After.",
  ),
  banned: request(NEVER, canned("banned"), "Not processed; answered 418 with Retry-After."),
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

const MatchSchema = z.union([
  z.string().min(1).max(200),
  z.strictObject({
    operation: z.string().min(1).max(200).optional(),
    endpoint: z.string().min(1).max(200).optional(),
    host: z.string().min(1).max(200).optional(),
    symbol: z.string().min(1).max(200).optional(),
    clientOrderId: z.string().min(1).max(200).optional(),
  }),
]);

export const FaultSchema = z.strictObject({
  exchange: z.string().min(1),
  fault: z.enum(FAULT_NAMES as [FaultName, ...FaultName[]]),
  match: MatchSchema.optional(),
  /** How many times; default 1, for sockets all that are open, for the clock until removed. */
  count: z.int().min(1).max(COUNT_MAX).optional(),
  /** So many matching ones pass unharmed first. */
  skip: z.int().min(0).max(COUNT_MAX).optional(),
  delayMs: z.int().min(0).max(DELAY_MS_MAX).optional(),
  offsetMs: z.int().min(-DELAY_MS_MAX).max(DELAY_MS_MAX).optional(),
});
export type FaultInput = z.infer<typeof FaultSchema>;
export type FaultMatch = z.infer<typeof MatchSchema>;

/** What is armed, as the control endpoint shows it. */
export interface ArmedFault extends FaultInput {
  readonly id: number;
  readonly remaining: number;
  readonly hits: number;
}

/** The part of the book a dialect needs for the frames it pushes. */
export interface FrameFaults {
  takeFrame(operation: Operation): FrameFault | null;
}

interface Entry {
  readonly id: number;
  readonly input: FaultInput;
  remaining: number;
  skip: number;
  hits: number;
}

/** The faults armed for one exchange. */
export class FaultBook implements FrameFaults {
  #entries: Entry[] = [];
  #nextId = 1;

  arm(input: FaultInput): ArmedFault {
    if (this.#entries.length >= ARMED_MAX) {
      throw new RangeError(`Cannot arm ${input.fault}: ${ARMED_MAX} faults are armed already`);
    }
    const entry: Entry = {
      id: this.#nextId++,
      input,
      remaining: input.count ?? 1,
      skip: input.skip ?? 0,
      hits: 0,
    };
    this.#entries.push(entry);
    return shown(entry);
  }

  list(): readonly ArmedFault[] {
    return this.#entries.map(shown);
  }

  clear(): void {
    this.#entries = [];
  }

  /** How far the exchange's clock is ahead; the newest skew wins. */
  get skewMs(): number {
    if (this.#entries.length === 0) return 0;
    return this.#entries.findLast((e) => e.input.fault === "clockSkew")?.input.offsetMs ?? 0;
  }

  get isEmpty(): boolean {
    return this.#entries.length === 0;
  }

  takeRequest(operation: Operation): RequestPlan | null {
    const entry = this.#take("request", operation);
    if (entry === null) return null;
    const definition: Definition = FAULTS[entry.input.fault];
    if (definition.scope !== "request") return null;
    return definition.plan(entry.input.delayMs ?? DELAY_MS);
  }

  takeFrame(operation: Operation): FrameFault | null {
    return (this.#take("frame", operation)?.input.fault ?? null) as FrameFault | null;
  }

  /** Only `refuseSocket` waits for sockets to come. */
  takeSocket(operation: Operation): boolean {
    return this.#take("socket", operation) !== null;
  }

  #take(scope: FaultScope, operation: Operation): Entry | null {
    if (this.#entries.length === 0) return null;
    const entry = this.#entries.find((candidate) =>
      FAULTS[candidate.input.fault].scope === scope && matches(candidate.input.match, operation)
    );
    if (entry === undefined) return null;
    if (entry.skip > 0) {
      entry.skip--;
      return null;
    }
    entry.hits++;
    entry.remaining--;
    if (entry.remaining === 0) this.#entries = this.#entries.filter((e) => e !== entry);
    return entry;
  }
}

/** A text matches as a part of the operation's name, endpoint, host, symbol or client order id. */
export function matches(match: FaultMatch | undefined, operation: Operation): boolean {
  if (match === undefined) return true;
  if (typeof match === "string") {
    return operation.name.includes(match) || operation.endpoint.includes(match) ||
      operation.host.includes(match) || (operation.symbol ?? "").includes(match) ||
      (operation.clientOrderId ?? "").includes(match);
  }
  return within(match.operation, operation.name) && within(match.endpoint, operation.endpoint) &&
    within(match.host, operation.host) && within(match.symbol, operation.symbol) &&
    within(match.clientOrderId, operation.clientOrderId);
}

function within(part: string | undefined, whole: string | null): boolean {
  return part === undefined || (whole !== null && whole.includes(part));
}

function shown(entry: Entry): ArmedFault {
  return { ...entry.input, id: entry.id, remaining: entry.remaining, hits: entry.hits };
}

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
