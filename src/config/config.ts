/** Reads `kernel.yaml`: parse, interpolate, check, and name every mistake with its place. */
import { LineCounter, parseDocument } from "yaml";
import type { z } from "zod";
import { ConfigError } from "../model/errors.ts";
import { sharedAccounts } from "../model/exchange_accounts.ts";
import {
  canonicalKind,
  EXCHANGE_KINDS,
  type ExchangeKind,
  KIND_ALIASES,
  testnetRefusal,
} from "../model/exchange_kinds.ts";
import { CONFIG_BYTES_MAX, EXCHANGES_MAX } from "../model/limits.ts";
import { isSecretField, registerSecret } from "../telemetry/redact.ts";
import { checkKeys, refuseReadableKeys, withReadKeys } from "./credentials.ts";
import { isSwitchedOff, withoutUnset } from "./disabled.ts";
import { checkDeadMansSwitch } from "./dead_mans_switch.ts";
import { interpolate, type Path } from "./interpolation.ts";
import { addIssues, Mistakes, refusePrototypeKeys } from "./mistakes.ts";
import {
  EXCHANGE_SCHEMAS,
  type ExchangeConfig,
  ExchangeNameSchema,
  type KernelConfig,
  KernelSchema,
} from "./schema.ts";
import { didYouMean } from "./suggestion.ts";

export interface ConfigOptions {
  /** Looks an environment variable up; the process's own by default. */
  readonly env?: (name: string) => string | undefined;
}

export interface ParseOptions extends ConfigOptions {
  /** How the file is called in messages. */
  readonly file: string;
  /** Permission bits of the file, or null where there are none. */
  readonly mode?: number | null;
}

/** References to one anchor; a bomb needs ten levels of ten. */
const ALIASES_MAX = 32;

/** One paper exchange, SQLite in `./data`, HTTP on port 7070: what runs without a file. */
export function defaultConfig(): KernelConfig {
  return parseConfig("exchanges: { paper: { kind: paper } }", {
    file: "(default)",
    env: () => undefined,
  });
}

/**
 * @param path of the file; messages name it as given.
 * @throws {ConfigError} whose message has a line for every mistake, each `file:line:col path: …`.
 */
export async function loadConfig(path: string, options: ConfigOptions = {}): Promise<KernelConfig> {
  let text: string;
  let mode: number | null;
  try {
    const info = await Deno.stat(path);
    if (info.size > CONFIG_BYTES_MAX) {
      throw new RangeError(`expected at most ${CONFIG_BYTES_MAX} bytes, got ${info.size}`);
    }
    mode = info.mode;
    text = await Deno.readTextFile(path);
  } catch (error) {
    const reason = error instanceof Deno.errors.NotFound
      ? "no such file"
      : error instanceof Error
      ? error.message
      : "unreadable";
    throw new ConfigError(`${path}:1:1 cannot read the configuration: ${reason}`, { file: path });
  }
  const { config, mistakes } = read(text, { ...options, file: path, mode });
  const exchanges: Record<string, ExchangeConfig> = {};
  for (const [name, exchange] of Object.entries(config.exchanges)) {
    exchanges[name] = !exchange.enabled ? exchange : await withReadKeys(
      exchange,
      (field, rule) => mistakes.add(["exchanges", name, field], rule),
    );
  }
  registerSecrets(exchanges);
  for (const { id, field, rule } of sharedAccounts(sectionsOf(exchanges), null)) {
    mistakes.add(["exchanges", id, field], rule);
  }
  mistakes.throwIfAny();
  return { ...config, exchanges };
}

/** As {@linkcode loadConfig}, from text; keys in files are left to be read. @throws {ConfigError} */
export function parseConfig(text: string, options: ParseOptions): KernelConfig {
  return read(text, options).config;
}

interface ReadConfig {
  readonly config: KernelConfig;
  /** Empty so far. */
  readonly mistakes: Mistakes;
}

function read(text: string, options: ParseOptions): ReadConfig {
  const lines = new LineCounter();
  const document = parsed(text, lines, options.file);
  const mistakes = new Mistakes(options.file, document, lines);
  // Only the first: a parser's later errors mostly follow from it.
  const [error] = document.errors;
  if (error !== undefined) mistakes.addAt(error.pos[0], "", syntaxMessage(error.message));
  mistakes.throwIfAny();
  refusePrototypeKeys(document, mistakes);
  mistakes.throwIfAny();

  let plain: unknown;
  try {
    plain = document.toJS({ maxAliasCount: ALIASES_MAX }) ?? {};
  } catch (error) {
    mistakes.addAt(0, "", error instanceof Error ? error.message : "cannot be read");
    mistakes.throwIfAny();
  }
  const { value, substituted } = interpolate(withoutUnset(plain, envOf(options)), {
    env: envOf(options),
    mistake: (path, message) => mistakes.add(path, message),
  });
  // Before anything of the values can get into a message.
  registerSecrets(value);
  const config = checked({ value, substituted, mistakes, mode: options.mode ?? null });
  return { config, mistakes };
}

function envOf({ env }: ParseOptions): (name: string) => string | undefined {
  return env ?? ((name) => Deno.env.get(name));
}

function syntaxMessage(message: string): string {
  if (message.includes("call stack")) return "nested too deeply";
  return (message.split("\n")[0] ?? "").replace(/; please use YAML.*/, "");
}

function parsed(text: string, lines: LineCounter, file: string) {
  try {
    return parseDocument(text, { lineCounter: lines, prettyErrors: false, merge: false });
  } catch (error) {
    // Thousands of nested brackets exhaust the parser's stack.
    if (!(error instanceof RangeError)) throw error;
    throw new ConfigError(`${file}:1:1 cannot be parsed: nested too deeply`, { file });
  }
}

interface Unchecked {
  readonly value: unknown;
  readonly substituted: ReadonlySet<string>;
  readonly mistakes: Mistakes;
  readonly mode: number | null;
}

function checked({ value, substituted, mistakes, mode }: Unchecked): KernelConfig {
  const result = KernelSchema.safeParse(value);
  if (!result.success) {
    const schema = KernelSchema;
    addIssues(result.error.issues, { schema, mistakes, base: [], value, substituted });
  }
  const sections = exchangeSections(value);
  if (sections.length > EXCHANGES_MAX) {
    mistakes.add(["exchanges"], `expected at most ${EXCHANGES_MAX} exchanges`);
  }
  const exchanges: Record<string, ExchangeConfig> = {};
  for (const [name, section] of sections.slice(0, EXCHANGES_MAX)) {
    const exchange = checkedExchange(name, section, { substituted, mistakes });
    if (exchange === null) continue;
    exchanges[name] = exchange;
    refuseReadableKeys(["exchanges", name], exchange, { substituted, mistakes, mode });
  }
  mistakes.throwIfAny();
  if (!result.success) throw new ConfigError("configuration refused");
  return { ...result.data, exchanges };
}

function sectionsOf(exchanges: KernelConfig["exchanges"]) {
  return Object.entries(exchanges).map(([id, exchange]) => [id, { ...exchange }] as const);
}

function exchangeSections(value: unknown): readonly [string, unknown][] {
  if (typeof value !== "object" || value === null || !("exchanges" in value)) return [];
  const { exchanges } = value;
  if (typeof exchanges !== "object" || exchanges === null || Array.isArray(exchanges)) return [];
  return Object.entries(exchanges);
}

function checkedExchange(
  name: string,
  section: unknown,
  { substituted, mistakes }: Pick<Unchecked, "substituted" | "mistakes">,
): ExchangeConfig | null {
  const base: Path = ["exchanges", name];
  const named = ExchangeNameSchema.safeParse(name);
  if (!named.success) mistakes.add(base, named.error.issues[0]?.message ?? "bad name", "key");
  if (typeof section !== "object" || section === null || Array.isArray(section)) {
    mistakes.add(base, "expected a map with a kind");
    return null;
  }
  const kind = checkedKind("kind" in section ? section.kind : undefined, {
    base,
    substituted,
    mistakes,
  });
  if (kind === null) return null;
  if (!isSwitchedOff(section)) checkKeys(kind, section, { base, mistakes });
  const refusal = testnetRefusal(kind, "testnet" in section ? flagOf(section.testnet) : undefined);
  if (refusal !== null) mistakes.add([...base, "testnet"], refusal);
  const schema: z.ZodType<ExchangeConfig> = EXCHANGE_SCHEMAS[kind];
  const result = schema.safeParse({ ...section, kind });
  if (result.success) {
    checkDeadMansSwitch(result.data, base, mistakes);
    return result.data;
  }
  addIssues(result.error.issues, { schema, mistakes, base, value: section, substituted });
  return null;
}

function checkedKind(
  written: unknown,
  { base, substituted, mistakes }:
    & { readonly base: Path }
    & Pick<Unchecked, "substituted" | "mistakes">,
): ExchangeKind | null {
  const kind = typeof written === "string" ? canonicalKind(written) : written;
  const known = EXCHANGE_KINDS.find((one) => one === kind);
  if (known !== undefined) return known;
  const path = [...base, "kind"];
  const got = substituted.has(path.join("\n"))
    ? "the value of a variable"
    : typeof kind === "string"
    ? `${JSON.stringify(kind.slice(0, 64))}${
      didYouMean(kind, [...EXCHANGE_KINDS, ...Object.keys(KIND_ALIASES)])
    }`
    : kind === undefined
    ? "nothing"
    : typeof kind;
  mistakes.add(path, `expected one of ${EXCHANGE_KINDS.join(", ")}, got ${got}`);
  return null;
}

/** What came from a variable is text. */
function flagOf(value: unknown): unknown {
  return value === "true" ? true : value;
}

function registerSecrets(value: unknown): void {
  if (typeof value !== "object" || value === null) return;
  for (const [key, item] of Object.entries(value)) {
    if (typeof item === "string" && isSecretField(key)) registerSecret(item);
    else registerSecrets(item);
    // Services put a token into the address of a webhook.
    if (key === "webhook") registerSecrets({ secret: (item as { url?: unknown } | null)?.url });
  }
}
