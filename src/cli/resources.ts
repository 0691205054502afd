/** What `xk get` can list: where each resource is read and which columns a table of it has. */
import type { Balance, Position } from "../model/account.ts";
import type { Drift } from "../model/drift.ts";
import type { KernelEvent } from "../model/event.ts";
import type { IntentView } from "../model/facade.ts";
import type { ExchangeHealth } from "../model/health.ts";
import type { Fill } from "../model/fill.ts";
import type { SymbolMetadata } from "../model/instrument.ts";
import { orderOfIntent, type OrderView } from "../model/oversight.ts";
import type { EpochMs } from "../model/scalars.ts";
import { readDrift, readFill, readIntent } from "./changes.ts";
import { type Client, pathOf } from "./client.ts";
import type { Cell, Column } from "./table.ts";

export interface ListOptions {
  readonly labelSelector?: string;
  readonly symbol?: string;
  readonly state?: string;
  /** Finished intents too. */
  readonly includeTerminal: boolean;
  /** Orders of others too. */
  readonly external: boolean;
  readonly limit: number;
  /** For ages. */
  readonly now: EpochMs;
}

export interface Listed<T> {
  readonly items: readonly T[];
  /** There are more rows than `limit`. */
  readonly isCut: boolean;
}

/** Any resource's rows, already cut into the cells of its columns. */
export interface Listing {
  readonly items: readonly unknown[];
  readonly isCut: boolean;
  readonly columns: readonly Column<readonly Cell[]>[];
  readonly rows: readonly (readonly Cell[])[];
  /** Of each item, what tells it from the others. */
  readonly keys: readonly string[];
  /** Of each row, what only changes when something about the item does: ages left out. */
  readonly marks: readonly string[];
}

export interface Resource {
  list(client: Client, exchange: string, options: ListOptions): Promise<Listing>;
  /** What an event may have changed, read again; null where events do not tell of it. */
  readonly changed:
    | ((client: Client, event: KernelEvent, options: ListOptions) => Promise<Listing>)
    | null;
}

export const RESOURCES: Readonly<Record<string, Resource>> = {
  intents: resource<IntentView>({
    list: (client, exchange, options) => listIntents(client, exchange, options),
    key: ({ intent }) => intent.intentId,
    changed: readIntent,
    columns: (now) => [
      { title: "id", cell: ({ intent }) => intent.intentId },
      { title: "symbol", cell: ({ intent }) => intent.order.symbolId },
      { title: "side", cell: ({ intent }) => intent.order.side },
      { title: "amount", align: "right", cell: ({ intent }) => intent.order.amount },
      { title: "price", align: "right", cell: ({ intent }) => intent.order.limitPrice ?? "market" },
      { title: "filled", align: "right", cell: ({ state }) => state.filledAmount },
      { title: "state", cell: ({ state }) => state.state },
      { title: "age", align: "right", cell: ({ intent }) => ageOf(intent.createdAt, now) },
    ],
  }),
  orders: resource<OrderView>({
    list: (client, exchange, options) =>
      client.list(`${pathOf(exchange)}/orders`, orderQuery(options), options.limit),
    key: (order) => order.intentId ?? `${order.symbolId} ${order.exchangeOrderId}`,
    changed: async (client, event, options) =>
      (await readIntent(client, event, options)).flatMap(orderOfIntent),
    columns: (now) => [
      { title: "order", cell: (order) => order.exchangeOrderId },
      { title: "intent", cell: (order) => order.external ? "(external)" : order.intentId },
      { title: "symbol", cell: (order) => order.symbolId },
      { title: "side", cell: (order) => order.side },
      { title: "amount", align: "right", cell: (order) => order.amount },
      { title: "price", align: "right", cell: (order) => order.limitPrice ?? "market" },
      { title: "filled", align: "right", cell: (order) => order.filled },
      { title: "status", cell: (order) => order.status },
      { title: "updated", align: "right", cell: (order) => ageOf(order.updatedAt, now) },
    ],
  }),
  drift: resource<Drift>({
    list: (client, exchange, { symbol, includeTerminal, limit }) =>
      client.list(`${pathOf(exchange)}/drift`, {
        ...(symbol === undefined ? {} : { symbol }),
        ...(includeTerminal ? {} : { status: "OPEN" }),
      }, limit),
    key: (drift) => drift.driftId,
    changed: readDrift,
    columns: (now) => [
      { title: "id", cell: (drift) => drift.driftId },
      { title: "kind", cell: (drift) => drift.kind },
      { title: "about", cell: (drift) => drift.subject },
      { title: "status", cell: (drift) => drift.status },
      { title: "policy", cell: (drift) => drift.policy },
      { title: "age", align: "right", cell: (drift) => ageOf(drift.openedAt, now) },
      { title: "what to do", cell: (drift) => drift.proposedFix },
    ],
  }),
  fills: resource<Fill>({
    list: (client, exchange, { symbol, limit }) =>
      client.list(`${pathOf(exchange)}/fills`, symbol === undefined ? {} : { symbol }, limit),
    key: (fill) => `${fill.symbolId} ${fill.tradeId}`,
    changed: readFill,
    columns: (now) => [
      { title: "trade", cell: (fill) => fill.tradeId },
      { title: "intent", cell: (fill) => fill.intentId },
      { title: "symbol", cell: (fill) => fill.symbolId },
      { title: "side", cell: (fill) => fill.side },
      { title: "quantity", align: "right", cell: (fill) => fill.quantity },
      { title: "price", align: "right", cell: (fill) => fill.price },
      { title: "fee", align: "right", cell: ({ fee }) => fee && `${fee.amount} ${fee.asset}` },
      { title: "liquidity", cell: (fill) => fill.liquidity },
      { title: "age", align: "right", cell: (fill) => ageOf(fill.venueTime, now) },
    ],
  }),
  balances: resource<Balance>({
    list: async (client, exchange) => {
      const account = await client.get<{ readonly balances: readonly Balance[] }>(
        `${pathOf(exchange)}/account`,
      );
      return { items: account.balances, isCut: false };
    },
    columns: () => [
      { title: "asset", cell: (balance) => balance.assetId },
      { title: "total", align: "right", cell: (balance) => balance.total },
      { title: "available", align: "right", cell: (balance) => balance.available },
      { title: "locked", align: "right", cell: (balance) => balance.locked },
    ],
  }),
  positions: resource<Position>({
    list: async (client, exchange) => {
      const { items } = await client.get<Listed<Position>>(`${pathOf(exchange)}/positions`);
      return { items, isCut: false };
    },
    columns: () => [
      { title: "symbol", cell: (position) => position.symbolId },
      { title: "side", cell: (position) => position.side },
      { title: "quantity", align: "right", cell: ({ asset }) => asset.quantity },
      { title: "entry", align: "right", cell: ({ asset }) => asset.entryPrice },
      { title: "pnl", align: "right", cell: ({ asset }) => asset.unrealizedPnl },
    ],
  }),
  symbols: resource<SymbolMetadata>({
    list: (client, exchange, { symbol, limit }) =>
      client.list(`${pathOf(exchange)}/symbols`, symbol === undefined ? {} : { symbol }, limit),
    columns: () => [
      { title: "symbol", cell: (symbol) => symbol.symbolId },
      { title: "type", cell: ({ instrument }) => instrument.instrumentType },
      { title: "tick", align: "right", cell: ({ price }) => price.tickSize },
      { title: "step", align: "right", cell: ({ amount }) => amount.step },
      { title: "min", align: "right", cell: ({ amount }) => amount.min },
      { title: "min notional", align: "right", cell: ({ amount }) => amount.minNotional },
    ],
  }),
};

/** Of `xk get exchanges`, which is not below an exchange. */
export const exchangeColumns = (now: EpochMs): readonly Column<ExchangeHealth>[] => [
  { title: "name", cell: (exchange) => exchange.exchangeId },
  { title: "state", cell: (exchange) => exchange.state },
  { title: "ready", cell: (exchange) => exchange.ready },
  { title: "p50 ms", align: "right", cell: ({ latencyMs }) => rounded(latencyMs.p50) },
  { title: "p99 ms", align: "right", cell: ({ latencyMs }) => rounded(latencyMs.p99) },
  { title: "queued", align: "right", cell: (exchange) => exchange.queued },
  { title: "sockets", align: "right", cell: (exchange) => exchange.sockets.length },
  {
    title: "since",
    align: "right",
    cell: ({ reason }) => reason?.since && ageOf(reason.since, now),
  },
];

/** One letter for the largest unit, as people read ages: `3s`, `12m`, `5h`, `2d`. */
export function ageOf(at: EpochMs, now: EpochMs): string {
  const seconds = Math.max(0, Math.floor((now - at) / 1_000));
  if (seconds < 60) return `${seconds}s`;
  if (seconds < 3_600) return `${Math.floor(seconds / 60)}m`;
  if (seconds < 86_400) return `${Math.floor(seconds / 3_600)}h`;
  return `${Math.floor(seconds / 86_400)}d`;
}

interface Definition<T> {
  readonly list: (client: Client, exchange: string, options: ListOptions) => Promise<Listed<T>>;
  readonly columns: (now: EpochMs) => readonly Column<T>[];
  readonly key?: (item: T) => string;
  readonly changed?: (
    client: Client,
    event: KernelEvent,
    options: ListOptions,
  ) => Promise<readonly T[]>;
}

/** Hides the row type, so that resources of all kinds fit one map. */
function resource<T>(definition: Definition<T>): Resource {
  const { changed, key = () => "" } = definition;
  const listing = ({ items, isCut }: Listed<T>, now: EpochMs): Listing => {
    const columns = definition.columns(now);
    const ageless = definition.columns(0);
    return {
      items,
      isCut,
      columns: columns.map((column, at) => ({ ...column, cell: (row) => row[at] })),
      rows: items.map((item) => columns.map((column) => column.cell(item))),
      keys: items.map(key),
      marks: items.map((item) => JSON.stringify(ageless.map((column) => column.cell(item)))),
    };
  };
  return {
    list: async (client, exchange, options) =>
      listing(await definition.list(client, exchange, options), options.now),
    changed: changed === undefined ? null : async (client, event, options) => {
      const items = await changed(client, event, options);
      return listing({ items, isCut: false }, options.now);
    },
  };
}

function listIntents(
  client: Client,
  exchange: string,
  options: ListOptions,
): Promise<Listed<IntentView>> {
  const { labelSelector, symbol, state, includeTerminal, limit } = options;
  return client.list(`${pathOf(exchange)}/intents`, {
    ...(labelSelector === undefined ? {} : { labelSelector }),
    ...(symbol === undefined ? {} : { symbol }),
    ...(state === undefined ? {} : { state }),
    ...(includeTerminal ? { includeTerminal: "true" } : {}),
  }, limit);
}

function orderQuery(options: ListOptions): Readonly<Record<string, string>> {
  const { labelSelector, symbol, state, includeTerminal, external } = options;
  return {
    ...(labelSelector === undefined ? {} : { labelSelector }),
    ...(symbol === undefined ? {} : { symbol }),
    ...(state === undefined ? {} : { state }),
    ...(includeTerminal ? { includeTerminal: "true" } : {}),
    ...(external ? { external: "true" } : {}),
  };
}

function rounded(ms: number | null): string | null {
  return ms === null ? null : ms.toFixed(1);
}
