/** What the killed child and its parent say to each other: one JSON object a line. */
import type { KernelRecord } from "../../src/cli/kernel_record.ts";

/** Standard input of the child. */
export type Order =
  | { readonly type: "report" }
  | { readonly type: "trade" };

/** Standard output of the child. */
export type Word =
  /** The kernel is open and has recovered; it does not trade yet. */
  | { readonly type: "opened" }
  /** `placeOrder` has returned this id. */
  | { readonly type: "acknowledged"; readonly id: string }
  | { readonly type: "record"; readonly record: KernelRecord };

/** The exchange's name in the child's kernel. */
export const EXCHANGE = "binance";

/** Lines of a byte stream; a last one without its end is dropped: it was cut by the kill. */
export async function* lines(stream: ReadableStream<Uint8Array>): AsyncGenerator<string> {
  const decoder = new TextDecoder();
  let rest = "";
  for await (const chunk of stream) {
    const parts = (rest + decoder.decode(chunk, { stream: true })).split("\n");
    rest = parts.pop() ?? "";
    yield* parts;
  }
}
