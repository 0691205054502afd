/**
 * The private stream of Bybit v5: orders, executions, the wallet and positions of one category.
 * Source: bybit-exchange.github.io/docs/v5/ws/connect and …/websocket/private, read on 2026-11-21.
 */
import { BALANCES_MAX, READ_ROWS_MAX } from "../../../../model/limits.ts";
import type { VenueFact } from "../../../exchange.ts";
import type { CcxtExchange } from "../../ccxt.ts";
import { eachRow } from "../../rows/each_row.ts";
import { asRow, asRows, optionalText, type Row, textOf, timeOf } from "../../rows/fields.ts";
import { keyedHmac } from "../../wire/hmac.ts";
import { marginCalls } from "../../rows/margin.ts";
import type { Greeting, SocketPlan, StreamReading } from "../../plans/socket_plan.ts";
import type { RowContext } from "../../plans/venue_call.ts";
import { coinsOf, readBalance, readPosition } from "./account_rows.ts";
import type { BybitCategory } from "./entry.ts";
import { decimalOr, isFill, readExecution, readOrder } from "./rows.ts";

/** "We recommend that you send the ping heartbeat packet every 20 seconds." */
export const STALE_AFTER_MS = 15_000;
/** How long after it was signed a login may arrive. */
const LOGIN_VALID_MS = 10_000;

export function bybitPrivateSocket(category: BybitCategory): SocketPlan {
  return {
    id: "private",
    staleAfterMs: STALE_AFTER_MS,
    url: ({ exchange }) => {
      const ws = asRow(exchange.urls.api["ws"]);
      return textOf(asRow(ws["private"]), "contract"); // One URL for every category.
    },
    async greet(greeting) {
      await logIn(greeting);
      // All-in-one and categorised topics may not share a request; the wallet has only the former.
      await subscribe(greeting, TOPICS[category].map((topic) => `${topic}.${category}`));
      await subscribe(greeting, ["wallet"]);
    },
    probe: (requestId) => ({ req_id: requestId, op: "ping" }),
    isProbeAnswer,
    read: (message, context) => readFrame(message, { category, context }),
  };
}

const TOPICS: Readonly<Record<BybitCategory, readonly string[]>> = {
  spot: ["order", "execution"],
  linear: ["order", "execution", "position"],
};

/** ccxt's own keys; it is the one that holds them. */
interface CcxtKeys extends CcxtExchange {
  readonly apiKey: string;
  readonly secret: string;
}

/** ccxt signs by the local clock; `milliseconds` here is the venue's. */
export function loginFrame(exchange: CcxtExchange): unknown {
  const { apiKey, secret } = exchange as CcxtKeys;
  const expires = exchange.milliseconds() + LOGIN_VALID_MS;
  return { op: "auth", args: [apiKey, expires, keyedHmac(secret)(`GET/realtime${expires}`)] };
}

async function logIn({ exchange, send, expect }: Greeting): Promise<void> {
  const answered = expect((message) => acknowledgement(message, "auth"));
  await send(loginFrame(exchange));
  await answered;
}

async function subscribe({ send, expect }: Greeting, args: readonly string[]): Promise<void> {
  const req_id = args.join(",");
  const answered = expect((message) => acknowledgement(message, "subscribe", req_id));
  await send({ req_id, op: "subscribe", args });
  await answered;
}

/** `{"success":true,"ret_msg":"","op":"auth","conn_id":"ce3dpomvha7dha97tvp0-2xh"}` */
function acknowledgement(message: unknown, op: string, requestId?: string): true | undefined {
  const frame = asRow(message);
  const asked = frame["op"] ?? requestOf(frame)["op"];
  if (asked !== op) return undefined;
  if (requestId !== undefined && (frame["req_id"] ?? requestId) !== requestId) return undefined;
  if (frame["success"] === true) return true;
  const reason = optionalText(frame, "ret_msg") ?? "without a reason";
  throw new Error(`the venue refused ${op}: ${reason}`);
}

/** Some refusals name the request instead: `{"success":false,"request":{"op":"auth","args":[…]}}`. */
function requestOf(frame: Row): Row {
  const request = frame["request"];
  return typeof request === "object" && request !== null ? asRow(request) : {};
}

/** `{"req_id":"probe-1","op":"pong","args":["1675418560633"],"conn_id":"d266o6hqo29sqmnq4vk0"}` */
export function isProbeAnswer(message: unknown): boolean {
  if (typeof message !== "object" || message === null) return false;
  const frame = asRow(message);
  return frame["op"] === "pong" || frame["ret_msg"] === "pong";
}

/** `{"id":"5923240c","topic":"order.spot","creationTime":1672364262474,"data":[{…}]}` */
export function readFrame(
  message: unknown,
  { category, context }: { readonly category: BybitCategory; readonly context: RowContext },
): StreamReading {
  const frame = asRow(message);
  const topic = optionalText(frame, "topic");
  if (topic === null) return { kind: "ignored" }; // Late answers to requests.
  const { receivedAt } = context;
  const rows = () =>
    asRows(frame["data"], READ_ROWS_MAX).map(asRow).filter((row) => row["category"] === category);
  const [name] = topic.split(".");
  switch (name) {
    case "order":
      return facts(
        eachRow(rows(), "order", (row) => ({
          kind: "order",
          order: readOrder(row, context),
          receivedAt,
        })),
      );
    case "execution":
      return facts(
        eachRow(rows().filter(isFill), "execution", (row) => ({
          kind: "fill",
          fill: readExecution(row, context),
          receivedAt,
        })),
      );
    case "wallet": {
      const time = timeOf(frame, "creationTime");
      const coins = coinsOf(frame["data"], { time, coinsMax: BALANCES_MAX });
      return facts([
        { kind: "balances", balances: coins.map(readBalance), receivedAt },
        ...eachRow(asRows(frame["data"], BALANCES_MAX), "margin", (row) => {
          // "Account MMR": liquidated at 1; empty or 0 where nothing is borrowed or held.
          const used = decimalOr(asRow(row), "accountMMRate", null);
          return marginCalls({ symbolId: null, used, receivedAt });
        }),
      ]);
    }
    case "position":
      return facts([{
        kind: "positions",
        positions: rows().map((row) => readPosition(row, context)),
        receivedAt,
      }]);
    default: // Not subscribed to.
      return { kind: "ignored" };
  }
}

function facts(list: readonly VenueFact[]): StreamReading {
  return { kind: "facts", facts: list };
}
