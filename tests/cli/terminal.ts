/** A terminal that keeps what was printed, and a data directory with a running fake kernel. */
import { assert } from "@std/assert";
import { runXk } from "../../src/cli/xk.ts";
import { writeRunFile } from "../../src/cli/run_file.ts";
import type { SecretStream } from "../../src/cli/secret_input.ts";
import { VirtualClock } from "../../src/system/virtual_clock.ts";
import { FakeKernel } from "../api/fake_kernel.ts";
import { Served, TOKEN } from "../api/served.ts";

const RESTARTED_TOKEN = "canary-token-after-restart";

export interface Ran {
  readonly code: number;
  readonly out: string;
  readonly err: string;
}

/** What somebody types, or a pipe; it comes in pieces. */
export class FakeStdin implements SecretStream {
  /** Whether typing was shown: at a terminal while nothing is being read. */
  isRaw = false;
  wasRaw = false;
  readonly #bytes: Uint8Array;
  readonly #isTerminal: boolean;
  #at = 0;

  constructor(text: string | Uint8Array, { isTerminal }: { readonly isTerminal: boolean }) {
    this.#bytes = typeof text === "string" ? new TextEncoder().encode(text) : text;
    this.#isTerminal = isTerminal;
  }

  isTerminal(): boolean {
    return this.#isTerminal;
  }

  setRaw(raw: boolean): void {
    this.isRaw = raw;
    this.wasRaw ||= raw;
  }

  /** A terminal gives a key at a time. */
  read(bytes: Uint8Array): Promise<number | null> {
    const end = this.#isTerminal ? this.#at + 1 : this.#at + 7;
    const piece = this.#bytes.subarray(this.#at, end);
    this.#at += piece.length;
    bytes.set(piece);
    return Promise.resolve(piece.length === 0 ? null : piece.length);
  }
}

/** Runs `xk` as a shell would. */
export async function xk(
  args: readonly string[],
  env: Readonly<Record<string, string>> = {},
  stdin: FakeStdin = new FakeStdin("", { isTerminal: false }),
): Promise<Ran> {
  let out = "";
  let err = "";
  const code = await runXk(args, {
    clock: new VirtualClock(),
    print: (text) => out += text,
    warn: (text) => err += text,
    env: (name) => env[name],
    stdin,
    signal: new AbortController().signal,
  });
  return { code, out, err };
}

/** A command that goes on, and what it has printed so far. */
export class Watching {
  readonly clock = new VirtualClock();
  readonly done: Promise<number>;
  out = "";
  err = "";
  readonly #stop = new AbortController();

  constructor(args: readonly string[]) {
    this.done = runXk(args, {
      clock: this.clock,
      print: (text) => this.out += text,
      warn: (text) => this.err += text,
      env: () => undefined,
      stdin: new FakeStdin("", { isTerminal: false }),
      signal: this.#stop.signal,
    });
  }

  async until(condition: () => boolean): Promise<void> {
    for (let turn = 0; !condition(); turn++) {
      assert(
        turn < 5_000,
        `the condition never came true; printed so far: ${this.out}${this.err}`,
      );
      await new Promise((resolve) => setTimeout(resolve, 2)); // a socket lies between
    }
  }

  /** Ctrl-C. */
  async stop(): Promise<number> {
    this.#stop.abort();
    return await this.done;
  }
}

/** A served fake kernel whose run file lies in a data directory of its own. */
export class DataDir implements AsyncDisposable {
  readonly path: string;
  served: Served;
  readonly #watching: Watching[] = [];

  private constructor(path: string, served: Served) {
    this.path = path;
    this.served = served;
  }

  static async open(exchanges: readonly string[] = ["paper"]): Promise<DataDir> {
    const path = await Deno.makeTempDir();
    const served = new Served({ kernel: new FakeKernel(exchanges) });
    await writeRunFile(path, { url: served.api.url, token: TOKEN, pid: Deno.pid });
    return new DataDir(path, served);
  }

  /** The kernel was started again: another port, another token, the same store. */
  async restart(): Promise<void> {
    const kernel = this.served.kernel;
    await this.served.api.close();
    this.served = new Served({ kernel, token: RESTARTED_TOKEN });
    await writeRunFile(this.path, { url: this.served.api.url, token: RESTARTED_TOKEN, pid: 2 });
  }

  watch(...args: readonly string[]): Watching {
    const watching = new Watching(["--data", this.path, ...args]);
    this.#watching.push(watching);
    return watching;
  }

  xk(...args: readonly string[]): Promise<Ran> {
    return xk(["--data", this.path, ...args]);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    for (const watching of this.#watching) await watching.stop();
    await this.served.api.close();
    await Deno.remove(this.path, { recursive: true });
  }
}
