/** Prints the trace hash of every world from `--seed S` on, `--count N` of them, as JSON lines. */
import { World } from "./world.ts";

if (import.meta.main) {
  const [from, count] = ["--seed", "--count"].map((name) =>
    Number(Deno.args[Deno.args.indexOf(name) + 1])
  );
  for (let seed = from!; seed < from! + count!; seed++) {
    const { traceHash, steps } = await new World({ seed }).run();
    console.log(JSON.stringify({ seed, traceHash, steps }));
  }
}
