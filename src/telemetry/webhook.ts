/**
 * Sends alerts to a webhook: one POST of JSON each, in order, with a signature where there is a
 * secret. It never holds anybody up: alerts wait in a bounded queue, tries are repeated with
 * growing pauses, and what cannot be delivered is dropped and counted.
 *
 * I1 One request at a time; an alert is told at least once, so a receiver goes by its `id`.
 * I2 No try outlasts `TRY_MS`, no closing `CLOSE_MS`.
 * I3 Neither the secret nor the address beyond its origin gets into a log.
 */
import type { Alert } from "../model/alert.ts";
import type { CancelTimer, Clock } from "../model/clock.ts";
import { WEBHOOK_QUEUE_MAX, WEBHOOK_TRIES_MAX } from "../model/limits.ts";
import type { Log } from "../model/log.ts";
import { redactJson, registerSecret } from "./redact.ts";

export interface WebhookOptions {
  /** `http` or `https`, without user and password. */
  readonly url: string;
  /** Signs every request; at least 16 characters. */
  readonly secret?: string;
  readonly clock: Clock;
  readonly log: Log;
  /** The platform's by default. */
  readonly fetch?: typeof fetch;
}

export interface Webhook {
  /** Takes an alert to be sent, and returns at once. */
  send(alert: Alert): void;
  /** Sends what waits, but not for longer than `CLOSE_MS`; then nothing follows. */
  close(): Promise<void>;
}

/** `sha256=` and the HMAC of `<timestamp>.<body>` in hex. */
export const SIGNATURE_HEADER = "x-exchange-kernel-signature";
/** When the request was made, milliseconds since 1970: a receiver refuses old ones. */
export const TIMESTAMP_HEADER = "x-exchange-kernel-timestamp";

/** A receiver that takes longer does its work before it answers; the next try finds it rested. */
export const TRY_MS = 5_000;
/** A kernel that stops because of a failure wants to say so, but stopping must end. */
export const CLOSE_MS = 6_000;
/** First pause after a failed try; doubles up to the cap. */
const PAUSE_MS = 1_000;
const PAUSE_CAP_MS = 30_000;
/** Shorter secrets can be guessed from one signature. */
const SECRET_LENGTH_MIN = 16;

const ENCODER = new TextEncoder();

/** @throws {RangeError} when the address or the secret will not do; it quotes neither. */
export function openWebhook(options: WebhookOptions): Webhook {
  const { url, secret } = options;
  const refusal = webhookRefusal(url) ?? secretRefusal(secret);
  if (refusal !== null) throw new RangeError(`Cannot open the webhook: ${refusal}`);
  if (secret !== undefined) registerSecret(secret);
  const { pathname, search } = new URL(url);
  // Services hide a token in the path of the address they give out.
  if (pathname + search !== "/") registerSecret(pathname + search);
  return new Deliveries(options);
}

/** @returns what is wrong with an address, as "must …"; null when nothing is. */
export function webhookRefusal(url: string): string | null {
  if (!URL.canParse(url)) return "url must be an http or https address";
  const { protocol, username, password } = new URL(url);
  if (protocol !== "http:" && protocol !== "https:") {
    return `url must be an http or https address, got ${protocol}`;
  }
  return username + password === "" ? null : "url must have no user and no password in it";
}

/** @returns what is wrong with a secret, as "must …"; null when nothing is. */
export function secretRefusal(secret: string | undefined): string | null {
  if (secret === undefined || secret.length >= SECRET_LENGTH_MIN) return null;
  return `secret must have at least ${SECRET_LENGTH_MIN} characters, got ${secret.length}`;
}

type Verdict = "delivered" | "again" | "refused";

class Deliveries implements Webhook {
  readonly #o: WebhookOptions;
  readonly #queue: Alert[] = [];
  readonly #stop = new AbortController();
  #dropped = 0;
  /** Whether the receiver took the last one: it is told of a gap once it takes anything. */
  #answers = true;
  #running: Promise<void> | null = null;
  #wake: (() => void) | null = null;
  #closing = false;

  constructor(options: WebhookOptions) {
    this.#o = options;
  }

  send(alert: Alert): void {
    if (this.#closing) return;
    if (this.#queue.length >= WEBHOOK_QUEUE_MAX) {
      this.#queue.shift();
      this.#dropped += 1;
    }
    this.#queue.push(alert);
    this.#running ??= this.#run();
  }

  async close(): Promise<void> {
    this.#closing = true;
    if (this.#running === null) return;
    this.#wake?.(); // a pause before another try would be time lost
    const cancel = this.#o.clock.setTimer(() => {
      this.#stop.abort();
      this.#wake?.();
    }, CLOSE_MS);
    await this.#running;
    cancel();
  }

  async #run(): Promise<void> {
    await Promise.resolve(); // never within the call that raised the alert
    for (;;) {
      const alert = this.#next();
      if (alert === undefined || this.#stop.signal.aborted) break;
      await this.#deliver(alert);
    }
    const left = this.#queue.length;
    if (left > 0) this.#o.log.error("alerts were not delivered", { left });
    this.#queue.length = 0;
    this.#running = null;
  }

  /** The gap first: whoever reads on should know of it. */
  #next(): Alert | undefined {
    if (this.#dropped === 0 || !this.#answers) return this.#queue.shift();
    const dropped = this.#dropped;
    this.#dropped = 0;
    const at = this.#o.clock.now();
    return {
      id: `AlertsDropped/kernel/webhook-${at}`,
      kind: "AlertsDropped",
      severity: "warning",
      exchangeId: null,
      intentId: null,
      at,
      message: `${dropped} alerts were not delivered to this webhook`,
      details: { of: "webhook", dropped },
    };
  }

  async #deliver(alert: Alert): Promise<void> {
    const { log } = this.#o;
    for (let tries = 1;; tries++) {
      const verdict = await this.#try(alert);
      this.#answers = verdict === "delivered";
      if (this.#answers) return;
      if (verdict === "refused" || tries >= WEBHOOK_TRIES_MAX || this.#stop.signal.aborted) {
        log.error("an alert was not delivered", { kind: alert.kind, id: alert.id, verdict, tries });
        this.#dropped += alert.kind === "AlertsDropped" ? Number(alert.details["dropped"] ?? 0) : 1;
        // A receiver that is gone while we close will not come back in time.
        if (this.#closing) this.#stop.abort();
        return;
      }
      if (!this.#closing) await this.#pause(Math.min(PAUSE_CAP_MS, PAUSE_MS * 2 ** (tries - 1)));
    }
  }

  async #try(alert: Alert): Promise<Verdict> {
    const { url, clock, log } = this.#o;
    const body = JSON.stringify(redactJson(alert));
    const timeout = new AbortController();
    const cancel = clock.setTimer(() => timeout.abort(), TRY_MS); // I2
    try {
      const response = await (this.#o.fetch ?? fetch)(url, {
        method: "POST",
        body,
        headers: await this.#headers(body),
        // Somewhere else is where nobody has looked whether it may be told.
        redirect: "error",
        signal: AbortSignal.any([timeout.signal, this.#stop.signal]),
      });
      await response.body?.cancel();
      if (response.ok) return "delivered";
      const { status } = response;
      log.warn("the webhook refused an alert", { origin: new URL(url).origin, status }); // I3
      return status >= 500 || status === 408 || status === 429 ? "again" : "refused";
    } catch (error) {
      // The message quotes the address: only the name is safe.
      const reason = error instanceof Error ? error.name : typeof error;
      log.warn("the webhook did not answer", { origin: new URL(url).origin, reason });
      return "again";
    } finally {
      cancel();
    }
  }

  async #headers(body: string): Promise<Record<string, string>> {
    const timestamp = String(this.#o.clock.now());
    const headers = { "content-type": "application/json", [TIMESTAMP_HEADER]: timestamp };
    const { secret } = this.#o;
    if (secret === undefined) return headers;
    const signature = await hmac(secret, `${timestamp}.${body}`);
    return { ...headers, [SIGNATURE_HEADER]: `sha256=${signature}` };
  }

  #pause(ms: number): Promise<void> {
    return new Promise((resolve) => {
      const done = () => {
        cancel();
        this.#wake = null;
        resolve();
      };
      const cancel: CancelTimer = this.#o.clock.setTimer(done, ms);
      this.#wake = done;
    });
  }
}

async function hmac(secret: string, text: string): Promise<string> {
  const algorithm = { name: "HMAC", hash: "SHA-256" };
  const key = await crypto.subtle.importKey("raw", ENCODER.encode(secret), algorithm, false, [
    "sign",
  ]);
  const bytes = await crypto.subtle.sign("HMAC", key, ENCODER.encode(text));
  return Array.from(new Uint8Array(bytes), (byte) => byte.toString(16).padStart(2, "0")).join("");
}
