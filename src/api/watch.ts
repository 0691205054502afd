/**
 * Events as server-sent events. The cursor is the event id: a client that was cut off resumes with
 * `Last-Event-ID` and misses nothing, or is told 410 when the events it missed are gone.
 *
 * A slow client holds at most {@linkcode BUFFER_BYTES_MAX} here, the subscriber buffer of the
 * kernel behind it, and for {@linkcode STALL_MS}; then it is cut off and may resume.
 */
import type { Clock } from "../model/clock.ts";
import type { KernelEvent } from "../model/event.ts";
import type { Log } from "../model/log.ts";
import { errorField } from "../telemetry/log.ts";

/** Some hundred events: a burst passes, a stopped reader does not cost memory. */
const BUFFER_BYTES_MAX = 256 * 1024;

/** Proxies and laptops cut silent connections after 30 to 60 s. */
const HEARTBEAT_MS = 15_000;

/** A reader that took nothing for so long is gone or stuck. */
const STALL_MS = 30_000;

/** Told to the client: how long it waits before it resumes. */
const RETRY_MS = 1_000;

export interface WatchOptions {
  readonly events: (signal: AbortSignal) => AsyncIterable<KernelEvent>;
  readonly clock: Clock;
  readonly log: Log;
  /** Ends the stream from the server's side. */
  readonly closing: AbortSignal;
  /** Called once, however the stream ends. */
  readonly onEnd: () => void;
}

/** A 200 answer whose body goes on until the client, the kernel or the server ends it. */
export function watchResponse(options: WatchOptions): Response {
  const stream = new EventStream(options);
  return new Response(stream.readable, {
    headers: {
      "content-type": "text/event-stream; charset=utf-8",
      "cache-control": "no-store",
      "x-content-type-options": "nosniff",
    },
  });
}

class EventStream {
  readonly readable: ReadableStream<Uint8Array>;
  readonly #options: WatchOptions;
  readonly #stop = new AbortController();
  readonly #encoder = new TextEncoder();
  readonly #closed = () => this.#end();
  #controller: ReadableStreamDefaultController<Uint8Array> | null = null;
  #cancelHeartbeat = () => {};
  /** Resolves when the reader has taken enough; set while there is no room. */
  #room: (() => void) | null = null;
  #ended = false;

  constructor(options: WatchOptions) {
    this.#options = options;
    this.readable = new ReadableStream<Uint8Array>({
      start: (controller) => {
        this.#controller = controller;
        this.#send(`retry: ${RETRY_MS}\n\n`);
        this.#beat();
        void this.#pump();
      },
      pull: () => this.#room?.(),
      // Where cleaning up belongs: the request's own signal also aborts after a complete answer.
      cancel: () => this.#end(),
    }, { highWaterMark: BUFFER_BYTES_MAX, size: (chunk) => chunk?.byteLength ?? 0 });
    options.closing.addEventListener("abort", this.#closed, { once: true });
    if (options.closing.aborted) this.#end();
  }

  async #pump(): Promise<void> {
    try {
      for await (const event of this.#options.events(this.#stop.signal)) {
        if (this.#ended || !await this.#hasRoom()) return;
        this.#send(rendered(event));
      }
      this.#end();
    } catch (error) {
      if (this.#ended) return;
      this.#options.log.warn("watch ended by an error", { error: errorField(error) });
      this.#end();
    }
  }

  /** Waits for the reader. @returns false once the stream has ended, also for a stalled reader. */
  async #hasRoom(): Promise<boolean> {
    if ((this.#controller?.desiredSize ?? 0) > 0) return !this.#ended;
    await new Promise<void>((resolve) => {
      const cancelTimer = this.#options.clock.setTimer(() => this.#cutOff(), STALL_MS);
      this.#room = () => {
        this.#room = null;
        cancelTimer();
        resolve();
      };
    });
    return !this.#ended;
  }

  #beat(): void {
    this.#cancelHeartbeat = this.#options.clock.setTimer(() => {
      // A reader with a full buffer gets no heartbeat: it would only add to what it cannot take.
      if ((this.#controller?.desiredSize ?? 0) > 0) this.#send(": heartbeat\n\n");
      this.#beat();
    }, HEARTBEAT_MS);
  }

  #send(text: string): void {
    this.#controller?.enqueue(this.#encoder.encode(text));
  }

  #cutOff(): void {
    if (this.#ended) return;
    this.#options.log.warn("slow watcher cut off; it may resume", { stallMs: STALL_MS });
    const controller = this.#controller;
    this.#controller = null;
    // An error, not a close: what waits in the buffer is freed instead of waiting for the reader.
    controller?.error(new Error("the reader stalled"));
    this.#end();
  }

  #end(): void {
    if (this.#ended) return;
    this.#ended = true;
    this.#options.closing.removeEventListener("abort", this.#closed);
    this.#cancelHeartbeat();
    this.#stop.abort();
    this.#room?.();
    try {
      this.#controller?.close();
    } catch {
      // The reader canceled: the stream is closed already.
    }
    this.#controller = null;
    this.#options.onEnd();
  }
}

function rendered(event: KernelEvent): string {
  return `id: ${event.eventId}\nevent: ${event.type}\ndata: ${JSON.stringify(event)}\n\n`;
}
