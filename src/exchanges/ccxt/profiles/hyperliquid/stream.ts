/**
 * The account's streams of Hyperliquid, which anybody may subscribe to by its address. Source:
 * hyperliquid.gitbook.io, "Subscriptions", read on 2026-11-21.
 */
import type { Balance, Position } from "../../../../model/account.ts";
import { BALANCES_MAX, READ_ROWS_MAX } from "../../../../model/limits.ts";
import type { EpochMs } from "../../../../model/scalars.ts";
import type { VenueFact } from "../../../exchange.ts";
import { eachRow } from "../../rows/each_row.ts";
import { asRow, asRows, type Row, textOf, timeOf } from "../../rows/fields.ts";
import type { Greeting, SocketPlan, StreamReading } from "../../plans/socket_plan.ts";
import type { RowContext } from "../../plans/venue_call.ts";
import {
  closedPosition,
  emptyBalance,
  heldIn,
  readMargin,
  readPosition,
  readToken,
} from "./account_rows.ts";
import { type HyperliquidMarket, isCoinOf } from "./instruments.ts";
import { budgetsLeft } from "./limits.ts";
import { isPong, PING, refused, STALE_AFTER_MS, wsUrl } from "./market.ts";
import { coinIn, readFill, readOrder } from "./rows.ts";
import type { CcxtHyperliquid } from "./session.ts";
import { hyperliquidSocketEntry } from "./socket_entry.ts";

export function hyperliquidPrivateSocket(market: HyperliquidMarket): SocketPlan {
  return {
    id: "private",
    staleAfterMs: STALE_AFTER_MS,
    url: wsUrl,
    greet: (greeting) => subscribe(greeting, market),
    probe: () => PING,
    isProbeAnswer: isPong,
    read: (message, context) => new Reader(market).read(message, context),
    reader: () => {
      const reader = new Reader(market);
      return (message, context) => reader.read(message, context);
    },
    entry: hyperliquidSocketEntry,
  };
}

async function subscribe(greeting: Greeting, market: HyperliquidMarket): Promise<void> {
  const { walletAddress } = greeting.exchange as CcxtHyperliquid; // the class the profile loads
  const user = walletAddress.toLowerCase();
  const subscriptions = [
    { type: "orderUpdates", user },
    // One trade a fill, as the reads have them.
    { type: "userFills", user, aggregateByTime: false },
    { type: market === "spot" ? "spotState" : "clearinghouseState", user },
    { type: "allMids" },
  ];
  let left = subscriptions.length;
  const subscribed = greeting.expect((message) => {
    const { channel, data } = asRow(message);
    if (channel === "error") refused(data);
    if (channel !== "subscriptionResponse") return undefined;
    left -= 1;
    return left === 0 ? true : undefined;
  });
  for (const subscription of subscriptions) {
    await greeting.send({ method: "subscribe", subscription });
  }
  await subscribed;
}

/** One connection's: states tell what is held, and so, by silence, what is no longer. */
class Reader {
  readonly #market: HyperliquidMarket;
  #held: ReadonlySet<string> = new Set();

  constructor(market: HyperliquidMarket) {
    this.#market = market;
  }

  read(message: unknown, context: RowContext): StreamReading {
    const frame = asRow(message);
    const { receivedAt } = context;
    const data = frame["data"];
    switch (frame["channel"]) {
      case "orderUpdates":
        return facts(this.#each(data, "orderUpdates", (row) => ({
          kind: "order",
          order: readOrder(row, context),
          receivedAt,
        })));
      case "userFills":
        return facts(this.#fills(asRow(data), context));
      case "clearinghouseState":
        return facts(this.#margin(asRow(data), context));
      case "spotState":
        return facts(this.#tokens(asRow(data), context));
      case "allMids":
        return { kind: "ccxt" }; // Kept with ccxt's instance, for orders without a price.
      case "post":
        return facts(postFacts(asRow(data)));
      case "error":
        return refused(data);
      default: // `subscriptionResponse`, `pong`
        return { kind: "ignored" };
    }
  }

  /** Of the markets that are traded here. */
  #each(
    data: unknown,
    where: string,
    read: (row: unknown) => VenueFact,
  ): readonly VenueFact[] {
    const rows = asRows(data, READ_ROWS_MAX);
    return eachRow(rows, where, (row) => isCoinOf(coinIn(row), this.#market) ? read(row) : []);
  }

  /** `{"isSnapshot":true,…}` first: what was before the subscription, which reads bring. */
  #fills(data: Row, context: RowContext): readonly VenueFact[] {
    if (data["isSnapshot"] === true) return [];
    const { receivedAt } = context;
    return this.#each(data["fills"], "userFills", (row) => ({
      kind: "fill",
      fill: readFill(row, context),
      receivedAt,
    }));
  }

  /** `{"dex":"","user":"0x…","clearinghouseState":{…}}` */
  #margin(data: Row, context: RowContext): readonly VenueFact[] {
    if (data["dex"] !== undefined && data["dex"] !== "") return [];
    const state = asRow(data["clearinghouseState"]);
    const { receivedAt } = context;
    const rows = heldIn(state);
    const gone = this.#gone(rows.map(({ held }) => textOf(held, "coin")));
    const time: EpochMs = timeOf(state, "time");
    const positions: readonly Position[] = [
      ...rows.map((row) => readPosition(row, context)),
      ...gone.map((coin) => closedPosition(coin, time, context)),
    ];
    return [
      { kind: "balances", balances: [readMargin(state)], receivedAt },
      ...(positions.length === 0 ? [] : [{ kind: "positions", positions, receivedAt } as const]),
    ];
  }

  /** `{"user":"0x…","spotState":{"balances":[…]}}` */
  #tokens(data: Row, context: RowContext): readonly VenueFact[] {
    const { receivedAt } = context;
    const held = asRows(asRow(data["spotState"])["balances"], BALANCES_MAX)
      .map((row) => readToken(row, context));
    const gone = this.#gone(held.map(({ assetId }) => assetId));
    const balances: readonly Balance[] = [
      ...held,
      ...gone.map((assetId) => emptyBalance(assetId, receivedAt)),
    ];
    return [{ kind: "balances", balances, receivedAt }];
  }

  #gone(names: readonly string[]): readonly string[] {
    const held = new Set(names);
    const gone = [...this.#held].filter((name) => !held.has(name));
    this.#held = held;
    return gone;
  }
}

/** `{"id":1000000000,"response":{"type":"info","payload":{"type":"userRateLimit","data":{…}}}}` */
function postFacts(data: Row): readonly VenueFact[] {
  const response = asRow(data["response"]);
  if (response["type"] !== "info") return []; // A late answer to a request that was given up.
  const payload = asRow(response["payload"]);
  if (payload["type"] !== "userRateLimit") return [];
  return [{ kind: "usage", ...budgetsLeft(asRow(payload["data"])) }];
}

function facts(list: readonly VenueFact[]): StreamReading {
  return { kind: "facts", facts: list };
}
