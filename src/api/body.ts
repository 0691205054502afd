/** Reads a request's JSON body under a cap. Refuses what JSON would silently change. */
import type { z } from "zod";
import { HTTP_BODY_BYTES_MAX, ISSUES_SHOWN_MAX, SHOWN_VALUE_LENGTH_MAX } from "../model/limits.ts";
import { isReservedKey } from "../model/json.ts";
import type { JsonValue } from "../model/intent.ts";
import { type FieldError, RefusedRequest } from "./problem.ts";

/** Longer numbers do not survive a JavaScript number; money must not be rounded on the way in. */
const NUMBER_DIGITS_MAX = 15;

/**
 * @returns the body as `schema` reads it; without a body, what the schema makes of `{}`.
 * @throws {RefusedRequest} 413, 415 or 400, the last with every field, its rule and its value.
 */
export async function readBody<T>(request: Request, schema: z.ZodType<T>): Promise<T> {
  const text = await readText(request);
  return checkFields(text === null ? {} : parseJson(text), schema, "body");
}

/** @throws {RefusedRequest} 400 with every field, its rule and its value. */
export function checkFields<T>(value: unknown, schema: z.ZodType<T>, where: string): T {
  const result = schema.safeParse(value);
  if (result.success) return result.data;
  const errors = result.error.issues.flatMap((issue) => fieldErrors(issue, value, where));
  const [first] = errors;
  throw new RefusedRequest({
    status: 400,
    code: "BAD_REQUEST",
    detail: `Cannot read the ${where}: ${first?.field ?? where} ${first?.rule ?? "is refused"}`,
    errors: errors.slice(0, ISSUES_SHOWN_MAX),
  });
}

/** `null` when there is no body at all. */
async function readText(request: Request): Promise<string | null> {
  if (request.body === null || request.headers.get("content-length") === "0") return null;
  requireJson(request);
  const declared = Number(request.headers.get("content-length") ?? "0");
  if (declared > HTTP_BODY_BYTES_MAX) throw tooLarge();
  const decoder = new TextDecoder("utf-8", { fatal: true });
  let text = "";
  let size = 0;
  try {
    // The declared length may lie or be absent: only what arrives counts. Leaving the loop by an
    // error cancels the rest of the body.
    for await (const chunk of request.body) {
      size += chunk.byteLength;
      if (size > HTTP_BODY_BYTES_MAX) throw tooLarge();
      text += decoder.decode(chunk, { stream: true });
    }
    return size === 0 ? null : text + decoder.decode();
  } catch (error) {
    if (error instanceof RefusedRequest) throw error;
    throw badJson("the body must be UTF-8 text that arrives whole");
  }
}

function requireJson(request: Request): void {
  const type = request.headers.get("content-type") ?? "";
  const [media = "", ...parameters] = type.toLowerCase().split(";").map((part) => part.trim());
  const isJson = media === "application/json" &&
    parameters.every((parameter) => /^charset="?utf-8"?$/.test(parameter));
  const encoding = request.headers.get("content-encoding") ?? "identity";
  if (isJson && encoding === "identity") return;
  throw new RefusedRequest({
    status: 415,
    code: "MEDIA_TYPE",
    detail: "A body must be application/json in UTF-8 without content encoding, got " +
      (isJson ? `content-encoding ${shown(encoding)}` : shown(type)),
  });
}

/** The third argument of a reviver, which the library types do not know yet. */
type Reviver = (key: string, value: unknown, context: { readonly source?: string }) => unknown;

function parseJson(text: string): unknown {
  const reviver: Reviver = (key, value, { source }) => {
    if (isReservedKey(key)) throw badJson(`the key ${key} is not allowed`);
    if (typeof value === "number" && source !== undefined && digits(source) > NUMBER_DIGITS_MAX) {
      throw badJson(
        `the number ${source.slice(0, 40)} at "${key}" would be rounded: write it as text`,
      );
    }
    return value;
  };
  try {
    return JSON.parse(text, reviver as (key: string, value: unknown) => unknown);
  } catch (error) {
    if (error instanceof RefusedRequest) throw error;
    // The engine's message quotes the text, which may hold anything.
    throw badJson(error instanceof RangeError ? "the body is nested too deeply" : "it is no JSON");
  }
}

function digits(source: string): number {
  return source.replace(/e.*$/i, "").replace(/[-.]/g, "").replace(/^0+/, "").length;
}

function badJson(rule: string): RefusedRequest {
  return new RefusedRequest({
    status: 400,
    code: "BAD_JSON",
    detail: `Cannot read the body: ${rule}`,
    errors: [{ field: "body", rule, actual: null }],
  });
}

function tooLarge(): RefusedRequest {
  return new RefusedRequest({
    status: 413,
    code: "BODY_TOO_LARGE",
    detail: `A body may have at most ${HTTP_BODY_BYTES_MAX} bytes`,
  });
}

function fieldErrors(
  issue: z.core.$ZodIssue,
  root: unknown,
  where: string,
): readonly FieldError[] {
  const path = issue.path.map(String);
  if (issue.code === "unrecognized_keys") {
    return issue.keys.map((key) => ({
      field: [...path, key].join("."),
      rule: "is not a known field",
      actual: excerpt(valueAt(root, [...path, key])),
    }));
  }
  const rule = RULES[issue.code]?.(issue) ?? issue.message;
  return [{ field: path.join(".") || where, rule, actual: excerpt(valueAt(root, path)) }];
}

const RULES: Readonly<Record<string, (issue: z.core.$ZodIssue) => string | null>> = {
  invalid_type: (issue) => issue.code === "invalid_type" ? `must be ${issue.expected}` : null,
  invalid_value: (issue) =>
    issue.code === "invalid_value" ? `must be one of ${issue.values.join(", ")}` : null,
  too_small: (issue) =>
    issue.code === "too_small" ? `must be at least ${issue.minimum}${unit(issue.origin)}` : null,
  too_big: (issue) =>
    issue.code === "too_big" ? `must be at most ${issue.maximum}${unit(issue.origin)}` : null,
};

function unit(origin: string): string {
  return origin === "string" ? " characters long" : "";
}

function valueAt(root: unknown, path: readonly string[]): unknown {
  let value = root;
  for (const part of path) {
    if (typeof value !== "object" || value === null) return undefined;
    value = (value as Readonly<Record<string, unknown>>)[part];
  }
  return value;
}

/** Enough to find the mistake, not to read a whole body back. */
function excerpt(value: unknown): JsonValue {
  if (typeof value === "string") return shown(value);
  if (typeof value === "number" || typeof value === "boolean") return value;
  if (Array.isArray(value)) return `a list of ${value.length}`;
  return typeof value === "object" && value !== null ? "an object" : null;
}

function shown(text: string): string {
  const isLong = text.length > SHOWN_VALUE_LENGTH_MAX;
  return isLong ? `${text.slice(0, SHOWN_VALUE_LENGTH_MAX)}…` : text;
}
