/**
 * What an answer proves, by allow list: a listed error of the venue is definite, everything else is
 * unknown, among it every 5xx, every failure of the transport and every body that is not the
 * venue's JSON.
 */
import type { RefusalReason, UnknownCause } from "../../../model/venue.ts";
import { RETRY_AFTER_MS_MAX } from "../limits.ts";
import type { Action, AnswerPlan, ErrorRule, VenueAnswer } from "../plans/answer_plan.ts";
import { parseJson } from "../rows/fields.ts";
import type { VenueProfile } from "../plans/profile.ts";
import type { Redact } from "./redaction.ts";
import type { Heard } from "./socket_entry.ts";
import type { Answer } from "./transport.ts";

export type Verdict =
  | { readonly kind: "answered"; readonly value: unknown }
  | { readonly kind: "refused"; readonly reason: RefusalReason }
  | { readonly kind: "notFound"; readonly message: string }
  | { readonly kind: "notSent"; readonly reason: string }
  | { readonly kind: "unknown"; readonly cause: UnknownCause };

export interface Judging {
  readonly profile: VenueProfile;
  readonly redact: Redact;
}

export function judge(answer: Answer, action: Action, { profile, redact }: Judging): Verdict {
  switch (answer.kind) {
    case "notSent":
      return answer;
    case "failed":
      return { kind: "unknown", cause: answer.cause };
    case "answered":
      break;
  }
  const { status, headers, text } = answer;
  return judgeValue(
    {
      status,
      value: jsonOrUndefined(text),
      retryAfterMs: () => waitOf(profile.answers, { status, headers }),
    },
    action,
    { profile, redact },
  );
}

/** What came over a socket, by the same rules. */
export function judgeHeard(heard: Heard, action: Action, judging: Judging): Verdict {
  switch (heard.kind) {
    case "notSent":
      return heard;
    case "failed":
      return { kind: "unknown", cause: heard.cause };
    case "heard": {
      const { status, value } = heard;
      const retryAfterMs = () => waitHeard(judging.profile.answers, heard);
      return judgeValue({ status, value, retryAfterMs }, action, judging);
    }
  }
}

interface Value {
  readonly status: number;
  /** Undefined where the answer was no JSON. */
  readonly value: unknown;
  readonly retryAfterMs: () => number;
}

function judgeValue(answer: Value, action: Action, { profile, redact }: Judging): Verdict {
  const { status, value, retryAfterMs } = answer;
  const { answers } = profile;
  const succeeded = status >= 200 && status < 300;
  const banned = answers.banStatuses.has(status);
  if (!isObject(value) && !banned) {
    return succeeded
      ? unknown("BAD_RESPONSE", `HTTP ${status} whose body is not the venue's JSON`)
      : withoutProof(status, null);
  }
  const error = isObject(value) ? answers.errorOf(value, { status, action }) : null;
  // First, because it is the usual one: what a refusal needs costs more than all the rest.
  if (succeeded && error === null && !banned) return { kind: "answered", value };
  const told = {
    code: error?.code ?? null,
    message: redact(error?.message ?? `HTTP ${status}`),
  };
  if (banned) return refused("RATE_LIMITED", { ...told, retryAfterMs: retryAfterMs() });
  if (error === null || (!succeeded && (status < 400 || status >= 500))) {
    return withoutProof(status, told);
  }
  return byRule(ruleFor(answers.errors, { ...told, action }), { ...told, status, retryAfterMs });
}

function isObject(value: unknown): value is object {
  return typeof value === "object" && value !== null;
}

/** A 5xx may come after the order was taken, and a redirect says nothing. */
function withoutProof(status: number, error: Told | null): Verdict {
  if (status < 400) return unknown("REDIRECT", `HTTP ${status}`);
  const text = wording(status, error ?? { code: null, message: `HTTP ${status}` });
  return unknown(status >= 500 ? "SERVER_ERROR" : "UNLISTED", text);
}

interface Told {
  readonly code: string | null;
  /** Redacted. */
  readonly message: string;
}

function wording(status: number, { code, message }: Told): string {
  return `HTTP ${status}${code === null ? "" : `, code ${code}`}: ${message}`;
}

function byRule(
  rule: ErrorRule | undefined,
  answer: Told & {
    readonly status: number;
    readonly retryAfterMs: () => number;
  },
): Verdict {
  const { code, message, status } = answer;
  const shown = wording(status, answer);
  switch (rule?.verdict) {
    case undefined:
      return unknown("UNLISTED", shown);
    case "duplicate":
      return unknown(rule?.reason ?? "DUPLICATE_ID", shown);
    case "notFound":
      return { kind: "notFound", message: shown };
    case "refused": {
      const retryAfterMs = rule?.later === true ? answer.retryAfterMs() : null;
      return refused(rule?.reason ?? "REFUSED", { code, message, retryAfterMs });
    }
  }
}

/** The budgets that a ban over REST is about; null: it is about all. */
export function limitedBudgets(
  plan: AnswerPlan,
  text: string,
  { status, method, url }: Omit<VenueAnswer, "headers">,
): readonly string[] | null {
  const value = plan.limited === undefined ? undefined : jsonOrUndefined(text);
  // Which action it was matters to no venue that counts by endpoint: the URL names the endpoint.
  const error = isObject(value) ? plan.errorOf(value, { status, action: "read" }) : null;
  return error === null ? null : plan.limited?.(error, { by: "rest", status, method, url }) ?? null;
}

/** How long the venue wants to be left alone, in milliseconds. */
export function waitOf(
  plan: AnswerPlan,
  answer: { readonly status: number; readonly headers: Headers },
): number {
  const told = plan.retryAfterMs?.(answer) ?? null;
  if (told === null) return retryAfter(answer.headers, plan.retryAfterDefaultMs);
  return Math.min(Math.max(told, 1), RETRY_AFTER_MS_MAX);
}

/** As {@link waitOf}, of an answer over a socket. */
export function waitHeard(
  { retryAfterDefaultMs }: AnswerPlan,
  { retryAfterMs = retryAfterDefaultMs }: Extract<Heard, { kind: "heard" }>,
): number {
  return Math.min(Math.max(retryAfterMs, 1), RETRY_AFTER_MS_MAX);
}

/** The venue's wish in milliseconds; HTTP gives it in seconds, or as a time by its own clock. */
export function retryAfter(headers: Headers, defaultMs: number): number {
  const told = headers.get("retry-after") ?? "";
  const seconds = /^\d+(\.\d+)?$/.test(told)
    ? Number(told)
    : (Date.parse(told) - Date.parse(headers.get("date") ?? "")) / 1000;
  if (!(seconds > 0)) return defaultMs; // NaN included
  return Math.min(Math.ceil(seconds * 1000), RETRY_AFTER_MS_MAX);
}

function ruleFor(
  rules: readonly ErrorRule[],
  error: Told & { readonly action: Action },
): ErrorRule | undefined {
  return rules.find((rule) =>
    rule.code === error.code &&
    (rule.on === undefined || rule.on === error.action) &&
    (rule.message === undefined || error.message.startsWith(rule.message))
  );
}

function refused(
  reason: string,
  venue: {
    readonly code: string | null;
    readonly message: string;
    readonly retryAfterMs: number | null;
  },
): Verdict {
  const { code, message, retryAfterMs } = venue;
  return {
    kind: "refused",
    reason: {
      code: reason,
      venueCode: code,
      message,
      ...(retryAfterMs === null ? {} : { retryAfterMs }),
    },
  };
}

function unknown(code: string, message: string): Verdict {
  return { kind: "unknown", cause: { code, message } };
}

function jsonOrUndefined(text: string): unknown {
  try {
    return parseJson(text);
  } catch {
    return undefined; // Not JSON: the status alone decides, and it never proves a refusal.
  }
}
