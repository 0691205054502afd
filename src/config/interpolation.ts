/**
 * `${VAR}` and `${VAR:-default}` in the text values of a parsed document. After parsing, so that a
 * value can never become structure; in values only, never in keys.
 */
import { isSecretField, registerSecret } from "../telemetry/redact.ts";

export type Path = readonly (string | number)[];

export interface Interpolation {
  readonly value: unknown;
  /** Paths, joined by a line feed, whose text came (partly) from a variable. */
  readonly substituted: ReadonlySet<string>;
}

export interface InterpolationOptions {
  readonly env: (name: string) => string | undefined;
  /** Told of each mistake; the walk goes on, so that all of them are found. */
  readonly mistake: (path: Path, message: string) => void;
}

/** A `$${` stands for a literal `${`. */
const REFERENCE = /\$\$\{|\$\{([^}]*)\}?/g;
const EXPRESSION = /^([A-Za-z_][A-Za-z0-9_]*)(?::-([\s\S]*))?$/;

/** Deeper documents are not configurations. */
const DEPTH_MAX = 16;

/** @returns the document with its references replaced; it is not changed itself. */
export function interpolate(document: unknown, options: InterpolationOptions): Interpolation {
  const substituted = new Set<string>();
  const value = walk(document, [], { ...options, substituted });
  return { value, substituted };
}

interface Walk extends InterpolationOptions {
  readonly substituted: Set<string>;
}

function walk(value: unknown, path: Path, context: Walk): unknown {
  if (typeof value === "string") return interpolated(value, path, context);
  if (typeof value !== "object" || value === null) return value;
  if (path.length >= DEPTH_MAX) {
    context.mistake(path, `expected at most ${DEPTH_MAX} levels of nesting`);
    return null;
  }
  if (Array.isArray(value)) {
    return value.map((item, index) => walk(item, [...path, index], context));
  }
  const entries = Object.entries(value);
  return Object.fromEntries(
    entries.map(([key, item]) => [key, walk(item, [...path, key], context)]),
  );
}

function interpolated(text: string, path: Path, context: Walk): string {
  if (!text.includes("${")) return text;
  return text.replace(REFERENCE, (reference: string, inner: string | undefined) => {
    if (reference === "$${") return "${";
    const match = reference.endsWith("}") ? EXPRESSION.exec(inner ?? "") : null;
    if (match === null) {
      context.mistake(path, "expected ${NAME} or ${NAME:-default}; write $${ for a literal ${");
      return "";
    }
    const [, name = "", fallback] = match;
    // An empty variable counts as unset, as in a shell's `:-`: an empty key is never meant.
    const found = context.env(name) || fallback;
    if (found === undefined) {
      context.mistake(path, `environment variable ${name} is not set and has no default`);
      return "";
    }
    context.substituted.add(path.join("\n"));
    const field = path.at(-1);
    if (isSecretField(name) || (typeof field === "string" && isSecretField(field))) {
      registerSecret(found);
    }
    return found;
  });
}
