/**
 * The one way a REST request leaves the adapter: ours and ccxt's own (`fetchImplementation`).
 *
 * I1 only hosts of the allow list are reached. I2 the gate is asked synchronously, last before the
 * wire; what it stops is definitely not sent. I3 the whole body is read inside the time limit and
 * under a byte limit. I4 no redirect is followed: a signed request belongs to one host. I5 nothing
 * is retried, and an order is not sent twice by the platform either. I6 no failure text holds a
 * URL, key or signature.
 */
import type { Clock } from "../../../model/clock.ts";
import { EXCHANGE_RESPONSE_BYTES_MAX } from "../../../model/limits.ts";
import type { UnknownCause } from "../../../model/venue.ts";
import type { VenueAnswer } from "../plans/answer_plan.ts";
import type { CcxtResponse, CcxtSigned } from "../ccxt.ts";
import type { Redact } from "./redaction.ts";

export type Answer =
  | {
    readonly kind: "answered";
    readonly status: number;
    readonly headers: Headers;
    readonly text: string;
  }
  | { readonly kind: "notSent"; readonly reason: string }
  | { readonly kind: "failed"; readonly cause: UnknownCause };

/** A `SendGate` that already knows what was signed. */
export interface BoundGate {
  check(): string | null;
  sent(): void;
}

export interface RequestOptions {
  readonly gate?: BoundGate;
  readonly signal?: AbortSignal;
  readonly bytesMax?: number;
}

export interface TransportOptions {
  readonly clock: Clock;
  readonly timeoutMs: number;
  /** `host` or `host:port`, as they stand in the venue's URLs. */
  readonly hosts: ReadonlySet<string>;
  /** Base URL under which every host is reached as the first path segment; null for the venue's. */
  readonly endpoints: string | null;
  readonly redact: Redact;
  /** Whether a request that is no GET reads all the same; absent: none does. */
  readonly isRead?: ((wire: CcxtSigned) => boolean) | undefined;
  /** Sees every answer, whatever it was asked for. */
  readonly onAnswer: (answer: VenueAnswer) => void;
  /** Then its text; null where that could not be read. */
  readonly onText?: (answer: VenueAnswer, text: string | null) => void;
}

/** Thrown into ccxt where it expects a fetch to reject; carries the cause past its own mapping. */
export class TransportError extends Error {
  override readonly name = "TransportError";
  readonly outcome: UnknownCause;
  constructor(outcome: UnknownCause) {
    super(`${outcome.code}: ${outcome.message}`);
    this.outcome = outcome;
  }
}

export class Transport {
  readonly #options: TransportOptions;
  readonly #inFlight = new Set<AbortController>();
  #closed = false;

  constructor(options: TransportOptions) {
    this.#options = options;
  }

  async request(wire: CcxtSigned, options: RequestOptions = {}): Promise<Answer> {
    const url = this.#target(wire.url);
    if (url === null) return { kind: "notSent", reason: "the host is not on the allow list" };
    if (this.#closed || options.signal?.aborted === true) {
      return { kind: "notSent", reason: "NOT_CONNECTED" };
    }
    const stopped = options.gate?.check() ?? null;
    if (stopped !== null) return { kind: "notSent", reason: stopped };
    return await this.#exchange(url, wire, options);
  }

  /** What ccxt's own calls use. Never a mutating call: those need a gate. */
  async fetch(
    wire: CcxtSigned,
    options: RequestOptions = {},
  ): Promise<CcxtResponse> {
    if (wire.method !== "GET" && this.#options.isRead?.(wire) !== true) {
      throw new TransportError({ code: "NOT_SENT", message: "ccxt may only read by itself" });
    }
    const answer = await this.request(wire, options);
    switch (answer.kind) {
      case "answered": {
        const { status, headers, text } = answer;
        return { status, statusText: "", headers, text: () => Promise.resolve(text) };
      }
      case "notSent":
        throw new TransportError({ code: "NOT_SENT", message: answer.reason });
      case "failed":
        throw new TransportError(answer.cause);
    }
  }

  /** Ends what is in flight; its outcome stays unknown. Nothing is sent from then on. */
  close(): void {
    this.#closed = true;
    for (const controller of this.#inFlight) controller.abort();
  }

  /** Hands the request to the network and reads its answer to the end. */
  async #exchange(url: string, wire: CcxtSigned, options: RequestOptions): Promise<Answer> {
    const { clock, timeoutMs, onAnswer, onText } = this.#options;
    const controller = new AbortController();
    const abort = () => controller.abort();
    let timedOut = false;
    const cancelTimer = clock.setTimer(() => {
      timedOut = true;
      controller.abort();
    }, timeoutMs);
    options.signal?.addEventListener("abort", abort, { once: true });
    this.#inFlight.add(controller);
    try {
      const answering = fetch(url, requestInit(wire, controller.signal, options.gate));
      options.gate?.sent();
      const response = await answering;
      const { status, headers } = response;
      const seen = { status, headers, method: wire.method, url: wire.url };
      onAnswer(seen);
      let text: string | null = null;
      try {
        text = await readBody(response, options.bytesMax ?? EXCHANGE_RESPONSE_BYTES_MAX);
      } finally {
        onText?.(seen, text);
      }
      if (text === null) return failed("TOO_LARGE", "the answer is larger than the limit");
      return { kind: "answered", status, headers, text };
    } catch (error) {
      if (timedOut) return failed("TIMEOUT", `no whole answer within ${timeoutMs} ms`);
      if (controller.signal.aborted) return failed("ABORTED", "the request was given up");
      return { kind: "failed", cause: this.#cause(error) };
    } finally {
      cancelTimer();
      options.signal?.removeEventListener("abort", abort);
      this.#inFlight.delete(controller);
    }
  }

  /** @returns the URL to dial, or null when its host is not allowed. */
  #target(url: string): string | null {
    if (!url.startsWith(SCHEME)) return null;
    const end = url.indexOf("/", SCHEME.length);
    const host = end < 0 ? url.slice(SCHEME.length) : url.slice(SCHEME.length, end);
    // Compared as written: `api.host@evil` or `api.host:8` are other texts, hence refused.
    if (!this.#options.hosts.has(host)) return null;
    const { endpoints } = this.#options;
    return endpoints === null ? url : `${endpoints}/${url.slice(SCHEME.length)}`;
  }

  #cause(error: unknown): UnknownCause {
    // A failed fetch hides what happened, and the URL, in its cause.
    const told = error instanceof Error && error.cause instanceof Error ? error.cause : error;
    const text = this.#options.redact(told instanceof Error ? told.message : String(told));
    const code = FAILURES.find(([, pattern]) => pattern.test(text))?.[0] ?? "NETWORK";
    return { code, message: text };
  }
}

const SCHEME = "https://";

/** Told apart by the platform's message alone. None of them proves that nothing was sent. */
const FAILURES: readonly (readonly [string, RegExp])[] = [
  ["DNS", /dns error|lookup address/i],
  ["CONNECT_FAILED", /\(Connect\)|refused/i],
  ["CONNECTION_RESET", /reset|closed|broken pipe|end of file|incomplete|body/i],
];

/**
 * Deno sends a request again by itself when a pooled connection ends before the answer, although
 * the venue may have read it: an order would be placed twice. It can do so only with a body it can
 * copy. A Blob is a stream to it, yet keeps its Content-Length. Reads may be sent twice; so may a
 * cancel, which has no body: its second copy finds the order gone, which proves nothing here.
 */
function requestInit(wire: CcxtSigned, signal: AbortSignal, gate?: BoundGate): RequestInit {
  const { method, headers, body } = wire;
  const init: RequestInit = { method, signal, redirect: "manual" };
  if (headers !== undefined) init.headers = { ...headers };
  if (body !== undefined) init.body = gate === undefined ? body : new Blob([body]);
  return init;
}

function failed(code: string, message: string): Answer {
  return { kind: "failed", cause: { code, message } };
}

/** @returns null when the body is larger than `bytesMax`; compressed bodies count decompressed. */
async function readBody(response: Response, bytesMax: number): Promise<string | null> {
  const { headers, body } = response;
  if (body === null) return "";
  const length = Number(headers.get("content-length") ?? NaN);
  if (length > bytesMax) {
    await body.cancel();
    return null;
  }
  // A plain body ends at its announced length, so the platform's own reader stays under the limit.
  if (length >= 0 && headers.get("content-encoding") === null) return await response.text();
  const chunks: Uint8Array[] = [];
  let total = 0;
  for await (const chunk of body) {
    total += chunk.length;
    if (total > bytesMax) return null; // Leaving the loop cancels the stream.
    chunks.push(chunk);
  }
  return new TextDecoder().decode(joined(chunks, total));
}

function joined(chunks: readonly Uint8Array[], total: number): Uint8Array {
  if (chunks.length === 1) return chunks[0]!;
  const whole = new Uint8Array(total);
  let at = 0;
  for (const chunk of chunks) {
    whole.set(chunk, at);
    at += chunk.length;
  }
  return whole;
}
