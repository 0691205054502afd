/**
 * Kills a trading kernel again and again, at moments a seed decides, on one data directory, while
 * its exchange lives on; and judges every successor by the exchange's own ledger.
 */
import { differences, type KernelRecord } from "../../src/cli/kernel_record.ts";
import { startTestnetProcess, type TestnetProcess } from "../../src/cli/testnet_process.ts";
import { SeededRandom } from "../../src/system/seeded_random.ts";
import { lines, type Order, type Word } from "./protocol.ts";

export interface KillReport {
  readonly kills: number;
  readonly acknowledged: number;
  /** Acknowledged intents that a successor did not have. */
  readonly lost: number;
  /** Client order ids with two orders, and intents with two live ones. */
  readonly duplicates: number;
  /** What kernel and exchange did not agree on once things had settled. */
  readonly disagreements: number;
}

export interface KillOptions {
  readonly kills: number;
  readonly seed: number;
  /** Told what is wrong, with the kill after which it was found. */
  readonly onViolation?: (text: string) => void;
  readonly onKill?: (kill: number, tookMs: number) => void;
}

/** Long enough for a cold start, commits in flight, and every bracket's first orders. */
const TRADING_MS_MAX = 700;
/** From the start of the process through loading, opening the store and the recovery. */
const BOOT_MS_MAX = 1_200;
/** One kill of so many comes while the kernel boots. */
const BOOT_KILL_EVERY = 5;
/** The proof of an absence takes the validity of a request and its slack, and two reads. */
const SETTLE_MS = 20_000;
const POLL_MS = 25;

export async function runKills(options: KillOptions): Promise<KillReport> {
  const path = await Deno.makeTempDir({ prefix: "exchange-kernel-kill-" });
  await using testnet = await startTestnetProcess({
    args: ["--no-limits", "--latency", "2", "--seed", String(options.seed)],
  });
  try {
    return await new KillRun(path, testnet, options).run();
  } finally {
    await Deno.remove(path, { recursive: true });
  }
}

class KillRun {
  readonly #path: string;
  readonly #testnet: TestnetProcess;
  readonly #options: KillOptions;
  readonly #random: SeededRandom;
  readonly #acknowledged = new Set<string>();
  #lost = 0;
  #duplicates = 0;
  #disagreements = 0;

  constructor(path: string, testnet: TestnetProcess, options: KillOptions) {
    this.#path = path;
    this.#testnet = testnet;
    this.#options = options;
    this.#random = new SeededRandom(options.seed);
  }

  async run(): Promise<KillReport> {
    const { kills, onKill } = this.#options;
    for (let kill = 1; kill <= kills; kill++) {
      const started = performance.now();
      await this.#round(kill);
      onKill?.(kill, Math.round(performance.now() - started));
    }
    const last = new Child(this.#path, this.#testnet.url, kills + 1);
    await last.opened();
    await this.#judge(last, kills);
    await last.kill();
    return {
      kills,
      acknowledged: this.#acknowledged.size,
      lost: this.#lost,
      duplicates: this.#duplicates,
      disagreements: this.#disagreements,
    };
  }

  /** Opens, judges what the kill before left, trades, kills. */
  async #round(kill: number): Promise<void> {
    const child = new Child(this.#path, this.#testnet.url, this.#options.seed * 1_000 + kill);
    if (kill % BOOT_KILL_EVERY === 0) {
      await pause(this.#random.below(BOOT_MS_MAX));
    } else {
      await child.opened();
      await this.#judge(child, kill - 1);
      child.ask({ type: "trade" });
      await pause(this.#random.below(TRADING_MS_MAX));
    }
    for (const id of await child.kill()) this.#acknowledged.add(id);
  }

  async #judge(child: Child, kill: number): Promise<void> {
    const first = await child.record();
    for (const id of this.#acknowledged) {
      if (first.intents[id] === undefined) this.#lost += this.#violation(kill, `lost ${id}`);
    }
    const open = await this.#settled(child, first);
    for (const text of open.twice) this.#duplicates += this.#violation(kill, `twice ${text}`);
    for (const text of open.apart) this.#disagreements += this.#violation(kill, text);
  }

  /** What is wrong at once, and what still is when everything had its time. */
  async #settled(
    child: Child,
    first: KernelRecord,
  ): Promise<{ readonly twice: readonly string[]; readonly apart: readonly string[] }> {
    const until = performance.now() + SETTLE_MS;
    for (let record = first;; record = await child.record()) {
      const found = differences(record, await this.#testnet.ledger());
      const twice = [...found.duplicates, ...found.twiceLive];
      const apart = [...found.strangers, ...found.disagreements];
      if (twice.length > 0 || apart.length === 0 || performance.now() > until) {
        return { twice, apart };
      }
      await pause(POLL_MS);
    }
  }

  #violation(kill: number, text: string): 1 {
    this.#options.onViolation?.(`after kill ${kill}: ${text}`);
    return 1;
  }
}

class Child {
  readonly #process: Deno.ChildProcess;
  readonly #input: WritableStreamDefaultWriter<Uint8Array>;
  readonly #acknowledged: string[] = [];
  readonly #reading: Promise<void>;
  readonly #opened = Promise.withResolvers<void>();
  #record = Promise.withResolvers<KernelRecord>();

  constructor(path: string, url: string, seed: number) {
    this.#process = new Deno.Command(Deno.execPath(), {
      args: [
        "run",
        "--no-prompt",
        "--allow-net=127.0.0.1",
        "--allow-env",
        "--allow-read",
        "--allow-write",
        new URL("./child.ts", import.meta.url).pathname,
        path,
        url,
        String(seed),
      ],
      stdin: "piped",
      stdout: "piped",
      stderr: "inherit",
    }).spawn();
    this.#input = this.#process.stdin.getWriter();
    this.#input.closed.catch(() => {}); // It breaks when the child is killed, as it should.
    this.#opened.promise.catch(() => {});
    this.#record.promise.catch(() => {});
    this.#reading = this.#read();
  }

  opened(): Promise<void> {
    return this.#opened.promise;
  }

  ask(order: Order): void {
    this.#input.write(new TextEncoder().encode(JSON.stringify(order) + "\n")).catch(() => {});
  }

  record(): Promise<KernelRecord> {
    this.#record = Promise.withResolvers();
    this.ask({ type: "report" });
    return this.#record.promise;
  }

  /** @returns every id it had acknowledged. */
  async kill(): Promise<readonly string[]> {
    this.#process.kill("SIGKILL");
    await this.#process.status;
    await this.#reading;
    await this.#input.abort().catch(() => {});
    return this.#acknowledged;
  }

  async #read(): Promise<void> {
    for await (const line of lines(this.#process.stdout)) {
      const word = JSON.parse(line) as Word;
      if (word.type === "acknowledged") this.#acknowledged.push(word.id);
      else if (word.type === "opened") this.#opened.resolve();
      else this.#record.resolve(word.record);
    }
    const error = new Error("the child ended before it answered");
    this.#opened.reject(error);
    this.#record.reject(error);
  }
}

function pause(ms: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, ms));
}
