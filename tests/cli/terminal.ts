/** A terminal that keeps what was printed, and a data directory with a running fake kernel. */
import { runXk } from "../../src/cli/xk.ts";
import { writeRunFile } from "../../src/cli/run_file.ts";
import { VirtualClock } from "../../src/system/virtual_clock.ts";
import { FakeKernel } from "../api/fake_kernel.ts";
import { Served, TOKEN } from "../api/served.ts";

export interface Ran {
  readonly code: number;
  readonly out: string;
  readonly err: string;
}

/** Runs `xk` as a shell would. */
export async function xk(
  args: readonly string[],
  env: Readonly<Record<string, string>> = {},
): Promise<Ran> {
  let out = "";
  let err = "";
  const code = await runXk(args, {
    clock: new VirtualClock(),
    print: (text) => out += text,
    warn: (text) => err += text,
    env: (name) => env[name],
  });
  return { code, out, err };
}

/** A served fake kernel whose run file lies in a data directory of its own. */
export class DataDir implements AsyncDisposable {
  readonly path: string;
  readonly served: Served;

  private constructor(path: string, served: Served) {
    this.path = path;
    this.served = served;
  }

  static async open(exchanges: readonly string[] = ["paper"]): Promise<DataDir> {
    const path = await Deno.makeTempDir();
    const served = new Served({ kernel: new FakeKernel(exchanges) });
    await writeRunFile(path, { url: served.api.url, token: TOKEN, pid: Deno.pid });
    return new DataDir(path, served);
  }

  xk(...args: readonly string[]): Promise<Ran> {
    return xk(["--data", this.path, ...args]);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.served.api.close();
    await Deno.remove(this.path, { recursive: true });
  }
}
