/** The port to the structured log. Fields are plain values; what may be secret never gets here. */
import type { JsonValue } from "./intent.ts";

export interface LogFields {
  readonly [key: string]: JsonValue;
}

export interface Log {
  debug(message: string, fields?: LogFields): void;
  info(message: string, fields?: LogFields): void;
  warn(message: string, fields?: LogFields): void;
  error(message: string, fields?: LogFields): void;
}
