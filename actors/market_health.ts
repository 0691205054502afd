/** What health shows of the market data of one exchange. */
import type { MarketHealth, MarketTopicState } from "../src/model/health.ts";
import { MARKET_TROUBLES_SHOWN_MAX } from "../src/model/limits.ts";
import { type Topic, topicKey } from "../src/model/market_feed.ts";
import type { Connection } from "./connection.ts";
import type { MarketHub } from "./market_hub.ts";

export function marketHealth(
  topics: readonly Topic[],
  { stateOf, hub, sockets, resyncs, incompleteBackfills }: {
    readonly stateOf: (topic: Topic) => MarketTopicState;
    readonly hub: MarketHub;
    readonly sockets: readonly Connection[];
    readonly resyncs: number;
    readonly incompleteBackfills: number;
  },
): MarketHealth {
  const states = topics.map((topic) => ({
    ...topic,
    state: stateOf(topic),
    listeners: hub.listeners(topicKey(topic)),
  }));
  const counts = { streaming: 0, resyncing: 0, polling: 0, waiting: 0 };
  for (const { state } of states) counts[state] += 1;
  return {
    sockets: sockets.map((connection) => connection.health()),
    subscriptions: hub.subscriptions,
    topics: counts,
    troubled: states.filter(({ state }) => state !== "streaming")
      .slice(0, MARKET_TROUBLES_SHOWN_MAX),
    resyncs,
    incompleteBackfills,
    dropped: hub.dropped,
    failedCallbacks: hub.threw,
  };
}
