/** The HTTP API as the commands use it. Every failure becomes a message and an exit code. */
import { CommandError, EXIT } from "./exit.ts";
import { readRunFile, runFilePath } from "./run_file.ts";

export interface Endpoint {
  readonly url: string;
  readonly token: string | null;
  /** Says in messages where the address came from. */
  readonly origin: string;
}

export interface EndpointOptions {
  readonly url?: string;
  readonly token?: string;
  readonly data: string;
}

/** @throws {CommandError} when no address was given and no kernel has left one. */
export async function findEndpoint(options: EndpointOptions): Promise<Endpoint> {
  const { url, token = null, data } = options;
  if (url !== undefined) {
    if (!URL.canParse(url)) throw new CommandError(`--url is no address: ${url}`, EXIT.usage);
    return { url: url.replace(/\/+$/, ""), token, origin: "--url" };
  }
  const run = await readRunFile(data);
  const path = runFilePath(data);
  if (run !== null) {
    return { url: run.url, token: token ?? run.token, origin: `${path}, pid ${run.pid}` };
  }
  throw new CommandError(
    `no kernel runs here: there is no ${path}\n` +
      "start one with `deno task start`, or name one with --data, or with --url and --token",
    EXIT.noKernel,
  );
}

/** A page of a list. */
export interface ListPage<T> {
  readonly items: readonly T[];
  readonly continue?: string | null;
}

export class Client {
  readonly #endpoint: Endpoint;

  constructor(endpoint: Endpoint) {
    this.#endpoint = endpoint;
  }

  get<T>(path: string): Promise<T> {
    return this.#send(path, { method: "GET" });
  }

  delete<T>(path: string): Promise<T> {
    return this.#send(path, { method: "DELETE" });
  }

  post<T>(path: string, body: unknown): Promise<T> {
    return this.#send(path, {
      method: "POST",
      body: JSON.stringify(body),
      headers: { "content-type": "application/json" },
    });
  }

  put<T>(
    path: string,
    body: unknown,
    headers: Readonly<Record<string, string>> = {},
  ): Promise<T> {
    return this.#send(path, {
      method: "PUT",
      body: JSON.stringify(body),
      headers: { "content-type": "application/json", ...headers },
    });
  }

  /** What goes on until one of the two ends it. */
  async stream(
    path: string,
    signal: AbortSignal,
  ): Promise<ReadableStream<Uint8Array<ArrayBuffer>>> {
    const response = await this.#ask(path, { method: "GET", signal });
    if (!response.ok) throw refusal(response.status, await readJson(response));
    const type = response.headers.get("content-type") ?? "";
    if (response.body !== null && type.startsWith("text/event-stream")) return response.body;
    await response.body?.cancel();
    throw new CommandError(`what answers is no kernel: ${type || "no content"}`, EXIT.noKernel);
  }

  /** Follows the pages until `limit` rows. */
  async list<T>(path: string, query: Readonly<Record<string, string>>, limit: number) {
    const items: T[] = [];
    let cursor: string | null = null;
    do {
      const page: ListPage<T> = await this.get(
        path + queryText({
          ...query,
          limit: String(Math.min(limit - items.length, PAGE_ROWS)),
          ...(cursor === null ? {} : { continue: cursor }),
        }),
      );
      items.push(...page.items);
      cursor = page.continue ?? null;
    } while (cursor !== null && items.length < limit);
    return { items, isCut: cursor !== null };
  }

  async #send<T>(path: string, init: RequestInit): Promise<T> {
    const response = await this.#ask(path, init);
    const body = await readJson(response);
    if (response.ok) return body;
    throw refusal(response.status, body);
  }

  async #ask(path: string, init: RequestInit): Promise<Response> {
    const { url, token, origin } = this.#endpoint;
    const headers = new Headers(init.headers);
    if (token !== null) headers.set("authorization", `Bearer ${token}`);
    try {
      // A redirect would carry the token elsewhere.
      return await fetch(url + path, { ...init, headers, redirect: "error" });
    } catch (error) {
      if (error instanceof Deno.errors.NotCapable) {
        throw new CommandError(`may not connect to ${url}: ${error.message}`, EXIT.usage);
      }
      throw new CommandError(`no kernel answers at ${url} (${origin})`, EXIT.noKernel);
    }
  }
}

/** What the server takes at most. */
const PAGE_ROWS = 1_000;

export function pathOf(exchange: string): string {
  return `/v1/exchanges/${encodeURIComponent(exchange)}`;
}

/** `?a=b&c=d`, or nothing. */
export function queryText(query: Readonly<Record<string, string>>): string {
  const text = new URLSearchParams(query).toString();
  return text === "" ? "" : `?${text}`;
}

async function readJson(response: Response) {
  const text = await response.text();
  try {
    return JSON.parse(text);
  } catch {
    const start = text.slice(0, 80).replace(/\p{Cc}/gu, " ");
    throw new CommandError(
      `what answers is no kernel: HTTP ${response.status} ${start}`,
      EXIT.noKernel,
    );
  }
}

interface ProblemBody {
  readonly detail?: string;
  readonly code?: string;
  readonly errors?: readonly { field: string; rule: string; actual: unknown }[];
  /** With 410. */
  readonly newest?: number;
}

function refusal(status: number, { detail, code, errors = [], newest }: ProblemBody): CommandError {
  if (status === 401) {
    return new CommandError(`${detail ?? "not authorized"}; give it with --token`, EXIT.usage);
  }
  const fields = errors.map(({ field, rule, actual }) =>
    `\n  ${field}: ${rule}, got ${JSON.stringify(actual)}`
  );
  const message = `${detail ?? `HTTP ${status}`} (${code ?? status})${fields.join("")}`;
  return status === 410 && newest !== undefined
    ? new CommandError(message, EXIT.failed, newest)
    : new CommandError(message);
}
