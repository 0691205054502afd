/**
 * Checks what `openKernel` is given before anything is opened. Nothing is silently ignored: an
 * option that is unknown, misspelt or not built yet is refused by name.
 */
import { ConfigError } from "./model/errors.ts";
import type { RateCaps, RateLimits } from "./model/rate_limits.ts";
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
const CAP_OPTIONS = ["ordersPerSecond", "weightPerMinute"];
const LIMIT_OPTIONS = [...CAP_OPTIONS, "budgets"];
const BUDGET_OPTIONS = ["capacity", "decayPerSecond"];
const STORE_OPTIONS: Readonly<Record<string, readonly string[]>> = {
  memory: ["kind"],
  sqlite: ["kind", "path"],
};

/** Options of the kernel's own; what is left belongs to the adapter and is checked by it. */
const OWN_OPTIONS = [
  "enabled",
  "mode",
  "exclusiveAccount",
  "allowWithdrawalKeys",
  "limits",
  "risk",
  "deadMansSwitch",
];

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
  const { enabled, mode, exclusiveAccount, allowWithdrawalKeys, limits } = exchange;
  if (enabled !== undefined && typeof enabled !== "boolean") {
    refuse(`${path}.enabled`, `expected true or false, got ${typeof enabled}`);
  }
  if (mode !== undefined && mode !== "live" && mode !== "observe") {
    refuse(`${path}.mode`, `expected live or observe, got ${String(mode)}`);
  }
  if (exclusiveAccount !== undefined && typeof exclusiveAccount !== "boolean") {
    refuse(`${path}.exclusiveAccount`, `expected true or false, got ${typeof exclusiveAccount}`);
  }
  if (allowWithdrawalKeys !== undefined && typeof allowWithdrawalKeys !== "boolean") {
    const got = typeof allowWithdrawalKeys;
    refuse(`${path}.allowWithdrawalKeys`, `expected true or false, got ${got}`);
  }
  if (limits !== undefined) checkLimits(limits, `${path}.limits`);
}

function checkLimits(limits: unknown, path: string): void {
  const given = objectAt(limits, path, LIMIT_OPTIONS);
  for (const name of CAP_OPTIONS) checkAmount(given[name], `${path}.${name}`);
  const budgets = objectAt(given["budgets"] ?? {}, `${path}.budgets`, null);
  for (const [name, budget] of Object.entries(budgets)) {
    const change = objectAt(budget, `${path}.budgets.${name}`, BUDGET_OPTIONS);
    for (const field of BUDGET_OPTIONS) {
      checkAmount(change[field], `${path}.budgets.${name}.${field}`);
    }
  }
}

/** @param known null: any name. */
function objectAt(value: unknown, path: string, known: readonly string[] | null): Options {
  if (typeof value !== "object" || value === null) {
    const shape = known === null ? "by name" : `with ${known.join(" or ")}`;
    refuse(path, `expected an object ${shape}`);
  }
  if (known !== null) refuseUnknown(value, `${path}.`, known);
  return value as Options; // Its fields stay unknown until each is checked.
}

function checkAmount(value: unknown, path: string): void {
  if (value === undefined || (typeof value === "number" && Number.isFinite(value) && value > 0)) {
    return;
  }
  refuse(path, `expected a number above 0, got ${String(value)}`);
}

/** @param path of the exchange's section. @throws {ConfigError} for a budget the venue has not. */
export function checkBudgets(
  limits: RateCaps | undefined,
  path: string,
  { budgets }: RateLimits,
): void {
  for (const name of Object.keys(limits?.budgets ?? {})) {
    if (budgets[name] !== undefined) continue;
    const known = Object.keys(budgets).join(", ");
    refuse(`${path}.limits.budgets.${name}`, `expected one of ${known || "none"}`);
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
  { mode, exclusiveAccount, allowWithdrawalKeys, testnet, risk }: {
    readonly mode?: ExchangeMode;
    readonly exclusiveAccount?: boolean;
    readonly allowWithdrawalKeys?: boolean;
    readonly testnet?: unknown;
    readonly risk?: unknown;
  },
  kernelRisk: unknown,
): ExchangeSettings {
  return {
    mode: mode ?? "live",
    exclusiveAccount: exclusiveAccount ?? false,
    allowWithdrawalKeys: allowWithdrawalKeys ?? false,
    // Usually started for this kernel; if it was not, its refusal costs nothing but a pause.
    untouched: testnet === "local",
    risk: riskLimits(riskPatch(kernelRisk, "risk"), riskPatch(risk, `exchanges.${id}.risk`)),
  };
}

interface ExchangeSettings {
  readonly mode: ExchangeMode;
  readonly exclusiveAccount: boolean;
  readonly allowWithdrawalKeys: boolean;
  readonly untouched: boolean;
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

function refuseUnknown(given: object, prefix: string, known: readonly string[]): void {
  const unknown = Object.keys(given).find((key) => !known.includes(key));
  if (unknown === undefined) return;
  refuse(prefix + unknown, `unknown option, expected one of ${known.join(", ")}`);
}

function refuse(field: string, rule: string): never {
  throw new ConfigError(`${field}: ${rule}`, { field, rule });
}
