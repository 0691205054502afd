/**
 * A project elsewhere that links this one, as its documentation tells; nothing but files and Deno.
 */
import { assertEquals, assertStringIncludes } from "@std/assert";
import { startTestnetProcess } from "../../src/cli/testnet_process.ts";

const ROOT = new URL("../../", import.meta.url);
const LINKED = ["", "links/std-assert/", "links/std-async/"];

const PAPER = `
import { openKernel, ValidationError } from "jsr:@exchange-kernel/kernel";

await using kernel = await openKernel({ exchanges: { paper: { kind: "paper" } } });
const exchange = kernel.exchange("paper");
const order = { symbolId: "BTC/USDT", side: "BUY", amount: "0.01", limitPrice: "20000" };
const intentId = await exchange.placeOrder(order, { waitFor: "accepted" });
const refused = await exchange.placeOrder({ ...order, side: "HOLD" }).catch((error) => error);
console.log(refused instanceof ValidationError);
await exchange.cancelOrder(intentId, { waitFor: "final" });
console.log(exchange.getOrderState(intentId).reconciliationStatus);
`;

const BINANCE = `
import { openKernel } from "jsr:@exchange-kernel/kernel";

await using kernel = await openKernel({
  exchanges: { main: { kind: "binance", testnet: "local", endpoints: Deno.args[0] } },
});
const exchange = kernel.exchange("main");
const order = { symbolId: "BTC/USDT", side: "BUY", amount: "0.01" };
const intentId = await exchange.placeOrder(order, { waitFor: "final" });
const { reconciliationStatus, filledAmount } = exchange.getOrderState(intentId);
console.log(reconciliationStatus, filledAmount);
`;

Deno.test("embedding: a project elsewhere passes its type check and trades on paper", async () => {
  const { code, stdout, stderr } = await runElsewhere(PAPER, { flags: ["--check"] });
  assertEquals([code, stdout], [0, "true\nCANCELED\n"], stderr);
});

Deno.test("embedding: a project elsewhere trades through ccxt, from the package's root", async () => {
  await using testnet = await startTestnetProcess({ args: ["--feed", "none"] });
  const { code, stdout, stderr } = await runElsewhere(BINANCE, { args: [testnet.url] });
  assertEquals([code, stdout], [0, "COMPLETED 0.01\n"], stderr);
  const { orders } = await testnet.ledger();
  assertEquals(orders.map(({ status }) => status), ["FILLED"]);
});

Deno.test("embedding: paper never loads ccxt", async () => {
  const info = await new Deno.Command(Deno.execPath(), {
    args: ["info", "--json", new URL("mod.ts", ROOT).pathname],
    stderr: "null",
  }).output();
  const { modules } = JSON.parse(new TextDecoder().decode(info.stdout)) as Graph;
  const ccxt = modules.filter(({ specifier }) => specifier.includes("/ccxt.ts"));
  for (const { specifier } of ccxt) assertStringIncludes(specifier, "src/exchanges/ccxt/");
  const eager = reachable(modules, new URL("mod.ts", ROOT).href);
  assertEquals([...eager].filter((specifier) => specifier.includes("node_modules/ccxt")), []);
});

interface Graph {
  readonly modules: readonly {
    readonly specifier: string;
    readonly dependencies?: readonly {
      readonly isDynamic?: boolean;
      readonly code?: { readonly specifier?: string };
    }[];
  }[];
}

/** What is loaded at once: everything but dynamic imports. */
function reachable(modules: Graph["modules"], start: string): ReadonlySet<string> {
  const bySpecifier = new Map(modules.map((module) => [module.specifier, module]));
  const seen = new Set<string>();
  const next = [start];
  for (let at = next.pop(); at !== undefined; at = next.pop()) {
    if (seen.has(at)) continue;
    seen.add(at);
    for (const { isDynamic, code } of bySpecifier.get(at)?.dependencies ?? []) {
      if (isDynamic !== true && code?.specifier !== undefined) next.push(code.specifier);
    }
  }
  return seen;
}

async function runElsewhere(
  program: string,
  { flags = [], args = [] }: {
    readonly flags?: readonly string[];
    readonly args?: readonly string[];
  },
): Promise<{
  readonly code: number;
  readonly stdout: string;
  readonly stderr: string;
}> {
  const folder = await Deno.makeTempDir({ prefix: "exchange-kernel-embedding-" });
  try {
    const links = LINKED.map((path) => new URL(path, ROOT).pathname.replace(/\/$/, ""));
    await Deno.writeTextFile(`${folder}/deno.json`, JSON.stringify({ links }));
    await Deno.writeTextFile(`${folder}/main.ts`, program);
    const { code, stdout, stderr } = await new Deno.Command(Deno.execPath(), {
      args: [
        "run",
        "--no-prompt",
        ...flags,
        "--allow-net=127.0.0.1",
        "--allow-env",
        "main.ts",
        ...args,
      ],
      cwd: folder,
      env: { NO_COLOR: "1" },
    }).output();
    const text = (bytes: Uint8Array) => new TextDecoder().decode(bytes);
    return { code, stdout: text(stdout), stderr: text(stderr) };
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
}
