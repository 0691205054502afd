/**
 * Proves that the simulator finds every planted bug, and none in the kernel as it is. `--seed S`
 * repeats a run, `--only NAME` takes one mutant, `--jobs J` as many at a time. Exits 1 when a mutant
 * survives; the last line is JSON.
 */
import { copyTree } from "./build.ts";
import { drawSeed, type Hunt, hunt, SEEDS_MAX } from "./hunt.ts";
import { type Mutant, MUTANTS } from "./mutants.ts";

if (import.meta.main) Deno.exit(await main() ? 0 : 1);

async function main(): Promise<boolean> {
  const from = Number(option("--seed") ?? drawSeed());
  const only = option("--only");
  const waiting: (Mutant | null)[] = [null, ...MUTANTS];
  const chosen = waiting.filter((mutant) => only === undefined || mutant?.name === only);
  const jobs = Number(option("--jobs") ?? navigator.hardwareConcurrency);
  console.log(`seeds from ${from}, at most ${SEEDS_MAX} for each mutant`);
  const bad: string[] = [];
  let seeds = 0;
  const tell = (mutant: Mutant | null, verdict: Hunt) => {
    seeds += verdict.seeds;
    const name = mutant?.name ?? "the kernel as it is";
    const isRight = (verdict.found === null) === (mutant === null);
    if (!isRight) bad.push(name);
    const { found } = verdict;
    const how = found === null ? "clean" : `${found.rule}: ${found.message}`;
    const sign = isRight ? "ok  " : "BAD ";
    console.log(`${sign} ${name.padEnd(40)} ${String(verdict.seeds).padStart(4)} worlds  ${how}`);
  };
  await Promise.all(Array.from({ length: jobs }, () => lane(chosen, { from, tell })));
  console.log(JSON.stringify({ mutants: MUTANTS.length, survived: bad, seeds, from }));
  return bad.length === 0;
}

async function lane(
  waiting: (Mutant | null)[],
  { from, tell }: {
    readonly from: number;
    readonly tell: (mutant: Mutant | null, verdict: Hunt) => void;
  },
): Promise<void> {
  const copy = await copyTree();
  try {
    for (let mutant = waiting.shift(); mutant !== undefined; mutant = waiting.shift()) {
      if (mutant !== null) await copy.apply(mutant);
      tell(mutant, await hunt(copy.path, { from }));
      await copy.restore();
    }
  } finally {
    await copy.remove();
  }
}

function option(name: string): string | undefined {
  const at = Deno.args.indexOf(name);
  return at < 0 ? undefined : Deno.args[at + 1];
}
