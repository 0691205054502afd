/**
 * Keeps secrets out of everything that leaves the process: log lines, HTTP errors, configuration
 * errors. Three nets, each of which would do alone: names of fields, shapes in text, known values.
 */
import { JWT_PATTERN } from "@logtape/redaction";
import type { JsonValue } from "../model/intent.ts";

export const REDACTED = "[redacted]";

/**
 * Names whose values are never shown. Anchored at the end, so that `apiSecret` and `OK-ACCESS-SIGN`
 * match while `signedAt` and `keys` do not.
 */
export const SECRET_FIELDS: readonly RegExp[] = [
  /(api[-_]?key|secret([-_]?key)?|private[-_]?key|access[-_]?key)$/i,
  /(pass(word|phrase|wd|code)|mnemonic|credentials?)$/i,
  /(token|jwt|cookie|authorization|signature|listen[-_]?key)$/i,
  /(^|[-_])(sign|pwd)$/i,
];

/** Error details and log fields are flat; deeper ones recurse for nobody's benefit. */
const DEPTH_MAX = 8;

/** Shorter values would garble ordinary words in the log; no venue issues such keys. */
const SECRET_LENGTH_MIN = 6;

/** Ten keys on a hundred accounts; a program that registers more has a leak of another kind. */
const SECRETS_MAX = 1_000;

const NAMED_VALUE = new RegExp(
  "(\\b[\\w-]*(?:api[-_]?key|secret(?:[-_]?key)?|private[-_]?key|access[-_]?key" +
    "|pass(?:word|phrase)|token|jwt|authorization|signature" +
    "|listen[-_]?key|access[-_]sign|api[-_]sign)" +
    "\\\\?[\"']?\\s*[:=]\\s*\\\\?[\"']?(?:bearer\\s+|basic\\s+)?)" +
    // Text that was redacted before stays as it is.
    "(?!\\[redacted\\])([^\\s\"'\\\\&,;}\\])]+)",
  "gi",
);
const BEARER = /\b(bearer\s+)[\w.~+/=-]{6,}/gi;
const PEM = /-----BEGIN [A-Z ]*PRIVATE KEY-----[\s\S]*?(-----END [A-Z ]*PRIVATE KEY-----|$)/g;

const secrets = new Set<string>();
/** Matches all of them; made anew when one is added. */
let known: RegExp | null = null;

/**
 * From now on every occurrence of `value` in redacted text is replaced, also where it was quoted
 * for JSON, for a URL or in base64. Values under six characters are not registered.
 *
 * @throws {RangeError} when a thousand values are registered already: dropping one would leak it.
 */
export function registerSecret(value: string): void {
  if (value.length < SECRET_LENGTH_MIN || secrets.has(value)) return;
  if (secrets.size >= SECRETS_MAX) {
    throw new RangeError(`Cannot register a secret: ${SECRETS_MAX} are registered already`);
  }
  secrets.add(value);
  known = null;
}

/** Text without the registered secrets; for text of ours that names fields but quotes no value. */
export function redactKnown(text: string): string {
  if (secrets.size === 0) return text;
  known ??= anyOf(secrets);
  return text.replace(known, REDACTED);
}

/** Text without the registered secrets and without what looks like one. Never throws. */
export function redact(text: string): string {
  return redactKnown(text)
    .replace(PEM, REDACTED)
    .replace(NAMED_VALUE, `$1${REDACTED}`)
    .replace(BEARER, `$1${REDACTED}`)
    .replace(JWT_PATTERN.pattern, REDACTED);
}

/** JSON without secrets: by field name and by text. What lies deeper than eight levels is cut. */
export function redactJson(value: unknown, depth = 0): JsonValue {
  if (typeof value === "string") return redact(value);
  if (value === null || typeof value === "boolean" || typeof value === "number") return value;
  if (typeof value !== "object") return null;
  if (depth >= DEPTH_MAX) return "…";
  if (Array.isArray(value)) return value.map((item) => redactJson(item, depth + 1));
  return Object.fromEntries(
    Object.entries(value).map(([name, item]) => [
      name,
      isSecretField(name) ? REDACTED : redactJson(item, depth + 1),
    ]),
  );
}

/** Whether a field of this name holds a secret, whatever its value. */
export function isSecretField(name: string): boolean {
  return SECRET_FIELDS.some((pattern) => pattern.test(name));
}

/** Longest first, so that a secret that contains another is replaced whole. */
function anyOf(values: Iterable<string>): RegExp {
  const forms = new Set([...values].flatMap(writtenForms));
  const longestFirst = [...forms].sort((a, b) => b.length - a.length);
  return new RegExp(longestFirst.map(escapeRegExp).join("|"), "g");
}

/** How one secret may be written inside other text. */
function writtenForms(value: string): readonly string[] {
  const json = JSON.stringify(value).slice(1, -1);
  const bytes = new TextEncoder().encode(value);
  const base64 = btoa(String.fromCharCode(...bytes)).replace(/=+$/, "");
  return [value, json, encodeURIComponent(value), base64];
}

function escapeRegExp(text: string): string {
  return text.replace(/[.*+?^${}()|[\]\\]/g, "\\$&");
}
