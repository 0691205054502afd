/**
 * The server side of one WebSocket (RFC 6455) over a raw connection, so that it can also be cut
 * without a closing handshake or stay open and mute, which no WebSocket API offers.
 */
import { Buffer } from "node:buffer";
import { createHash } from "node:crypto";
import { type ByteSource, closeQuietly, MESSAGE_BYTES_MAX, writeAll } from "./bytes.ts";
import type { HttpRequest } from "./http.ts";

/** RFC 6455, section 1.3. */
const ACCEPT_GUID = "258EAFA5-E914-47DA-95CA-C5AB0DC85B11";
/** A reader this far behind is cut off, as exchanges do, instead of growing our memory. */
const BACKLOG_BYTES_MAX = 8 * 1024 * 1024;
const OPCODE = { continuation: 0, text: 1, binary: 2, close: 8, ping: 9, pong: 10 } as const;
const NORMAL_CLOSURE = 1000;
const PROTOCOL_ERROR = 1002;

export interface SocketHandlers {
  readonly onMessage: (text: string) => void;
  readonly onClose: () => void;
}

/** The answer to an upgrade request, or null when it is not a valid one. */
export function upgradeHead(request: HttpRequest): Uint8Array | null {
  const key = request.headers.get("sec-websocket-key");
  if (request.headers.get("upgrade")?.toLowerCase() !== "websocket" || key === undefined) {
    return null;
  }
  const accept = createHash("sha1").update(key + ACCEPT_GUID).digest("base64");
  return Buffer.from(
    "HTTP/1.1 101 Switching Protocols\r\nupgrade: websocket\r\nconnection: Upgrade\r\n" +
      `sec-websocket-accept: ${accept}\r\n\r\n`,
  );
}

export class WebSocketPeer {
  readonly #connection: Deno.Conn;
  readonly #source: ByteSource;
  readonly #fragments: Buffer[] = [];
  #fragmentBytes = 0;
  #backlog: Buffer[] = [];
  #backlogBytes = 0;
  #writing = false;
  #open = true;
  /** True: nothing leaves any more, not even a pong; what comes in is still processed. */
  muted = false;

  constructor(connection: Deno.Conn, source: ByteSource) {
    this.#connection = connection;
    this.#source = source;
  }

  get isOpen(): boolean {
    return this.#open;
  }

  send(text: string): void {
    this.#write(OPCODE.text, Buffer.from(text));
  }

  ping(payload: string): void {
    this.#write(OPCODE.ping, Buffer.from(payload));
  }

  /** Closes with the handshake's first half; the peer's answer is not waited for. */
  close(code = NORMAL_CLOSURE): void {
    const payload = Buffer.allocUnsafe(2);
    payload.writeUInt16BE(code);
    this.#write(OPCODE.close, payload);
    void this.#flushThenClose();
  }

  /** Cuts the connection without a word. */
  drop(): void {
    this.#open = false;
    closeQuietly(this.#connection);
  }

  /** Reads until the end; resolves when the socket is closed, whoever closed it. */
  async run(handlers: SocketHandlers): Promise<void> {
    try {
      while (this.#open) {
        const frame = parseFrame(this.#source.pending);
        if (frame === "incomplete") {
          if (!await this.#source.more()) break;
        } else if (frame === "malformed") {
          this.close(PROTOCOL_ERROR);
          break;
        } else {
          this.#take(frame, handlers);
          this.#source.consume(frame.length);
        }
      }
    } finally {
      this.#open = false;
      handlers.onClose();
      await this.#flushThenClose();
    }
  }

  #take(frame: Frame, handlers: SocketHandlers): void {
    switch (frame.opcode) {
      case OPCODE.ping:
        this.#write(OPCODE.pong, Buffer.from(frame.payload));
        return;
      case OPCODE.close:
        this.#write(OPCODE.close, Buffer.from(frame.payload.subarray(0, 2)));
        this.#open = false;
        return;
      case OPCODE.text:
      case OPCODE.binary:
      case OPCODE.continuation:
        this.#takeData(frame, handlers);
    }
  }

  #takeData(frame: Frame, handlers: SocketHandlers): void {
    if (frame.final && this.#fragments.length === 0) {
      handlers.onMessage(frame.payload.toString());
      return;
    }
    this.#fragments.push(Buffer.from(frame.payload));
    this.#fragmentBytes += frame.payload.length;
    if (this.#fragmentBytes > MESSAGE_BYTES_MAX) return this.drop();
    if (!frame.final) return;
    const message = Buffer.concat(this.#fragments).toString();
    this.#fragments.length = 0;
    this.#fragmentBytes = 0;
    handlers.onMessage(message);
  }

  #write(opcode: number, payload: Buffer): void {
    if (!this.#open || this.muted) return;
    const frame = encodeFrame(opcode, payload);
    this.#backlog.push(frame);
    this.#backlogBytes += frame.length;
    if (this.#backlogBytes > BACKLOG_BYTES_MAX) this.drop();
    else if (!this.#writing) void this.#flush();
  }

  /** One write at a time: concurrent writes of a connection may interleave. */
  async #flush(): Promise<void> {
    this.#writing = true;
    while (this.#backlog.length > 0) {
      const bytes = this.#backlog.length === 1 ? this.#backlog[0]! : Buffer.concat(this.#backlog);
      this.#backlog = [];
      this.#backlogBytes = 0;
      if (!await writeAll(this.#connection, bytes)) {
        this.drop();
        break;
      }
    }
    this.#writing = false;
  }

  async #flushThenClose(): Promise<void> {
    if (!this.#writing && this.#backlog.length > 0) await this.#flush();
    this.drop();
  }
}

interface Frame {
  readonly opcode: number;
  readonly final: boolean;
  readonly payload: Buffer;
  /** Of the whole frame on the wire. */
  readonly length: number;
}

/** Client frames are masked (RFC 6455, 5.1); the payload is unmasked in place. */
function parseFrame(bytes: Buffer): Frame | "incomplete" | "malformed" {
  if (bytes.length < 6) return "incomplete";
  const first = bytes[0]!;
  const second = bytes[1]!;
  if ((first & 0x70) !== 0 || (second & 0x80) === 0) return "malformed";
  let length = second & 0x7f;
  let offset = 2;
  if (length === 126) {
    length = bytes.readUInt16BE(2);
    offset = 4;
  } else if (length === 127) {
    if (bytes.length < 10) return "incomplete";
    const wide = bytes.readBigUInt64BE(2);
    if (wide > BigInt(MESSAGE_BYTES_MAX)) return "malformed";
    length = Number(wide);
    offset = 10;
  }
  if (length > MESSAGE_BYTES_MAX) return "malformed";
  const total = offset + 4 + length;
  if (bytes.length < total) return "incomplete";
  const payload = bytes.subarray(offset + 4, total);
  for (let i = 0; i < length; i++) payload[i]! ^= bytes[offset + (i & 3)]!;
  return { opcode: first & 0x0f, final: (first & 0x80) !== 0, payload, length: total };
}

function encodeFrame(opcode: number, payload: Buffer): Buffer {
  const length = payload.length;
  const header = length < 126 ? 2 : length < 65_536 ? 4 : 10;
  const frame = Buffer.allocUnsafe(header + length);
  frame[0] = 0x80 | opcode;
  if (header === 2) frame[1] = length;
  else if (header === 4) {
    frame[1] = 126;
    frame.writeUInt16BE(length, 2);
  } else {
    frame[1] = 127;
    frame.writeBigUInt64BE(BigInt(length), 2);
  }
  payload.copy(frame, header);
  return frame;
}
