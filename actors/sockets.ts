/** The sockets of one exchange, each a connection actor under the exchange's supervisor. */
import type { InspectionEvent } from "xstate";
import type { Clock, Random } from "../src/model/clock.ts";
import type { ExchangeSocket } from "../src/exchanges/exchange.ts";
import { Connection } from "./connection.ts";
import type { Supervisor } from "./supervision.ts";

export interface SocketsOptions {
  readonly clock: Clock;
  readonly random: Random;
  readonly supervisor: Supervisor;
  readonly inspect: (event: InspectionEvent) => void;
  readonly onUp: (socketId: string) => void;
  /** After a socket came up that is needed: now all that are needed are. */
  readonly onAllUp: () => void;
  readonly onDown: (socket: ExchangeSocket, reason: string) => void;
  /** It did not come up, and is tried again after a pause. */
  readonly onFailedDial: (socketId: string, reason: string) => void;
}

export class Sockets {
  readonly #o: SocketsOptions;
  readonly #connections = new Map<string, Connection>();
  /** Those that trading waits for. */
  readonly #needed = new Set<string>();

  constructor(options: SocketsOptions) {
    this.#o = options;
  }

  get connections(): readonly Connection[] {
    return [...this.#connections.values()];
  }

  /** Dials those that are not running yet. */
  start(sockets: readonly ExchangeSocket[]): void {
    for (const socket of sockets) {
      if (socket.spare !== true) this.#needed.add(socket.id);
      if (!this.#connections.has(socket.id)) this.#supervise(socket);
    }
  }

  /** Closes one for good, unless it is started again. */
  async end(socketId: string): Promise<void> {
    this.#connections.delete(socketId);
    this.#needed.delete(socketId);
    await this.#o.supervisor.stopChild(socketId);
  }

  /** What it carries cannot be trusted any more. Does nothing while it is not up. */
  redial(socketId: string, reason: string): void {
    this.#connections.get(socketId)?.redial(reason);
  }

  isUp(socketId: string): boolean {
    return this.#connections.get(socketId)?.isUp === true;
  }

  #supervise(socket: ExchangeSocket): void {
    const { clock, random, supervisor, inspect, onDown } = this.#o;
    supervisor.start({
      kind: "connection",
      id: socket.id,
      start: (crashed) => {
        const connection = new Connection({
          socket,
          clock,
          random,
          inspect,
          onState: (state) => {
            if (state === "backoff") this.#failed(socket.id);
          },
          onUp: () => this.#up(socket.id),
          onDown: (reason) => onDown(socket, reason),
          onCrash: (error) => {
            onDown(socket, "CRASHED");
            crashed(error);
          },
        });
        this.#connections.set(socket.id, connection);
        connection.start();
        return connection;
      },
    });
  }

  #failed(socketId: string): void {
    const connection = this.#connections.get(socketId);
    const reason = connection?.actor.getSnapshot().context.reason;
    this.#o.onFailedDial(socketId, reason ?? "unknown");
  }

  #up(socketId: string): void {
    this.#o.onUp(socketId);
    if (!this.#needed.has(socketId)) return;
    // A stale sibling still counts: its watchdog decides within seconds, and nothing tells when it
    // is merely open again.
    for (const id of this.#needed) if (!this.isUp(id)) return;
    this.#o.onAllUp();
  }
}
