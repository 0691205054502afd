/**
 * S11: keys, secrets, signatures and the token appear nowhere but in the requests they are for.
 * The log is recorded as it is called, before any redaction, and no key is known to the redactor.
 */
import { assert, assertEquals, assertGreater, assertThrows } from "@std/assert";
import { openKernel } from "../../mod.ts";
import { type ServedKernel, serveKernel } from "../../src/cli/serve.ts";
import { defaultConfig } from "../../src/config/config.ts";
import { inspectorHandler } from "../../src/inspector/handler.ts";
import type { Log } from "../../src/model/log.ts";
import { systemClock } from "../../src/system/clock.ts";
import { systemRandom } from "../../src/system/random.ts";
import type { FaultName } from "../../src/testnet/fault_catalogue.ts";
import { startTestnet, type Testnet } from "../../src/testnet/server.ts";
import { resting, until } from "../faults/stage.ts";

const KEY = "canaryKey0a1b2c3d4e5f60718293a4b5c6d7e8f90a1b2c3d4e5f60718293a4b";
const SECRET = "canarySecret9f8e7d6c5b4a39281706f5e4d3c2b1a09f8e7d6c5b4a392817";
const OTHER_KEY = "canaryOther5566778899aabbccddeeff00112233445566778899aabbccddeef";
const WRONG_SECRET = "canaryWrong1029384756abcdef1029384756abcdef1029384756abcdef10";
/** What Binance signs with: a leaked one can be replayed within its window. */
const SIGNATURE = /signature["':= ]+[0-9a-f]{16}/i;

const FAULTS: readonly FaultName[] = [
  "responseLost",
  "requestLost",
  "unavailableAfter",
  "resetMidBody",
  "htmlAnswer",
  "truncatedJson",
  "emptyAnswer",
  "forbidden",
  "timestampOutside",
  "unexpectedResponse",
  "backendTimeout",
];

Deno.test("canary: no key, secret, signature or token comes out anywhere", async () => {
  const data = await Deno.makeTempDir();
  const keys = await Deno.makeTempDir();
  await Deno.writeTextFile(`${keys}/main.secret`, `${SECRET}\n`, { mode: 0o600 });
  const testnet = startTestnet({
    clock: systemClock,
    random: systemRandom,
    limits: "none",
    accounts: [{ apiKey: KEY, secret: SECRET }, { apiKey: OTHER_KEY, secret: SECRET }],
  });
  const said: string[] = [];
  try {
    const served = await serve(`${data}/kernel`, {
      testnet,
      secret: { file: `${keys}/main.secret` },
      say: (text) => said.push(text),
    });
    try {
      await trade(served, testnet, said);
      await browse(served, said);
      said.push(Deno.inspect(served.kernel, { depth: 12, showHidden: true }));
      said.push(JSON.stringify(served.kernel.exchanges()));
      await served.kernel.backup(`${data}/backup.db`);
    } finally {
      await served.close();
    }
    await readFiles(data, said);
    judge(said, served.token);
    for (const leak of [KEY, SECRET, served.token, `signature=${"0f".repeat(32)}`]) {
      assertThrows(() => judge([...said, `oops ${leak}`], served.token));
    }
  } finally {
    await testnet.close();
    await Deno.remove(data, { recursive: true });
    await Deno.remove(keys, { recursive: true });
  }
});

function serve(path: string, { testnet, secret, say }: {
  readonly testnet: Testnet;
  readonly secret: { readonly file: string };
  readonly say: (text: string) => void;
}) {
  const timing = { validityMs: 500, engineBoundMs: 50, settleMs: 50 };
  const budgets = { weight: { capacity: 10_000_000 }, orders: { capacity: 100_000 } };
  const limits = { budgets };
  const common = { kind: "binance", endpoints: testnet.url, apiKey: KEY, timing, limits } as const;
  const exchanges = {
    main: { ...common, secret },
    wrong: { ...common, apiKey: OTHER_KEY, secret: WRONG_SECRET },
  };
  return serveKernel({
    ...defaultConfig(),
    data: path,
    http: { port: 0, host: "127.0.0.1", auth: "token" },
  }, {
    openKernel: async ({ store, clock, random, log }) => {
      const kernel = await openKernel({ exchanges, store, clock, random, log, autoStart: false });
      // Not awaited: the exchange with the wrong secret never becomes ready.
      void kernel.start();
      await until(() => kernel.exchange("main").healthCheck().ready, "the exchange is ready");
      return kernel;
    },
    openInspector: inspectorHandler,
    clock: systemClock,
    random: systemRandom,
    log: recording(say),
  });
}

/** Everything as it is handed over, with what errors carry. */
function recording(say: (text: string) => void): Log {
  const line = (message: string, fields?: object) =>
    say(`${message} ${Deno.inspect(fields, { depth: 12 })}`);
  return { debug: line, info: line, warn: line, error: line };
}

/** An order under every fault, refused ones, and one on the exchange with the wrong secret. */
async function trade({ kernel }: ServedKernel, testnet: Testnet, said: string[]): Promise<void> {
  const exchange = kernel.exchange("main");
  exchange.subscribeEvents((event) => said.push(JSON.stringify(event)));
  const failed = (error: unknown) => said.push(shown(error));
  for (const fault of FAULTS) {
    const match = { operation: "order.place" };
    testnet.arm({ exchange: "binance", fault, match, count: 1 });
    await exchange.placeOrder(resting({ timeInForce: "IOC", limitPrice: "60000" }), {
      waitFor: "accepted",
      intentId: fault,
      signal: AbortSignal.timeout(5_000),
    }).catch(failed);
  }
  await exchange.placeOrder(resting({ amount: "8000" }), { waitFor: "final" }).catch(failed);
  await exchange.placeOrder(resting({ amount: {} })).catch(failed);
  await kernel.exchange("wrong").placeOrder(resting(), {
    waitFor: "final",
    signal: AbortSignal.timeout(500),
  }).catch(failed);
  testnet.arm({ exchange: "binance", fault: "dropSocket" });
  await until(() => exchange.healthCheck().sockets.some((s) => s.reconnects > 0), "a reconnect");
  said.push(JSON.stringify(exchange.healthCheck()), JSON.stringify(exchange.getAccountState()));
  said.push(JSON.stringify(exchange.getAllIntents({ includeTerminal: true })));
  assert(!kernel.exchange("wrong").healthCheck().ready);
}

/** Every door of HTTP, with and without the right to use it. */
async function browse({ url, token }: ServedKernel, said: string[]): Promise<void> {
  const ask = async (path: string, init: RequestInit = {}): Promise<string> => {
    const headers = { authorization: `Bearer ${token}`, ...init.headers };
    const response = await fetch(url + path, { ...init, headers });
    const text = await response.text();
    said.push(`${response.status} ${JSON.stringify([...response.headers])} ${text}`);
    return text;
  };
  const json = { "content-type": "application/json" };
  const ex = "/v1/exchanges/main";
  for (const path of ["/healthz", "/readyz", "/metrics", "/openapi.json", "/v1/exchanges"]) {
    await ask(path);
  }
  for (const path of ["intents?includeTerminal=true", "orders", "fills", "positions", "account"]) {
    await ask(`${ex}/${path}`);
  }
  await ask(`${ex}/intents/${FAULTS[0]}`);
  await ask(`${ex}/intents`, { method: "POST", headers: json, body: "{" });
  await ask(`${ex}/intents`, { method: "POST", headers: json, body: '{"order":{}}' });
  await ask("/v1/exchanges/wrong/intents", {
    method: "POST",
    headers: json,
    body: JSON.stringify({ order: resting() }),
  });
  await ask(`${ex}/reconcile`, { method: "POST", headers: json, body: "{}" });
  await ask("/v1/events?since=0&limit=500");
  await ask("/v1/exchanges", { headers: { authorization: "Bearer guess" } });
  await ask("/inspector");
  await ask("/inspector/api/machines/intent");
  await ask("/inspector/api/events");
  const list = JSON.parse(await ask("/inspector/api/actors")) as {
    readonly rows: readonly { readonly id: string }[];
  };
  assertGreater(list.rows.length, 0);
  for (const { id } of list.rows) {
    await ask(`/inspector/api/actor?id=${encodeURIComponent(id)}`);
  }
  said.push(await firstFrame(`${url}/inspector/api/stream`, token));
  said.push(await firstFrame(`${url}/v1/watch?since=0`, token));
}

async function firstFrame(url: string, token: string): Promise<string> {
  const response = await fetch(url, { headers: { authorization: `Bearer ${token}` } });
  assertEquals(response.status, 200);
  const reader = response.body!.getReader();
  const { value } = await reader.read();
  await reader.cancel();
  return new TextDecoder().decode(value);
}

/** The run file is the one place that holds the token, for its owner; it is gone by now. */
async function readFiles(path: string, said: string[]): Promise<void> {
  for await (const { name, isDirectory } of Deno.readDir(path)) {
    assert(name !== "kernel.json");
    if (isDirectory) await readFiles(`${path}/${name}`, said);
    else said.push(new TextDecoder("latin1").decode(await Deno.readFile(`${path}/${name}`)));
  }
}

function judge(said: readonly string[], token: string): void {
  const text = said.join("\n");
  assertGreater(text.length, 100_000);
  for (const secret of [KEY, OTHER_KEY, SECRET, WRONG_SECRET, token]) {
    for (const form of [secret, btoa(secret).replace(/=+$/, ""), encodeURIComponent(secret)]) {
      const at = text.indexOf(form);
      assertEquals(at, -1, `a secret is shown: ${text.slice(Math.max(0, at - 200), at)}`);
    }
    // Half of a key is enough to guess whose it is.
    assert(!text.includes(secret.slice(0, 24)), "the beginning of a secret is shown");
  }
  const signature = SIGNATURE.exec(text);
  assertEquals(signature, null);
}

/** An error with all that a careless caller would print. */
function shown(error: unknown): string {
  return `${Deno.inspect(error, { depth: 12, showHidden: true })} ${JSON.stringify(error)}`;
}
