/** What an event says has changed, read again: the event is only the hint. */
import type { Drift } from "../model/drift.ts";
import type { KernelEvent } from "../model/event.ts";
import type { IntentView } from "../model/facade.ts";
import type { Fill } from "../model/fill.ts";
import { type Client, pathOf } from "./client.ts";

/** More than any intent or exchange has. */
const ROWS_MAX = 100_000;

/** The intent as it is now: finished ones too, so that a watcher sees them end. */
export async function readIntent(
  client: Client,
  { exchangeId, intentId }: KernelEvent,
  { state }: { readonly state?: string },
): Promise<readonly IntentView[]> {
  if (intentId === null) return [];
  const path = `${pathOf(exchangeId)}/intents/${encodeURIComponent(intentId)}`;
  const view = await client.get<IntentView>(path);
  const wanted = state?.split(",").map((each) => each.trim());
  const isWanted = wanted === undefined || wanted.includes(view.state.reconciliationStatus);
  return isWanted ? [view] : [];
}

export async function readDrift(
  client: Client,
  { type, exchangeId, payload }: KernelEvent,
): Promise<readonly Drift[]> {
  if (type !== "DriftDetected" && type !== "DriftResolved") return [];
  const query = { kind: String(payload.kind) };
  const { items } = await client.list<Drift>(`${pathOf(exchangeId)}/drift`, query, ROWS_MAX);
  return items.filter(({ driftId }) => driftId === payload.driftId);
}

export async function readFill(
  client: Client,
  { type, exchangeId, intentId, payload }: KernelEvent,
): Promise<readonly Fill[]> {
  if (intentId === null || (type !== "OrderPartiallyFilled" && type !== "OrderFilled")) return [];
  const { items } = await client.list<Fill>(`${pathOf(exchangeId)}/fills`, { intentId }, ROWS_MAX);
  return items.filter(({ tradeId }) => tradeId === payload.tradeId);
}
