/**
 * The private channels of OKX. Source: OKX API guide v5, "WebSocket", "Order channel", "Account
 * channel", "Positions channel".
 */
import { BALANCES_MAX, POSITIONS_MAX, READ_ROWS_MAX } from "../../../../model/limits.ts";
import type { VenueFact } from "../../../exchange.ts";
import type { CcxtExchange } from "../../ccxt.ts";
import { eachRow } from "../../rows/each_row.ts";
import { asRow, asRows, optionalText, type Row, textOf } from "../../rows/fields.ts";
import { listedRows, unlistedFacts } from "../../rows/unlisted.ts";
import { marginCalls, usedOf } from "../../rows/margin.ts";
import type { Greeting, SocketPlan, StreamReading } from "../../plans/socket_plan.ts";
import type { RowContext } from "../../plans/venue_call.ts";
import { okxSocketEntry } from "./socket_entry.ts";
import { fillOfUpdate, optionalDecimal, readBalance, readOrder, readPosition } from "./rows.ts";

/**
 * The venue closes a socket after 30 s without data either way, and answers the text `ping` with
 * `pong`: asked after 15 s of silence, it stays open and is known to live.
 */
export const STALE_AFTER_MS = 15_000;

/** The account channel then speaks only when something changed, not every few seconds. */
const ON_CHANGE = JSON.stringify({ updateInterval: "0" });
const CHANNELS = [
  { channel: "orders", instType: "ANY" },
  { channel: "account", extraParams: ON_CHANGE },
  { channel: "positions", instType: "ANY", extraParams: ON_CHANGE },
] as const;

export const okxPrivateSocket: SocketPlan = {
  id: "private",
  staleAfterMs: STALE_AFTER_MS,
  url: ({ exchange }) => (exchange as CcxtOkx).getUrl("users", "private"),
  async greet(greeting) {
    // ccxt's login is stamped by the venue's clock: its `seconds` is ours.
    await (greeting.exchange as CcxtOkx).authenticate({ access: "private" });
    const subscribed = acknowledgements(greeting, CHANNELS.length);
    await greeting.send({ op: "subscribe", args: CHANNELS });
    await subscribed;
  },
  probe: () => "ping",
  isProbeAnswer: (message) => message === "pong",
  read: readFrame,
  entry: okxSocketEntry,
};

/** Methods of `pro/okx.js`; not part of every ccxt class. */
interface CcxtOkx extends CcxtExchange {
  getUrl(channel: string, access: string): string;
  authenticate(params: { readonly access: string }): Promise<unknown>;
}

/** `{"event":"subscribe","arg":{…},"connId":"…"}` for each; an error ends the dial. */
export async function acknowledgements(greeting: Greeting, count: number): Promise<void> {
  let left = count;
  await greeting.expect((message) => {
    const event = eventOf(message);
    if (event?.["event"] === "error") throw new Error(errorText(event));
    if (event?.["event"] !== "subscribe") return undefined;
    left -= 1;
    return left === 0 ? true : undefined;
  });
}

export function readFrame(message: unknown, context: RowContext): StreamReading {
  const event = eventOf(message);
  if (event !== null) return readEvent(event);
  const frame = asRow(message);
  if (frame["op"] !== undefined) return { kind: "ignored" }; // An answer nobody waits for any more.
  switch (asRow(frame["arg"])["channel"]) {
    case "orders":
      return facts(
        eachRow(asRows(frame["data"], READ_ROWS_MAX), "orders", (row) => update(row, context)),
      );
    case "account": {
      const { receivedAt } = context;
      const balances = asRows(frame["data"], 1).flatMap((row) =>
        asRows(asRow(row)["details"], BALANCES_MAX).map(readBalance)
      );
      return facts([
        { kind: "balances", balances, receivedAt },
        ...eachRow(asRows(frame["data"], 1), "margin", (row) => marginOf(row, null, context)),
      ]);
    }
    case "positions": {
      const { receivedAt } = context;
      const { values, leftOut } = listedRows(asRows(frame["data"], POSITIONS_MAX), (row) => ({
        row,
        position: readPosition(row, context),
      }));
      const held = values.flatMap(({ row, position }) =>
        position === null ? [] : { row, position }
      );
      return facts([
        { kind: "positions", positions: held.map(({ position }) => position), receivedAt },
        ...unlistedFacts(leftOut, "positions"),
        ...eachRow(
          held,
          "margin",
          ({ row, position }) => marginOf(row, position.symbolId, context),
        ),
      ]);
    }
    default:
      return { kind: "ignored" };
  }
}

/** `mgnRatio` is the equity by the maintenance margin, and empty where it is counted elsewhere. */
function marginOf(value: unknown, symbolId: string | null, { receivedAt }: RowContext) {
  const used = usedOf(optionalDecimal(asRow(value), "mgnRatio"));
  return marginCalls({ symbolId, used, receivedAt });
}

/** Answers and notices; null for data. */
export function eventOf(message: unknown): Row | null {
  if (typeof message !== "object" || message === null) return null;
  const frame = asRow(message);
  return frame["event"] === undefined ? null : frame;
}

/**
 * `{"event":"login","code":"0","msg":"","connId":"…"}`, `{"event":"error","code":"60009",…}`,
 * `{"event":"notice","code":"64008","msg":"The connection will soon be closed for a service
 * upgrade. Please reconnect."}`, `{"event":"channel-conn-count",…}`.
 */
export function readEvent(event: Row): StreamReading {
  switch (event["event"]) {
    case "login":
      return { kind: "ccxt" };
    case "error":
      // While ccxt waits for its login it has to hear of a failure.
      return LOGIN_ERRORS.has(optionalText(event, "code") ?? "")
        ? { kind: "ccxt" }
        : { kind: "ended", reason: errorText(event) };
    case "notice":
    case "channel-conn-count-error":
      return { kind: "ended", reason: errorText(event) };
    default:
      return { kind: "ignored" };
  }
}

/** "60001" to "60009", "60022" to "60024", "60032" and "4001": the login failed. */
const LOGIN_ERRORS: ReadonlySet<string> = new Set([
  "4001",
  "60001",
  "60002",
  "60003",
  "60004",
  "60005",
  "60006",
  "60007",
  "60009",
  "60024",
  "60032",
]);

function errorText(event: Row): string {
  const message = optionalText(event, "msg") ?? textOf(event, "event");
  return `the venue says ${optionalText(event, "code") ?? "no code"}: ${message}`;
}

/** One change of one order, with the trade that made it if one did. */
function update(value: unknown, context: RowContext): readonly VenueFact[] {
  const { receivedAt } = context;
  const fill = fillOfUpdate(asRow(value), context);
  const order = readOrder(value, context);
  return [{
    kind: "order",
    order: fill === null ? order : { ...order, fills: [fill] },
    receivedAt,
  }];
}

function facts(list: readonly VenueFact[]): StreamReading {
  return { kind: "facts", facts: list };
}
