/** The event log by cursor: what both the page of events and the watch are built on. */
import type { z } from "zod";
import type { EventFilter, KernelEvent } from "../model/event.ts";
import type { Kernel } from "../model/facade.ts";
import { RefusedRequest } from "./problem.ts";
import type { EventsQuery, WatchQuery } from "./schemas.ts";

/** @throws {RefusedRequest} 410 when events after `since` were pruned or never were. */
export function requireCursor(kernel: Kernel, since: number): void {
  const { oldest } = kernel.storedEvents({ since, limit: 1 });
  const newest = kernel.lastEventId;
  if (since + 1 >= oldest && since <= newest) return;
  throw new RefusedRequest({
    status: 410,
    code: "CURSOR_GONE",
    detail: `Events after ${since} are not all kept: list the intents, then watch from ${newest}`,
    extra: { since, oldest, newest },
  });
}

/** The filter of events that a query asks for. */
export function eventFilterOf(query: z.output<typeof WatchQuery>): EventFilter {
  const { type, exchange, symbol, intentId, groupId, labelSelector } = query;
  return {
    ...(type === undefined ? {} : { type }),
    ...(exchange === undefined ? {} : { exchangeId: exchange }),
    ...(symbol === undefined ? {} : { symbolId: symbol }),
    ...(intentId === undefined ? {} : { intentId }),
    ...(groupId === undefined ? {} : { groupId }),
    ...(labelSelector === undefined ? {} : { labels: labelSelector }),
  };
}

export interface EventPage {
  readonly items: readonly KernelEvent[];
  /** The cursor to go on from: everything up to it was given or does not match the filter. */
  readonly next: number;
  readonly oldest: number;
  readonly newest: number;
}

/** One page of stored events; without a cursor, from the oldest that is kept. */
export function eventPage(kernel: Kernel, query: z.output<typeof EventsQuery>): EventPage {
  const { since: given, limit, ...filters } = query;
  const since = given ?? Math.max(0, kernel.storedEvents({ since: 0, limit: 1 }).oldest - 1);
  if (given !== undefined) requireCursor(kernel, since);
  // Read before the page, so that an event committed meanwhile is not skipped.
  const newest = kernel.lastEventId;
  const filter = eventFilterOf(filters);
  const { items, oldest } = kernel.storedEvents({ since, limit, filter });
  const last = items.at(-1)?.eventId ?? since;
  const next = items.length < limit ? Math.max(last, newest) : last;
  return { items, next, oldest, newest };
}
