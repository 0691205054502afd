/** Errors as problem+json (RFC 9457): what was refused, by which rule, and what came instead. */
import {
  AlreadyExistsError,
  ConfigError,
  ConflictError,
  DeniedError,
  ExchangeError,
  KernelClosedError,
  KernelError,
  NotFoundError,
  OutcomeUnknownError,
  StoreError,
  ValidationError,
} from "../model/errors.ts";
import type { JsonValue } from "../model/intent.ts";
import { isSecretField, redact, REDACTED, redactJson } from "../telemetry/redact.ts";

/** One field that breaks one rule. */
export interface FieldError {
  readonly field: string;
  readonly rule: string;
  readonly actual: JsonValue;
}

export interface Problem {
  readonly status: number;
  /** For programs, e.g. `PRICE_OFF_TICK`. */
  readonly code: string;
  readonly detail: string;
  readonly errors?: readonly FieldError[];
  /** Further members: `rule`, `limit`, `actual`, `intentId`, `oldest`, `reference`. */
  readonly extra?: Readonly<Record<string, JsonValue>>;
  readonly headers?: Readonly<Record<string, string>>;
}

/** A request the door itself refuses, before the kernel sees it. */
export class RefusedRequest extends Error {
  readonly problem: Problem;

  constructor(problem: Problem) {
    super(problem.detail);
    this.name = "RefusedRequest";
    this.problem = problem;
  }
}

const TITLES: Readonly<Record<number, string>> = {
  400: "Bad request",
  401: "Unauthorized",
  403: "Forbidden",
  404: "Not found",
  405: "Method not allowed",
  409: "Conflict",
  410: "Gone",
  412: "Precondition failed",
  413: "Content too large",
  414: "URI too long",
  415: "Unsupported media type",
  421: "Misdirected request",
  422: "Unprocessable content",
  500: "Internal error",
  502: "Refused by the exchange",
  503: "Unavailable",
  504: "Outcome unknown",
};

/** The answer for a problem; every text in it is redacted. */
export function problemResponse(problem: Problem): Response {
  const extra = redactJson(problem.extra ?? {}) as Record<string, JsonValue>;
  const body = {
    ...extra,
    type: `urn:exchange-kernel:problem:${problem.code.toLowerCase().replaceAll("_", "-")}`,
    title: TITLES[problem.status] ?? "Error",
    status: problem.status,
    detail: redact(problem.detail),
    code: problem.code,
    ...(problem.errors === undefined ? {} : { errors: redactedErrors(problem.errors) }),
  };
  return new Response(JSON.stringify(body), {
    status: problem.status,
    headers: {
      "content-type": "application/problem+json",
      "cache-control": "no-store",
      "x-content-type-options": "nosniff",
      ...(problem.status === 503 ? { "retry-after": "1" } : {}),
      ...problem.headers,
    },
  });
}

/** @returns the problem of an error the kernel throws on purpose, null for any other. */
export function problemOf(error: unknown): Problem | null {
  if (error instanceof RefusedRequest) return error.problem;
  if (error instanceof DOMException && error.name === "AbortError") {
    return { status: 503, code: "ABORTED", detail: "The wait for the outcome was ended" };
  }
  if (!(error instanceof KernelError)) return null;
  const { code, message: detail, details } = error;
  const status = statusOf(error);
  // A store's own message names files and statements: that is for the log.
  if (error instanceof StoreError) {
    return { status, code, detail: "The store has failed; the kernel takes no more work" };
  }
  if (error instanceof ValidationError) {
    const { field = "", rule = detail, actual = null, ...extra } = details;
    const errors = [{ field: String(field), rule: String(rule), actual }];
    return { status, code, detail, errors, extra };
  }
  return { status, code, detail, extra: details };
}

function statusOf(error: KernelError): number {
  if (error instanceof ValidationError) return 422;
  if (error instanceof NotFoundError) return 404;
  if (error instanceof AlreadyExistsError) return 409;
  if (error instanceof ConflictError) return 409;
  if (error instanceof DeniedError) return 403;
  if (error instanceof ExchangeError) return 502;
  if (error instanceof OutcomeUnknownError) return 504;
  if (error instanceof KernelClosedError) return 503;
  if (error instanceof StoreError) return 503;
  return error instanceof ConfigError ? 422 : 500;
}

/** The value of a secret field is not shown even to whoever sent it: answers get logged. */
function redactedErrors(errors: readonly FieldError[]): JsonValue {
  return errors.map(({ field, rule, actual }) => ({
    field,
    rule: redact(rule),
    actual: isSecretField(field.split(".").at(-1) ?? field) ? REDACTED : redactJson(actual),
  }));
}
