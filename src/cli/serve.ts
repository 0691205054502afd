/**
 * A kernel with its doors: opened in the order kernel, inspector, HTTP, run file; closed in the
 * reverse one, so that no door stands open on a kernel that is gone.
 */
import { type ApiServer, type InspectorHandler, serveApi } from "../api/server.ts";
import type { KernelConfig } from "../config/schema.ts";
import type { ObservationPort } from "../inspector/observation.ts";
import type { Clock, Random } from "../model/clock.ts";
import type { Kernel } from "../model/facade.ts";
import type { Log } from "../model/log.ts";
import type { RiskPatch } from "../model/risk.ts";
import { registerSecret } from "../telemetry/redact.ts";
import { CommandError, EXIT } from "./exit.ts";
import { removeRunFile, type RunFile, writeRunFile } from "./run_file.ts";

export type OpenedKernel = Kernel & { readonly observation: ObservationPort };

/** One exchange's section; the adapter of its kind knows its further options. */
export interface ExchangeSection {
  readonly kind: string;
  readonly [option: string]: unknown;
}

/** What `openKernel` is given here. */
export interface KernelOptions {
  readonly exchanges: Readonly<Record<string, ExchangeSection>>;
  readonly risk?: RiskPatch;
  readonly alerts?: NonNullable<KernelConfig["alerts"]>;
  readonly store: { readonly kind: "sqlite"; readonly path: string };
  readonly clock: Clock;
  readonly random: Random;
  readonly log: Log;
}

export interface OpenedInspector {
  readonly handle: InspectorHandler;
  close(): Promise<void>;
}

export interface ServePorts {
  readonly openKernel: (options: KernelOptions) => Promise<OpenedKernel>;
  readonly openInspector: (
    ports: {
      readonly observation: ObservationPort;
      readonly kernel: Kernel;
      readonly clock: Clock;
    },
  ) => OpenedInspector;
  readonly clock: Clock;
  readonly random: Random;
  readonly log: Log;
}

export interface ServedKernel {
  readonly kernel: OpenedKernel;
  readonly url: string;
  readonly token: string;
  /** Drains and closes everything; a second call waits for the first. */
  close(): Promise<void>;
}

/** 192 bits: not to be guessed over the lifetime of a process. */
const TOKEN_BYTES = 24;

/**
 * @throws {CommandError} when the port is taken or no exchange is enabled.
 * @throws {KernelError} what opening the kernel throws.
 */
export async function serveKernel(config: KernelConfig, ports: ServePorts): Promise<ServedKernel> {
  const { clock, random, log } = ports;
  // The store's file holds orders and the run file the token: for the owner's eyes.
  await makeDirectory(config.data);
  const token = makeToken(random);
  registerSecret(token);
  const kernel = await ports.openKernel({
    exchanges: enabledExchanges(config),
    ...(config.risk === undefined ? {} : { risk: config.risk }),
    ...(config.alerts === undefined ? {} : { alerts: config.alerts }),
    store: { kind: "sqlite", path: config.data },
    clock,
    random,
    log,
  });
  const opened: { inspector?: OpenedInspector; api?: ApiServer; run?: RunFile } = {};
  const close = once(async () => {
    // The inspector first: its streams would hold the HTTP server open.
    await opened.inspector?.close();
    await opened.api?.close();
    await kernel.stop();
    if (opened.run !== undefined) await removeRunFile(config.data, opened.run);
  });
  try {
    const inspector = ports.openInspector({ observation: kernel.observation, kernel, clock });
    opened.inspector = inspector;
    const api = listen(config, {
      kernel,
      log,
      clock,
      token,
      inspector: (request) => inspector.handle(request),
    });
    opened.api = api;
    opened.run = { url: api.url, token, pid: Deno.pid };
    await writeRunFile(config.data, opened.run);
    return { kernel, url: api.url, token, close };
  } catch (error) {
    await close();
    throw error;
  }
}

/** @throws {CommandError} naming the directory: a disk that takes nothing, a file in its place. */
async function makeDirectory(path: string): Promise<void> {
  try {
    await Deno.mkdir(path, { recursive: true, mode: 0o700 });
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    throw new CommandError(`cannot use the data directory ${path}: ${reason}`);
  }
}

function listen(
  { http }: KernelConfig,
  options: Omit<Parameters<typeof serveApi>[0], "port" | "hostname" | "auth">,
): ApiServer {
  try {
    return serveApi({ ...options, port: http.port, hostname: http.host, auth: http.auth });
  } catch (error) {
    if (!(error instanceof Deno.errors.AddrInUse)) throw error;
    throw new CommandError(`port ${http.port} is taken: choose another with --port`);
  }
}

function enabledExchanges({ exchanges }: KernelConfig): Record<string, ExchangeSection> {
  const enabled = Object.entries(exchanges).filter(([, exchange]) => exchange.enabled);
  if (enabled.length > 0) {
    return Object.fromEntries(enabled.map(([name, exchange]) => [name, { ...exchange }]));
  }
  throw new CommandError("no exchange is enabled in the configuration", EXIT.usage);
}

function makeToken(random: Random): string {
  const base64 = btoa(String.fromCharCode(...random.bytes(TOKEN_BYTES)));
  return base64.replaceAll("+", "-").replaceAll("/", "_").replace(/=+$/, "");
}

function once(work: () => Promise<void>): () => Promise<void> {
  let running: Promise<void> | null = null;
  return () => running ??= work();
}
