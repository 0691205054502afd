/**
 * Wires the connection machine to one socket of an adapter: dials, watches for silence, comes back.
 * The exchange actor starts and stops it and is told when it is up (then it resyncs) and down.
 *
 * I1 What an older dial still reports is ignored: every dial has its generation.
 * I2 A frame costs a comparison and a stamp; silence is looked for by one timer per silence span.
 * I3 `onUp` and `onDown` alternate and are called after the state has changed, never within it.
 * I4 No timer and no callback outlives `stop` or a crash.
 */
import { type Actor, createActor, type InspectionEvent } from "xstate";
import {
  CONNECTION_DEADLINES_MS,
  type ConnectionDeadline,
  type ConnectionEvent,
  connectionMachine,
  type ConnectionState,
  reconnectDelayMs,
} from "../machines/connection.ts";
import type { ExchangeSocket } from "../src/exchanges/exchange.ts";
import type { CancelTimer, Clock, Random } from "../src/model/clock.ts";
import type { SocketHealth } from "../src/model/health.ts";

export interface ConnectionOptions {
  readonly socket: ExchangeSocket;
  readonly clock: Clock;
  readonly random: Random;
  /** Frames may arrive; what happened while it was down has to be fetched. */
  readonly onUp: () => void;
  readonly onDown: (reason: string) => void;
  /** Watches the actor. */
  readonly inspect?: (event: InspectionEvent) => void;
  /** For the inspector. */
  readonly onState?: (state: ConnectionState) => void;
  /**
   * The actor failed: it is down without an `onDown`, its socket is closed. For the supervisor,
   * which makes a new one.
   */
  readonly onCrash?: (error: unknown) => void;
}

type Notice = { readonly kind: "up" } | { readonly kind: "down"; readonly reason: string };

export class Connection {
  readonly id: string;
  /** For observers; nobody else sends to it. */
  readonly actor: Actor<typeof connectionMachine>;
  readonly #options: ConnectionOptions;
  readonly #socket: ExchangeSocket;
  readonly #clock: Clock;
  readonly #notices: Notice[] = [];
  #state: ConnectionState = "idle";
  #generation = 0;
  #abort: AbortController | null = null;
  /** Monotonic; null before the first frame. */
  #lastFrame: number | null = null;
  /** Silence is counted from here: the last frame, or the moment it opened. */
  #heardAt = 0;
  /** Whether the machine waits for a frame. */
  #frameAwaited = false;
  #flushing = false;
  #ended = false;
  #closing: Promise<void> = Promise.resolve();
  #cancelDeadline: CancelTimer | null = null;
  #cancelWatch: CancelTimer | null = null;

  constructor(options: ConnectionOptions) {
    this.#options = options;
    this.#socket = options.socket;
    this.#clock = options.clock;
    this.id = options.socket.id;
    const chart = connectionMachine.provide({
      actions: {
        dial: () => this.#dial(),
        probe: () => this.#probe(),
        close: () => this.#close(),
        scheduleDeadline: ({ context }, { name }) => this.#scheduleDeadline(name, context.failures),
        clearDeadline: () => this.#clearDeadline(),
        watchSilence: () => this.#watchSilence(),
        ignoreSilence: () => this.#ignoreSilence(),
        notifyUp: () => this.#notices.push({ kind: "up" }),
        notifyDown: ({ context }) =>
          this.#notices.push({ kind: "down", reason: context.reason ?? "unknown" }),
      },
    });
    const { inspect } = options;
    this.actor = createActor(chart, inspect === undefined ? {} : { inspect });
    this.actor.subscribe({ error: (error) => this.#crashed(error) });
    this.actor.start();
  }

  get state(): ConnectionState {
    return this.#state;
  }

  /** Frames arrive, or did until a moment ago: `onUp` was told and no `onDown` since. */
  get isUp(): boolean {
    return this.#state === "open" || this.#state === "stale";
  }

  /** Dials, and keeps dialing until it is stopped. */
  start(): void {
    this.#tell({ type: "connection.start" });
  }

  /**
   * Its frames cannot be trusted any more, though some arrive: it is closed and dialed anew, as if
   * the venue had closed it. Does nothing while it is not up.
   */
  redial(reason: string): void {
    if (this.isUp) this.#tell({ type: "socket.closed", reason });
  }

  /** For good. @returns when the socket has closed. */
  stop(): Promise<void> {
    if (!this.#ended) {
      this.#tell({ type: "connection.stop" });
      this.#end();
    }
    return this.#closing;
  }

  health(): SocketHealth {
    const silence = this.#lastFrame === null ? null : this.#clock.monotonic() - this.#lastFrame;
    return {
      id: this.id,
      state: this.#state,
      lastFrameAt: silence === null ? null : Math.round(this.#clock.now() - silence),
      reconnects: this.actor.getSnapshot().context.reconnects,
    };
  }

  #tell(event: ConnectionEvent): void {
    if (this.#ended) return;
    this.actor.send(event);
    if (this.#ended) return;
    const state = this.actor.getSnapshot().value as ConnectionState; // flat: the state's own name
    this.#frameAwaited = state === "dialing" || state === "stale";
    const changed = state !== this.#state;
    this.#state = state;
    try {
      if (changed) this.#options.onState?.(state);
      this.#flush();
    } catch (error) {
      this.#crashed(error);
    }
  }

  /** I3. A listener that stops or starts the connection adds notices; the outer loop tells them. */
  #flush(): void {
    if (this.#flushing) return;
    this.#flushing = true;
    try {
      for (let notice = this.#notices.shift(); notice; notice = this.#notices.shift()) {
        if (notice.kind === "up") this.#options.onUp();
        else this.#options.onDown(notice.reason);
      }
    } finally {
      this.#flushing = false;
    }
  }

  #dial(): void {
    const generation = ++this.#generation;
    const isCurrent = (): boolean => generation === this.#generation && !this.#ended;
    const abort = new AbortController();
    this.#abort = abort;
    const handlers = {
      onFrame: (): void => {
        if (isCurrent()) this.#frame();
      },
      onClose: (reason: string): void => {
        if (isCurrent()) this.#tell({ type: "socket.closed", reason });
      },
    };
    openSocket(this.#socket, handlers, abort.signal).then((failure) => {
      if (!isCurrent()) return;
      if (failure === null) this.#tell({ type: "dial.succeeded" });
      else this.#tell({ type: "dial.failed", reason: failure });
    });
  }

  #frame(): void {
    const now = this.#clock.monotonic();
    this.#lastFrame = now;
    this.#heardAt = now;
    if (this.#frameAwaited) this.#tell({ type: "frame.received" });
  }

  /** A probe that cannot even be sent is no reason to fail: its deadline closes the socket. */
  #probe(): void {
    try {
      this.#socket.probe();
    } catch {
      return;
    }
  }

  #close(): void {
    this.#generation++;
    this.#abort?.abort();
    this.#abort = null;
    this.#closing = closeSocket(this.#socket);
  }

  #scheduleDeadline(name: ConnectionDeadline, failures: number): void {
    this.#clearDeadline();
    const delayMs = name === "backoff"
      ? reconnectDelayMs(failures, this.#options.random.next())
      : CONNECTION_DEADLINES_MS[name];
    this.#cancelDeadline = this.#clock.setTimer(() => {
      this.#cancelDeadline = null;
      this.#tell({ type: "deadline.passed" });
    }, delayMs);
  }

  #clearDeadline(): void {
    this.#cancelDeadline?.();
    this.#cancelDeadline = null;
  }

  #watchSilence(): void {
    this.#heardAt = this.#clock.monotonic();
    this.#checkSilenceIn(this.#socket.staleAfterMs);
  }

  #checkSilenceIn(delayMs: number): void {
    this.#cancelWatch = this.#clock.setTimer(() => {
      this.#cancelWatch = null;
      const left = this.#heardAt + this.#socket.staleAfterMs - this.#clock.monotonic();
      if (left > 0) this.#checkSilenceIn(left);
      else this.#tell({ type: "silence.detected" });
    }, delayMs);
  }

  #ignoreSilence(): void {
    this.#cancelWatch?.();
    this.#cancelWatch = null;
  }

  #crashed(error: unknown): void {
    if (this.#ended) return;
    this.#notices.length = 0;
    this.#close();
    this.#end();
    this.#options.onCrash?.(error);
  }

  #end(): void {
    this.#ended = true;
    this.#generation++;
    this.#clearDeadline();
    this.#ignoreSilence();
    this.#state = "stopped";
    this.actor.stop();
  }
}

/** @returns null when frames may arrive, else why not. An adapter may also throw at once. */
async function openSocket(
  socket: ExchangeSocket,
  handlers: Parameters<ExchangeSocket["open"]>[0],
  signal: AbortSignal,
): Promise<string | null> {
  try {
    await socket.open(handlers, signal);
    return null;
  } catch (error) {
    // Only the name: a message of a WebSocket may hold its URL with a listen key.
    return `dial failed: ${error instanceof Error ? error.name : typeof error}`;
  }
}

/** A socket that cannot close is left behind: its generation is over. */
async function closeSocket(socket: ExchangeSocket): Promise<void> {
  try {
    await socket.close();
  } catch {
    return;
  }
}
