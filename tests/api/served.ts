/** A served API over a fake kernel, and a client that says only what it is told to say. */
import { type ApiOptions, type ApiServer, serveApi } from "../../src/api/server.ts";
import type { Log, LogFields } from "../../src/model/log.ts";
import { VirtualClock } from "../../src/system/virtual_clock.ts";
import { FakeKernel } from "./fake_kernel.ts";

export const TOKEN = "canary-token-0123456789";

export interface Answer {
  readonly status: number;
  readonly headers: Headers;
  readonly text: string;
  // deno-lint-ignore no-explicit-any -- answers of every shape are picked apart by the tests
  readonly body: any;
}

export interface Ask {
  readonly method?: string;
  readonly json?: unknown;
  readonly body?: string | ReadableStream<Uint8Array>;
  readonly headers?: Readonly<Record<string, string>>;
  readonly token?: string | null;
}

export class Served implements AsyncDisposable {
  readonly kernel: FakeKernel;
  readonly clock = new VirtualClock();
  readonly log = new RecordedLog();
  readonly api: ApiServer;

  constructor(options: Partial<ApiOptions> & { readonly kernel?: FakeKernel } = {}) {
    this.kernel = options.kernel ?? new FakeKernel();
    this.api = serveApi({
      log: this.log,
      clock: this.clock,
      port: 0,
      token: TOKEN,
      ...options,
      kernel: this.kernel,
    });
  }

  async ask(path: string, ask: Ask = {}): Promise<Answer> {
    const response = await fetch(this.api.url + path, this.init(ask));
    const text = await response.text();
    const type = response.headers.get("content-type") ?? "";
    const body = /json/.test(type) && text !== "" ? JSON.parse(text) : null;
    return { status: response.status, headers: response.headers, text, body };
  }

  init(ask: Ask): RequestInit {
    const token = ask.token === undefined ? TOKEN : ask.token;
    const body = ask.json === undefined ? ask.body : JSON.stringify(ask.json);
    return {
      method: ask.method ?? "GET",
      headers: {
        ...(token === null ? {} : { authorization: `Bearer ${token}` }),
        ...(ask.json === undefined ? {} : { "content-type": "application/json" }),
        ...ask.headers,
      },
      ...(body === undefined ? {} : { body }),
    };
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.api.close();
  }
}

/** Speaks HTTP by hand: `fetch` sets Host and Origin itself. */
export async function rawRequest(
  port: number,
  { method = "GET", path = "/healthz", headers = {} }: {
    readonly method?: string;
    readonly path?: string;
    readonly headers?: Readonly<Record<string, string>>;
  },
): Promise<{ readonly status: number; readonly text: string }> {
  const connection = await Deno.connect({ hostname: "127.0.0.1", port });
  const lines = Object.entries(headers).map(([name, value]) => `${name}: ${value}\r\n`);
  const head = `${method} ${path} HTTP/1.1\r\n${lines.join("")}connection: close\r\n\r\n`;
  await connection.write(new TextEncoder().encode(head));
  const text = await new Response(connection.readable).text();
  return { status: Number(text.split(" ")[1]), text };
}

export class RecordedLog implements Log {
  readonly lines: string[] = [];
  debug = (message: string, fields?: LogFields) => this.#add("debug", message, fields);
  info = (message: string, fields?: LogFields) => this.#add("info", message, fields);
  warn = (message: string, fields?: LogFields) => this.#add("warn", message, fields);
  error = (message: string, fields?: LogFields) => this.#add("error", message, fields);

  #add(level: string, message: string, fields: LogFields = {}): void {
    const shown = Object.entries(fields).map(([name, value]) => `${name}=${JSON.stringify(value)}`);
    this.lines.push([level, message, ...shown].join(" "));
  }
}
