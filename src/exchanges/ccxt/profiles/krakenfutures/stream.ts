/**
 * The private feeds of Kraken Futures: a challenge is signed, and goes with every subscription.
 * Source: docs.kraken.com/exchange/api-reference/futures-websocket (challenge, open_orders, fills,
 * balances, open_positions), read on 2026-11-21. An order's end names its ids alone, so its terms
 * are kept for as long as a connection lasts.
 */
import { createHash, createHmac } from "node:crypto";
import { BALANCES_MAX, POSITIONS_MAX, READ_ROWS_MAX } from "../../../../model/limits.ts";
import {
  add,
  compare,
  type Decimal,
  isPositive,
  isZero,
  negate,
  ZERO,
} from "../../../../model/decimal.ts";
import type { Fill } from "../../../../model/fill.ts";
import type { Position } from "../../../../model/account.ts";
import type { VenueOrder } from "../../../../model/venue.ts";
import type { VenueFact } from "../../../exchange.ts";
import type { CcxtExchange } from "../../ccxt.ts";
import { unitsOf } from "../../rows/contracts.ts";
import {
  asRow,
  asRows,
  flagOf,
  idOf,
  optionalText,
  type Row,
  RowError,
  textOf,
  timeOf,
} from "../../rows/fields.ts";
import { contractPosition } from "../../rows/positions.ts";
import { listedRows, listedSize, unlistedFacts } from "../../rows/unlisted.ts";
import type { Greeting, SocketPlan, StreamReading } from "../../plans/socket_plan.ts";
import type { RowContext } from "../../plans/venue_call.ts";
import { assetOf } from "../kraken/assets.ts";
import { keepDigits, STALE_AFTER_MS } from "../kraken/frames.ts";
import { numberOf } from "../kraken/rows.ts";
import {
  assetNamed,
  causeOf,
  holding,
  type Holdings,
  liquidityOf,
  owedOf,
  priceOf,
  readBalance,
  readFlex,
  signedOf,
} from "./rows.ts";

const FEEDS = ["open_orders", "fills", "balances", "open_positions"] as const;
/** Orders kept of one connection; beyond, the one told of least recently is forgotten. */
const ORDERS_MAX = 10_000;

export const krakenFuturesPrivateSocket: SocketPlan = {
  id: "private",
  staleAfterMs: STALE_AFTER_MS,
  url: ({ exchange }) => socketUrl(exchange),
  greet,
  probe: () => PROBE,
  isProbeAnswer: isHeartbeat,
  read: () => ({ kind: "ignored" }), // `reader` is asked instead.
  reader: () => {
    const reader = new FeedReader();
    return (message, context) => reader.read(message, context);
  },
};

/** Subscribing anew is answered whatever happens; this feed is public. */
export const PROBE = { event: "subscribe", feed: "heartbeat" } as const;

export function isHeartbeat(message: unknown): boolean {
  return typeof message === "object" && message !== null && "feed" in message &&
    message.feed === PROBE.feed;
}

export function socketUrl({ urls }: CcxtExchange): string {
  return textOf(asRow(urls.api), "ws");
}

/** ccxt's own keys; it is the one that holds them. */
interface CcxtKeys extends CcxtExchange {
  readonly apiKey: string;
  readonly secret: string;
}

async function greet({ exchange, client, send, expect }: Greeting): Promise<void> {
  const { apiKey, secret } = exchange as CcxtKeys;
  keepDigits(client);
  const asked = expect((message) => {
    const frame = asRow(message);
    if (frame["event"] === "challenge") return textOf(frame, "message");
    return refusedOf(frame);
  });
  await send({ event: "challenge", api_key: apiKey });
  const challenge = await asked;
  const hash = createHash("sha256").update(challenge).digest();
  const key = Uint8Array.from(atob(secret), (letter) => letter.charCodeAt(0));
  const signed = createHmac("sha512", key).update(hash).digest("base64");
  for (const feed of FEEDS) {
    const subscribed = expect((message) => {
      const frame = asRow(message);
      if (frame["event"] === "subscribed" && frame["feed"] === feed) return true;
      return refusedOf(frame);
    });
    await send({
      event: "subscribe",
      feed,
      api_key: apiKey,
      original_challenge: challenge,
      signed_challenge: signed,
    });
    await subscribed;
  }
}

/** `{"event":"alert","message":"Failed to subscribe to authenticated feed"}` */
function refusedOf(frame: Row): undefined {
  if (frame["event"] !== "alert" && frame["event"] !== "error") return undefined;
  throw new Error(`the venue says ${optionalText(frame, "message") ?? "no reason"}`);
}

export class FeedReader {
  readonly #orders = new Map<string, VenueOrder>();
  #held: ReadonlySet<string> = new Set();
  /** Frames tell the wallets that changed. By asset; bounded by `BALANCES_MAX`. */
  readonly #wallets = new Map<string, Holdings>();

  read(message: unknown, context: RowContext): StreamReading {
    const frame = asRow(message);
    const { receivedAt } = context;
    switch (frame["feed"]) {
      case "open_orders_snapshot":
        return listed(
          asRows(frame["orders"], READ_ROWS_MAX),
          "open_orders",
          (row) => this.#order(readOrder(asRow(row), context), receivedAt),
        );
      case "open_orders":
        return listed(
          [frame],
          "open_orders",
          () => this.#order(this.#changed(frame, context), receivedAt),
        );
      case "fills": // The snapshot is of what was done before.
        return listed(asRows(frame["fills"], READ_ROWS_MAX), "fills", (row) => ({
          kind: "fill",
          fill: readFill(asRow(row), context),
          receivedAt,
        }));
      case "balances":
      case "balances_snapshot":
        return facts(this.#balances(frame, context));
      case "open_positions":
        return facts(this.#positions(frame, context));
      default: // Answers, heartbeats, the snapshot of fills.
        return { kind: "ignored" };
    }
  }

  /** `{"feed":"open_orders","order":{…},"is_cancel":false,"reason":"new_placed_order_by_user"}` */
  #changed(frame: Row, context: RowContext): VenueOrder {
    const reason = optionalText(frame, "reason");
    const isEnd = flagOf(frame, "is_cancel");
    const told = frame["order"] === undefined ? null : readOrder(asRow(frame["order"]), context);
    if (told !== null && !isEnd) return told;
    const id = told?.exchangeOrderId ?? idOf(frame, "order_id");
    const known = told ?? this.#orders.get(id);
    if (known === undefined) throw new RowError("an order ends whose terms were never told");
    if (reason === "full_fill") return { ...known, status: "FILLED", filled: known.amount };
    // Gone with a last fill that only the feed of fills tells: the order is to be read.
    if (reason === "partial_fill") return { ...known, status: "UNKNOWN", cause: null };
    const cause = causeOf(reason);
    return cause === "POST_ONLY_WOULD_TAKE" && compare(known.filled, ZERO) === 0
      ? { ...known, status: "REJECTED", cause }
      : { ...known, status: cause === "TIME_IN_FORCE" ? "EXPIRED" : "CANCELED", cause };
  }

  /** `{"feed":"balances","flex_futures":{"currencies":{…}},"futures":{"F-XBT:USD":{…}},…}` */
  #balances(frame: Row, context: RowContext): readonly VenueFact[] {
    const changed = new Set<string>();
    const take = (asset: string, told: Partial<Holdings>) => {
      const known = this.#wallets.get(asset);
      if (known === undefined && this.#wallets.size >= BALANCES_MAX) {
        throw new RowError(`more than ${BALANCES_MAX} currencies`);
      }
      this.#wallets.set(asset, { ...known ?? NOTHING, ...told });
      changed.add(asset);
    };
    if (frame["flex_futures"] !== undefined) {
      const currencies = asRow(asRow(frame["flex_futures"])["currencies"]);
      for (const [asset, row] of Object.entries(currencies)) {
        take(assetNamed(asset), { flex: readFlex(row) });
      }
    }
    const wallets = frame["futures"] === undefined ? {} : asRow(frame["futures"]);
    for (const [name, value] of Object.entries(wallets)) {
      const row = asRow(value);
      const unit = textOf(row, "unit");
      if (name !== `F-${unit}:USD`) continue; // It margins nothing that is traded here.
      const single = holding(owedOf(row, "balance"), owedOf(row, "available"));
      const asset = assetNamed(unit);
      if (this.#wallets.has(asset) || !isZero(single.total)) take(asset, { single });
    }
    if (changed.size === 0) return [];
    const balances = [...changed].map((asset) =>
      readBalance(asset, this.#wallets.get(asset)!, context)
    );
    return [{ kind: "balances", balances, receivedAt: context.receivedAt }];
  }

  #order(order: VenueOrder, receivedAt: number): VenueFact {
    this.#orders.delete(order.exchangeOrderId);
    if (this.#orders.size >= ORDERS_MAX) this.#orders.delete(this.#orders.keys().next().value!);
    this.#orders.set(order.exchangeOrderId, order);
    return { kind: "order", order, receivedAt };
  }

  /** Always all that are open: one that was there and is not any more is closed. */
  #positions(frame: Row, context: RowContext): readonly VenueFact[] {
    const rows = asRows(frame["positions"], POSITIONS_MAX).map(asRow);
    const held = new Set(rows.map((row) => textOf(row, "instrument")));
    const gone = [...this.#held].filter((symbol) => !held.has(symbol));
    const { values, leftOut } = listedRows(rows, (row) => readPosition(asRow(row), context));
    this.#held = held;
    const positions = [...values, ...gone.map((symbol) => closed(symbol, context))];
    return [
      { kind: "positions", positions, receivedAt: context.receivedAt },
      ...unlistedFacts(leftOut, "positions"),
    ];
  }
}

/** `{"instrument":"PF_XBTUSD","time":1567702877410,"qty":304.0,"filled":0.0,"direction":1,…}` */
function readOrder(row: Row, context: RowContext): VenueOrder {
  const symbol = textOf(row, "instrument");
  const size = listedSize(symbol, context);
  const filled = unitsOf(numberOf(row, "filled"), size);
  const { direction } = row;
  if (direction !== 0 && direction !== 1) throw new RowError("direction is neither 0 nor 1");
  return {
    exchangeOrderId: idOf(row, "order_id"),
    clientOrderId: optionalText(row, "cli_ord_id"),
    symbolId: context.symbolOf(symbol),
    side: direction === 0 ? "BUY" : "SELL",
    status: isPositive(filled) ? "PARTIALLY_FILLED" : "OPEN",
    // `qty` is what is left: 10, 7.92, 5.84, … as an order of 10 fills (ccxt issue 28557).
    amount: add(unitsOf(numberOf(row, "qty"), size), filled),
    limitPrice: priceOf(row, "limit_price"),
    filled,
    cause: null,
    venueTime: timeOf(row, "last_update_time"),
    fills: [],
  };
}

/** `{"instrument":"PF_XBTUSD","time":1600256910739,"price":10937.5,"buy":true,"qty":0.5,…}` */
function readFill(row: Row, context: RowContext): Fill {
  const symbol = textOf(row, "instrument");
  const asset = optionalText(row, "fee_currency");
  const paid = signedOf(row["fee_paid"], "fee_paid");
  return {
    tradeId: idOf(row, "fill_id"),
    intentId: null,
    clientOrderId: optionalText(row, "cli_ord_id"),
    exchangeOrderId: idOf(row, "order_id"),
    symbolId: context.symbolOf(symbol),
    side: flagOf(row, "buy") ? "BUY" : "SELL",
    price: numberOf(row, "price"),
    quantity: unitsOf(numberOf(row, "qty"), listedSize(symbol, context)),
    fee: asset === null || paid === null ? null : { asset: assetOf(asset), amount: paid },
    liquidity: liquidityOf(optionalText(row, "fill_type")),
    venueTime: timeOf(row, "time"),
    receivedAt: context.receivedAt,
  };
}

const NOTHING: Holdings = { flex: null, single: null };

/** `{"instrument":"PF_LTCUSD","balance":0.5,"pnl":-0.86,"entry_price":70.53,"mark_price":68.8,…}` */
function readPosition(row: Row, context: RowContext): Position {
  const symbol = textOf(row, "instrument");
  const balance = signedOf(row["balance"], "balance");
  if (balance === null) throw new RowError("balance is missing");
  const size = listedSize(symbol, context);
  const isShort = balance.startsWith("-");
  const quantity = isShort ? negate(unitsOf(negate(balance), size)) : unitsOf(balance, size);
  return positionOf(symbol, quantity, {
    entryPrice: priceOf(row, "entry_price"),
    markPrice: priceOf(row, "mark_price"),
    unrealizedPnl: signedOf(row["pnl"], "pnl"),
  }, context);
}

function closed(symbol: string, context: RowContext): Position {
  return positionOf(
    symbol,
    ZERO,
    { entryPrice: null, markPrice: null, unrealizedPnl: ZERO },
    context,
  );
}

function positionOf(
  symbol: string,
  quantity: Decimal,
  told: {
    readonly entryPrice: Decimal | null;
    readonly markPrice: Decimal | null;
    readonly unrealizedPnl: Decimal | null;
  },
  context: RowContext,
): Position {
  return contractPosition({
    positionId: context.symbolOf(symbol),
    rawSymbol: symbol,
    quantity,
    ...told,
    liquidationPrice: null,
    realizedPnl: null,
    marginUsed: null,
    leverage: null,
    side: null,
    updatedAt: context.receivedAt,
  }, context);
}

/** Whatever a row tells, without rows of contracts that are not listed. */
function listed(
  rows: readonly unknown[],
  where: string,
  read: (row: unknown) => VenueFact,
): StreamReading {
  const { values, leftOut } = listedRows(rows, read);
  return facts([...values, ...unlistedFacts(leftOut, where)]);
}

function facts(list: readonly VenueFact[]): StreamReading {
  return { kind: "facts", facts: list };
}
