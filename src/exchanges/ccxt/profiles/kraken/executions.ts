/**
 * The channels `executions` and `balances` of Kraken's WebSocket v2. Source:
 * docs.kraken.com/exchange/api-reference/spot-websocket-v2 (executions, balances), read on
 * 2026-11-21.
 *
 * I1 only the first message of an order has all its terms: later ones tell what changed, and often
 * neither pair nor quantity. So what a connection has told is kept as long as it lasts. I2 messages
 * are numbered from 1 by channel: one that is missing ends the socket, and everything is read anew.
 */
import type { Balance } from "../../../../model/account.ts";
import { BALANCES_MAX, READ_ROWS_MAX } from "../../../../model/limits.ts";
import {
  add,
  type Decimal,
  isPositive,
  max,
  min,
  multiply,
  subtract,
  ZERO,
} from "../../../../model/decimal.ts";
import type { Fill } from "../../../../model/fill.ts";
import type { Side } from "../../../../model/order.ts";
import { parseSymbol } from "../../../../model/symbol.ts";
import type { VenueOrder } from "../../../../model/venue.ts";
import type { VenueFact } from "../../../exchange.ts";
import { eachRow } from "../../rows/each_row.ts";
import { exactNumber } from "../../instruments/exact_number.ts";
import {
  asRow,
  asRows,
  idOf,
  optionalText,
  type Row,
  RowError,
  textOf,
} from "../../rows/fields.ts";
import type { StreamReading } from "../../plans/socket_plan.ts";
import type { RowContext } from "../../plans/venue_call.ts";
import { assetOf } from "./assets.ts";
import { instantOf } from "./frames.ts";
import { clientIdOf, numberOf, sideOf, statusOf } from "./rows.ts";

/** Orders kept of one connection; beyond, one is forgotten, if there is any then one that ended. */
const ORDERS_MAX = 10_000;

/** What is known of an order. */
interface Known {
  readonly clientOrderId: string | null;
  readonly symbolId: string;
  readonly side: Side;
  readonly amount: Decimal;
  readonly limitPrice: Decimal | null;
  readonly filled: Decimal;
  readonly isImmediate: boolean;
  readonly isLive: boolean;
}

/** Reads the messages of one connection. */
export class PrivateReader {
  readonly #orders = new Map<string, Known>();
  /** By channel: the number of its last message. */
  readonly #sequence = new Map<string, number>();

  read(message: unknown, context: RowContext): StreamReading {
    const frame = asRow(message);
    const channel = optionalText(frame, "channel");
    // Heartbeats, the venue's status, and answers that nobody waits for any more.
    if (channel !== "executions" && channel !== "balances") return { kind: "ignored" };
    const isNext = this.#count(frame, channel);
    if (typeof isNext === "string") return { kind: "ended", reason: isNext };
    if (!isNext) return { kind: "ignored" };
    const isSnapshot = frame["type"] === "snapshot";
    const facts = channel === "executions"
      ? eachRow(
        asRows(frame["data"], READ_ROWS_MAX),
        "executions",
        (row) => this.#execution(asRow(row), context),
      )
      : this.#balances(asRows(frame["data"], BALANCES_MAX).map(asRow), { context, isSnapshot });
    return { kind: "facts", facts };
  }

  /** I2. @returns whether the message is new, or why the socket must end. */
  #count(frame: Row, channel: string): boolean | string {
    const { sequence } = frame;
    if (sequence === undefined) return true;
    if (typeof sequence !== "number" || !Number.isSafeInteger(sequence)) {
      throw new RowError("sequence is no number");
    }
    const last = this.#sequence.get(channel);
    if (last !== undefined && sequence <= last) return false;
    if (last !== undefined && sequence > last + 1) {
      return `messages of ${channel} are missing: ${sequence} came after ${last}`;
    }
    this.#sequence.set(channel, sequence);
    return true;
  }

  #execution(row: Row, context: RowContext): VenueFact {
    const { receivedAt } = context;
    const exchangeOrderId = idOf(row, "order_id");
    const before = this.#orders.get(exchangeOrderId);
    const fill = row["exec_type"] === "trade" ? readFill(row, { before, context }) : null;
    // Of an order whose terms were never told a trade is one all the same.
    if (fill !== null && before === undefined && !hasTerms(row)) {
      return { kind: "fill", fill, receivedAt };
    }
    const known = merged(row, { before, fill, context });
    const { status, cause } = endOf(row, known);
    const { clientOrderId, symbolId, side, amount, limitPrice, filled } = known;
    const order: VenueOrder = {
      exchangeOrderId,
      clientOrderId,
      symbolId,
      side,
      status,
      amount,
      limitPrice,
      filled,
      cause,
      venueTime: instantOf(row, "timestamp"),
      fills: fill === null ? [] : [{ ...fill, clientOrderId }],
    };
    const isLive = status === "OPEN" || status === "PARTIALLY_FILLED";
    this.#keep(exchangeOrderId, { ...known, isLive });
    return { kind: "order", order, receivedAt };
  }

  #keep(id: string, known: Known): void {
    this.#orders.delete(id);
    if (this.#orders.size >= ORDERS_MAX) this.#orders.delete(leastOf(this.#orders));
    this.#orders.set(id, known);
  }

  /**
   * Totals alone are told. What the live orders of this connection bind is taken off, at their
   * price and without fees: the next read says it exactly.
   */
  #balances(
    rows: readonly Row[],
    { context, isSnapshot }: { readonly context: RowContext; readonly isSnapshot: boolean },
  ): readonly VenueFact[] {
    const totals = rows.flatMap((row) => totalOf(row, { isSnapshot }));
    if (totals.length === 0) return [];
    const bound = this.#bound();
    const { receivedAt } = context;
    const balances = totals.map(({ assetId, total }): Balance => {
      const locked = min(bound.get(assetId) ?? ZERO, max(total, ZERO));
      return {
        assetId,
        total,
        available: max(subtract(total, locked), ZERO),
        locked,
        borrowed: ZERO,
        interest: ZERO,
        updatedAt: receivedAt,
      };
    });
    return [{ kind: "balances", balances, receivedAt }];
  }

  #bound(): ReadonlyMap<string, Decimal> {
    const bound = new Map<string, Decimal>();
    for (const { symbolId, side, amount, filled, limitPrice, isLive } of this.#orders.values()) {
      const pair = parseSymbol(symbolId);
      if (!isLive || pair === null || limitPrice === null) continue;
      const left = subtract(amount, filled);
      const [asset, more] = side === "SELL"
        ? [pair.base, left]
        : [pair.quote, multiply(left, limitPrice)];
      bound.set(asset, add(bound.get(asset) ?? ZERO, more));
    }
    return bound;
  }
}

/** What rests is told of least often, and its terms are never told again. */
function leastOf(orders: ReadonlyMap<string, Known>): string {
  for (const [id, { isLive }] of orders) if (!isLive) return id;
  return orders.keys().next().value!;
}

function hasTerms(row: Row): boolean {
  return optionalText(row, "symbol") !== null && row["order_qty"] !== undefined;
}

/** I1 */
function merged(
  row: Row,
  { before, fill, context }: {
    readonly before: Known | undefined;
    readonly fill: Fill | null;
    readonly context: RowContext;
  },
): Known {
  const told = optionalText(row, "symbol");
  if (before === undefined && !hasTerms(row)) {
    throw new RowError("an order is told of whose terms were never told");
  }
  const price = exactNumber(row["limit_price"], "limit_price");
  const cumulative = exactNumber(row["cum_qty"], "cum_qty");
  const rule = optionalText(row, "time_in_force");
  return {
    clientOrderId: clientIdOf(row) ?? before?.clientOrderId ?? null,
    symbolId: told === null ? before!.symbolId : context.symbolOf(told),
    side: before === undefined ? sideOf(textOf(row, "side")) : before.side,
    amount: exactNumber(row["order_qty"], "order_qty") ?? before!.amount,
    limitPrice: price !== null && isPositive(price) && isLimit(row)
      ? price
      : before?.limitPrice ?? null,
    filled: cumulative ?? add(before?.filled ?? ZERO, fill?.quantity ?? ZERO),
    isImmediate: rule === null ? before?.isImmediate ?? false : IMMEDIATE.has(rule.toUpperCase()),
    isLive: true,
  };
}

const IMMEDIATE: ReadonlySet<string> = new Set(["IOC", "FOK"]);

function isLimit(row: Row): boolean {
  const type = optionalText(row, "order_type");
  return type === null || type === "limit";
}

/**
 * "A trade event can report partially_filled even when that trade fills the entire order": a
 * separate `filled` follows.
 */
function endOf(row: Row, { filled, isImmediate }: Known) {
  const status = textOf(row, "order_status");
  const reason = optionalText(row, "reason") ?? optionalText(row, "cancel_reason");
  const named = statusOf({ status: STATUSES[status] ?? status, reason, filled });
  return named.status === "CANCELED" && isImmediate && reason === null
    ? { status: "EXPIRED", cause: "TIME_IN_FORCE" } as const
    : named;
}

/** By the words that REST has for them. */
const STATUSES: Readonly<Record<string, string>> = {
  pending_new: "pending",
  new: "open",
  partially_filled: "open",
  filled: "closed",
};

/**
 * `{"order_id":"O6NTZC-K6FRH-ATWBCK","exec_id":"T5DIUI-5N4KO-Z5BPXK","exec_type":"trade",`
 * `"trade_id":8253473,"symbol":"USDC/USD","side":"sell","last_qty":15.44,"last_price":1.0002,`
 * `"liquidity_ind":"t","fees":[{"asset":"USD","qty":0.3458}],…}`; `exec_id` is the id that REST has.
 */
function readFill(
  row: Row,
  { before, context }: { readonly before: Known | undefined; readonly context: RowContext },
): Fill {
  const symbol = optionalText(row, "symbol");
  const symbolId = symbol === null ? before?.symbolId : context.symbolOf(symbol);
  if (symbolId === undefined) throw new RowError("a trade of an order that was never told");
  const role = row["liquidity_ind"];
  return {
    tradeId: idOf(row, "exec_id"),
    intentId: null,
    clientOrderId: clientIdOf(row),
    exchangeOrderId: idOf(row, "order_id"),
    symbolId,
    side: before?.side ?? sideOf(textOf(row, "side")),
    price: numberOf(row, "last_price"),
    quantity: numberOf(row, "last_qty"),
    fee: feeOf(row),
    liquidity: role === "m" ? "MAKER" : role === "t" ? "TAKER" : "UNKNOWN",
    venueTime: instantOf(row, "timestamp"),
    receivedAt: context.receivedAt,
  };
}

/** Paid in several assets at once, it is told by the ledger alone. */
function feeOf(row: Row): Fill["fee"] {
  const fees = asRows(row["fees"] ?? [], BALANCES_MAX).map(asRow);
  const [only] = fees;
  if (only === undefined || fees.length > 1) return null;
  return { asset: assetOf(textOf(only, "asset")), amount: numberOf(only, "qty") };
}

/**
 * First `{"asset":"BTC","balance":1.2,"wallets":[{"type":"spot","id":"main","balance":1.2}]}`, then
 * changes: `{"asset":"BTC","amount":-0.5,"balance":0.7,"wallet_type":"spot","wallet_id":"main",…}`.
 */
function totalOf(
  row: Row,
  { isSnapshot }: { readonly isSnapshot: boolean },
): readonly { readonly assetId: string; readonly total: Decimal }[] {
  const assetId = assetOf(textOf(row, "asset"));
  if (!isSnapshot) {
    const wallet = optionalText(row, "wallet_type") ?? SPOT_WALLET;
    return wallet === SPOT_WALLET ? [{ assetId, total: signedOf(row) }] : [];
  }
  const wallets = asRows(row["wallets"] ?? [], BALANCES_MAX).map(asRow);
  const spot = wallets.find(({ type, id }) => type === SPOT_WALLET && id === "main");
  return [{ assetId, total: signedOf(spot ?? row) }];
}

const SPOT_WALLET = "spot";

/** Below zero while what was spent is not settled yet. */
function signedOf(row: Row): Decimal {
  const { balance } = row;
  const isNegative = String(balance).startsWith("-");
  const size = exactNumber(isNegative ? String(balance).slice(1) : balance, "balance");
  if (size === null) throw new RowError("balance is missing");
  return isNegative ? subtract(ZERO, size) : size;
}
