/**
 * A part of a bench in a process of its own, with a heap of its own: what one side leaves behind
 * must not stop the other. It measures whenever it is sent a line, and answers with one of JSON.
 */
import { KERNEL_FLAGS } from "./scratch.ts";

/** The parent's end. */
export class Child<Ready> {
  /** What the child told first. */
  readonly ready: Ready;
  readonly #process: Deno.ChildProcess;
  readonly #writer: WritableStreamDefaultWriter<Uint8Array>;
  readonly #lines: ReadableStreamDefaultReader<string>;

  private constructor(
    process: Deno.ChildProcess,
    lines: ReadableStreamDefaultReader<string>,
    ready: Ready,
  ) {
    this.#process = process;
    this.#writer = process.stdin.getWriter();
    this.#lines = lines;
    this.ready = ready;
  }

  /** @param module runs `answerParent` when it is the main module */
  static async start<Ready>(module: string, args: readonly string[]): Promise<Child<Ready>> {
    const process = new Deno.Command(Deno.execPath(), {
      args: ["run", "--no-lock", "--no-check", KERNEL_FLAGS, "-A", module, ...args],
      stdin: "piped",
      stdout: "piped",
      stderr: "inherit",
    }).spawn();
    const lines = process.stdout.pipeThrough(new TextDecoderStream()).pipeThrough(byLine())
      .getReader();
    return new Child(process, lines, await read<Ready>(lines));
  }

  async ask<T>(question: string): Promise<T> {
    await this.#writer.write(new TextEncoder().encode(`${question}\n`));
    return await read<T>(this.#lines);
  }

  async stop(): Promise<void> {
    await this.#writer.close();
    await this.#lines.cancel();
    await this.#process.status;
  }
}

/** The child's end; resolves once the parent has stopped it. */
export async function answerParent(
  ready: unknown,
  answer: (question: string) => Promise<unknown>,
): Promise<void> {
  console.log(JSON.stringify(ready));
  const questions = Deno.stdin.readable.pipeThrough(new TextDecoderStream()).pipeThrough(byLine());
  for await (const question of questions) console.log(JSON.stringify(await answer(question)));
}

async function read<T>(lines: ReadableStreamDefaultReader<string>): Promise<T> {
  const { value } = await lines.read();
  if (value === undefined) throw new Error("Cannot measure: a measured process has ended");
  return JSON.parse(value) as T; // both ends are one module
}

function byLine(): TransformStream<string, string> {
  let rest = "";
  return new TransformStream({
    transform(chunk, controller) {
      const lines = (rest + chunk).split("\n");
      rest = lines.pop() ?? "";
      for (const line of lines) controller.enqueue(line);
    },
  });
}
