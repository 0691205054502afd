/** The same worlds in two processes: whoever runs a seed sees the same, event by event. */

export interface Comparison {
  readonly steps: number;
  readonly differing: readonly number[];
}

interface Line {
  readonly seed: number;
  readonly traceHash: string;
  readonly steps: number;
}

export async function compareProcesses(
  range: { readonly from: number; readonly count: number },
): Promise<Comparison> {
  const [one, other] = await Promise.all([hashesOf(range), hashesOf(range)]);
  const differing = one.filter((line, i) =>
    line.traceHash !== other[i]?.traceHash || line.steps !== other[i]?.steps
  );
  const steps = one.reduce((all, line) => all + line.steps, 0);
  return { steps, differing: differing.map(({ seed }) => seed) };
}

async function hashesOf(
  { from, count }: { readonly from: number; readonly count: number },
): Promise<readonly Line[]> {
  const path = new URL("./hashes.ts", import.meta.url).pathname;
  const config = new URL("../../deno.json", import.meta.url).pathname;
  const args = ["run", "--no-prompt", "--allow-env", "--config", config, path];
  const child = new Deno.Command(Deno.execPath(), {
    args: [...args, "--seed", String(from), "--count", String(count)],
    stdout: "piped",
    stderr: "piped",
  });
  const { code, stdout, stderr } = await child.output();
  if (code !== 0) throw new Error(`a process failed: ${new TextDecoder().decode(stderr)}`);
  const lines = new TextDecoder().decode(stdout).trim().split("\n");
  return lines.map((line) => JSON.parse(line) as Line); // written by hashes.ts
}
