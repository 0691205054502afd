/**
 * What Bybit counts. Source: bybit-exchange.github.io/docs/v5/rate-limit, read on 2026-11-21: by
 * UID and endpoint in a rolling second (unified account, lowest tier), and 600 requests in any 5
 * seconds by IP, whatever they ask.
 */
import type {
  BudgetScope,
  RateLimits,
  ReportedUsage,
  RequestCost,
  WindowBudget,
} from "../../../../model/rate_limits.ts";
import type { RequestKind } from "../../../exchange.ts";
import type { Action, LimitedRequest, VenueAnswer, VenueError } from "../../plans/answer_plan.ts";
import type { BybitCategory } from "./entry.ts";

export function bybitRateLimits(category: BybitCategory): RateLimits {
  const orders = category === "spot" ? 20 : 10;
  return {
    budgets: {
      ip: window("ip", 600, 5_000),
      create: window("account", orders, 1_000),
      amend: window("account", 10, 1_000),
      cancel: window("account", orders, 1_000),
      realtime: window("account", 50, 1_000),
      history: window("account", 50, 1_000),
      executions: window("account", 50, 1_000),
      wallet: window("account", 50, 1_000),
      positions: window("account", 50, 1_000),
      key: window("account", 10, 1_000),
    },
  };
}

/** What proving an absence takes; lists take a page more than they fill, which is empty. */
const LOOKUP: RequestCost = taking(6, { realtime: 3, history: 1, executions: 1 });

const COSTS: Readonly<Record<string, RequestCost>> = {
  submit: taking(1, { create: 1 }),
  amend: taking(1, { amend: 1 }),
  cancel: taking(1, { cancel: 1 }),
  lookup: LOOKUP,
  openOrders: taking(4, { realtime: 4 }),
  fillsSince: taking(2, { executions: 2 }),
  fillsOf: taking(8, { realtime: 3, history: 1, executions: 3 }),
  balances: taking(1, { wallet: 1 }),
  positions: taking(4, { positions: 4 }),
  permissions: taking(1, { key: 1 }),
  instruments: taking(3, {}),
  deadMansSwitch: [],
};
/** What is public: the market and the time. */
const PUBLIC: RequestCost = taking(1, {});

export function cost(kind: RequestKind): RequestCost {
  return COSTS[kind] ?? PUBLIC;
}

/** `X-Bapi-Limit-Status`: "your remaining requests for current endpoint". */
export function usage({ headers, url }: VenueAnswer): ReportedUsage | null {
  const left = headers.get("x-bapi-limit-status");
  if (left === null || !/^\d{1,6}$/.test(left)) return null;
  const name = budgetOf(url);
  return name === undefined ? null : { budgets: { [name]: { remaining: Number(left) } } };
}

/**
 * rate-limit: "retCode 10006, Too many visits!": "per second per UID", by endpoint, so that the
 * others go on, cancels among them. HTTP 403 is of the IP, whatever its body; 10018 (IP) and 10429
 * ("system level frequency protection") are of no endpoint: told inside a 200 answer, they hold back
 * all that counts by IP, since who goes on is blocked for ten minutes.
 */
export function limited({ code }: VenueError, asked: LimitedRequest): readonly string[] | null {
  if (asked.by === "rest" && asked.status === 403) return null;
  const isToldByStatus = asked.by === "rest" && asked.status === 429;
  if (code === "10018" || code === "10429") return isToldByStatus ? null : ["ip"];
  if (code !== "10006") return null;
  const budget = asked.by === "socket" ? BY_ACTION[asked.action] : budgetOf(asked.url);
  return budget === undefined ? null : [budget];
}

const BY_ACTION: Readonly<Partial<Record<Action, string>>> = {
  submit: "create",
  amend: "amend",
  cancel: "cancel",
};

function budgetOf(url: string): string | undefined {
  const path = url.replace(/\?.*$/, "");
  return ENDPOINTS.find(([end]) => path.endsWith(end))?.[1];
}

const ENDPOINTS: readonly (readonly [path: string, budget: string])[] = [
  ["/v5/order/create", "create"],
  ["/v5/order/amend", "amend"],
  ["/v5/order/cancel", "cancel"],
  ["/v5/order/realtime", "realtime"],
  ["/v5/order/history", "history"],
  ["/v5/execution/list", "executions"],
  ["/v5/account/wallet-balance", "wallet"],
  ["/v5/position/list", "positions"],
  ["/v5/user/query-api", "key"],
];

/** "403, access too frequent … wait for at least 10 minutes." */
const IP_BAN_MS = 10 * 60_000;

/**
 * `X-Bapi-Limit-Reset-Timestamp` is when the limit resets if it was exceeded, else the time now;
 * `Timenow` is the venue's clock.
 */
export function retryAfterMs(
  { status, headers }: { readonly status: number; readonly headers: Headers },
): number | null {
  if (status === 403) return headers.has("retry-after") ? null : IP_BAN_MS;
  const [reset, now] = [headers.get("x-bapi-limit-reset-timestamp"), headers.get("timenow")];
  if (reset === null || now === null) return null;
  const wait = Number(reset) - Number(now);
  return wait > 0 && Number.isSafeInteger(wait) ? wait : null;
}

function window(scope: BudgetScope, capacity: number, intervalMs: number): WindowBudget {
  return { kind: "window", scope, capacity, intervalMs };
}

function taking(requests: number, budgets: Readonly<Record<string, number>>): RequestCost {
  return Object.entries({ ip: requests, ...budgets })
    .map(([budget, amount]) => ({ budget, amount }));
}
