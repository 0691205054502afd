/**
 * Frames for the pages that look. Level-triggered: a frame carries the newest state of what one
 * page shows, never a backlog.
 *
 * F1 Nothing is read and nothing is sent while neither the revision nor the last event moved.
 * F2 At most ten frames a second a page, and at most a twentieth of the thread's time.
 * F3 A page that has not taken the last frames gets none until it has; then the newest.
 */
import type { CancelTimer, Clock } from "../model/clock.ts";
import type { EventFilter } from "../model/event.ts";
import { EVENTS_MAX, type Watch } from "./query.ts";
import { eventFilterOf, readEvents, readFocus, readRows, type ViewPorts } from "./view.ts";

/** Ten a second: faster than eyes compare numbers, slow enough to cost nothing. */
export const FRAME_MS = 100;
/** An empty line this often tells a quiet kernel from a dead connection. */
export const BEAT_MS = 5_000;
/** Pages looking at one kernel; each costs a timer and a window of rows. At it: 503. */
export const STREAMS_MAX = 16;
/** The part of time a frame's making may take: its cost times this is waited before the next. */
const COST_FACTOR = 20;
/** Frames not yet taken by the connection. */
const BACKLOG_MAX = 2;

export class Streams {
  readonly #ports: ViewPorts;
  readonly #clock: Clock;
  readonly #open = new Set<Stream>();

  constructor(ports: ViewPorts, clock: Clock) {
    this.#ports = ports;
    this.#clock = clock;
  }

  get size(): number {
    return this.#open.size;
  }

  /** @returns undefined when as many pages look as may. */
  open(watch: Watch): ReadableStream<Uint8Array> | undefined {
    if (this.#open.size >= STREAMS_MAX) return undefined;
    const stream = new Stream(this.#ports, this.#clock, watch);
    this.#open.add(stream);
    return stream.start(() => this.#open.delete(stream));
  }

  close(): void {
    for (const stream of this.#open) stream.end();
    this.#open.clear();
  }
}

class Stream {
  readonly #ports: ViewPorts;
  readonly #clock: Clock;
  readonly #watch: Watch;
  readonly #eventFilter: EventFilter;
  readonly #encoder = new TextEncoder();
  readonly #sent = new Map<string, string>();
  #controller: ReadableStreamDefaultController<Uint8Array> | null = null;
  #timer: CancelTimer | null = null;
  #revision = -1;
  #lastEventId = -1;
  #lastWriteAt = 0;

  constructor(ports: ViewPorts, clock: Clock, watch: Watch) {
    this.#ports = ports;
    this.#clock = clock;
    this.#watch = watch;
    this.#eventFilter = watch.log === "focus" ? eventFilterOf(watch.focus) : {};
  }

  start(onEnd: () => void): ReadableStream<Uint8Array> {
    return new ReadableStream<Uint8Array>({
      start: (controller) => {
        this.#controller = controller;
        this.#tick();
      },
      cancel: () => {
        this.#stop();
        onEnd();
      },
    }, { highWaterMark: BACKLOG_MAX });
  }

  end(): void {
    const controller = this.#controller;
    this.#stop();
    controller?.close();
  }

  #stop(): void {
    this.#timer?.();
    this.#timer = null;
    this.#controller = null;
  }

  #tick(): void {
    const startedAt = this.#clock.monotonic();
    const room = this.#controller?.desiredSize ?? 0;
    if (room > 0 && this.#moved()) this.#write(this.#frame());
    else if (room > 0 && startedAt - this.#lastWriteAt >= BEAT_MS) this.#write("");
    const cost = this.#clock.monotonic() - startedAt;
    this.#timer = this.#clock.setTimer(
      () => this.#tick(),
      Math.max(FRAME_MS, cost * COST_FACTOR),
    );
  }

  #moved(): boolean {
    return this.#ports.observation.revision !== this.#revision ||
      this.#ports.kernel.lastEventId !== this.#lastEventId;
  }

  #write(line: string): void {
    this.#lastWriteAt = this.#clock.monotonic();
    this.#controller?.enqueue(this.#encoder.encode(`${line}\n`));
  }

  /** Parts that are as they were are left out. */
  #frame(): string {
    const { observation, kernel } = this.#ports;
    const { filter, focus } = this.#watch;
    this.#revision = observation.revision;
    const parts = [
      ...this.#changed("list", readRows(this.#ports, filter)),
      ...this.#changed("counts", observation.counts()),
      ...(focus === null ? [] : this.#changed("focus", readFocus(this.#ports, focus))),
      ...this.#newEvents(),
    ];
    this.#lastEventId = kernel.lastEventId;
    return `{${[`"at":${this.#clock.now()}`, ...parts].join(",")}}`;
  }

  #changed(name: string, value: unknown): readonly string[] {
    const text = JSON.stringify(value);
    if (this.#sent.get(name) === text) return [];
    this.#sent.set(name, text);
    return [`"${name}":${text}`];
  }

  /** The first frame holds the newest of the log, the later ones what came since. */
  #newEvents(): readonly string[] {
    if (this.#watch.log === "none") return [];
    const first = this.#lastEventId < 0;
    const events = readEvents(this.#ports.kernel, {
      since: Math.max(0, this.#lastEventId),
      limit: EVENTS_MAX,
      filter: this.#eventFilter,
    });
    if (!first && events.length === 0) return [];
    return [`"log":${JSON.stringify({ first, events })}`];
  }
}
