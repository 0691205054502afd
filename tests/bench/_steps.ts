import { steps } from "./steps.ts";
for (const f of await steps.run({ latencyMs: Number(Deno.args[0] ?? 0), blocks: 15 })) console.log(f.name.padEnd(45), f.p50!.toFixed(0).padStart(6), f.p99!.toFixed(0).padStart(6));
