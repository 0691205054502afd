/**
 * What an answer proves, by allow list: a listed error of the venue is definite, everything else is
 * unknown, among it every 5xx, every failure of the transport and every body that is not the
 * venue's JSON.
 */
import type { RefusalReason, UnknownCause } from "../../model/venue.ts";
import { RETRY_AFTER_MS_MAX } from "./limits.ts";
import { parseJson, type Row } from "./fields.ts";
import type { Action, ErrorRule, VenueProfile } from "./profile.ts";
import type { Redact } from "./redaction.ts";
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
  const value = jsonOrUndefined(text);
  // First, because it is the usual one: what a refusal needs costs more than all the rest.
  if (status >= 200 && status < 300 && !profile.banStatuses.has(status)) {
    if (typeof value === "object" && value !== null) return { kind: "answered", value };
    return unknown("BAD_RESPONSE", `HTTP ${status} whose body is not the venue's JSON`);
  }
  const code = errorField(value, "code");
  const message = redact(errorField(value, "msg") ?? `HTTP ${status}`);
  if (profile.banStatuses.has(status)) {
    const retryAfterMs = retryAfter(headers, profile.retryAfterDefaultMs);
    return refused("RATE_LIMITED", { code, message, retryAfterMs });
  }
  const shown = `HTTP ${status}${code === null ? "" : `, code ${code}`}: ${message}`;
  if (status < 400) return unknown("REDIRECT", `HTTP ${status}`);
  if (status >= 500) return unknown("SERVER_ERROR", shown);
  const rule = code === null ? undefined : ruleFor(profile.errors, { code, message, action });
  switch (rule?.verdict) {
    case undefined:
      return unknown("UNLISTED", shown);
    case "duplicate":
      return unknown(rule?.reason ?? "DUPLICATE_ID", shown);
    case "notFound":
      return { kind: "notFound", message: shown };
    case "refused": {
      const later = rule?.later === true;
      const retryAfterMs = later ? retryAfter(headers, profile.retryAfterDefaultMs) : null;
      return refused(rule?.reason ?? "REFUSED", { code, message, retryAfterMs });
    }
  }
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
  error: { readonly code: string; readonly message: string; readonly action: Action },
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

function errorField(value: unknown, field: "code" | "msg"): string | null {
  if (typeof value !== "object" || value === null) return null;
  const found = (value as Row)[field]; // An object's fields are unknown until checked here.
  return typeof found === "string" || typeof found === "number" ? String(found) : null;
}
