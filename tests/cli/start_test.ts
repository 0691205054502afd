import { assert, assertEquals, assertMatch, assertStringIncludes } from "@std/assert";
import type { ObservationPort } from "../../src/inspector/observation.ts";
import { runStart, type StartPorts } from "../../src/cli/start_command.ts";
import type { KernelOptions } from "../../src/cli/serve.ts";
import { readRunFile } from "../../src/cli/run_file.ts";
import { ConfigError, StoreError } from "../../src/model/errors.ts";
import { SeededRandom } from "../../src/system/seeded_random.ts";
import { VirtualClock } from "../../src/system/virtual_clock.ts";
import { silentLog } from "../../src/telemetry/log.ts";
import { FakeKernel } from "../api/fake_kernel.ts";
import { xk } from "./terminal.ts";

const OBSERVATION: ObservationPort = {
  machines: {},
  actors: () => ({ rows: [], total: 0 }),
  actor: () => undefined,
  counts: () => ({}),
  revision: 0,
};

/** A start whose end the test asks for. */
class Start {
  readonly kernel = Object.assign(new FakeKernel(), { observation: OBSERVATION });
  readonly opened: KernelOptions[] = [];
  readonly log: string[] = [];
  readonly #asked = Promise.withResolvers<string>();
  readonly #ready = Promise.withResolvers<void>();
  openError: Error | null = null;
  out = "";
  err = "";

  run(...args: readonly string[]): Promise<number> {
    return runStart(args, this.#ports());
  }

  /** Resolves when everything is open. */
  get ready(): Promise<void> {
    return this.#ready.promise;
  }

  ask(): void {
    this.#asked.resolve("SIGINT");
  }

  #ports(): StartPorts {
    return {
      openKernel: (options) => {
        this.log.push("kernel opens");
        this.opened.push(options);
        return this.openError === null
          ? Promise.resolve(this.kernel)
          : Promise.reject(this.openError);
      },
      openInspector: () => ({
        handle: () => new Response("inspector"),
        close: () => {
          this.log.push("inspector closed");
          return Promise.resolve();
        },
      }),
      openLog: () => silentLog,
      clock: new VirtualClock(),
      random: new SeededRandom(7),
      env: () => undefined,
      print: (text) => {
        this.out += text;
        this.#ready.resolve();
      },
      warn: (text) => this.err += text,
      untilAsked: () => {
        this.log.push("listens for signals");
        return this.#asked.promise;
      },
    };
  }
}

async function withData(work: (data: string) => Promise<void>): Promise<void> {
  const root = await Deno.makeTempDir();
  try {
    await work(`${root}/data`);
  } finally {
    await Deno.remove(root, { recursive: true });
  }
}

Deno.test("start: serves, prints the address with the token, and something to try", async () => {
  await withData(async (data) => {
    const start = new Start();
    const ended = start.run("--port", "0", "--data", data);
    await start.ready;
    const run = (await readRunFile(data))!;
    assertStringIncludes(start.out, `${run.url}/inspector#token=${run.token}`);
    assertStringIncludes(start.out, `curl -s ${run.url}/v1/exchanges/paper/intents`);
    assertStringIncludes(start.out, `deno task xk --data ${data} get intents`);
    assertEquals((await xk(["--data", data, "get", "exchanges"])).code, 0);
    const page = await fetch(`${run.url}/inspector`);
    assertEquals(await page.text(), "inspector");
    start.ask();
    assertEquals(await ended, 0);
  });
});

Deno.test("start: an exchange that takes no orders is named, with why and what ends it", async () => {
  await withData(async (data) => {
    const start = new Start();
    start.kernel.exchange("paper").isReady = false;
    const ended = start.run("--port", "0", "--data", data);
    await start.ready;
    assertStringIncludes(
      start.out,
      "paper is syncing: orders are being·[31m read\n    next: wait: this takes a moment\n",
    );
    start.ask();
    assertEquals(await ended, 0);
  });
});

Deno.test("start: what is printed to try works as printed", async () => {
  await withData(async (data) => {
    const start = new Start();
    const ended = start.run("--port", "0", "--data", data);
    await start.ready;
    const url = /curl -s (\S+)/.exec(start.out)![1]!;
    const headers = [...start.out.matchAll(/-H '([^:]+): ([^']+)'/g)].map(([, name, value]) =>
      [name!, value!] as [string, string]
    );
    const body = /-d '([^']+)'/.exec(start.out)![1]!;
    const answer = await fetch(url, { method: "POST", headers, body });
    assertEquals(answer.status, 201);
    await answer.body?.cancel();
    start.ask();
    await ended;
  });
});

Deno.test("start: the data directory and the run file are for their owner only", async () => {
  await withData(async (data) => {
    const start = new Start();
    const ended = start.run("--port", "0", "--data", data);
    await start.ready;
    const mode = async (path: string) => ((await Deno.stat(path)).mode ?? 0) & 0o777;
    if (Deno.build.os !== "windows") {
      assertEquals(await mode(data), 0o700);
      assertEquals(await mode(`${data}/kernel.json`), 0o600);
    }
    const { token, pid } = (await readRunFile(data))!;
    assertMatch(token, /^[\w-]{32}$/);
    assertEquals(pid, Deno.pid);
    start.ask();
    await ended;
  });
});

Deno.test("start: asked to end, it closes doors, drains, removes the run file", async () => {
  await withData(async (data) => {
    const start = new Start();
    const ended = start.run("--port", "0", "--data", data);
    await start.ready;
    start.ask();
    assertEquals(await ended, 0);
    assertEquals(start.log.at(-1), "inspector closed");
    assertEquals(start.kernel.calls.at(-1), "stop");
    assertEquals(await readRunFile(data), null);
  });
});

Deno.test("start: a signal is heard from before the doors open, and drains then", async () => {
  await withData(async (data) => {
    const start = new Start();
    start.ask();
    assertEquals(await start.run("--port", "0", "--data", data), 0);
    assertEquals(start.log.slice(0, 2), ["listens for signals", "kernel opens"]);
    assertEquals(start.kernel.calls.at(-1), "stop");
  });
});

Deno.test("start: flags win over the file, disabled exchanges are left out", async () => {
  await withData(async (data) => {
    await Deno.mkdir(data);
    const config = `${data}/kernel.yaml`;
    await Deno.writeTextFile(
      config,
      "data: ./elsewhere\nhttp: { port: 1 }\nexchanges:\n" +
        "  paper: { kind: paper }\n  off: { kind: paper, enabled: false }\n" +
        "risk: { maxOpenOrders: 7 }\n",
    );
    const start = new Start();
    const ended = start.run("--config", config, "--port", "0", "--data", data);
    await start.ready;
    const [options] = start.opened;
    assertEquals(Object.keys(options!.exchanges), ["paper"]);
    assertEquals(options!.store, { kind: "sqlite", path: data });
    assertEquals(options!.risk, { maxOpenOrders: 7 });
    start.ask();
    assertEquals(await ended, 0);
  });
});

Deno.test("start: a wrong configuration is named by place and ends with 2", async () => {
  await withData(async (data) => {
    await Deno.mkdir(data);
    const config = `${data}/kernel.yaml`;
    await Deno.writeTextFile(config, "exchanges:\n  a: { kind: papper }\n");
    const start = new Start();
    assertEquals(await start.run("--config", config), 2);
    assertMatch(start.err, /^start: the configuration cannot be used:\n/);
    assertStringIncludes(start.err, `\n${config}:2:14 exchanges.a.kind: expected one of paper`);
    assertEquals(start.opened, []);
    await Deno.writeTextFile(config, 'exchanges: { a: { kind: paper } }\nrisk: { caps: "9" }\n');
    const capped = new Start();
    assertEquals(await capped.run("--config", config), 2);
    assertStringIncludes(capped.err, `${config}:2:9 risk.caps: unknown key`);
    assertEquals(capped.opened, []);
    await Deno.writeTextFile(config, "exchanges:\n  a: { kind: paper, enabled: false }\n");
    assertEquals(await new Start().run("--config", config, "--data", data), 2);
  });
});

Deno.test("start: wrong flags end with 2", async () => {
  for (const args of [["--port", "x"], ["--port", "70000"], ["--nope"], ["extra"]]) {
    const start = new Start();
    assertEquals(await start.run(...args), 2, args.join(" "));
    assert(start.err.length > 0);
  }
});

Deno.test("start: a taken port is named, and the kernel that was opened is stopped", async () => {
  await withData(async (data) => {
    const other = Deno.serve(
      { port: 0, hostname: "127.0.0.1", onListen: () => {} },
      () => new Response(),
    );
    const { port } = other.addr;
    const start = new Start();
    assertEquals(await start.run("--port", String(port), "--data", data), 1);
    assertStringIncludes(start.err, `port ${port} is taken`);
    assertEquals(start.kernel.calls, ["stop"]);
    assertEquals(start.log.at(-1), "inspector closed");
    await other.shutdown();
  });
});

Deno.test("start: a kernel that does not open says why and leaves nothing behind", async () => {
  await withData(async (data) => {
    const start = new Start();
    start.openError = new StoreError("kernel.db is locked by pid 1");
    assertEquals(await start.run("--port", "0", "--data", data), 1);
    assertStringIncludes(start.err, "locked by pid 1");
    assertEquals(await readRunFile(data), null);
    const wrong = new Start();
    wrong.openError = new ConfigError("exchanges.paper.latencyMs: wrong");
    assertEquals(await wrong.run("--port", "0", "--data", data), 2);
  });
});
