/**
 * What a connected exchange takes of memory: the first one, each further one, and one that lists
 * 3,000 symbols. Each figure is the difference of two fresh processes with the flags of `start`,
 * since a heap that has once grown stays grown; medians of the rounds.
 */
import { type ExchangeKernel, type ExchangeOptions, openKernel } from "../../mod.ts";
import { startTestnetProcess } from "../../src/cli/testnet_process.ts";
import { type Bench, type Figure, plainFigure } from "./harness.ts";
import { KERNEL_FLAGS } from "./scratch.ts";
import { median } from "./stats.ts";
import { localExchanges } from "./six_exchanges.ts";
import { BASELINE_KEYS, startVenue } from "./venue_process.ts";
import { writeMarketList } from "./full_market_list.ts";

const ROUNDS = 3;
const SYMBOLS = 3_000;
/** Until what the start has set off has ended. */
const SETTLE_MS = 1_500;
/** The same testnet by another name, so that the child can tell whose list is asked for. */
const LARGE_HOST = "localhost";

/** Megabytes of a process once everything is connected. */
interface Memory {
  /** With the garbage of the start, and the young generation as far as that has made it grow. */
  readonly rss: number;
  /** What of it is still held, after a full collection. */
  readonly heap: number;
}

interface Task {
  readonly exchanges: Readonly<Record<string, ExchangeOptions>>;
  /** File of the list that whoever is at `LARGE_HOST` gets. */
  readonly list: string;
}

export const exchangeMemory: Bench = {
  name: "exchange_memory",
  about: "RSS of a connected exchange: the first, each further one, with 3,000 symbols",
  run: async () => {
    await using venue = await startTestnetProcess({ args: ["--feed", "none", "--no-limits"] });
    const list = await Deno.makeTempFile({ prefix: "markets-", suffix: ".json" });
    await writeMarketList(list, SYMBOLS);
    try {
      return await figuresOf(venue.url, list);
    } finally {
      await Deno.remove(list);
    }
  },
};

async function figuresOf(url: string, list: string): Promise<readonly Figure[]> {
  const all = localExchanges(url);
  const [first = "", ...further] = Object.keys(all);
  const only = (...ids: string[]) =>
    Object.fromEntries(Object.entries(all).filter(([id]) => ids.includes(id)));
  const large = { ...all[first]!, endpoints: atLarge(url) };
  const measure = (exchanges: Task["exchanges"]) => measured({ exchanges, list });
  const none = await measure({ paper: { kind: "paper" } });
  const one = await measure(only(first));
  const figures = [...more("first", one, none)];
  for (const id of further) {
    figures.push(...more(`further_${id}`, await measure(only(first, id)), one));
  }
  const everyone = await measure(all);
  figures.push(...more(`each_of_${further.length}_further`, everyone, one, further.length));
  figures.push(...more(`first_${SYMBOLS}_symbols`, await measure({ large }), none));
  await using pair = await startVenue(0); // Two accounts of one venue.
  const second = await measure({
    [first]: { ...all[first]!, endpoints: pair.url },
    large: { ...all[first]!, ...BASELINE_KEYS, endpoints: atLarge(pair.url) },
  });
  figures.push(...more(`further_${SYMBOLS}_symbols`, second, one));
  return [...figures, plainFigure("exchange_memory_of_all_rss", "MB", everyone.rss)];
}

function more(name: string, larger: Memory, smaller: Memory, count = 1): readonly Figure[] {
  const of = (kind: keyof Memory) => (larger[kind] - smaller[kind]) / count;
  return [
    plainFigure(`exchange_memory_${name}`, "MB", of("rss")),
    plainFigure(`exchange_memory_${name}_heap`, "MB", of("heap")),
  ];
}

function atLarge(url: string): string {
  return url.replace("127.0.0.1", LARGE_HOST);
}

async function measured(task: Task): Promise<Memory> {
  const rounds: Memory[] = [];
  for (let round = 0; round < ROUNDS; round++) {
    const command = new Deno.Command(Deno.execPath(), {
      args: [
        "run",
        "--no-lock",
        `${KERNEL_FLAGS},--expose-gc`,
        "-A",
        import.meta.url,
        JSON.stringify(task),
      ],
      stderr: "inherit",
    });
    const { stdout, success } = await command.output();
    if (!success) throw new Error("exchange_memory: a measured process failed");
    rounds.push(JSON.parse(new TextDecoder().decode(stdout)));
  }
  return {
    rss: median(rounds.map(({ rss }) => rss)),
    heap: median(rounds.map(({ heap }) => heap)),
  };
}

async function rssOf({ exchanges, list }: Task): Promise<Memory> {
  const { fetch } = globalThis;
  globalThis.fetch = async (input, init) => {
    const url = String(input);
    if (!url.includes(LARGE_HOST) || !url.includes("exchangeInfo")) return await fetch(input, init);
    const { readable } = await Deno.open(list);
    return new Response(readable, { headers: { "content-type": "application/json" } });
  };
  const kernel = await openKernel({ exchanges });
  const notReady = () => kernel.exchanges().filter((exchange) => !exchange.healthCheck().ready);
  const giveUpAt = performance.now() + 30_000;
  while (notReady().length > 0) {
    if (performance.now() > giveUpAt) throw new Error(troubles(notReady()));
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
  const large = exchanges["large"] === undefined ? null : kernel.exchange("large");
  if (large !== null && large.listSymbols().length < SYMBOLS) {
    throw new Error(`exchange_memory: only ${large.listSymbols().length} symbols were listed`);
  }
  await new Promise((resolve) => setTimeout(resolve, SETTLE_MS));
  const rss = Deno.memoryUsage().rss / 1e6;
  (globalThis as typeof globalThis & { gc(): void }).gc(); // The child's flags expose it.
  const heap = Deno.memoryUsage().heapUsed / 1e6;
  await kernel.stop();
  return { rss, heap };
}

function troubles(exchanges: readonly ExchangeKernel[]): string {
  const each = exchanges.map((exchange) => {
    const { state, errors } = exchange.healthCheck();
    return `${exchange.id} ${state} ${JSON.stringify(errors)}`;
  });
  return `exchange_memory: not ready within 30 s: ${each.join("; ")}`;
}

if (import.meta.main) {
  console.log(JSON.stringify(await rssOf(JSON.parse(Deno.args[0] ?? "{}"))));
}
