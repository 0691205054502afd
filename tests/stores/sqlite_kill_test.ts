import { assert, assertEquals, assertStrictEquals } from "@std/assert";
import { withDataDir } from "./data_dir.ts";

const CHILD = new URL("./kill_child.ts", import.meta.url).pathname;

Deno.test("sqlite store: kill -9 loses no acknowledged intent", () =>
  withDataDir(async (dir) => {
    const told: string[] = [];
    for (let round = 0; round < 4; round++) {
      const acknowledged = await killedAfter(dir.path, { round, lines: 150 + 70 * round });
      assert(acknowledged.length > 0);
      told.push(...acknowledged);
      const store = await dir.open();
      const states = new Map([...store.live("main")].map((s) => [s.intentId, s.state]));
      assertEquals(told.filter((id) => states.get(id) !== "ACTIVE.open"), []);
      for (const id of acknowledged) {
        assertStrictEquals(store.intentByClientOrderId("main", `c-${id}`)?.intentId, id);
      }
      await store.close();
    }
  }));

/** Runs the child until it has told of that many intents, then kills it without warning. */
async function killedAfter(
  path: string,
  { round, lines }: { readonly round: number; readonly lines: number },
): Promise<readonly string[]> {
  const child = new Deno.Command(Deno.execPath(), {
    args: ["run", "--frozen=false", "--allow-read", "--allow-write", CHILD, path, `r${round}`],
    stdout: "piped",
  }).spawn();
  let text = "";
  let killed = false;
  for await (const chunk of child.stdout.pipeThrough(new TextDecoderStream())) {
    text += chunk;
    if (killed || text.split("\n").length <= lines) continue;
    killed = true;
    child.kill("SIGKILL");
  }
  await child.status;
  return text.split("\n").slice(0, -1); // the last line may be cut
}
