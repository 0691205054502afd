/** Text to a standard stream, whole: one write may take only a part. */

const ENCODER = new TextEncoder();

/** @returns `unread` once nobody reads any more. */
export function writeText(
  stream: { writeSync(bytes: Uint8Array): number },
  text: string,
): "written" | "unread" {
  let bytes = ENCODER.encode(text);
  try {
    while (bytes.length > 0) bytes = bytes.subarray(stream.writeSync(bytes));
    return "written";
  } catch (error) {
    // The reader has gone, as `head` does: what it did not want need not be written.
    if (!(error instanceof Deno.errors.BrokenPipe)) throw error;
    return "unread";
  }
}
