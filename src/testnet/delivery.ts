/** Takes one call through processing and answering, as a fault plan or nothing says. */
import type { CancelTimer, Clock } from "../model/clock.ts";
import type { Call } from "./dialect.ts";
import type { Processing, Reply, RequestPlan } from "./fault_catalogue.ts";
import { type HttpAnswer, jsonAnswer, maintenancePage } from "./http.ts";

/** The way back to whoever asked. */
export interface Channel {
  send(answer: HttpAnswer): Promise<void>;
  /** Closes without a word. */
  cut(): void;
  /** Sends half of the body of an answer that announces all of it. */
  sendHalf(answer: HttpAnswer): Promise<void>;
  /** Stays open and says nothing from now on. */
  silence(): void;
}

/** Above what any client should take: the kernel's own limit is 8 MiB. */
const OVERSIZE_BYTES = 9 * 1024 * 1024;

export class Delivery {
  /** Faults of the testnet itself, shown by its health. */
  readonly internalErrors: string[] = [];
  readonly #latencyMs: number;
  readonly #timers = new Set<CancelTimer>();
  readonly #waiting = new Set<() => void>();

  constructor(options: { readonly latencyMs: number }) {
    this.#latencyMs = options.latencyMs;
  }

  /** @param clock the exchange's. */
  async deliver(
    call: Call,
    channel: Channel,
    context: { readonly clock: Clock; readonly plan: RequestPlan | null },
  ): Promise<void> {
    const { clock, plan } = context;
    if (plan !== null) return await this.#deliverFaulty(call, channel, { clock, plan });
    const answer = this.#process(call, { clock, processing: ONCE });
    if (this.#latencyMs > 0) await this.#wait(clock, this.#latencyMs);
    const sent = channel.send(answer);
    call.release();
    await sent;
  }

  /** Delayed requests are forgotten, delayed answers given up. */
  stop(): void {
    for (const cancel of this.#timers) cancel();
    this.#timers.clear();
    for (const wake of [...this.#waiting]) wake();
  }

  async #deliverFaulty(
    call: Call,
    channel: Channel,
    { clock, plan }: { readonly clock: Clock; readonly plan: RequestPlan },
  ): Promise<void> {
    if (plan.process.kind === "later") return this.#processLater(call, channel, { clock, plan });
    const answer = plan.process.kind === "never"
      ? null
      : this.#process(call, { clock, processing: plan.process });
    if (plan.eventsFirst) call.release();
    await this.#reply(call, channel, { clock, reply: plan.reply, answer });
    if (!plan.eventsFirst) call.release();
  }

  #processLater(
    call: Call,
    channel: Channel,
    { clock, plan }: { readonly clock: Clock; readonly plan: RequestPlan },
  ): void {
    if (plan.process.kind !== "later") return;
    const { delayMs, stamped } = plan.process;
    const arrivedAt = clock.now();
    const cancel = clock.setTimer(() => {
      this.#timers.delete(cancel);
      this.#guarded(() => call.process({ receivedAt: stamped ? arrivedAt : clock.now() }));
      call.release();
    }, delayMs);
    this.#timers.add(cancel);
    channel.cut();
  }

  #process(
    call: Call,
    { clock, processing }: { readonly clock: Clock; readonly processing: Processing },
  ): HttpAnswer {
    const receivedAt = clock.now();
    switch (processing.kind) {
      case "twice": {
        const answer = this.#guarded(() => call.process({ receivedAt }));
        this.#guarded(() => call.process({ receivedAt, asDuplicate: true }));
        return answer;
      }
      case "again":
        this.#guarded(() => call.process({ receivedAt }));
        return this.#guarded(() => call.process({ receivedAt }));
      case "once": {
        const { hiddenForMs } = processing;
        return this.#guarded(() => call.process({ receivedAt, hiddenForMs }));
      }
      default:
        throw new TypeError(`Cannot process a request ${processing.kind}`);
    }
  }

  async #reply(
    call: Call,
    channel: Channel,
    made: {
      readonly clock: Clock;
      readonly reply: Reply;
      readonly answer: HttpAnswer | null;
    },
  ): Promise<void> {
    const { reply, answer } = made;
    switch (reply.kind) {
      case "cut":
        return channel.cut();
      case "silence":
        return channel.silence();
      case "canned":
        return await channel.send(call.canned(reply.name));
    }
    if (answer === null) throw new TypeError(`Cannot answer what was not processed`);
    switch (reply.kind) {
      case "answer":
        if (reply.afterMs > 0) await this.#wait(made.clock, reply.afterMs);
        return await channel.send(answer);
      case "half":
        await channel.sendHalf(answer);
        return reply.then === "cut" ? channel.cut() : channel.silence();
      case "body":
        return await channel.send(withBody(answer, reply.body));
    }
  }

  /** A mistake of a dialect answers 500 and shows in the health, instead of ending the process. */
  #guarded(process: () => HttpAnswer): HttpAnswer {
    try {
      return process();
    } catch (error) {
      const text = error instanceof Error ? error.stack ?? error.message : String(error);
      if (this.internalErrors.length < INTERNAL_ERRORS_MAX) this.internalErrors.push(text);
      return jsonAnswer(500, { error: "mistake of the testnet itself", message: text });
    }
  }

  #wait(clock: Clock, delayMs: number): Promise<void> {
    return new Promise((resolve) => {
      const wake = () => {
        cancel();
        this.#waiting.delete(wake);
        resolve();
      };
      const cancel = clock.setTimer(wake, delayMs);
      this.#waiting.add(wake);
    });
  }
}

const ONCE: Processing = { kind: "once", hiddenForMs: 0 };
/** The first few tell what is wrong. */
const INTERNAL_ERRORS_MAX = 20;

function withBody(
  answer: HttpAnswer,
  kind: Extract<Reply, { kind: "body" }>["body"],
): HttpAnswer {
  switch (kind) {
    case "html":
      return maintenancePage(answer.status);
    case "truncated":
      return { ...answer, body: answer.body.slice(0, Math.ceil(answer.body.length / 2)) };
    case "empty":
      return { ...answer, body: "" };
    case "oversize": // White space may precede a JSON value.
      return { ...answer, body: " ".repeat(OVERSIZE_BYTES) + answer.body };
  }
}
