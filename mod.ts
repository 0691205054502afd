/**
 * Exchange Kernel: declarative order management. A strategy declares what it wants; the kernel
 * makes the exchange agree and keeps it so, through every fault.
 *
 * @module
 */
// For strategies.
export {
  type ExchangeOptions,
  type OpenedKernel,
  openKernel,
  type OpenKernelOptions,
} from "./src/compose.ts";
export type { StoreOptions } from "./src/compose.ts";
export type {
  ChangeOptions,
  EventsOptions,
  ExchangeHealth,
  ExchangeKernel,
  IntentView,
  Kernel,
  ModifyOptions,
  PlaceOptions,
  ReconciliationMetrics,
} from "./src/model/facade.ts";
export type { AccountState, Balance, Position } from "./src/model/account.ts";
export type { EventFilter, EventType, KernelEvent } from "./src/model/event.ts";
export type { Fill } from "./src/model/fill.ts";
export type { SymbolMetadata } from "./src/model/instrument.ts";
export type { OrderIntent, OrderState, ReconciliationStatus } from "./src/model/intent.ts";
export type { PlaceData, WaitFor } from "./src/model/place_options.ts";
export type { StandardOrder } from "./src/model/order.ts";
export { type Decimal, decimal } from "./src/model/decimal.ts";
export {
  AlreadyExistsError,
  ConfigError,
  ConflictError,
  DeniedError,
  ExchangeError,
  KernelClosedError,
  KernelError,
  NotFoundError,
  OutcomeUnknownError,
  StoreError,
  ValidationError,
} from "./src/model/errors.ts";

// For adapters and tests.
export { registerExchange } from "./src/compose.ts";
export type { AdapterContext, AdapterFactory } from "./src/exchanges/registry.ts";
export type { ExchangeAdapter } from "./src/exchanges/exchange.ts";
export type { Clock, Random } from "./src/model/clock.ts";
export type { Log } from "./src/model/log.ts";
