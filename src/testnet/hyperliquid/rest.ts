/** One REST request: `/info` reads, `/exchange` acts; nothing else is there. */
import type { Call, CannedName, HostRequest, Operation, ProcessOptions } from "../dialect.ts";
import { type HttpAnswer, jsonAnswer } from "../http.ts";
import { HeldFrames } from "../kit/user_streams.ts";
import { ACTIONS, subjectOf } from "./actions.ts";
import { cannedAnswer } from "./canned.ts";
import { type HyperliquidCore, TEST_HOST } from "./core.ts";
import { readAction, run } from "./exchange_request.ts";
import { type Fields, INFO } from "./info.ts";
import { malformed, Refusal } from "./refusal.ts";
import type { Network } from "./signature.ts";

/** "Exchange API requests have a weight of 1 + floor(batch_length / 40)." */
const BATCH = 40;

export class RestCall implements Call {
  readonly operation: Operation;
  readonly #core: HyperliquidCore;
  readonly #request: HostRequest;
  readonly #body: Fields | null;
  readonly #held = new HeldFrames();

  constructor(core: HyperliquidCore, request: HostRequest) {
    this.#core = core;
    this.#request = request;
    this.#body = readBody(request.body);
    this.operation = {
      endpoint: `${request.method} ${request.path}`,
      host: request.host,
      ...described(core, { path: request.path, body: this.#body }),
    };
  }

  process(options: ProcessOptions): HttpAnswer {
    try {
      const { method, path } = this.#request;
      if (method !== "POST" || (path !== "/info" && path !== "/exchange")) {
        return { status: 404, headers: "", body: "" };
      }
      if (this.#body === null) throw malformed();
      return jsonAnswer(200, this.#answer(this.#body, options));
    } catch (error) {
      if (error instanceof Refusal) return error.answer();
      throw error;
    }
  }

  canned(name: CannedName): HttpAnswer {
    return cannedAnswer(name);
  }

  release(): void {
    this.#core.users.release(this.#held);
  }

  #answer(body: Fields, options: ProcessOptions): unknown {
    const core = this.#core;
    const { path, host } = this.#request;
    if (path === "/info") {
      const operation = infoOf(body);
      if (operation === undefined) throw malformed();
      core.limits.spendWeight(operation.weight);
      return operation.run(core, body);
    }
    const signed = readAction(body);
    core.limits.spendWeight(weightOf(signed.action));
    const network: Network = host === TEST_HOST ? "b" : "a";
    return core.users.during(this.#held, () => run(core, signed, { network, options }));
  }
}

/** What faults know a request as. */
export function described(
  core: HyperliquidCore,
  { path, body }: { readonly path: string; readonly body: Fields | null },
): Pick<Operation, "name" | "symbol" | "clientOrderId"> {
  if (path === "/exchange") {
    const action = (body?.["action"] ?? {}) as Fields; // an action is an object or refused
    const kind = ACTIONS[String(action["type"])];
    return { name: kind?.name ?? "unknown", ...subjectOf(core, action) };
  }
  const { coin, oid } = body ?? {};
  return {
    name: (body === null ? undefined : infoOf(body))?.name ?? "unknown",
    symbol: typeof coin === "string" ? coin : null,
    clientOrderId: typeof oid === "string" ? oid : null,
  };
}

export function infoOf(body: Fields) {
  const { type } = body;
  return typeof type === "string" && Object.hasOwn(INFO, type) ? INFO[type] : undefined;
}

export function weightOf(action: Fields): number {
  const lengths = Object.values(action).map((value) => Array.isArray(value) ? value.length : 0);
  return 1 + Math.floor(Math.max(0, ...lengths) / BATCH);
}

function readBody(text: string): Fields | null {
  try {
    const value: unknown = JSON.parse(text);
    return typeof value === "object" && value !== null ? value as Fields : null;
  } catch {
    return null;
  }
}
