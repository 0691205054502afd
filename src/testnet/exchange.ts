/** One exchange as the server hosts it: its dialect, its armed faults, its clock, its sockets. */
import type { Clock } from "../model/clock.ts";
import type { EpochMs } from "../model/scalars.ts";
import type { Dialect, DialectContext, Operation, SocketSession } from "./dialect.ts";
import { FaultBook, type FaultInput, matches } from "./faults.ts";
import type { WebSocketPeer } from "./websocket.ts";

interface OpenSocket {
  readonly peer: WebSocketPeer;
  readonly session: SocketSession;
}

/** One request as it arrived, whatever became of it. */
export interface HeardRequest {
  readonly operation: Operation;
  readonly at: EpochMs;
}

/** Enough for any test; of a long run the newest remain. */
const HEARD_MAX = 10_000;

export class HostedExchange {
  readonly dialect: Dialect;
  readonly faults = new FaultBook();
  /** The testnet's clock plus an armed skew. */
  readonly clock: Clock;
  readonly #sockets = new Set<OpenSocket>();
  #heard: HeardRequest[] = [];

  constructor(
    clock: Clock,
    make: (context: Pick<DialectContext, "clock" | "frameFaults">) => Dialect,
  ) {
    const faults = this.faults;
    this.clock = {
      now: () => clock.now() + faults.skewMs,
      monotonic: () => clock.monotonic(),
      setTimer: (callback, delayMs) => clock.setTimer(callback, delayMs),
    };
    this.dialect = make({ clock: this.clock, frameFaults: faults });
  }

  get openSockets(): number {
    return this.#sockets.size;
  }

  /** Requests over HTTP and the WebSocket API, oldest first. */
  get heard(): readonly HeardRequest[] {
    return this.#heard;
  }

  hear(operation: Operation): void {
    if (this.#heard.length >= HEARD_MAX) this.#heard = this.#heard.slice(HEARD_MAX / 2);
    this.#heard.push({ operation, at: this.clock.now() });
  }

  track(socket: OpenSocket): void {
    this.#sockets.add(socket);
  }

  untrack(socket: OpenSocket): void {
    this.#sockets.delete(socket);
  }

  /** Arms a fault; those about open sockets strike at once. @returns what the control answers. */
  arm(input: FaultInput): unknown {
    if (input.fault !== "muteSocket" && input.fault !== "dropSocket") return this.faults.arm(input);
    const chosen = [...this.#sockets]
      .filter((socket) => matches(input.match, socket.session.operation))
      .slice(0, input.count ?? this.#sockets.size);
    for (const { peer } of chosen) {
      if (input.fault === "muteSocket") peer.muted = true;
      else peer.drop();
    }
    return { ...input, hits: chosen.length, remaining: 0 };
  }
}
