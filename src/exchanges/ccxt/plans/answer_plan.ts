/** How a venue says that it refuses, and what each of its errors proves. */

/** What was asked when the venue answered with an error. */
export type Action = "submit" | "cancel" | "amend" | "read";

/** What an answer shows before its body is read, and what was asked. */
export interface VenueAnswer {
  readonly status: number;
  readonly headers: Headers;
  readonly method: string;
  /** As the venue knows it, also where another server stands for the venue. */
  readonly url: string;
}

/** An error in the venue's own words. */
export interface VenueError {
  /** Null where the venue gives words alone. */
  readonly code: string | null;
  readonly message: string;
}

/** One listed error. Whatever no rule lists proves nothing, nor does anything in a 5xx answer. */
export interface ErrorRule {
  /** Compared with {@link VenueError.code}; null matches an error without one. */
  readonly code: string | null;
  /** The message must start so; absent means that the code alone is proof. */
  readonly message?: string;
  readonly on?: Action;
  /**
   * `refused`: it is proven that the request did nothing. `duplicate`: an order with the id is
   * known. `notFound`: the venue knows no such order now.
   */
  readonly verdict: "refused" | "duplicate" | "notFound";
  /** Our word for it, e.g. `INSUFFICIENT_FUNDS`. */
  readonly reason: string;
  /** The venue asks to come later: no verdict on the order itself. */
  readonly later?: boolean;
}

/** What was refused for want of room: a request over REST by its URL, over a socket by its action. */
export type LimitedRequest =
  | ({ readonly by: "rest" } & Pick<VenueAnswer, "status" | "method" | "url">)
  | { readonly by: "socket"; readonly action: Action };

export interface AnswerPlan {
  /**
   * The error an answer holds; null where it holds none. Asked for every answer that is JSON,
   * whatever its status: some venues refuse with HTTP 200. Must not throw.
   */
  errorOf(value: object, answer: { readonly status: number; readonly action: Action }):
    | VenueError
    | null;
  /** The first that matches decides. */
  readonly errors: readonly ErrorRule[];
  /** Statuses that say "nothing may be sent now" whatever the body holds. */
  readonly banStatuses: ReadonlySet<number>;
  /** When the venue names no time itself. */
  readonly retryAfterDefaultMs: number;
  /**
   * Where the venue counts by endpoint: the budgets of its own that an error says are used up.
   * Null: the error says no such thing, or speaks of all. Must not throw.
   */
  limited?(error: VenueError, asked: LimitedRequest): readonly string[] | null;
  /** Where the venue says it otherwise than by `Retry-After`, or means another time by a status. */
  retryAfterMs?(answer: { readonly status: number; readonly headers: Headers }): number | null;
}
