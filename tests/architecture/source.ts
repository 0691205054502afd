/// <reference lib="deno.unstable" />
/** What one source file holds, read from its syntax tree as Deno's own linter parses it. */

export interface Use {
  readonly what: string;
  readonly line: number;
}

export interface SourceFacts {
  readonly path: string;
  readonly text: string;
  readonly lines: number;
  readonly functions: readonly {
    readonly name: string;
    readonly line: number;
    readonly lines: number;
  }[];
  /** Time, timers and randomness taken from the platform. */
  readonly ambient: readonly Use[];
  /** Anything else that reaches out of the module. */
  readonly outside: readonly Use[];
  readonly async: readonly Use[];
  readonly forbidden: readonly Use[];
  readonly hasDefaultExport: boolean;
  readonly exportsAll: boolean;
  /** Nothing but re-exports. */
  readonly isBarrel: boolean;
}

const AMBIENT_MEMBERS = [
  "Date.now",
  "Math.random",
  "crypto.randomUUID",
  "crypto.getRandomValues",
  "performance.now",
  "AbortSignal.timeout",
];
const AMBIENT_CALLS = ["setTimeout", "setInterval"];
const OUTSIDE = [
  "fetch",
  "console",
  "Deno",
  "process",
  "globalThis",
  "crypto",
  "Date",
  "performance",
  "queueMicrotask",
  "setImmediate",
  "setTimeout",
  "setInterval",
  "Promise",
  "WebSocket",
  "Worker",
];

export async function sourceFacts(paths: readonly string[]): Promise<readonly SourceFacts[]> {
  return await Promise.all(
    paths.map(async (path) => readFacts(path, await Deno.readTextFile(path))),
  );
}

/** @param text the file's source; `path` tells its dialect */
export function readFacts(path: string, text: string): SourceFacts {
  const collected: Collected = {
    functions: [],
    ambient: [],
    outside: [],
    async: [],
    forbidden: [],
    hasDefaultExport: false,
    exportsAll: false,
    statements: 0,
    reexports: 0,
  };
  Deno.lint.runPlugin(collector(text, collected), path, text);
  const { statements, reexports, ...facts } = collected;
  const lines = text.split("\n").length - (text.endsWith("\n") ? 1 : 0);
  return { path, text, lines, ...facts, isBarrel: reexports > 0 && reexports === statements };
}

interface Collected {
  readonly functions: { name: string; line: number; lines: number }[];
  readonly ambient: Use[];
  readonly outside: Use[];
  readonly async: Use[];
  readonly forbidden: Use[];
  hasDefaultExport: boolean;
  exportsAll: boolean;
  statements: number;
  reexports: number;
}

type FunctionNode =
  | Deno.lint.FunctionDeclaration
  | Deno.lint.FunctionExpression
  | Deno.lint.ArrowFunctionExpression;

function collector(text: string, into: Collected): Deno.lint.Plugin {
  const lineAt = (node: Deno.lint.Node) => text.slice(0, node.range[0]).split("\n").length;
  const onFunction = (node: FunctionNode) => {
    const line = lineAt(node);
    const lines = text.slice(...node.range).split("\n").length;
    into.functions.push({ name: nameOf(node), line, lines });
    if (node.async) into.async.push({ what: "async", line });
    for (const param of node.params) {
      if (isBoolean(param)) into.forbidden.push({ what: "a boolean parameter", line });
    }
  };
  const visitor: Deno.lint.LintVisitor = {
    Program: (node) => {
      into.statements = node.body.length;
    },
    FunctionDeclaration: onFunction,
    FunctionExpression: onFunction,
    ArrowFunctionExpression: onFunction,
    Identifier: (node) => {
      if (OUTSIDE.includes(node.name) && isReference(node)) {
        into.outside.push({ what: node.name, line: lineAt(node) });
      }
    },
    MemberExpression: (node) => {
      const what = text.slice(...node.range).replace(/\s+/g, "").replace(/^globalThis\./, "");
      if (AMBIENT_MEMBERS.includes(what)) into.ambient.push({ what, line: lineAt(node) });
    },
    CallExpression: (node) => {
      const what = text.slice(...node.callee.range).replace(/^globalThis\./, "");
      if (AMBIENT_CALLS.includes(what)) into.ambient.push({ what, line: lineAt(node) });
    },
    NewExpression: (node) => {
      const what = text.slice(...node.callee.range);
      // `new Date(ms)` only renders a given time.
      if (what === "Date" && node.arguments.length === 0) {
        into.ambient.push({ what: "new Date()", line: lineAt(node) });
      }
    },
    AwaitExpression: (node) => void into.async.push({ what: "await", line: lineAt(node) }),
    TSAnyKeyword: (node) => void into.forbidden.push({ what: "any", line: lineAt(node) }),
    TSEnumDeclaration: (node) => void into.forbidden.push({ what: "an enum", line: lineAt(node) }),
    ExportDefaultDeclaration: () => {
      into.hasDefaultExport = true;
    },
    ExportAllDeclaration: () => {
      into.exportsAll = true;
      into.reexports++;
    },
    ExportNamedDeclaration: (node) => {
      if (node.source !== null && node.source !== undefined) into.reexports++;
    },
  };
  return { name: "architecture", rules: { facts: { create: () => visitor } } };
}

/** A method's function is named by its key, an arrow function by what it is assigned to. */
function nameOf(node: FunctionNode): string {
  if (node.type !== "ArrowFunctionExpression" && node.id) return node.id.name;
  const { parent } = node;
  const named = parent.type === "VariableDeclarator"
    ? parent.id
    : parent.type === "MethodDefinition" || parent.type === "Property"
    ? parent.key
    : null;
  return named?.type === "Identifier" || named?.type === "PrivateIdentifier"
    ? named.name
    : "a function";
}

function isBoolean(param: Deno.lint.Parameter): boolean {
  const target = param.type === "AssignmentPattern" ? param.left : param;
  if (target.type !== "Identifier") return false;
  return target.typeAnnotation?.typeAnnotation.type === "TSBooleanKeyword";
}

/** Not a property's name, and not only in a type. */
function isReference(node: Deno.lint.Identifier): boolean {
  const { parent } = node;
  if (parent.type === "MemberExpression") return parent.object === node || parent.computed;
  if (parent.type === "Property") return parent.value === node;
  return !parent.type.startsWith("TS");
}
