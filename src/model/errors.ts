/** Errors callers act on. Each names the action, the rule and the value; none carries a secret. */
import type { JsonValue } from "./intent.ts";

/** What an error says beside its message: plain JSON, safe to log and to send. */
export interface ErrorDetails {
  /** Such as `field`, `rule`, `actual`, `intentId` or `exchangeId`. */
  readonly [key: string]: JsonValue;
}

/** What the kernel throws where a caller acts differently. `cause` holds what it follows from. */
export abstract class KernelError extends Error {
  /** Upper snake case; stays the same when the message is reworded. */
  abstract readonly code: string;
  /** Which fields there are follows from the class; never a secret. */
  readonly details: ErrorDetails;

  /**
   * For subclasses; the name of the error is the name of its class.
   *
   * @param message names the action, the rule and the actual value.
   * @param details plain JSON without a secret.
   */
  constructor(message: string, details: ErrorDetails = {}, options?: ErrorOptions) {
    super(message, options);
    this.name = new.target.name;
    this.details = details;
  }
}

/** Breaks a schema or a market constraint. `details`: field, rule, actual. */
export class ValidationError extends KernelError {
  /** The rule, e.g. `PRICE_OFF_TICK`, `AMOUNT_OFF_STEP`, `SYMBOL_UNKNOWN`. */
  readonly code: string;
  /**
   * Made where input enters the kernel.
   *
   * @param code the rule, in upper snake case.
   * @param message names the action, the rule and the actual value.
   * @param details the field by its path, the rule it breaks, and the value it had.
   */
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

/** Names an exchange, intent, symbol or asset that is not there. */
export class NotFoundError extends KernelError {
  /** Always `NOT_FOUND`: `details` says of what. */
  readonly code = "NOT_FOUND";
}

/** The id belongs to an intent that was placed with another order. */
export class AlreadyExistsError extends KernelError {
  /** Always `ALREADY_EXISTS`: choose another id, or place the same order again. */
  readonly code = "ALREADY_EXISTS";
}

/** Stale resourceVersion, or a command the intent's state no longer allows. */
export class ConflictError extends KernelError {
  /** Always `CONFLICT`: read the intent again and decide anew. */
  readonly code = "CONFLICT";
}

/** Refused by a risk rule, the kill switch or a closed gate. `details`: rule, limit, actual. */
export class DeniedError extends KernelError {
  /** The rule, e.g. `EXCHANGE_STOPPED`, `TOO_MANY_INTENTS`, `INSTRUMENT_ISOLATED`. */
  readonly code: string;
  /**
   * Made where the kernel refuses of its own accord.
   *
   * @param code the rule that refuses, in upper snake case.
   * @param message names the action, the rule and the actual value.
   */
  constructor(code: string, message: string, details: ErrorDetails = {}, options?: ErrorOptions) {
    super(message, details, options);
    this.code = code;
  }
}

/** The venue refused; its code and text are kept. */
export class ExchangeError extends KernelError {
  /** Ours, e.g. `FILTER`, `CHANGE_REFUSED`, `NEVER_REACHED_VENUE`. */
  readonly code: string;
  /**
   * Made from a refusal of the venue, or for one that concerns an order.
   *
   * @param code what the refusal means, in the kernel's own vocabulary.
   * @param message names the action and carries the venue's words.
   */
  constructor(code: string, message: string, details: ErrorDetails = {}, options?: ErrorOptions) {
    super(message, details, options);
    this.code = code;
  }
}

/** Only from calls that wait: the outcome is being proven and is not known yet. */
export class OutcomeUnknownError extends KernelError {
  /** Always `OUTCOME_UNKNOWN`: the order may be live; look at its state, never place it anew. */
  readonly code = "OUTCOME_UNKNOWN";
}

/** The kernel is draining or closed and takes nothing more. */
export class KernelClosedError extends KernelError {
  /** Always `KERNEL_CLOSED`: open a kernel anew. */
  readonly code = "KERNEL_CLOSED";
}

/** The configuration is wrong. From a file, `message` starts with `file:line:col path`. */
export class ConfigError extends KernelError {
  /** Always `CONFIG`: the message names the option and what it may be. */
  readonly code = "CONFIG";
}

/** The store cannot be opened, or failed and takes nothing more; nothing was made durable. */
export class StoreError extends KernelError {
  /** Always `STORE`: free or repair the disk, then open a kernel anew. */
  readonly code = "STORE";
}
