/** The `start` task: the real clock, randomness, signals and standard streams. */
import { openKernel } from "../../mod.ts";
import { inspectorHandler } from "../inspector/handler.ts";
import { systemClock } from "../system/clock.ts";
import { systemRandom } from "../system/random.ts";
import { openLog } from "../telemetry/log.ts";
import { writeText } from "./output.ts";
import { runStart } from "./start_command.ts";

/** What shells report of a process that an interrupt ended. */
const EXIT_INTERRUPTED = 130;

if (import.meta.main) {
  const code = await runStart(Deno.args, {
    openKernel,
    openInspector: inspectorHandler,
    openLog: (level) => openLog({ clock: systemClock, level }),
    clock: systemClock,
    random: systemRandom,
    env: (name) => Deno.env.get(name),
    print: (text) => writeText(Deno.stdout, text),
    warn: (text) => writeText(Deno.stderr, text),
    untilAsked: untilSignal,
  });
  Deno.exit(code);
}

/** The first signal asks; the second does not wait for the answer. */
function untilSignal(): Promise<string> {
  const { promise, resolve } = Promise.withResolvers<string>();
  let asked = false;
  for (const signal of ["SIGINT", "SIGTERM"] as const) {
    Deno.addSignalListener(signal, () => {
      if (asked) Deno.exit(EXIT_INTERRUPTED);
      asked = true;
      resolve(signal);
    });
  }
  return promise;
}
