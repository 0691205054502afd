/**
 * The `start` and `xk` tasks as processes of their own, with the permission sets they really have.
 */
import { assert } from "@std/assert";
import { readRunFile, type RunFile } from "../../src/cli/run_file.ts";

const ROOT = new URL("../../", import.meta.url);

export interface Ended {
  readonly code: number;
  readonly signal: string | null;
  readonly out: string;
  readonly err: string;
}

/** Runs a task to its end, without a terminal to ask for permissions. */
export function runTask(name: "start" | "xk", args: readonly string[]): Promise<Ended> {
  return endOf(spawnTask(name, args));
}

/** A kernel in a process, for tests that end it with signals. */
export class StartedKernel {
  readonly #child: Deno.ChildProcess;
  readonly #ended: Promise<Ended>;
  readonly run: RunFile;

  private constructor(child: Deno.ChildProcess, ended: Promise<Ended>, run: RunFile) {
    this.#child = child;
    this.#ended = ended;
    this.run = run;
  }

  /** Resolves when its doors are open. */
  static async start(data: string, ...args: readonly string[]): Promise<StartedKernel> {
    const before = (await readRunFile(data))?.token;
    const child = spawnTask("start", ["--port", "0", "--data", data, ...args]);
    const ended = endOf(child);
    let hasEnded = false;
    const watched = ended.finally(() => hasEnded = true);
    while (true) {
      if (hasEnded) throw new Error(`start ended: ${(await watched).err}`);
      const run = await readRunFile(data);
      if (run !== null && run.token !== before) return new StartedKernel(child, watched, run);
      await pause(20);
    }
  }

  async ask<T>(path: string, body?: unknown): Promise<T> {
    const response = await fetch(this.run.url + path, {
      method: body === undefined ? "GET" : "POST",
      headers: {
        authorization: `Bearer ${this.run.token}`,
        ...(body === undefined ? {} : { "content-type": "application/json" }),
      },
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    });
    const text = await response.text();
    assert(response.ok, text);
    return JSON.parse(text) as T; // the test names what its own route answers
  }

  /** @returns how the process ended, if this signal ends it. */
  kill(signal: Deno.Signal): Promise<Ended> {
    this.#child.kill(signal);
    return this.#ended;
  }
}

/** In real time: another process is waited for. */
export function pause(milliseconds: number): Promise<void> {
  return new Promise((resolve) => void setTimeout(resolve, milliseconds));
}

function spawnTask(name: "start" | "xk", args: readonly string[]): Deno.ChildProcess {
  const set = name === "start" ? "kernel" : "xk";
  return new Deno.Command(Deno.execPath(), {
    args: ["run", "--no-prompt", `-P=${set}`, `src/cli/${name}.ts`, ...args],
    cwd: ROOT,
    env: { NO_COLOR: "1" },
    stdin: "null",
    stdout: "piped",
    stderr: "piped",
  }).spawn();
}

async function endOf(child: Deno.ChildProcess): Promise<Ended> {
  const [out, err, { code, signal }] = await Promise.all([
    child.stdout.text(),
    child.stderr.text(),
    child.status,
  ]);
  return { code, signal, out, err };
}
