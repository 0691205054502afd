/** What the API answers, for its description; the façade's types are what is really sent. */
import { z } from "zod";
import { EVENT_TYPES } from "../model/event.ts";

const decimalText = z.string().describe("An exact decimal as text");
const millis = z.int().describe("Milliseconds since 1970");
const cursor = z.string().nullable().describe("Pass it as `continue`; null on the last page");

export const ReadinessResponse = z.strictObject({
  ready: z.boolean(),
  reasons: z.array(z.string()),
});

export const ExchangeResponse = z.looseObject({
  exchangeId: z.string(),
  state: z.string(),
  mode: z.enum(["live", "observe"]),
  ready: z.boolean().describe("New orders may leave"),
  reason: z.strictObject({
    since: millis.nullable(),
    why: z.string(),
    nextStep: z.string(),
  }).nullable().describe("Why new orders may not leave, and what ends that"),
});

export const ExchangesResponse = z.strictObject({ items: z.array(ExchangeResponse) });

export const PlacedResponse = z.strictObject({ intentId: z.string() });

export const CanceledResponse = z.strictObject({ canceled: z.int() });

export const EventResponse = z.strictObject({
  eventId: z.int(),
  type: z.enum(EVENT_TYPES),
  exchangeId: z.string(),
  intentId: z.string().nullable(),
  groupId: z.string().nullable(),
  symbolId: z.string().nullable(),
  at: millis,
  cause: z.string(),
  payload: z.record(z.string(), z.unknown()),
});

export const EventPageResponse = z.strictObject({
  items: z.array(EventResponse),
  next: z.int().describe("Pass it as `since`"),
  oldest: z.int().describe("The first event that is still kept"),
  newest: z.int().describe("The last event, whether it matches or not"),
});

export const IntentViewResponse = z.strictObject({
  intent: z.looseObject({
    intentId: z.string(),
    exchangeId: z.string(),
    order: z.looseObject({ symbolId: z.string(), side: z.string(), amount: decimalText }),
    labels: z.record(z.string(), z.string()),
    desired: z.enum(["WORKING", "CANCELED"]),
    generation: z.int(),
    resourceVersion: z.int(),
    createdAt: millis,
    updatedAt: millis,
  }),
  state: z.looseObject({
    intentId: z.string(),
    reconciliationStatus: z.string(),
    state: z.string(),
    filledAmount: decimalText,
    remainingAmount: decimalText,
    averagePrice: decimalText.nullable(),
  }),
});

export const IntentPageResponse = z.strictObject({
  items: z.array(IntentViewResponse),
  continue: cursor,
});

export const FillPageResponse = z.strictObject({
  items: z.array(z.looseObject({
    tradeId: z.string(),
    intentId: z.string().nullable(),
    symbolId: z.string(),
    side: z.string(),
    price: decimalText,
    quantity: decimalText,
    venueTime: millis,
  })),
  continue: cursor,
});

export const AccountResponse = z.looseObject({
  accountId: z.string(),
  exchange: z.string(),
  balances: z.array(z.looseObject({
    assetId: z.string(),
    total: decimalText,
    available: decimalText,
    locked: decimalText,
  })),
});
