/**
 * The log of the command line: one JSON object a line, redacted.
 * LogTape's `configure` is global to the process and belongs to the host program, so its formatter
 * and redaction are used here without its logger registry: an embedded kernel changes nobody's log.
 */
import { getJsonLinesFormatter, type LogLevel as TapeLevel } from "@logtape/logtape";
import { redactByField } from "@logtape/redaction";
import type { Clock } from "../model/clock.ts";
import type { JsonValue } from "../model/intent.ts";
import type { Log, LogFields } from "../model/log.ts";
import { redact, REDACTED, SECRET_FIELDS } from "./redact.ts";

export const LOG_LEVELS = ["debug", "info", "warn", "error", "off"] as const;
export type LogLevel = typeof LOG_LEVELS[number];

export interface LogOptions {
  readonly clock: Clock;
  readonly level?: LogLevel;
  /** Names the part of the program in the line, e.g. `api`. */
  readonly name?: string;
  /** Takes one line with its line feed; standard error by default. */
  readonly write?: (line: string) => void;
}

/** Says nothing: the default of an embedded kernel. */
export const silentLog: Log = {
  debug: () => {},
  info: () => {},
  warn: () => {},
  error: () => {},
};

/** A line longer than this is a mistake (a whole order book in a field); it is cut, and says so. */
const LINE_LENGTH_MAX = 16_384;

/** Deep enough for store → adapter → transport. */
const ERROR_CAUSES_MAX = 4;

const ENCODER = new TextEncoder();

/**
 * Messages are constant text; what varies goes into the fields. Writing never throws.
 *
 * @returns a log at `level` (default `info`) that redacts every field and line.
 */
export function openLog(options: LogOptions): Log {
  const floor = LOG_LEVELS.indexOf(options.level ?? "info");
  const write = options.write ?? writeToStderr;
  const format = getJsonLinesFormatter({ properties: "nest:fields", lineEnding: "lf" });
  const sink = redactByField((record) => write(bounded(redact(format(record)))), {
    fieldPatterns: [...SECRET_FIELDS],
    action: () => REDACTED,
    maxDepth: 8,
    maxProperties: 100,
  });
  const category = ["kernel", ...(options.name === undefined ? [] : [options.name])];
  const method = (level: Exclude<LogLevel, "off">) => (message: string, fields: LogFields = {}) => {
    if (LOG_LEVELS.indexOf(level) < floor) return;
    try {
      sink({
        category,
        level: TAPE_LEVELS[level],
        message: [message],
        // Not a template: a message that quotes `{secret}` must not be taken for a placeholder.
        rawMessage: "",
        timestamp: options.clock.now(),
        properties: { ...fields },
      });
    } catch {
      // A field that cannot be formatted, or a closed standard error, must not stop an order.
    }
  };
  return {
    debug: method("debug"),
    info: method("info"),
    warn: method("warn"),
    error: method("error"),
  };
}

const TAPE_LEVELS: Readonly<Record<Exclude<LogLevel, "off">, TapeLevel>> = {
  debug: "debug",
  info: "info",
  warn: "warning",
  error: "error",
};

/**
 * An error as a field: its name, message, stack and causes. Its other properties stay behind, since
 * they may hold a signed request.
 */
export function errorField(error: unknown): JsonValue {
  return fieldOf(error, ERROR_CAUSES_MAX);
}

function fieldOf(error: unknown, causesLeft: number): JsonValue {
  if (!(error instanceof Error)) return String(error);
  const { name, message, stack = null, cause } = error;
  const inner: Record<string, JsonValue> = cause === undefined || causesLeft === 0
    ? {}
    : { cause: fieldOf(cause, causesLeft - 1) };
  return { name, message, stack, ...inner };
}

function bounded(line: string): string {
  if (line.length <= LINE_LENGTH_MAX) return line;
  const head = line.slice(0, LINE_LENGTH_MAX);
  return JSON.stringify({ level: "WARN", message: "log line cut", length: line.length, head }) +
    "\n";
}

function writeToStderr(line: string): void {
  Deno.stderr.writeSync(ENCODER.encode(line));
}
