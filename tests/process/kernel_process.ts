/** The parent's side of a kernel in a process of its own, and what can be done to such a process. */
import { differences } from "../../src/cli/kernel_record.ts";
import { startTestnetProcess, type TestnetProcess } from "../../src/cli/testnet_process.ts";
import { lines } from "../kill/protocol.ts";
import type { ChildOptions, Order, Outcomes, Report, Word } from "./protocol.ts";

const DENO = [
  Deno.execPath(),
  "run",
  "--no-prompt",
  "--allow-net=127.0.0.1",
  "--allow-env",
  "--allow-read",
  "--allow-write",
];
/** The proof of an absence, and the pauses between looks at an order in doubt. */
const SETTLE_MS = 20_000;
const POLL_MS = 25;

/**
 * A file that may grow no more is to be an error of the write, as on a full disk; unless it is
 * ignored, the signal that comes with it would end the process.
 */
export const WITHOUT_SIGXFSZ = ["sh", "-c", 'trap "" XFSZ; exec "$@"', "sh"] as const;

/**
 * A child records coverage where its parent does. One that is killed, or whose files may not grow,
 * leaves records cut short, and one of those fails the whole report.
 */
export function withoutCoverage(
  more: Readonly<Record<string, string>> = {},
): Pick<Deno.CommandOptions, "clearEnv" | "env"> {
  const { DENO_COVERAGE_DIR: _, ...env } = Deno.env.toObject();
  return { clearEnv: true, env: { ...env, ...more } };
}

export interface Stage extends AsyncDisposable {
  readonly path: string;
  readonly testnet: TestnetProcess;
}

/** A data directory, and an exchange that outlives the kernels on it. */
export async function openStage(): Promise<Stage> {
  const path = await Deno.makeTempDir({ prefix: "exchange-kernel-process-" });
  const testnet = await startTestnetProcess({
    args: ["--no-limits", "--latency", "2", "--seed", "11"],
  });
  return {
    path,
    testnet,
    [Symbol.asyncDispose]: async () => {
      await testnet[Symbol.asyncDispose]();
      await Deno.remove(path, { recursive: true });
    },
  };
}

/** A request's validity and what follows it are as short as loopback allows. */
const TIMING = { validityMs: 500, engineBoundMs: 100, settleMs: 100 };

export class KernelProcess {
  readonly #process: Deno.ChildProcess;
  readonly #input: WritableStreamDefaultWriter<Uint8Array>;
  readonly #reading: Promise<void>;
  readonly #opened = Promise.withResolvers<void>();
  readonly #closed = Promise.withResolvers<string | null>();
  readonly #answers: PromiseWithResolvers<unknown>[] = [];

  private constructor(options: ChildOptions) {
    const [command, ...args] = [
      ...WITHOUT_SIGXFSZ,
      ...DENO,
      new URL("./child.ts", import.meta.url).pathname,
      JSON.stringify(options),
    ];
    this.#process = new Deno.Command(command!, {
      args,
      ...withoutCoverage(),
      stdin: "piped",
      stdout: "piped",
      stderr: "inherit",
    }).spawn();
    this.#input = this.#process.stdin.getWriter();
    this.#input.closed.catch(() => {}); // It breaks when the child is killed, as it should.
    for (const { promise } of [this.#opened, this.#closed]) promise.catch(() => {});
    this.#reading = this.#read();
  }

  static async open(
    { path, testnet }: Stage,
    timing: Readonly<Record<string, number>> = TIMING,
  ): Promise<KernelProcess> {
    const child = new KernelProcess({ path, endpoints: testnet.url, timing });
    await child.#opened.promise;
    return child;
  }

  /** Resolves once the kernel has closed by itself, with its error. */
  get closed(): Promise<string | null> {
    return this.#closed.promise;
  }

  trade(): void {
    this.#say({ type: "trade" });
  }

  async rest(): Promise<void> {
    await this.#ask({ type: "rest" });
  }

  async step(ms: number): Promise<void> {
    await this.#ask({ type: "step", ms });
  }

  async report(): Promise<Report> {
    return await this.#ask({ type: "report" }) as Report;
  }

  async act(order: Extract<Order, { type: "place" | "placeAndCancel" }>): Promise<Outcomes> {
    return await this.#ask(order) as Outcomes;
  }

  signal(signal: Deno.Signal): void {
    this.#process.kill(signal);
  }

  /** From now on no file of it grows; null takes that back. */
  async capFiles(bytes: number | null): Promise<void> {
    await capFiles(this.#process.pid, bytes);
  }

  async kill(): Promise<void> {
    this.#process.kill("SIGKILL");
    await this.#process.status;
    await this.#reading;
    await this.#input.abort().catch(() => {});
  }

  /**
   * Waits until kernel and exchange say the same, or as long as that may take.
   * @returns what they still do not agree on; orders that exist twice at once.
   */
  async disagreements(testnet: TestnetProcess): Promise<readonly string[]> {
    const until = performance.now() + SETTLE_MS;
    for (;;) {
      const { record } = await this.report();
      const found = differences(record, await testnet.ledger());
      const twice = [...found.duplicates, ...found.twiceLive].map((id) => `twice: ${id}`);
      const apart = [...found.strangers, ...found.disagreements];
      if (twice.length > 0) return twice;
      if (apart.length === 0 || performance.now() > until) return apart;
      await pause(POLL_MS);
    }
  }

  #ask(order: Order): Promise<unknown> {
    const answer = Promise.withResolvers<unknown>();
    this.#answers.push(answer);
    this.#say(order);
    return answer.promise;
  }

  #say(order: Order): void {
    this.#input.write(new TextEncoder().encode(JSON.stringify(order) + "\n")).catch(() => {});
  }

  async #read(): Promise<void> {
    for await (const line of lines(this.#process.stdout)) {
      const word = JSON.parse(line) as Word;
      if (word.type === "opened") this.#opened.resolve();
      else if (word.type === "closed") this.#closed.resolve(word.error);
      else this.#answers.shift()?.resolve(word.value);
    }
    const error = new Error("the child ended before it answered");
    for (const waiting of [this.#opened, this.#closed, ...this.#answers]) waiting.reject(error);
  }
}

/** Sets how long files of a running process may become; bytes beyond cannot be written. */
export async function capFiles(pid: number, bytes: number | null): Promise<void> {
  const limit = bytes === null ? "unlimited" : String(bytes);
  const { code, stderr } = await new Deno.Command("prlimit", {
    args: ["--pid", String(pid), `--fsize=${limit}:unlimited`],
  }).output();
  if (code !== 0) throw new Error(`prlimit failed: ${new TextDecoder().decode(stderr)}`);
}

/** In real time: another process is waited for. */
export function pause(ms: number): Promise<void> {
  return new Promise((resolve) => void setTimeout(resolve, ms));
}

/** Polls until `done`. @throws {Error} when it never comes. */
export async function until(done: () => Promise<boolean>, what: string): Promise<void> {
  const giveUpAt = performance.now() + SETTLE_MS;
  while (!await done()) {
    if (performance.now() > giveUpAt) throw new Error(`no ${what} in ${SETTLE_MS} ms`);
    await pause(POLL_MS);
  }
}
