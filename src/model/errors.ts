/** Errors callers act on. Each names the action, the rule and the value; none carries a secret. */
import type { JsonValue } from "./intent.ts";

export interface ErrorDetails {
  readonly [key: string]: JsonValue;
}

export abstract class KernelError extends Error {
  abstract readonly code: string;
  readonly details: ErrorDetails;

  constructor(message: string, details: ErrorDetails = {}, options?: ErrorOptions) {
    super(message, options);
    this.name = new.target.name;
    this.details = details;
  }
}

/** Breaks a schema or a market constraint. `details`: field, rule, actual. */
export class ValidationError extends KernelError {
  readonly code: string;
  constructor(
    code: string,
    message: string,
    details: { readonly field: string; readonly rule: string; readonly actual: JsonValue },
    options?: ErrorOptions,
  ) {
    super(message, details, options);
    this.code = code;
  }
}

export class NotFoundError extends KernelError {
  readonly code = "NOT_FOUND";
}

export class AlreadyExistsError extends KernelError {
  readonly code = "ALREADY_EXISTS";
}

/** Stale resourceVersion, or a command the intent's state no longer allows. */
export class ConflictError extends KernelError {
  readonly code = "CONFLICT";
}

/** Refused by a risk rule, the kill switch or a closed gate. `details`: rule, limit, actual. */
export class DeniedError extends KernelError {
  readonly code: string;
  constructor(code: string, message: string, details: ErrorDetails = {}, options?: ErrorOptions) {
    super(message, details, options);
    this.code = code;
  }
}

/** The venue refused; its code and text are kept. */
export class ExchangeError extends KernelError {
  readonly code: string;
  constructor(code: string, message: string, details: ErrorDetails = {}, options?: ErrorOptions) {
    super(message, details, options);
    this.code = code;
  }
}

/** Only from calls that wait: the outcome is being proven and is not known yet. */
export class OutcomeUnknownError extends KernelError {
  readonly code = "OUTCOME_UNKNOWN";
}

export class KernelClosedError extends KernelError {
  readonly code = "KERNEL_CLOSED";
}

/** `message` starts with `file:line:col path`. */
export class ConfigError extends KernelError {
  readonly code = "CONFIG";
}

export class StoreError extends KernelError {
  readonly code = "STORE";
}
