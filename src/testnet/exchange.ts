/** One exchange as the server hosts it: its dialect, its armed faults, its clock, its sockets. */
import type { Clock } from "../model/clock.ts";
import type { Dialect, DialectContext, SocketSession } from "./dialect.ts";
import { FaultBook, type FaultInput, matches } from "./faults.ts";
import type { WebSocketPeer } from "./websocket.ts";

interface OpenSocket {
  readonly peer: WebSocketPeer;
  readonly session: SocketSession;
}

export class HostedExchange {
  readonly dialect: Dialect;
  readonly faults = new FaultBook();
  /** The testnet's clock plus an armed skew. */
  readonly clock: Clock;
  readonly #sockets = new Set<OpenSocket>();

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
