/**
 * The line between a kernel and its paper venue, which does what a scenario says. The venue's
 * truth is its engine; time is virtual.
 */
import type { PaperAdapter } from "../../src/exchanges/paper/adapter.ts";
import { PAPER_ACCOUNT } from "../../src/exchanges/paper/factory.ts";
import type { PaperOrder } from "../../src/exchanges/paper/messages.ts";
import { decimal } from "../../src/model/decimal.ts";
import type { ExchangeKernel } from "../../src/model/facade.ts";
import type { UnknownCause } from "../../src/model/venue.ts";
import { openPaperKernel, type PaperKernel, RESTING, type World } from "../actors/paper_kernel.ts";

/** What becomes of a request: `answerLost` is carried out, `lost` is not. */
export type Fate = "ok" | "lost" | "answerLost";

const LOST: UnknownCause = { code: "NETWORK", message: "the line is down" };

export class Line {
  submits: Fate = "ok";
  cancels: Fate | "refused" = "ok";
  reads: "ok" | "dead" = "ok";
  dials: "ok" | "dead" = "ok";
  /** False: the venue can only cancel and place anew. */
  amendInPlace = true;
  /** Requests of each kind, whatever became of them. */
  readonly sent = { submit: 0, cancel: 0, lookup: 0 };

  /** Nothing gets through any more, in either direction. */
  cut(): void {
    this.submits = this.cancels = "lost";
    this.reads = this.dials = "dead";
  }

  mend(): void {
    this.submits =
      this.cancels =
      this.reads =
      this.dials =
        "ok";
  }

  /** Puts itself before an adapter. */
  readonly attach = (adapter: PaperAdapter): void => {
    const { execution, sockets } = adapter;
    const { amendInPlace } = this;
    Object.defineProperty(adapter, "capabilities", {
      value: { ...adapter.capabilities, amendInPlace },
    });
    const through = {
      submit: execution.submit.bind(execution),
      cancel: execution.cancel.bind(execution),
      lookup: execution.lookup.bind(execution),
    };
    execution.submit = async (request, gate) => {
      this.sent.submit += 1;
      if (this.submits === "lost") return this.#vanish(gate);
      const outcome = await through.submit(request, gate);
      return this.submits === "ok" ? outcome : { kind: "unknown", cause: LOST };
    };
    execution.cancel = async (ref, gate) => {
      this.sent.cancel += 1;
      if (this.cancels === "lost") return this.#vanish(gate);
      if (this.cancels === "refused") return { kind: "refused", reason: BUSY };
      const outcome = await through.cancel(ref, gate);
      return this.cancels === "ok" ? outcome : { kind: "unknown", cause: LOST };
    };
    execution.lookup = (ref) => {
      this.sent.lookup += 1;
      return this.#read(() => through.lookup(ref));
    };
    for (const name of ["openOrders", "fillsSince", "fillsOf", "balances"] as const) {
      // Each is a read with arguments of its own; the line looks at none of them.
      const read = execution[name].bind(execution) as (...given: unknown[]) => Promise<never>;
      Object.assign(execution, {
        [name]: (...given: unknown[]) => this.#read(() => read(...given)),
      });
    }
    const syncClock = adapter.syncClock.bind(adapter);
    adapter.syncClock = () => this.#read(syncClock);
    const [socket] = sockets;
    const open = socket!.open.bind(socket);
    socket!.open = (handlers, signal) =>
      this.dials === "ok" ? open(handlers, signal) : Promise.reject(new Error("no route"));
  };

  /** It left, and nobody will ever know where to. */
  #vanish(
    gate: {
      check(wire: { readonly signedAt: number; readonly validForMs: number }): string | null;
      sent(): void;
    },
  ): { readonly kind: "unknown"; readonly cause: UnknownCause } {
    gate.sent();
    return { kind: "unknown", cause: LOST };
  }

  #read<T>(
    read: () => Promise<T>,
  ): Promise<T | { readonly kind: "failed"; readonly cause: UnknownCause }> {
    return this.reads === "ok" ? read() : Promise.resolve({ kind: "failed", cause: LOST });
  }
}

const BUSY = { code: "CANCEL_RESTRICTED", venueCode: "-2011", message: "not now" };

/** One exchange, `a`, behind a line. */
export class Scene {
  readonly line: Line;
  #kernel: PaperKernel;

  private constructor(line: Line, kernel: PaperKernel) {
    this.line = line;
    this.#kernel = kernel;
  }

  static async open(line = new Line(), world?: World): Promise<Scene> {
    return new Scene(line, await openPaperKernel(["a"], world, line.attach));
  }

  get exchange(): ExchangeKernel {
    return this.#kernel.kernel.exchange("a");
  }

  get kernel(): PaperKernel {
    return this.#kernel;
  }

  /** Places `fields` over an order that rests far below the market. */
  async place(fields: Readonly<Record<string, unknown>> = {}, intentId?: string): Promise<string> {
    const options = intentId === undefined ? {} : { intentId };
    const placing = this.exchange.placeOrder({ ...RESTING, ...fields }, options);
    await this.run(0);
    const id = await placing;
    await this.run(10);
    return id;
  }

  /** As `place`; the stream does not tell what becomes of it. */
  async placeUnheard(): Promise<string> {
    let id = "";
    await this.unheard(() => void this.exchange.placeOrder(RESTING).then((placed) => id = placed));
    await this.run(100);
    if (id === "") throw new Error("the order is not recorded");
    return id;
  }

  async cancel(intentId: string): Promise<void> {
    const asked = this.exchange.cancelOrder(intentId);
    await this.run(0);
    await asked;
  }

  /** Somebody sells into what rests at 20,000, up to `quantity`. */
  sell(quantity: string, price = "19999"): void {
    const print = {
      price: decimal(price),
      quantity: decimal(quantity),
      takerSide: "SELL",
    } as const;
    this.#kernel.exchangeEngine("a").engine.trade("BTC/USDT", print);
  }

  /** What happens meanwhile is not told by the stream. */
  unheard(during: () => void): Promise<void> {
    return this.#kernel.loseFrames("a", during);
  }

  /** Everything the venue holds of ours. */
  orders(): readonly PaperOrder[] {
    return this.#kernel.exchangeEngine("a").engine.orders(PAPER_ACCOUNT);
  }

  live(): readonly PaperOrder[] {
    return this.#kernel.exchangeEngine("a").engine.openOrders(PAPER_ACCOUNT);
  }

  /** Quantity the venue has traded for us. */
  traded(): number {
    return this.#kernel.exchangeEngine("a").engine.trades(PAPER_ACCOUNT)
      .reduce((sum, { quantity }) => sum + Number(quantity), 0);
  }

  state(intentId: string): string {
    return this.exchange.getOrderState(intentId).state;
  }

  run(ms: number): Promise<void> {
    return this.#kernel.run(ms);
  }

  /** Stops the kernel and starts another on what it left; the venue goes on meanwhile. */
  async restart(meanwhile: () => void = () => {}): Promise<void> {
    await this.#kernel.close();
    meanwhile();
    this.#kernel = await openPaperKernel(["a"], this.#kernel, this.line.attach);
    await this.run(5_000);
  }

  close(): Promise<void> {
    return this.#kernel.close();
  }
}
