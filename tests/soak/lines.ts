/** Sockets that fail as they do over a day: refused, cut, mute. They fail by a seed alone. */
import type { ExchangeSocket } from "../../src/exchanges/exchange.ts";
import type { CancelTimer, Clock, Random } from "../../src/model/clock.ts";

type Handlers = Parameters<ExchangeSocket["open"]>[0];

/** What a line needs to break by itself; `everyMs` is between two troubles of it, about. */
export interface LineOptions {
  readonly id: string;
  readonly clock: Clock;
  readonly random: Random;
  readonly everyMs: number;
}

const DIAL_MS = 20;
const ROUND_TRIP_MS = 5;
const STALE_AFTER_MS = 30_000;
/** Of ten dials. */
const REFUSED = 1;

/** A socket that opens after a moment and lives until its next trouble. */
export class Line implements ExchangeSocket {
  readonly id: string;
  readonly staleAfterMs = STALE_AFTER_MS;
  dials = 0;
  /** Open at once, now; more than one would be a leak. */
  openNow = 0;
  cuts = 0;
  mutes = 0;
  readonly #o: LineOptions;
  #handlers: Handlers | null = null;
  #isMute = false;
  #cancelTrouble: CancelTimer = () => {};

  constructor(options: LineOptions) {
    this.id = options.id;
    this.#o = options;
  }

  /** Whether what the venue sends arrives. */
  get carries(): boolean {
    return this.#handlers !== null && !this.#isMute;
  }

  open(handlers: Handlers, signal: AbortSignal): Promise<void> {
    const { clock, random } = this.#o;
    this.dials += 1;
    return new Promise((resolve, reject) => {
      clock.setTimer(() => {
        if (signal.aborted || random.next() * 10 < REFUSED) return reject(new Error("refused"));
        this.#handlers = handlers;
        this.#isMute = false;
        this.openNow += 1;
        this.#troubleLater();
        resolve();
      }, DIAL_MS);
    });
  }

  probe(): void {
    const handlers = this.#handlers;
    this.#o.clock.setTimer(() => {
      if (this.#handlers === handlers) this.frame();
    }, ROUND_TRIP_MS);
  }

  close(): Promise<void> {
    this.#gone();
    return Promise.resolve();
  }

  /** Something arrives. */
  frame(): void {
    if (this.carries) this.#handlers?.onFrame();
  }

  /** The venue ends it, and says so. */
  cut(): void {
    const handlers = this.#handlers;
    this.#gone();
    handlers?.onClose("1006");
  }

  #troubleLater(): void {
    const { clock, random, everyMs } = this.#o;
    this.#cancelTrouble = clock.setTimer(() => {
      if (random.next() < 0.5) {
        this.cuts += 1;
        return this.cut();
      }
      this.mutes += 1;
      this.#isMute = true; // Until its watchdog has closed it.
    }, everyMs * (0.5 + random.next()));
  }

  #gone(): void {
    if (this.#handlers !== null) this.openNow -= 1;
    this.#handlers = null;
    this.#cancelTrouble();
  }
}

/** A line before another socket, whose frames it passes on while it lives. */
export class LineTo extends Line {
  readonly #inner: ExchangeSocket;

  constructor(inner: ExchangeSocket, options: Omit<LineOptions, "id">) {
    super({ ...options, id: inner.id });
    this.#inner = inner;
  }

  override async open(handlers: Handlers, signal: AbortSignal): Promise<void> {
    await super.open(handlers, signal);
    const onFrame = () => this.frame();
    await this.#inner.open({ onFrame, onClose: () => this.cut() }, signal);
  }

  override async close(): Promise<void> {
    await super.close();
    await this.#inner.close();
  }

  override cut(): void {
    void this.#inner.close();
    super.cut();
  }
}
