/**
 * `testnet: "local"`: the running local testnet, or one started as a process of its own, so that it
 * outlives a killed kernel as a real exchange would.
 */
import { ConfigError } from "../model/errors.ts";
import { canonicalKind } from "../model/exchange_kinds.ts";
import { systemClock } from "../system/clock.ts";
import { credentialOptions, defaultCredentials, isLocalExchange } from "./credentials.ts";

/** As `deno task testnet` listens by default. */
export const LOCAL_TESTNET_PORT = 7171;

/**
 * Our own testnet processes a request when it arrives and reads what it wrote: absence is provable
 * within seconds. A real venue documents no such bound, and its profile waits longer.
 */
const LOCAL_TIMING = { validityMs: 2_000, engineBoundMs: 300, settleMs: 200 };

/** A cold start compiles the testnet's modules; a warm one takes under a second. */
const START_TIMEOUT_MS = 30_000;
const POLL_MS = 50;

type Options = Readonly<Record<string, unknown>>;

/**
 * Options with `testnet: "local"` replaced by the endpoints, keys and bounds of the local testnet.
 *
 * @param about the exchange's kind as the registry names it, and where its options stand.
 * @throws {ConfigError} when the testnet speaks no such exchange, or does not answer.
 */
export async function resolveLocalTestnet(
  options: Options,
  about: { readonly kind: string; readonly path: string },
): Promise<Options> {
  if (options["testnet"] !== "local") return options;
  const { path } = about;
  const kind = canonicalKind(about.kind);
  if (!isLocalExchange(kind)) {
    throw new ConfigError(`${path}.testnet: must not be local, since no local testnet is ${kind}`);
  }
  const { testnet: _local, endpoints, ...rest } = options;
  const url = typeof endpoints === "string" ? endpoints : `http://127.0.0.1:${LOCAL_TESTNET_PORT}`;
  if (!(await isUp(url))) await startLocal(url, path);
  return {
    ...credentialOptions(defaultCredentials(kind)),
    timing: LOCAL_TIMING,
    ...rest,
    endpoints: url,
  };
}

async function isUp(url: string): Promise<boolean> {
  try {
    const response = await fetch(`${url}/_control/health`);
    await response.body?.cancel();
    return response.ok;
  } catch {
    return false;
  }
}

/** @throws {ConfigError} when it may not be started, or does not answer. */
async function startLocal(url: string, path: string): Promise<void> {
  const { hostname, port } = new URL(url);
  const main = new URL("./main.ts", import.meta.url);
  if (hostname !== "127.0.0.1" || main.protocol !== "file:") {
    throw new ConfigError(`${path}.testnet: no local testnet answers at ${url}`);
  }
  const command = new Deno.Command(Deno.execPath(), {
    args: [
      "run",
      "--no-prompt",
      "--allow-net=127.0.0.1",
      "--allow-read",
      main.href,
      "--port",
      port,
    ],
    stdin: "null",
    stdout: "null",
    stderr: "null",
  });
  let child: Deno.ChildProcess;
  try {
    child = command.spawn();
    child.unref(); // it outlives this process
  } catch (error) {
    const reason = error instanceof Error ? error.name : typeof error;
    throw new ConfigError(
      `${path}.testnet: no local testnet answers at ${url}, and starting one is not permitted ` +
        `(${reason}); run \`deno task testnet --port ${port}\` first`,
      {},
      { cause: error },
    );
  }
  const giveUpAt = systemClock.monotonic() + START_TIMEOUT_MS;
  while (!(await isUp(url))) {
    if (systemClock.monotonic() > giveUpAt) {
      child.kill();
      throw new ConfigError(`${path}.testnet: the local testnet did not answer at ${url}`);
    }
    await new Promise<void>((resolve) => void systemClock.setTimer(resolve, POLL_MS));
  }
}
