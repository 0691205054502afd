/**
 * The exchange kinds a kernel can open: those of this program, each loaded when it is first used,
 * and what was registered from outside.
 */
import { didYouMean } from "./config/suggestion.ts";
import type { AdapterFactory } from "./exchanges/registry.ts";
import { ConfigError } from "./model/errors.ts";
import {
  canonicalKind,
  EXCHANGE_KINDS,
  type ExchangeKind,
  isCcxtKind,
  KIND_ALIASES,
} from "./model/exchange_kinds.ts";

/** As in `kernel.yaml`: it stands in messages and labels. */
const KIND = /^[a-z][a-z0-9_-]{0,31}$/;

const registered = new Map<string, AdapterFactory>();

/**
 * Adds an adapter from outside under a name of its own, for every kernel opened later.
 *
 * @param kind what `exchanges.<name>.kind` will say, e.g. `acme`.
 * @param factory called once per exchange of that kind, when a kernel is opened.
 * @throws {TypeError} when the kind is taken, or is no name.
 * @example
 * ```ts
 * import { assertRejects } from "@std/assert";
 * import { ConfigError, openKernel, registerExchange } from "@exchange-kernel/kernel";
 *
 * registerExchange("acme", ({ id }) => {
 *   return Promise.reject(new ConfigError(`exchanges.${id}.apiKey: must be given`));
 * });
 * await assertRejects(() => openKernel({ exchanges: { main: { kind: "acme" } } }), ConfigError);
 * ```
 */
export function registerExchange(kind: string, factory: AdapterFactory): void {
  if (typeof kind !== "string" || !KIND.test(kind)) {
    throw new TypeError(
      `Cannot register exchange kind ${JSON.stringify(kind)}: expected 1 to 32 of a-z 0-9 _ -, ` +
        "a letter first",
    );
  }
  if (typeof factory !== "function") {
    throw new TypeError(`Cannot register exchange kind ${kind}: its factory is no function`);
  }
  if (isBuiltIn(canonicalKind(kind)) || registered.has(kind)) {
    throw new TypeError(`Cannot register exchange kind ${kind}: it exists`);
  }
  registered.set(kind, factory);
}

/** @throws {ConfigError} with the kinds there are, and the one that was probably meant. */
export function factoryOf(kind: string, field: string): AdapterFactory {
  if (isBuiltIn(kind)) return builtIn(kind);
  const factory = registered.get(kind);
  if (factory !== undefined) return factory;
  const known = [...EXCHANGE_KINDS, ...registered.keys()];
  const hint = didYouMean(String(kind), [...known, ...Object.keys(KIND_ALIASES)]);
  throw new ConfigError(`${field}: expected one of ${known.join(", ")}, got ${kind}${hint}`, {
    field,
  });
}

function isBuiltIn(kind: string): kind is ExchangeKind {
  return EXCHANGE_KINDS.some((each) => each === kind);
}

function builtIn(kind: ExchangeKind): AdapterFactory {
  if (isCcxtKind(kind)) {
    return async (context) => {
      const { createCcxtAdapter } = await import("./exchanges/ccxt/factory.ts");
      return await createCcxtAdapter(context);
    };
  }
  if (kind === "paper") {
    return async (context) => {
      const { createPaperAdapter } = await import("./exchanges/paper/factory.ts");
      return await createPaperAdapter(context);
    };
  }
  return async (context) => {
    const { createTraditionalAdapter } = await import("./exchanges/traditional/factory.ts");
    return await createTraditionalAdapter(context);
  };
}
