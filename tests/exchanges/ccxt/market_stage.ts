/** Market data of a venue's account on the local testnet: what is asked for, and what is told. */
import { assert } from "@std/assert";
import type { VenueFact } from "../../../src/exchanges/exchange.ts";
import type { Topic } from "../../../src/model/market_feed.ts";
import type { ExchangeName } from "../../../src/testnet/dialects.ts";
import { type Opened, until } from "./venue_stage.ts";

export type Told<K extends VenueFact["kind"]> = Extract<VenueFact, { readonly kind: K }>;

export function told<K extends VenueFact["kind"]>({ facts }: Opened, kind: K): readonly Told<K>[] {
  return facts.filter((fact): fact is Told<K> => fact.kind === kind);
}

/** How often the venue was asked for it. */
export function heard({ testnet }: Opened, exchange: ExchangeName, name: string): number {
  return testnet.heard(exchange).filter(({ operation }) => operation.name === name).length;
}

/** Opens the topics' sockets and subscribes; done once the venue has heard it. */
export async function listen(opened: Opened, topics: readonly Topic[], venue: {
  readonly exchange: ExchangeName;
  /** Its name for a subscription. */
  readonly operation: string;
  /** Default: one on each socket. */
  readonly requests?: number;
}): Promise<() => Promise<void>> {
  const { stream } = opened.adapter.marketData;
  assert(stream !== undefined);
  const ids = new Set(topics.map((topic) => {
    const route = stream.route(topic);
    assert(route.kind === "socket");
    return route.socketId;
  }));
  const sockets = stream.sockets.filter(({ id }) => ids.has(id));
  for (const socket of sockets) {
    await socket.open({ onFrame() {}, onClose() {} }, new AbortController().signal);
  }
  const { exchange, operation, requests = sockets.length } = venue;
  const before = heard(opened, exchange, operation);
  stream.subscribe(topics);
  await until(() => heard(opened, exchange, operation) >= before + requests);
  return async () => {
    for (const socket of sockets) await socket.close();
  };
}
