/**
 * The local testnet in a process of its own, without limits and with two accounts, so that the
 * kernel's user stream does not show the orders of the baseline.
 */
import { TESTNET_API_KEY, TESTNET_API_SECRET } from "../../src/testnet/credentials.ts";
import { startTestnet } from "../../src/testnet/server.ts";
import { systemClock } from "../../src/system/clock.ts";
import { systemRandom } from "../../src/system/random.ts";

export interface Keys {
  readonly apiKey: string;
  readonly secret: string;
}

export const KERNEL_KEYS: Keys = { apiKey: TESTNET_API_KEY, secret: TESTNET_API_SECRET };
export const BASELINE_KEYS: Keys = { apiKey: "baseline".repeat(8), secret: "secret".repeat(10) };

const BALANCES = { USDT: "1000000000", BTC: "1000" };

export interface VenueProcess extends AsyncDisposable {
  readonly url: string;
}

/** Starts it and waits for its port. */
export async function startVenue(latencyMs: number): Promise<VenueProcess> {
  const child = new Deno.Command(Deno.execPath(), {
    args: [
      "run",
      "--no-lock",
      "--v8-flags=--max-semi-space-size=16",
      "--allow-net=127.0.0.1",
      "--allow-read",
      "--allow-env",
      import.meta.url,
      String(latencyMs),
    ],
    stdout: "piped",
    stderr: "inherit",
  }).spawn();
  const reader = child.stdout.getReader();
  const { value } = await reader.read();
  const { port } = JSON.parse(new TextDecoder().decode(value));
  return {
    url: `http://127.0.0.1:${port}`,
    [Symbol.asyncDispose]: async () => {
      child.kill("SIGTERM");
      await reader.cancel();
      await child.status;
    },
  };
}

if (import.meta.main) {
  const testnet = startTestnet({
    clock: systemClock,
    random: systemRandom,
    port: 0,
    latencyMs: Number(Deno.args[0] ?? "0"),
    limits: "none",
    accounts: [KERNEL_KEYS, BASELINE_KEYS].map((keys) => ({ ...keys, balances: BALANCES })),
  });
  console.log(JSON.stringify({ port: testnet.port }));
}
