/** `/v1/watch`, taken up again where it broke off, also after the kernel was started again. */
import type { KernelEvent } from "../model/event.ts";
import { type Client, queryText } from "./client.ts";
import type { CommandContext } from "./context.ts";
import { CommandError, EXIT } from "./exit.ts";

/** As long as the kernel asks its watchers to wait. */
const RETRY_MS = 1_000;

/** A restart reads all intents back first; two minutes are enough for very many. */
const RETRIES_MAX = 120;

/** An event's payload has at most 64 KiB of JSON, which text can make a few times longer. */
const MESSAGE_LENGTH_MAX = 1024 * 1024;

export type Watched =
  /** Everything committed from here on is told; what was read before may be older. */
  | { readonly kind: "open"; readonly client: Client }
  /** Events after `since`, up to `newest`, are not all kept: they are not told. */
  | { readonly kind: "gap"; readonly since: number; readonly newest: number }
  | { readonly kind: "event"; readonly event: KernelEvent };

export interface WatchRequest {
  /** The filter. */
  readonly query: Readonly<Record<string, string>>;
  /** From after this event on; null: from now on. */
  readonly since: number | null;
}

/**
 * Goes on until the signal. @throws {CommandError} when the first try is refused, or no later one
 * succeeds.
 */
export async function* watchEvents(
  context: CommandContext,
  { query, since }: WatchRequest,
): AsyncGenerator<Watched> {
  const { signal } = context;
  let { client } = context;
  let cursor = since;
  let wasOpen = false;
  for (let failures = 0; !signal.aborted;) {
    try {
      if (failures > 0) client = await context.reopen();
      const from: Readonly<Record<string, string>> = cursor === null
        ? {}
        : { since: String(cursor) };
      const body = await client.stream(`/v1/watch${queryText({ ...query, ...from })}`, signal);
      failures = 0;
      wasOpen = true;
      yield { kind: "open", client };
      for await (const event of eventsOf(body, signal)) {
        cursor = event.eventId;
        yield { kind: "event", event };
      }
    } catch (error) {
      if (signal.aborted) return;
      if (error instanceof CommandError && error.newest !== null && cursor !== null) {
        yield { kind: "gap", since: cursor, newest: error.newest };
        cursor = error.newest;
        continue;
      }
      const isUsage = error instanceof CommandError && error.exitCode === EXIT.usage;
      if (!wasOpen || isUsage || failures >= RETRIES_MAX) throw error;
    }
    if (signal.aborted) return;
    if (failures === 0) context.warn("the connection broke; going on as soon as it is back\n");
    failures += 1;
    await pause(context);
  }
}

/** @returns once the stream has ended, however it did. */
async function* eventsOf(
  body: ReadableStream<Uint8Array<ArrayBuffer>>,
  signal: AbortSignal,
): AsyncGenerator<KernelEvent> {
  let rest = "";
  const reader = body.pipeThrough(new TextDecoderStream()).getReader();
  // The signal given to fetch does not always reach a read that is under way.
  const stop = () => void reader.cancel().catch(() => {});
  signal.addEventListener("abort", stop, { once: true });
  try {
    while (!signal.aborted) {
      const { value, done } = await reader.read().catch(() => ENDED);
      if (done) return;
      const blocks = (rest + value).split("\n\n");
      rest = blocks.pop() ?? "";
      if (rest.length > MESSAGE_LENGTH_MAX) {
        throw new CommandError(`what answers is no kernel: an event above ${MESSAGE_LENGTH_MAX}`);
      }
      for (const block of blocks) {
        const event = parsed(block);
        if (event !== null) yield event;
      }
    }
  } finally {
    signal.removeEventListener("abort", stop);
    await reader.cancel().catch(() => {}); // it broke already
  }
}

const ENDED = { done: true, value: undefined } as const;

/** @returns null for what carries no event: a heartbeat, the time to wait before a retry. */
function parsed(block: string): KernelEvent | null {
  const data = block.split("\n").filter((line) => line.startsWith("data: "))
    .map((line) => line.slice("data: ".length));
  return data.length === 0 ? null : JSON.parse(data.join("\n"));
}

function pause({ clock, signal }: CommandContext): Promise<void> {
  return new Promise((resolve) => {
    const wake = () => {
      cancel();
      signal.removeEventListener("abort", wake);
      resolve();
    };
    const cancel = clock.setTimer(wake, RETRY_MS);
    signal.addEventListener("abort", wake);
  });
}
