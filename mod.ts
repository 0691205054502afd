/**
 * Exchange Kernel: declarative order management. A strategy declares what it wants; the kernel
 * makes the exchange agree and keeps it so, through every fault.
 *
 * @example
 * ```ts
 * import { openKernel } from "@exchange-kernel/kernel";
 *
 * await using kernel = await openKernel({ exchanges: { paper: { kind: "paper" } } });
 * const paper = kernel.exchange("paper");
 *
 * const order = { symbolId: "BTC/USDT", side: "BUY", amount: "0.01", limitPrice: "20000" };
 * const intentId = await paper.placeOrder(order, { waitFor: "accepted" });
 * await paper.cancelOrder(intentId, { waitFor: "final" });
 * ```
 *
 * @module
 */
// For strategies: a kernel, and what one does with it.
export {
  type ExchangeOptions,
  type OpenedKernel,
  openKernel,
  type OpenKernelOptions,
  type StoreOptions,
} from "./src/compose.ts";
export type { AlertOptions } from "./src/compose_safety.ts";
export type {
  ChangeOptions,
  EventsOptions,
  ExchangeKernel,
  IntentView,
  Kernel,
  ModifyOptions,
  PlaceOptions,
  ReadyOptions,
} from "./src/model/facade.ts";
export {
  DEFAULT_RISK,
  type ExchangeMode,
  type RiskLimits,
  type RiskOptions,
} from "./src/model/risk.ts";
export type {
  CircuitHealth,
  DeadMansSwitchHealth,
  ExchangeHealth,
  MarketHealth,
  MarketTopicState,
  NotReadyReason,
  ReconciliationMetrics,
  SocketHealth,
} from "./src/model/health.ts";
export type { FillFilter, IntentFilter, Page } from "./src/stores/store.ts";

// For strategies: what goes in and what comes out.
export { type Decimal, decimal, type decimalBrand } from "./src/model/decimal.ts";
export type {
  AmountType,
  ConditionalOrderMode,
  ConditionalTrigger,
  Side,
  StandardOrder,
  StandardOrderStatus,
  TimeInForce,
  TriggerKind,
} from "./src/model/order.ts";
export type { PlaceData, WaitFor } from "./src/model/place_options.ts";
export type {
  Attempt,
  AttemptOutcome,
  Condition,
  ConditionType,
  Desired,
  ExposureBounds,
  JsonValue,
  OrderIntent,
  OrderState,
  ReconciliationStatus,
} from "./src/model/intent.ts";
export type { ClientOrderId, EpochMs, ExchangeOrderId, IntentId } from "./src/model/scalars.ts";
export type { Fee, Fill } from "./src/model/fill.ts";
export {
  EVENT_TYPES,
  type EventFilter,
  type EventType,
  type KernelEvent,
} from "./src/model/event.ts";
export {
  type Drift,
  DRIFT_KINDS,
  DRIFT_STATUSES,
  type DriftFilter,
  type DriftFix,
  type DriftKind,
  type DriftStatus,
} from "./src/model/drift.ts";
export type { IntentVerdict } from "./src/model/verdict.ts";
export type {
  AdoptOptions,
  DriftControl,
  OrderFilter,
  OrderView,
  Oversight,
} from "./src/model/oversight.ts";
export {
  type Alert,
  ALERT_KINDS,
  type AlertKind,
  type AlertListener,
  type AlertSeverity,
} from "./src/model/alert.ts";
export type { KillSwitchControl, KillSwitchState } from "./src/model/kill_switch.ts";
export type { AccountState, Asset, Balance, Position } from "./src/model/account.ts";
export type {
  AmountConstraints,
  AssetMetadata,
  AssetType,
  Instrument,
  InstrumentType,
  MarketCapabilities,
  PriceBand,
  PriceConstraints,
  Support,
  SymbolMetadata,
} from "./src/model/instrument.ts";
export {
  AlreadyExistsError,
  ConfigError,
  ConflictError,
  DeniedError,
  type ErrorDetails,
  ExchangeError,
  KernelClosedError,
  KernelError,
  NotFoundError,
  OutcomeUnknownError,
  StoreError,
  ValidationError,
} from "./src/model/errors.ts";

// For adapters and tests.
export { registerExchange } from "./src/compose_registry.ts";
export type { AdapterContext, AdapterFactory } from "./src/exchanges/registry.ts";
export type {
  AcquireOutcome,
  AllowanceBudget,
  AmendRequest,
  ArmOutcome,
  Budget,
  BudgetChange,
  BudgetCost,
  BudgetScope,
  BudgetUsage,
  CandleQuery,
  DeadMansSwitch,
  DecayBudget,
  ExchangeAdapter,
  ExchangeCapabilities,
  ExchangeSocket,
  Execution,
  Instruments,
  MarketData,
  MarketStream,
  OrderRef,
  RateCaps,
  RateLimits,
  ReportedUsage,
  RequestAbout,
  RequestCost,
  RequestEndpoint,
  RequestKind,
  RequestLimits,
  RequestPriority,
  SendGate,
  SubmitRequest,
  TopicRoute,
  VenueFact,
  VenueTiming,
  WindowBudget,
} from "./src/exchanges/exchange.ts";
export type {
  AmendOutcome,
  CancelOutcome,
  ClockReading,
  LookupOutcome,
  ReadOutcome,
  RefusalReason,
  SubmitOutcome,
  UnknownCause,
  VenueOrder,
} from "./src/model/venue.ts";
export type { BookLevel, Ohlcv, OrderBook, Ticker, Trade } from "./src/model/market.ts";
export {
  type BookDelta,
  type BookRules,
  type BookSnapshot,
  type BookTopic,
  type BookUpdate,
  type MarketFact,
  type MarketSource,
  type OhlcvUpdate,
  type TickUpdate,
  type Timeframe,
  TIMEFRAMES,
  type Topic,
  type TradeUpdate,
} from "./src/model/market_feed.ts";
export type {
  MarketDataControl,
  MarketSubscription,
  SubscribeOptions,
} from "./src/model/market_data.ts";
export type { KeyPermissions } from "./src/model/key_permissions.ts";
export type { CancelTimer, Clock, Random } from "./src/model/clock.ts";
export type { Log, LogFields } from "./src/model/log.ts";
export type { SymbolResolution } from "./src/model/symbol.ts";

// For watchers: what an inspector may see of the actors.
export type {
  ActorDetail,
  ActorFilter,
  ActorKind,
  ActorRow,
  EdgeId,
  ObservationPort,
} from "./src/inspector/observation.ts";
