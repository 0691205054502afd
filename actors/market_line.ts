/** One public socket of an exchange with the topics that go over it, and what waits for it. */
import { SOCKET_REDIAL_PAUSE_MS } from "../machines/timeouts.ts";
import type { MarketStream, TopicRoute } from "../src/exchanges/exchange.ts";
import type { CancelTimer, Clock } from "../src/model/clock.ts";
import { type Topic, topicKey } from "../src/model/market_feed.ts";
import { MarketSocket } from "./market_socket.ts";

export interface Served {
  topic: Topic;
  route: TopicRoute;
}

export const NO_ROUTE: TopicRoute = { kind: "none" };

export interface MarketLine {
  readonly socket: MarketSocket;
  /** Topics that go over it, by key. */
  readonly topics: Map<string, Topic>;
  /** Topics that go over another one, and of which this one tells the prices; by key. */
  readonly beside: Map<string, Topic>;
  cancelPoll: CancelTimer | null;
  cancelSettle: CancelTimer | null;
  cancelLinger: CancelTimer | null;
  /** When silence last made it be dialed anew; monotonic. */
  redialedAt: number;
}

/** The line of a socket, which stays open for the topic that joins it. */
export function joinedLine(
  lines: Map<string, MarketLine>,
  { socketId, topic, route, clock, stream }: {
    readonly socketId: string;
    readonly topic: Topic;
    readonly route: TopicRoute;
    readonly clock: Clock;
    readonly stream: Pick<MarketStream, "subscribe" | "unsubscribe"> | undefined;
  },
): MarketLine {
  const line = lines.get(socketId) ?? {
    socket: new MarketSocket({
      clock,
      subscribe: (topics) => stream?.subscribe(topics, socketId),
      unsubscribe: (topics) => stream?.unsubscribe(topics, socketId),
    }),
    topics: new Map(),
    beside: new Map(),
    cancelPoll: null,
    cancelSettle: null,
    cancelLinger: null,
    redialedAt: -Infinity,
  };
  lines.set(socketId, line);
  line.cancelLinger?.();
  line.cancelLinger = null;
  const isBeside = route.kind === "socket" && route.besideId === socketId;
  (isBeside ? line.beside : line.topics).set(topicKey(topic), topic);
  return line;
}

/** @returns whether nothing goes over it any more. */
export function hasLeft(line: MarketLine, topic: Topic): boolean {
  line.topics.delete(topicKey(topic));
  line.beside.delete(topicKey(topic));
  line.socket.say("unsubscribe", [topic]);
  return line.topics.size + line.beside.size === 0;
}

/**
 * A topic on it is silent. Subscribing anew is enough where one subscription was lost; else the
 * socket is to be dialed anew.
 *
 * @param given `strikes` is how often in a row it was silent; `now` is monotonic.
 * @returns whether the subscription was begun anew.
 */
export function isBegunAnew(
  line: MarketLine,
  { topic, strikes, now }: {
    readonly topic: Topic;
    readonly strikes: number;
    readonly now: number;
  },
): boolean {
  if (strikes === 1 || now - line.redialedAt < SOCKET_REDIAL_PAUSE_MS) {
    line.socket.say("again", [topic]);
    return true;
  }
  line.redialedAt = now;
  return false;
}

/** For good. */
export function closeLine({ socket, cancelPoll, cancelSettle, cancelLinger }: MarketLine): void {
  socket.close();
  cancelPoll?.();
  cancelSettle?.();
  cancelLinger?.();
}

/** Every socket a topic takes; none where it does not go over sockets. */
export function socketsOf(route: TopicRoute): readonly string[] {
  if (route.kind !== "socket") return [];
  return route.besideId === undefined ? [route.socketId] : [route.socketId, route.besideId];
}
