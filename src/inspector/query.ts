/** What the page may ask for, read from an address. A value outside its rule is refused by name. */
import type { ActorFilter, ActorKind } from "./observation.ts";

/** Rows of one answer or frame: a screen shows 60, twice that is read ahead while scrolling. */
export const ROWS_MAX = 200;
/** Events of one answer or frame. */
export const EVENTS_MAX = 200;
const TEXT_LENGTH_MAX = 128;
/** `kernel/<exchange>/book/<intent>` with both names at their longest is 141. */
const ACTOR_ID_LENGTH_MAX = 256;

const KINDS: readonly ActorKind[] = [
  "kernel",
  "exchange",
  "connection",
  "requests",
  "account",
  "book",
  "intent",
];

export type Parsed<T> =
  | { readonly ok: true; readonly value: T }
  | { readonly ok: false; readonly message: string };

export type LogScope = "focus" | "all" | "none";

/** One page's view of the kernel: which rows, which actor, whose events. */
export interface Watch {
  readonly filter: ActorFilter;
  readonly focus: string | null;
  readonly log: LogScope;
}

export function parseFilter(params: URLSearchParams): Parsed<ActorFilter> {
  const kind = params.get("kind");
  if (kind !== null && !KINDS.some((known) => known === kind)) {
    return refuse("kind", `one of ${KINDS.join(", ")}`, kind);
  }
  for (const name of ["text", "state", "exchange"]) {
    const value = params.get(name);
    if (value !== null && value.length > TEXT_LENGTH_MAX) {
      return refuse(name, `at most ${TEXT_LENGTH_MAX} characters`, value);
    }
  }
  const offset = parseCount(params, "offset", { fallback: 0, min: 0, max: 10_000_000 });
  if (!offset.ok) return offset;
  const limit = parseCount(params, "limit", { fallback: ROWS_MAX, min: 1, max: ROWS_MAX });
  if (!limit.ok) return limit;
  const text = params.get("text");
  const state = params.get("state");
  const exchangeId = params.get("exchange");
  return {
    ok: true,
    value: {
      ...(text ? { text } : {}),
      ...(kind === null ? {} : { kind: kind as ActorKind }), // checked above
      ...(state ? { state } : {}),
      ...(exchangeId ? { exchangeId } : {}),
      offset: offset.value,
      limit: limit.value,
    },
  };
}

export function parseWatch(params: URLSearchParams): Parsed<Watch> {
  const filter = parseFilter(params);
  if (!filter.ok) return filter;
  const focus = parseActorId(params, "focus");
  if (!focus.ok) return focus;
  const log = params.get("log") ?? "none";
  if (log !== "focus" && log !== "all" && log !== "none") {
    return refuse("log", "focus, all or none", log);
  }
  return { ok: true, value: { filter: filter.value, focus: focus.value, log } };
}

/** Null when it is not given. */
export function parseActorId(params: URLSearchParams, name: string): Parsed<string | null> {
  const id = params.get(name);
  if (id === null || id === "") return { ok: true, value: null };
  if (id.length > ACTOR_ID_LENGTH_MAX) {
    return refuse(name, `at most ${ACTOR_ID_LENGTH_MAX} characters`, id);
  }
  return { ok: true, value: id };
}

export function parseCount(
  params: URLSearchParams,
  name: string,
  bounds: { readonly fallback: number; readonly min: number; readonly max: number },
): Parsed<number> {
  const given = params.get(name);
  if (given === null) return { ok: true, value: bounds.fallback };
  const value = /^\d{1,15}$/.test(given) ? Number(given) : NaN;
  if (!(value >= bounds.min && value <= bounds.max)) {
    return refuse(name, `a whole number from ${bounds.min} to ${bounds.max}`, given);
  }
  return { ok: true, value };
}

function refuse(name: string, rule: string, actual: string): Parsed<never> {
  const shown = actual.length > 64 ? `${actual.slice(0, 64)}…` : actual;
  return {
    ok: false,
    message: `Cannot answer: "${name}" must be ${rule}, and is ${JSON.stringify(shown)}`,
  };
}
