/** Mistakes in a configuration file, each with its line, column, path and what was expected. */
import {
  type Document,
  isMap,
  isNode,
  isPair,
  isScalar,
  type LineCounter,
  type Node,
  visit,
} from "yaml";
import { z } from "zod";
import { ConfigError } from "../model/errors.ts";
import { MESSAGE_LENGTH_MAX, SHOWN_VALUE_LENGTH_MAX } from "../model/limits.ts";
import { isSecretField, redactKnown } from "../telemetry/redact.ts";
import type { Path } from "./interpolation.ts";
import { didYouMean } from "./suggestion.ts";

/** Enough to mend a file in one go; a thousand would only scroll. */
const MISTAKES_MAX = 20;

/** Collects the mistakes of one file and throws them as one error. */
export class Mistakes {
  readonly #file: string;
  readonly #document: Document;
  readonly #lines: LineCounter;
  readonly #found: { readonly line: number; readonly column: number; readonly text: string }[] = [];
  readonly #paths = new Set<string>();

  constructor(file: string, document: Document, lines: LineCounter) {
    this.#file = file;
    this.#document = document;
    this.#lines = lines;
  }

  /** One mistake a place: what follows from the first would only distract. */
  add(path: Path, message: string, at: "value" | "key" = "value"): void {
    const key = path.join("\n");
    if (this.#paths.has(key)) return;
    this.#paths.add(key);
    this.addAt(offsetOf(this.#document, path, at), path.join("."), message);
  }

  addAt(offset: number, subject: string, message: string): void {
    const { line, col } = this.#lines.linePos(offset);
    const place = `${this.#file}:${Math.max(line, 1)}:${Math.max(col, 1)}`;
    const text = `${place} ${subject}${subject === "" ? "" : ": "}${message}`;
    this.#found.push({ line, column: col, text: redactKnown(text).slice(0, MESSAGE_LENGTH_MAX) });
  }

  has(path: Path): boolean {
    return this.#paths.has(path.join("\n"));
  }

  /** @throws {ConfigError} with every mistake on its own line, in the order of the file. */
  throwIfAny(): void {
    if (this.#found.length === 0) return;
    const inOrder = [...this.#found].sort((a, b) => a.line - b.line || a.column - b.column);
    const shown = inOrder.slice(0, MISTAKES_MAX).map((mistake) => mistake.text);
    const more = inOrder.length - shown.length;
    if (more > 0) shown.push(`… and ${more} more`);
    throw new ConfigError(shown.join("\n"), { file: this.#file, mistakes: shown });
  }
}

/** Keys that would reach a prototype, wherever they stand. */
export function refusePrototypeKeys(document: Document, mistakes: Mistakes): void {
  visit(document, {
    Pair(_, pair) {
      const name = isScalar(pair.key) ? String(pair.key.value) : "";
      if (!["__proto__", "constructor", "prototype"].includes(name)) return;
      const offset = isNode(pair.key) ? pair.key.range?.[0] ?? 0 : 0;
      mistakes.addAt(offset, name, "this key is not allowed");
    },
  });
}

/** What a schema refused, in the words of the file. */
export interface IssueContext {
  readonly mistakes: Mistakes;
  readonly schema: z.ZodType;
  /** The path of the value the schema was given. */
  readonly base: Path;
  readonly value: unknown;
  readonly substituted: ReadonlySet<string>;
}

export function addIssues(issues: readonly z.core.$ZodIssue[], context: IssueContext): void {
  for (const issue of issues) {
    const inner = issue.path.filter((part) => typeof part !== "symbol");
    const path = [...context.base, ...inner];
    if (issue.code === "unrecognized_keys") {
      for (const key of issue.keys) {
        const hint = didYouMean(key, knownKeys(context.schema, inner));
        context.mistakes.add([...path, key], `unknown key${hint}`, "key");
      }
      continue;
    }
    if (issue.code === "invalid_union") {
      // The form that was meant is the one whose own rules were reached.
      const meant = issue.errors.find(([first]) => first !== undefined && !isOtherForm(first));
      if (meant !== undefined) {
        const inside = meant.map((each) => ({ ...each, path: [...issue.path, ...each.path] }));
        addIssues(inside, context);
        continue;
      }
    }
    const value = valueAt(context.value, inner);
    const got = value === undefined ? "got nothing" : `got ${shown(value, path, context)}`;
    const isShown = typeof value === "string" && !context.substituted.has(path.join("\n"));
    const hint = isShown ? didYouMean(value, wordsOf(issue)) : "";
    context.mistakes.add(path, `${expectation(issue)}, ${got}${hint}`);
  }
}

/** What could have been written instead. */
function wordsOf(issue: z.core.$ZodIssue): readonly string[] {
  if (issue.code === "invalid_value") return issue.values.map(String);
  if (issue.code !== "invalid_union") return [];
  const options = "options" in issue && Array.isArray(issue.options) ? issue.options : [];
  return [...options.map(String), ...issue.errors.flat().flatMap(wordsOf)];
}

function isOtherForm({ code, path }: z.core.$ZodIssue): boolean {
  return path.length === 0 && (code === "invalid_type" || code === "invalid_value");
}

/** The keys of the object at `path`: zod does not say, but the schema's JSON form does. */
function knownKeys(schema: z.ZodType, path: Path): readonly string[] {
  let shape: z.core.JSONSchema.JSONSchema = z.toJSONSchema(schema, {
    io: "input",
    unrepresentable: "any",
  });
  for (const part of path) {
    const inner = shape.properties?.[part];
    if (typeof inner !== "object") return [];
    shape = inner;
  }
  const form = shape.anyOf?.find((each) => each.properties !== undefined) ?? shape;
  return Object.keys(form.properties ?? {});
}

function expectation(issue: z.core.$ZodIssue): string {
  switch (issue.code) {
    case "invalid_type":
      return `expected ${article(issue.expected)}`;
    case "invalid_value":
      return `expected one of ${issue.values.join(", ")}`;
    case "too_small":
      return `expected at least ${issue.minimum}${unit(issue.origin)}`;
    case "too_big":
      return `expected at most ${issue.maximum}${unit(issue.origin)}`;
    default:
      return issue.message;
  }
}

function unit(origin: string): string {
  return origin === "string" ? " characters" : origin === "array" ? " entries" : "";
}

function article(type: string): string {
  const names: Readonly<Record<string, string>> = {
    string: "a text",
    boolean: "true or false",
    int: "a whole number",
    number: "a number",
    object: "a map",
    record: "a map",
  };
  return names[type] ?? type;
}

/** A value is shown only where it can be no secret. */
function shown(value: unknown, path: Path, context: IssueContext): string {
  const field = path.at(-1);
  if (typeof field === "string" && isSecretField(field)) return "a value that is not shown";
  if (context.substituted.has(path.join("\n"))) return "the value of a variable";
  if (Array.isArray(value)) return "a list";
  if (typeof value === "object" && value !== null) return "a map";
  const text = typeof value === "string" ? JSON.stringify(value) : `${typeof value} ${value}`;
  return value === null ? "null" : text.slice(0, SHOWN_VALUE_LENGTH_MAX);
}

function valueAt(root: unknown, path: readonly (string | number)[]): unknown {
  let value = root;
  for (const part of path) {
    if (typeof value !== "object" || value === null) return undefined;
    value = (value as Readonly<Record<string | number, unknown>>)[part];
  }
  return value;
}

/** Where `path` stands in the text; for what is missing, where its nearest parent does. */
function offsetOf(document: Document, path: Path, at: "value" | "key"): number {
  const parent = path.length === 0 ? null : document.getIn(path.slice(0, -1), true);
  const collection = path.length === 1 ? document.contents : parent;
  if (isMap(collection)) {
    const pair = collection.items.find((item) =>
      isPair(item) && isScalar(item.key) && String(item.key.value) === String(path.at(-1))
    );
    const node = at === "key" || !isNode(pair?.value) ? pair?.key : pair.value;
    if (isNode(node)) return node.range?.[0] ?? 0;
  }
  const node = path.length === 0 ? document.contents : document.getIn(path, true);
  if (isNode(node)) return startOf(node);
  return path.length === 0 ? 0 : offsetOf(document, path.slice(0, -1), "key");
}

function startOf(node: Node): number {
  return node.range?.[0] ?? 0;
}
