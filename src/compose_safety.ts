/**
 * What `openKernel` is told of dead-man's switches and alerts: checked before anything is sent, so
 * that nobody relies on a switch that is not there.
 */
import type { DeadMansSwitch } from "./exchanges/exchange.ts";
import type { Alert, AlertListener } from "./model/alert.ts";
import type { Clock } from "./model/clock.ts";
import { ConfigError } from "./model/errors.ts";
import type { Log } from "./model/log.ts";
import { openWebhook, secretRefusal, webhookRefusal } from "./telemetry/webhook.ts";

/** Where alerts go beside `onAlert`. */
export interface AlertOptions {
  /** One POST of JSON for each alert. */
  readonly webhook?: {
    /** An `http` or `https` address. */
    readonly url: string;
    /**
     * Signs every request, at least 16 characters: the header `x-exchange-kernel-signature` is
     * `sha256=` and the hex HMAC of the header `x-exchange-kernel-timestamp`, a dot and the body.
     */
    readonly secret?: string;
  };
}

type Options = Readonly<Record<string, unknown>>;

/**
 * @param at where the section of the exchange stands, e.g. `exchanges.main`.
 * @param has what its venue has.
 * @returns the timeout to keep; undefined where none is asked for.
 * @throws {ConfigError} where the venue has none, or it would cancel orders of others.
 */
export function deadMansTimeout(
  { deadMansSwitch, exclusiveAccount, mode }: Options,
  { at, has }: { readonly at: string; readonly has: DeadMansSwitch | undefined },
): number | undefined {
  if (deadMansSwitch === undefined) return undefined;
  const field = `${at}.deadMansSwitch`;
  const timeoutMs = timeoutOf(deadMansSwitch, field);
  if (has?.kind !== "timer") refuse(field, absence(has));
  if (mode === "observe") {
    refuse(field, "mode observe sends nothing, so it cannot be kept armed; remove one of them");
  }
  // S9: it does not ask who placed an order.
  if (exclusiveAccount !== true) {
    refuse(field, "needs exclusiveAccount: true: it would cancel the orders of others too");
  }
  const { minMs, maxMs } = has;
  if (timeoutMs < minMs || timeoutMs > maxMs) {
    refuse(`${field}.timeoutMs`, `the venue takes ${minMs} to ${maxMs} ms, got ${timeoutMs}`);
  }
  return timeoutMs;
}

/** Who hears of alerts, and how to end what was opened for them. */
export interface OpenedAlerts {
  readonly listeners: readonly AlertListener[];
  close(): Promise<void>;
}

/** @throws {ConfigError} naming the option. */
export function openAlerts(
  { alerts, onAlert }: { readonly alerts?: AlertOptions; readonly onAlert?: AlertListener },
  ports: { readonly clock: Clock; readonly log: Log },
): OpenedAlerts {
  if (onAlert !== undefined && typeof onAlert !== "function") {
    refuse("onAlert", `expected a function, got ${typeof onAlert}`);
  }
  const listeners: AlertListener[] = onAlert === undefined ? [] : [onAlert];
  const { webhook, ...rest } = alerts ?? {};
  const [unknown] = Object.keys(rest);
  if (unknown !== undefined) refuse(`alerts.${unknown}`, "unknown option, expected webhook");
  if (webhook === undefined) return { listeners, close: () => Promise.resolve() };
  const { url, secret } = webhook;
  const wrong = typeof url === "string" ? webhookRefusal(url) : "url must be given";
  if (wrong !== null) refuse("alerts.webhook", wrong);
  const weak = secretRefusal(secret);
  if (weak !== null) refuse("alerts.webhook", weak);
  const opened = openWebhook({ ...webhook, ...ports });
  const send = (alert: Alert) => opened.send(alert);
  return { listeners: [...listeners, send], close: () => opened.close() };
}

function timeoutOf(given: unknown, field: string): number {
  if (typeof given !== "object" || given === null) refuse(field, "expected { timeoutMs }");
  const { timeoutMs, ...rest } = given as Options; // any object has string keys
  const [unknown] = Object.keys(rest);
  if (unknown !== undefined) refuse(`${field}.${unknown}`, "unknown option, expected timeoutMs");
  if (typeof timeoutMs === "number" && Number.isSafeInteger(timeoutMs)) return timeoutMs;
  return refuse(`${field}.timeoutMs`, `expected whole milliseconds, got ${String(timeoutMs)}`);
}

function absence(has: DeadMansSwitch | undefined): string {
  return has?.kind === "ws-disconnect"
    ? "this venue cancels by itself when a WebSocket closes: there is no timeout to set; remove it"
    : "this venue has no dead-man's switch: nothing would cancel orders for us; remove it";
}

function refuse(field: string, rule: string): never {
  throw new ConfigError(`${field}: ${rule}`, { field, rule });
}
