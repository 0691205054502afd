import { submitLatency, submitThroughput } from "/work/main/tests/bench/submit.ts";
import { toLine } from "/work/main/tests/bench/harness.ts";
const [which, lat, blocks] = Deno.args;
const b = which === "lat" ? submitLatency : submitThroughput;
for (const f of await b.run({ latencyMs: Number(lat ?? 0), blocks: Number(blocks ?? 10) })) console.log(toLine(f));
