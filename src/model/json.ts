/**
 * JSON that callers and venues attach to things. It is copied on the way in, so that what was
 * checked is what is kept, and keys that could reach a prototype are refused.
 */
import { z } from "zod";
import type { JsonValue } from "./intent.ts";
import {
  LABEL_KEY_LENGTH_MAX,
  LABEL_VALUE_LENGTH_MAX,
  LABELS_MAX,
  METADATA_BYTES_MAX,
  METADATA_DEPTH_MAX,
} from "./limits.ts";
import { type RefineContext, refuse } from "./schema.ts";

/** A JSON object. */
export type JsonObject = { readonly [key: string]: JsonValue };

/** Any JSON value of at most 16 levels and `bytesMax` bytes as UTF-8 JSON. */
export function jsonValue(bytesMax: number): z.ZodType<JsonValue, unknown> {
  return z.unknown().transform((input, context) => copied(input, context, bytesMax));
}

/** The same for JSON objects. */
export function jsonObject(bytesMax: number): z.ZodType<JsonObject, unknown> {
  return z.unknown().transform((input, context) => {
    if (!isPlainObject(input)) {
      refuse(context, { code: "JSON_NOT_OBJECT", message: "must be a JSON object" });
      return z.NEVER;
    }
    return copied(input, context, bytesMax) as JsonObject;
  });
}

/** Metadata, of at most 16 KiB. */
export const JsonValueSchema: z.ZodType<JsonValue, unknown> = jsonValue(METADATA_BYTES_MAX);
/** The same, but an object. */
export const JsonObjectSchema: z.ZodType<JsonObject, unknown> = jsonObject(METADATA_BYTES_MAX);

/** Words a caller finds its intents by. */
export type Labels = Readonly<Record<string, string>>;

const LABEL_KEY = /^[A-Za-z0-9](?:[A-Za-z0-9._/-]*[A-Za-z0-9])?$/;
const LABEL_VALUE = /^(?:[A-Za-z0-9](?:[A-Za-z0-9._-]*[A-Za-z0-9])?)?$/;

/** Kubernetes' rules for labels, so that its selectors work: at most 32 short words to words. */
export const LabelsSchema: z.ZodType<Labels, unknown> = z.unknown().transform((input, context) => {
  if (!isPlainObject(input)) {
    refuse(context, { code: "LABELS_NOT_OBJECT", message: "must be an object of texts" });
    return z.NEVER;
  }
  const labels: Record<string, string> = {};
  const entries = Object.entries(input);
  if (entries.length > LABELS_MAX) {
    refuse(context, { code: "LABELS_TOO_MANY", message: `must have at most ${LABELS_MAX} labels` });
    return z.NEVER;
  }
  for (const [key, value] of entries) {
    const fault = labelFault(key, value);
    if (fault !== null) {
      refuse(context, { code: "LABEL_MALFORMED", message: fault, path: [key] });
      return z.NEVER;
    }
    labels[key] = value as string;
  }
  return labels;
});

/** Keys that mean something to every JavaScript object; as data they are only ever an attack. */
export function isReservedKey(key: string): boolean {
  return key === "__proto__" || key === "constructor" || key === "prototype";
}

function labelFault(key: string, value: unknown): string | null {
  if (isReservedKey(key) || key.length > LABEL_KEY_LENGTH_MAX || !LABEL_KEY.test(key)) {
    return `must be named with at most ${LABEL_KEY_LENGTH_MAX} letters, digits and inner . _ / -`;
  }
  if (
    typeof value !== "string" || value.length > LABEL_VALUE_LENGTH_MAX || !LABEL_VALUE.test(value)
  ) {
    return `must be a text of at most ${LABEL_VALUE_LENGTH_MAX} letters, digits and inner . _ -`;
  }
  return null;
}

interface Copying {
  readonly context: RefineContext;
  readonly bytesMax: number;
  /** Bytes left; the copy ends when they are used up, however large the input is. */
  left: number;
  failed: boolean;
}

function copied(input: unknown, context: RefineContext, bytesMax: number): JsonValue {
  const state: Copying = { context, bytesMax, left: bytesMax, failed: false };
  const value = copy(input, [], state);
  return state.failed ? z.NEVER : value;
}

function copy(input: unknown, path: readonly (string | number)[], state: Copying): JsonValue {
  if (path.length > METADATA_DEPTH_MAX) {
    return stop(state, path, "JSON_TOO_DEEP", `must have at most ${METADATA_DEPTH_MAX} levels`);
  }
  if (Array.isArray(input)) return copyList(input, path, state);
  if (isPlainObject(input)) return copyObject(input, path, state);
  if (!isScalar(input)) return stop(state, path, "JSON_MALFORMED", "must be a JSON value");
  spend(state, typeof input === "string" ? quoted(input, state) : String(input));
  return input;
}

function copyList(
  input: readonly unknown[],
  path: readonly (string | number)[],
  state: Copying,
): JsonValue {
  const list: JsonValue[] = [];
  spend(state, "[]");
  for (let at = 0; at < input.length && !state.failed; at++) {
    spend(state, at === 0 ? "" : ",");
    list.push(copy(input[at], [...path, at], state));
  }
  return list;
}

function copyObject(
  input: Readonly<Record<string, unknown>>,
  path: readonly (string | number)[],
  state: Copying,
): JsonValue {
  const object: Record<string, JsonValue> = {};
  spend(state, "{}");
  let first = true;
  for (const key of Object.keys(input)) {
    if (isReservedKey(key)) {
      return stop(state, [...path, key], "JSON_KEY_RESERVED", "must not be used as a key");
    }
    spend(state, quoted(key, state) + (first ? ":" : ":,"));
    first = false;
    if (state.failed) break;
    object[key] = copy(input[key], [...path, key], state);
  }
  return object;
}

function spend(state: Copying, part: string): void {
  state.left -= part.length > state.left ? part.length : encoder.encode(part).length;
  if (state.left >= 0 || state.failed) return;
  stop(state, [], "JSON_TOO_LARGE", `must be at most ${state.bytesMax} bytes of JSON`);
}

/** As JSON; a text longer than what is left is refused all the same and need not be escaped. */
function quoted(input: string, state: Copying): string {
  return input.length > state.left ? input : JSON.stringify(input);
}

function stop(
  state: Copying,
  path: readonly (string | number)[],
  code: string,
  message: string,
): null {
  if (!state.failed) refuse(state.context, { code, message, path });
  state.failed = true;
  return null;
}

function isScalar(input: unknown): input is null | boolean | string | number {
  if (typeof input === "number") return Number.isFinite(input);
  return input === null || typeof input === "boolean" || typeof input === "string";
}

function isPlainObject(input: unknown): input is Readonly<Record<string, unknown>> {
  if (typeof input !== "object" || input === null || Array.isArray(input)) return false;
  const prototype: unknown = Object.getPrototypeOf(input);
  return prototype === Object.prototype || prototype === null;
}

const encoder = new TextEncoder();
