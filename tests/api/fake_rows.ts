/** What the fake kernel's intents and symbols look like. */
import { capabilities } from "../../src/model/capabilities.ts";
import { decimal } from "../../src/model/decimal.ts";
import type { IntentView, PlaceOptions } from "../../src/model/facade.ts";
import type { SymbolMetadata } from "../../src/model/instrument.ts";
import type { StandardOrder } from "../../src/model/order.ts";

/** 2026-01-01T00:00:00Z. */
export const AT = 1_767_225_600_000;

/** Two minutes before {@linkcode AT}. */
export const NOT_READY = {
  since: AT - 120_000,
  why: "orders are being\u001b[31m read",
  nextStep: "wait: this takes a moment",
};

export function viewOf(
  exchangeId: string,
  intentId: string,
  order: StandardOrder,
  options: PlaceOptions,
): IntentView {
  const zero = decimal("0");
  return {
    intent: {
      intentId,
      exchangeId,
      order,
      groupId: null,
      ownerIntentId: null,
      strategyId: options.strategyId ?? null,
      labels: options.labels ?? {},
      metadata: options.metadata ?? null,
      desired: "WORKING",
      generation: 1,
      resourceVersion: 1,
      createdAt: AT,
      updatedAt: AT,
    },
    state: {
      intentId,
      exchangeOrderId: "77",
      clientOrderId: "ab".repeat(16),
      status: "OPEN",
      reconciliationStatus: "ACTIVE",
      state: "ACTIVE.open",
      observedGeneration: 1,
      refusedGeneration: null,
      filledAmount: zero,
      filledQuote: zero,
      remainingAmount: order.amount,
      averagePrice: null,
      fees: {},
      lastSyncAt: null,
      errorMessage: null,
      cause: null,
      attempts: [],
      bounds: { minFilled: zero, maxFilled: zero, possiblyLive: zero },
      conditions: [],
    },
  };
}

export function symbolMetadata(symbolId: string): SymbolMetadata {
  const [baseCurrency = "", quoteCurrency = ""] = symbolId.split("/");
  const tickSize = decimal("0.01");
  const min = decimal("0.00001");
  return {
    symbolId,
    instrument: {
      symbol: symbolId,
      rawSymbol: baseCurrency + quoteCurrency,
      baseCurrency,
      quoteCurrency,
      settleCurrency: null,
      instrumentType: "SPOT",
      contractSize: null,
      tickSize,
      minOrderSize: min,
      maxOrderSize: null,
      pricePrecision: 2,
      quantityPrecision: 5,
      metadata: {},
    },
    amount: { min, max: null, step: min, minNotional: null, maxNotional: null },
    price: {
      tickSize,
      spacing: "FIXED",
      min: null,
      max: null,
      bands: [],
      significantDigits: null,
    },
    capabilities: capabilities({
      market: "NATIVE",
      limit: "NATIVE",
      timeInForce: { GTC: "NATIVE", IOC: "NATIVE", FOK: "NATIVE" },
      postOnly: "NATIVE",
      cancelAll: "NATIVE",
      lookupByClientOrderId: "NATIVE",
    }),
  };
}
