/**
 * Checks what `openKernel` is given before anything is opened. Nothing is silently ignored: an
 * option that is unknown, misspelt or not built yet is refused by name.
 */
import type { RateLimits } from "./exchanges/exchange.ts";
import { ConfigError } from "./model/errors.ts";
import {
  type ExchangeMode,
  RISK_KEYS,
  type RiskLimits,
  riskLimits,
  RiskOptionsSchema,
  type RiskPatch,
} from "./model/risk.ts";

type Options = Readonly<Record<string, unknown>>;

const KERNEL_OPTIONS = [
  "exchanges",
  "store",
  "clock",
  "random",
  "log",
  "autoStart",
  "risk",
  "alerts",
  "onAlert",
];
const LIMIT_OPTIONS = ["ordersPerSecond", "weightPerMinute"];
const STORE_OPTIONS: Readonly<Record<string, readonly string[]>> = {
  memory: ["kind"],
  sqlite: ["kind", "path"],
};

/** Options of the kernel's own; what is left belongs to the adapter and is checked by it. */
const OWN_OPTIONS = ["enabled", "mode", "exclusiveAccount", "limits", "risk", "deadMansSwitch"];

/** @throws {ConfigError} naming the option. */
export function checkKernelOptions(options: object): void {
  refuseUnknown(options, "", KERNEL_OPTIONS);
}

/** @throws {ConfigError} naming the option. */
export function checkStoreOptions(store: { readonly kind: string }): void {
  const known = Object.hasOwn(STORE_OPTIONS, store.kind) ? STORE_OPTIONS[store.kind] : undefined;
  if (known === undefined) {
    refuse("store.kind", `expected one of memory, sqlite, got ${store.kind}`);
  }
  refuseUnknown(store, "store.", known);
}

/** @param path of the exchange's section. @throws {ConfigError} naming the option. */
export function checkExchangeOptions(exchange: Options, path: string): void {
  const { enabled, mode, exclusiveAccount, limits } = exchange;
  if (enabled !== undefined && typeof enabled !== "boolean") {
    refuse(`${path}.enabled`, `expected true or false, got ${typeof enabled}`);
  }
  if (mode !== undefined && mode !== "live" && mode !== "observe") {
    refuse(`${path}.mode`, `expected live or observe, got ${String(mode)}`);
  }
  if (exclusiveAccount !== undefined && typeof exclusiveAccount !== "boolean") {
    refuse(`${path}.exclusiveAccount`, `expected true or false, got ${typeof exclusiveAccount}`);
  }
  if (limits === undefined) return;
  if (typeof limits !== "object" || limits === null) {
    refuse(`${path}.limits`, `expected an object with ${LIMIT_OPTIONS.join(" or ")}`);
  }
  refuseUnknown(limits, `${path}.limits.`, LIMIT_OPTIONS);
  for (const [name, value] of Object.entries(limits)) {
    if (value === undefined || (Number.isFinite(value) && value > 0)) continue;
    refuse(`${path}.limits.${name}`, `expected a number above 0, got ${String(value)}`);
  }
}

/**
 * What the kernel obeys for one exchange; its caps are the defaults, over them the kernel's, over
 * them its own. Check the section first.
 *
 * @throws {ConfigError} naming the cap.
 */
export function settingsOf(
  id: string,
  { mode, exclusiveAccount, risk }: {
    readonly mode?: ExchangeMode;
    readonly exclusiveAccount?: boolean;
    readonly risk?: unknown;
  },
  kernelRisk: unknown,
): ExchangeSettings {
  return {
    mode: mode ?? "live",
    exclusiveAccount: exclusiveAccount ?? false,
    risk: riskLimits(riskPatch(kernelRisk, "risk"), riskPatch(risk, `exchanges.${id}.risk`)),
  };
}

interface ExchangeSettings {
  readonly mode: ExchangeMode;
  readonly exclusiveAccount: boolean;
  readonly risk: RiskLimits;
}

function riskPatch(given: unknown, path: string): RiskPatch | undefined {
  if (given === undefined) return undefined;
  if (typeof given === "object" && given !== null) refuseUnknown(given, `${path}.`, RISK_KEYS);
  const parsed = RiskOptionsSchema.safeParse(given);
  if (parsed.success) return parsed.data;
  const [issue] = parsed.error.issues;
  const field = [path, ...(issue?.path ?? []).map(String)].join(".");
  return refuse(field, issue?.message ?? "is wrong");
}

/** Without what the kernel obeys itself. */
export function adapterOptions(exchange: Options): Options {
  return Object.fromEntries(Object.entries(exchange).filter(([key]) => !OWN_OPTIONS.includes(key)));
}

/** Orders are budgeted over this span: shorter ones would forbid every burst. */
const ORDERS_SPAN_MS = 10_000;

interface Limits {
  readonly ordersPerSecond?: number;
  readonly weightPerMinute?: number;
}

/** @returns the limits to keep; null: what the venue publishes. */
export function limitsOf(limits: Limits | undefined, published: RateLimits): RateLimits | null {
  if (limits === undefined) return null;
  const { ordersPerSecond, weightPerMinute } = limits;
  return {
    orders: ordersPerSecond === undefined
      ? published.orders
      : { capacity: ordersPerSecond * (ORDERS_SPAN_MS / 1000), intervalMs: ORDERS_SPAN_MS },
    weight: weightPerMinute === undefined
      ? published.weight
      : { capacity: weightPerMinute, intervalMs: 60_000 },
  };
}

function refuseUnknown(given: object, prefix: string, known: readonly string[]): void {
  const unknown = Object.keys(given).find((key) => !known.includes(key));
  if (unknown === undefined) return;
  refuse(prefix + unknown, `unknown option, expected one of ${known.join(", ")}`);
}

function refuse(field: string, rule: string): never {
  throw new ConfigError(`${field}: ${rule}`, { field, rule });
}
