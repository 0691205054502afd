/** Valid values of the domain's shapes, to be varied by the tests. */
import type { Instrument, SymbolMetadata } from "../../src/model/instrument.ts";
import { InstrumentSchema, SymbolMetadataSchema } from "../../src/model/instrument.ts";

export const AT = 1_767_225_600_000;

export function instrumentInput(): Record<string, unknown> {
  return {
    symbol: "BTC/USDT",
    rawSymbol: "BTCUSDT",
    baseCurrency: "BTC",
    quoteCurrency: "USDT",
    settleCurrency: null,
    instrumentType: "SPOT",
    contractSize: null,
    tickSize: "0.01",
    minOrderSize: "0.00001",
    maxOrderSize: "9000",
    pricePrecision: 2,
    quantityPrecision: 5,
    metadata: {},
  };
}

export function symbolMetadataInput(): Record<string, unknown> {
  return {
    symbolId: "BTC/USDT",
    instrument: instrumentInput(),
    amount: { min: "0.00001", max: "9000", step: "0.00001", minNotional: "5", maxNotional: null },
    price: {
      tickSize: "0.01",
      spacing: "FIXED",
      min: "0.01",
      max: "1000000",
      bands: [],
      significantDigits: null,
    },
    capabilities: {
      sides: ["BUY", "SELL"],
      amountTypes: ["BASE"],
      market: "NATIVE",
      limit: "NATIVE",
      timeInForce: {
        GTC: "NATIVE",
        IOC: "NATIVE",
        FOK: "NATIVE",
        DAY: "EMULATED",
        GTD: "EMULATED",
      },
      conditional: { STOP_LOSS: "NATIVE", TAKE_PROFIT: "NATIVE", TRAILING_STOP: "NO" },
      trailing: "NO",
      postOnly: "NATIVE",
      reduceOnly: "NO",
      iceberg: "NATIVE",
      amendInPlace: "NO",
      cancelAll: "NATIVE",
      deadManSwitch: "NO",
      lookupByClientOrderId: "NATIVE",
    },
  };
}

export function instrument(): Instrument {
  return InstrumentSchema.parse(instrumentInput());
}

export function symbolMetadata(): SymbolMetadata {
  return SymbolMetadataSchema.parse(symbolMetadataInput());
}

export function assetMetadataInput(): Record<string, unknown> {
  return {
    assetId: "BTC",
    symbol: "BTC",
    assetType: "SPOT",
    name: "Bitcoin",
    contractSize: null,
    settlementAsset: null,
    expiryTimestamp: null,
    tickSize: null,
    lotSize: "0.00001",
    initialMarginRate: null,
    maintenanceMarginRate: null,
    metadata: {},
  };
}

export function fillInput(): Record<string, unknown> {
  return {
    tradeId: "t-1",
    intentId: "grid-7",
    clientOrderId: "0badcafe000000000000000000000001",
    exchangeOrderId: "28",
    symbolId: "BTC/USDT",
    side: "BUY",
    price: "50000",
    quantity: "0.01",
    fee: { asset: "BNB", amount: "-0.00001" },
    liquidity: "MAKER",
    venueTime: AT,
    receivedAt: AT + 5,
  };
}

export function orderInput(): Record<string, unknown> {
  return { symbolId: "BTC/USDT", side: "BUY", amount: "0.01", limitPrice: "50000" };
}

export function attemptInput(): Record<string, unknown> {
  return {
    generation: 1,
    attempt: 1,
    clientOrderId: "0badcafe000000000000000000000001",
    exchangeOrderId: "28",
    amount: "0.01",
    limitPrice: "50000",
    admittedAt: AT,
    committedAt: AT + 1,
    sentAt: AT + 2,
    answeredAt: null,
    deadline: AT + 5_000,
    outcome: null,
    reason: null,
    status: null,
    reported: "0",
    filled: "0",
  };
}

export function intentInput(): Record<string, unknown> {
  return {
    intentId: "grid-7",
    exchangeId: "binance_main",
    order: orderInput(),
    groupId: null,
    ownerIntentId: null,
    strategyId: "grid",
    labels: { app: "grid" },
    metadata: { note: "first" },
    desired: "WORKING",
    generation: 1,
    resourceVersion: 1,
    createdAt: AT,
    updatedAt: AT,
  };
}

export function orderStateInput(): Record<string, unknown> {
  return {
    intentId: "grid-7",
    exchangeOrderId: "28",
    clientOrderId: "0badcafe000000000000000000000001",
    status: "OPEN",
    reconciliationStatus: "ACTIVE",
    state: "ACTIVE.open",
    observedGeneration: 1,
    refusedGeneration: null,
    filledAmount: "0",
    filledQuote: "0",
    remainingAmount: "0.01",
    averagePrice: null,
    fees: { BNB: "0.001" },
    lastSyncAt: AT,
    errorMessage: null,
    cause: null,
    attempts: [attemptInput()],
    bounds: { minFilled: "0", maxFilled: "0.01", possiblyLive: "0.01" },
    conditions: [{
      type: "OutcomeKnown",
      status: "True",
      reason: "Accepted",
      message: "",
      lastTransitionAt: AT,
    }],
  };
}

export function balanceInput(): Record<string, unknown> {
  return { assetId: "USDT", total: "10", available: "8", locked: "2", updatedAt: AT };
}

export function positionInput(): Record<string, unknown> {
  return {
    positionId: "BTC/USDT:PERP",
    symbolId: "BTC/USDT:PERP",
    asset: {
      assetId: "BTC",
      quantity: "-0.5",
      available: "0.5",
      locked: "0",
      entryPrice: "50000",
      markPrice: null,
      liquidationPrice: null,
      unrealizedPnl: "-12.5",
      realizedPnl: null,
      marginUsed: null,
      updatedAt: AT,
    },
    metadata: assetMetadataInput(),
    leverage: "3",
    side: "SHORT",
    updatedAt: AT,
  };
}

export function eventInput(): Record<string, unknown> {
  return {
    eventId: 7,
    type: "OrderAccepted",
    exchangeId: "binance_main",
    intentId: "grid-7",
    groupId: null,
    symbolId: "BTC/USDT",
    at: AT,
    cause: "order.outcome",
    payload: { exchangeOrderId: "28" },
  };
}

export function driftInput(): Record<string, unknown> {
  return {
    driftId: "d-1",
    kind: "OrphanOrder",
    exchangeId: "binance_main",
    symbolId: "BTC/USDT",
    intentId: null,
    venue: { exchangeOrderId: "28" },
    local: null,
    evidence: [{ read: "openOrders", at: AT }],
    proposedFix: "adopt or cancel it",
    policy: "ask",
    status: "OPEN",
    openedAt: AT,
    closedAt: null,
  };
}

export function venueOrderInput(): Record<string, unknown> {
  return {
    exchangeOrderId: "28",
    clientOrderId: "web_1",
    symbolId: "BTC/USDT",
    side: "BUY",
    status: "PARTIALLY_FILLED",
    amount: "0.01",
    limitPrice: "50000",
    filled: "0.004",
    cause: null,
    venueTime: AT,
    fills: [fillInput()],
  };
}
