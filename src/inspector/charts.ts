/** Charts with their layouts, made when first asked for and kept per machine and version. */
import { type Chart, toChart } from "./chart.ts";
import { layoutBoth, type Layouts } from "./layout.ts";
import type { LayoutAnswer } from "./layout_worker.ts";
import type { ObservationPort } from "./observation.ts";
import { type Sketch, sketch } from "./sketch.ts";

export interface DrawnChart {
  readonly chart: Chart;
  readonly layouts: Layouts;
}

export type LayOut = (sketched: Sketch) => Promise<Layouts>;

export class Charts {
  readonly #machines: ObservationPort["machines"];
  readonly #layOut: LayOut;
  readonly #kept = new Map<
    string,
    { readonly version: string; readonly drawn: Promise<DrawnChart> }
  >();
  readonly #waiting = new Map<number, (layouts: Layouts | null) => void>();
  #worker: Worker | null = null;
  #asked = 0;
  #closed = false;

  /** @param layOut how to lay out; by default a worker does, and this thread if there is none. */
  constructor(machines: ObservationPort["machines"], layOut?: LayOut) {
    this.#machines = machines;
    this.#layOut = layOut ?? ((sketched) => this.#inWorker(sketched));
  }

  /** Names of the machines there are. */
  get names(): readonly string[] {
    return Object.keys(this.#machines);
  }

  /** @returns undefined for a name that is no machine's. */
  get(name: string): Promise<DrawnChart> | undefined {
    if (!Object.hasOwn(this.#machines, name)) return undefined;
    const machine = this.#machines[name];
    const version = String((machine as { readonly version?: unknown } | null)?.version ?? "");
    const kept = this.#kept.get(name);
    if (kept !== undefined && kept.version === version) return kept.drawn;
    const drawn = this.#draw(name, machine);
    this.#kept.set(name, { version, drawn });
    // A failure is told to those who waited, and tried again by the next who asks.
    drawn.catch(() => this.#kept.delete(name));
    return drawn;
  }

  /** Starts on all of them, for a page that was just opened: it will ask for one after another. */
  warm(): void {
    for (const name of this.names) this.get(name)?.catch(() => {}); // told to whoever asks for it
  }

  /** Whoever still waits for a layout is refused. */
  close(): void {
    this.#closed = true;
    this.#endWorker();
  }

  async #draw(name: string, machine: unknown): Promise<DrawnChart> {
    const chart = toChart(name, machine);
    return { chart, layouts: await this.#layOut(sketch(chart)) };
  }

  async #inWorker(sketched: Sketch): Promise<Layouts> {
    const answer = await new Promise<Layouts | null>((settle) => {
      const id = this.#asked++;
      this.#waiting.set(id, settle);
      this.#worker ??= this.#startWorker();
      this.#worker.postMessage({ id, sketched });
    });
    if (answer === null && this.#closed) throw new Error("Cannot lay out: the inspector is closed");
    return answer ?? await layoutBoth(sketched);
  }

  /** It ends with its last answer: layouts are few, and ELK would hold 20 MB for nothing. */
  #startWorker(): Worker {
    const worker = new Worker(new URL("./layout_worker.ts", import.meta.url), { type: "module" });
    worker.addEventListener("message", ({ data }: MessageEvent<LayoutAnswer>) => {
      this.#waiting.get(data.id)?.(data.layouts);
      this.#waiting.delete(data.id);
      if (this.#waiting.size === 0) this.#endWorker();
    });
    worker.addEventListener("error", (event) => {
      event.preventDefault(); // those who wait are served by this thread
      this.#endWorker();
    });
    return worker;
  }

  #endWorker(): void {
    this.#worker?.terminate();
    this.#worker = null;
    const waiting = [...this.#waiting.values()];
    this.#waiting.clear();
    for (const settle of waiting) settle(null);
  }
}
