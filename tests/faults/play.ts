import { MARKETS } from "../conformance/markets.ts";
import { faultMatrix } from "./venue_matrix.ts";
const m = (MARKETS as Record<string, import("./venue_matrix.ts").MatrixMarket>)[Deno.args[0]!]!;
for (const op of ["submit", "cancel"] as const) {
  const t = performance.now();
  try {
    console.log(op, JSON.stringify(await faultMatrix(m, op)), Math.round(performance.now() - t));
  } catch (e) {
    console.log(op, (e as Error).message, Math.round(performance.now() - t));
  }
}
Deno.exit(0);
