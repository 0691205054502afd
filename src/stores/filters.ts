/** What a query means, the same for every store: page limits, cursors and filters. */
import { ValidationError } from "../model/errors.ts";
import { PAGE_SIZE_DEFAULT, PAGE_SIZE_MAX } from "../model/limits.ts";
import type { EventFilter, KernelEvent } from "../model/event.ts";
import type { Fill } from "../model/fill.ts";
import type { FillFilter, IntentFilter } from "./store.ts";

export interface PageRequest {
  /** Rows after this position. */
  readonly after: number;
  readonly limit: number;
}

/**
 * The position and size of a page; a limit over `PAGE_SIZE_MAX` is cut to it.
 * @throws {ValidationError} if the limit is no positive integer or the cursor is not one of ours.
 */
export function pageRequest(
  query: { readonly limit?: number | undefined; readonly cursor?: string | undefined },
): PageRequest {
  return { after: positionOf(query.cursor), limit: pageLimit(query.limit ?? PAGE_SIZE_DEFAULT) };
}

export function pageLimit(limit: number): number {
  if (!Number.isSafeInteger(limit) || limit < 1) {
    throw new ValidationError("LIMIT_INVALID", `limit must be a positive integer: ${limit}`, {
      field: "limit",
      rule: "positive integer",
      actual: Number.isFinite(limit) ? limit : String(limit),
    });
  }
  return Math.min(limit, PAGE_SIZE_MAX);
}

/** The cursor of the page that starts after `position`. */
export function cursorAfter(position: number): string {
  return `c${position.toString(36)}`;
}

/** What decides whether a filter takes an intent. */
export interface IntentFacts {
  readonly exchangeId: string;
  readonly symbolId: string;
  readonly state: string;
  readonly terminal: boolean;
  readonly labels: Readonly<Record<string, string>>;
}

/** Terminal intents are left out, unless asked for or a state is named. */
export function includesTerminal(filter: IntentFilter): boolean {
  return filter.includeTerminal ?? filter.state !== undefined;
}

export function matchesIntent(filter: IntentFilter, facts: IntentFacts): boolean {
  if (facts.terminal && !includesTerminal(filter)) return false;
  if (filter.exchangeId !== undefined && filter.exchangeId !== facts.exchangeId) return false;
  if (filter.symbolId !== undefined && filter.symbolId !== facts.symbolId) return false;
  if (!matchesAny(filter.state, topState(facts.state))) return false;
  return matchesLabels(filter.labels, facts.labels);
}

/** All but the exchange, which a fill does not name. */
export function matchesFill(filter: FillFilter, fill: Fill): boolean {
  return (filter.symbolId === undefined || filter.symbolId === fill.symbolId) &&
    (filter.intentId === undefined || filter.intentId === fill.intentId) &&
    (filter.since === undefined || fill.venueTime >= filter.since);
}

/** `labelsOf` gives the labels of the intent the event belongs to, or undefined. */
export function matchesEvent(
  filter: EventFilter,
  event: KernelEvent,
  labelsOf: (event: KernelEvent) => Readonly<Record<string, string>> | undefined,
): boolean {
  if (!matchesAny(filter.type, event.type)) return false;
  if (filter.exchangeId !== undefined && filter.exchangeId !== event.exchangeId) return false;
  if (filter.symbolId !== undefined && filter.symbolId !== event.symbolId) return false;
  if (filter.intentId !== undefined && filter.intentId !== event.intentId) return false;
  if (filter.groupId !== undefined && filter.groupId !== event.groupId) return false;
  return filter.labels === undefined || matchesLabels(filter.labels, labelsOf(event) ?? {});
}

function matchesAny(wanted: string | readonly string[] | undefined, actual: string): boolean {
  if (wanted === undefined) return true;
  return typeof wanted === "string" ? wanted === actual : wanted.includes(actual);
}

function matchesLabels(
  wanted: Readonly<Record<string, string>> | undefined,
  actual: Readonly<Record<string, string>>,
): boolean {
  if (wanted === undefined) return true;
  return Object.entries(wanted).every(([key, value]) =>
    Object.hasOwn(actual, key) && actual[key] === value
  );
}

/** `SUBMITTING.inDoubt` → `SUBMITTING`. */
function topState(state: string): string {
  const dot = state.indexOf(".");
  return dot < 0 ? state : state.slice(0, dot);
}

function positionOf(cursor: string | undefined): number {
  if (cursor === undefined) return 0;
  const position = /^c[0-9a-z]{1,11}$/.test(cursor) ? parseInt(cursor.slice(1), 36) : NaN;
  if (Number.isSafeInteger(position)) return position;
  throw new ValidationError("CURSOR_INVALID", "cursor is not one a previous page returned", {
    field: "cursor",
    rule: "from a previous page's `next`",
    actual: cursor.slice(0, 64),
  });
}
