/** Pages of a list that is at hand as a whole. */
import { ValidationError } from "../src/model/errors.ts";
import { PAGE_SIZE_DEFAULT, PAGE_SIZE_MAX } from "../src/model/limits.ts";
import type { Page } from "../src/stores/store.ts";

export interface PageWanted {
  /** Rows of the page. Default: 100; above 1,000 it is cut to that. */
  readonly limit?: number | undefined;
  /** From a previous page's `next`. */
  readonly cursor?: string | undefined;
}

/** @throws {ValidationError} when the limit is no positive integer or the cursor is not ours. */
export function pageOf<T>(list: readonly T[], { limit, cursor }: PageWanted): Page<T> {
  const from = positionOf(cursor);
  const items = list.slice(from, from + sizeOf(limit));
  const reached = from + items.length;
  return { items, next: reached < list.length ? `${MARK}${reached}` : null };
}

/** Whether a page that ends here went on in a list of this module. */
export function isOfPages(cursor: string | undefined): boolean {
  return cursor?.startsWith(MARK) === true;
}

/** @throws {ValidationError} when it is no positive integer. */
export function sizeOf(limit: number | undefined): number {
  if (limit === undefined) return PAGE_SIZE_DEFAULT;
  if (Number.isSafeInteger(limit) && limit >= 1) return Math.min(limit, PAGE_SIZE_MAX);
  throw new ValidationError("LIMIT_INVALID", `limit must be a positive integer: ${limit}`, {
    field: "limit",
    rule: "positive integer",
    actual: String(limit),
  });
}

/** Cursors of the store begin otherwise. */
const MARK = "p";

function positionOf(cursor: string | undefined): number {
  if (cursor === undefined) return 0;
  const match = /^p(\d{1,9})$/.exec(cursor);
  if (match !== null) return Number(match[1]);
  throw new ValidationError("CURSOR_INVALID", "cursor is not one a previous page returned", {
    field: "cursor",
    rule: "from a previous page",
    actual: cursor.slice(0, 64),
  });
}
