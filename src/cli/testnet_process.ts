/** The local testnet as a child process: what the demo trades on, and asks for the truth. */
import type { Ledger } from "../testnet/dialect.ts";

export interface TestnetProcess extends AsyncDisposable {
  readonly url: string;
  ledger(exchange?: string): Promise<Ledger>;
  /** `exchange` among its fields says where; Binance unless told. */
  arm(fault: Readonly<Record<string, unknown>>): Promise<void>;
}

export interface TestnetFlags {
  /** As `deno task testnet` takes them. */
  readonly args: readonly string[];
}

const EXCHANGE = "binance";

/** Starts one on a free port and waits until it listens. @throws {Error} when it does not start. */
export async function startTestnetProcess({ args }: TestnetFlags): Promise<TestnetProcess> {
  const main = new URL("../testnet/main.ts", import.meta.url);
  const child = new Deno.Command(Deno.execPath(), {
    args: [
      "run",
      "--no-prompt",
      "--v8-flags=--max-semi-space-size=16",
      "--allow-net=127.0.0.1",
      "--allow-read",
      main.href,
      "--port",
      "0",
      ...args,
    ],
    stdin: "null",
    // In a group of its own: Ctrl-C is for whoever started it, who still asks for the ledger then.
    detached: true,
    stdout: "piped",
    stderr: "inherit",
  }).spawn();
  const reader = child.stdout.getReader();
  const port = await readPort(reader);
  const url = `http://127.0.0.1:${port}`;
  return {
    url,
    ledger: (exchange = EXCHANGE) => getJson<Ledger>(`${url}/_control/ledger?exchange=${exchange}`),
    arm: async (fault) => {
      const body = JSON.stringify({ exchange: EXCHANGE, ...fault });
      const headers = { "content-type": "application/json" };
      const response = await fetch(`${url}/_control/faults`, { method: "PUT", headers, body });
      const text = await response.text();
      if (!response.ok) throw new Error(`Cannot arm fault ${body}: ${text}`);
    },
    [Symbol.asyncDispose]: async () => {
      try {
        child.kill("SIGTERM");
      } catch {
        // It has ended already.
      }
      await reader.cancel();
      await child.status;
    },
  };
}

/** The first line it prints is `{"port":…}`. */
async function readPort(reader: ReadableStreamDefaultReader<Uint8Array>): Promise<number> {
  const decoder = new TextDecoder();
  let text = "";
  while (!text.includes("\n")) {
    const { value, done } = await reader.read();
    if (done) throw new Error("Cannot start the local testnet: it ended without a port");
    text += decoder.decode(value, { stream: true });
  }
  const { port } = JSON.parse(text.slice(0, text.indexOf("\n"))) as { readonly port: number };
  return port;
}

async function getJson<T>(url: string): Promise<T> {
  const response = await fetch(url);
  return await response.json() as T; // our own process answers in its own documented shape
}
