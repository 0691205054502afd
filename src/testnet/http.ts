/**
 * HTTP/1.1 by hand over one TCP connection. `Deno.serve` cannot close a connection without an
 * answer, stop in the middle of a body, or stay silent, and those are the faults that matter here;
 * this parser also costs less CPU per request. It reads what HTTP clients send to trading APIs.
 */
import { Buffer } from "node:buffer";
import { type ByteSource, MESSAGE_BYTES_MAX } from "./bytes.ts";

export interface RequestHeaders {
  /** @param name in lower case. */
  get(name: string): string | undefined;
  has(name: string): boolean;
}

export interface HttpRequest {
  readonly method: string;
  /** Still percent-encoded, without the query. */
  readonly path: string;
  /** Raw, without the question mark; signatures are over exactly these characters. */
  readonly query: string;
  readonly headers: RequestHeaders;
  readonly body: string;
}

export interface HttpAnswer {
  readonly status: number;
  /** Complete header lines, each ending in CRLF; content-length is added. */
  readonly headers: string;
  readonly body: string;
}

export type ReadRequest =
  | { readonly kind: "request"; readonly request: HttpRequest }
  | { readonly kind: "closed" }
  /** Not HTTP as understood here: answer this, then close. */
  | { readonly kind: "malformed"; readonly answer: HttpAnswer };

export const JSON_HEADERS = "content-type: application/json;charset=UTF-8\r\n";
const HEAD_END = "\r\n\r\n";
const LINE_END = "\r\n";
const ENCODER = new TextEncoder();
// deno-lint-ignore no-control-regex -- all of ASCII, whose length in bytes is its length.
const ASCII = /^[\x00-\x7f]*$/;

const REASONS: Readonly<Record<number, string>> = {
  101: "Switching Protocols",
  200: "OK",
  400: "Bad Request",
  401: "Unauthorized",
  403: "Forbidden",
  404: "Not Found",
  405: "Method Not Allowed",
  408: "Request Timeout",
  409: "Conflict",
  411: "Length Required",
  413: "Payload Too Large",
  418: "I'm a teapot",
  429: "Too Many Requests",
  503: "Service Unavailable",
};

export function jsonAnswer(status: number, value: unknown): HttpAnswer {
  return { status, headers: JSON_HEADERS, body: JSON.stringify(value) };
}

/** What a load balancer shows while the exchange behind it is away, whatever the status. */
export function maintenancePage(status: number): HttpAnswer {
  const body = "<!DOCTYPE html><html><head><title>Maintenance</title></head>" +
    "<body><h1>We are undergoing maintenance</h1></body></html>";
  return { status, headers: "content-type: text/html\r\n", body };
}

/** The bytes of an answer, complete with its length. */
export function encodeAnswer(answer: HttpAnswer): Uint8Array {
  const { status, headers, body } = answer;
  const length = ASCII.test(body) ? body.length : Buffer.byteLength(body);
  return ENCODER.encode(
    `HTTP/1.1 ${status} ${REASONS[status] ?? "Status"}\r\n${headers}content-length: ${length}` +
      HEAD_END + body,
  );
}

/** Reads the next request of a kept-alive connection. */
export async function readRequest(source: ByteSource): Promise<ReadRequest> {
  let headEnd = source.pending.indexOf(HEAD_END);
  while (headEnd === -1) {
    if (!await source.more()) return { kind: "closed" };
    headEnd = source.pending.indexOf(HEAD_END);
  }
  const head = parseHead(source.pending.toString("latin1", 0, headEnd));
  if (head === null) return malformed(400, "not an HTTP/1.1 request");
  source.consume(headEnd + HEAD_END.length);
  const encoding = head.headers.get("transfer-encoding");
  if (encoding !== undefined && encoding !== "chunked") return malformed(411, "transfer-encoding");
  const body = encoding === "chunked"
    ? await readChunks(source)
    : await readLength(source, head.headers.get("content-length"));
  return typeof body === "string" ? { kind: "request", request: { ...head, body } } : body;
}

async function readLength(source: ByteSource, header = "0"): Promise<string | ReadRequest> {
  const length = Number(header);
  if (!Number.isSafeInteger(length) || length < 0) return malformed(400, "content-length");
  if (length > MESSAGE_BYTES_MAX) return malformed(413, `body over ${MESSAGE_BYTES_MAX} bytes`);
  while (source.pending.length < length) {
    if (!await source.more()) return { kind: "closed" };
  }
  const body = length === 0 ? "" : source.pending.toString("utf8", 0, length);
  source.consume(length);
  return body;
}

/** Bodies of unknown length come so; trailers are not sent by anything that trades. */
async function readChunks(source: ByteSource): Promise<string | ReadRequest> {
  const chunks: Buffer[] = [];
  let total = 0;
  for (;;) {
    const line = await readLine(source);
    if (line === null) return { kind: "closed" };
    const length = parseInt(line, 16);
    if (!Number.isSafeInteger(length) || length < 0) return malformed(400, "chunk size");
    total += length;
    if (total > MESSAGE_BYTES_MAX) return malformed(413, `body over ${MESSAGE_BYTES_MAX} bytes`);
    while (source.pending.length < length + LINE_END.length) {
      if (!await source.more()) return { kind: "closed" };
    }
    chunks.push(Buffer.from(source.pending.subarray(0, length)));
    source.consume(length + LINE_END.length);
    if (length === 0) return Buffer.concat(chunks).toString("utf8");
  }
}

async function readLine(source: ByteSource): Promise<string | null> {
  let end = source.pending.indexOf(LINE_END);
  while (end === -1) {
    if (!await source.more()) return null;
    end = source.pending.indexOf(LINE_END);
  }
  const line = source.pending.toString("latin1", 0, end);
  source.consume(end + LINE_END.length);
  return line;
}

function malformed(status: number, message: string): ReadRequest {
  return { kind: "malformed", answer: jsonAnswer(status, { error: message }) };
}

function parseHead(head: string): Omit<HttpRequest, "body"> | null {
  const lineEnd = head.indexOf(LINE_END);
  const [method, target, version] = head.slice(0, lineEnd === -1 ? head.length : lineEnd)
    .split(" ");
  if (!method || !target?.startsWith("/") || version !== "HTTP/1.1") return null;
  const headers = new HeaderLines(lineEnd === -1 ? "" : head.slice(lineEnd + LINE_END.length));
  const question = target.indexOf("?");
  return question === -1
    ? { method, path: target, query: "", headers }
    : { method, path: target.slice(0, question), query: target.slice(question + 1), headers };
}

/** Only looked up, never listed, so they are searched instead of parsed: five of ten are used. */
class HeaderLines implements RequestHeaders {
  readonly #lines: string;
  #lower: string | null = null;

  constructor(lines: string) {
    this.#lines = lines;
  }

  get(name: string): string | undefined {
    this.#lower ??= LINE_END + this.#lines.toLowerCase();
    const at = this.#lower.indexOf(`${LINE_END}${name}:`);
    if (at === -1) return undefined;
    // The lower-case copy is longer by the line end in front, which the found one starts with.
    const start = at + name.length + 1;
    const end = this.#lines.indexOf(LINE_END, start);
    return (end === -1 ? this.#lines.slice(start) : this.#lines.slice(start, end)).trim();
  }

  has(name: string): boolean {
    return this.get(name) !== undefined;
  }
}
