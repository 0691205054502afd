/** Reads the kernel for one watcher: rows of a window, the actor in focus, the newest events. */
import type { EventFilter, KernelEvent } from "../model/event.ts";
import type { IntentView, Kernel } from "../model/facade.ts";
import type { ActorDetail, ActorFilter, ActorRow, ObservationPort } from "./observation.ts";
import { projectDetail, projectEvent, projectIntent, projectRow } from "./projection.ts";

export interface ViewPorts {
  readonly observation: ObservationPort;
  readonly kernel: Kernel;
}

export interface RowWindow {
  readonly rows: readonly ActorRow[];
  readonly total: number;
  readonly offset: number;
}

/** `intent` is there for actors of that kind: desired and actual as the façade has them. */
export interface FocusView {
  readonly actor: ActorDetail;
  readonly intent: unknown;
}

export function readRows(ports: ViewPorts, filter: ActorFilter): RowWindow {
  const { rows, total } = ports.observation.actors(filter);
  // The port may give more than was asked; a frame is bounded all the same.
  return { rows: rows.slice(0, filter.limit).map(projectRow), total, offset: filter.offset };
}

export function readFocus(ports: ViewPorts, id: string): FocusView | null {
  const detail = ports.observation.actor(id);
  if (detail === undefined) return null;
  if (detail.kind !== "intent") return { actor: projectDetail(detail), intent: null };
  // Desired and actual are shown as such, and only by their listed fields.
  const { intent, state, ...context } = detail.context;
  const view = intent !== undefined && state !== undefined
    ? { intent, state } as unknown as IntentView // what the port's intents are committed as
    : readIntent(ports.kernel, detail.id);
  return {
    actor: projectDetail({ ...detail, context }),
    intent: view === null ? null : projectIntent(view),
  };
}

/** Newest last. Looks back a bounded way: an intent quiet for longer shows an empty log. */
export function readEvents(
  kernel: Kernel,
  query: { readonly since: number; readonly limit: number; readonly filter: EventFilter },
): readonly KernelEvent[] {
  let found: readonly KernelEvent[] = [];
  let upper = kernel.lastEventId;
  for (let round = 0; round < ROUNDS_MAX && upper > query.since; round++) {
    const lower = Math.max(query.since, upper - ROUND_EVENTS);
    const { items } = kernel.storedEvents({
      since: lower,
      limit: upper - lower,
      filter: query.filter,
    });
    const top = upper;
    found = [...items.filter((event) => event.eventId <= top), ...found];
    if (found.length >= query.limit) break;
    upper = lower;
  }
  return found.slice(-query.limit).map(projectEvent);
}

/** Which events an actor's log holds; an actor of an exchange has that exchange's. */
export function eventFilterOf(actorId: string | null): EventFilter {
  const [, exchangeId, part, intentId] = (actorId ?? "").split("/");
  if (exchangeId === undefined) return {};
  return part === "book" && intentId !== undefined ? { exchangeId, intentId } : { exchangeId };
}

/** The store reads this many ids at a time, at most so often: 10,000 events back. */
const ROUND_EVENTS = 1_000;
const ROUNDS_MAX = 10;

function readIntent(kernel: Kernel, actorId: string): IntentView | null {
  const { exchangeId, intentId } = eventFilterOf(actorId);
  if (exchangeId === undefined || intentId === undefined) return null;
  try {
    const exchange = kernel.exchange(exchangeId);
    return {
      intent: exchange.getOrderIntent(intentId),
      state: exchange.getOrderState(intentId),
    };
  } catch {
    return null; // observed, but not committed yet or retired meanwhile: the actor is shown alone
  }
}
