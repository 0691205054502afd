/** Lists of a venue, page by page: answered whole or not at all. */
import { READ_PAGES_MAX, READ_ROWS_MAX } from "../../../model/limits.ts";
import type { ReadOutcome } from "../../../model/venue.ts";
import type { RequestEndpoint } from "../../exchange.ts";
import type { ListPlan } from "../plans/read_plan.ts";
import { listedRows, unlistedFacts } from "../rows/unlisted.ts";
import { ask, failed, malformed, readFailure, rowContext, type Session } from "../session.ts";
import type { VenueCall } from "../plans/venue_call.ts";

export type Failed = Extract<ReadOutcome<never>, { kind: "failed" }>;
export type Untimed<T> = { readonly kind: "read"; readonly value: T } | Failed;

/** Nobody aborts a wait for the next page: it ends with the exchange at the latest. */
const UNABORTED = new AbortController().signal;

/**
 * Every page there is, up to a bound. The first one the kernel has granted; each further one asks.
 *
 * @param endpoint what a further page costs
 */
export async function wholeList<Query, Value>(
  session: Session,
  plan: ListPlan<Query, Value>,
  query: Query,
  endpoint: RequestEndpoint,
): Promise<Untimed<readonly Value[]>> {
  let call: VenueCall | null = plan.first(query);
  const found: Value[] = [];
  for (let page = 0; call !== null; page++) {
    if (page >= READ_PAGES_MAX) {
      return failed("TOO_MANY_PAGES", `${call.path}: more than ${READ_PAGES_MAX} pages`);
    }
    const blocked = page === 0 ? null : await leave(session, endpoint);
    if (blocked !== null) {
      return failed("NO_LEAVE", `${call.path}: page ${page + 1} was not asked for: ${blocked}`);
    }
    const read: Untimed<PageRead<Value>> = await readPage(session, { plan, query, call });
    if (read.kind === "failed") return read;
    const { answer, values } = read.value;
    for (const value of fitting(session, { plan, query, values })) found.push(value);
    call = plan.next({ query, call, answer, values });
  }
  return { kind: "read", value: found };
}

/** For what is asked beside what the kernel has granted. @returns why it may not be, or null. */
export async function leave(session: Session, endpoint: RequestEndpoint): Promise<string | null> {
  const answer = await session.limits()?.acquire(endpoint, 1, "probe", UNABORTED);
  return answer === "full" || answer === "stopped" ? answer : null;
}

export async function firstPage<Query, Value>(
  session: Session,
  plan: ListPlan<Query, Value>,
  query: Query,
): Promise<Untimed<readonly Value[]>> {
  const read = await readPage(session, { plan, query, call: plan.first(query) });
  if (read.kind === "failed") return read;
  return { kind: "read", value: fitting(session, { plan, query, values: read.value.values }) };
}

function fitting<Query, Value>(
  session: Session,
  { plan, query, values }: {
    readonly plan: ListPlan<Query, Value>;
    readonly query: Query;
    readonly values: readonly Value[];
  },
): readonly Value[] {
  const { fits } = plan;
  if (fits === undefined) return values;
  const context = rowContext(session);
  return values.filter((value) => fits(value, query, context));
}

interface PageRead<Value> {
  readonly answer: unknown;
  readonly values: readonly Value[];
}

/**
 * A page with a row that does not parse is no page: its rows may be the ones asked for. A row of
 * another contract, which is not listed any more, is none of those.
 */
async function readPage<Query, Value>(
  session: Session,
  { plan, query, call }: {
    readonly plan: ListPlan<Query, Value>;
    readonly query: Query;
    readonly call: VenueCall;
  },
): Promise<Untimed<PageRead<Value>>> {
  const verdict = await ask(session, call);
  if (verdict.kind !== "answered") return readFailure(verdict);
  try {
    const context = rowContext(session);
    const rows = plan.rows(verdict.value);
    if (rows.length > READ_ROWS_MAX) {
      throw new RangeError(`${rows.length} rows are more than ${READ_ROWS_MAX}`);
    }
    const sought = soughtBy(query);
    const isSought = (rawSymbol: string) =>
      sought !== null && context.symbolOf(rawSymbol) === context.symbolOf(sought);
    const { values, leftOut } = listedRows(rows, (row) => plan.read(row, context), isSought);
    for (const fact of unlistedFacts(leftOut, call.path)) session.emit(fact);
    return { kind: "read", value: { answer: verdict.value, values } };
  } catch (error) {
    return malformed(session, call.path, error);
  }
}

/** Null where a list is of the whole account. */
function soughtBy(query: unknown): string | null {
  if (typeof query !== "object" || query === null || !("rawSymbol" in query)) return null;
  return typeof query.rawSymbol === "string" ? query.rawSymbol : null;
}
