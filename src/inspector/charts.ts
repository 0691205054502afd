/** Charts with their layouts, made when first asked for and kept per machine and version. */
import { type Chart, toChart } from "./chart.ts";
import { layoutBoth, type Layouts } from "./layout.ts";
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
  readonly #workers = new Set<Worker>();

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

  close(): void {
    for (const worker of this.#workers) worker.terminate();
    this.#workers.clear();
  }

  async #draw(name: string, machine: unknown): Promise<DrawnChart> {
    const chart = toChart(name, machine);
    return { chart, layouts: await this.#layOut(sketch(chart)) };
  }

  /** One worker a layout: they are few, and an idle worker would hold ELK's 20 MB for nothing. */
  async #inWorker(sketched: Sketch): Promise<Layouts> {
    const answer = await new Promise<{ readonly layouts?: Layouts }>((resolve) => {
      const worker = new Worker(new URL("./layout_worker.ts", import.meta.url), { type: "module" });
      this.#workers.add(worker);
      const finish = (result: { readonly layouts?: Layouts }): void => {
        worker.terminate();
        this.#workers.delete(worker);
        resolve(result);
      };
      worker.addEventListener("message", (event) => finish(event.data));
      worker.addEventListener("error", (event) => {
        event.preventDefault();
        finish({});
      });
      worker.postMessage(sketched);
    }).catch(() => ({ layouts: undefined }));
    return answer.layouts ?? await layoutBoth(sketched);
  }
}
