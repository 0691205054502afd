/** From a schema's issues to the one error a caller acts on. */
import type { z } from "zod";
import { ValidationError } from "./errors.ts";
import type { JsonValue } from "./intent.ts";
import { SHOWN_VALUE_LENGTH_MAX } from "./limits.ts";

/** One broken rule, fit to be shown: the value is cut, and hidden where its name says secret. */
export interface Fault {
  /** `AMOUNT_NOT_POSITIVE` and the like; `SCHEMA` where the shape itself is wrong. */
  readonly code: string;
  /** Dotted path; empty for the input itself. */
  readonly field: string;
  /** Reads on after the field: `must be …`, `is required`. */
  readonly rule: string;
  readonly actual: JsonValue;
}

/**
 * Reads an input by its schema, or says what is wrong with it.
 *
 * @param what the action, as in `Cannot place order: amount must be greater than 0, got "0"`.
 * @throws {ValidationError} for the first broken rule, with its code, field, rule and actual value.
 */
export function parseOrThrow<T>(schema: z.ZodType<T, unknown>, input: unknown, what: string): T {
  const result = schema.safeParse(input);
  if (result.success) return result.data;
  const faults = faultsOf(result.error, input);
  const { code, field, rule, actual } = faults[0]!;
  const more = faults.length > 1 ? ` (and ${faults.length - 1} more)` : "";
  const got = rule === REQUIRED ? "" : `, got ${JSON.stringify(actual)}`;
  throw new ValidationError(
    code,
    `Cannot ${what}: ${field === "" ? "the input" : field} ${rule}${got}${more}`,
    { field, rule, actual },
  );
}

/** Every broken rule of an input, in the order in which the schema found them. */
export function faultsOf(error: z.ZodError, input: unknown): readonly Fault[] {
  return error.issues.map((issue) => {
    const keys = issue.code === "unrecognized_keys" ? [...issue.path, issue.keys[0]!] : issue.path;
    const value = valueAt(input, keys);
    return {
      code: codeOf(issue),
      field: keys.map((key) => brief(String(key))).join("."),
      rule: value === undefined && issue.code !== "custom" ? REQUIRED : ruleOf(issue),
      actual: isSecret(keys) ? hidden(value) : shown(value),
    };
  });
}

/** A value as an error may show it: short scalars as they are, anything else by its size. */
export function shown(value: unknown): JsonValue {
  if (value === undefined || value === null) return null;
  if (typeof value === "boolean") return value;
  if (typeof value === "number") return Number.isFinite(value) ? value : String(value);
  if (typeof value === "string") return brief(value);
  if (Array.isArray(value)) return `a list of ${value.length}`;
  if (typeof value === "object") return `an object with ${Object.keys(value).length} fields`;
  return `a ${typeof value}`;
}

type Issue = z.core.$ZodIssue;

const REQUIRED = "is required";
const SECRET = /secret|password|passphrase|token|apikey|private|signature/i;

function codeOf(issue: Issue): string {
  const code = issue.code === "custom" ? issue.params?.["code"] : undefined;
  return typeof code === "string" ? code : "SCHEMA";
}

function ruleOf(issue: Issue): string {
  if (issue.message.startsWith("must ")) return issue.message;
  switch (issue.code) {
    case "invalid_type":
      return `must be ${article(issue.expected)}`;
    case "invalid_value":
      return `must be one of ${issue.values.map(String).join(", ")}`;
    case "unrecognized_keys":
      return "is not a known field";
    case "too_small":
      return `must ${issue.inclusive === false ? "be more than" : atLeast(issue.origin)} ${
        sized(issue.minimum, issue.origin)
      }`;
    case "too_big":
      return `must ${issue.inclusive === false ? "be less than" : atMost(issue.origin)} ${
        sized(issue.maximum, issue.origin)
      }`;
    default:
      return `must be valid (${brief(issue.message)})`;
  }
}

function article(expected: string): string {
  switch (expected) {
    case "int":
      return "an integer";
    case "array":
      return "a list";
    case "object":
    case "record":
      return "an object";
    default:
      return `a ${expected}`;
  }
}

function atLeast(origin: string): string {
  return isSized(origin) ? "have at least" : "be at least";
}

function atMost(origin: string): string {
  return isSized(origin) ? "have at most" : "be at most";
}

function sized(bound: number | bigint, origin: string): string {
  if (origin === "string") return `${bound} characters`;
  return isSized(origin) ? `${bound} items` : String(bound);
}

function isSized(origin: string): boolean {
  return origin === "string" || origin === "array" || origin === "set" || origin === "map";
}

/** Own properties only, so that no getter of a prototype and no inherited name is read. */
function valueAt(input: unknown, path: readonly PropertyKey[]): unknown {
  let value = input;
  for (const key of path) {
    if (typeof value !== "object" || value === null || !Object.hasOwn(value, key)) return undefined;
    value = (value as Readonly<Record<PropertyKey, unknown>>)[key];
  }
  return value;
}

function isSecret(path: readonly PropertyKey[]): boolean {
  return path.some((key) => typeof key === "string" && SECRET.test(key));
}

function hidden(value: unknown): JsonValue {
  if (value === undefined || value === null) return null;
  return typeof value === "string" ? `hidden, ${value.length} characters` : "hidden";
}

function brief(text: string): string {
  if (text.length <= SHOWN_VALUE_LENGTH_MAX) return text;
  return `${text.slice(0, SHOWN_VALUE_LENGTH_MAX - 24)}… (${text.length} characters)`;
}
