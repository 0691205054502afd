/** The port to the structured log. Fields are plain values; what may be secret never gets here. */
import type { JsonValue } from "./intent.ts";

/** What a log line says beside its message. */
export interface LogFields {
  /** Decimals are texts, times are ms since 1970. */
  readonly [key: string]: JsonValue;
}

/** Where the kernel writes what it does. A method must not throw; it may drop lines. */
export interface Log {
  /** For following one actor step by step. */
  debug(message: string, fields?: LogFields): void;
  /** What an operator wants to have read. */
  info(message: string, fields?: LogFields): void;
  /** A fault that the kernel deals with. */
  warn(message: string, fields?: LogFields): void;
  /** Something that needs a person. */
  error(message: string, fields?: LogFields): void;
}
