/** Lets the simulator look for the bug in a copy of the tree. */

export interface Hunt {
  /** The rule that broke, and how many worlds it took; null when none broke. */
  readonly found: { readonly rule: string; readonly message: string } | null;
  readonly seeds: number;
  readonly from: number;
}

/** As the plan asks: more would say that the worlds hardly go there. */
export const SEEDS_MAX = 500;

/** @param from the first seed; whoever calls draws it */
export async function hunt(
  path: string,
  { from, seeds = SEEDS_MAX }: { readonly from: number; readonly seeds?: number },
): Promise<Hunt> {
  const range = ["--seeds", String(seeds), "--seed", String(from)];
  const run = ["run", "--no-check", "--no-prompt", "-P=test", "tests/simulation/main.ts"];
  const child = new Deno.Command(Deno.execPath(), {
    args: [...run, ...range, "--jobs", "1", "--first", "--json"],
    cwd: path,
    stdout: "piped",
    stderr: "piped",
  });
  const { code, stdout, stderr } = await child.output();
  const last = new TextDecoder().decode(stdout).trim().split("\n").at(-1) ?? "";
  if (code > 1 || !last.startsWith("{")) {
    throw new Error(`the simulator did not run: ${new TextDecoder().decode(stderr).slice(-2_000)}`);
  }
  const told = JSON.parse(last) as Told;
  return { found: told.broken[0] ?? null, seeds: told.seeds, from };
}

/** The last line of the simulator, as far as it is used here. */
interface Told {
  readonly seeds: number;
  readonly broken: readonly { readonly rule: string; readonly message: string }[];
}

/** A seed of this run: whoever passes it again sees the same worlds. */
export function drawSeed(): number {
  return 1 + crypto.getRandomValues(new Uint32Array(1))[0]! % 1_000_000_000;
}
